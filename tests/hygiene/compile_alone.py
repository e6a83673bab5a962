#!/usr/bin/env python3
"""Compiles sources, and headers by themselves and twice, with each compiler; warnings are errors."""
import argparse
import pathlib
import subprocess
import sys

WARNINGS = ["-Wall", "-Wextra", "-Wpedantic", "-Wshadow", "-Wconversion", "-Wsign-conversion", "-Werror"]


def files_of(path):
    """A file is itself; a folder stands for the headers in it."""
    return sorted(pathlib.Path(path).rglob("*.hpp")) if pathlib.Path(path).is_dir() else [pathlib.Path(path)]


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--compiler", action="append", required=True)
    parser.add_argument("--flag", action="append", default=[])
    parser.add_argument("path", nargs="+", help=files_of.__doc__)
    arguments = parser.parse_args()
    files = [file for path in arguments.path for file in files_of(path)]
    failures = 0
    for file in files:
        if file.suffix == ".hpp":
            source = f'#include "{file}"\n' * 2
        else:
            source = file.read_text(encoding="utf-8")
        for compiler in arguments.compiler:
            command = [compiler, "-std=c++20", "-fsyntax-only", *WARNINGS, *arguments.flag, "-x", "c++", "-"]
            result = subprocess.run(
                command, input=source, cwd=file.parent, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                check=False)
            if result.returncode != 0:
                failures += 1
                print(f"{file} with {compiler}:\n{result.stdout}")
    print(f"{len(files)} files with {len(arguments.compiler)} compilers, {failures} failures")
    sys.exit(1 if failures or not files else 0)


if __name__ == "__main__":
    main()
