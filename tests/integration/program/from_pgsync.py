#!/usr/bin/env python3
"""A schema of PGSync, converted, compiled and run: the documents are those that PGSync 7.3.0 made of the same rows, but
for `[]` where it writes null.

    from_pgsync.py COMPILER LIBRARY      the compiler, and the archive of pgsync::compiled
"""
import json
import pathlib
import subprocess
import sys
import tempfile

from harness import ROOT, Bench, expect, until

HERE = pathlib.Path(__file__).resolve().parent / "from_pgsync"
CONVERTER = ROOT / "scripts/from_pgsync.py"


def converted(b, schema):
    done = subprocess.run([sys.executable, CONVERTER, schema], env=b.environment(), capture_output=True, text=True)
    return done.returncode, done.stdout, done.stderr


def compiled(compiler, library, header, folder, indices):
    (folder / "shape.hpp").write_text(header, encoding="utf-8")
    (folder / "main.cpp").write_text('#include "shape.hpp"\n#include <pgsync/pgsync.hpp>\n\n'
                                     f"int main(int argc, char** argv) {{ return pgsync::run<{indices}>(argc, argv); }}\n")
    flags = subprocess.run(["pkg-config", "--cflags", "--libs", "libpqxx", "libpq", "libcurl", "libcrypto", "libmicrohttpd", "zlib",
                            "spdlog", "tomlplusplus"],
                           capture_output=True, text=True, check=True).stdout.split()
    cflags = [each for each in flags if not each.startswith(("-l", "-L"))]
    libs = [each for each in flags if each.startswith(("-l", "-L"))]
    done = subprocess.run([compiler, "-std=c++20", "-O0", "-Wall", "-Wextra", "-Werror", "-DPGSYNC_COMPILED", f"-I{ROOT / 'include'}",
                           *cflags, folder / "main.cpp", "-o", folder / "program", library, *libs, "-lboost_json", "-pthread"],
                          capture_output=True, text=True)
    expect(done.returncode == 0, f"the converted shape does not compile:\n{header}\n{done.stderr[-4000:]}")
    return folder / "program"


def documents(b, index):
    b.search("POST", f"/{index}/_refresh")
    found = b.search("POST", f"/{index}/_search?size=100")["hits"]["hits"]
    return {each["_id"]: each["_source"] for each in found}


def run(compiler, library, folder):
    with Bench(None, folder, indices=("library-books*", "authors*", "author_numbers*")) as b:
        b.sql.execute((HERE / "library.sql").read_text(encoding="utf-8"))
        status, header, remarks = converted(b, HERE / "library.json")
        expect(status == 0, f"the schema is not converted: {remarks}")
        expect("plugin Hero is Python" in remarks, f"the plugin is not spoken of: {remarks}")
        b.program = compiled(compiler, library, header, pathlib.Path(folder), "library_books, authors, author_numbers")
        b.succeed("bootstrap")
        expected = json.loads((HERE / "documents.json").read_text(encoding="utf-8"))
        for index, wanted in expected.items():
            found = documents(b, index)
            expect(found == wanted, f"{index}:\n{json.dumps(found, indent=1, sort_keys=True)}\nnot\n"
                                    f"{json.dumps(wanted, indent=1, sort_keys=True)}")
        running = b.start("sync")
        b.sql.execute("UPDATE shelf SET floor = 9 WHERE number = 2")
        until("a change far below", lambda: documents(b, "library-books")["1"]["copies"][0]["shelf"]["floor"] == 9)
        b.sql.execute("INSERT INTO book_author VALUES (3, 1)")
        until("a change of what a view is made of", lambda: documents(b, "authors")["1"]["stats"] == {"books": 2} and
              documents(b, "author_numbers")["1"]["books"] == 2)
        expect(running.stop() == 0, running.output())
        refusals(b, pathlib.Path(folder))


# By hand, from the tables' foreign keys. PGSync 7.3.0 makes the same of `rooms` and `chairs`; of a table under itself it
# shows each row as its own child.
KEYS = {
    "rooms": """SELECT house || '|' || number, json_build_object('number', number, 'house', house, 'name', name,
        'chair', coalesce((SELECT json_agg(json_build_object('kind', kind) ORDER BY id) FROM chair
                           WHERE room_house = house AND room_number = number), '[]'),
        'tag', coalesce((SELECT json_agg(json_build_object('code', code, 'word', word) ORDER BY realm, code) FROM tag
                         JOIN room_tag r ON r.tag_realm = realm AND r.tag_code = code
                         WHERE r.house = room.house AND r.number = room.number), '[]')) FROM room""",
    "chairs": """SELECT id::text, json_build_object('id', id, 'room', (SELECT json_build_object('number', number, 'name', name,
        'house', house) FROM room WHERE house = room_house AND number = room_number)) FROM chair""",
    "parts": """SELECT id::text, json_build_object('id', id, 'name', name, 'child', (SELECT json_build_object('id', c.id,
        'name', c.name) FROM part c WHERE c.part_id = part.id)) FROM part""",
}


