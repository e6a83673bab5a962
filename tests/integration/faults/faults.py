#!/usr/bin/env python3
"""The fault tests: whatever goes wrong, is every document right in the end?

On private servers of its own the writers of the randomised test change the tables while one kind of fault after
another is injected into program, servers and connections. After each kind every document of the three indices is
compared with what expected.sql says. Everything it makes is removed again.
"""

import os
import random
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [HERE, os.path.join(os.path.dirname(HERE), "random")]
sys.dont_write_bytecode = True

import argparse
import pathlib
import shutil
import signal
import tempfile
import time
import traceback

import psycopg2

# Each brings its faults, in the order in which they are played.
import processes
import database
import network
import cluster
import ddl
import clock
import size
from stage import FAULTS, Failed, Stage


def arguments():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--program", required=True, help="the program built from ../random/main.cpp")
    parser.add_argument("--seed", type=int, help="repeats the random choices of an earlier run")
    parser.add_argument("--seconds", type=float, default=5, help="how long each kind falls on sync (5)")
    parser.add_argument("--rows", type=int, default=150, help="bookings in the beginning (150)")
    parser.add_argument("--writers", type=int, default=2)
    parser.add_argument(
        "--pace", type=float, default=40, help="mean pause of a writer between transactions, in ms (40)"
    )
    parser.add_argument("--only", action="append", choices=sorted(FAULTS), help="this kind of fault alone")
    parser.add_argument(
        "--size",
        type=int,
        nargs=2,
        metavar=("ROWS", "DOCUMENTS"),
        default=(200_000, 10_000),
        help="of the large transaction, and of the fan-out (200000 10000; the full size is 5000000 1000000)",
    )
    parser.add_argument("--keep", action="store_true", help="keep logs")
    options = parser.parse_args()
    if options.seed is None:
        options.seed = int(time.time() * 1000) % 2**31
    options.program = os.path.abspath(options.program)
    return options


def report(stage):
    print("\nkind of fault: injected; documents compared, different")
    for name in stage.injected:
        documents, different = stage.compared.get(name, (0, "not compared"))
        print(f"  {name}: {documents} compared, {different} different")
        for what, count in stage.injected[name].items():
            print(f"    {count:5} {what}")


def main():
    options = arguments()
    print(f"faults: seed {options.seed}", flush=True)
    # So that a stopped test cleans up too.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    folder = pathlib.Path(tempfile.mkdtemp(prefix="pgsync_faults_"))
    folder.chmod(0o755)  # the database's own user goes through
    stage, failed = None, True
    try:
        stage = Stage(options, folder)
        for name in FAULTS:
            if options.only and name not in options.only:
                continue
            try:
                stage.play(name, FAULTS[name])
            except (psycopg2.Error, RuntimeError, OSError):
                stage.problem(traceback.format_exc())
            except Failed as error:
                stage.problem(str(error))
                stage.check_writers()
        failed = bool(stage.problems)
    except Failed as error:
        stage.problem(str(error))
    finally:
        if stage is not None:
            report(stage)
            if failed:
                print(f"\n--- the end of the program's output\n{stage.program.tail()}---")
            stage.close()
        if options.keep:
            print(f"kept: {folder}")
        else:
            shutil.rmtree(folder, ignore_errors=True)
    for text in stage.problems:
        print(f"problem: {text.splitlines()[0]}")
    documents = sum(found[0] for found in stage.compared.values())
    different = sum(found[1] for found in stage.compared.values())
    print(f"faults: {documents} documents compared, {different} different (seed {options.seed})")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
