#!/usr/bin/env python3
"""Bad input: each mistake must be answered with a message that names the thing and what to do, an exit status
that is not 0, and nothing left behind that a second try trips over.

    errors.py AIRBNB RANDOM      the two programs; libpq's variables and OPENSEARCH_URL name the servers
"""
import contextlib
import os
import re
import socket
import sys

import psycopg2
import psycopg2.extras

from harness import ROOT, Bench, expect, run_all, until
from servers import Postgres

SECRET = "s3cr3t-%40-word"


def free_port():
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


def servers(b):
    """Wrong addresses and wrong passwords, and no secret in any message."""
    b.load_airbnb(data=False)
    port = free_port()
    # A server may come yet: who does not want to wait for that says so.
    b.refuse("bootstrap", "--connect-timeout", "1", saying=[rf"127\.0\.0\.1:{port}", "ELASTICSEARCH_URL"],
             ELASTICSEARCH_URL=f"http://user:{SECRET}@127.0.0.1:{port}")
    b.refuse("bootstrap", saying=["http://"], ELASTICSEARCH_URL="127.0.0.1:9200")
    b.refuse("bootstrap", "--connect-timeout", "1", saying=[str(port), "PGHOST|PGPORT|--database|running"], PGPORT=str(port))
    b.refuse("bootstrap", saying=["password authentication failed", "PGPASSWORD|pgpass"], PGPASSWORD=SECRET)
    b.refuse("bootstrap", saying=["no_such_database"], PGDATABASE="no_such_database")
    output = b.refuse("bootstrap", "--database", f"postgresql://u:{SECRET}@127.0.0.1/x",
                      saying=["--database holds a password", "PGPASSWORD"], status=2)
    output += b.refuse("bootstrap", "--elasticsearch", f"http://u:{SECRET}@127.0.0.1:1/",
                       saying=["--elasticsearch holds a password", "ELASTICSEARCH_URL"], status=2)
    for child in b.children:
        expect(SECRET not in child.output() and "s3cr3t" not in child.output(), "a secret is in the output")
    # Something that ends the connection without a word may be a proxy before a cluster that is starting.
    b.refuse("bootstrap", "--connect-timeout", "1", saying=[r"no Elasticsearch or OpenSearch|does not speak JSON|does not answer"],
             ELASTICSEARCH_URL=f"http://{os.environ['PGHOST']}:{os.environ['PGPORT']}")


def arguments(b):
    """Arguments that make no sense are status 2, help is status 0."""
    b.refuse(saying=["bootstrap", "sync", "teardown", "explain"], status=2)
    b.refuse("snyc", saying=['there is no command "snyc"', "did you mean sync"], status=2)
    for words, saying in ((["sync", "--worker", "3"], ["sync has no option --worker\n", "did you mean --workers\\? see sync --help"]),
                          (["sync", "--worker=3"], ["sync has no option --worker\n"]),
                          (["status", "now"], ['status takes no "now"', "see status --help"]),
                          (["--worker", "3", "sync"], ["no option --worker\n"]),
                          (["sync", "postgresql://u:hunter2@h/d"], ["sync takes no"]),
                          (["explain", "--diagram"], ["--diagram", "see explain --help"])):
        said = b.refuse(*words, saying=saying, status=2)
        expect(said.count("\n") < 8, f"{words} prints the whole help:\n{said}")
        expect("hunter2" not in said, f"{words} prints a password:\n{said}")
    b.refuse("bootstrap", "--workers", "0", saying=["--workers"], status=2)
    b.refuse("sync", "--on-rejected", "ignore", saying=["--on-rejected.*stop.*ignore"], status=2)
    for command in ("bootstrap", "sync", "teardown", "explain"):
        expect("--help" in b.succeed(command, "--help"), f"{command} --help says nothing of itself")
    # No server is needed to explain.
    output = b.succeed("explain", PGPORT="1", ELASTICSEARCH_URL="http://127.0.0.1:1")
    for word in ("row_to_json", "LATERAL", '"properties"', "booking"):
        expect(word in output, f"explain does not show {word}")
    raw = b.succeed("explain", "--raw", "--sql", PGPORT="1")
    expect("\n  FROM " in output and "\n  FROM " not in raw, "explain breaks no lines, or --raw does")


def catalog(b):
    """All differences between shape and database at once; when they are gone the next try works."""
    b.load_airbnb(data=False)
    b.sql.execute("ALTER TABLE guest RENAME COLUMN email TO mail; ALTER TABLE review ALTER rating TYPE bigint;"
                  "ALTER TABLE host RENAME TO landlord; ALTER TABLE review DROP CONSTRAINT review_pkey;"
                  "ALTER TABLE place RENAME COLUMN city_id TO town_id")
    b.refuse("bootstrap", saying=[r'"guest" has no column "email"', r'"rating".*bigint|"rating".*int8', r'table "host"',
                                  r'"review".*no primary key|not unique', r'"city_id"'])
    expect(b.value("SELECT count(*) FROM pg_replication_slots WHERE database = current_database()") == 0, "a slot was left")
    expect(b.value("SELECT count(*) FROM pg_publication") == 0, "a publication was left")
    expect(b.search("GET", "/reservations*/_settings") == {}, "an index was left")
    b.sql.execute("ALTER TABLE guest RENAME COLUMN mail TO email; ALTER TABLE review ALTER rating TYPE smallint;"
                  "ALTER TABLE landlord RENAME TO host; ALTER TABLE review ADD PRIMARY KEY (id);"
                  "ALTER TABLE place RENAME COLUMN town_id TO city_id")
    b.sql.execute("ALTER TABLE review SET UNLOGGED; CREATE TABLE more_hosts () INHERITS (host)")
    b.refuse("bootstrap", saying=["unlogged", "SET LOGGED", '"host" inherits or is inherited'])
    b.sql.execute("ALTER TABLE review SET LOGGED; DROP TABLE more_hosts")
    b.succeed("bootstrap")


