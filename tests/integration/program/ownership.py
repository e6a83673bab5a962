#!/usr/bin/env python3
"""A wrong line in an environment file: programs reach an index that another database fills, or another program keeps.

    ownership.py OLD NEW GROWN NEWEST UNRELATED [TEST]...     libpq's variables and OPENSEARCH_URL name the servers

OLD, NEW, GROWN and NEWEST are one program in four shapes (see rebuild.py); UNRELATED is another one, whose index of other rows has
the same name.
"""
import contextlib
import json
import os
import pathlib
import pty
import re
import signal
import subprocess
import sys
import threading
import time
import urllib.parse

import psycopg2
import psycopg2.extensions

from harness import Bench, expect, in_background, run_all, takes_long, until  # puts what follows within reach
from rebuild import BOOKING, GUESTS, PLACE
from proxy import Answer, SearchProxy
from servers import Postgres
import compare

REVIEWS = "SELECT r.id::text, jsonb_build_object('id', r.id, 'rating', r.rating, 'comment', r.comment) FROM review r"
compared = 0


class Database:
    """One of the two, and how programs are sent to it."""

    def __init__(self, name, libpq):
        self.name, self.libpq = name, libpq
        self.connection = psycopg2.connect(dbname=name, **libpq)
        self.connection.autocommit = True
        self.sql = self.connection.cursor()
        names = {"host": "PGHOST", "port": "PGPORT", "user": "PGUSER", "password": "PGPASSWORD"}
        self.environment = {"PGDATABASE": name, **{names[key]: str(value) for key, value in libpq.items()}}

    def all(self, query):
        self.sql.execute(query)
        return self.sql.fetchall()

    def made(self):
        """What programs make in a database."""
        return (self.all("SELECT slot_name, plugin, database, confirmed_flush_lsn::text FROM pg_replication_slots ORDER BY 1"),
                self.all("SELECT pubname, tablename FROM pg_publication_tables ORDER BY 1, 2"),
                self.all("SELECT relname, relreplident::text FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace "
                         "ORDER BY 1"))


