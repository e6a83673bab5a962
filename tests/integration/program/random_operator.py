#!/usr/bin/env python3
"""Random writers, and beside them a random operator: he swaps, recreates, attaches, detaches and renames tables, alters
publications and replica identities, closes and opens indices, kills and restarts programs and servers. Again and again
everything has to settle, and every document is compared with hand-written SQL.

    random_operator.py PROGRAM [--seconds N] [--seed N] [--rounds N] [--only DEED,…] [--without DEED,…] [--keep FOLDER]

OPENSEARCH_URL names the cluster; PostgreSQL is one of its own. A seed draws the same deeds and writes again; how they
fall together is up to the machine.
"""
import argparse
import collections
import contextlib
import json
import os
import pathlib
import random
import re
import signal
import sys
import tempfile
import threading
import time
import traceback

import psycopg2
import psycopg2.errors

from harness import ROOT, Bench, Failure, expect, servers_sh, until  # puts what follows within reach
import compare
from servers import Postgres

ORACLE = compare.queries(ROOT / "tests/integration/program/changed/expected.sql")
TABLES = "item, tag, label, item_label, line, event"
SLOT = PUBLICATION = "pgsync_items"
SYNC = ("sync", "--on-lost-slot=resync")
ITEMS, TAGS, LABELS, LINES = 60, 150, 15, 200  # ids that the writers draw from
MONTHS = 6  # of 2024, for which there may be partitions
SETTLED = 90  # seconds within which everything must be as the database has it
# How sync may end by itself: with a message that says what is missing, and what to do.
ENDINGS = {
    "something is gone": r"the database does not match the shapes:\n  - \w",
    "mended, and wrong again": r"bootstrap has just repaired this, and it is wrong again",
    # The tables that were swapped away are in it still; the administrator does as he is told.
    "an administrator is asked": r"the application's writes would be refused(.|\n)*(take those tables from the publication|and then ALTER PUBLICATION)",
}
# What an operator may inflict on an application, who tries again then.
SUFFERED = (
    "40001 40P01 55P03 57014 23505 23514 23502 42P01 42703 42P10 55000 57P01 57P02 57P03 08006 08000 08003 25006 0A000 XX000"
).split()


# --- the application ---------------------------------------------------------------------------------------

