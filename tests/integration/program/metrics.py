#!/usr/bin/env python3
"""What a running program tells of itself: metrics that count what was done, /ready and /health, lines of JSON, and
what a service manager hears.

    metrics.py AIRBNB      libpq's variables and OPENSEARCH_URL name the servers; one test has a database of its own
"""
import json
import math
import os
import pathlib
import pty
import re
import shutil
import socket
import subprocess
import sys
import threading
import urllib.error
import urllib.request

from harness import Bench, expect, run_all, until  # puts the next within reach
from proxy import Proxy
from servers import Postgres

ANYWHERE = ("--metrics", "127.0.0.1:0")


def get(address, path, method="GET"):
    """Status, type and text."""
    try:
        with urllib.request.urlopen(urllib.request.Request(address + path, method=method), timeout=30) as answer:
            return answer.status, answer.headers["Content-Type"], answer.read().decode()
    except urllib.error.HTTPError as problem:
        return problem.code, problem.headers["Content-Type"], problem.read().decode()


NAME = r"[a-zA-Z_:][a-zA-Z0-9_:]*"
SAMPLE = re.compile(rf'({NAME})(?:\{{([a-zA-Z_][a-zA-Z0-9_]*)="((?:[^"\\\n]|\\[\\"n])*)"\}})? (\S+)')


def parse(text):
    """Prometheus' text format, strictly: (name, label's content) -> value."""
    expect(text.endswith("\n"), "the last line has no end")
    values, types, family = {}, {}, None
    for line in text[:-1].split("\n"):
        if line.startswith("# HELP "):
            family = line.split(" ")[2]
            expect(family not in types and re.fullmatch(NAME, family), f"told twice, or no name: {line}")
        elif line.startswith("# TYPE "):
            _, _, name, kind = line.split(" ")
            expect(name == family and kind in ("counter", "gauge", "histogram"), f"not below its HELP: {line}")
            expect((kind == "counter") == name.endswith("_total"), f"a counter's name ends in _total: {line}")
            types[name] = kind
        else:
            found = SAMPLE.fullmatch(line)
            expect(found, f"no sample: {line!r}")
            name, _, content, value = found.groups()
            base = re.sub("_(bucket|sum|count)$", "", name) if types.get(family) == "histogram" else name
            expect(base == family, f"not below its TYPE: {line}")
            expect((name, content) not in values, f"told twice: {line}")
            number = float(value)
            expect(math.isfinite(number) and number >= 0, f"no such number: {line}")
            values[name, content] = number
    for name in (name for name, kind in types.items() if kind == "histogram"):
        buckets = [(float(at[1]), value) for at, value in values.items() if at[0] == f"{name}_bucket"]
        expect(buckets == sorted(buckets) and [v for _, v in buckets] == sorted(v for _, v in buckets),
               f"the buckets of {name} do not grow")
        expect(buckets[-1] == (math.inf, values[f"{name}_count", None]), f"{name} has no bucket for all")
    return values


class Watched:
    """A program that serves metrics."""

    def __init__(self, b, *arguments, **environment):
        self.program = b.start(*arguments, *ANYWHERE, **environment)
        said = until("it says where it listens", lambda: re.search(r"http://127\.0\.0\.1:\d+", self.program.output())
                     or self.program.child.poll() is not None)
        expect(said is not True, "it ends:\n" + self.program.output())
        self.address = said.group()

    def metrics(self):
        status, kind, text = get(self.address, "/metrics")
        expect(status == 200 and kind == "text/plain; version=0.0.4; charset=utf-8", f"/metrics: {status}, {kind}")
        return parse(text)

    def value(self, name, label=None):
        return self.metrics().get((f"pgsync_{name}", label))

    def ready(self):
        status, _, text = get(self.address, "/ready")
        expect(status in (200, 503), f"/ready: {status}")
        return status == 200, text.strip()

    def until_ready(self):
        until("it is ready", lambda: self.ready() == (True, "following"))
        return self

    def until_not(self, word):
        until(f"/ready says {word}", lambda: self.ready() == (False, word))

    def healthy(self):
        return get(self.address, "/health")[0] == 200


def grown(before, after, name, label=None):
    return after["pgsync_" + name, label] - before["pgsync_" + name, label]