class World:
    def __init__(self, bench, programs):
        self.b = bench
        self.old, self.new, self.grown, self.newest, self.unrelated = programs
        self.b.load_airbnb()
        self.mine = Database(bench.name, bench.libpq)
        self.search = bench.search

    def other(self, libpq, name):
        """Another database with the same tables and other rows."""
        found = Database(name, libpq)
        self.b.sql, sql = found.sql, self.b.sql
        try:
            self.b.load_airbnb()
        finally:
            self.b.sql = sql
        found.sql.execute("DELETE FROM review; DELETE FROM booking WHERE id % 3 = 0; UPDATE guest SET name = 'of the other'; "
                          "INSERT INTO review (rating, comment, booking_id) SELECT 1, 'other', id FROM booking WHERE id % 5 = 1")
        return found

    @staticmethod
    def shrink(*databases):
        """For what is done many times, and is about the requests of a command."""
        for each in databases:
            each.sql.execute("DELETE FROM guest WHERE id > 60")

    def run(self, program, *arguments, at=None, status=0, **more):
        self.b.program = program
        where = (at or self.mine).environment
        got, output = self.b.run(*arguments, **where, **more)
        expect(got == status, f"{' '.join(arguments)} ended with {got}, not {status}:\n{output[-2500:]}")
        return output

    def start(self, program, *arguments, at=None):
        self.b.program = program
        return self.b.start(*arguments, **(at or self.mine).environment)

    def follow(self, program, *arguments, at=None):
        running = self.start(program, "sync", *arguments, at=at)
        until("sync follows its slot", lambda: "following slot" in running.output() or running.child.poll() is not None)
        expect(running.child.poll() is None, "sync ended:\n" + running.output())
        return running

    def filled(self):
        """My program has been at work, and rests."""
        self.run(self.old, "bootstrap")
        self.run(self.old, "sync", "--once")

    def serving(self, alias="reservations"):
        return next(iter(self.search("GET", f"/_alias/{alias}")))

    def there(self):
        """Everything in the cluster that is anybody's, and in my database what programs make."""
        names = sorted(self.search("GET", "/reservations*,guests*"))
        documents = {}
        for name in names:
            self.search("POST", f"/{name}/_refresh")
            hits = self.search("POST", f"/{name}/_search", {"size": 5000, "version": True, "sort": ["id"], "query": {"match_all": {}}})["hits"]["hits"]
            documents[name] = [(hit["_id"], hit["_version"], hit["_source"]) for hit in hits]
        facts = {name: self.search("GET", f"/{name}")[name] for name in names}
        tasks = [task["action"] for node in self.search("GET", "/_tasks?actions=*byquery")["nodes"].values()
                 for task in node["tasks"].values()]
        return json.dumps([facts, documents, tasks], sort_keys=True), self.mine.made()

    def equal(self, database, program, patience=40):
        """The documents that readers find are that database's."""
        global compared
        root = REVIEWS if program == self.unrelated else BOOKING.format(place=PLACE if program == self.new else "")
        sql = {self.serving(): root, self.serving("guests"): GUESTS}
        dsn = psycopg2.extensions.make_dsn(dbname=database.name, **database.libpq)
        end = time.monotonic() + patience
        while True:
            found = compare.Comparison(compare.Cluster(self.b.url), compare.expected(dsn, sql))
            if not found.differences:
                compared += found.documents
                return
            expect(time.monotonic() < end, f"{found.summary()} of {found.documents} documents\n" + "\n".join(found.lines[:10]))
            time.sleep(0.1)

    @contextlib.contextmanager
    def reading(self):
        """Readers always find documents."""
        problems = []

        def read():
            for alias in ("reservations", "guests"):
                answer = self.search("GET", f"/{alias}/_search?size=10")
                if len(answer.get("hits", {}).get("hits", [])) < 10:
                    problems.append(str(answer)[:300])

        with in_background(read, 0.01):
            yield
        expect(not problems, f"{len(problems)} searches found too little: {problems[:2]}")

    def goes_on(self, program, at, *arguments, sql="UPDATE guest SET name = name || ' again'"):
        """A sync of the program brings a change of that database to its readers."""
        running = self.follow(program, *arguments, at=at)
        at.sql.execute(sql)
        self.equal(at, program)
        expect(running.stop() == 0, running.output())


COMMANDS = [
    ["bootstrap"], ["bootstrap", "--dry-run"], ["sync", "--once"], ["sync", "--bootstrap", "--once"], ["sync", "--on-lost-slot=resync", "--once"],
    ["refresh", "--index", "reservations", "--all"], ["verify", "--repair"], ["swap", "--yes"], ["teardown", "--yes"],
    ["teardown", "--yes", "--old"], ["teardown", "--yes", "--dead-letters"], ["dead-letters", "retry"], ["dead-letters", "drop", "--yes", "--all"]]


def refuses_everything(w, program, at, code, *saying, but=()):
    """No command of the program beside that database changes anything; each names both, and status and doctor do as well."""
    before = w.there(), at.made()
    for command in COMMANDS:
        if command in but:
            continue
        output = w.run(program, *command, at=at, status=1)
        for pattern in saying:
            expect(re.search(pattern, output), f"{command} does not say {pattern!r}:\n{output[-2000:]}")
        expect((w.there(), at.made()) == before, f"{command} has changed something:\n{output[-2000:]}")
    for command, key in (("status", "problems"), ("doctor", "findings")):
        output = w.run(program, command, "--json", "--log-level", "error", at=at, status=3)
        told = [each for each in json.loads(output.splitlines()[-1])[key] if each["code"] == code]
        expect(told, f"{command} does not find {code}:\n{output}")
        for pattern in saying:
            expect(re.search(pattern, json.dumps(told)) or re.search(pattern, told[0]["what"]), f"{command} does not say {pattern!r}: {told}")
    expect((w.there(), at.made()) == before, "a look has changed something")


TESTS = []


def test(body):
    TESTS.append(body)
    return body


