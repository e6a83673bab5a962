#!/usr/bin/env python3
"""The randomised test of an example: is every document right in the end, whatever happened to its tables?

Writers that know no more than the catalog tells (and the value pools of tests/examples/NAME.hints.json) change the
tables of examples/NAME at random while the example's program follows them and is killed again and again. Every
document is compared with what tests/examples/NAME.sql says, which knows nothing of the library. PostgreSQL is named
by libpq's variables (a superuser), the cluster by --search-url, OPENSEARCH_URL, ELASTICSEARCH_URL or
ELASTICSEARCH7_URL. Everything it makes is removed again.
"""

import os
import sys

# A file of the folder beside this one is called random.py; the standard library's must be imported before that
# folder is in the search path.
import random

assert hasattr(random, "Random")

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.append(os.path.join(os.path.dirname(HERE), "random"))
sys.dont_write_bytecode = True

import argparse
import collections
import contextlib
import json
import pathlib
import re
import shlex
import shutil
import signal
import tempfile
import time
import traceback

import psycopg2
import psycopg2.extensions

import catalog
import changes
import compare
from program import Program

ROOT = pathlib.Path(HERE).parents[2]


class Failed(Exception):
    """The test cannot go on; what is known so far is reported."""


def arguments():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--program", required=True, help="the program built from the example")
    parser.add_argument("--example", required=True, help="the example's name: a folder of examples/")
    parser.add_argument("--seed", type=int, help="repeats the random choices of an earlier run")
    parser.add_argument(
        "--seconds", type=float, default=12, help="how long writers and sync run together (12)"
    )
    parser.add_argument("--writers", type=int, default=2)
    parser.add_argument(
        "--pace", type=float, default=10, help="mean pause of a writer between transactions, in ms (10)"
    )
    parser.add_argument("--kills", type=int, default=2, help="how often sync is killed (2)")
    parser.add_argument("--load-kills", type=int, default=1, help="how often bootstrap is killed (1)")
    parser.add_argument("--page-size", type=int, default=20, help="of bootstrap (20)")
    parser.add_argument("--patience", type=float, default=120, help="seconds that sync --once may take (120)")
    named = [os.environ.get(name) for name in ("OPENSEARCH_URL", "ELASTICSEARCH_URL", "ELASTICSEARCH7_URL")]
    parser.add_argument("--search-url", default=next(filter(None, named), None), help="the cluster")
    parser.add_argument(
        "--replace", action="store_true", help="remove indices that an earlier run left behind"
    )
    parser.add_argument(
        "--keep", action="store_true", help="on failure keep database, indices, logs and journal"
    )
    options = parser.parse_args()
    if options.seed is None:
        options.seed = int(time.time() * 1000) % 2**31
    if not options.search_url:
        parser.error("no cluster: give --search-url or set OPENSEARCH_URL")
    options.program = os.path.abspath(options.program)
    if not os.access(options.program, os.X_OK):
        parser.error(f"{options.program} is no program")
    if not (ROOT / "examples" / options.example / "schema.sql").exists():
        parser.error(f"there is no example {options.example}")
    options.database = f"pgsync_{options.example}_{options.seed}_{os.getpid()}"
    return options


def say(text):
    print(f"{time.strftime('%H:%M:%S')} {text}", flush=True)


def queries(path):
    """Index name -> query. Like compare.queries, but any name an index can have will do."""
    parts = re.split(r"^-- index: (\S+)[ \t]*\n", path.read_text(encoding="utf-8"), flags=re.MULTILINE)
    return dict(zip(parts[1::2], parts[2::2]))


class Some:
    """Of each index the documents that are named."""

    def __init__(self, cluster, named):
        self.cluster, self.named = cluster, named

    def documents(self, name):
        return {key: each for key, each in self.cluster.documents(name).items() if key in self.named[name]}


