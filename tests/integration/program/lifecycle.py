#!/usr/bin/env python3
"""How a program lives with what it does not command: transactions of others, servers that are not there yet or are put
back in time, locks, slow clusters, other programs with the same name.

    lifecycle.py AIRBNB [TEST]...     libpq's variables and OPENSEARCH_URL name the servers

Servers that are to be stopped, put back or set up in another way are started by the tests themselves.
"""
import contextlib
import datetime
import http.server
import json
import os
import pathlib
import re
import shutil
import signal
import socket
import subprocess
import sys
import threading
import urllib.error
import urllib.parse
import urllib.request

from harness import ROOT, Bench, expect, run_all, takes_long, until  # puts what follows within reach
from proxy import Answer, Holding, Proxy, SearchProxy
from reservations import SLOT, Counts, equal, following, in_peace
from servers import Postgres


def doctor(b, code):
    """The finding of that code, or None."""
    _, output = b.run("doctor", "--json")
    found = json.loads(output[output.index('{"findings"'):].split("\n")[0])["findings"]
    return next((each for each in found if each["code"] == code), None)


# --- what the making of a slot waits for --------------------------------------------------------------


class Writers:
    """An application that always has some transaction under way: each one ends only when two later ones have begun. They
    wait for nobody but each other, and there are no more than so many of them."""

    def __init__(self, b, most):
        self.b, self.most, self.begun, self.stop = b, most, 0, threading.Event()
        b.sql.execute("CREATE TABLE busy (x int)")
        self.thread = threading.Thread(target=self.run)
        self.thread.start()

    def run(self):
        open_ones = []
        while self.begun < self.most and not self.stop.is_set():
            connection = self.b.connect()
            connection.autocommit = False
            connection.cursor().execute("INSERT INTO busy VALUES (1)")
            open_ones.append(connection)
            self.begun += 1
            # Some time as work takes it: longer than any moment for which a lock would be waited.
            self.stop.wait(0.7)
            if len(open_ones) == 3:
                open_ones[0].commit()
                open_ones.pop(0).close()
        for connection in open_ones:
            connection.commit()
            connection.close()

    def end(self):
        self.stop.set()
        self.thread.join()


def busy_writers(b):
    """bootstrap gets its slot beside writers that never all stand still, and these wait for nothing."""
    b.load_airbnb()
    writers = Writers(b, 40)
    try:
        starting = b.start("bootstrap")
        until("it has loaded, or the writers have ended",
              lambda: starting.child.poll() is not None or writers.begun == writers.most, patience=180)
        begun = writers.begun
        expect(starting.child.poll() == 0, f"{begun} transactions later there is no slot:\n" + starting.output())
    finally:
        writers.end()
    b.succeed("sync", "--once")
    equal(b)
    print(f"  loaded while {begun} transactions began")


def slot_wait_is_stopped(b):
    """SIGTERM ends a bootstrap that waits for its slot, and leaves none; the next one gets it."""
    b.load_airbnb()
    b.sql.execute("CREATE TABLE busy (x int)")
    busy = b.connect(application_name="import job")
    busy.autocommit = False
    busy.cursor().execute("INSERT INTO busy VALUES (1)")
    starting = b.start("bootstrap")
    pid = busy.info.backend_pid
    until("the one that is waited for is named", lambda: re.search(
        rf'transactions have ended.*server process {pid} of user ".*import job.*idle in transaction', starting.output()))
    found = doctor(b, "slot_waits")
    expect(found and f"server process {pid}" in found["what"], f"doctor does not say so: {found}")
    expect(found["remedy"] == [{"sql": f"SELECT pg_catalog.pg_terminate_backend({pid})"}], str(found))
    _, status = b.run("status")
    expect("is still being made" in status and f"server process {pid}" in status, status)
    expect(starting.stop() == 1, "SIGTERM does not end it with 1")
    expect("stopped while" in starting.output(), starting.output())
    expect(b.value("SELECT count(*) FROM pg_replication_slots WHERE slot_name = %s", SLOT) == 0, "half a slot was left")
    # One that is killed leaves none either, or one that is whole when the next one gets its turn.
    killed = b.start("bootstrap")
    until("it waits", lambda: "transactions have ended" in killed.output())
    killed.stop(signal.SIGKILL)
    again = b.start("bootstrap")
    until("the next one waits", lambda: re.search("another bootstrap|transactions have ended", again.output()))
    busy.commit()
    busy.close()
    expect(again.child.wait(60) == 0, again.output())
    b.succeed("sync", "--once")
    equal(b)