class Writer(threading.Thread):
    def __init__(self, play, number, rng):
        super().__init__(name=f"writer {number}", daemon=True)
        self.play, self.number, self.rng = play, number, rng
        self.connection = self.cursor = None

    def connect(self):
        self.connection = psycopg2.connect(dbname=self.play.bench.name, application_name="writer", **self.play.postgres.libpq)
        self.cursor = self.connection.cursor()
        self.cursor.execute("SET lock_timeout = '4s'; SET statement_timeout = '20s'; SET deadlock_timeout = '100ms'")
        self.connection.commit()

    def run(self):
        try:
            while not self.play.stop.is_set():
                if self.play.resting.is_set():
                    self.close()
                    self.play.rest()
                    continue
                try:
                    if self.connection is None:
                        self.connect()
                    self.transaction()
                except psycopg2.Error as problem:
                    self.suffer(problem)
                time.sleep(self.rng.expovariate(1 / 0.03))
        except Exception:  # pylint: disable=broad-except
            self.play.problems.append(f"{self.name} ended:\n{traceback.format_exc()}")
        finally:
            self.close()

    def close(self):
        if self.connection is not None:
            with contextlib.suppress(psycopg2.Error):
                self.connection.close()
        self.connection = None

    def suffer(self, problem):
        code = problem.pgcode or ("08006" if self.connection is None or self.connection.closed else "")
        self.play.errors[code or type(problem).__name__] += 1
        if code not in SUFFERED and isinstance(problem, psycopg2.OperationalError):
            code = "08006"  # refused while the server starts
        if code not in SUFFERED:
            self.play.problems.append(f"{self.name}: {type(problem).__name__} {code}: {problem}")
        try:
            self.connection.rollback()
        except (psycopg2.Error, AttributeError):
            self.close()
            time.sleep(0.1)

    def transaction(self):
        rng = self.rng
        for _ in range(rng.choices([1, rng.randrange(2, 6)], [60, 40])[0]):
            statement = self.statement()
            self.play.note(self.name, statement)
            self.cursor.execute(statement)
        if rng.random() < 0.05:
            time.sleep(rng.uniform(0, 1.2))  # what is open while the operator is at it
        if rng.random() < 0.08:
            self.connection.rollback()
        else:
            self.connection.commit()
            self.play.note(self.name, "COMMIT")
            self.play.committed += 1

    def statement(self):
        rng = self.rng
        item, tag, label, line = (rng.randrange(1, most + 1) for most in (ITEMS, TAGS, LABELS, LINES))
        other, word = rng.randrange(1, ITEMS + 1), f"{rng.randrange(10**6):06}"
        day = f"2024-{rng.randrange(1, 3 if rng.random() < 0.8 else MONTHS + 1):02}-{rng.randrange(1, 29):02}"
        nobody = rng.random() < 0.05
        owner = "NULL" if nobody else str(item)
        return rng.choice(rng.choices([
            # item
            [f"INSERT INTO item (id, title, body) VALUES ({item}, 'i{word}', 'b{word}') ON CONFLICT DO NOTHING",
             f"UPDATE item SET title = 't{word}' WHERE id = {item}", f"UPDATE item SET body = NULLIF('b{word}', 'b') WHERE id = {item}",
             f"DELETE FROM item WHERE id = {item}",
             f"UPDATE item SET id = {other} WHERE id = {item} AND NOT EXISTS (SELECT FROM item WHERE id = {other})"],
            # tag
            [f"INSERT INTO tag (id, name, item_id) VALUES ({tag}, 'n{word}', {owner}) ON CONFLICT DO NOTHING",
             f"UPDATE tag SET name = 'n{word}' WHERE id = {tag}", f"UPDATE tag SET item_id = {owner} WHERE id = {tag}",
             f"UPDATE tag SET item_id = {owner}, name = 'm{word}' WHERE id = {tag}", f"DELETE FROM tag WHERE id = {tag}",
             f"UPDATE tag SET id = {tag} + 1000 WHERE id = {tag} AND NOT EXISTS (SELECT FROM tag WHERE id = {tag} + 1000)",
             f"DELETE FROM tag WHERE id > 1000 AND id % 7 = {tag % 7}"],
            # label, item_label
            [f"INSERT INTO label (id, name) VALUES ({label}, 'l{word}') ON CONFLICT DO NOTHING",
             f"UPDATE label SET name = 'l{word}' WHERE id = {label}", f"DELETE FROM label WHERE id = {label}",
             f"INSERT INTO item_label (item_id, label_id) VALUES ({item}, {label}) ON CONFLICT DO NOTHING",
             f"DELETE FROM item_label WHERE item_id = {item} AND label_id = {label}",
             f"UPDATE item_label SET item_id = {other} WHERE item_id = {item} AND NOT EXISTS (SELECT FROM item_label k "
             f"WHERE k.item_id = {other} AND k.label_id = item_label.label_id)"],
            # line
            [f"INSERT INTO line (id, day, amount, item_id) VALUES ({line}, '{day}', {line}, {owner}) ON CONFLICT DO NOTHING",
             f"UPDATE line SET amount = amount % 1000 + 1 WHERE id = {line}", f"UPDATE line SET item_id = {owner} WHERE id = {line}",
             f"UPDATE line SET day = '{day}' WHERE id = {line} AND NOT EXISTS (SELECT FROM line l WHERE l.id = {line} AND l.day = '{day}')",
             f"DELETE FROM line WHERE id = {line}"],
            # event
            [f"INSERT INTO event (item_id, day, note) VALUES ({item}, '{day}', 'e{word}')",
             f"UPDATE event SET note = 'f{word}' WHERE item_id = {item}", f"UPDATE event SET item_id = {other} WHERE item_id = {item}",
             f"UPDATE event SET day = '{day}' WHERE item_id = {item}", f"DELETE FROM event WHERE item_id = {item}"],
            # many at once
            [f"UPDATE tag SET name = 'w{word}' WHERE id % 5 = {tag % 5}", f"UPDATE item SET title = 'w{word}' WHERE id % 5 = {item % 5}",
             f"UPDATE line SET amount = amount % 1000 + 1 WHERE id % 5 = {line % 5}",
             f"INSERT INTO tag (id, name, item_id) SELECT i, 'g{word}', i % {ITEMS} + 1 FROM generate_series({tag}, {tag} + 20) i ON CONFLICT DO NOTHING",
             f"INSERT INTO item (id, title) SELECT i, 'g{word}' FROM generate_series({item}, {item} + 20) i WHERE i <= {ITEMS} ON CONFLICT DO NOTHING",
             f"INSERT INTO line (id, day, amount, item_id) SELECT i, '{day}', i, i % {ITEMS} + 1 FROM generate_series({line}, {line} + 20) i ON CONFLICT DO NOTHING"],
            [rng.choices([f"TRUNCATE {name}" for name in ("tag", "item_label", "line", "event", "label", "item", "line_jan", "event_jan")],
                         [3, 3, 2, 2, 1, 1, 2, 1])[0]],
        ], [20, 24, 20, 22, 18, 6, 0.6])[0])


# --- the operator ------------------------------------------------------------------------------------------

DEEDS = {}


def deed(weight=1.0):
    def remember(function):
        DEEDS[function.__name__] = (function, weight)
        return function
    return remember


RANK = ("CREATE MATERIALIZED VIEW item_rank AS SELECT item_id, count(*) AS tags FROM tag WHERE item_id IS NOT NULL GROUP BY item_id; "
        "CREATE UNIQUE INDEX ON item_rank (item_id); ")
COLUMNS = {"item": "id, title, body", "tag": "id, name, item_id", "label": "id, name", "item_label": "item_id, label_id",
           "line": "id, day, amount, item_id", "event": "item_id, day, note"}


def total(factor):
    return (f"CREATE OR REPLACE VIEW item_total AS SELECT item_id, sum(amount) * {factor} AS amount FROM line "
            "WHERE item_id IS NOT NULL GROUP BY item_id; ")


