#!/usr/bin/env python3
"""Compiles every header of a folder by itself, twice in a row; warnings are errors.

A header is compiled on top of one that it includes, where that is worth being precompiled. So each sees exactly what
it includes, and what many include is not read again for each of them.
"""
import argparse
import concurrent.futures
import os
import pathlib
import re
import subprocess
import sys
import tempfile

sys.dont_write_bytecode = True
from compile_alone import WARNINGS

DIRECTIVE = re.compile(r"^#\s*(if|endif|include\s*<(pgsync/[^>]+)>)", re.M)


def included_by(file):
    """What a header includes of this library, whatever is defined."""
    depth, found = 0, []
    for directive, name in DIRECTIVE.findall(file.read_text(encoding="utf-8")):
        depth += {"if": 1, "endif": -1}.get(directive, 0)
        if name and depth == 0:
            found.append(name)
    return found


def closures_of(includes):
    """Of each header all that it brings along. Each stands behind those."""
    found = {}

    def visit(header, above=()):
        if header in above:
            sys.exit(f"{header} includes itself: {' '.join(above)}")
        if header not in found:
            for each in includes[header]:
                visit(each, (*above, header))
            found[header] = set(includes[header]).union(*(found[each] for each in includes[header]))

    for header in sorted(includes):
        visit(header)
    return found


def bases_of(closures, lines):
    """Of each header the one that it is compiled on top of, or None. Those are not on top of another themselves:
    clang 16 loses macros of precompiled headers that build upon each other."""
    weight = {name: lines[name] + sum(lines[each] for each in closure) for name, closure in closures.items()}
    bases = dict.fromkeys(closures)
    chosen = set()

    def saved_by(base):
        already = {name: weight[bases[name]] if bases[name] else 0 for name in closures}
        return sum(max(0, weight[base] - already[name]) for name, closure in closures.items()
                   if base in closure and name not in chosen) - already[base]

    while True:
        best = max(closures, key=lambda name: 0 if name in chosen else saved_by(name))
        if best in chosen or saved_by(best) <= 0:
            return bases
        chosen.add(best)
        bases[best] = None
        for name, closure in closures.items():
            if best in closure and name not in chosen and weight[best] > weight.get(bases[name], 0):
                bases[name] = best


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--compiler", required=True, help="a clang")
    parser.add_argument("--flag", action="append", default=[])
    parser.add_argument("folder", type=pathlib.Path, help="the one that holds pgsync/")
    arguments = parser.parse_args()
    files = {str(each.relative_to(arguments.folder)): each for each in sorted(arguments.folder.rglob("*.hpp"))}
    closures = closures_of({name: included_by(file) for name, file in files.items()})
    bases = bases_of(closures, {name: file.read_text(encoding="utf-8").count("\n") for name, file in files.items()})

    with tempfile.TemporaryDirectory(prefix="pgsync-headers-") as folder, \
            concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:

        def precompiled(name):
            return f"{folder}/{name.replace('/', '.')}.pch"

        def compile_one(name):
            """None, or what is wrong."""
            output = ["-fsyntax-only"]
            if name in bases.values():
                output = ["-Xclang", "-fpch-instantiate-templates", "-o", precompiled(name)]
            base = []
            if bases[name]:
                if tried[bases[name]].result() is not None:
                    return f"{name} was not compiled, since {bases[name]} was not\n"
                base = ["-include-pch", precompiled(bases[name])]
            command = [arguments.compiler, "-std=c++20", *WARNINGS, *arguments.flag, f"-I{arguments.folder}", *base,
                       *output, "-x", "c++-header", "-"]
            done = subprocess.run(command, input=f"#include <{name}>\n" * 2, stdout=subprocess.PIPE,
                                  stderr=subprocess.STDOUT, text=True, check=False)
            return None if done.returncode == 0 else f"{name}:\n{done.stdout}"

        # In this order, so that whatever one waits for has a worker already.
        tried = {}
        for name in closures:
            tried[name] = pool.submit(compile_one, name)
        problems = [problem for each in tried.values() if (problem := each.result())]
    for problem in problems:
        print(problem)
    print(f"{len(files)} headers, {len(problems)} failures")
    sys.exit(1 if problems or not files else 0)


main()