class Cluster(compare.Cluster):
    def documents(self, name):
        """Every document. One that is on two shards, as a changed routing could leave it, is there twice."""
        self.ask("POST", f"{name}/_refresh")
        found = {}
        page = self.ask(
            "POST", f"{name}/_search?scroll=2m", {"size": 300, "sort": ["_doc"], "query": {"match_all": {}}}
        )
        while page["hits"]["hits"]:
            for hit in page["hits"]["hits"]:
                key = hit["_id"]
                while key in found:
                    key += " (once more, on another shard)"
                found[key] = hit.get("_source")
            page = self.ask("POST", "_search/scroll", {"scroll": "2m", "scroll_id": page["_scroll_id"]})
        self.ask("DELETE", "_search/scroll", {"scroll_id": page["_scroll_id"]}, missing={})
        return found


class Test:
    def __init__(self, options):
        self.options = options
        self.rng = random.Random(f"{options.seed}/conductor")
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="pgsync_example_"))
        self.cluster = Cluster(options.search_url)
        oracle = ROOT / "tests" / "examples" / f"{options.example}.sql"
        self.sql = queries(oracle)
        self.names = tuple(self.sql)
        self.dsn = psycopg2.extensions.make_dsn(
            dbname=options.database, application_name="pgsync example test"
        )
        self.program = Program(
            options.program,
            {"PGDATABASE": options.database, "ELASTICSEARCH_URL": options.search_url},
            self.folder / "program.log",
        )
        self.journal = open(self.folder / "journal.log", "w", encoding="utf-8", errors="backslashreplace")
        self.world, self.threads = None, []
        self.problems, self.counts = [], collections.Counter()
        self.compared = self.differences = 0
        self.finished = False
        self.database_made = self.ours = False

    def problem(self, text):
        self.problems.append(text)
        say(f"PROBLEM: {text}")

    def failed(self):
        return bool(self.problems or self.differences or not self.finished)

    # --- servers --------------------------------------------------------------------------------------

    def admin(self, statement, *parameters, database=None):
        """One statement outside any transaction, and its rows."""
        dsn = psycopg2.extensions.make_dsn(dbname=database or os.environ.get("PGDATABASE") or "postgres")
        connection = psycopg2.connect(dsn)
        try:
            connection.autocommit = True
            with connection.cursor() as cursor:
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
        return [
            name for name, in self.admin("SELECT pubname FROM pg_publication", database=self.options.database)
        ]

    def remove_indices(self):
        for name in self.cluster.indices(self.names):
            self.cluster.ask("DELETE", name, missing={})

    def set_up(self):
        if self.admin("SHOW wal_level") != [("logical",)]:
            raise Failed("the server's wal_level is not logical")
        left = self.cluster.indices(self.names)
        if left and not self.options.replace:
            raise Failed(
                f"the cluster has {', '.join(left)} already: another run, or one that left them "
                f"(--replace removes them)"
            )
        self.ours = True
        self.remove_indices()
        name = catalog.quoted(self.options.database)
        self.admin(f"CREATE DATABASE {name} ENCODING 'UTF8' TEMPLATE template0")
        self.database_made = True
        if self.rng.random() < 0.5:
            self.admin(f"ALTER DATABASE {name} SET logical_decoding_work_mem = '64kB'")
        connection = psycopg2.connect(self.dsn)
        try:
            connection.autocommit = True
            with connection.cursor() as cursor:
                for file in ("schema.sql", "data.sql"):
                    path = ROOT / "examples" / self.options.example / file
                    if path.exists():
                        cursor.execute(path.read_text(encoding="utf-8"))
            self.tables = catalog.read(connection)
            catalog.copy_rows(connection, self.tables)
            with connection.cursor() as cursor:
                cursor.execute("ANALYZE")
        finally:
            connection.close()
        hints = self.hints()
        self.world = changes.World(self.dsn, self.tables, hints, self.options.seed, self.journal)
        answer = compare.expected(self.dsn, self.sql)
        say(
            f"{len(self.tables)} tables ({', '.join(table.title for table in self.tables)}), documents: "
            + ", ".join(f"{name} {len(found)}" for name, found in answer.items())
        )

    def hints(self):
        path = ROOT / "tests" / "examples" / f"{self.options.example}.hints.json"
        hints = json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}
        known = {f"{table.title}.{name}" for table in self.tables for name in table.columns}
        for name in sorted(hints.keys() - known):
            self.problem(f"{path.name} names {name}, which no table has")
        return hints

    def tear_down(self):
        """Removes everything; says what `teardown` should have removed and did not."""
        if self.world:
            self.world.stop.set()
        for thread in self.threads:
            thread.join(60)
        self.program.end()
        if self.ours:
            if self.counts["bootstrap"]:
                status = self.program.run(60, "teardown", "--yes")
                left = self.cluster.indices(self.names) + self.slots() + self.publications()
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
            self.admin(f"DROP DATABASE IF EXISTS {catalog.quoted(self.options.database)} WITH (FORCE)")

    # --- the play -------------------------------------------------------------------------------------

    def play(self):
        self.set_up()
        self.load()
        answer = compare.expected(self.dsn, self.sql)
        self.compare("after bootstrap", answer)
        self.compare_documents()
        for number in range(self.options.writers):
            self.threads.append(
                changes.Writer(
                    self.world,
                    number,
                    random.Random(f"{self.options.seed}/{number}"),
                    self.options.pace / 1000,
                )
            )
        for thread in self.threads:
            thread.start()
        self.live()
        self.end()

    def wait(self, seconds, child=None):
        """Sleeps, but not longer than the child lives."""
        end = time.monotonic() + seconds
        while time.monotonic() < end and (child is None or child.poll() is None):
            time.sleep(0.01)

    def load(self):
        """bootstrap, killed at random moments, until it says that it is done."""
        for _ in range(self.options.load_kills):
            child = self.program.start("bootstrap", "--page-size", str(self.options.page_size))
            self.counts["bootstrap"] += 1
            self.wait(self.rng.uniform(0.02, 0.8), child)
            if child.poll() is None:
                self.program.kill(child)
                self.counts["kills of bootstrap"] += 1
            elif child.returncode != 0:
                raise Failed(f"bootstrap: exit {child.returncode}")
        self.counts["bootstrap"] += 1
        status = self.program.run(120, "bootstrap", "--page-size", str(self.options.page_size))
        if status != 0:
            raise Failed(f"bootstrap: exit {status}" if status is not None else "bootstrap took over 120 s")

    def live(self):
        """sync while the writers write, killed now and then."""
        seconds, began = self.options.seconds, time.monotonic()
        moments = sorted(self.rng.uniform(0.05, 0.95) * seconds for _ in range(self.options.kills))
        child = self.program.start("sync")
        for due in moments + [seconds]:
            while time.monotonic() - began < due:
                child = self.alive(child)
                if self.world.problems:
                    raise Failed("a writer broke: " + self.world.problems[0])
                time.sleep(0.02)
            child = self.alive(child)
            # The last kill comes while the writers still write, so that something is left to do for --once.
            self.program.kill(child)
            self.counts["kills of sync"] += 1
            if due != seconds:
                self.wait(self.rng.choice([0, 0, self.rng.uniform(0, 1)]))
                child = self.program.start("sync")
        self.wait(self.rng.uniform(0, 0.5))

    def alive(self, child):
        """sync must not end by itself; if it did, that is reported and it is started again, a few times."""
        if child.poll() is None:
            return child
        self.problem(f"sync ended by itself with exit {child.returncode}\n{self.program.tail(15)}")
        self.counts["sync ended by itself"] += 1
        if self.counts["sync ended by itself"] >= 3:
            raise Failed("sync ends by itself again and again")
        return self.program.start("sync")

    def end(self):
        self.world.stop.set()
        for thread in self.threads:
            thread.join(60)
            if thread.is_alive():
                raise Failed(f"{thread.name} did not end")
        if self.world.problems:
            raise Failed("a writer broke: " + self.world.problems[0])
        began = time.monotonic()
        status = self.program.run(self.options.patience, "sync", "--once")
        if status != 0:
            self.problem(f"sync --once: exit {status} (None: not within {self.options.patience:g} s)")
        else:
            say(f"sync --once took {time.monotonic() - began:.1f} s")
        self.compare("in the end", compare.expected(self.dsn, self.sql))
        self.finished = True

    # --- comparing ------------------------------------------------------------------------------------

    def compare(self, when, answer, cluster=None):
        found = compare.Comparison(cluster or self.cluster, answer)
        self.compared += found.documents
        self.differences += found.differences
        counts = ", ".join(f"{name} {len(documents)}" for name, documents in answer.items())
        say(
            f"{when}: {found.documents} documents compared ({counts}), {found.differences} different"
            + (f" ({found.summary()})" if found.differences else "")
        )
        for line in found.lines[:20]:
            print("  " + line)
        if found.differences > 20:
            print(f"  … and {found.differences - 20} more")
        if found.samples:
            name = f"differences {when}.json".replace(" ", "-")
            with open(self.folder / name, "w", encoding="utf-8") as out:
                json.dump(found.samples, out, default=str, ensure_ascii=False, indent=1)

    def compare_documents(self):
        path = ROOT / "examples" / self.options.example / "documents.json"
        if path.exists():
            documents = compare.parse(path.read_text(encoding="utf-8"))
            for name in sorted(documents.keys() - set(self.names)):
                self.problem(f"documents.json has an index {name}, the oracle has not")
            # Thousands of documents would not be read by anybody; that there are no others is known by now.
            some = Some(self.cluster, documents) if self.options.example == "airbnb" else None
            answer = {name: documents[name] for name in self.names if name in documents}
            self.compare("beside documents.json", answer, some)

    def summary(self):
        world = self.world
        if world:
            print(
                "transactions: "
                + ", ".join(f"{count} {name}" for name, count in sorted(world.transactions.items()))
            )
            print(
                f"operations committed: {sum(world.operations.values())} that changed {world.rows} rows ("
                + ", ".join(f"{count} {name}" for name, count in world.operations.most_common())
                + ")"
            )
            print(
                "errors survived: "
                + (", ".join(f"{count} {name}" for name, count in world.errors.most_common()) or "none")
            )
        print("program: " + ", ".join(f"{count} {name}" for name, count in sorted(self.counts.items())))