class Operator:
    """The hands: statements that wait for locks as a careful administrator has them wait, pauses, requests."""

    def __init__(self, play, rng):
        self.play, self.rng, self.bench = play, rng, play.bench
        self.number = 0

    def fresh(self):
        """A number for a name of its own."""
        self.number += 1
        return self.number

    def pause(self, longest):
        time.sleep(self.rng.choice([0, self.rng.uniform(0, 0.4), self.rng.uniform(0, longest)]))

    def sql(self, *statements):
        """In one transaction each. Returns whether all could be done: some are at odds with what was done before."""
        for statement in statements:
            self.play.note("operator", statement)
            end = time.monotonic() + 30
            while True:
                try:
                    self.play.execute("SET lock_timeout = '1500ms'; SET deadlock_timeout = '3s'")
                    self.play.execute(statement)
                    break
                except (psycopg2.errors.LockNotAvailable, psycopg2.errors.DeadlockDetected, psycopg2.OperationalError,
                        psycopg2.errors.SerializationFailure, psycopg2.errors.InternalError_) as problem:
                    # InternalError: "tuple concurrently updated", of two who alter one thing
                    if problem.pgcode == "55000":
                        return self.cannot(problem)
                    if time.monotonic() > end:
                        raise
                    self.play.note("operator", f"once more: {type(problem).__name__} {str(problem).strip()[:100]}")
                    time.sleep(self.rng.uniform(0.05, 0.3))
                except psycopg2.Error as problem:
                    return self.cannot(problem)
        return True

    def cannot(self, problem):
        self.play.note("operator", f"cannot: {str(problem).strip()[:200]}")
        self.play.odd[f"{type(problem).__name__}: {str(problem).splitlines()[0][:90]}"] += 1
        return False

    def value(self, query):
        return self.play.value(query)

    def partitions(self, table):
        return self.play.values(f"SELECT inhrelid::regclass::text FROM pg_inherits WHERE inhparent = '{table}'::regclass ORDER BY 1")

    def months_taken(self, table):
        bounds = self.play.values("SELECT pg_get_expr(c.relpartbound, c.oid) FROM pg_class c JOIN pg_inherits i ON i.inhrelid = c.oid "
                                  f"WHERE i.inhparent = '{table}'::regclass")
        taken = set()
        for bound in bounds:
            first, last = (int(month) for month in re.findall(r"'2024-(\d\d)", bound))
            taken.update(range(first, last))
        return taken

    def new_table(self, table, name, values, filled=True):
        """Statements that make `name` as `table` is, without its replica identity and its place in the publication."""
        columns = COLUMNS[table]
        sql = f"CREATE TABLE {name} (LIKE {table} INCLUDING ALL)"
        if table in ("line", "event"):
            sql += f" PARTITION BY RANGE (day); CREATE TABLE {name}_a PARTITION OF {name} FOR VALUES FROM ('2024-01-01') TO ('2024-02-01'); "
            sql += f"CREATE TABLE {name}_b PARTITION OF {name} FOR VALUES FROM ('2024-02-01') TO ('2024-{MONTHS + 1:02}-01')"
        sql += "; "
        if filled:
            sql += f"INSERT INTO {name} ({columns}) SELECT {'DISTINCT ' if table == 'item_label' else ''}{values} FROM {table}; "
        return sql

    def values(self, table):
        n = self.fresh()
        return self.rng.choice({
            "item": [f"id, left(title, 20) || ' v{n}', body", f"id, title, 'swapped {n}'"],
            "tag": [f"id, left(name, 20) || ' v{n}', item_id", f"id, name, item_id % {ITEMS} + 1"],
            "label": [f"id, left(name, 20) || ' v{n}'"],
            "item_label": [f"item_id, label_id % {LABELS} + 1", f"item_id % {ITEMS} + 1, label_id"],
            "line": ["id, day, amount % 1000 + 7, item_id", f"id, day, amount, item_id % {ITEMS} + 1"],
            "event": [f"item_id, day, left(note, 20) || ' v{n}'"],
        }[table])

    def any_table(self):
        return self.rng.choice(list(COLUMNS))

    def views(self, table):
        """What makes views read the table that has the name now."""
        return {"tag": "DROP MATERIALIZED VIEW IF EXISTS item_rank; " + RANK, "line": total(1)}.get(table, "")


# --- tables and columns

@deed(3)
def swap(o):
    table, new, old = o.any_table(), f"new_{o.fresh()}", f"old_{o.fresh()}"
    lock = f"LOCK TABLE {table} IN ACCESS EXCLUSIVE MODE; " if o.rng.random() < 0.5 else ""
    drop = f"DROP TABLE {old}; " if o.rng.random() < 0.4 else ""
    views = o.views(table)
    rename = f"ALTER TABLE {table} RENAME TO {old}; ALTER TABLE {new} RENAME TO {table}; {views}{drop}"
    if o.rng.random() < 0.3:  # filled beforehand, what came in between is lost
        o.sql(lock + o.new_table(table, new, o.values(table)))
        o.pause(2)
        if not o.sql(rename):
            o.sql(f"DROP TABLE IF EXISTS {new}")
    else:
        o.sql(lock + o.new_table(table, new, o.values(table)) + rename)


@deed(2)
def swap_and_back(o):
    table, new, old = o.any_table(), f"new_{o.fresh()}", f"old_{o.fresh()}"
    if o.sql(o.new_table(table, new, o.values(table), o.rng.random() < 0.7) + f"ALTER TABLE {table} RENAME TO {old}; ALTER TABLE {new} RENAME TO {table}"):
        o.pause(4)
        o.sql(f"ALTER TABLE {table} RENAME TO {new}; ALTER TABLE {old} RENAME TO {table}; DROP TABLE {new}")


@deed()
def rename_away_and_back(o):
    table, old = o.any_table(), f"old_{o.fresh()}"
    if o.sql(f"ALTER TABLE {table} RENAME TO {old}"):
        o.pause(3)
        if o.rng.random() < 0.5:
            o.sql(f"UPDATE {old} SET {COLUMNS[table].split(', ')[-1]} = {COLUMNS[table].split(', ')[-1]}", f"DELETE FROM {old} WHERE ctid = (SELECT min(ctid) FROM {old})")
        o.sql(f"ALTER TABLE {old} RENAME TO {table}")


