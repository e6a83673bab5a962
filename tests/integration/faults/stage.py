"""The stage: private servers, writers at work, and the program between, with proxies on both its sides."""

import collections
import contextlib
import os
import pathlib
import random
import re
import signal
import time

import psycopg2
import psycopg2.errors
import psycopg2.extensions

import compare
import events
import rows
import writers
from program import STOP_TIMEOUT, Program
from proxy import Proxy, SearchProxy
from servers import Servers

INDICES = ("random_trips", "random_people", "random_cities")
SLOT = "pgsync_random_trips"
DATABASE = "faults"
RANDOM = pathlib.Path(writers.__file__).parent


class Failed(Exception):
    """The test cannot go on."""


def say(text):
    print(f"{time.strftime('%H:%M:%S')} {text}", flush=True)


class PatientWriter(writers.Writer):
    """One that waits when the server is away."""

    def connect(self):
        while True:
            try:
                return super().connect()
            except psycopg2.Error:
                if self.world.stop.is_set():
                    raise
                time.sleep(0.1)
                if self.world.paused():
                    self.world.rest()


class Stage:
    def __init__(self, options, folder):
        self.options, self.folder = options, pathlib.Path(folder)
        self.problems, self.counts = [], collections.Counter()
        self.injected = collections.defaultdict(collections.Counter)  # class -> fault -> how often
        self.compared = {}  # class -> (documents, different)
        self.about = ""
        self.rng = random.Random(options.seed)
        self.sync, self.sync_arguments = None, ()
        self.threads = []
        say("starting private servers")
        self.servers = Servers(self.folder / "servers")
        os.environ.update(
            {name: value for name, value in self.servers.environment.items() if name.startswith("PG")}
        )
        self.database_side = Proxy(lambda: self.servers.postgres_port)
        self.rules = SearchProxy(lambda: self.servers.search_port)
        self.search_side = Proxy(lambda: self.rules.port)
        self.cluster = compare.Cluster(self.servers.environment["OPENSEARCH_URL"])
        self.sql = compare.queries(RANDOM / "expected.sql")
        self.program = Program(
            options.program,
            {
                "PGDATABASE": DATABASE,
                "PGPORT": str(self.database_side.port),
                "ELASTICSEARCH_URL": f"http://127.0.0.1:{self.search_side.port}",
            },
            self.folder / "program.log",
        )
        self.journal = open(self.folder / "journal.log", "w", encoding="utf-8", errors="backslashreplace")
        self.set_up()

    # --- the database ---------------------------------------------------------------------------------

    @property
    def dsn(self):
        # Asked anew each time: the port of a restarted server may be another.
        return psycopg2.extensions.make_dsn(
            host="127.0.0.1",
            port=self.servers.postgres_port,
            dbname=DATABASE,
            application_name="faults",
            connect_timeout=20,
        )

    def connect(self, **more):
        connection = psycopg2.connect(self.dsn, **more)
        connection.autocommit = True
        return connection

    def admin(self, statement, *parameters, **more):
        """One statement outside any transaction, and its rows."""
        with contextlib.closing(self.connect(**more)) as connection, connection.cursor() as cursor:
            cursor.execute(statement, parameters or None)
            return cursor.fetchall() if cursor.description else []

    def value(self, statement, *parameters):
        found = self.admin(statement, *parameters)
        return found[0][0] if found else None

    def program_sessions(self, condition="true"):
        return [
            pid
            for pid, in self.admin(
                f"SELECT pid FROM pg_stat_activity WHERE application_name = 'pgsync' AND ({condition})"
            )
        ]

    def set_up(self):
        self.admin(f"CREATE DATABASE {DATABASE} ENCODING 'UTF8' TEMPLATE template0", dbname="postgres")
        seed = self.options.seed
        self.tables = rows.tables(random.Random(f"{seed}/keys"), self.options.rows)
        with contextlib.closing(psycopg2.connect(self.dsn)) as connection:
            with connection.cursor() as cursor:
                cursor.execute((RANDOM / "schema.sql").read_text(encoding="utf-8"))
                rows.load(cursor, self.tables, random.Random(f"{seed}/rows"))
            connection.commit()
            connection.autocommit = True
            with connection.cursor() as cursor:
                cursor.execute("ANALYZE")
        self.world = writers.World(
            self.dsn, self.tables, seed, self.options.writers, self.options.pace / 1000, self.journal
        )
        for number in range(self.options.writers):
            thread = PatientWriter(self.world, number, random.Random(f"{seed}/{number}"))
            self.threads.append(thread)
            thread.start()

    def schedule_events(self, seconds):
        """Rare and large things the writers are to do meanwhile."""
        with self.world.lock:
            self.world.events.clear()
        chosen = self.rng.sample(sorted(events.EVENTS), 2)
        plan = [(self.rng.uniform(0, seconds), name) for name in chosen] + [
            (part * seconds, "refill") for part in (0, 0.3, 0.7, 1, 2)
        ]
        self.world.schedule(time.monotonic(), plan)

    def check_writers(self):
        if self.world.problems:
            raise Failed("a writer broke: " + self.world.problems[0])

    def restart(self, kind):
        self.servers.start(kind)
        self.world.dsn = self.dsn
        self.cluster = compare.Cluster(self.servers.environment["OPENSEARCH_URL"])

    # --- the program ----------------------------------------------------------------------------------

    # Long enough for honest work on a busy machine, short enough to wait for.
    LIMITS = ("--database", "tcp_user_timeout=6000", "--search-timeout", "15")

    def start(self, *arguments):
        return self.program.start(*arguments, *self.LIMITS)

    def run(self, seconds, *arguments):
        child = self.start(*arguments)
        self.wait(seconds, child)
        if child.poll() is None:
            self.program.kill(child)
        return child.returncode

    def start_sync(self, *arguments):
        self.sync_arguments = arguments
        self.sync = self.start("sync", *arguments)

    def alive(self):
        """sync must not end by itself; if it did, that is reported and it is started again."""
        self.check_writers()
        if self.sync is None:
            self.start_sync()
        elif self.sync.poll() is not None:
            self.problem(f"sync ended by itself with exit {self.sync.returncode}\n{self.program.tail(6)}")
            self.counts["ended by itself"] += 1
            if self.counts["ended by itself"] > 12:
                raise Failed("sync ends by itself again and again")
            self.start_sync(*self.sync_arguments)

    def kill_sync(self):
        if self.sync is not None:
            self.program.kill(self.sync)
            self.sync = None

    def stop_sync(self):
        """In peace."""
        if self.sync is None:
            return
        self.wait(1, self.sync)  # just started it does not listen to signals yet
        self.program.kill(self.sync, signal.SIGTERM)
        self.wait(STOP_TIMEOUT + 15, self.sync)
        if self.sync.poll() != 0:
            self.problem(f"sync at SIGTERM: exit {self.sync.poll()}\n{self.program.tail(6)}")
            self.program.kill(self.sync)
        self.sync = None

    def forget_everything(self):
        """No slot, no index: as before the first bootstrap."""
        self.kill_sync()
        end = time.monotonic() + 60
        while self.run(60, "teardown", "--yes") != 0:
            # A walsender may still be there a moment.
            if time.monotonic() > end:
                raise Failed(f"teardown does not work:\n{self.program.tail(8)}")
            time.sleep(0.3)

    # --- time -----------------------------------------------------------------------------------------

    def wait(self, seconds, child=None):
        """Sleeps, but not longer than the child lives."""
        end = time.monotonic() + seconds
        while time.monotonic() < end and (child is None or child.poll() is None):
            time.sleep(0.01)

    def until(self, what, look, seconds=60):
        end = time.monotonic() + seconds
        while not (found := look()):
            self.check_writers()
            if time.monotonic() > end:
                raise Failed(f"{self.about}: not within {seconds} s: {what}\n{self.program.tail(8)}")
            time.sleep(0.05)
        return found

    def said(self, pattern, since):
        """Has the program said that, since so many bytes of its log?"""
        with open(self.program.log_path, "rb") as log:
            log.seek(since)
            return re.search(pattern, log.read().decode("utf-8", "replace")) is not None

    def log_size(self):
        return os.path.getsize(self.program.log_path)

    # --- playing --------------------------------------------------------------------------------------

    def problem(self, text):
        self.problems.append(f"{self.about}: {text}")
        say(f"PROBLEM: {self.about}: {text}")

    def count(self, fault, times=1):
        self.injected[self.about][fault] += times

    def calm(self):
        for each in (self.database_side, self.search_side, self.rules):
            each.calm()

    def in_contact(self, child, since):
        """Waits until a program that was started when its log was so long is at its work."""
        self.until("the program has reached both servers",
                   lambda: child.poll() is not None or self.said(r"\d (info|warning) ", since))

    def load(self, inject, most=3, pause=(0.1, 0.7), options=()):
        """A bootstrap from the start, with `inject()` at random moments of it, at most so many times."""
        self.forget_everything()
        arguments = ("bootstrap", "--page-size", "20", "--bulks-in-flight", "2", *options)
        since = self.log_size()
        child, times = self.start(*arguments), 0
        self.in_contact(child, since)
        end = time.monotonic() + 300
        while True:
            if times < most:
                self.wait(self.rng.uniform(*pause), child)
            else:
                self.calm()
                self.wait(max(0, end - time.monotonic()), child)
            self.check_writers()
            if child.poll() is None:
                if times >= most:
                    self.program.kill(child)
                    raise Failed(f"{self.about}: bootstrap does not end\n{self.program.tail(10)}")
                times += 1
                inject(child)
                if child.returncode is not None and child.returncode < 0:
                    child = self.start(*arguments)
            elif child.returncode == 0:
                break
            elif child.returncode < 0:
                child = self.start(*arguments)
            else:
                self.problem(f"bootstrap ended with exit {child.returncode}\n{self.program.tail(6)}")
                self.counts["ended by itself"] += 1
                if self.counts["ended by itself"] > 12:
                    raise Failed("bootstrap ends by itself again and again")
                child, times = self.start(*arguments), most
        self.calm()
        # Comparisons refresh; in between it would be work for nothing.
        for name in INDICES:
            self.cluster.ask("PUT", f"{name}/_settings", {"index.refresh_interval": "60s"})

    def follow(self, inject, pause=(0.2, 1.2), seconds=None, least=2):
        """sync, with `inject()` at random moments, for some seconds."""
        end = time.monotonic() + (self.options.seconds if seconds is None else seconds)
        times, since, before = 0, self.log_size(), self.sync
        self.alive()
        if self.sync is not before:
            self.in_contact(self.sync, since)
        while times < least or time.monotonic() < end:
            self.wait(self.rng.uniform(*pause), self.sync)
            self.alive()
            inject()
            times += 1
        self.calm()

    @contextlib.contextmanager
    def resting(self):
        """The writers stand still."""
        if not self.world.pause():
            self.world.resume()
            raise Failed("the writers did not stand still within 60 s")
        try:
            yield
        finally:
            self.world.resume()

    def differences(self, but=()):
        """While the writers stand still: what differs once sync has had its time; `but`: documents of random_trips
        that the cluster refuses."""
        answer = compare.expected(self.dsn, self.sql)
        for key in but:
            answer["random_trips"].pop(key, None)
        start = time.monotonic()
        while True:
            self.alive()
            with contextlib.suppress(OSError, RuntimeError):
                found = compare.Comparison(self.cluster, answer)
                if not found.differences or time.monotonic() - start > 180:
                    return found, time.monotonic() - start
            if time.monotonic() - start > 300:
                raise Failed("the cluster does not answer")
            time.sleep(0.3)

    def compare(self):
        self.calm()
        self.alive()
        with self.resting():
            self.note_comparison(*self.differences())

    def note_comparison(self, found, took):
        documents, different = self.compared.get(self.about, (0, 0))
        self.compared[self.about] = (documents + found.documents, different + found.differences)
        if found.differences:
            self.problem(f"{found.summary()} of {found.documents} documents after {took:.0f} s of rest")
            for line in found.lines[:15]:
                print("  " + line)
            self.tell_who_waits()
        else:
            say(f"  {found.documents} documents equal {took:.1f} s after the writers stood still")

    def tell_who_waits(self):
        """What program and server were at, for whoever looks for the reason afterwards."""
        print("  the program's last words:")
        for line in pathlib.Path(self.program.log_path).read_text(errors="replace").splitlines()[-40:]:
            print("    " + line[:300])
        for what, statement in (
            ("sessions", "SELECT pid, application_name, state, wait_event_type, wait_event, now() - xact_start, "
                         "left(query, 120) FROM pg_stat_activity WHERE pid <> pg_backend_pid() "
                         "AND backend_type IN ('client backend', 'walsender') ORDER BY backend_start"),
            ("locks", "SELECT pid, relation::regclass::text, mode, granted FROM pg_locks "
                      "WHERE locktype = 'relation' AND mode <> 'AccessShareLock'"),
        ):
            print(f"  {what}:", *self.admin(statement), sep="\n    ")

    def play(self, name, fault):
        self.about, self.rng = name, random.Random(f"{self.options.seed}/{name}")
        began = time.monotonic()
        self.program.note(f"FAULT {name}")
        self.schedule_events(self.options.seconds)
        try:
            fault(self)
            self.compare()
        finally:
            self.calm()
        counts = ", ".join(f"{count} {what}" for what, count in self.injected[name].items())
        say(f"{name}: {counts} ({time.monotonic() - began:.1f} s)")

    def close(self):
        self.world.stop.set()
        self.world.resume()
        self.calm()
        self.program.end()
        for each in (self.database_side, self.search_side, self.rules):
            each.close()
        for thread in self.threads:
            thread.join(40)
        self.journal.close()
        self.servers.stop()


FAULTS = {}


def fault(name):
    def register(function):
        FAULTS[name] = function
        return function

    return register