def end_prepared(b):
    b.sql.execute("SELECT gid FROM pg_prepared_xacts WHERE database = current_database()")
    for (gid,) in b.sql.fetchall():
        b.sql.execute("ROLLBACK PREPARED %s", (gid,))


def prepared_transaction(b, folder):
    """A prepared transaction belongs to no session: it is named with the statement that ends it, while it keeps a slot
    from being made, while it keeps a load waiting, while it makes the server keep its WAL, and while it locks a table."""
    own = Postgres(os.path.join(folder, "own"), settings=["max_prepared_transactions = 5"])
    try:
        with Bench(b.program, folder, **own.libpq) as inner, contextlib.ExitStack() as tidy:
            inner.load_airbnb()
            inner.sql.execute("CREATE TABLE busy (x int)")
            tidy.callback(end_prepared, inner)

            def prepare(gid, statement="INSERT INTO busy VALUES (1)"):
                inner.sql.execute(f"BEGIN; {statement}; PREPARE TRANSACTION %s", (gid,))

            prepare("it's forgotten")
            starting = inner.start("bootstrap")
            ends = "COMMIT PREPARED 'it''s forgotten'"
            until("it is named", lambda: re.search(
                rf"transactions have ended.*prepared transaction \"it's forgotten\" of user .*{ends}", starting.output()))
            found = doctor(inner, "slot_waits")
            expect(found and {"sql": ends} in found["remedy"], f"doctor does not say so: {found}")
            inner.sql.execute(ends)
            expect(starting.child.wait(60) == 0, starting.output())
            # Of a load whose slot is there already.
            inner.search.forget("reservations*")
            prepare("beside the load")
            inner.sql.execute("INSERT INTO busy VALUES (2)")  # later ones have ended
            starting = inner.start("bootstrap")
            until("it is named", lambda: re.search(
                r"running before the load.*prepared transaction \"beside the load\".*COMMIT PREPARED", starting.output()))
            inner.sql.execute("ROLLBACK PREPARED 'beside the load'")
            expect(starting.child.wait(60) == 0, starting.output())
            running = following(inner)
            prepare("keeps the log")
            found = until("doctor names it", lambda: doctor(inner, "old_transaction"))
            expect("keeps the log" in found["what"] and SLOT in found["what"], str(found))
            inner.sql.execute("ROLLBACK PREPARED 'keeps the log'")
            expect(not doctor(inner, "old_transaction"), "doctor still names what has ended")
            prepare("locks", "LOCK TABLE guest IN ACCESS EXCLUSIVE MODE")
            found = until("doctor names it", lambda: doctor(inner, "table_locked"))
            expect("guest" in found["what"] and '"locks"' in found["what"], str(found))
            expect({"sql": "ROLLBACK PREPARED 'locks'"} in found["remedy"], str(found))
            inner.sql.execute("ROLLBACK PREPARED 'locks'")
            expect(not doctor(inner, "table_locked"), "doctor still names what has ended")
            in_peace(running)
            inner.succeed("sync", "--once")
            equal(inner)
    finally:
        own.purge()


def autovacuum(b, folder):
    """An autovacuum that would take hours gives way to bootstrap's ALTER TABLE, as it does to anybody's."""
    own = Postgres(os.path.join(folder, "own"), settings=["autovacuum_naptime = 1s"])
    try:
        with Bench(b.program, folder, **own.libpq) as inner:
            inner.load_airbnb()
            inner.sql.execute("ALTER TABLE review SET (autovacuum_vacuum_threshold = 0, autovacuum_vacuum_scale_factor = 0, "
                              "autovacuum_vacuum_cost_delay = 100, autovacuum_vacuum_cost_limit = 1)")
            inner.sql.execute("INSERT INTO review (rating, comment, booking_id) SELECT 1, repeat('x', 500), "
                              "(SELECT min(id) FROM booking) FROM generate_series(1, 20000)")
            inner.sql.execute("DELETE FROM review WHERE comment LIKE 'xxx%'")
            at_it = ("SELECT l.pid FROM pg_locks l JOIN pg_stat_activity a USING (pid) WHERE l.relation = 'review'::regclass "
                     "AND l.granted AND a.backend_type = 'autovacuum worker'")
            vacuum = until("autovacuum is at it", lambda: inner.value(at_it))
            inner.succeed("bootstrap")
            log = (own.folder / "postgres/log").read_text(errors="replace")
            expect("canceling autovacuum task" in log,
                   f"autovacuum {vacuum} ended by itself, which tests nothing")
    finally:
        own.purge()