@deed()
def other_schema(o):
    table, new, attic = o.any_table(), f"new_{o.fresh()}", f"attic_{o.fresh()}"
    o.sql(f"CREATE SCHEMA {attic}; {o.new_table(table, new, o.values(table))} ALTER TABLE {table} SET SCHEMA {attic}; "
          f"ALTER TABLE {new} RENAME TO {table}; {o.views(table)}")


@deed(1.5)
def recreate(o):
    table, kept = o.any_table(), f"kept_{o.fresh()}"
    before = {"tag": "DROP MATERIALIZED VIEW IF EXISTS item_rank; ", "line": "DROP VIEW IF EXISTS item_total; "}.get(table, "")
    o.sql(f"LOCK TABLE {table} IN ACCESS EXCLUSIVE MODE; CREATE TABLE {kept} AS SELECT * FROM {table}; {o.new_table(table, f'new_{kept}', '', False)} {before}"
          f"DROP TABLE {table}; ALTER TABLE new_{kept} RENAME TO {table}; INSERT INTO {table} ({COLUMNS[table]}) SELECT "
          f"{o.values(table)} FROM {kept}{' GROUP BY 1, 2' if table == 'item_label' else ''}; DROP TABLE {kept}; {o.views(table)}")


@deed(2)
def alter_type(o):
    n = o.fresh()
    o.sql(o.rng.choice([
        f"ALTER TABLE item ALTER COLUMN title TYPE varchar({200 + n}) USING left(title, 20) || ' a{n}'",
        f"ALTER TABLE item ALTER COLUMN title TYPE text USING left(title, 20) || ' a{n}'",
        f"ALTER TABLE item ALTER COLUMN body TYPE text USING 'a{n}'",
        f"ALTER TABLE label ALTER COLUMN name TYPE text USING left(name, 20) || ' a{n}'",
        f"DROP MATERIALIZED VIEW IF EXISTS item_rank; ALTER TABLE tag ALTER COLUMN name TYPE text USING left(name, 20) || ' a{n}'; " + RANK,
        f"DROP MATERIALIZED VIEW IF EXISTS item_rank; ALTER TABLE tag ALTER COLUMN item_id TYPE bigint USING item_id % {ITEMS} + 1; " + RANK,
        "DROP VIEW IF EXISTS item_total; ALTER TABLE line ALTER COLUMN amount TYPE int USING amount % 1000 + 3; " + total(1),
        f"DROP VIEW IF EXISTS item_total; ALTER TABLE line ALTER COLUMN item_id TYPE bigint USING item_id % {ITEMS} + 1; " + total(1),
        f"ALTER TABLE event ALTER COLUMN note TYPE text USING left(note, 20) || ' a{n}'",
    ]))


@deed(1.5)
def replace_column(o):
    n = o.fresh()
    table, column, kind, value = o.rng.choice([
        ("item", "title", "text NOT NULL DEFAULT ''", f"'r{n} ' || id"), ("item", "body", "text", f"'r{n}'"),
        ("tag", "name", "text NOT NULL DEFAULT ''", f"'r{n} ' || id"), ("tag", "item_id", "bigint", f"item_id % {ITEMS} + 1"),
        ("label", "name", "text NOT NULL DEFAULT ''", f"'r{n} ' || id"), ("line", "amount", "int NOT NULL DEFAULT 0", f"id % 100 + {n}"),
        ("line", "item_id", "bigint", f"item_id % {ITEMS} + 1"), ("event", "note", "text NOT NULL DEFAULT ''", f"'r{n} ' || day")])
    old = f"{column}_{n}"
    before = {"tag": "DROP MATERIALIZED VIEW IF EXISTS item_rank; ", "line": "DROP VIEW IF EXISTS item_total; "}.get(table, "")
    add = f"ALTER TABLE {table} ADD COLUMN {old}_new {kind}"
    fill = f"UPDATE {table} SET {old}_new = {value}"
    ending = o.rng.choice([f"ALTER TABLE {table} ALTER COLUMN {old} DROP NOT NULL", f"ALTER TABLE {table} DROP COLUMN {old}"])
    rename = (f"{before}ALTER TABLE {table} RENAME COLUMN {column} TO {old}; ALTER TABLE {table} RENAME COLUMN {old}_new TO {column}; "
              f"{ending}; {o.views(table)}")
    if o.rng.random() < 0.5:
        o.sql(f"LOCK TABLE {table} IN ACCESS EXCLUSIVE MODE; {add}; {fill}; {rename}")
    elif o.sql(add, fill):
        o.pause(2)
        o.sql(rename)


@deed()
def rename_columns_crosswise(o):
    """Away and back, with another one in its place meanwhile."""
    n = o.fresh()
    table, column = o.rng.choice([("item", "title"), ("item", "body"), ("tag", "name"), ("label", "name")])
    if o.sql(f"ALTER TABLE {table} ADD COLUMN c{n} text NOT NULL DEFAULT 'crosswise {n}'; ALTER TABLE {table} RENAME COLUMN {column} TO k{n}; "
             f"ALTER TABLE {table} RENAME COLUMN c{n} TO {column}"):
        o.pause(3)
        o.sql(f"ALTER TABLE {table} DROP COLUMN {column}; ALTER TABLE {table} RENAME COLUMN k{n} TO {column}")


@deed()
def drop_and_add_column(o):
    n = o.fresh()
    drop, add = "ALTER TABLE item DROP COLUMN body", f"ALTER TABLE item ADD COLUMN body text DEFAULT 'added {n}'"
    if o.rng.random() < 0.5:
        o.sql(f"{drop}; {add}")
    elif o.sql(drop):
        if o.rng.random() < 0.1:
            time.sleep(o.rng.uniform(10, 14))  # longer than sync looks again for
        else:
            o.pause(4)
        o.sql(add)