def counts(b):
    """What is counted is what was done; and in the end nothing is behind."""
    b.load_airbnb()
    b.succeed("bootstrap")
    watched = Watched(b, "sync").until_ready()
    expect(watched.healthy(), "it follows, and is not healthy")
    # What ran while nobody followed is none of this test's business.
    until("it has caught up", lambda: watched.value("lag_bytes") == 0)
    before = watched.metrics()
    ids = [row for row in range(1, 31)]
    for each in ids:
        b.sql.execute("UPDATE booking SET end_date = end_date + 1 WHERE id = %s", (each,))
    written = lambda: grown(before, watched.metrics(), "documents_written_total", "reservations")  # noqa: E731
    until("30 documents are written", lambda: written() >= 30)
    b.sql.execute("INSERT INTO booking (id, start_date, end_date, guest_id, place_id) "
                  "SELECT 100000 + n, '2026-01-01', '2026-01-02', 1, 1 FROM generate_series(1, 7) n")
    until("7 more are", lambda: written() >= 37)
    b.sql.execute("DELETE FROM booking WHERE id > 100000")
    b.sql.execute("CREATE TABLE nobody_follows (); CREATE TABLE none (a int); INSERT INTO none VALUES (1)")
    deleted = lambda: grown(before, watched.metrics(), "documents_deleted_total", "reservations")  # noqa: E731
    until("7 are deleted", lambda: deleted() >= 7)
    until("nothing waits", lambda: watched.value("unacknowledged_batches") == 0 == watched.value("bulks_in_flight"))
    after = watched.metrics()
    for name, wanted in {"documents_written_total": 37, "documents_deleted_total": 7, "dead_letters_total": 0}.items():
        got = grown(before, after, name, "reservations")
        expect(got == wanted, f"{name} grew by {got}, not by {wanted}")
    for name, wanted in {"changes_total": 44, "latency_seconds_count": 32, "bulk_retries_total": 0, "conflicts_total": 0,
                         "bulk_rejections_total": 0, "reconnects_total": 0, "bulk_documents_sum": 44}.items():
        got = grown(before, after, name)
        expect(got == wanted, f"{name} grew by {got}, not by {wanted}")
    expect(grown(before, after, "transactions_total") >= 32, "transactions are missing")
    expect(grown(before, after, "bulk_bytes_count") == grown(before, after, "bulk_seconds_count") > 0, "a bulk is missing")
    expect(0 < grown(before, after, "latency_seconds_sum") < 32 * 60, "the latency is no time")
    expect(after["process_resident_memory_bytes", None] > 1e6, "it needs memory")
    until("the slot is confirmed", lambda: watched.value("slot_lag_bytes") == 0)
    expect(watched.value("lag_seconds") == 0 == watched.value("queue_keys"), "something is behind")
    confirmed = b.value("SELECT confirmed_flush_lsn - '0/0' FROM pg_replication_slots WHERE database = current_database()")
    expect(abs(watched.value("slot_confirmed_lsn") - float(confirmed)) < 1 << 20, "the slot's position is another")
    if shutil.which("promtool"):
        text = get(watched.address, "/metrics")[2]
        done = subprocess.run(["promtool", "check", "metrics"], input=text.encode(), capture_output=True, check=False)
        expect(done.returncode == 0, f"promtool: {done.stderr.decode()}{done.stdout.decode()}")


def pages(b):
    """The status page and what else there is."""
    b.load_airbnb()
    b.succeed("bootstrap")
    watched = Watched(b, "sync").until_ready()
    status, kind, text = get(watched.address, "/")
    expect(status == 200 and kind.startswith("text/html") and "<title>pgsync</title>" in text, "no status page")
    expect(get(watched.address, "/secret")[0] == 404, "there is a page of any name")
    expect(get(watched.address, "/metrics", "POST")[0] == 405, "something can be posted")
    expect(get(watched.address, "/metrics", "HEAD") == (200, "text/plain; version=0.0.4; charset=utf-8", ""), "HEAD")
    taken = b.refuse("sync", "--metrics", watched.address.removeprefix("http://"), saying=["cannot listen at", "in use"])
    expect("following" not in taken, "it goes on unwatched")
    # What the environment says for sync is no reason to refuse other commands beside it.
    same = {"PGSYNC_METRICS": watched.address.removeprefix("http://")}
    for command in (["doctor"], ["status"], ["bootstrap", "--dry-run"]):
        status, output = b.run(*command, **same)
        expect(status in (0, 3) and "listen" not in output, f"{command} ends with {status}:\n{output}")
    expect("bootstrap goes on without" in b.succeed("bootstrap", **same), "bootstrap does not say so")


