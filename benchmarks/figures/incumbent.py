"""The incumbent, PGSync (Python), on the same rows and the same cluster: `--pgsync FOLDER` names a virtual environment
that it is installed in; redis-server must be in the path."""
import json
import os
import pathlib
import re
import socket
import subprocess
import time
import urllib.parse

import cluster
import database
import latency
import many
from rows import until

INDEX = "reservations-incumbent"


def node(table, columns, *children, variant="one_to_one", label=None):
    out = {"table": table, "columns": columns}
    if variant:
        out["relationship"] = {"variant": "object", "type": variant}
    if label:
        out["label"] = label
    if children:
        out["children"] = list(children)
    return out


def schema(database):
    """The shape of examples/airbnb in its words."""
    country = node("country", ["id", "name", "country_code"], node("continent", ["id", "name"]))
    place = node("place", ["id", "address"], node("host", ["id", "name", "email"]), node("city", ["id", "name"], country))
    root = node("booking", ["id", "start_date", "end_date"], node("guest", ["id", "name", "email"]), place,
                node("review", ["id", "rating", "comment"], variant="one_to_many", label="reviews"), variant=None)
    return [{"database": database, "index": INDEX, "nodes": root}]


class Incumbent:
    """Its triggers and its slot are there from the beginning to the end of the scope."""

    def __init__(self, b, environment):
        self.b, self.bin = b, pathlib.Path(environment) / "bin"
        self.schema = b.folder / "incumbent.json"
        self.schema.write_text(json.dumps(schema(b.name)))
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        self.version = subprocess.run([self.bin / "pip", "show", "pgsync"], capture_output=True, text=True, check=True).stdout
        self.version = re.search(r"Version: (\S+)", self.version).group(1)

    def environment(self, **more):
        address = urllib.parse.urlsplit(self.b.url)
        return {**os.environ, "PG_HOST": os.environ["PGHOST"], "PG_PORT": os.environ["PGPORT"], "PG_USER": os.environ["PGUSER"],
                "PG_PASSWORD": os.environ.get("PGPASSWORD", ""), "PG_DATABASE": self.b.name, "OPENSEARCH": "True",
                "ELASTICSEARCH": "False", "ELASTICSEARCH_HOST": address.hostname, "ELASTICSEARCH_PORT": str(address.port),
                "ELASTICSEARCH_URL": self.b.url, "REDIS_HOST": "127.0.0.1", "REDIS_PORT": str(self.port),
                "CHECKPOINT_PATH": str(self.b.folder), "ELASTICSEARCH_TIMEOUT": "120", **more}

    def run(self, *arguments):
        with open(self.b.folder / "incumbent.log", "ab") as log:
            subprocess.run([self.bin / arguments[0], "-c", self.schema, *arguments[1:]], env=self.environment(), check=True,
                           stdout=log, stderr=log)

    def __enter__(self):
        self.redis = subprocess.Popen(["redis-server", "--bind", "127.0.0.1", "--port", str(self.port), "--save", "",
                                       "--dir", self.b.folder], stdout=subprocess.DEVNULL)
        until("redis answers", self.redis_answers)
        self.run("bootstrap")
        return self

    def redis_answers(self):
        try:
            socket.create_connection(("127.0.0.1", self.port), 1).close()
            return True
        except OSError:
            return False

    def __exit__(self, *_):
        self.run("bootstrap", "-t")
        self.redis.terminate()
        self.redis.wait(30)
        self.b.search("DELETE", f"/{INDEX}")

    def catch_up(self):
        """Seconds until it has done, in one run, all there is to do: at first, everything."""
        start = time.monotonic()
        self.run("pgsync")
        return time.monotonic() - start

    def forget_changes(self):
        """What it has not read of its slot and its queue, so that the next round does not begin with it."""
        slot = rows_of(self.b, f"SELECT slot_name FROM pg_replication_slots WHERE database = '{self.b.name}'")
        for name, in slot:
            self.b.sql.execute("SELECT pg_replication_slot_advance(%s, pg_current_wal_lsn())", (name,))
        subprocess.run(["redis-cli", "-p", str(self.port), "flushall"], check=True, stdout=subprocess.DEVNULL)

    def follow(self, **more):
        log = open(self.b.folder / "incumbent.log", "ab")  # noqa: SIM115  it is the child's
        return subprocess.Popen([self.bin / "pgsync", "-c", self.schema, "-d"], env=self.environment(**more), stdout=log, stderr=log)


