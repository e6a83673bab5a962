"""What the tests of whole programs share: a database and an index of their own, and the program as a child."""
import contextlib
import io
import json
import os
import pathlib
import random
import re
import shlex
import signal
import subprocess
import tempfile
import sys
import threading
import time
import urllib.error
import urllib.request

import psycopg2

ROOT = pathlib.Path(__file__).resolve().parents[3]
EXAMPLES = ROOT / "examples"
sys.path += [str(ROOT / "tests" / "integration" / each) for each in ("random", "faults")]
sys.dont_write_bytecode = True

import versions  # noqa: E402

PATIENCE = 60  # seconds until something that must happen counts as not happening
ALL_TESTS = bool(os.environ.get("PGSYNC_ALL_TESTS"))


class Failure(Exception):
    pass


def folder_of(example):
    """Its tables and rows; what only the tests have stands beside them."""
    return EXAMPLES / example if (EXAMPLES / example).is_dir() else ROOT / "tests/integration/program" / example


def expect(condition, what):
    if not condition:
        raise Failure(what)


def until(what, look, patience=PATIENCE):
    """Polls until look() is true; returns its value."""
    end = time.monotonic() + patience
    while True:
        begun = time.monotonic()
        value = look()
        if value:
            return value
        now = time.monotonic()
        expect(now < end, f"not within {patience} s: {what}")
        # A poll that compares all documents takes from both servers what sync needs.
        time.sleep(max(0.02, 2 * (now - begun)))


@contextlib.contextmanager
def in_background(step, pause=0.0):
    """Calls step() again and again while the body runs. What it raises fails the test once the body is over."""
    stop, failed = threading.Event(), []

    def run():
        try:
            while not stop.is_set():
                step()
                time.sleep(pause)
        except Exception as problem:  # noqa: BLE001: told when the thread has ended
            failed.append(problem)

    thread = threading.Thread(target=run)
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join()
    expect(not failed, f"what went on in the background failed: {failed}")


class Cases(list):
    """Tests with the example each is played on."""

    def on(self, example):
        """A test with the example's tables in a database of its own, loaded."""
        def remember(test):
            self.append((test, example))
            return test
        return remember

    def play(self, wanted, play):
        """Calls play(test, example, folder) for those wanted, or all; returns the exit status."""
        examples = dict(self)
        return run_all(list(examples), wanted, lambda test, folder: play(test, examples[test], folder))


def airbnb_changes():
    """Statements that each change one row of the airbnb tables, drawn by the server's random()."""
    one = "(SELECT id FROM {} ORDER BY random() LIMIT 1)"
    return [
        "INSERT INTO booking (start_date, end_date, guest_id, place_id) SELECT '2026-01-01', '2026-01-05', "
        f"{one.format('guest')}, {one.format('place')}",
        f"DELETE FROM booking WHERE id = {one.format('booking')}",
        f"UPDATE booking SET place_id = {one.format('place')} WHERE id = {one.format('booking')}",
        f"INSERT INTO review (rating, comment, booking_id) SELECT 3, 'new', {one.format('booking')}",
        f"UPDATE review SET booking_id = {one.format('booking')} WHERE id = {one.format('review')}",
        f"DELETE FROM review WHERE id = {one.format('review')}",
        f"UPDATE guest SET name = name || '!' WHERE id = {one.format('guest')}",
        f"UPDATE city SET name = name || '?' WHERE id = {one.format('city')}",
        f"UPDATE place SET host_id = {one.format('host')} WHERE id = {one.format('place')}",
        f"UPDATE place SET address = address || '?' WHERE id = {one.format('place')}",
        "INSERT INTO guest (name, email) VALUES ('New', 'new@example.com')",
    ]


def takes_long(test):
    """A test that is played only if it is asked for by name, or if PGSYNC_ALL_TESTS is set."""
    test.takes_long = True
    return test


def chosen(test, wanted):
    return test.__name__ in wanted if wanted else ALL_TESTS or not getattr(test, "takes_long", False)