# --- servers that are not there yet --------------------------------------------------------------------


def free_port():
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


class Later:
    """Where a server will be: nobody listens at the port before open()."""

    def __init__(self, target):
        self.port, self.target, self.proxy = free_port(), target, None

    def open(self):
        self.proxy = Proxy(lambda: self.target, self.port)

    def close(self):
        if self.proxy:
            self.proxy.close()


def ready(port):
    """What /ready says; None while nobody listens."""
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/ready", timeout=10) as answer:
            return answer.read().decode().strip().partition("\n")[0]
    except urllib.error.HTTPError as problem:
        return problem.read().decode().strip().partition("\n")[0]
    except OSError:
        return None


def start_before_servers(b):
    """bootstrap and sync that start before a server wait for it, say so, and go on when it is there."""
    b.load_airbnb()
    search = urllib.parse.urlsplit(b.url).port
    database = int(b.libpq.get("port") or os.environ["PGPORT"])
    for command in (("bootstrap",), ("sync",)):
        for which in ("database", "cluster"):
            later = Later(database if which == "database" else search)
            port = free_port()
            where = ({"PGPORT": str(later.port)} if which == "database"
                     else {"ELASTICSEARCH_URL": f"http://127.0.0.1:{later.port}"})
            starting = b.start(*command, "--metrics", str(port), **where)
            try:
                until("it says what it waits for", lambda: re.search(
                    rf"127\.0\.0\.1:{later.port}.*; trying again in", starting.output()))
                until("/ready says so", lambda: ready(port) == "a server is away")
                expect(starting.child.poll() is None, starting.output())
                later.open()
                if command == ("sync",):
                    until("it follows", lambda: ready(port) == "following")
                    in_peace(starting)
                else:
                    expect(starting.child.wait(60) == 0, starting.output())
            finally:
                later.close()
    # A name that nobody knows yet.
    starting = b.start("sync", PGHOST="not-yet.invalid", PGSSLMODE="disable")
    until("it waits", lambda: re.search("not-yet.invalid.*could not translate host name.*; trying again in", starting.output()))
    expect(starting.stop() == 0 and "stopped before the next attempt" in starting.output(), starting.output())
    starting = b.start("sync", ELASTICSEARCH_URL="http://not-yet.invalid:9200")
    until("it waits", lambda: re.search("not-yet.invalid.*; trying again in", starting.output()))
    expect(starting.stop() == 0, starting.output())
    # Who waits for the end of these takes the work to be done.
    for command in ("sync", "--once"), ("bootstrap",):
        starting = b.start(*command, ELASTICSEARCH_URL="http://not-yet.invalid:9200")
        until("it waits", lambda: re.search("not-yet.invalid.*; trying again in", starting.output()))
        expect(starting.stop() == 1, f"{command}:\n{starting.output()}")
    b.succeed("sync", "--once")
    equal(b)


def stopped_in_the_load(b):
    """SIGTERM in the initial load ends sync with 0, which is what a service manager wants to see, and the next start goes
    on with the load. A bootstrap ends with 1: whoever waits for it must not take the index to be loaded."""
    b.load_airbnb()
    for command, status in (("bootstrap",), 1), (("sync", "--bootstrap", "--once"), 1), (("sync", "--bootstrap"), 0):
        holding = Holding(b.search.url, lambda request: request.is_bulk)
        try:
            loading = b.start(*command, "--page-size", "2", "--workers", "1", "--bulks-in-flight", "1",
                              ELASTICSEARCH_URL=holding.url)
            expect(holding.held.wait(60), "no bulk came:\n" + loading.output())
            loading.child.terminate()
            holding.let_go()
            expect(loading.child.wait(60) == status, f"{command} does not end with {status}:\n{loading.output()}")
            expect("stopped during the initial load" in loading.output(), loading.output())
        finally:
            holding.let_go()
    running = b.start("sync", "--bootstrap")
    until("it follows", lambda: "following slot" in running.output())
    in_peace(running)
    expect(b.search.count("reservations") == b.value("SELECT count(*) FROM booking"), "documents are missing")
    equal(b)