def order(b):
    """Commands in the wrong order, and twice."""
    b.load_airbnb(data=False)
    b.refuse("sync", "--once", saying=["reservations", "bootstrap"])
    output = b.succeed("bootstrap", "--dry-run")
    for word in ("CREATE PUBLICATION", "REPLICA IDENTITY FULL", "pg_create_logical_replication_slot", "PUT http", "_bulk"):
        expect(word in output, f"--dry-run does not show {word}")
    expect(b.value("SELECT count(*) FROM pg_publication") == 0, "a dry run made something")
    b.succeed("bootstrap")
    b.succeed("bootstrap")
    running = b.start("sync")
    until("sync follows the slot", lambda: "following slot" in running.output())
    b.refuse("teardown", "--yes", saying=["in use", "stop"])
    expect(running.stop() == 0, "SIGTERM does not end sync with 0")
    # The slot dropped by hand: what came since is lost, and is not to be passed over in silence.
    b.sql.execute("SELECT pg_drop_replication_slot('pgsync_reservations')")
    b.refuse("sync", "--once", saying=["slot", "is gone", "--on-lost-slot=resync", "bootstrap"])
    b.refuse("bootstrap", saying=["slot", "is gone", "--on-lost-slot=resync"])
    b.succeed("teardown", "--yes")
    b.succeed("teardown", "--yes")
    expect(b.search("GET", "/reservations*/_settings") == {}, "teardown left an index")
    b.succeed("sync", "--bootstrap", "--once")
    # Somebody takes a table out of the publication, or leaves out some of its rows. What was changed meanwhile is nowhere:
    # to put the table back alone would only hide that.
    for command in (("sync", "--once"), ("bootstrap",)):
        for back in ("", "; ALTER PUBLICATION pgsync_reservations ADD TABLE review WHERE (id > 10)"):
            b.sql.execute("ALTER PUBLICATION pgsync_reservations DROP TABLE review" + back)
            output = b.succeed(*command)
            for pattern in ("ALTER PUBLICATION .* ADD TABLE .*review", '"review".* read again', "loaded 0 documents"):
                expect(re.search(pattern, output), f"{command[0]} does not say {pattern!r}:\n{output}")
            expect(b.value("SELECT rowfilter IS NULL FROM pg_publication_tables WHERE tablename = 'review'"), "it was not put back")


def follower_of_another(b):
    """Nothing is loaded while another program follows the slot: it would confirm what it does not write."""
    b.load_airbnb()
    b.succeed("bootstrap")
    b.search.forget("reservations*")
    other = psycopg2.connect(dbname=b.name, connection_factory=psycopg2.extras.LogicalReplicationConnection)
    try:
        other.cursor().start_replication("pgsync_reservations", options={
            "proto_version": "1", "publication_names": "pgsync_reservations"})
        b.refuse("bootstrap", saying=["reservations", "in use by the server process", "stop"])
    finally:
        other.close()
    until("the slot is free", lambda: b.value("SELECT NOT active FROM pg_replication_slots WHERE slot_name = "
                                              "'pgsync_reservations'"))
    b.succeed("bootstrap")
    expect(b.search.count("reservations") == b.value("SELECT count(*) FROM booking"), "the load is not complete")


def taken_names(b):
    """An index that exists but is not ours."""
    b.load_airbnb(data=False)
    b.search("PUT", "/reservations")
    b.refuse("bootstrap", saying=['"reservations" already is an index', "rename|delete"])
    b.search("DELETE", "/reservations")
    b.search("PUT", "/reservations-of-others", {"aliases": {"reservations": {}}})
    b.refuse("bootstrap", saying=["alias", "reservations-of-others"])
    b.search("DELETE", "/reservations-of-others")
    b.succeed("bootstrap")