def run_all(tests, wanted, play, remark=lambda: ""):
    """Plays the tests wanted by name, or all but those that take long, each with a folder of its own; returns the
    exit status."""
    passed = failed = 0
    for test in tests:
        if not chosen(test, wanted):
            continue
        began = time.monotonic()
        with tempfile.TemporaryDirectory() as folder:
            try:
                play(test, folder)
                passed += 1
                print(f"{test.__name__}: passed, {time.monotonic() - began:.0f} s", flush=True)
            except (Failure, psycopg2.Error, subprocess.SubprocessError, OSError) as problem:
                failed += 1
                print(f"{test.__name__}: FAILED: {problem}", flush=True)
    print(f"{passed} passed, {failed} failed{remark()}")
    return 1 if failed or not passed else 0


def servers_sh(*arguments):
    done = subprocess.run([ROOT / "scripts/servers.sh", *map(str, arguments)], stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, check=False)
    if done.returncode:
        raise subprocess.SubprocessError(f"servers.sh {' '.join(map(str, arguments))}: {done.stdout.decode()[-2000:]}")


def exported(folder):
    """The variables of the env file that servers.sh wrote there."""
    lines = (pathlib.Path(folder) / "env").read_text(encoding="utf-8").splitlines()
    return dict(shlex.split(line)[1].split("=", 1) for line in lines)


class Search:
    def __init__(self, url):
        self.url = url.rstrip("/")

    def __call__(self, method, path, body=None):
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(self.url + path, data, {"Content-Type": "application/json"}, method=method)
        try:
            with urllib.request.urlopen(request, timeout=30) as answer:
                return json.load(answer)
        except urllib.error.HTTPError as problem:
            return json.load(problem)

    def document(self, index, key):
        found = self("GET", f"/{index}/_doc/{key}")
        return found.get("_source")

    def meta(self, index):
        """What pgsync has the index remember."""
        mapping = next(iter(self("GET", f"/{index}/_mapping").values()))["mappings"]
        return mapping.get("_doc", mapping)["_meta"]["pgsync"]

    def count(self, index):
        """Documents that a search finds; None while there is no index, or none whose shards have started."""
        self("POST", f"/{index}/_refresh")
        answer = self("GET", f"/{index}/_count")
        expect("count" in answer or answer.get("status") in (404, 503), f"{index} cannot be counted: {answer}")
        return answer.get("count")

    def forget(self, *patterns):
        # By name: Elasticsearch 8 deletes nothing by a pattern.
        for pattern in patterns:
            for name in self("GET", f"/{pattern}?ignore_unavailable=true&expand_wildcards=open,closed"):
                self("DELETE", f"/{name}")


class Program:
    """One run of the program in the background; its output in one file."""

    def __init__(self, path, arguments, environment, log, stdin=subprocess.DEVNULL):
        self.log = log
        with open(log, "ab") as out:
            self.child = subprocess.Popen([path, *arguments], env=environment, stdin=stdin, stdout=out, stderr=out)

    def stop(self, with_signal=signal.SIGTERM, patience=PATIENCE):
        self.child.send_signal(with_signal)
        return self.child.wait(patience)

    def peak_memory(self):
        """Bytes of resident memory at its highest."""
        status = pathlib.Path(f"/proc/{self.child.pid}/status").read_text()
        return int(re.search(r"VmHWM:\s+(\d+) kB", status).group(1)) * 1024

    def output(self):
        return pathlib.Path(self.log).read_text(errors="replace")


class Rows:
    """All that the tables of a database hold: making it anew costs seconds for each test."""

    TABLES = """SELECT format('%I.%I', n.nspname, c.relname) FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
                WHERE c.relkind = 'r' AND c.relpersistence = 'p' AND n.nspname NOT IN ('pg_catalog', 'information_schema')"""
    SEQUENCES = TABLES.replace("'r'", "'S'")

    def __init__(self, sql):
        self.tables, self.sequences = {}, {}
        sql.execute("SET client_encoding TO 'UTF8'")
        sql.execute(self.TABLES)
        for table, in sql.fetchall():
            text = io.StringIO()
            sql.copy_expert(f"COPY {table} TO STDOUT", text)
            self.tables[table] = text.getvalue()
        sql.execute(self.SEQUENCES)
        for sequence, in sql.fetchall():
            sql.execute(f"SELECT last_value, is_called FROM {sequence}")
            self.sequences[sequence] = sql.fetchone()

    def put_into(self, sql):
        sql.execute("SET client_encoding TO 'UTF8'")
        sql.execute("BEGIN; SET LOCAL session_replication_role = replica")  # for any order of the tables
        for table, text in self.tables.items():
            sql.copy_expert(f"COPY {table} FROM STDIN", io.StringIO(text))
        for sequence, state in self.sequences.items():
            sql.execute("SELECT setval(%s, %s, %s)", (sequence, *state))
        sql.execute("COMMIT; ANALYZE")


