#!/usr/bin/env python3
"""Runs a test on servers that no other test uses at the same time.

    on_servers.py [--search ENGINE] COMMAND...

Slots and indices have the same names in every test. Where ctest was given sets of servers to share out (the test's
property RESOURCE_GROUPS, and the file that scripts/test.sh writes), the one it chose is a folder of scripts/servers.sh
below PGSYNC_TEST_SERVER_SETS; otherwise the environment names the only one. With ENGINE, as elasticsearch7, the command gets
that one's address as its last word, behind --search-url.
"""
import fcntl
import os
import pathlib
import sys
import tempfile

sys.path.append(str(pathlib.Path(__file__).resolve().parent / "program"))
from harness import exported  # noqa: E402


def main():
    command = sys.argv[1:]
    chosen = os.environ.get("CTEST_RESOURCE_GROUP_0_SERVERS", "")
    if chosen:
        name = dict(each.split(":") for each in chosen.split(","))["id"]
        os.environ.update(exported(pathlib.Path(os.environ["PGSYNC_TEST_SERVER_SETS"]) / name))
    if command[0] == "--search":
        command = [*command[2:], "--search-url", os.environ[f"{command[1].upper()}_URL"]]
    # Who starts two tests by hand, or ctest without that file, has one wait for the other.
    server = os.environ.get("PGPORT", "5432")
    held = os.open(pathlib.Path(tempfile.gettempdir()) / f"pgsync-tests-{os.getuid()}-{server}.lock", os.O_RDWR | os.O_CREAT, 0o600)
    fcntl.flock(held, fcntl.LOCK_EX)
    os.set_inheritable(held, True)
    os.execvp(command[0], command)


if __name__ == "__main__":
    main()