@contextlib.contextmanager
def other_database(w):
    """Of the same server."""
    name = w.mine.name + "_other"
    with w.b.server.cursor() as cursor:
        cursor.execute(f"CREATE DATABASE {name}")
    found = w.other(w.mine.libpq, name)
    try:
        yield found
    finally:
        found.connection.close()
        with w.b.server.cursor() as cursor:
            cursor.execute("SELECT pg_drop_replication_slot(slot_name) FROM pg_replication_slots WHERE database = %s", (name,))
            cursor.execute(f"DROP DATABASE {name}")


@contextlib.contextmanager
def other_server(w):
    server = Postgres(w.b.folder / "other")
    try:
        connection = server.connect()
        connection.cursor().execute("CREATE DATABASE shop")
        connection.close()
        found = w.other(server.libpq, "shop")
        try:
            yield found
        finally:
            found.connection.close()
    finally:
        server.purge()


@test
def another_database_of_the_server(w):
    w.filled()
    with other_database(w) as other:
        names = f'"{w.mine.name}"', f'"{other.name}"'
        refuses_everything(w, w.old, other, "other_database", *names)
        refuses_everything(w, w.new, other, "other_database", *names)
        refuses_everything(w, w.grown, other, "other_database", *names)
        refuses_everything(w, w.unrelated, other, "other_database", *names)
    w.equal(w.mine, w.old)


@test
def another_server(w):
    w.filled()
    with other_server(w) as other:
        for program in (w.old, w.new, w.grown, w.unrelated):
            refuses_everything(w, program, other, "other_system", f'"{w.mine.name}"', f'"{other.name}"', "system identifier")
    w.equal(w.mine, w.old)


@test
def swap_adopts_no_index_to_write(w):
    """It may take the readers of another database's index, but its own index has to be this database's."""
    w.filled()
    with other_server(w) as other:
        before = w.there()
        output = w.run(w.old, "swap", "--adopt", "--yes", at=other, status=1)
        expect(f'was filled from database "{w.mine.name}"' in output, output)
        output = w.run(w.old, "swap", "--adopt", "--dry-run", at=other, status=1)
        expect(w.there() == before, "something was changed")


@test
def while_mine_is_at_work(w):
    w.filled()
    running = w.follow(w.old)
    with other_server(w) as other, w.reading():
        for program in (w.old, w.new):
            for command in COMMANDS:
                output = w.run(program, *command, at=other, status=1)
                expect("was filled from database" in output, f"{command}:\n{output}")
        w.mine.sql.execute("UPDATE guest SET name = name || ' again'")
        w.equal(w.mine, w.old)
    expect(running.stop() == 0, running.output())
    expect("taken over" not in running.output(), running.output())


@test
def an_unrelated_program(w):
    """Of the same database: only the table whose rows are documents tells the two apart."""
    w.filled()
    before = w.there()
    teardown = [["teardown", "--yes"], ["teardown", "--yes", "--dead-letters"]]
    refuses_everything(w, w.unrelated, w.mine, "other_program", '"booking"', '"review"', but=teardown)
    for command in teardown:
        expect("nothing of this program's shape is there" in w.run(w.unrelated, *command), "it finds something to remove")
    expect(w.there() == before, "something went")
    w.run(w.old, "sync", "--once")
    w.equal(w.mine, w.old)


@test
def another_name(w):
    """The same program under another --name is another one, unless it is told to take over."""
    w.filled()
    before = w.there()
    for command in (["bootstrap"], ["sync", "--once"], ["teardown", "--yes"]):
        output = w.run(w.old, *command, "--name", "somebody", status=1)
        expect("somebody" in output and "pgsync_reservations" in output, output)
    expect(w.there() == before, "something was changed")
    with w.reading():
        w.run(w.old, "bootstrap", "--adopt", "--name", "somebody")
    w.goes_on(w.old, w.mine, "--name", "somebody")
    # Without the name it is the same program, and those with it are not locked out.
    w.run(w.old, "sync", "--once")
    w.run(w.old, "sync", "--once", "--name", "somebody")


