#!/usr/bin/env python3
"""Every kind of finding that doctor has stands in the table of docs/operating.md, and the other way round; and each is
provoked by a test or stands below with the reason why not."""
import pathlib
import re
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
DIAGNOSIS = ROOT / "include/pgsync/commands/diagnosis"
DOCTOR = ROOT / "include/pgsync/commands/doctor"
STORE = ROOT / "include/pgsync/store"

# By hand, or by tests of the parts they are made of.
NOT_PROVOKED = {
    "standby": "needs a standby",
    "wal_senders": "needs a server whose senders are all in use",
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
    for header in [*DIAGNOSIS.glob("check_*.hpp"), DOCTOR / "doctor.hpp"]:
        text = header.read_text(encoding="utf-8")
        found |= set(re.findall(r'\.push_back\(\s*\{[^"]*?,\s*"(\w+)",', text))
        found |= set(re.findall(r'return \{\s*severity::\w+,\s*"(\w+)",', text))
    for name in ("conditions.hpp", "catalog_changes.hpp", "lost_slot.hpp"):
        text = (DIAGNOSIS / name).read_text(encoding="utf-8")
        found |= set(re.findall(r'condition\(\s*severity::\w+,\s*"(\w+)",', text))
        found |= set(re.findall(r'mended_by_reading\(\s*"(\w+)",', text))
        found |= set(re.findall(r'\{\s*severity::\w+,\s*"(\w+)",', text))
        found |= set(re.findall(r'add_unreachable\(with\.\w+\(\), "(\w+)"', text))
    found |= {"slot_missing", "slot_lost", "changes_lost"}  # chosen between
    mapping = (DIAGNOSIS / "check_index.hpp").read_text(encoding="utf-8")
    found |= set(re.findall(r'each\.missing \? "(\w+)" : "\w+"', mapping)) | set(re.findall(r'each\.missing \? "\w+" : "(\w+)"', mapping))
    for name in ("name_conditions.hpp", "owner.hpp"):
        for codes in re.findall(r'\bcode = (?:\w+ \? "(\w+)" : )?"(\w+)"', (STORE / name).read_text(encoding="utf-8")):
            found |= set(codes) - {""}
    text = (ROOT / "docs/operating.md").read_text(encoding="utf-8")
    section = text[text.index("\n## What is wrong: doctor\n"):].split("\n## ")[1]
    told = set()
    for row in re.findall(r"^\| (`.*?) \|", section, re.M):
        told |= set(re.findall(r"`(\w+)`", row))
    problems += [f"docs/operating.md does not tell of {each}" for each in sorted(found - told)]
    problems += [f"docs/operating.md tells of {each}, which doctor does not find" for each in sorted(told - found)]
    test = "".join((ROOT / "tests/integration/program" / each).read_text(encoding="utf-8")
                   for each in ("watching.py", "writes.py", "lifecycle.py", "changed_world.py", "data.py",
                                "cluster_changes.py", "ownership.py"))
    for each in sorted(found):
        if f'"{each}"' not in test and each not in NOT_PROVOKED:
            problems.append(f"no test provokes {each}")
        if f'"{each}"' in test and each in NOT_PROVOKED:
            problems.append(f"{each} is provoked after all")
    print("\n".join(problems) or f"{len(found)} kinds of findings, all of them documented")
    return 1 if problems or len(found) < 30 else 0


if __name__ == "__main__":
    sys.exit(main())