rows_of = {}  # by the names of examples


class Bench:
    """A database with the airbnb tables (or others), and the program pointed at it."""

    def __init__(self, program, folder, search_url=None, indices=("reservations*",), create="", **libpq):
        self.program = str(program)
        self.create = create  # what CREATE DATABASE says behind the name
        self.indices = indices  # as patterns: those to forget
        self.folder = pathlib.Path(folder)
        self.name = f"pgsync_test_{os.getpid()}_{random.randrange(10**6)}"
        self.libpq = libpq
        self.url = search_url or os.environ["OPENSEARCH_URL"]
        self.search = Search(self.url)
        self.runs = 0
        self.children = []
        self.server = self.connect(os.environ.get("PGDATABASE", "postgres"))

    def connect(self, database=None, **more):
        connection = psycopg2.connect(dbname=database or self.name, **{**self.libpq, **more})
        connection.autocommit = True
        return connection

    def __enter__(self):
        self.search.forget(*self.indices)
        with self.server.cursor() as cursor:
            cursor.execute(f"CREATE DATABASE {self.name} {self.create}")
        self.sql = self.connect().cursor()
        return self

    def __exit__(self, *_):
        for child in self.children:
            if child.child.poll() is None:
                child.stop(signal.SIGKILL)
        self.sql.connection.close()
        with self.server.cursor() as cursor:
            end = time.monotonic() + PATIENCE
            while True:
                cursor.execute("SELECT pg_terminate_backend(active_pid) FROM pg_replication_slots "
                               "WHERE database = %s AND active_pid IS NOT NULL", (self.name,))
                with contextlib.suppress(psycopg2.Error):
                    cursor.execute("SELECT pg_drop_replication_slot(slot_name) FROM pg_replication_slots "
                                   "WHERE database = %s", (self.name,))
                    break
                if time.monotonic() > end:
                    raise Failure("a slot of the test could not be dropped")
                time.sleep(0.05)
            versions.drop_database(cursor, self.name)
        self.server.close()
        self.search.forget(*self.indices)

    def load(self, example, data=True):
        folder = folder_of(example)
        schema = (folder / "schema.sql").read_text()
        self.sql.execute(versions.adapted(schema, self.server.server_version))
        if data and example in rows_of:
            rows_of[example].put_into(self.sql)
        elif data:
            self.sql.execute((folder / "data.sql").read_text())
            rows_of[example] = Rows(self.sql)
        self.sql.execute("SET search_path TO DEFAULT")

    def load_airbnb(self, data=True):
        self.load("airbnb", data)

    def environment(self, **more):
        names = {"host": "PGHOST", "port": "PGPORT", "user": "PGUSER", "password": "PGPASSWORD"}
        libpq = {names[key]: str(value) for key, value in self.libpq.items()}
        return {**os.environ, **libpq, "PGDATABASE": self.name, "ELASTICSEARCH_URL": self.url, **more}

    def start(self, *arguments, stdin=subprocess.DEVNULL, **environment):
        self.runs += 1
        child = Program(self.program, arguments, self.environment(**environment), self.folder / f"run{self.runs}.log", stdin)
        self.children.append(child)
        return child

    def run(self, *arguments, patience=120, **environment):
        """Runs to the end; returns exit status and output."""
        child = self.start(*arguments, **environment)
        return child.child.wait(patience), child.output()

    def succeed(self, *arguments, **environment):
        status, output = self.run(*arguments, **environment)
        expect(status == 0, f"{' '.join(arguments)} ended with {status}:\n{output[-2000:]}")
        return output

    def refuse(self, *arguments, saying, status=1, **environment):
        """Must end with this status, and its output must match every pattern."""
        got, output = self.run(*arguments, **environment)
        expect(got == status, f"{' '.join(arguments)} ended with {got}, not {status}:\n{output[-2000:]}")
        for pattern in saying:
            expect(re.search(pattern, output), f"{' '.join(arguments)} does not say {pattern!r}:\n{output[-2000:]}")
        return output

    def value(self, query, *parameters):
        self.sql.execute(query, parameters)
        row = self.sql.fetchone()
        return row[0] if row else None
