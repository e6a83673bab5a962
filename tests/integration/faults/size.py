"""One transaction of very many rows, and one change that concerns very many documents, in the same memory."""

import contextlib
import pathlib
import re

import compare
from cluster import ready
from stage import Failed, fault, say

MEBIBYTE = 1024
KEY = "size"


def memory(child):
    """Peak of all resident memory and what is anonymous of it now, in KiB."""
    status = pathlib.Path(f"/proc/{child.pid}/status").read_text(encoding="utf-8")
    return tuple(int(re.search(rf"{name}:\s+(\d+) kB", status).group(1)) for name in ("VmHWM", "RssAnon"))


@fault("size")
def size(stage):
    rows, documents = stage.options.size
    patience = 300 + (rows + 20 * documents) / 1000  # on the slowest of machines
    people = max(1, documents // 100)
    ready(stage)
    stage.kill_sync()
    with stage.resting(), contextlib.closing(stage.connect()) as connection, connection.cursor() as cursor:
        # A place that no leg goes to: its photos are in the log, and in no document.
        cursor.execute(
            "INSERT INTO continent VALUES ('size', 'Size'); INSERT INTO country VALUES ('size', 1, 'Size'); "
            "INSERT INTO city (id, name, country_continent, country_number) "
            "VALUES ('00000000-0000-0000-0000-00000000515e', 'Size', 'size', 1); "
            "INSERT INTO \"Weird Schema\".\"T able-1\" (\"Sel ect\") VALUES ('size')"
        )
        stage.start_sync()
        stage.until("sync is idle", lambda: caught_up(stage, cursor), 120)
        idle = memory(stage.sync)
        cursor.execute(
            "INSERT INTO person (id, full_name, vip, home_city) SELECT 5150000000 + i, 'Size', false, "
            "'00000000-0000-0000-0000-00000000515e' FROM generate_series(1, %s) i",
            (people,),
        )
        stage.until("the people are there", lambda: caught_up(stage, cursor), patience)
        cursor.execute("BEGIN")
        cursor.execute(
            "INSERT INTO inventory.booking (region, series, number, paid, guest_id) SELECT 'size', 'of', i, true, "
            "5150000000 + least(%s, 1 + i / 100) FROM generate_series(1, %s) i",
            (people, documents),
        )
        cursor.execute(
            'INSERT INTO photo (id, "place key") SELECT 1000000000 + i, \'size\' FROM generate_series(1, %s) i',
            (rows - documents,),
        )
        cursor.execute("COMMIT")
        cursor.execute("ANALYZE")  # as autovacuum does, sooner or later
        say(f"  {rows} rows in one transaction")
        stage.until("the transaction is done", lambda: caught_up(stage, cursor), patience)
        after_rows = memory(stage.sync)
        stage.count(f"transaction of {rows} rows")
        cursor.execute("UPDATE city SET name = 'Resize' WHERE id = '00000000-0000-0000-0000-00000000515e'")
        stage.until("the fan-out is done", lambda: caught_up(stage, cursor), patience)
        after_fan = memory(stage.sync)
        stage.count(f"fan-out to {documents + people + 1} documents")
        say(
            "  resident memory, peak and anonymous now, MiB: "
            + ", ".join(
                f"{name} {peak // MEBIBYTE} and {anonymous // MEBIBYTE}"
                for name, (peak, anonymous) in (("idle", idle), ("after the rows", after_rows), ("after the fan-out", after_fan))
            )
        )
        if after_fan[0] > idle[0] + 128 * MEBIBYTE:
            stage.problem(f"memory grew from {idle[0] // MEBIBYTE} to {after_fan[0] // MEBIBYTE} MiB")
        compare_in_pieces(stage)
        cursor.execute("BEGIN")
        cursor.execute("DELETE FROM photo WHERE \"place key\" = 'size'")
        cursor.execute("DELETE FROM inventory.booking WHERE region = 'size'")
        cursor.execute("DELETE FROM person WHERE id > 5150000000")
        cursor.execute("DELETE FROM \"Weird Schema\".\"T able-1\" WHERE \"Sel ect\" = 'size'")
        cursor.execute("DELETE FROM city WHERE name = 'Resize'")
        cursor.execute("DELETE FROM continent WHERE code = 'size'")
        cursor.execute("COMMIT")
        stage.until("the deletes are done", lambda: caught_up(stage, cursor), patience)
        stage.count(f"transaction of {rows} deletes")


def caught_up(stage, cursor):
    if stage.sync.poll() is not None:
        raise Failed(f"sync ended with {stage.sync.poll()}\n{stage.program.tail(6)}")
    if not hasattr(stage, "goal") or stage.goal is None:
        cursor.execute("SELECT pg_current_wal_insert_lsn()::text")
        stage.goal = cursor.fetchone()[0]
        # So that the flushed position gets past it.
        cursor.execute("SELECT pg_logical_emit_message(true, 'test', 'goal')")
    cursor.execute(
        "SELECT confirmed_flush_lsn >= %s::pg_lsn FROM pg_replication_slots WHERE slot_name = 'pgsync_random_trips'",
        (stage.goal,),
    )
    found = cursor.fetchone()
    if found and found[0]:
        stage.goal = None
        return True
    return False


def compare_in_pieces(stage):
    """Every document, a thousand at a time: all at once would not fit here."""
    import psycopg2

    documents = different = 0
    for name, query in stage.sql.items():
        stage.cluster.ask("POST", f"{name}/_refresh")
        count = stage.cluster.ask("GET", f"{name}/_count")["count"]
        with contextlib.closing(psycopg2.connect(stage.dsn)) as connection:
            connection.set_session(isolation_level="REPEATABLE READ", readonly=True)
            with connection.cursor() as cursor:
                cursor.execute("SET TimeZone = 'UTC'; SET extra_float_digits = 3; SET DateStyle = 'ISO'")
            wanted = 0
            with connection.cursor("documents") as stream:
                stream.itersize = 1000
                stream.execute(
                    f"SELECT id, document::text FROM ({query.strip().rstrip(';')}) AS answer (id, document)"
                )
                while piece := stream.fetchmany(1000):
                    wanted += len(piece)
                    found = stage.cluster.ask("POST", f"{name}/_mget", {"ids": [key for key, _ in piece]})["docs"]
                    for (key, document), have in zip(piece, found):
                        if not have.get("found"):
                            different += 1
                            print(f"  missing {name} {key}")
                        elif problem := compare.difference(have["_source"], compare.parse(document)):
                            different += 1
                            print(f"  different {name} {key}: {problem[0]}")
        if wanted != count:
            different += abs(wanted - count)
            print(f"  {name} holds {count} documents, the database {wanted}")
        documents += wanted
    before = stage.compared.get(stage.about, (0, 0))
    stage.compared[stage.about] = (before[0] + documents, before[1] + different)
    if different:
        stage.problem(f"{different} of {documents} documents differ")
    say(f"  {documents} documents compared in pieces, {different} different")
