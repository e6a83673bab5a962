#!/usr/bin/env python3
"""The table of docs/configuration.md has every option of every command, with the default that is in force, and no other.

    options_documented.py PROGRAM [--write]      --write makes the table what the program says
"""
import json
import os
import pathlib
import re
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parents[2]
PAGE = ROOT / "docs" / "configuration.md"
BEGIN, END = "<!-- options -->\n", "<!-- /options -->"
ARGUMENTS_ONLY = {"help", "config", "print-config", "all", "yes", "adopt"}


def run(program, *arguments):
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("PG", "ELASTICSEARCH_"))}
    done = subprocess.run([program, *arguments], env=kept, capture_output=True, check=False, text=True)
    if done.returncode:
        sys.exit(f"{' '.join(arguments)} ends with {done.returncode}: {done.stderr}")
    return done.stdout


def commands(program):
    listed = re.search(r"subcommands:\n((?:  \S.*\n(?:   +.*\n)*)+)", run(program, "--help"), re.I)
    return re.findall(r"^  ([a-z-]+)(?: |$)", listed[1], re.M)


def described(program, command):
    """Long option -> its text in --help."""
    found = {}
    name = None
    for line in run(program, command, "--help").split("\n"):
        begun = re.match(r"  (?:-\w, *)?--([a-z-]+)(.*)$", line)
        if begun:
            name = begun[1]
            found[name] = re.split(r"\s{2,}", begun[2], maxsplit=1)[1] if re.search(r"\S?\s{2,}\S", begun[2]) else ""
        elif line.startswith("      ") and name:
            found[name] = f"{found[name]} {line.strip()}".strip()
        else:
            name = None
    return found


def escaped(text):
    return text.replace("|", r"\|").replace("<", r"\<")


def table(program):
    rows = {}
    for command in commands(program):
        texts = described(program, command)
        in_force = json.loads(run(program, command, "--print-config", "--json"))
        if set(texts) - ARGUMENTS_ONLY != set(in_force):
            sys.exit(f"{command}: --help and --print-config differ: {set(texts) - ARGUMENTS_ONLY ^ set(in_force)}")
        for name in in_force:
            row = rows.setdefault((name, in_force[name]["value"] if name != "json" else "false"), [[], texts[name]])
            row[0].append(command)
    every = commands(program)
    lines = ["| option | variable | commands | default | |", "|---|---|---|---|---|"]
    for (name, default), (of, text) in sorted(rows.items()):
        variable = "PGSYNC_" + name.upper().replace("-", "_")
        lines.append(f"| `{name}` | `{variable}` | {'all' if of == every else ', '.join(of)} | "
                     f"{'`' + default + '`' if default else '–'} | {escaped(text)} |")
    return "\n".join(lines) + "\n"


def check_snippets(program, page):
    """Each file that the page shows is one that the program reads."""
    for snippet in re.findall(r"^```toml\n(.*?)^```", page, re.M | re.S):
        with tempfile.NamedTemporaryFile("w", suffix=".toml", encoding="utf-8") as file:
            file.write(snippet)
            file.flush()
            shown = run(program, "sync", "--config", file.name, "--print-config")
            for name in re.findall(r"^([a-z-]+) = ", snippet, re.M):
                if not re.search(rf"^{name} = .*# file ", shown, re.M):
                    sys.exit(f"{name} of the page's file is not in force:\n{shown}")


def same(one, other):
    """But for what --help says, which versions of CLI11 lay out in different ways."""
    def names(text):
        return [re.split(r"(?<!\\)\|", line)[:5] for line in text.splitlines()]
    return names(one) == names(other)


def main():
    program = sys.argv[1]
    page = PAGE.read_text(encoding="utf-8")
    before, rest = page.split(BEGIN)
    old, after = rest.split(END)
    new = table(program)
    if "--write" in sys.argv:
        PAGE.write_text(before + BEGIN + new + END + after, encoding="utf-8")
        return
    check_snippets(program, page)
    if not same(old, new):
        sys.exit(f"docs/configuration.md is stale: run {sys.argv[0]} {program} --write. It should be:\n{new}")
    if re.search(r"`.*\|\s*\|$", new, re.M):
        sys.exit("an option has no description")
    print(f"{new.count(chr(10)) - 2} options are documented")


main()