@test
def adopted_by_another_server(w):
    """A database that was upgraded or moved: readers keep the index, and get the rows of the other."""
    w.filled()
    with other_server(w) as other:
        with w.reading():
            output = w.run(w.old, "bootstrap", "--adopt", at=other)
            expect(f'was filled from database "{w.mine.name}"' in output and "is adopted" in output, output)
            w.equal(other, w.old)
            w.goes_on(w.old, other, sql="UPDATE guest SET name = name || ' again'; DELETE FROM booking WHERE id % 7 = 0")
        output = w.run(w.old, "sync", "--once", status=1)
        expect(f'was filled from database "{other.name}"' in output, output)
        expect(not w.run(w.old, "status", at=other, status=3).count("was filled from"), "the index is not the adopter's")


@test
def adopted_while_the_other_runs(w):
    w.filled()
    running = w.follow(w.old)
    with other_server(w) as other, w.reading():
        w.run(w.old, "bootstrap", "--adopt", at=other)
        w.mine.sql.execute("UPDATE guest SET name = 'not any more'")
        until("the other one's sync ends", lambda: running.child.poll() is not None)
        expect(running.child.poll() == 1 and f'was filled from database "{other.name}"' in running.output(), running.output())
        w.equal(other, w.old)
        w.goes_on(w.old, other)


@test
def adopted_with_a_changed_shape(w):
    w.filled()
    with other_server(w) as other, w.reading():
        before = w.serving()
        w.run(w.new, "bootstrap", "--adopt", at=other)
        expect(w.serving() == before, "readers have an index that is not up to date")
        running = w.follow(w.new, at=other)
        until("readers have the new index", lambda: w.serving() != before)
        other.sql.execute("UPDATE guest SET name = name || ' again'")
        w.equal(other, w.new)
        expect(running.stop() == 0, running.output())


@test
def adopted_by_another_database_of_the_server(w):
    """Slots are the whole server's, so that it needs a name of its own as long as the first one's is there."""
    w.filled()
    with other_database(w) as other, w.reading():
        before = w.there()
        output = w.run(w.old, "bootstrap", "--adopt", at=other, status=1)
        expect(f'belongs to database "{w.mine.name}"' in output and "--name" in output, output)
        expect(w.there() == before, "it took the index before it found that out")
        w.run(w.old, "sync", "--once")
        w.equal(w.mine, w.old)
        w.run(w.old, "bootstrap", "--adopt", "--name", "mine", at=other)
        w.equal(other, w.old)
        w.goes_on(w.old, other, "--name", "mine")


@test
def adopting_that_is_killed(w):
    w.filled()
    with other_server(w) as other, w.reading():
        for moment in (0.15, 0.25, 0.35, 0.5):
            running = w.start(w.old, "bootstrap", "--adopt", "--page-size", "20", "--workers", "1", at=other)
            time.sleep(moment)
            running.stop(signal.SIGKILL)
        w.run(w.old, "bootstrap", "--adopt", at=other)
        w.equal(other, w.old)


@test
def what_goes_is_shown_first(w):
    """teardown, swap and the dropping of letters do nothing that was not asked for."""
    w.filled()
    before = w.there()
    output = w.run(w.old, "teardown", status=1)
    for each in ("drop slot pgsync_reservations", "drop publication pgsync_reservations", "delete index reservations-", "--yes", "--dry-run"):
        expect(each in output, f"teardown does not say {each!r}:\n{output}")
    told = json.loads(w.run(w.old, "teardown", "--dry-run", "--json", "--log-level", "error").splitlines()[-1])
    expect(told["dry_run"] and len(told["would"]) == 4 and not told["deleted_indices"], f"{told}")
    w.run(w.old, "teardown", "--yes", PGSYNC_DRY_RUN="true")
    w.run(w.old, "teardown", status=1, PGSYNC_YES="true")
    expect(w.there() == before, "something went")
    w.run(w.new, "bootstrap")
    new = w.follow(w.new, "--no-swap")
    before = w.serving()
    output = w.run(w.new, "swap", status=1)
    expect(re.search(f"have index reservations-.* in place of {before}", output), output)
    expect("would let readers" in w.run(w.new, "swap", "--dry-run"), "a dry run tells nothing")
    expect(w.serving() == before, "readers have the other index")
    expect(new.stop() == 0, new.output())


