#!/usr/bin/env python3
"""The randomised test: is every document right in the end, whatever happened?

Several writers change the tables of schema.sql at random while the program loads and follows them and is
killed again and again. In the end every document of the three indices is compared with what expected.sql
says, which knows nothing of the library. PostgreSQL is named by libpq's variables (a superuser), the cluster by
--search-url, OPENSEARCH_URL, ELASTICSEARCH_URL or ELASTICSEARCH7_URL. Everything it makes is removed again.
"""

import os
import sys

# This file's own name would hide the standard library's `random` from everybody, so that one is imported while
# this folder is not in the search path.
HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:] = [path for path in sys.path if os.path.abspath(path or ".") != HERE]
import random

sys.path.insert(0, HERE)
sys.dont_write_bytecode = True

import argparse
import collections
import contextlib
import json
import pathlib
import shlex
import shutil
import signal
import tempfile
import time
import traceback

import psycopg2
import psycopg2.extensions

import compare
import events
import rows
import versions
import writers
from program import STOP_TIMEOUT, Program

INDICES = ("random_trips", "random_people", "random_cities")


class Failed(Exception):
    """The test cannot go on; what is known so far is reported."""


def arguments():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--program", required=True, help="the program built from main.cpp")
    parser.add_argument("--seed", type=int, help="repeats the random choices of an earlier run")
    parser.add_argument(
        "--seconds", type=float, default=40, help="how long writers and sync run together (40)"
    )
    parser.add_argument("--rows", type=int, default=2000, help="bookings in the beginning (2000)")
    parser.add_argument("--writers", type=int, default=4)
    parser.add_argument(
        "--pace", type=float, default=15, help="mean pause of a writer between transactions, in ms (15)"
    )
    parser.add_argument("--kills", type=int, default=6, help="how often sync is killed (6)")
    parser.add_argument("--load-kills", type=int, default=4, help="how often bootstrap is killed (4)")
    parser.add_argument(
        "--page-size", type=int, default=50, help="of bootstrap: small, so that kills hit its middle (50)"
    )
    parser.add_argument("--patience", type=float, default=600, help="seconds after which sync --once counts as hanging (600)")
    parser.add_argument("--database", help="a database to create and drop (default: a new name)")
    named = [os.environ.get(name) for name in ("OPENSEARCH_URL", "ELASTICSEARCH_URL", "ELASTICSEARCH7_URL")]
    parser.add_argument("--search-url", default=next(filter(None, named), None), help="the cluster")
    parser.add_argument(
        "--replace", action="store_true", help="remove indices that an earlier run left behind"
    )
    parser.add_argument("--keep", action="store_true", help="on failure keep database, indices and logs")
    options = parser.parse_args()
    if options.seed is None:
        options.seed = int(time.time() * 1000) % 2**31
    if not options.search_url:
        parser.error("no cluster: give --search-url or set OPENSEARCH_URL")
    options.program = os.path.abspath(options.program)
    if not os.access(options.program, os.X_OK):
        parser.error(f"{options.program} is no program")
    options.database = options.database or f"pgsync_random_{options.seed}_{os.getpid()}"
    return options


def say(text):
    print(f"{time.strftime('%H:%M:%S')} {text}", flush=True)