class Silent:
    """In front of PostgreSQL: the connection of that number, counted from 0, is taken and never answered."""

    def __init__(self, number):
        self.number, self.seen, self.caught = number, -1, threading.Event()
        self.nobody = socket.create_server(("127.0.0.1", 0))
        self.proxy = Proxy(self.target)

    def target(self):
        self.seen += 1
        if self.seen != self.number:
            return int(os.environ["PGPORT"])
        self.caught.set()
        return self.nobody.getsockname()[1]

    def close(self):
        self.proxy.close()
        self.nobody.close()


@takes_long
def stopped_while_connecting(b):
    """SIGTERM ends a command that waits for any of its connections. A sync that follows already has until --stop-timeout
    to confirm what it has written, and says so where it could not."""
    b.load_airbnb()
    b.succeed("bootstrap")
    met = 0
    for command, status in ((["sync", "--stop-timeout", "2"], 0), (["bootstrap"], 1), (["status"], 1), (["teardown", "--yes"], 1)):
        for number in range(20):
            silent = Silent(number)
            try:
                running = b.start(*command, PGPORT=str(silent.proxy.port))
                until("it connects, or is done without, or follows", lambda: silent.caught.is_set()
                      or running.child.poll() is not None or (number > 4 and "following slot" in running.output()))
                if not silent.caught.is_set():
                    break
                met += 1
                running.child.terminate()
                got, said = running.child.wait(60), running.output()
                expect(got == status or got == 1 and "following slot" in said and "stopped before everything in flight" in said,
                       f"{command} ends with {got} at connection {number}, not {status}:\n{said}")
            finally:
                if running.child.poll() is None:
                    running.stop(signal.SIGKILL)
                silent.close()
        else:
            expect(False, f"{command} connects without end")
    expect(met > 10, f"only {met} connections were met")
    b.succeed("bootstrap")
    b.succeed("sync", "--once")
    equal(b)
    print(f"  {met} connections")


def start_that_has_an_end(b):
    """--connect-timeout ends a start that waits, as an option, in the environment and in a file; commands that are not
    there to stay wait for nobody."""
    b.load_airbnb()
    nobody = str(free_port())
    file = b.folder / "pgsync.toml"
    file.write_text("connect-timeout = 1\n")
    for command in ("bootstrap", "sync"):
        for arguments, where in ((["--connect-timeout", "1"], {"PGPORT": nobody}), ([], {"PGPORT": nobody, "PGSYNC_CONNECT_TIMEOUT": "1"}),
                                 (["--config", str(file)], {"ELASTICSEARCH_URL": f"http://127.0.0.1:{nobody}"})):
            b.refuse(command, *arguments, saying=[nobody, "trying again", "waited 1 s", "--connect-timeout"], **where)
    for command in (["swap"], ["teardown"], ["verify"], ["refresh", "--all"], ["dead-letters"], ["bootstrap", "--dry-run"]):
        for where in ({"PGPORT": nobody}, {"ELASTICSEARCH_URL": f"http://127.0.0.1:{nobody}"}):
            said = b.refuse(*command, saying=[nobody], **where)
            expect("trying again in" not in said, f"{command} waits:\n{said}")
    for command in ("status", "doctor"):
        b.refuse(command, saying=[nobody], status=3, PGPORT=nobody)


class Answering(http.server.BaseHTTPRequestHandler):
    """Some web server."""

    def do_GET(self):
        self.send_response(200)
        self.end_headers()
        self.wfile.write(b"<html>It works!</html>")

    def log_message(self, *_):
        pass


def wrong_from_the_start(b):
    """What is wrong rather than away ends a start at once."""
    b.load_airbnb()
    web = http.server.HTTPServer(("127.0.0.1", 0), Answering)
    threading.Thread(target=web.serve_forever, daemon=True).start()
    try:
        for command in ("bootstrap", "sync"):
            for where, saying in (
                ({"PGPASSWORD": "not it"}, "password authentication failed"),
                ({"PGDATABASE": "no_such_database"}, "no_such_database"),
                ({"PGSSLMODE": "require"}, "does not support SSL"),
                ({"PGPORT": "a port"}, "port"),
                ({"ELASTICSEARCH_URL": f"http://127.0.0.1:{web.server_port}"}, "does not speak JSON"),
                ({"ELASTICSEARCH_URL": b.url.replace("http:", "https:")}, "there is no TLS at that port"),
                # Also while a server is away for which one would wait.
                ({"ELASTICSEARCH_URL": "127.0.0.1:9200", "PGPORT": str(free_port())}, "http://"),
            ):
                said = b.refuse(command, saying=[saying], **where)
                expect("trying again in" not in said, f"{where} is waited for:\n{said}")
    finally:
        web.shutdown()
        web.server_close()