def standing_by(b):
    """Of two copies one is ready; the other one is when it takes over."""
    b.load_airbnb()
    b.succeed("bootstrap")
    first = Watched(b, "sync").until_ready()
    second = Watched(b, "sync")
    second.until_not("standing by")
    expect(second.healthy(), "a copy that stands by is not healthy")
    expect(second.value("state", "standing_by") == 1 and second.value("ready") == 0, "its metrics say something else")
    # It sees how far the slot is, all the same.
    until("the slot is looked at", lambda: second.value("slot_confirmed_lsn"))
    expect(first.program.stop() == 0, "the first copy does not stop in order")
    second.until_ready()
    # Who followed and stands by now does not know how far the indices are.
    first = Watched(b, "sync")
    first.until_not("standing by")
    expect(b.value("SELECT pg_terminate_backend(active_pid) FROM pg_replication_slots WHERE database = current_database()"),
           "nobody follows")
    until("both say who follows", lambda: {first.ready()[1], second.ready()[1]} == {"following", "standing by"}, patience=90)
    for each in first, second:
        if each.ready()[1] == "standing by":
            expect(each.value("lag_bytes") is None, "it tells a lag that is not its own")


def loading(b):
    """A load is told with how far it is, and a program that loads is not ready."""
    b.load_airbnb()
    b.sql.execute("BEGIN; LOCK TABLE booking IN ACCESS EXCLUSIVE MODE")
    watched = Watched(b, "sync", "--bootstrap")
    watched.until_not("loading")
    expect(watched.healthy(), "a program that loads is not healthy")
    b.sql.execute("COMMIT")
    watched.until_ready()
    rows = b.value("SELECT count(*) FROM booking")
    expect(watched.value("load_rows", "reservations") == rows == watched.value("load_rows_expected", "reservations"),
           "the load has other rows")
    expect(watched.value("documents_written_total", "reservations") == rows, "not each document was counted")


def dead_letters(b):
    """Documents that were set aside are counted as such and not as written."""
    b.load_airbnb()
    b.search.forget("reservations-dead-letters")
    b.succeed("bootstrap")
    b.search("PUT", "/reservations/_mapping", {"properties": {"start_date": {
        "type": "date", "format": "strict_date_optional_time", "ignore_malformed": False}}})
    watched = Watched(b, "sync", "--on-rejected", "dead-letter").until_ready()
    before = watched.metrics()
    b.sql.execute("UPDATE booking SET start_date = '12000-01-01', end_date = '12000-01-02' WHERE id IN (1, 2, 3)")
    b.sql.execute("UPDATE booking SET end_date = end_date + 1 WHERE id = 4")
    until("three are set aside", lambda: grown(before, watched.metrics(), "dead_letters_total", "reservations") >= 3)
    until("one is written", lambda: grown(before, watched.metrics(), "documents_written_total", "reservations") >= 1)
    after = watched.metrics()
    expect(grown(before, after, "dead_letters_total", "reservations") == 3, "more dead letters than documents")
    expect(grown(before, after, "documents_written_total", "reservations") == 1, "what was refused counts as written")


def servers_away(b, database):
    """A server that is away is told by name, whether there is anything to do for it or not."""
    b.load_airbnb()
    b.succeed("bootstrap")
    proxy = Proxy(lambda: int(b.url.rsplit(":", 1)[1]))
    watched = Watched(b, "sync", ELASTICSEARCH_URL=f"http://127.0.0.1:{proxy.port}").until_ready()
    proxy.refusing = True
    proxy.cut()
    watched.until_not("the cluster is away")
    expect(watched.healthy(), "it is given up for lost with its cluster")
    before = watched.metrics()
    b.sql.execute("UPDATE booking SET end_date = end_date + 1 WHERE id < 5")
    until("bulks are sent again", lambda: grown(before, watched.metrics(), "bulk_retries_total") > 0)
    expect(watched.value("lag_seconds") > 0, "a change waits, and nothing is behind")
    proxy.calm()
    watched.until_ready()
    until("all is written", lambda: grown(before, watched.metrics(), "documents_written_total", "reservations") == 4)
    b.sql.connection.close()
    b.server.close()
    database.stop()
    until("the database is missed", lambda: not watched.ready()[0])
    expect("away" in watched.ready()[1] and watched.healthy(), f"it says {watched.ready()}")
    database.start()
    b.server = b.connect("postgres")
    b.sql = b.connect().cursor()
    watched.until_ready()
    expect(watched.value("reconnects_total") > 0, "the reconnect was not counted")
    proxy.close()


def silent_database(b):
    """One that takes connections and says nothing is away as well, and is back when it speaks."""
    b.load_airbnb()
    b.succeed("bootstrap")
    proxy = Proxy(lambda: int(os.environ["PGPORT"]))
    watched = Watched(b, "sync", PGPORT=str(proxy.port)).until_ready()
    proxy.freeze()
    watched.until_not("the database is away")
    proxy.thaw()
    watched.until_ready()
    proxy.close()


