#!/usr/bin/env python3
"""Runs the golden SQL on a real PostgreSQL, named by libpq's variables, in databases made and dropped here.

Every query must run; page query and key query must give the same bytes for the same row; one document must be
the one written by hand in warehouse.document.json; and the owners found for all rows of a node must be exactly
the documents that hold one.
"""
import contextlib
import json
import os
import pathlib
import re
import sys

import psycopg2
import psycopg2.extensions

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parent.parent
problems = []


def expect(condition, what):
    if not condition:
        problems.append(what)


@contextlib.contextmanager
def database(name):
    server = psycopg2.connect("")
    server.autocommit = True
    with server.cursor() as cursor:
        cursor.execute(f'CREATE DATABASE "{name}"')
    connection = psycopg2.connect(f"dbname={name} client_encoding=utf8")
    connection.autocommit = True
    try:
        yield connection.cursor()
    finally:
        connection.close()
        with server.cursor() as cursor:
            cursor.execute(f'DROP DATABASE "{name}"')
        server.close()


def queries(file):
    """The statements of a golden file by their comment."""
    blocks = file.read_text(encoding="utf-8").split("\n\n")
    return {block.split("\n")[0].removeprefix("-- "): block.split("\n", 1)[1].rstrip().removesuffix(";") for block in blocks}


def routes(file):
    """Node by node: its schema, its table, and the columns that a changed row brings."""
    text = file.read_text(encoding="utf-8")
    pattern = r"^node (\d+): (?:(.*) / )?(.*), (?:root|belongs_to|has_one|has_many|ancestors|descendants|hop|source).*\n  identity:(.*)$"
    return {
        int(node): (schema, table, re.findall(r" \[([^\]]*)\]", columns))
        for node, schema, table, columns in re.findall(pattern, text, re.MULTILINE)
    }


def quoted(name):
    return '"' + name.replace('"', '""') + '"'


def table_of(route):
    schema, table, _ = route
    return (quoted(schema) + "." if schema else "") + quoted(table)


def column_types(cursor, route):
    types = []
    for column in route[2]:
        cursor.execute(
            "SELECT format_type(atttypid, atttypmod) FROM pg_attribute WHERE attrelid = %s::regclass AND attname = %s",
            (table_of(route), column))
        types.append(cursor.fetchone()[0])
    return types


def bound(cursor, query, arguments):
    """The query with literals in place of $1…, as (value, type)."""
    def literal(match):
        value, kind = arguments[int(match[1]) - 1]
        adapted = psycopg2.extensions.adapt(value if isinstance(value, list) else str(value))
        adapted.prepare(cursor.connection)
        return f"{adapted.getquoted().decode('utf-8')}::{kind}"
    return re.sub(r"\$(\d+)", literal, query)


def run(cursor, query, arguments=()):
    # Nothing is passed to execute() but text, so that % stays what it is.
    cursor.execute(bound(cursor, query, arguments))
    return cursor.fetchall()


def arrays(rows, types):
    """One array a column, as text, of the server's own type."""
    return [(list(column), f"text[]::{kind}[]") for column, kind in zip(zip(*rows), types)]


def check_shape(cursor, name, key_types):
    # Documents as the program reads them: in UTC and as bytes, not as psycopg2's own objects.
    cursor.execute("SET timezone = 'UTC'; SET datestyle = 'ISO'")
    psycopg2.extensions.register_type(psycopg2.extensions.new_type((114,), "raw_json", psycopg2.STRING), cursor)
    sql, nodes = queries(HERE / f"{name}.sql"), routes(HERE / f"{name}.routes.txt")
    by_title = {title.split(":")[0]: text for title, text in sql.items()}
    width = len(key_types)

    # Page by page, two documents a page, to the end.
    paged, pages, last = [], 0, None
    while True:
        size = [(500 if name == "airbnb" else 2, "int")]
        if last is None:
            bounds = run(cursor, by_title["bounds of the first page"], size)
        else:
            bounds = run(cursor, by_title["bounds of each page after it"], size + list(zip(last, key_types)))
        if not bounds:
            break
        low, high, rows = bounds[0][:width], bounds[0][width:2 * width], int(bounds[0][-1])
        page = run(cursor, by_title["page"], list(zip(low + high, key_types * 2)))
        expect(len(page) == rows, f"{name}: a page of {rows} keys yields {len(page)} documents")
        paged += page
        pages += 1
        last = high
    cursor.execute(f"SELECT count(*) FROM {table_of(nodes[0])}")
    total = cursor.fetchone()[0]
    expect(total > 0 and pages > 1 and len(paged) == total, f"{name}: {pages} pages hold {len(paged)} of {total} rows")

    keys = [row[:width] for row in paged]
    fetched = run(cursor, by_title["keys"], arrays(keys, key_types))
    expect(sorted(paged) == sorted(fetched), f"{name}: page query and key query differ in a document")
    for row in paged:
        json.loads(row[-1])

    for title, query in sql.items():
        match = re.match(r"owners of node (\d+), ", title)
        if not match:
            continue
        node = int(match[1])
        columns = ", ".join(f"{quoted(column)}::text" for column in nodes[node][2])
        cursor.execute(f"SELECT {columns} FROM {table_of(nodes[node])}")
        rows = cursor.fetchall()
        owners = run(cursor, query, arrays(rows, column_types(cursor, nodes[node])))
        expect(len(owners) == len(set(owners)), f"{name}: {title}: an owner twice")
        path = path_to(name, node)
        holders = {row[:width] for row in paged if holds(json.loads(row[-1]), path)}
        expect(set(owners) == holders, f"{name}: {title}: asked {sorted(owners)}, but {sorted(holders)} hold such a row")
    return {row[:width]: row[-1] for row in paged}