def at_a_terminal(w, program, answer, *arguments):
    """Runs it with a terminal of its own, and types `answer` at the question; with None it gets SIGTERM. Returns its exit
    status, and what the terminal shows."""
    mine, its = pty.openpty()
    w.b.program = program
    child = subprocess.Popen([program, *arguments], stdin=its, stdout=its, stderr=its, env=w.b.environment(**w.mine.environment))
    os.close(its)
    shown = b""
    try:
        while True:
            try:
                piece = os.read(mine, 4096)
            except OSError:  # how a terminal ends
                break
            if not piece:
                break
            before, shown = shown, shown + piece
            if b"[y/N]" in shown and b"[y/N]" not in before:
                if answer is None:
                    child.terminate()
                else:
                    os.write(mine, answer)
        return child.wait(60), shown.decode(errors="replace")
    finally:
        os.close(mine)
        if child.poll() is None:
            child.kill()


@test
def asked_at_a_terminal(w):
    """Whatever is no yes is a no."""
    w.filled()
    w.run(w.new, "bootstrap")
    before = w.there()
    for arguments in (["teardown"], ["swap"]):
        for answer in (b"n\n", b"\n", b"yesterday\n", b"\x04", None):
            status, shown = at_a_terminal(w, w.new, answer, *arguments)
            expect(status == 1 and f"{arguments[0]} is about to:" in shown and "Go on? [y/N]" in shown and "nothing was done" in shown,
                   f"{arguments} ends with {status} after {answer}:\n{shown}")
            expect(w.there() == before, f"{arguments} did something after {answer}")
    for answer, program in ((b"y\n", w.new), (b"yes\n", w.old)):
        status, shown = at_a_terminal(w, program, answer, "teardown")
        expect(status == 0, f"teardown ends with {status}:\n{shown}")
    expect(not w.search("GET", "/reservations*,guests*") and w.mine.made()[:2] == ([], []), "something is left")


@test
def a_newer_build_is_left_alone(w):
    """The old program's teardown --old takes the new one's build neither while it loads nor later."""
    w.filled()
    loading = w.start(w.new, "bootstrap", "--page-size", "1", "--workers", "1", "--bulk-bytes", "2000")
    until("the new one loads", lambda: len(w.search("GET", "/reservations-*")) == 2 or loading.child.poll() is not None)
    output = w.run(w.old, "teardown", "--yes", "--old", status=1)
    expect("newer than this program's" in output, output)
    expect(loading.child.wait(60) == 0, loading.output())
    expect("newer than this program's" in w.run(w.old, "teardown", "--yes", "--old", status=1), "teardown --old goes on")
    old = w.follow(w.old)
    new = w.follow(w.new)
    until("readers have the new index", lambda: "place" in json.dumps(w.search("GET", f"/{w.serving()}/_mapping")))
    w.run(w.old, "swap", "--yes")
    expect(new.stop() == 0, new.output())
    output = w.run(w.old, "teardown", "--yes", "--old", status=1)
    expect("newer than this program's" in output, output)
    expect(old.stop() == 0, old.output())
    expect(len(w.search("GET", "/reservations-*")) == 2, "an index went")


@test
def what_older_builds_have_left(w):
    """Also one that never came to its end: the newest program removes them all."""
    w.filled()
    loading = w.start(w.new, "bootstrap", "--page-size", "1", "--workers", "1", "--bulk-bytes", "2000")
    until("the second one loads", lambda: len(w.search("GET", "/reservations-*")) == 2 or loading.child.poll() is not None)
    time.sleep(0.5)
    loading.stop(signal.SIGKILL)
    w.run(w.newest, "bootstrap")
    newest = w.follow(w.newest)
    until("everything is the newest one's", lambda: all(w.search.meta(alias)["slot"] not in ("pgsync_reservations", None) for alias in ("reservations", "guests")))
    w.run(w.newest, "teardown", "--yes", "--old")
    expect(len(w.search("GET", "/reservations-*")) == 1 and len(w.mine.made()[0]) == 1, f"left: {w.mine.made()}")
    w.mine.sql.execute("UPDATE guest SET name = name || ' again'")
    expect(newest.stop() == 0, newest.output())