class Manager:
    """A service manager's socket; `path` with @ is an abstract one."""

    def __init__(self, path):
        self.path = str(path)
        self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.socket.bind(self.path.replace("@", "\0", 1))
        self.lock, self.lines = threading.Lock(), []
        threading.Thread(target=self.read, daemon=True).start()

    def read(self):
        while True:
            told = self.socket.recv(4096).decode().split("\n")
            with self.lock:
                self.lines += told

    def until(self, line):
        """Waits for one more of that line; returns and forgets all that came by then."""
        until(f"{line} is told", lambda: line in self.lines)
        return self.rest()

    def rest(self):
        with self.lock:
            lines, self.lines = self.lines, []
        return lines


def service_manager(b):
    """READY when it is at work, signs of life, STOPPING; nothing of it where the start fails."""
    b.load_airbnb()
    manager = Manager(b.folder / "notify")
    told = {"NOTIFY_SOCKET": manager.path, "WATCHDOG_USEC": "300000"}
    b.succeed("bootstrap", **told)
    lines = manager.until("STOPPING=1")
    expect("READY=1" in lines and "STATUS=loading" in lines, f"bootstrap told {lines}")
    running = b.start("sync", **told)
    lines = manager.until("READY=1")
    expect("STATUS=following" in lines, f"it is ready with {lines}")
    for _ in range(3):
        manager.until("WATCHDOG=1")
    running.stop()
    lines = manager.until("STOPPING=1")
    expect(lines.count("STOPPING=1") == 1 and "READY=1" not in lines, f"the end was told as {lines}")
    b.refuse("sync", "--connect-timeout", "1", saying=["cannot connect|refused"], PGPORT="1", **told)
    expect("READY=1" not in manager.until("STOPPING=1"), "ready without a database")
    # A start that waits asks for the time it takes.
    waiting = b.start("sync", PGPORT="1", **told)
    lines = manager.until("EXTEND_TIMEOUT_USEC=30000000")
    expect("STATUS=a server is away" in lines and "READY=1" not in lines, f"it waits with {lines}")
    waiting.stop()
    expect("READY=1" not in manager.until("STOPPING=1"), "ready without a database")
    # An abstract socket, and a watchdog that is another process's.
    abstract = Manager(f"@pgsync-test-{os.getpid()}")
    running = b.start("sync", NOTIFY_SOCKET=abstract.path, WATCHDOG_USEC="1000", WATCHDOG_PID="1")
    expect("WATCHDOG=1" not in abstract.until("READY=1"), "a sign of life that nobody asked for")
    running.stop()