def rights(b):
    """A role that owns nothing gets the statements an administrator has to run."""
    b.load_airbnb()
    role = b.name + "_reader"
    b.sql.execute(f"CREATE ROLE {role} LOGIN PASSWORD 'reader'")
    try:
        who = {"PGUSER": role, "PGPASSWORD": "reader"}
        b.refuse("bootstrap", saying=["may not read", "GRANT SELECT"], **who)
        b.sql.execute(f"GRANT SELECT ON ALL TABLES IN SCHEMA public TO {role}")
        b.refuse("bootstrap", saying=["may not use replication", "ALTER ROLE .* REPLICATION"], **who)
        b.sql.execute(f"ALTER ROLE {role} REPLICATION")
        b.refuse("bootstrap", saying=["may not run: ALTER TABLE", "--dry-run"], **who)
        expect(b.value("SELECT count(*) FROM pg_replication_slots WHERE database = current_database()") == 0, "a slot was left")
        statements = [line for line in b.succeed("bootstrap", "--dry-run", **who).split("\n")
                      if line.startswith(("ALTER TABLE", "CREATE PUBLICATION"))]
        for statement in statements:
            b.sql.execute(statement)
        b.succeed("bootstrap", **who)
        b.succeed("sync", "--once", **who)
        b.succeed("teardown", "--yes")
    finally:
        b.search.forget("reservations*")
        b.sql.execute(f"DROP OWNED BY {role}")
        b.sql.execute(f"DROP ROLE {role}")


def deleted_index(b):
    """The index deleted under a running sync: it stops by name, and does not make one of guessed types; bootstrap builds it
    again."""
    b.load_airbnb()
    b.succeed("bootstrap")
    running = b.start("sync")
    until("sync follows the slot", lambda: "following slot" in running.output())
    b.search.forget("reservations*")
    b.sql.execute("UPDATE booking SET end_date = end_date + 1 WHERE id < 10")
    expect(running.child.wait(60) == 1, "sync goes on without its index")
    expect("reservations" in running.output() and "gone" in running.output(), "it does not say which:\n" + running.output())
    expect(b.search("GET", "/reservations*/_settings") == {}, "an index was made by guessing")
    expect("run bootstrap, which builds what is missing" in running.output(), "it does not say what to do:\n" + running.output())
    b.succeed("bootstrap")
    b.succeed("sync", "--once")
    expect(b.search.count("reservations") == b.value("SELECT count(*) FROM booking"), "the load is not complete")


def rejected(b):
    """A document the cluster refuses: stop (and nothing acknowledged), or set aside and go on."""
    b.sql.execute((ROOT / "tests/integration/random/schema.sql").read_text())
    b.sql.execute("SET search_path TO DEFAULT")
    b.search.forget("random_*")

    def insert(region):
        b.sql.execute("INSERT INTO inventory.booking (region, series, number, paid) VALUES (%s, 's', 1, true)", (region,))

    try:
        b.succeed("bootstrap")
        insert("short")
        b.succeed("sync", "--once")
        insert("x" * 600)  # an _id has 512 bytes at most
        b.refuse("sync", "--once", saying=["rejects document", "512", "--on-rejected=dead-letter"])
        b.refuse("sync", "--once", saying=["rejects document"])  # it was not acknowledged
        insert("later")
        output = b.succeed("sync", "--once", "--on-rejected", "dead-letter")
        expect("dead-letter" in output, "a document was set aside in silence:\n" + output)
        until("the dead letter is there", lambda: b.search.count("random_trips-dead-letters") == 1)
        until("what came after it is there, too", lambda: b.search.count("random_trips") == 2)
    finally:
        b.search.forget("random_*")


def own_server(b, folder):
    """What concerns the whole server, on one of its own: wal_level, slots."""
    own = Postgres(os.path.join(folder, "own"))
    try:
        def address():
            names = {"host": "PGHOST", "port": "PGPORT", "user": "PGUSER", "password": "PGPASSWORD"}
            return {"PGDATABASE": "pgsync", **{names[key]: value for key, value in own.libpq.items()}}

        def connect():
            return own.connect("pgsync")

        def set_and_restart(**settings):
            own.configure(*(f"{name} = {value}" for name, value in settings.items()))

        with contextlib.closing(connect()) as connection:
            connection.cursor().execute((ROOT / "examples/airbnb/schema.sql").read_text())
        set_and_restart(wal_level="replica", max_replication_slots="1")
        b.refuse("bootstrap", saying=["wal_level", "logical", "ALTER SYSTEM"], **address())
        set_and_restart(wal_level="logical", max_wal_senders="0")
        b.refuse("bootstrap", saying=["max_wal_senders", "restart the server"], **address())
        set_and_restart(max_wal_senders="10")
        with contextlib.closing(connect()) as connection:
            connection.cursor().execute("SELECT pg_create_physical_replication_slot('taken')")
        b.refuse("bootstrap", saying=["no replication slot is free", "max_replication_slots"], **address())
        with contextlib.closing(connect()) as connection:
            connection.cursor().execute("SELECT pg_drop_replication_slot('taken')")
        b.succeed("bootstrap", **address())
        b.succeed("teardown", "--yes", **address())
    finally:
        own.purge()


def main():
    airbnb, random_program = sys.argv[1:3]

    def play(test, folder):
        with Bench(random_program if test is rejected else airbnb, folder) as b:
            test(*(b, folder) if test is own_server else (b,))

    return run_all((servers, arguments, catalog, order, follower_of_another, taken_names, rights, deleted_index, rejected,
                    own_server), sys.argv[3:], play)


if __name__ == "__main__":
    sys.exit(main())