# --- stopping -------------------------------------------------------------------------------------------


@contextlib.contextmanager
def locked(b, table):
    """Somebody else keeps the table from everybody."""
    other = b.connect()
    other.autocommit = False
    other.cursor().execute(f"LOCK TABLE {table} IN ACCESS EXCLUSIVE MODE")
    try:
        yield other
    finally:
        other.rollback()
        other.close()


def standing(b, table):
    """How many sessions wait for the table's lock."""
    return b.value("SELECT count(*) FROM pg_locks WHERE relation = %s::regclass AND NOT granted", table)


def ends_behind_a_lock(b):
    """A session of ours stands behind somebody's lock: a stop ends within its time all the same, and so does an error that
    ends the program; what was not done is done by the next start."""
    b.load_airbnb()
    b.succeed("bootstrap")
    booking = b.value("SELECT min(id) FROM booking")
    change = "UPDATE booking SET end_date = end_date + 1 WHERE id = %s"
    running = following(b, "--stop-timeout", "2")
    with locked(b, "guest"):
        b.sql.execute(change, (booking,))
        until("it waits for the lock", lambda: standing(b, "guest"))
        expect(running.stop(patience=20) == 1, running.output())
        expect("stopped before everything in flight was acknowledged" in running.output(), running.output())
        until("its sessions are gone", lambda: not standing(b, "guest"))
    b.succeed("sync", "--once")
    equal(b)
    # A fan-out has a session and a thread of its own.
    guest = b.value("SELECT id FROM guest WHERE id IN (SELECT guest_id FROM booking) ORDER BY 1 LIMIT 1")
    b.sql.execute("INSERT INTO booking (start_date, end_date, guest_id, place_id) SELECT '2026-01-01', '2026-01-05', %s, "
                  "(SELECT min(id) FROM place) FROM generate_series(1, 5000)", (guest,))
    b.succeed("sync", "--once")
    holding = Holding(b.search.url, lambda request: request.is_bulk)
    try:
        running = following(b, "--stop-timeout", "2", ELASTICSEARCH_URL=holding.url)
        b.sql.execute("UPDATE guest SET name = name || '.' WHERE id = %s", (guest,))
        expect(holding.held.wait(60), "no bulk came")
        with locked(b, "continent"):
            holding.let_go()
            until("it waits for the lock", lambda: standing(b, "continent"))
            expect(running.stop(patience=20) == 1, running.output())
    finally:
        holding.let_go()
    b.succeed("sync", "--once")
    equal(b)
    # An error that ends the program is told, whoever waits for what.
    running = following(b)
    with locked(b, "guest"):
        b.sql.execute(change, (booking,))
        until("it waits for the lock", lambda: standing(b, "guest"))
        b.sql.execute("ALTER TABLE review RENAME COLUMN comment TO remark; UPDATE review SET rating = rating WHERE id = "
                      "(SELECT min(id) FROM review)")
        expect(running.child.wait(30) == 1, running.output())
        expect('"comment"' in running.output(), running.output())
        b.sql.execute("ALTER TABLE review RENAME COLUMN remark TO comment")
    b.succeed("sync", "--once")
    equal(b)


def commands_end_behind_a_lock(b):
    """The same of what loads, compares and reads again: a stop ends it though a table is locked."""
    b.load_airbnb()
    loading = b.start("bootstrap", "--page-size", "2", "--workers", "1", "--bulks-in-flight", "1")
    until("some pages are loaded", lambda: (b.search.count("reservations-*") or 0) > 50)
    with locked(b, "guest"):
        until("it waits for the lock", lambda: standing(b, "guest"))
        expect(loading.stop(patience=40) == 1, loading.output())
    b.succeed("bootstrap")
    for command in (["verify"], ["verify", "--repair"], ["refresh", "--all"]):
        with locked(b, "guest"):
            running = b.start(*command)
            until("it waits for the lock", lambda: standing(b, "guest"))
            expect(running.stop(patience=40) == 1, f"{command}:\n{running.output()}")
            until("its sessions are gone", lambda: not standing(b, "guest"))
    # A start that stands behind a lock while it looks at the tables.
    for command, status in ("bootstrap", 1), ("sync", 0):
        with locked(b, "guest"):
            running = b.start(command, *(["--stop-timeout", "2"] if command == "sync" else []))
            until("it waits for the lock", lambda: standing(b, "guest"))
            expect(running.stop(patience=50) == status, f"{command}:\n{running.output()}")
    b.succeed("sync", "--once")
    equal(b)