def json_lines(b):
    """Each line of the log is an object, the last one of a failure too, and no secret is in any."""
    b.load_airbnb()
    secret = "s3cr3t-word"
    status, output = b.run("bootstrap", "--log-format", "json", "--log-level", "debug")
    expect(status == 0, output)
    b.sql.execute("UPDATE booking SET end_date = end_date + 1 WHERE id = 1")
    status, more = b.run("sync", "--once", PGSYNC_LOG_FORMAT="json", PGSYNC_LOG_LEVEL="debug")
    expect(status == 0, more)
    status, last = b.run("sync", "--log-format=json", "--connect-timeout=1", PGSYNC_DATABASE=f"postgresql://nobody:{secret}@127.0.0.1:1/x")
    expect(status == 1 and last, f"no database, and {status}: {last}")
    status, wrong = b.run("sync", "--log-format=json", PGSYNC_WORKERS="0")
    expect(status == 2 and "PGSYNC_WORKERS" in json.loads(wrong)["message"], f"{status}: {wrong}")
    lines = [json.loads(line) for line in (output + more + last).splitlines() if line]
    for line in lines:
        expect(re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", line["time"]), f"no time: {line}")
        expect(line["level"] in ("debug", "info", "warn", "error") and line["message"], f"no line: {line}")
    expect(lines[-1]["level"] == "error" and "127.0.0.1:1" in lines[-1]["message"], f"the end is {lines[-1]}")
    expect(secret not in output + more + last, "a secret is in the log")
    expect(any(line.get("slot") == "pgsync_reservations" for line in lines), "no line is about the slot")
    expect(any(line.get("index") == "reservations" for line in lines), "no line is about the index")


def configured(b):
    """All of it from a file and the environment, a password among it."""
    b.load_airbnb()
    info = b.sql.connection.info
    file = b.folder / "pgsync.toml"
    # A key of another table is no key of this one: the password cannot be guessed from a service file.
    file.write_text(f"database = 'host={info.host} port={info.port} user={info.user} dbname={b.name} "
                    f"password={info.password}'\nelasticsearch = '{b.url}'\n[sync]\nonce = true\n")
    file.chmod(0o644)
    nothing = {name: "" for name in ("PGHOST", "PGPORT", "PGUSER", "PGPASSWORD", "PGDATABASE", "ELASTICSEARCH_URL")}
    if info.password:
        b.refuse("bootstrap", "--config", str(file), saying=["pgsync.toml:1: database holds a password"], status=2, **nothing)
    file.chmod(0o600)
    b.succeed("bootstrap", "--config", str(file), **nothing)
    b.succeed("sync", PGSYNC_CONFIG=str(file), **nothing)
    expect(b.search.count("reservations") == b.value("SELECT count(*) FROM booking"), "documents are missing")
    printed = b.succeed("sync", "--print-config", PGSYNC_CONFIG=str(file), **nothing)
    expect("once = \"true\"" in printed and "password='***'" in printed, f"printed is {printed}")
    b.refuse("sync", "--page-size", "5", saying=["PGSYNC_WORKERS: --workers"], status=2, PGSYNC_WORKERS="many", **nothing)
    b.refuse("refresh", "--all", saying=["PGSYNC_DRY_RUN: dry-run is true, but refresh has no dry run"], status=2,
             PGSYNC_DRY_RUN="true")
    output = b.succeed("sync", "--once", PGSYNC_WORKER="4", PGSYNC_IMAGE="airbnb:1", PGSYNC_REPAIR="yes")
    told = re.findall("PGSYNC_.*", output)
    expect(told == ["PGSYNC_WORKER is no option of any command; did you mean PGSYNC_WORKERS?"], f"it tells of {told}")


def progress_bar(b):
    """On a terminal a load has a bar, which ends full."""
    b.load_airbnb()
    ours, its = pty.openpty()
    child = subprocess.Popen([b.program, "bootstrap"], env=b.environment(), stdin=its, stdout=its, stderr=its)
    os.close(its)
    shown = b""
    try:
        while piece := os.read(ours, 4096):
            shown += piece
    except OSError:  # the other side is gone
        pass
    os.close(ours)
    expect(child.wait(60) == 0, shown.decode())
    rows = b.value("SELECT count(*) FROM booking")
    expect(re.search(rf"\rreservations \[#{{30}}\] 100 %  {rows} documents, ", shown.decode()), f"no bar: {shown.decode()}")


class SlowClient:
    """Sends a request a byte at a time, and begins again when it is thrown out."""

    def __init__(self, address, host):
        self.address, self.host, self.bytes = address, host, 0
        self.connect()

    def connect(self):
        self.socket = socket.create_connection(self.address, 10, (self.host, 0))
        self.socket.sendall(b"GET /health HTTP/1.1\r\nX: ")
        self.socket.setblocking(False)

    def step(self):
        try:
            self.bytes += self.socket.send(b"x")
            if self.socket.recv(1) == b"":
                raise ConnectionError
        except BlockingIOError:
            pass
        except OSError:
            self.socket.close()
            self.connect()


def slow_clients(b):
    """40 clients who send a byte a second keep nobody from asking /health, whether they come from another machine or
    from the one that asks."""
    watched = Watched(b, "sync", ELASTICSEARCH_URL="http://127.0.0.1:1")  # it is healthy while it waits for its cluster
    host, _, port = watched.address.removeprefix("http://").rpartition(":")
    for source in "127.0.0.2", "127.0.0.1":
        clients = [SlowClient((host, int(port)), source) for _ in range(40)]
        stop = threading.Event()

        def send(clients=clients, stop=stop):
            while not stop.wait(1):
                for each in clients:
                    each.step()

        sending = threading.Thread(target=send)
        sending.start()
        try:
            for round_ in range(2):
                until("each has sent a byte more", lambda: all(each.bytes >= round_ for each in clients))  # noqa: B023
                with urllib.request.urlopen(watched.address + "/health", timeout=5) as answer:
                    expect(answer.status == 200, "it is not healthy")
        finally:
            stop.set()
            sending.join()
            for each in clients:
                each.socket.close()


def main():
    airbnb = sys.argv[1]

    def play(test, folder):
        if test is not servers_away:
            with Bench(airbnb, folder) as b:
                return test(b)
        database = Postgres(pathlib.Path(folder) / "own")
        try:
            with Bench(airbnb, folder, **database.libpq) as b:
                return test(b, database)
        finally:
            database.purge()

    return run_all((counts, pages, standing_by, loading, dead_letters, servers_away, silent_database, service_manager,
                    json_lines, configured, progress_bar, slow_clients), sys.argv[2:], play)


if __name__ == "__main__":
    sys.exit(main())
