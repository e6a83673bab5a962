#!/usr/bin/env python3
"""Hostile names and values: whatever tables, columns, keys and values are called or hold arrives as it is, and nothing of it
becomes SQL, a line of a bulk or a line of a log. Every document is compared.

PostgreSQL is named by libpq's variables (a superuser), the cluster by OPENSEARCH_URL. --seed repeats a run.
"""
import argparse
import json
import random
import re
import subprocess
import sys
import tempfile
import time

import psycopg2

from harness import Bench, Failure, expect, until

SOURCE = "tests/integration/program/hostile.cpp"
SCHEMA = 'Odd "schema"; -- $1\n\\'
ROOT_TABLE = "t'a.b\\l\"e $1 %s {}\n$$"
NOTE_TABLE = "T'A.B\\L\"E $1 %s {}\n$$"
LONG = None  # as the source has it
KEY = 'a "quoted" \\ key\n{"delete":{}} \u2028 $1 %s'
LOG_LINE = re.compile(r"^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d{3} (debug|info|warning|warn|error) *\S")

NASTY = [
    "", " ", "|", "\\", "\\|", "a|b", "|a", "a\\", "'", "''", '"', '""', "`", "$1", "%s", "{}", "{0}", ";", "--", "/*", "*/",
    "'; DROP TABLE x; --", "\n", "\r\n", "\t", "\x01", "\x08", "\x1b[2J\x1b[31m", "\x7f", "\u0085", "\u009b", "\u00a0",
    "\u2028", "\u2029", "\ufeff", "\uffff", "\ufffe", "\ufffd", "\u202e", "\U0010ffff", "😀", "é", "é", "ß", "ẞ", "İ", "漢字",
    '\n{"delete":{"_index":"hostile_rows","_id":"x"}}\n', '}}\n{"index":{"_index":"evil"}}\n{"x":1}\n', '{"a":1}', "[1,2", "null", "true",
    "NULL", "\\N", "\\.", "\\n", "\\u0000", "\\ud800", "\\x00", "{NULL}", '{"a","b"}', "(1,2)", "1e400", "-0", "NaN", "_id", "_source",
    "2026-01-01 00:00:00.000 info  following slot evil", "\n2026-01-01 00:00:00.000 error fake\n", "../../etc/passwd", "%00", "%0a", "a" * 200,
    "password='hush'", "x\r", "\ry", " leading", "trailing ", "A", "a", "\u0061\u0301", "\u00e1",
]


def quoted(name):
    return '"' + name.replace('"', '""') + '"'


def read_long_column():
    """The long name as hostile.cpp has it: 63 bytes."""
    from harness import ROOT
    text = re.search(r'column<\s*std::string,\s*"(ü(?:[^"\\]|\\.)*)"\s*>', (ROOT / SOURCE).read_text()).group(1)
    return re.sub(r"\\(.)", r"\1", text)


def part(text):
    return text.replace("\\", "\\\\").replace("|", "\\|")


def table(name):
    return f"{quoted(SCHEMA)}.{quoted(name)}"


def make_tables(b):
    global LONG
    LONG = read_long_column()
    expect(len(LONG.encode()) == 63, "the long name has not 63 bytes")
    b.sql.execute(f"CREATE SCHEMA {quoted(SCHEMA)}")
    names = [quoted(name) for name in ("k'1\"\\", "K'1\"\\", LONG, "sele\nct", "case", "CASE", "tags[]", 'js"on')]
    types = ["text NOT NULL", "text NOT NULL", "text NOT NULL", "text", "text", "text", "text[]", "json"]
    columns = ", ".join(f"{name} {kind}" for name, kind in zip(names, types))
    # psycopg2 reads % in what it is given parameters for; here are none.
    b.sql.execute(f"CREATE TABLE {table(ROOT_TABLE)} ({columns}, PRIMARY KEY ({names[0]}, {names[1]}))")
    b.sql.execute(f"CREATE TABLE {table(NOTE_TABLE)} (\"ID\" integer PRIMARY KEY, " + quoted('body" FROM "t') + " text NOT NULL, "
                  + quoted('r"1') + " text, " + quoted('R"1') + " text)")
    # A table that an unquoted or badly cut name would mean.
    b.sql.execute(f"CREATE TABLE {quoted(SCHEMA)}.x (id int); CREATE TABLE x (id int)")