@deed(0.5)
def rewrite_table(o):
    """No value changes, but the files do."""
    table = o.any_table()
    o.sql(o.rng.choice([f"VACUUM FULL {table}", f"ALTER TABLE {table} ADD COLUMN x{o.fresh()} timestamptz DEFAULT clock_timestamp()", f"VACUUM FREEZE {table}",
                        f"ANALYZE {table}"]))


@deed(0.7)
def unlogged_for_a_while(o):
    table = o.rng.choice(["tag", "label", "item_label", "item"])
    if o.sql(f"ALTER PUBLICATION {PUBLICATION} DROP TABLE {table}; ALTER TABLE {table} SET UNLOGGED"):
        o.pause(2)
        o.sql(f"ALTER TABLE {table} SET LOGGED")


# --- the publication

@deed(1.5)
def take_out(o):
    table = o.any_table()
    if o.sql(f"ALTER PUBLICATION {PUBLICATION} DROP TABLE {table}") and o.rng.random() < 0.6:
        o.pause(3)
        o.sql(f"ALTER PUBLICATION {PUBLICATION} ADD TABLE {table}")


@deed()
def filter_rows(o):
    table = o.rng.choice(["item", "tag", "label"])
    others = ", ".join(each for each in COLUMNS if each != table)
    if o.sql(f"ALTER PUBLICATION {PUBLICATION} SET TABLE {table} WHERE (id > {o.rng.randrange(5, 50)}), {others}") and o.rng.random() < 0.5:
        o.pause(3)
        o.sql(f"ALTER PUBLICATION {PUBLICATION} SET TABLE {TABLES}")


@deed()
def list_columns(o):
    if o.sql(f"ALTER PUBLICATION {PUBLICATION} SET TABLE item (id, body), tag, label, item_label, line, event") and o.rng.random() < 0.5:
        o.pause(3)
        o.sql(f"ALTER PUBLICATION {PUBLICATION} SET TABLE {TABLES}")


@deed()
def fewer_operations(o):
    some = ", ".join(o.rng.sample(["insert", "update", "delete", "truncate"], o.rng.randrange(1, 4)))
    if o.sql(f"ALTER PUBLICATION {PUBLICATION} SET (publish = '{some}')") and o.rng.random() < 0.5:
        o.pause(3)
        o.sql(f"ALTER PUBLICATION {PUBLICATION} SET (publish = 'insert, update, delete, truncate')")


@deed()
def via_root(o):
    if o.sql(f"ALTER PUBLICATION {PUBLICATION} SET (publish_via_partition_root = true)") and o.rng.random() < 0.5:
        o.pause(3)
        o.sql(f"ALTER PUBLICATION {PUBLICATION} SET (publish_via_partition_root = false)")


@deed()
def drop_publication(o):
    create = f"CREATE PUBLICATION {PUBLICATION} FOR {o.rng.choice(['TABLE ' + TABLES, 'ALL TABLES', 'TABLE item, tag'])}"
    how = o.rng.random()
    if how < 0.4:
        o.sql(f"DROP PUBLICATION {PUBLICATION}; {create}")
    elif o.sql(f"DROP PUBLICATION IF EXISTS {PUBLICATION}") and how < 0.7:
        o.pause(3)
        o.sql(create)


# --- replica identities

@deed(1.5)
def other_identity(o):
    table = o.rng.choice(["tag", "item_label", "label", "item"] + o.partitions("line") + o.partitions("event"))
    o.sql(f"ALTER TABLE {table} REPLICA IDENTITY {o.rng.choice(['DEFAULT', 'DEFAULT', 'NOTHING', 'FULL'])}")


@deed()
def identity_index(o):
    n = o.fresh()
    table, columns = o.rng.choice([("tag", "id"), ("label", "id"), ("item", "id"), ("item_label", "label_id, item_id"), ("item_label", "item_id, label_id")])
    if o.sql(f"CREATE UNIQUE INDEX identity_{n} ON {table} ({columns}); ALTER TABLE {table} REPLICA IDENTITY USING INDEX identity_{n}") and o.rng.random() < 0.6:
        o.pause(3)
        o.sql(f"DROP INDEX identity_{n}")


# --- partitions

@deed(2)
def new_partition(o):
    table, n = o.rng.choice(["line", "event"]), o.fresh()
    free = sorted(set(range(1, MONTHS + 1)) - o.months_taken(table))
    if not free:
        return remove_partition(o)
    month = o.rng.choice(free)
    bounds = f"FOR VALUES FROM ('2024-{month:02}-01') TO ('2024-{month + 1:02}-01')"
    rows = {"line": f"SELECT i, '2024-{month:02}-03'::date, i, i % {ITEMS} + 1", "event": f"SELECT i % {ITEMS} + 1, '2024-{month:02}-04'::date, 'p{n} ' || i"}[table]
    rows += " FROM generate_series(1, 30) i"
    if o.rng.random() < 0.5:
        o.sql(f"CREATE TABLE {table}_{n} PARTITION OF {table} {bounds}", f"INSERT INTO {table} ({COLUMNS[table]}) {rows} ON CONFLICT DO NOTHING")
    else:
        # The parent has columns that replaced others at other places; rows are attached by name.
        o.sql(f"CREATE TABLE {table}_{n} (LIKE {table} INCLUDING ALL); INSERT INTO {table}_{n} ({COLUMNS[table]}) {rows}; "
              f"ALTER TABLE {table} ATTACH PARTITION {table}_{n} {bounds}")
    return None


