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
    flags = subprocess.run(["pkg-config", "--cflags", "--libs", "libpqxx", "libpq", "libcurl", "libmicrohttpd", "zlib",
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
    print("passed")


if __name__ == "__main__":
    sys.exit(main())