@test
def a_second_teardown_takes_no_more(w):
    """Than its own: what another build of the program keeps is not its."""
    w.filled()
    old = w.follow(w.old)  # keeps the guests
    w.run(w.new, "bootstrap")
    new = w.follow(w.new)
    until("readers have the new index", lambda: "place" in json.dumps(w.search("GET", f"/{w.serving()}/_mapping")))
    new.stop(signal.SIGKILL)
    old.stop(signal.SIGKILL)
    until("nobody follows", lambda: not w.mine.all("SELECT 1 FROM pg_replication_slots WHERE active"))
    for _ in range(2):
        w.run(w.new, "teardown", "--yes")
        expect([slot[0] for slot in w.mine.made()[0]] == ["pgsync_reservations"], f"slots: {w.mine.made()[0]}")
        expect(w.search.count("guests"), "the other build's index went")
    w.run(w.old, "bootstrap")
    w.run(w.old, "sync", "--once")


@test
def slots_and_publications_of_others(w):
    """They have the name, and are something else."""
    server = w.b.server.cursor()
    name = "pgsync_reservations"
    try:
        server.execute("SELECT pg_create_physical_replication_slot(%s)", (name,))
        expect("physical" in w.run(w.old, "teardown", "--yes", status=1), "teardown does not say what it is")
        server.execute("SELECT pg_drop_replication_slot(%s)", (name,))
        w.mine.sql.execute("SELECT pg_create_logical_replication_slot(%s, 'test_decoding')", (name,))
        expect("output plugin" in w.run(w.old, "teardown", "--yes", status=1), "teardown does not say what it is")
        server.execute("SELECT pg_drop_replication_slot(%s)", (name,))
        server.execute("SELECT pg_create_logical_replication_slot(%s, 'pgoutput')", (name,))
        expect("belongs to database" in w.run(w.old, "teardown", "--yes", status=1), "teardown does not say whose it is")
        server.execute("SELECT count(*) FROM pg_replication_slots WHERE slot_name = %s", (name,))
        expect(server.fetchone()[0] == 1, "the slot is gone")
    finally:
        server.execute("SELECT pg_drop_replication_slot(slot_name) FROM pg_replication_slots WHERE slot_name = %s", (name,))
    # Of this program, for indices of another cluster.
    w.mine.sql.execute("SELECT pg_create_logical_replication_slot(%s, 'pgoutput')", (name,))
    expect("no index in this cluster follows it" in w.run(w.old, "teardown", "--yes", status=1), "teardown takes the slot")
    w.mine.sql.execute("SELECT pg_drop_replication_slot(%s)", (name,))
    w.mine.sql.execute(f"CREATE PUBLICATION {name} FOR TABLE booking")
    w.run(w.old, "bootstrap")
    output = w.run(w.old, "teardown", "--yes")
    expect(f'DROP PUBLICATION "{name}"' in output, output)
    expect(w.mine.all("SELECT pubname FROM pg_publication") == [(name,)], "a publication went that pgsync had not made")
    w.mine.sql.execute(f"DROP PUBLICATION {name}")
    w.run(w.old, "bootstrap")
    w.run(w.old, "teardown", "--yes")
    expect(w.mine.all("SELECT pubname FROM pg_publication") == [], "pgsync's own publication is left")


@test
def a_teardown_that_is_killed(w):
    """Whenever that is, the next one ends the work, and no slot is left."""
    w.shrink(w.mine)
    for moment in range(6):
        w.filled()
        w.run(w.new, "bootstrap")  # from here on the slot's name is to be read from an index alone
        running = w.start(w.new, "teardown", "--yes")
        until("it is at work", lambda: "dropped slot" in running.output() or running.child.poll() is not None)
        time.sleep(moment * 0.01)
        running.stop(signal.SIGKILL)
        w.run(w.new, "teardown", "--yes")
        w.run(w.old, "teardown", "--yes")
        expect(w.mine.made()[0] == [] and w.mine.made()[1] == [], f"left: {w.mine.made()}")
        expect(not w.search("GET", "/reservations*"), "an index is left")


