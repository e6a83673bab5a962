#!/usr/bin/env python3
"""Every kind of finding that doctor has stands in the table of docs/operating.md, and the other way round; and each is
provoked by a test or stands below with the reason why not."""
import pathlib
import re
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
APP = ROOT / "include/pgsync/app"

# By hand, or by tests of the parts they are made of.
NOT_PROVOKED = {
    "standby": "needs a standby",
    "wal_senders": "needs a server whose senders are all in use",
    "slot_taken": "another program's slot of the same name",
    "other_system": "needs a second database cluster",
    "log_retained": "a gigabyte of log",
    "idle_replication_slot_timeout": "PostgreSQL 18 alone has it",
    "read_from": "needs a standby",
    "hot_standby_feedback": "needs a standby",
    "cluster_red": "needs a node that is lost",
    "red": "needs a node that is lost",
    "bulk_bytes": "needs a node with a small http.max_content_length",
    "pipeline": "needs a cluster with pipelines",
}


def main():
    problems = []
    found = set()
    for header in [*APP.glob("check_*.hpp"), APP / "doctor.hpp"]:
        found |= set(re.findall(r'\.push_back\(\s*\{[^"]*?,\s*"(\w+)",', header.read_text(encoding="utf-8")))
    doctor = (APP / "doctor.hpp").read_text(encoding="utf-8")
    found |= set(re.findall(r'unreachable\(with\.\w+\(\), "(\w+)"', doctor))
    mapping = (APP / "check_index.hpp").read_text(encoding="utf-8")
    found |= set(re.findall(r'each\.missing \? "(\w+)" : "\w+"', mapping)) | set(re.findall(r'each\.missing \? "\w+" : "(\w+)"', mapping))
    text = (ROOT / "docs/operating.md").read_text(encoding="utf-8")
    section = text[text.index("\n## What is wrong: doctor\n"):].split("\n## ")[1]
    told = set()
    for row in re.findall(r"^\| (`.*?) \|", section, re.M):
        told |= set(re.findall(r"`(\w+)`", row))
    problems += [f"docs/operating.md does not tell of {each}" for each in sorted(found - told)]
    problems += [f"docs/operating.md tells of {each}, which doctor does not find" for each in sorted(told - found)]
    test = (ROOT / "tests/integration/program/watching.py").read_text(encoding="utf-8")
    for each in sorted(found):
        if f'"{each}"' not in test and each not in NOT_PROVOKED:
            problems.append(f"no test provokes {each}")
        if f'"{each}"' in test and each in NOT_PROVOKED:
            problems.append(f"{each} is provoked after all")
    print("\n".join(problems) or f"{len(found)} kinds of findings, all of them documented")
    return 1 if problems or len(found) < 30 else 0


if __name__ == "__main__":
    sys.exit(main())
