#!/usr/bin/env python3
"""Compiles every C++ snippet of README.md and docs/*.md, each as a file of its own.

    snippets.py --compiler=CXX [--flag=FLAG]...
"""
import pathlib
import re
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parents[2]


def main():
    compiler = next(each.split("=", 1)[1] for each in sys.argv[1:] if each.startswith("--compiler="))
    flags = [each.split("=", 1)[1] for each in sys.argv[1:] if each.startswith("--flag=")]
    failed = passed = 0
    for page in [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]:
        for number, snippet in enumerate(re.findall(r"^```cpp\n(.*?)^```", page.read_text(encoding="utf-8"), re.M | re.S), 1):
            with tempfile.TemporaryDirectory() as folder:
                source = pathlib.Path(folder) / "snippet.cpp"
                source.write_text(snippet, encoding="utf-8")
                done = subprocess.run([compiler, "-std=c++20", "-fsyntax-only", *flags, str(source)],
                                      capture_output=True, text=True, check=False)
            if done.returncode:
                failed += 1
                print(f"{page.relative_to(ROOT)}, snippet {number}:\n{done.stderr[:3000]}")
            else:
                passed += 1
    print(f"{passed} passed, {failed} failed")
    return 1 if failed or not passed else 0


if __name__ == "__main__":
    sys.exit(main())