class Killing:
    """Between a program and the cluster: kills it at the request of that number among those that change something, before the
    cluster has heard of it or right after."""

    def __init__(self, cluster, number):
        self.number, self.seen, self.after = number, 0, number % 2 == 0
        self.lock, self.child, self.started = threading.Lock(), None, threading.Event()
        self.proxy = SearchProxy(lambda: urllib.parse.urlsplit(cluster).port)
        self.proxy.rule = self.rule
        self.url = f"http://127.0.0.1:{self.proxy.port}"

    def rule(self, request, forward):
        harmless = request.method in ("GET", "HEAD") or re.search(r"/_(bulk|search|refresh|mget|count)", request.path)
        with self.lock:
            self.seen += 0 if harmless else 1
            if harmless or self.seen != self.number:
                return forward(request)
            answer = forward(request) if self.after else Answer(503, b"{}")
            self.started.wait(20)
            self.child.child.kill()
            self.child.child.wait(20)
            return answer

    def run(self, start):
        """False where the program came to its end before."""
        self.child = start(self.url)
        self.started.set()
        try:
            return self.child.child.wait(120) == -signal.SIGKILL
        finally:
            self.proxy.close()


def killed_at_each_request(w, program, arguments, at, prepare, check):
    """Of a command; the next run of the same command ends the work. Returns how many requests there were."""
    for number in range(1, 60):
        prepare()
        w.b.program = program
        killing = Killing(w.b.url, number)
        if not killing.run(lambda url: w.b.start(*arguments, **{**at.environment, "ELASTICSEARCH_URL": url})):
            expect(number > 1, f"{arguments} asks the cluster for nothing:\n{killing.child.output()}")
            check()
            return number - 1
        w.run(program, *arguments, at=at)
        check()
    raise AssertionError(f"{arguments} does not come to an end")


def removed(w):
    for program in (w.new, w.old):
        w.run(program, "teardown", "--yes")


@takes_long
@test
def bootstrap_killed_between_any_two_requests(w):
    w.shrink(w.mine)
    made = killed_at_each_request(w, w.old, ["bootstrap"], w.mine, lambda: removed(w), lambda: w.equal(w.mine, w.old))
    expect(made >= 10, f"only {made} requests were seen")


@takes_long
@test
def adopting_killed_between_any_two_requests(w):
    with other_server(w) as other:
        w.shrink(w.mine, other)

        def prepare():
            w.b.program = w.old
            w.b.run("teardown", "--yes", **other.environment)
            if not w.search("GET", "/reservations*"):  # what was adopted leaves a slot without an index
                w.mine.sql.execute("SELECT pg_drop_replication_slot(slot_name) FROM pg_replication_slots WHERE database = current_database()")
            removed(w)
            w.filled()

        made = killed_at_each_request(w, w.old, ["bootstrap", "--adopt"], other, prepare, lambda: w.equal(other, w.old))
        expect(made >= 8, f"only {made} requests were seen")


@takes_long
@test
def swap_and_teardown_killed_between_any_two_requests(w):
    w.shrink(w.mine)
    w.filled()
    w.run(w.new, "bootstrap")
    new = w.follow(w.new, "--no-swap")
    old = w.follow(w.old)
    after = next(name for name in w.search("GET", "/reservations-*") if name != w.serving())
    before = w.serving()

    def back():
        if w.serving() != before:
            w.run(w.old, "swap", "--yes")

    def there():
        expect(w.serving() == after, f"readers have {w.serving()}, not {after}")

    killed_at_each_request(w, w.new, ["swap", "--yes"], w.mine, back, there)
    expect(new.stop() == 0 and old.stop() == 0, new.output() + old.output())
    removed(w)

    def nothing():
        expect(w.mine.made()[0] == [] and w.mine.made()[1] == [] and not w.search("GET", "/reservations*,guests*"),
               f"left: {w.mine.made()}")

    killed_at_each_request(w, w.old, ["teardown", "--yes"], w.mine, w.filled, nothing)


def play(body, folder):
    with Bench(sys.argv[1], pathlib.Path(folder), indices=("reservations*", "guests*")) as b:
        body(World(b, sys.argv[1:6]))


def main():
    if len(sys.argv) < 6:
        sys.exit(__doc__)
    return run_all(TESTS, sys.argv[6:], play, lambda: f"; {compared} documents compared")


if __name__ == "__main__":
    sys.exit(main())