def literal(value):
    """By hand, so that no % of a name meets psycopg2's parameters."""
    if value is None:
        return "NULL"
    if isinstance(value, list):
        return "ARRAY[" + ", ".join(map(literal, value)) + "]::text[]"
    if isinstance(value, int):
        return str(value)
    return "E'" + value.replace("\\", "\\\\").replace("'", "\\'") + "'"


class Rows:
    """What the tables hold, known without reading them."""

    def __init__(self, b, chance):
        self.b, self.chance = b, chance
        self.rows, self.notes, self.next_note = {}, {}, 1

    def text(self):
        pieces = self.chance.choices(NASTY, k=self.chance.choice((1, 1, 2, 3)))
        return "".join(pieces)

    def insert(self, key, note_count=None):
        value = {"long": self.text(), "odd": self.chance.choice((None, self.text())), "case": self.text(), "CASE": self.text(),
                 "tags": self.chance.choice((None, [], [self.text(), self.text()])), "inner": self.text()}
        inner = json.dumps({"it's": {'a "b" \\ {c,d}': value["inner"]}})
        values = [*key, value["long"], value["odd"], value["case"], value["CASE"], value["tags"], inner]
        self.b.sql.execute(f"INSERT INTO {table(ROOT_TABLE)} VALUES ({', '.join(map(literal, values))})")
        self.rows[key] = value
        for _ in range(self.chance.randrange(3) if note_count is None else note_count):
            self.note(key)

    def note(self, key):
        body = self.text()
        self.b.sql.execute(f"INSERT INTO {table(NOTE_TABLE)} VALUES ({self.next_note}, {literal(body)}, {literal(key[0])}, {literal(key[1])})")
        self.notes[self.next_note] = [key, body]
        self.next_note += 1

    def where(self, key):
        return " WHERE " + quoted("k'1\"\\") + f" = {literal(key[0])} AND " + quoted("K'1\"\\") + f" = {literal(key[1])}"

    def change(self):
        chance = self.chance
        kind = chance.randrange(6)
        key = chance.choice(list(self.rows))
        if kind == 0:
            new = (self.text(), self.text())
            if new not in self.rows and len((part(new[0]) + part(new[1])).encode()) < 500 and new != ("", ""):
                self.insert(new)
        elif kind == 1 and len(self.rows) > 50:
            self.b.sql.execute(f"DELETE FROM {table(ROOT_TABLE)}" + self.where(key))
            del self.rows[key]
        elif kind == 2:
            value = self.text()
            self.b.sql.execute(f"UPDATE {table(ROOT_TABLE)} SET {quoted(LONG)} = {literal(value)}, \"CASE\" = {literal(value)}" + self.where(key))
            self.rows[key]["long"] = self.rows[key]["CASE"] = value
        elif kind == 3:
            self.note(key)
        elif kind == 4 and self.notes:
            number = chance.choice(list(self.notes))
            self.b.sql.execute(f"UPDATE {table(NOTE_TABLE)} SET " + quoted('r"1') + f" = {literal(key[0])}, " + quoted('R"1')
                               + f" = {literal(key[1])} WHERE \"ID\" = {number}")
            self.notes[number][0] = key
        elif self.notes:
            number = chance.choice(list(self.notes))
            self.b.sql.execute(f"DELETE FROM {table(NOTE_TABLE)} WHERE \"ID\" = {number}")
            del self.notes[number]

    def documents(self):
        out = {}
        for key, value in self.rows.items():
            notes = [{"id": number, "body": body} for number, (of, body) in sorted(self.notes.items()) if of == key]
            out[part(key[0]) + "|" + part(key[1])] = {
                "first": key[0], "second": key[1], "long_column": value["long"], KEY: value["odd"], "lower": value["case"],
                "upper": value["CASE"], "tags": value["tags"], "inner": value["inner"],
                "even": sum(note["id"] % 2 == 0 for note in notes), "notes": notes}
        return out


def compare(b, rows):
    wanted = rows.documents()
    b.search("POST", "/hostile_rows/_refresh")
    hits = b.search("GET", "/hostile_rows/_search?size=10000")["hits"]["hits"]
    found = {hit["_id"]: hit["_source"] for hit in hits}
    wrong = [key for key in wanted.keys() | found.keys() if wanted.get(key) != found.get(key)]
    expect(not wrong, f"{len(wrong)} of {len(wanted)} documents differ, the first: {wrong[:1]!r}\n{found.get((wrong or [0])[0])!r}\n"
                      f"instead of\n{wanted.get((wrong or [0])[0])!r}")
    names = set(b.search("GET", "/_alias"))
    expect(not any(name.startswith("evil") for name in names), f"an index was made: {names}")
    return len(wanted)


