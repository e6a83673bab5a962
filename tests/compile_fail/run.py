#!/usr/bin/env python3
"""Compiles files of this folder with and without PGSYNC_FAIL.

Without the macro one must compile; with it, the first error must be the one its first line announces, and the
output must name everything its second line lists. With --precompiled DIR the library's header comes from there,
which --prepare fills beforehand: that is most of the time.
"""
import argparse
import pathlib
import re
import subprocess
import sys

ERROR = re.compile(r"(?:^|\s)(?:fatal )?error: (.*)")


HEADER = "#include <pgsync/shape.hpp>\n"


def precompiled_header(folder, compiler):
    return folder / compiler.strip("/").replace("/", "_") / "shape.hpp"


def prepare(folder, compilers, flags):
    for compiler in compilers:
        header = precompiled_header(folder, compiler)
        header.parent.mkdir(parents=True, exist_ok=True)
        header.write_text(HEADER, encoding="utf-8")
        command = [compiler, "-std=c++20", *flags, "-x", "c++-header", str(header), "-o", f"{header}.gch"]
        subprocess.run(command, check=True)


def compile_once(compiler, flags, source, fail):
    command = [compiler, "-std=c++20", "-fsyntax-only", *flags, *(["-DPGSYNC_FAIL"] if fail else []), str(source)]
    return subprocess.run(
        command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, errors="replace", check=False)


def problems(compiler, flags, source):
    first, second = source.read_text(encoding="utf-8").splitlines()[:2]
    expected = re.fullmatch(r"// compile error: (\S.*)", first)
    names = re.fullmatch(r"// names: (\S.*)", second)
    if not expected or not names:
        return ["the first lines are not `// compile error: <regex>` and `// names: <words>`"]
    legal = compile_once(compiler, flags, source, fail=False)
    if legal.returncode != 0:
        return ["the legal snippet does not compile:\n" + legal.stdout]
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


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--compiler", action="append", required=True)
    parser.add_argument("--flag", action="append", default=[])
    parser.add_argument("--precompiled", type=pathlib.Path, metavar="DIR")
    parser.add_argument("--prepare", action="store_true")
    parser.add_argument("source", nargs="*", type=pathlib.Path)
    arguments = parser.parse_args()
    if arguments.prepare:
        prepare(arguments.precompiled, arguments.compiler, arguments.flag)
        return
    failed = False
    for source in arguments.source:
        for compiler in arguments.compiler:
            flags = list(arguments.flag)
            if arguments.precompiled:
                flags += ["-include", str(precompiled_header(arguments.precompiled, compiler))]
            for problem in problems(compiler, flags, source):
                failed = True
                print(f"{source.name} with {compiler}: {problem}")
    sys.exit(1 if failed else 0)


main()
