"""What the tests of packages share: the tree as somebody else gets it, and its version."""
import pathlib
import re
import shutil
import subprocess
import sys

SOURCE = pathlib.Path(__file__).resolve().parents[2]
VERSION = re.search(r"project\(\s*pgsync\s+VERSION\s+([0-9.]+)", (SOURCE / "CMakeLists.txt").read_text(encoding="utf-8"))[1]


def run(*command, **more):
    """What the command says; where it fails the test ends with that."""
    result = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False, **more)
    if result.returncode != 0:
        sys.exit(f"{' '.join(map(str, command))} ended with {result.returncode}:\n{result.stdout}")
    return result.stdout


def expect(whether, what):
    if not whether:
        sys.exit(what)


def copy_tree(to):
    """The files that git knows or would take; all where this is no clone."""
    listed = subprocess.run(["git", "-C", SOURCE, "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
                            capture_output=True, text=True, check=False) if shutil.which("git") else None
    if listed is None or listed.returncode:
        shutil.copytree(SOURCE, to, ignore=shutil.ignore_patterns(".git", "build*", "__pycache__"))
        return
    for name in filter(None, listed.stdout.split("\0")):
        if (SOURCE / name).exists():
            (to / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(SOURCE / name, to / name)