class Test:
    def __init__(self, options):
        self.options = options
        self.rng = random.Random(f"{options.seed}/conductor")
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="pgsync_random_"))
        self.cluster = compare.Cluster(options.search_url)
        self.sql = compare.queries(pathlib.Path(HERE) / "expected.sql")
        self.dsn = psycopg2.extensions.make_dsn(
            dbname=options.database, application_name="pgsync random test"
        )
        self.program = Program(
            options.program,
            {"PGDATABASE": options.database, "ELASTICSEARCH_URL": options.search_url},
            self.folder / "program.log",
        )
        self.journal = open(self.folder / "journal.log", "w", encoding="utf-8", errors="backslashreplace")
        self.tables = rows.tables(random.Random(f"{options.seed}/keys"), options.rows)
        self.world = writers.World(
            self.dsn, self.tables, options.seed, options.writers, options.pace / 1000, self.journal
        )
        self.threads = []
        self.problems = []
        self.counts = collections.Counter()
        self.compared = None
        self.database_made = self.ours = False

    def problem(self, text):
        self.problems.append(text)
        say(f"PROBLEM: {text}")

    # --- servers --------------------------------------------------------------------------------------

    def admin(self, statement, *parameters, database=None):
        """One statement, or what a function does with a cursor, outside any transaction; and its rows."""
        dsn = psycopg2.extensions.make_dsn(dbname=database or os.environ.get("PGDATABASE") or "postgres")
        connection = psycopg2.connect(dsn)
        try:
            connection.autocommit = True
            with connection.cursor() as cursor:
                if callable(statement):
                    statement(cursor, *parameters)
                else:
                    cursor.execute(statement, parameters or None)
                return cursor.fetchall() if cursor.description else []
        finally:
            connection.close()

    def slots(self):
        return [
            name
            for name, in self.admin(
                "SELECT slot_name FROM pg_replication_slots WHERE database = %s", self.options.database
            )
        ]

    def publications(self):
        if not versions.has_publications(self.version):
            return []
        return [
            name for name, in self.admin("SELECT pubname FROM pg_publication", database=self.options.database)
        ]

    def set_up(self):
        self.version = int(self.admin("SHOW server_version_num")[0][0])
        if self.admin("SHOW wal_level") != [("logical",)]:
            raise Failed("the server's wal_level is not logical")
        left = self.cluster.indices(INDICES)
        if left and not self.options.replace:
            raise Failed(
                f"the cluster has {', '.join(left)} already: another run, or one that left them "
                f"(--replace removes them)"
            )
        self.remove_indices()
        self.ours = True
        self.admin(f"CREATE DATABASE {rows.quoted(self.options.database)} ENCODING 'UTF8' TEMPLATE template0")
        self.database_made = True
        spills = self.rng.random() < 0.5
        if spills and versions.has_decoding_memory(self.version):
            # Decoding that spills to disk goes another way than decoding in memory.
            self.admin(
                f"ALTER DATABASE {rows.quoted(self.options.database)} SET logical_decoding_work_mem = '64kB'"
            )
            self.counts["decoding spills"] = 1
        connection = psycopg2.connect(self.dsn)
        try:
            with connection.cursor() as cursor:
                cursor.execute((pathlib.Path(HERE) / "schema.sql").read_text(encoding="utf-8"))
                rows.load(cursor, self.tables, random.Random(f"{self.options.seed}/rows"))
            connection.commit()
            connection.autocommit = True
            with connection.cursor() as cursor:
                cursor.execute("ANALYZE")
        finally:
            connection.close()
        self.wanted = {name: len(found) for name, found in compare.expected(self.dsn, self.sql).items()}
        say(
            f"{sum(len(t.pool[:t.base]) for t in self.tables.values())} rows in {len(self.tables)} tables, documents: "
            + ", ".join(f"{name} {count}" for name, count in self.wanted.items())
        )

    def remove_indices(self):
        for name in self.cluster.indices(INDICES):
            self.cluster.ask("DELETE", name, missing={})

    def tear_down(self):
        """Removes everything; says what `teardown` should have removed and did not."""
        self.world.stop.set()
        self.world.resume()
        for thread in self.threads:
            thread.join(60)
        self.program.end()
        if self.ours:
            if self.counts["bootstrap"]:
                status = self.program.run(60, "teardown", "--yes")
                left = (
                    self.cluster.indices(INDICES)
                    + self.slots()
                    + self.publications()
                )
                if status != 0 or left:
                    self.problem(
                        f"teardown: exit {status}, left behind: {', '.join(left) or 'nothing'}\n{self.program.tail(15)}"
                    )
            self.remove_indices()
        if self.database_made:
            for name in self.slots():
                self.admin(
                    "SELECT pg_terminate_backend(active_pid) FROM pg_replication_slots WHERE slot_name = %s AND "
                    "active_pid IS NOT NULL",
                    name,
                )
                end = time.monotonic() + 10
                while True:
                    try:
                        self.admin("SELECT pg_drop_replication_slot(%s)", name)
                        break
                    except psycopg2.errors.ObjectInUse:
                        if time.monotonic() > end:
                            raise
                        time.sleep(0.1)
            self.admin(versions.drop_database, rows.quoted(self.options.database))

    # --- the play -------------------------------------------------------------------------------------

    def play(self):
        self.set_up()
        for number in range(self.options.writers):
            self.threads.append(
                writers.Writer(self.world, number, random.Random(f"{self.options.seed}/{number}"))
            )
        for thread in self.threads:
            thread.start()
        started = time.monotonic()
        # Something large may fall into the load as well.
        late = [(self.rng.uniform(1.5, 5), name) for name in ("truncate bookings", "rename all", "refill")]
        early = [(self.rng.uniform(0.2, 2), name) for name in ("truncate review", "large copy")]
        self.world.schedule(started, early + late)
        self.load()
        with self.world.lock:
            self.world.events.clear()
        self.world.schedule(time.monotonic(), events.plan(self.rng, self.options.seconds))
        self.live()
        self.end()

    def load(self):
        """bootstrap, killed at random moments, until it says that it is done."""
        total, began = sum(self.wanted.values()), time.monotonic()
        refused = False
        for kill in range(self.options.load_kills):
            child = self.program.start("bootstrap", "--page-size", str(self.options.page_size))
            self.counts["bootstrap"] += 1
            if kill == 0 or (kill > 1 and self.rng.random() < 0.2):
                self.wait(self.rng.uniform(0.02, 0.6), child)  # publication, slot, index: the set-up
            else:
                before = self.cluster.written(INDICES)
                goal = before + self.rng.uniform(0.01, 0.3) * max(100, total - before)
                end = time.monotonic() + 20
                while (
                    child.poll() is None and time.monotonic() < end and self.cluster.written(INDICES) < goal
                ):
                    time.sleep(0.01)
            if child.poll() is not None:
                if child.returncode == 0:
                    break
                raise Failed(f"bootstrap ended by itself with exit {child.returncode}")
            self.program.kill(child)
            self.counts["kills of bootstrap"] += 1
            written = self.cluster.written(INDICES)
            say(f"bootstrap killed after {written} writes")
            if written:
                self.counts["kills of bootstrap in the middle"] += 1
            if not refused and 0 < written < total * 0.7:
                refused = True
                status = self.program.run(30, "sync", "--once")
                if status in (0, None):
                    self.problem(f"sync --once on an unfinished load: exit {status}, expected a refusal")
        else:
            self.counts["bootstrap"] += 1
            status = self.program.run(
                120 + self.options.rows / 50, "bootstrap", "--page-size", str(self.options.page_size)
            )
            if status != 0:
                raise Failed(
                    f"bootstrap: exit {status}" if status is not None else "bootstrap did not end in time"
                )
        say(
            f"loaded in {time.monotonic() - began:.1f} s with {self.counts['kills of bootstrap']} kills, "
            f"{self.cluster.written(INDICES)} writes for about {total} documents"
        )

    def wait(self, seconds, child=None):
        """Sleeps, but not longer than the child lives."""
        end = time.monotonic() + seconds
        while time.monotonic() < end and (child is None or child.poll() is None):
            time.sleep(0.01)

    def check_writers(self):
        if self.world.problems:
            raise Failed("a writer broke: " + self.world.problems[0])

    def start_sync(self):
        return self.program.start("sync")

    def live(self):
        """sync while the writers write: killed, stopped, and now and then compared."""
        seconds, began = self.options.seconds, time.monotonic()
        moments = [(self.rng.uniform(0.03, 0.97) * seconds, "kill") for _ in range(self.options.kills)]
        moments += [(part * seconds, "compare") for part in ((0.4, 0.75) if seconds >= 30 else (0.5,))]
        moments += [(self.rng.uniform(0.1, 0.9) * seconds, "stop")]
        child, paused = self.start_sync(), 0.0
        for due, what in sorted(moments):
            while time.monotonic() - began - paused < due:
                child = self.alive(child)
                self.check_writers()
                time.sleep(0.02)
            child = self.alive(child)
            if what == "compare":
                start = time.monotonic()
                child = self.compare_live(child)
                paused += time.monotonic() - start
            elif what == "kill":
                self.await_something_large()
                self.program.kill(child)
                self.counts["kills of sync"] += 1
                self.wait(self.rng.choice([0, 0, self.rng.uniform(0, 2)]))
                child = self.start_sync()
            else:
                start = time.monotonic()
                # Just started it does not listen to signals yet.
                self.wait(2, child)
                self.program.kill(child, signal.SIGTERM)
                self.wait(STOP_TIMEOUT + 15, child)
                paused += time.monotonic() - start
                if child.poll() != 0:
                    self.problem(
                        f"sync at SIGTERM: exit {child.poll()} (None: still running), expected 0"
                    )
                    self.program.kill(child)
                self.counts["clean stops of sync"] += 1
                child = self.start_sync()
        while time.monotonic() - began - paused < seconds:
            child = self.alive(child)
            self.check_writers()
            time.sleep(0.02)
        # The last kill comes while the writers still write, so that something is left to do for --once.
        self.program.kill(child)
        self.counts["kills of sync"] += 1
        self.wait(self.rng.uniform(0, 0.5))

    def alive(self, child):
        """sync must not end by itself; if it did, that is reported once and it is started again."""
        if child.poll() is None:
            return child
        self.problem(f"sync ended by itself with exit {child.returncode}\n{self.program.tail(15)}")
        if self.counts["sync ended by itself"] >= 3:
            raise Failed("sync ends by itself again and again")
        self.counts["sync ended by itself"] += 1
        return self.start_sync()

    def await_something_large(self):
        """Half of the kills come just after a large commit or a TRUNCATE, when there is one soon."""
        if self.rng.random() < 0.5:
            return
        before, end = self.world.last_large, time.monotonic() + 2
        while self.world.last_large == before and time.monotonic() < end:
            time.sleep(0.005)
        self.wait(self.rng.uniform(0, 0.4))

    def compare_live(self, child):
        """The writers stand still, sync runs on: the index must become equal, however long that takes this machine, before
        nothing is written to it for 60 s."""
        if not self.world.pause():
            self.world.resume()
            raise Failed("the writers did not stand still within 60 s")
        answer = compare.expected(self.dsn, self.sql)
        start = moved = time.monotonic()
        writes = None
        while True:
            child = self.alive(child)
            before, writes = writes, self.cluster.written(INDICES)
            begun = time.monotonic()
            if writes != before:
                moved = begun
            found = compare.Comparison(self.cluster, answer)
            now = time.monotonic()
            if not found.differences or now - moved > 60:
                break
            time.sleep(max(0.3, 2 * (now - begun)))  # a comparison takes from the cluster what sync needs
        took = time.monotonic() - start
        self.counts["comparisons while sync ran"] += 1
        if found.differences:
            self.problem(
                f"sync writes nothing more and did not reach the database, {took:.0f} s after the writers stood still: "
                f"{found.summary()} of {found.documents}"
            )
            self.show(found, "live")
        else:
            say(f"{found.documents} documents compared, equal {took:.1f} s after the writers stood still")
        self.world.resume()
        return child

    def end(self):
        self.world.stop.set()
        for thread in self.threads:
            thread.join(60)
            if thread.is_alive():
                raise Failed(f"{thread.name} did not end")
        self.check_writers()
        began = time.monotonic()
        status = self.program.run(self.options.patience, "sync", "--once")
        if status != 0:
            self.problem(
                f"sync --once: exit {status}"
                if status is not None
                else f"sync --once did not end within {self.options.patience:.0f} s"
            )
        else:
            say(f"sync --once took {time.monotonic() - began:.1f} s")
        self.compared = compare.Comparison(self.cluster, compare.expected(self.dsn, self.sql))
        self.show(self.compared, "end")
        if status == 0:
            again = self.program.run(60, "sync", "--once")
            if again != 0:
                self.problem(f"sync --once with nothing to do: exit {again} (None: not within 60 s)")

        if self.compared.documents and not self.compared.differences:
            self.control()

    def control(self):
        """Damages the index on purpose: a comparison that does not see it proves nothing."""
        answer = compare.expected(self.dsn, self.sql)
        for name, documents in answer.items():
            if len(documents) < 2:
                continue
            lost, altered = self.rng.sample(sorted(documents), 2)
            self.cluster.bulk(name, (lost, None), (altered, {"altered": True}), ("no|such|row", {}))
            found = compare.Comparison(self.cluster, {name: documents})
            keys = {what: [s["_id"] for s in found.samples if s["what"] == what] for what in found.counts}
            if keys != {"missing": [lost], "extra": ["no|such|row"], "different": [altered]}:
                self.problem(f"the comparison did not see just what was damaged in {name}: {keys}")
            self.counts["damages seen"] += found.differences

    # --- the report -----------------------------------------------------------------------------------

    def show(self, comparison, name):
        for line in comparison.lines[:25]:
            print("  " + line)
        if comparison.differences > 25:
            print(f"  … and {comparison.differences - 25} more")
        if comparison.samples:
            with open(self.folder / f"differences-{name}.json", "w", encoding="utf-8") as out:
                json.dump(comparison.samples, out, default=str, ensure_ascii=False, indent=1)

    def summary(self):
        world = self.world
        print("\noperations (committed / rolled back)")
        for kind, (committed, back) in sorted(world.operations.items()):
            print(f"  {kind:28} {committed:6} / {back}")
        labels = {0: "no row", 1: "1 row", 10: "2-10", 100: "11-100", 1000: "101-1000", 10**9: "over 1000"}
        print(
            "transactions: "
            + ", ".join(f"{count} {name}" for name, count in sorted(world.transactions.items()))
        )
        print(
            "  committed, by rows: "
            + ", ".join(f"{labels[top]}: {world.sizes[top]}" for top in labels)
            + f"; the largest {world.largest}"
        )
        print(
            "  errors: "
            + (", ".join(f"{count} {name}" for name, count in world.errors.most_common()) or "none")
        )
        print("scenarios: " + ", ".join(f"{count} {name}" for name, count in sorted(world.scenarios.items())))
        print("program: " + ", ".join(f"{count} {name}" for name, count in sorted(self.counts.items())))


