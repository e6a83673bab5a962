#!/usr/bin/env python3
"""Compiles files of this folder with and without PGSYNC_FAIL.

Without the macro one must compile; with it, the first error must be the one its first line announces, and the
output must name everything its second line lists. --legal compiles all of them without it, most of them as one
source: what they have in common is then compiled once. With --precompiled DIR the library's headers come from
there, which --prepare fills beforehand: they are most of the time of a single file.
"""
import argparse
import pathlib
import re
import subprocess
import sys
import tempfile

ERROR = re.compile(r"(?:^|\s)(?:fatal )?error: (.*)")
INCLUDE = re.compile(r"^ *#include .*$", re.MULTILINE)
# A specialisation of a template of pgsync cannot stand within another namespace.
SPECIALISES = re.compile(r"^template <>\s+struct pgsync::", re.MULTILINE)

# By name of the precompiled header, the one that takes longest first.
HEADERS = {"transform": "#include <pgsync/transform.hpp>", "shape": "#include <pgsync/shape.hpp>"}


def precompiled_header(folder, compiler, text=HEADERS["shape"]):
    """The header that replaces the includes of a source; its own ones count only where both variants have them."""
    common = re.split("^#if", text, maxsplit=1, flags=re.MULTILINE)[0]
    name = next((name for name, line in HEADERS.items() if line in common.splitlines()), "shape")
    return folder / compiler.strip("/").replace("/", "_") / f"{name}.hpp"


def prepare(folder, compilers, flags):
    for compiler in compilers:
        for line in HEADERS.values():
            header = precompiled_header(folder, compiler, line)
            header.parent.mkdir(parents=True, exist_ok=True)
            header.write_text(line + "\n", encoding="utf-8")
            command = [compiler, "-std=c++20", *flags, "-x", "c++-header", str(header), "-o", f"{header}.gch"]
            subprocess.run(command, check=True)


def compile_once(compiler, flags, source, fail=False):
    command = [compiler, "-std=c++20", "-fsyntax-only", *flags, *(["-DPGSYNC_FAIL"] if fail else []), str(source)]
    return subprocess.run(
        command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, errors="replace", check=False)


def forbidden_problems(compiler, flags, source):
    first, second = source.read_text(encoding="utf-8").splitlines()[:2]
    expected = re.fullmatch(r"// compile error: (\S.*)", first)
    names = re.fullmatch(r"// names: (\S.*)", second)
    if not expected or not names:
        return ["the first lines are not `// compile error: <regex>` and `// names: <words>`"]
    forbidden = compile_once(compiler, flags, source, fail=True)
    if forbidden.returncode == 0:
        return ["the forbidden snippet compiles"]
    found = []
    errors = ERROR.findall(forbidden.stdout)
    if not errors or "pgsync: " not in errors[0] or not re.search(expected[1], errors[0]):
        found.append("the first error is not the expected one")
    # The source line itself does not count: the compiler has to say the name in what it writes.
    said = "\n".join(line for line in forbidden.stdout.splitlines() if not re.match(r"\s*\d*\s*\|", line))
    found += [f"the output does not name {name}" for name in names[1].split() if not re.search(rf"\b{name}\b", said)]
    return ["\n".join(found) + ":\n" + forbidden.stdout] if found else []


def together(sources):
    """One source of them all, each in a namespace of its own; errors still name the file and line."""
    texts = {source: source.read_text(encoding="utf-8") for source in sources}
    includes = dict.fromkeys(line.strip() for text in texts.values() for line in INCLUDE.findall(text))
    parts = (f'namespace legal_{source.stem} {{\n#line 1 "{source.name}"\n{INCLUDE.sub("", text)}\n}}\n'
             for source, text in texts.items())
    return "\n".join(includes) + "\n" + "".join(parts)


def legal_problems(compiler, flags, flags_for, sources):
    alone = [each for each in sources if SPECIALISES.search(each.read_text(encoding="utf-8"))]
    found = []
    with tempfile.TemporaryDirectory() as folder:
        joined = pathlib.Path(folder) / "legal.cpp"
        joined.write_text(together([each for each in sources if each not in alone]), encoding="utf-8")
        for source in [joined, *alone]:
            legal = compile_once(compiler, flags if source is joined else flags_for(source), source)
            if legal.returncode != 0:
                found.append(f"what is legal does not compile with {compiler}:\n{legal.stdout}")
    return found


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--compiler", action="append", required=True)
    parser.add_argument("--flag", action="append", default=[])
    parser.add_argument("--precompiled", type=pathlib.Path, metavar="DIR")
    parser.add_argument("--prepare", action="store_true")
    parser.add_argument("--legal", action="store_true")
    parser.add_argument("source", nargs="*", type=pathlib.Path)
    arguments = parser.parse_args()
    if arguments.prepare:
        prepare(arguments.precompiled, arguments.compiler, arguments.flag)
        return
    found = []
    for compiler in arguments.compiler:

        def flags_for(source):
            if not arguments.precompiled:
                return arguments.flag
            header = precompiled_header(arguments.precompiled, compiler, source.read_text(encoding="utf-8"))
            return [*arguments.flag, "-include", str(header)]

        if arguments.legal:
            found += legal_problems(compiler, arguments.flag, flags_for, arguments.source)
            continue
        for source in arguments.source:
            found += [f"{source.name} with {compiler}: {problem}"
                      for problem in forbidden_problems(compiler, flags_for(source), source)]
    for problem in found:
        print(problem)
    sys.exit(1 if found else 0)


main()
