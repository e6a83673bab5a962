#!/usr/bin/env python3
"""Compiles one file of this folder with and without PGSYNC_FAIL.

Without the macro it must compile; with it, the first error must be the one its first line announces, and the
output must name everything its second line lists.
"""
import argparse
import pathlib
import re
import subprocess
import sys

ERROR = re.compile(r"(?:^|\s)(?:fatal )?error: (.*)")


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
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--compiler", action="append", required=True)
    parser.add_argument("--flag", action="append", default=[])
    parser.add_argument("source", nargs="+", type=pathlib.Path)
    arguments = parser.parse_args()
    failed = False
    for source in arguments.source:
        for compiler in arguments.compiler:
            for problem in problems(compiler, arguments.flag, source):
                failed = True
                print(f"{source.name} with {compiler}: {problem}")
    sys.exit(1 if failed else 0)


main()