def main():
    options = arguments()
    repeat = [
        sys.executable,
        os.path.relpath(__file__),
        "--program",
        options.program,
        "--seed",
        str(options.seed),
        "--seconds",
        f"{options.seconds:g}",
        "--rows",
        str(options.rows),
        "--writers",
        str(options.writers),
        "--pace",
        f"{options.pace:g}",
        "--kills",
        str(options.kills),
        "--load-kills",
        str(options.load_kills),
        "--page-size",
        str(options.page_size),
    ]
    print(f"random: seed {options.seed}; again with: {shlex.join(repeat)}", flush=True)
    # So that a stopped test cleans up too.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    test = Test(options)
    try:
        try:
            test.play()
        except (Failed, psycopg2.Error, RuntimeError, OSError) as error:
            test.problem(str(error) if isinstance(error, Failed) else traceback.format_exc())
        test.summary()
        failed = bool(test.problems or test.compared is None or test.compared.differences)
        if failed:
            print(f"\n--- the end of the program's output\n{test.program.tail()}---")
    except BaseException:
        options.keep = False
        raise
    finally:
        kept = options.keep and (test.problems or test.compared is None or test.compared.differences)
        if kept:
            test.world.stop.set()
            test.world.resume()
            test.program.end()
            print(
                f"kept: database {options.database}, indices {', '.join(test.cluster.indices(INDICES))}, "
                f"logs, journal and documents that differ in {test.folder}\n"
                f"      to remove: PGDATABASE={options.database} {options.program} teardown; dropdb {options.database}; "
                f"rm -r {test.folder}"
            )
        else:
            with contextlib.ExitStack() as last:
                last.callback(shutil.rmtree, test.folder, ignore_errors=True)
                last.callback(test.journal.close)
                test.tear_down()
    for text in test.problems:
        print(f"problem: {text.splitlines()[0]}")
    if test.compared is not None:
        print(
            f"random: {test.compared.documents} documents compared, {test.compared.differences} different"
            f"{'' if not test.compared.differences else ' (' + test.compared.summary() + ')'} (seed {options.seed})"
        )
    else:
        print(f"random: not finished (seed {options.seed})")
    return 1 if test.problems or test.compared is None or test.compared.differences else 0


if __name__ == "__main__":
    sys.exit(main())