# --- a database that is put back ---------------------------------------------------------------------------


def copied(own, name):
    """A copy of the data directory of a server that is stopped, beside it."""
    subprocess.run(["cp", "-a", own.folder / "postgres/data", own.folder / name], check=True)


def put_back(own, name):
    shutil.rmtree(own.folder / "postgres/data")
    subprocess.run(["cp", "-a", own.folder / name, own.folder / "postgres/data"], check=True)


def reconnect(inner, own):
    inner.libpq = own.libpq
    for each in (inner.sql.connection, inner.server):
        each.close()
    inner.sql = inner.connect().cursor()
    inner.server = inner.connect("postgres")


def stretch(inner):
    """What will be lost: rows that are new, that changed, and that are gone."""
    inner.sql.execute("DELETE FROM booking WHERE id IN (SELECT id FROM booking ORDER BY id LIMIT 20)")
    inner.sql.execute("UPDATE guest SET name = name || ' (lost)' WHERE id IN (SELECT guest_id FROM booking ORDER BY id LIMIT 30)")
    inner.sql.execute("INSERT INTO booking (start_date, end_date, guest_id, place_id) SELECT '2026-01-01', '2026-01-05', "
                      "(SELECT min(id) FROM guest), (SELECT min(id) FROM place) FROM generate_series(1, 50)")


def set_back(b, folder):
    """A copy of the data directory is put back under an index that has seen more: refused by name everywhere, while a sync
    runs as well, and with --on-lost-slot=resync everything is right again in place, also where the slot is gone."""
    own = Postgres(os.path.join(folder, "own"), settings=["autovacuum = off"])
    try:
        with Bench(b.program, folder, **own.libpq) as inner:
            inner.load_airbnb()
            inner.succeed("bootstrap")
            inner.succeed("sync", "--once")
            for round, slot_is_gone in enumerate((False, True)):
                if slot_is_gone:
                    inner.sql.execute("SELECT pg_drop_replication_slot(%s)", (SLOT,))
                inner.server.close()
                inner.sql.connection.close()
                own.stop()
                copied(own, f"copy{round}")
                own.start()
                reconnect(inner, own)
                if slot_is_gone:
                    inner.succeed("sync", "--once", "--on-lost-slot=resync")
                running = following(inner)
                for _ in range(3):
                    stretch(inner)
                until("the index shows it", lambda: inner.search.count("reservations") == inner.value("SELECT count(*) FROM booking"))
                if round == 0:
                    # Under a running sync, which has not told the index of the last changes yet.
                    own.stop()
                    put_back(own, "copy0")
                    own.start()
                    reconnect(inner, own)
                    until("sync ends", lambda: running.child.poll() is not None)
                    expect(running.child.poll() == 1, running.output())
                    expect("shows more than the database has" in running.output(), running.output())
                else:
                    in_peace(running)
                    own.stop()
                    put_back(own, "copy1")
                    own.start()
                    reconnect(inner, own)
                    expect(inner.value("SELECT count(*) FROM pg_replication_slots") == 0, "the slot is there")
                for command in (("sync", "--once"), ("bootstrap",)):
                    inner.refuse(*command, saying=["shows more than the database has", "set back without recovery",
                                                   "--on-lost-slot=resync"])
                inner.refuse("status", saying=["shows more than the database has"], status=3)
                found = doctor(inner, "set_back")
                expect(found and {"command": "bootstrap --on-lost-slot=resync"} in found["remedy"], str(found))
                before = inner.search.count("reservations")
                resyncing = inner.start("sync", "--on-lost-slot=resync", "--page-size", "100")
                until("it follows", lambda: "following slot" in resyncing.output() or resyncing.child.poll() is not None)
                expect(before > 0 and inner.search.count("reservations"), "readers find nothing")
                # A row of the lost stretch that is deleted now, and one that comes back with another value.
                stretch(inner)
                in_peace(resyncing)
                inner.succeed("sync", "--once")
                equal(inner)
                # What others write beside it is as new.
                inner.search("POST", "/reservations/_delete_by_query?refresh=true&conflicts=proceed", {"query": {"ids": {"values": [
                    str(inner.value("SELECT max(id) FROM booking"))]}}})
                inner.succeed("verify", "--repair")
                equal(inner)
    finally:
        own.purge()