def check_log(output):
    """Every line is one that the program wrote, and none of them acts on a terminal."""
    for line in output.rstrip("\n").split("\n"):
        expect(not re.search("[\x00-\x08\x0b-\x1f\x7f\x85\u2028\u2029\u202e]", line), f"a control character in {line!r}")
        expect(LOG_LINE.match(line), f"not a line of the log: {line!r}")
        expect("following slot evil" not in line or not re.match(r"^\S+ \S+ info  following slot evil", line), "a line was injected")


def run(b, seed, changes):
    chance = random.Random(seed)
    make_tables(b)
    rows = Rows(b, chance)
    for text in NASTY:
        for key in ((text, chance.choice(NASTY)), ("x" + text, text)):
            if key not in rows.rows:
                rows.insert(key)
    # An _id of 512 bytes exactly.
    rows.insert(("b" * 255, "\u00e9" * 128))
    explained = b.succeed("explain")
    expect(quoted(SCHEMA) in explained, "explain does not show the names as they are")
    plan = b.succeed("bootstrap", "--dry-run")
    statements = plan[plan.index("-- bootstrap runs, as role"):plan.index("PUT http")]
    done = subprocess.run(["psql", "-X", "-q", "-v", "ON_ERROR_STOP=1", "-d", b.name], input="BEGIN;" + statements + "ROLLBACK;", text=True,
                          capture_output=True)
    # The slot cannot be made in a transaction that has written; all before it must run.
    expect(done.returncode == 0 or "slot" in done.stderr, "psql refuses what a dry run prints:\n" + done.stderr)
    output = b.succeed("bootstrap", "--log-level", "debug", "--page-size", "7")
    check_log(output)
    compared = compare(b, rows)
    running = b.start("sync", "--log-level", "debug")
    until("sync follows the slot", lambda: "following slot" in running.output())
    for _ in range(changes):
        rows.change()
    expect(running.stop() == 0, "sync fails:\n" + running.output()[-3000:])
    check_log(running.output())
    check_log(b.succeed("sync", "--once"))
    compared += compare(b, rows)
    expect(b.value("SELECT count(*) FROM x") == 0, "a table is gone")

    # Ids that no index takes, and that look like lines of the log.
    long_id = "\n2026-01-01 00:00:00.000 info  following slot evil\x1b[2J\u2028" * 12
    rows.insert((long_id, "z"), 0)
    good = chance.choice([key for key in rows.rows if key[0] != long_id])
    b.sql.execute(f"UPDATE {table(ROOT_TABLE)} SET \"case\" = 'after'" + rows.where(good))
    rows.rows[good]["case"] = "after"
    output = b.refuse("sync", "--once", saying=["rejects document", "512", "--on-rejected=dead-letter"])
    problem = [line for line in output.rstrip("\n").split("\n") if not LOG_LINE.match(line)]
    expect(len(problem) == 2 and "\x1b" not in output and "\u2028" not in output, f"an id makes lines of its own: {problem!r}")
    check_log(b.succeed("sync", "--once", "--on-rejected=dead-letter"))
    del rows.rows[(long_id, "z")]
    compared += compare(b, rows)
    until("the dead letter is there", lambda: b.search.count("hostile_rows-dead-letters") == 1)
    b.sql.execute(f"DELETE FROM {table(ROOT_TABLE)}" + rows.where((long_id, "z")))
    check_log(b.succeed("teardown", "--yes"))
    return compared


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("program")
    parser.add_argument("--seed", type=int, default=int(time.time()))
    parser.add_argument("--changes", type=int, default=400)
    options = parser.parse_args()
    print(f"seed {options.seed}")
    sys.stdout.flush()
    with tempfile.TemporaryDirectory() as folder:
        try:
            with Bench(options.program, folder, indices=("hostile_rows*",)) as b:
                compared = run(b, options.seed, options.changes)
        except (Failure, psycopg2.Error) as problem:
            print(f"FAILED: {problem}")
            return 1
    print(f"{compared} documents compared, 0 different")
    return 0


if __name__ == "__main__":
    sys.exit(main())