@deed(1.5)
def remove_partition(o):
    table = o.rng.choice(["line", "event"])
    found = o.partitions(table)
    if found:
        partition = o.rng.choice(found)
        o.sql(o.rng.choice([f"DROP TABLE {partition}", f"ALTER TABLE {table} DETACH PARTITION {partition}; ALTER TABLE {partition} RENAME TO off_{o.fresh()}"]))


@deed(1.5)
def detach_and_attach(o):
    table = o.rng.choice(["line", "event"])
    found = o.partitions(table)
    if not found:
        return
    partition = o.rng.choice(found)
    bounds = o.value(f"SELECT pg_get_expr(relpartbound, oid) FROM pg_class WHERE oid = '{partition}'::regclass")
    change = o.rng.choice({"line": [f"UPDATE {partition} SET amount = amount % 1000 + 11", f"DELETE FROM {partition} WHERE id % 2 = 0",
                                    f"UPDATE {partition} SET item_id = item_id % {ITEMS} + 1", "SELECT 1"],
                           "event": [f"DELETE FROM {partition} WHERE item_id % 2 = 0", f"INSERT INTO {partition} (item_id, day, note) SELECT "
                                     f"item_id % {ITEMS} + 1, day, 'off {o.fresh()}' FROM {partition} LIMIT 40", "SELECT 1"]}[table])
    detach, attach = f"ALTER TABLE {table} DETACH PARTITION {partition}", f"ALTER TABLE {table} ATTACH PARTITION {partition} {bounds}"
    if o.rng.random() < 0.4:
        o.sql(f"{detach}; {change}; {attach}")
    elif o.sql(detach):
        o.pause(3)
        o.sql(change)
        o.sql(attach)


@deed(0.7)
def truncate_partition(o):
    o.sql(f"TRUNCATE {o.rng.choice(o.partitions('line') + o.partitions('event') + ['line', 'event'])}")


# --- views

@deed(1.5)
def other_view(o):
    o.sql(o.rng.choice([total(o.rng.randrange(2, 9)), "REFRESH MATERIALIZED VIEW item_rank", "REFRESH MATERIALIZED VIEW item_rank",
                        "DROP MATERIALIZED VIEW IF EXISTS item_rank; " + RANK]))


# --- programs, slots, sessions

@deed(1.5)
def kill_sync(o):
    o.play.stop_sync(signal.SIGKILL)
    o.pause(4)
    o.play.start_sync()


@deed(1.5)
def restart_sync(o):
    o.play.stop_sync(signal.SIGTERM)
    o.pause(4)
    o.play.start_sync()


@deed()
def freeze_sync(o):
    with o.play.of_sync() as child:
        if child is not None:
            child.send_signal(signal.SIGSTOP)
            o.pause(5)
            child.send_signal(signal.SIGCONT)


@deed(0.7)
def drop_slot_while_down(o):
    o.play.stop_sync(o.rng.choice([signal.SIGTERM, signal.SIGKILL]))
    o.sql(f"SELECT pg_terminate_backend(active_pid) FROM pg_replication_slots WHERE slot_name = '{SLOT}' AND active")
    o.pause(1)
    o.sql(f"SELECT pg_drop_replication_slot(slot_name) FROM pg_replication_slots WHERE slot_name = '{SLOT}' AND NOT active")
    o.pause(2)
    o.play.start_sync()


@deed(0.5)
def drop_slot_under_it(o):
    o.sql(f"SELECT pg_terminate_backend(active_pid) FROM pg_replication_slots WHERE slot_name = '{SLOT}' AND active")
    end = time.monotonic() + 2
    while time.monotonic() < end and o.value(f"SELECT count(*) FROM pg_replication_slots WHERE slot_name = '{SLOT}'"):
        with contextlib.suppress(psycopg2.Error):
            o.play.execute(f"SELECT pg_drop_replication_slot(slot_name) FROM pg_replication_slots WHERE slot_name = '{SLOT}' AND NOT active")


@deed()
def end_sessions(o):
    o.sql("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND application_name <> 'writer' "
          "AND pid <> pg_backend_pid()")


# --- servers

@deed()
def close_index(o):
    name = o.rng.choice(list(ORACLE))
    found = list(o.play.search_ask("GET", f"/{name}"))
    if not found:
        return
    way = o.rng.random()
    if way < 0.5:
        o.play.search_ask("POST", f"/{found[0]}/_close")
        o.pause(4)
        o.play.search_ask("POST", f"/{found[0]}/_open")
    else:
        o.play.search_ask("PUT", f"/{found[0]}/_settings", {"index.blocks.write": True})
        o.pause(4)
        o.play.search_ask("PUT", f"/{found[0]}/_settings", {"index.blocks.write": None})


@deed(0.7)
def restart_server(o):
    if o.rng.random() < 0.5:
        o.play.postgres.stop()
    else:
        o.play.postgres.kill()
    o.pause(3)
    o.play.postgres.start()


@deed(0.5)
def crash_backend(o):
    """One server process killed: the server ends all others, and recovers."""
    pid = o.value("SELECT pid FROM pg_stat_activity WHERE backend_type = 'client backend' AND pid <> pg_backend_pid() ORDER BY random() LIMIT 1")
    if pid:
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
        until("the server is back", o.play.postgres.answers)


# --- the play ----------------------------------------------------------------------------------------------

