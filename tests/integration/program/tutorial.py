#!/usr/bin/env python3
"""docs/tutorial.md, done as it says: each file saved, each command run in one shell, each answer compared.

    tutorial.py COMPILER     libpq's variables and OPENSEARCH_URL name the servers

What begins with a comment that the test has it already is left out.
"""
import json
import pathlib
import re
import subprocess
import sys
import tempfile

from harness import ROOT, Bench, Failure, expect

PAGE = ROOT / "docs/tutorial.md"
BLOCK = re.compile(r"(?P<skip><!-- the test has these already -->\n)?^```(?P<kind>\w+)\n(?P<text>.*?)^```", re.M | re.S)


def steps():
    """(kind, text, name of the file to save it as) of each block to be done."""
    page = PAGE.read_text(encoding="utf-8")
    end = 0
    for block in BLOCK.finditer(page):
        named = re.findall(r"Save as `([^`]+)`", page[end:block.start()])
        end = block.end()
        if not block["skip"]:
            yield block["kind"], block["text"], named[-1] if named else None


def script(folder):
    """All of it as one shell script, and the answers that it must give, in order."""
    # The folder of the tutorial is the test's own, and the libraries of this build are used.
    lines, answers = ["set -eum", f"cd {ROOT}"], []
    for kind, text, name in steps():
        if name:
            (folder / name).write_text(text, encoding="utf-8")
        elif kind == "json":
            answers.append(json.loads(text))
        elif kind == "sh":
            lines.append(re.sub(r"^(curl .*)$", r"printf 'answer: '; \1; echo", text, flags=re.M)
                         .replace("/tmp/tutorial/recipes", str(folder)))
        else:
            raise Failure(f"a block of kind {kind} that is not saved")
    return "\n".join(lines), answers


def main():
    with tempfile.TemporaryDirectory() as temporary:
        folder = pathlib.Path(temporary)
        commands, wanted = script(folder)
        with Bench("recipes", folder, indices=("recipes*",)) as bench:
            environment = bench.environment(CXX=sys.argv[1])
            done = subprocess.run(["bash", "-c", commands], env=environment, stdin=subprocess.DEVNULL,
                                  stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=500, check=False)
            output = done.stdout.decode(errors="replace")
            log = folder / "sync.log"
            log = log.read_text() if log.exists() else ""
            expect(done.returncode == 0, f"it ends with {done.returncode}:\n{output[-3000:]}\n{log[-1000:]}")
            got = [json.loads(line.removeprefix("answer: ")) for line in output.splitlines() if line.startswith("answer: ")]
            expect(got == wanted, f"the answers are\n{json.dumps(got)}\nnot\n{json.dumps(wanted)}\n{log[-1000:]}")
            expect(bench.value("SELECT count(*) FROM pg_replication_slots WHERE database = current_database()") == 0,
                   "a slot is left")
    print(f"{len(wanted)} answers are as the tutorial says")
    return 0


if __name__ == "__main__":
    try:
        sys.exit(main())
    except (Failure, subprocess.SubprocessError, OSError) as problem:
        print(problem)
        sys.exit(1)