def end(child):
    child.terminate()
    try:
        child.wait(20)
    except subprocess.TimeoutExpired:
        child.kill()
        child.wait()


def measure(b, environment, bookings, wanted, own, say):
    """`own`: our own figures by name, from the same run."""
    with Incumbent(b, environment) as incumbent:
        took = incumbent.catch_up()
        found = b.search.count(INDEX)
        say(f"beside PGSync {incumbent.version}, which loaded {found} of {bookings} documents")
        if "load" in own:
            say.row("initial load, documents/s", bookings / own["load"], "PGSync as it ships", bookings / took, took / own["load"],
                    "times as fast; to reach: 8")
        if own.keys() & {kind[0] for kind in latency.KINDS}:
            single_changes(b, incumbent, bookings, min(wanted.changes, 100), own, say)
        if "burst" in own:
            burst(b, incumbent, bookings, wanted.transactions, own["burst"], say)
        if "fan-out" in own:
            fan_out(b, incumbent, own["fan-out"], say)
        if "database" in own:
            extra_load(b, incumbent, bookings, wanted, say)


def single_changes(b, incumbent, bookings, count, own, say):
    for name, settings, wanted in (("as it ships", {}, 12), ("polling as often as it can", {"REDIS_POLL_INTERVAL": "0.001",
                                                                                          "POLL_TIMEOUT": "0.001"}, 3)):
        child = incumbent.follow(**settings)
        connection = cluster.Connection(b)
        # It is live once a change arrives.
        latency.change(b, connection, latency.KINDS[0], 1, INDEX)
        for kind in latency.KINDS:
            times = [latency.change(b, connection, kind, 1 + (i * 7907) % bookings, INDEX) for i in range(count)]
            mine = own.get(kind[0])
            say.row(f"change of a {kind[0]}, p50, ms", mine, f"PGSync {name}", latency.pick(times, 0.5),
                    latency.pick(times, 0.5) / mine if mine else None, f"times as soon; to reach: {wanted}")
        end(child)


def burst(b, incumbent, bookings, transactions, mine, say):
    """A tenth of our burst: it is a rate, and there is no end to it otherwise."""
    count = max(transactions // 10, 1)
    incumbent.catch_up()
    idle = incumbent.catch_up()  # what a run takes by itself
    many.transactions(b, bookings, count)
    took = max(incumbent.catch_up() - idle, 0.001)
    say.row("burst, transactions/s", mine, f"PGSync, of {count}", count / took, mine * took / count, "times as fast; to reach: 6")


def fan_out(b, incumbent, mine, say):
    """One update that very many documents show, and nothing beside it."""
    incumbent.catch_up()
    idle = incumbent.catch_up()
    name = f"Renamed {time.monotonic_ns()}"
    b.sql.execute("UPDATE country SET name = %s WHERE id = 1", (name,))
    took = max(incumbent.catch_up() - idle, 0.001)
    b.search("POST", f"/{INDEX}/_refresh")
    shown = b.search("POST", f"/{INDEX}/_count", {"query": {"match_phrase": {"place.city.country.name": name}}})["count"]
    say.row("fan-out, documents/s", mine, f"PGSync, {shown} documents", shown / took, mine * took / shown if shown else None,
            "times as fast")


def extra_load(b, incumbent, bookings, wanted, say):
    """Its triggers are there already; they are taken away for what it is compared with."""
    tables = [row[0] for row in rows_of(b, "SELECT DISTINCT event_object_table FROM information_schema.triggers")]

    def triggers(word):
        for table in tables:
            b.sql.execute(f"ALTER TABLE {table} {word} TRIGGER USER")

    def begin():
        triggers("ENABLE")
        incumbent.forget_changes()
        child = apart.there(lambda: incumbent.follow())
        latency.change(b, cluster.Connection(b), latency.KINDS[0], 1, INDEX)
        return child

    def finish(child):
        end(child)
        triggers("DISABLE")

    with database.Apart(b) as apart:
        triggers("DISABLE")
        found = database.compared(b, database.updates(b, bookings), wanted.seconds, 1, begin, finish, say)
        triggers("ENABLE")
    database.shown(found, "PGSync", say)


def rows_of(b, query):
    b.sql.execute(query)
    return b.sql.fetchall()
