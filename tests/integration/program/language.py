#!/usr/bin/env python3
"""Each annotation of the language against real servers: one change, and exactly what it does to which documents.

    language.py EXAMPLES_FOLDER [--only WORD]     e.g. language.py build/gcc/examples --only keyed_by

The folder holds the examples' programs as EXAMPLE/EXAMPLE; libpq's variables (a superuser) and OPENSEARCH_URL name
the servers. --only takes the scenarios whose line has the word in it. The scenarios are in annotations/.
"""
import argparse
import contextlib
import pathlib
import sys
import tempfile
import time

import psycopg2

from harness import Failure, expect
from world import REFUSALS, SCENARIOS, World, bench

import annotations

PROBLEMS = (Failure, psycopg2.Error, RuntimeError, OSError, LookupError, TypeError, AttributeError)


class Report:
    def __init__(self):
        self.passed, self.failures = 0, []

    def ok(self, what):
        self.passed += 1
        print(f"ok  {what}", flush=True)

    def failed(self, what, problem):
        self.failures.append(what)
        text = str(problem) if isinstance(problem, Failure) else f"{type(problem).__name__}: {problem}"
        print(f"FAILED  {what}: {text.rstrip()}", flush=True)


@contextlib.contextmanager
def world_of(example, program):
    """The example's program following a database of its own."""
    with tempfile.TemporaryDirectory() as folder, bench(program, folder, example) as b:
        b.load(example)
        if example in annotations.PREPARED:
            b.sql.execute(annotations.PREPARED[example])
        with contextlib.closing(World(b, example)) as world:
            world.begin()
            yield world


def play(example, program, left, report):
    """All scenarios of one example, in one database; after a failure in a new one, so that none depends on another."""
    count = len(left)
    while left:
        with world_of(example, program) as world:
            if len(left) == count:
                report.ok(f"bootstrap: all documents of {', '.join(world.names)} ({example})")
            while left:
                scenario = left.pop(0)
                try:
                    scenario.test(world)
                    report.ok(scenario)
                except PROBLEMS as problem:
                    report.failed(scenario, problem)
                    break
            else:
                world.end()
                report.ok(f"teardown: nothing is left ({example})")


def refuse(scenario, program, report):
    """bootstrap must say what is wrong and leave nothing behind, neither in the database nor in the cluster."""
    with tempfile.TemporaryDirectory() as folder, bench(program, folder, scenario.example) as b:
        b.load(scenario.example, data=False)
        scenario.test(b)
        expect(b.value("SELECT count(*) FROM pg_replication_slots WHERE database = current_database()") == 0,
               "a slot was left")
        expect(b.value("SELECT count(*) FROM pg_publication") == 0, "a publication was left")
        for pattern in b.indices:
            expect(b.search("GET", f"/{pattern}/_settings") == {}, "an index was left")
        report.ok(scenario)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=pathlib.Path, help="where the examples were built")
    parser.add_argument("--only", metavar="WORD", default="", help="only scenarios whose line has this word in it")
    options = parser.parse_args()
    report, began = Report(), time.monotonic()
    for example in annotations.EXAMPLES:
        scenarios = [each for each in SCENARIOS if each.example == example and options.only in str(each)]
        if not scenarios:
            continue
        try:
            play(example, options.folder / example / example, scenarios, report)
        except PROBLEMS as problem:
            report.failed(f"{example}, {len(scenarios)} of its scenarios not played", problem)
    for scenario in REFUSALS:
        if options.only not in str(scenario):
            continue
        try:
            refuse(scenario, options.folder / scenario.example / scenario.example, report)
        except PROBLEMS as problem:
            report.failed(scenario, problem)
    failed = len(report.failures)
    print(f"{report.passed + failed} scenarios, {failed} failed, {time.monotonic() - began:.0f} s")
    return 1 if failed or not report.passed else 0


if __name__ == "__main__":
    sys.exit(main())