def path_to(name, node):
    """The JSON keys from the root to a node."""
    text = (HERE / f"{name}.routes.txt").read_text(encoding="utf-8")
    parents = {int(n): (member, int(parent)) for n, member, parent in re.findall(
        r"^node (\d+): .*, (?:belongs_to|has_one|has_many) (\S+) of node (\d+)$", text, re.MULTILINE)}
    path = []
    while node:
        member, node = parents[node]
        path.insert(0, {"seller": "sold-by"}.get(member, member))
    return path


def holds(document, path):
    if isinstance(document, list):
        return any(holds(one, path) for one in document)
    if not path or document is None:
        return document is not None
    return holds(document[path[0]], path[1:])


def check_airbnb():
    with database(f"pgsync_golden_airbnb_{os.getpid()}") as cursor:
        for file in ("schema.sql", "data.sql"):
            cursor.execute((ROOT / "examples" / "airbnb" / file).read_text(encoding="utf-8"))
        check_shape(cursor, "airbnb", ["bigint"])


def check_warehouse():
    with database(f"pgsync_golden_warehouse_{os.getpid()}") as cursor:
        cursor.execute((HERE / "warehouse_schema.sql").read_text(encoding="utf-8"))
        documents = check_shape(cursor, "warehouse", ["integer", "integer"])

        def ordered(text):
            # Members in their order, numbers as they are spelt but for trailing zeros of an exponent.
            return json.loads(text, object_pairs_hook=list, parse_float=lambda number: f"{float(number):g}")
        expected = ordered((HERE / "warehouse.document.json").read_text(encoding="utf-8"))
        made = ordered(documents[("1", "1")])
        expect(made == expected, f"warehouse: the document of (1, 1) is {documents[('1', '1')]}")


def check_example(name):
    """Every index of an example over its data: both queries the same bytes; and each owners query, asked for all
    rows of its table at once, finds each document at most once."""
    indices = sorted((HERE / "examples").glob(f"{name}.*.sql"))
    expect(indices, f"{name}: there is no golden SQL")
    with database(f"pgsync_golden_{name}_{os.getpid()}") as cursor:
        for file in ("schema.sql", "data.sql"):
            cursor.execute((ROOT / "examples" / name / file).read_text(encoding="utf-8"))
        cursor.execute("SET TimeZone = 'UTC'")
        psycopg2.extensions.register_type(psycopg2.extensions.new_type((114,), "raw_json", psycopg2.STRING), cursor)
        for file in indices:
            index = file.name.removesuffix(".sql")
            sql, nodes = queries(file), routes(file.with_name(f"{index}.routes.txt"))
            by_title = {title.split(":")[0].split(",")[0]: query for title, query in sql.items()}
            key_types = column_types(cursor, nodes[0])
            width = len(key_types)
            first = run(cursor, by_title["bounds of the first page"], [(1_000_000, "int")])
            expect(len(first) == 1, f"{index}: no page")
            paged = sorted(run(cursor, by_title["page"], list(zip(first[0][:2 * width], key_types * 2))))
            keys = [row[:width] for row in paged]
            fetched = sorted(run(cursor, by_title["keys"], arrays(keys, key_types)))
            paged = [tuple(map(str, row)) for row in paged]
            fetched = [tuple(map(str, row)) for row in fetched]
            expect(paged and paged == fetched, f"{index}: page query and key query differ in a document")
            for title, query in sql.items():
                match = re.match(r"owners of node (\d+), ", title)
                if not match:
                    continue
                node = nodes[int(match[1])]
                columns = ", ".join(f"{quoted(column)}::text" for column in node[2])
                cursor.execute(f"SELECT {columns} FROM {table_of(node)}")
                owners = run(cursor, query, arrays(cursor.fetchall(), column_types(cursor, node)))
                expect(len(owners) == len(set(owners)), f"{index}: {title}: an owner twice")


check_airbnb()
check_warehouse()
for folder in sorted((ROOT / "examples").iterdir()):
    if (folder / "schema.sql").exists() and folder.name != "airbnb":
        check_example(folder.name)
print("\n".join(problems) if problems else "the golden SQL runs and gives the documents it should")
sys.exit(1 if problems else 0)