def main():
    options = arguments()
    again = [sys.executable, os.path.relpath(__file__), "--program", options.program]
    for name in (
        "example",
        "seed",
        "seconds",
        "writers",
        "pace",
        "kills",
        "load_kills",
        "page_size",
        "patience",
    ):
        value = getattr(options, name)
        again += ["--" + name.replace("_", "-"), f"{value:g}" if isinstance(value, float) else str(value)]
    print(f"{options.example}: seed {options.seed}; again with: {shlex.join(again)}", flush=True)
    # So that a stopped test cleans up too.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    test = Test(options)
    try:
        try:
            test.play()
        except (Failed, psycopg2.Error, RuntimeError, OSError) as error:
            test.problem(str(error) if isinstance(error, Failed) else traceback.format_exc())
        test.summary()
        if test.failed():
            print(f"\n--- the end of the program's output\n{test.program.tail()}---")
    except BaseException:
        options.keep = False
        raise
    finally:
        if options.keep and test.failed() and test.database_made:
            if test.world:
                test.world.stop.set()
            for thread in test.threads:
                thread.join(60)
            test.program.end()
            test.journal.close()
            print(
                f"kept: database {options.database}, indices {', '.join(test.cluster.indices(test.names))}, "
                f"program.log, journal.log and documents that differ in {test.folder}\n"
                f"      to remove: PGDATABASE={options.database} ELASTICSEARCH_URL=… {options.program} teardown; "
                f"dropdb {options.database}; rm -r {test.folder}"
            )
        else:
            with contextlib.ExitStack() as last:
                last.callback(shutil.rmtree, test.folder, ignore_errors=True)
                last.callback(test.journal.close)
                test.tear_down()
    for text in test.problems:
        print(f"problem: {text.strip().splitlines()[-1 if text.startswith('Traceback') else 0]}")
    world = test.world
    print(
        f"{options.example}: {test.compared} documents compared, {test.differences} differences, "
        f"{world.transactions['committed'] if world else 0} transactions and "
        f"{sum(world.operations.values()) if world else 0} operations committed, {len(test.problems)} problems"
        f"{'' if test.finished else ', not finished'} (seed {options.seed})"
    )
    return 1 if test.failed() else 0


if __name__ == "__main__":
    sys.exit(main())