def standby_ahead(b, folder):
    """A standby of the database as it was before it was put back shows rows that are lost: nothing is read from it."""
    own = Postgres(os.path.join(folder, "own"))
    standby = None
    try:
        with Bench(b.program, folder, **own.libpq) as inner:
            inner.load_airbnb()
            inner.succeed("bootstrap")
            inner.succeed("sync", "--once")
            standby = own.add_standby(os.path.join(folder, "replica"), "hot_standby = on")
            read_from = " ".join(f"{key}={value}" for key, value in standby.libpq.items() if key != "password")
            read_from += f" dbname={inner.name}"
            inner.succeed("sync", "--once", "--read-from", read_from)
            inner.server.close()
            inner.sql.connection.close()
            own.stop()
            copied(own, "copy")
            own.start()
            reconnect(inner, own)
            stretch(inner)
            standby.caught_up_with(own)
            inner.server.close()
            inner.sql.connection.close()
            own.stop()
            put_back(own, "copy")
            own.start()
            reconnect(inner, own)
            waiting = inner.start("sync", "--read-from", read_from)
            until("it says so", lambda: re.search("has replayed WAL up to .*the primary was set back.*trying again in",
                                                  waiting.output()) or waiting.child.poll() is not None)
            expect("the primary was set back" in waiting.output(), waiting.output())
            waiting.stop()
            inner.succeed("sync", "--once")
            equal(inner)
    finally:
        if standby:
            standby.purge()
        own.purge()


# --- a slow cluster ---------------------------------------------------------------------------------------


def replied(b):
    """When the program last told the server how far it is; None where no sync is connected."""
    return b.value("SELECT max(reply_time) FROM pg_stat_replication WHERE application_name = 'pgsync'")


def slow_cluster(b):
    """A cluster that takes its time to say whose the indices are, or to let readers have one, does not cost the stream:
    the server goes on hearing from the program, which goes on with its work."""
    b.load_airbnb()
    b.succeed("bootstrap")
    # So long the server would wait for a word.
    short = {"PGOPTIONS": "-c wal_sender_timeout=1000"}
    keeper = Holding(b.search.url, lambda request: request.path == "/_aliases" and b"KEEPER" in request.body)
    try:
        running = b.start("sync", ELASTICSEARCH_URL=keeper.url, **short)
        expect(keeper.held.wait(60), "no claim came")
        first = until("it is heard of", lambda: replied(b))
        until("it is heard of for longer than that", lambda: (replied(b) or first) - first > datetime.timedelta(seconds=3))
        keeper.let_go()
        until("it follows", lambda: "following slot" in running.output())
        expect("trying again in" not in running.output(), running.output())
        in_peace(running)
    finally:
        keeper.let_go()
    # Readers have lost their alias: sync gives it back when it is up to date.
    b.search("POST", "/_aliases", {"actions": [{"remove": {"index": "reservations-*", "alias": "reservations"}}]})
    booking = b.value("SELECT min(id) FROM booking")
    swap = Holding(b.search.url, lambda request: request.path == "/_aliases" and b'"reservations"' in request.body)
    try:
        running = b.start("sync", ELASTICSEARCH_URL=swap.url, **short)
        expect(swap.held.wait(60), "no swap came:\n" + running.output())
        for number in range(5):
            b.sql.execute("UPDATE booking SET end_date = start_date + %s WHERE id = %s RETURNING end_date::text", (100 + number, booking))
            (wanted,) = b.sql.fetchone()
            index = next(iter(b.search("GET", "/reservations-*/_settings")))
            until("the change arrives", lambda: b.search.document(index, booking)["end_date"] == wanted)
        first = replied(b)
        until("it is heard of", lambda: replied(b) - first > datetime.timedelta(seconds=3))
        swap.let_go()
        until("readers have it", lambda: "readers now use" in running.output())
        expect("trying again in" not in running.output(), running.output())
        in_peace(running)
    finally:
        swap.let_go()
    b.succeed("sync", "--once")
    equal(b)


# --- other programs with the same name --------------------------------------------------------------------


