#!/usr/bin/env python3
"""One cell of the version matrix: a PostgreSQL and a cluster of given versions, and tests against the two.

    cell.py [--postgres VERSION] [--search ENGINE | --running ENGINE] -- TEST-COMMAND... [-- TEST-COMMAND...]

Starts what it names with scripts/servers.sh, runs the commands one after the other with libpq's variables and
SEARCH_URL (also as OPENSEARCH_URL) naming the two, and stops the servers again. What is not named is taken from
the environment: PostgreSQL from libpq's variables, the cluster from OPENSEARCH_URL, or the one of that engine which
runs already. An ENGINE is an option of servers.sh without its dashes, as opensearch or elasticsearch7.
"""
import os
import pathlib
import subprocess
import sys
import tempfile
import time

sys.path.append(str(pathlib.Path(__file__).resolve().parents[1] / "program"))
from harness import exported, servers_sh  # noqa: E402

def parse(arguments):
    """Options, and the commands behind the dashes."""
    groups = [[]]
    for each in arguments:
        if each == "--":
            groups.append([])
        else:
            groups[-1].append(each)
    options = {"--postgres": None, "--search": None, "--running": "opensearch"}
    words = iter(groups[0])
    for word in words:
        if word not in options:
            sys.exit(f"cell.py does not know {word}\n{__doc__}")
        options[word] = next(words)
    return options["--postgres"], options["--search"], options["--running"], groups[1:]


def main():
    postgres, engine, running, commands = parse(sys.argv[1:])
    environment = {**os.environ, "PGSYNC_TEST_SERVERS": "1"}
    folder = tempfile.mkdtemp(prefix="pgsync_cell_")
    failed = 0
    try:
        start = ["start", "--dir", folder, "--fast"]
        if postgres:
            start += ["--postgres", "--postgres-version", postgres]
        if engine:
            start += [f"--{engine}"]
        if postgres or engine:
            servers_sh(*start)
            environment.update(exported(folder))
        url = environment[f"{(engine or running).upper()}_URL"]
        environment.update(SEARCH_URL=url, OPENSEARCH_URL=url)
        for command in commands:
            began = time.monotonic()
            print(f"== {' '.join(os.path.basename(word) for word in command)}", flush=True)
            status = subprocess.run(command, env=environment).returncode
            print(f"== {'passed' if status == 0 else f'FAILED with {status}'}, {time.monotonic() - began:.0f} s", flush=True)
            failed += status != 0
    finally:
        servers_sh("stop", "--dir", folder, "--purge")
    return 1 if failed or not commands else 0


if __name__ == "__main__":
    sys.exit(main())