def keys(compiler, library, folder):
    """Keys of several columns are paired as the foreign keys say, whatever the order in the schema."""
    with Bench(None, folder, indices=("rooms*", "chairs*", "parts*")) as b:
        b.sql.execute((HERE / "keys.sql").read_text(encoding="utf-8"))
        status, header, remarks = converted(b, HERE / "keys.json")
        expect(status == 0, f"the schema is not converted: {remarks}")
        expect('part refers to itself: "child" has the rows that point at this one' in remarks,
               f"the direction of a table under itself is not spoken of: {remarks}")
        b.program = compiled(compiler, library, header, pathlib.Path(folder), "rooms, chairs, parts")
        b.succeed("bootstrap")

        def compare(when):
            for index, query in KEYS.items():
                b.sql.execute(query)
                wanted = dict(b.sql.fetchall())
                until(f"{index} {when}", lambda: documents(b, index) == wanted)

        compare("after the load")
        running = b.start("sync")
        b.sql.execute("UPDATE chair SET room_house = 1, room_number = 3 WHERE id = 3; DELETE FROM room_tag WHERE house = 1; "
                      "UPDATE part SET part_id = 1 WHERE id = 3; UPDATE part SET part_id = NULL WHERE id = 2; "
                      "UPDATE room SET name = 'cellar' WHERE (house, number) = (1, 2)")
        compare("after changes")
        expect(running.stop() == 0, running.output())
        crossed(compiler, library, header, folder, b)


def crossed(compiler, library, header, folder, b):
    """A shape that pairs the columns otherwise than the foreign key is refused by name, and nothing is made."""
    b.succeed("teardown", "--yes")
    turned = header.replace('foreign_key<"room_house", "room_number">', 'foreign_key<"room_number", "room_house">')
    expect(turned != header, f"the foreign key is not in the header:\n{header}")
    b.program = compiled(compiler, library, turned, pathlib.Path(folder), "rooms, chairs, parts")
    for command, status in (("bootstrap", 1), ("doctor", 3)):
        b.refuse(command, status=status, saying=['relation "chair" of index rooms joins room.house = chair.room_number, room.number = '
                                                 'chair.room_house, but foreign key "chair_room_house_room_number_fkey" says chair.room_house '
                                                 '= room.house, chair.room_number = room.number'])
    expect(b.value("SELECT count(*) FROM pg_publication") == 0, "something was made")
    b.sql.execute("ALTER TABLE chair DROP CONSTRAINT chair_room_house_room_number_fkey")
    b.succeed("bootstrap")  # then nobody says what belongs together


def refusals(b, folder):
    """What cannot be converted is said by name, with what helps."""
    for nodes, saying in (
            ({"table": "nowhere"}, "there is no table public.nowhere"),
            ({"table": "book", "columns": ["colour"]}, "has no column colour"),
            ({"table": "book", "children": [{"table": "author", "relationship": {"variant": "object", "type": "one_to_many"}}]},
             'say "foreign_key"'),
            ({"table": "book", "children": [{"table": "author", "relationship": {"variant": "object", "type": "one_to_many",
                                                                              "through_tables": ["rating"]}}]},
             "link table public.rating has no foreign keys"),
            ({"table": "book", "children": [{"table": "rating", "relationship": {"variant": "scalar", "type": "one_to_one"}}]},
             "scalar of 3 columns")):
        schema = folder / "refused.json"
        schema.write_text(json.dumps([{"index": "refused", "nodes": nodes}]))
        status, _, said = converted(b, schema)
        expect(status == 1 and saying in said, f"{nodes}: ends with {status}, says {said}")


def main():
    compiler, library = sys.argv[1:3]
    with tempfile.TemporaryDirectory() as folder:
        run(compiler, library, folder)
    with tempfile.TemporaryDirectory() as folder:
        keys(compiler, library, folder)
    print("passed")


if __name__ == "__main__":
    sys.exit(main())