class OtherCluster:
    """The same cluster as one that does not have these indices, or has them as they were: `answer(body)` is what it tells of
    them; None: it has none."""

    def __init__(self, b, answer):
        self.answer = answer
        self.proxy = SearchProxy(lambda: urllib.parse.urlsplit(b.search.url).port)
        self.proxy.rule = self.rule
        self.url = f"http://127.0.0.1:{self.proxy.port}"

    def rule(self, request, forward):
        about = request.method == "GET" and request.path.startswith("/reservations")
        if about and self.answer is None:
            return Answer(404, b"{}")
        found = forward(request)
        if about:
            found.body = self.answer(found.body)
        return found

    def close(self):
        self.proxy.close()


def same_name(b):
    """The slot of that name is another database's, or another program follows it: that is said with --name, instead of
    waiting for a turn that never comes."""
    b.load_airbnb()
    b.succeed("bootstrap")
    running = following(b)
    # Another database of this server.
    other = b.name + "_other"
    with b.server.cursor() as cursor:
        cursor.execute(f"CREATE DATABASE {other}")
    try:
        connection = b.connect(other)
        connection.cursor().execute((ROOT / "examples/airbnb/schema.sql").read_text())
        connection.close()
        elsewhere = OtherCluster(b, None)  # without the index, which would be refused first: another --name does not help it
        try:
            for command in ("sync", "bootstrap"):
                b.refuse(command, saying=[f'slot "{SLOT}" belongs to database "{b.name}"', "choose another --name"], PGDATABASE=other,
                         ELASTICSEARCH_URL=elsewhere.url)
                b.refuse(command, saying=[f'index "reservations" was filled from database "{b.name}"', "PGDATABASE"], PGDATABASE=other)
        finally:
            elsewhere.close()
    finally:
        with b.server.cursor() as cursor:
            cursor.execute(f"DROP DATABASE {other}")
    # Another cluster, which has no such index.
    empty = OtherCluster(b, None)
    try:
        for command in (["sync"], ["sync", "--on-lost-slot=resync"]):
            b.refuse(*command, saying=["followed by another program", "no index of this program in this cluster", "choose another --name"],
                     ELASTICSEARCH_URL=empty.url)
        b.refuse("bootstrap", "--dry-run", saying=["in use by the server process", "choose another --name"], ELASTICSEARCH_URL=empty.url)
        _, said = b.run("doctor", "--json", ELASTICSEARCH_URL=empty.url)
        expect('"slot_of_others"' in said, said)
        b.refuse("status", saying=["no index of this program in this cluster"], status=3, ELASTICSEARCH_URL=empty.url)
    finally:
        empty.close()
    # Another cluster, whose index is not what is written: a copy of this one.
    copy = OtherCluster(b, lambda body: re.sub(rb'"written":"[^"]*"', b'"written":"0/1"', body))
    try:
        b.refuse("sync", "--on-lost-slot=resync", saying=["followed by another program", "writes somewhere else", "another --name"],
                 ELASTICSEARCH_URL=copy.url)
    finally:
        copy.close()
    # A second copy stands by as ever.
    second = b.start("sync")
    until("it stands by", lambda: "standing by" in second.output())
    in_peace(running)
    until("it takes over", lambda: "following slot" in second.output())
    in_peace(second)
    # A slot of that name that is a standby's.
    b.succeed("teardown", "--yes")
    b.sql.execute("SELECT pg_create_physical_replication_slot(%s)", (SLOT,))
    try:
        b.refuse("bootstrap", saying=["physical", "choose another --name"])
    finally:
        b.sql.execute("SELECT pg_drop_replication_slot(%s)", (SLOT,))
    b.succeed("bootstrap", "--name", "second_name")
    b.succeed("sync", "--once", "--name", "second_name")
    equal(b)


SHARED = (busy_writers, slot_wait_is_stopped, start_before_servers, start_that_has_an_end, wrong_from_the_start,
          stopped_in_the_load, stopped_while_connecting,
          ends_behind_a_lock, commands_end_behind_a_lock, slow_cluster, same_name)
OWN = (prepared_transaction, autovacuum, set_back, standby_ahead)


def main():
    program = sys.argv[1]

    def play(test, folder):
        pathlib.Path(folder).chmod(0o711)  # PostgreSQL's user must be able to enter
        with Bench(program, folder) as b:
            test(*(b, folder) if test in OWN else (b,))

    return run_all((*SHARED, *OWN), sys.argv[2:], play, lambda: (
        f"; {Counts.documents} documents compared, {Counts.different} different"))


if __name__ == "__main__":
    sys.exit(main())