class Play:
    def __init__(self, program, postgres, folder, seed, only):
        self.postgres, self.folder = postgres, pathlib.Path(folder)
        self.bench = Bench(program, folder, indices=("items*", "lines*"), **postgres.libpq)
        self.rng = random.Random(seed)
        self.only = only
        self.stop, self.resting, self.supervising = threading.Event(), threading.Event(), threading.Event()
        self.idle = threading.Semaphore(0)
        self.go_on = threading.Condition()
        self.problems, self.errors, self.odd = [], collections.Counter(), collections.Counter()
        self.deeds, self.endings = collections.Counter(), collections.Counter()
        self.committed = self.documents = self.comparisons = 0
        self.history = open(self.folder / "history.log", "w", encoding="utf-8")  # pylint: disable=consider-using-with
        self.noting = threading.Lock()
        self.sync, self.sync_lock = None, threading.RLock()
        self.wanted = False  # sync is to run
        self.session = None

    def note(self, who, what):
        with self.noting:
            stamp = time.strftime("%H:%M:%S", time.gmtime()) + f".{int(time.time() * 1000) % 1000:03}"
            self.history.write(f"{stamp} {who}: {what}\n")
            self.history.flush()

    # --- sessions of the operator's own

    def execute(self, statement):
        if self.session is None or self.session.closed:
            self.session = self.postgres.connect(self.bench.name, application_name="operator")
        try:
            with self.session.cursor() as cursor:
                cursor.execute(statement)
                return cursor.fetchall() if cursor.description else []
        except psycopg2.OperationalError:
            if self.session.closed:
                self.session = None
            raise

    def values(self, query):
        end = time.monotonic() + 30
        while True:
            try:
                return [row[0] for row in self.execute(query)]
            except psycopg2.OperationalError:
                if time.monotonic() > end:
                    raise
                time.sleep(0.1)

    def value(self, query):
        found = self.values(query)
        return found[0] if found else None

    def search_ask(self, method, path, body=None):
        self.note("operator", f"{method} {path} {json.dumps(body) if body else ''}")
        return self.bench.search(method, path, body)

    # --- sync, which a service manager starts again

    def start_sync(self):
        with self.sync_lock:
            if self.sync is None:
                self.sync = self.bench.start(*SYNC)
                self.note("sync", f"started, {self.sync.log}")
            self.wanted = True

    def stop_sync(self, with_signal):
        with self.sync_lock:
            self.wanted = False
            if self.sync is None:
                return
            status = self.sync.stop(with_signal)
            self.note("sync", f"{with_signal.name}: ended with {status}")
            if with_signal == signal.SIGTERM and status not in (0, 1, -signal.SIGTERM):  # the last: it had hardly begun
                self.problems.append(f"SIGTERM ended sync with {status}:\n{self.sync.output()[-3000:]}")
            self.sync = None

    @contextlib.contextmanager
    def of_sync(self):
        with self.sync_lock:
            yield self.sync.child if self.sync and self.sync.child.poll() is None else None

    def supervise(self):
        try:
            while not self.stop.is_set():
                with self.sync_lock:
                    if self.sync is not None and self.sync.child.poll() is not None:
                        self.judge(self.sync)
                        self.sync = None
                    if self.sync is None and self.wanted:
                        self.start_sync()
                time.sleep(0.2)
        except Exception:  # pylint: disable=broad-except
            self.problems.append(f"nobody starts sync again:\n{traceback.format_exc()}")

    def judge(self, sync):
        """It ended by itself: with a message that the manual has?"""
        status, output = sync.child.returncode, sync.output()
        last = "\n".join(output.splitlines()[-8:])
        self.note("sync", f"ended by itself with {status}:\n{last}")
        for name, pattern in ENDINGS.items():
            if status == 1 and re.search(pattern, last):
                self.endings[name] += 1
                if name == "an administrator is asked":
                    with contextlib.suppress(psycopg2.OperationalError):  # the server is away: it will be asked again
                        self.obey(last)
                return
        self.problems.append(f"sync ended by itself with {status}:\n{output[-3000:]}")

    def obey(self, message):
        """What an administrator does who is told to."""
        statements = re.findall(r"and then (ALTER PUBLICATION .*?\))", message)
        with contextlib.closing(self.postgres.connect(self.bench.name, application_name="operator")) as session, session.cursor() as cursor:
            if not statements:
                cursor.execute("SELECT format('ALTER PUBLICATION %%I DROP TABLE %%I.%%I', pubname, schemaname, tablename) FROM "
                               "pg_publication_tables WHERE pubname = %s AND (schemaname <> 'public' OR tablename !~ "
                               "'^(item|tag|label|item_label|line|event)$')", (PUBLICATION,))
                statements = [row[0] for row in cursor.fetchall()]
            for statement in statements:
                self.note("administrator", statement)
                with contextlib.suppress(psycopg2.Error):  # a partition is not in it by itself; somebody was faster
                    cursor.execute(statement)

    # --- rounds

    def rest(self):
        self.idle.release()
        with self.go_on:
            self.go_on.wait_for(lambda: not self.resting.is_set() or self.stop.is_set())

    def still(self, writers):
        self.resting.set()
        for _ in writers:
            expect(self.idle.acquire(timeout=60), "a writer does not come to rest")  # pylint: disable=consider-using-with

    def move(self):
        with self.go_on:
            self.resting.clear()
            self.go_on.notify_all()

    def settle(self, what):
        """Until every document is as the database has it; returns the lines of what is different in the end."""
        end = time.monotonic() + SETTLED
        start = time.monotonic()
        while True:
            try:
                found = compare.Comparison(compare.Cluster(self.bench.url), compare.expected(self.dsn, ORACLE))
                lines = found.lines
            except (psycopg2.Error, RuntimeError, OSError) as problem:
                found, lines = None, [f"cannot be compared: {problem}"]
            if self.problems:
                return lines
            if not lines:
                self.documents += found.documents
                self.comparisons += 1
                self.note("play", f"{what}: settled after {time.monotonic() - start:.1f} s, {found.documents} documents")
                return []
            if time.monotonic() > end:
                return lines
            time.sleep(0.3)

    @property
    def dsn(self):
        return " ".join(f"{key}={value}" for key, value in {**self.postgres.libpq, "dbname": self.bench.name}.items())

    def writes_work(self):
        """What the application may do, it may do again soon."""
        def refused():
            for table, columns in COLUMNS.items():
                column = columns.split(", ")[-1]
                try:
                    self.execute(f"BEGIN; UPDATE {table} SET {column} = {column}; DELETE FROM {table}; ROLLBACK")
                except psycopg2.Error as problem:
                    with contextlib.suppress(psycopg2.Error):
                        self.execute("ROLLBACK")
                    return f"{table}: {problem}"
            return None

        end = time.monotonic() + 30
        while why := refused():
            if time.monotonic() > end:
                self.problems.append(f"the application's writes are refused: {why}")
                return
            time.sleep(0.3)

    def conditions(self):
        status, output = self.bench.run("status", "--json", "--log-level", "error")
        return f"status ends with {status}: {output[-4000:]}"

    def round(self, number, seconds, operator, writers):
        names = self.only
        weights = [DEEDS[name][1] for name in names]
        self.move()
        end = time.monotonic() + seconds
        done = []
        while True:
            time.sleep(self.rng.choice([self.rng.uniform(0, 0.3), self.rng.uniform(0.2, 3)]))
            name = self.rng.choices(names, weights)[0]
            self.note("operator", f"--- {name}")
            DEEDS[name][0](operator)
            done.append(name)
            self.deeds[name] += 1
            if time.monotonic() > end or self.problems:
                break
        # Some writes come after the last deed, others before it is noticed.
        time.sleep(self.rng.choice([0, 0.5, 2]))
        self.still(writers)
        self.start_sync()
        left = self.settle(f"round {number}: {', '.join(done)}")
        if not left and not self.problems:
            self.writes_work()
        if left or self.problems:
            told = self.conditions()
            log = self.sync.output()[-4000:] if self.sync else ""
            raise Failure(f"round {number}: {', '.join(done)}\n" + "\n".join(left[:8] + [f"({len(left)} different)"] + self.problems[:3])
                          + f"\n{told}\n{log}")
        print(f"round {number}: {', '.join(done)}", flush=True)

    def play(self, seconds, rounds):
        with self.bench:
            self.bench.load("changed", data=False)
            self.bench.succeed("bootstrap")
            self.resting.set()
            writers = [Writer(self, i, random.Random(self.rng.randrange(2**60))) for i in range(3)]
            operator = Operator(self, random.Random(self.rng.randrange(2**60)))
            for each in writers:
                each.start()
            for _ in writers:
                self.idle.acquire()  # pylint: disable=consider-using-with
            supervisor = threading.Thread(target=self.supervise, daemon=True)
            self.start_sync()
            supervisor.start()
            spent, number = 0.0, 0
            try:
                while spent < seconds and (not rounds or number < rounds):
                    length = min(seconds - spent, self.rng.choice([0.1, self.rng.uniform(1, 4), self.rng.uniform(4, 12)]))
                    number += 1
                    start = time.monotonic()
                    self.round(number, length, operator, writers)
                    spent += length
                    self.note("play", f"round {number} took {time.monotonic() - start:.1f} s")
                self.stop_sync(signal.SIGTERM)
            finally:
                self.stop.set()
                with self.go_on:
                    self.go_on.notify_all()
                for each in writers:
                    each.join(30)
                supervisor.join(30)
                if self.session is not None:
                    self.session.close()
                with contextlib.suppress(psycopg2.Error):
                    self.bench.sql.connection.close()
                self.bench.server = self.bench.connect("postgres")
                self.bench.sql = self.bench.connect().cursor()


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("program")
    parser.add_argument("--seconds", type=float, default=40, help="of operating; settling comes to that")
    parser.add_argument("--rounds", type=int, default=0, help="at most")
    parser.add_argument("--seed", type=int, default=random.randrange(10**9))
    parser.add_argument("--only", type=lambda text: text.split(","), help="names of deeds")
    parser.add_argument("--without", type=lambda text: text.split(","), default=[], help="names of deeds")
    parser.add_argument("--keep", type=pathlib.Path, help="a folder for logs and the history of statements")
    options = parser.parse_args()
    print(f"seed {options.seed}", flush=True)
    with tempfile.TemporaryDirectory() as folder:
        os.chmod(folder, 0o711)
        logs = options.keep or pathlib.Path(folder) / "logs"
        logs.mkdir(parents=True, exist_ok=True)
        postgres = Postgres(pathlib.Path(folder) / "postgres")
        play = Play(options.program, postgres, logs, options.seed,
                    [name for name in options.only or DEEDS if name not in options.without])
        failed = ""
        try:
            play.play(options.seconds, options.rounds)
        except Failure as problem:
            failed = f"FAILED (seed {options.seed}): {problem}"
        finally:
            postgres.purge()
    print(f"{sum(play.deeds.values())} deeds: " + ", ".join(f"{count} {name}" for name, count in sorted(play.deeds.items())))
    print(f"{play.committed} transactions; errors of writers: {dict(play.errors)}; could not be done: {dict(play.odd)}")
    print(f"sync ended by itself: {dict(play.endings)}; {play.comparisons} comparisons of {play.documents} documents, "
          f"{'0 different' if not failed else 'not all equal'}")
    if failed:
        print(failed)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
