"""DDL while changes stream: where the shape is not touched sync goes on, where it is it stops by name."""

import contextlib
import time

import psycopg2
import psycopg2.errors

from cluster import ready
from stage import SLOT, fault

UNTOUCHED = {
    "column added": "ALTER TABLE {table} ADD COLUMN extra text DEFAULT 'x'",
    "column added with a rewrite": "ALTER TABLE {table} ADD COLUMN stamp timestamptz DEFAULT clock_timestamp()",
    "unused column renamed": "ALTER TABLE {table} RENAME COLUMN extra TO other",
    "unused column's type changed": "ALTER TABLE {table} ALTER COLUMN other DROP DEFAULT, ALTER COLUMN other TYPE bytea USING other::bytea",
    "unused column dropped": "ALTER TABLE {table} DROP COLUMN other, DROP COLUMN stamp",
    "used column widened": "ALTER TABLE person ALTER COLUMN email TYPE varchar({size}), "
    "ALTER COLUMN balance TYPE numeric({digits}, 4)",
    "index built": "CREATE INDEX fault_index ON {table} ({key})",
    "index dropped": "DROP INDEX {schema}.fault_index",
    "constraint added and dropped": "ALTER TABLE {table} ADD CONSTRAINT fault_check CHECK (true) NOT VALID; "
    "ALTER TABLE {table} DROP CONSTRAINT fault_check",
    "unused table renamed": "ALTER TABLE noise RENAME TO clamour; ALTER TABLE clamour RENAME TO noise",
    "other table made, partition attached, dropped": "CREATE TABLE parts (id int) PARTITION BY LIST (id); "
    "CREATE TABLE part (id int); ALTER TABLE parts ATTACH PARTITION part FOR VALUES IN (1); DROP TABLE parts",
    "statistics and storage": "ALTER TABLE {table} SET (fillfactor = {fill})",
}
TABLES = [("person", "public", "id"), ("inventory.booking", "inventory", "number"), ("review", "public", "position"), ("leg", "public", "id")]


def patiently(stage, statement):
    """As a careful administrator does it: short waits for the lock, again and again."""
    end = time.monotonic() + 60
    while True:
        with contextlib.closing(stage.connect()) as connection, connection.cursor() as cursor:
            # The writers leave references that lead nowhere; a row that this transaction wrote anew, as a change of
            # type does, would have them checked by its next update.
            cursor.execute("SET lock_timeout = '700ms'; SET session_replication_role = replica")
            try:
                cursor.execute(statement)
                return
            except (psycopg2.errors.LockNotAvailable, psycopg2.errors.DeadlockDetected):
                if time.monotonic() > end:
                    raise
        stage.wait(stage.rng.uniform(0.05, 0.3))


@fault("DDL that does not touch the shape")
def untouched(stage):
    ready(stage)
    stage.alive()
    turns = []

    def inject():
        if not turns:
            table, schema, key = stage.rng.choice(TABLES)
            turns.extend((name, table, schema, key) for name in reversed(UNTOUCHED))
        name, table, schema, key = turns.pop()
        size = stage.sizes = getattr(stage, "sizes", 320) + 10
        statement = UNTOUCHED[name].format(
            table=table, schema=schema, key=key, size=size, digits=14 + size % 20, fill=50 + size % 50
        )
        patiently(stage, statement)
        stage.count(name)

    stage.follow(inject, pause=(0.05, 0.4), least=2 * len(UNTOUCHED))
    while turns:
        inject()


# What is done, what changes a row then, what sync must say, and what undoes it.
TOUCHED = {
    "used column renamed": (
        "ALTER TABLE person RENAME COLUMN full_name TO name_in_full",
        "UPDATE person SET vip = NOT vip",
        "full_name",
        "ALTER TABLE person RENAME COLUMN name_in_full TO full_name",
    ),
    "column of a join renamed": (
        "ALTER TABLE leg RENAME COLUMN trip_series TO series",
        "UPDATE leg SET seat = 'renamed'",
        "trip_series",
        "ALTER TABLE leg RENAME COLUMN series TO trip_series",
    ),
    "used column dropped": (
        "CREATE TABLE kept AS SELECT id, name FROM agency; ALTER TABLE agency DROP COLUMN name",
        "UPDATE agency SET branch = branch",
        '"?name"?',
        "ALTER TABLE agency ADD COLUMN name text; UPDATE agency SET name = kept.name FROM kept "
        "WHERE kept.id = agency.id; DROP TABLE kept",
    ),
    "used table renamed": (
        "ALTER TABLE passport RENAME TO papers",
        "UPDATE papers SET valid = NOT valid; UPDATE person SET vip = NOT vip",
        "passport",
        "ALTER TABLE papers RENAME TO passport",
    ),
    "used table moved to another schema": (
        "ALTER TABLE photo SET SCHEMA inventory",
        "UPDATE inventory.photo SET caption = 'moved'; UPDATE inventory.booking SET remark = 'moved'",
        "photo",
        "ALTER TABLE inventory.photo SET SCHEMA public",
    ),
    "used column's type changed": (
        "ALTER TABLE person ALTER COLUMN vip TYPE text USING vip::text",
        "UPDATE person SET vip = 'odd'",
        "vip",
        "ALTER TABLE person ALTER COLUMN vip TYPE boolean USING false; UPDATE person SET vip = true",
    ),
}


@fault("DDL that touches the shape")
def touched(stage):
    ready(stage)
    for name, (change, work, says, undo) in TOUCHED.items():
        stage.alive()
        with stage.resting():
            since = stage.log_size()
            patiently(stage, change)
            stage.admin(work)
            position = stage.value("SELECT pg_current_wal_insert_lsn()::text")
            for turn in range(2):  # as it streams, and at the next start
                if turn == 1:
                    since = stage.log_size()
                if stage.sync is None:
                    stage.start_sync()
                if turn == 0 and "type" in name:
                    # That alone is seen at a start; what streams shows what the database has.
                    stage.kill_sync()
                    continue
                stage.wait(60, stage.sync)
                if stage.sync.poll() != 1:
                    stage.problem(f"{name}: sync did not stop, {stage.sync.poll()}\n{stage.program.tail(5)}")
                    stage.kill_sync()
                elif not stage.said(says, since):
                    stage.problem(f"{name}: it does not name {says}\n{stage.program.tail(8)}")
                stage.sync = None
                if "type" not in name and stage.value(
                    "SELECT confirmed_flush_lsn >= %s::pg_lsn FROM pg_replication_slots WHERE slot_name = %s",
                    position,
                    SLOT,
                ):
                    stage.problem(f"{name}: what came after it was acknowledged")
                stage.count(f"{name}: stopped by name")
            patiently(stage, undo)
            stage.start_sync()
    stage.compare()
