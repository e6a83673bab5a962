#!/usr/bin/env python3
"""How much the compiler has to instantiate for a shape, beside what compile_cost.json says of it. A count, not a time: it
is the same on every machine with this compiler and this standard library.

usage: compile_cost.py CLANG [--write]

Ends with 77 where CLANG is none, or another version than the one that was counted with.
"""
import json
import pathlib
import re
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parents[2]
SOURCES = ROOT / "benchmarks/compile_time"
BASELINE = pathlib.Path(__file__).with_suffix(".json")
ROOM = 1.05  # standard libraries have corrections, too
SKIPPED = 77


def version(compiler):
    """Of clang and the standard library it compiles with; None: another compiler."""
    try:
        macros = subprocess.run([compiler, "-std=c++20", "-dM", "-E", "-x", "c++", "-include", "version", "/dev/null"],
                                capture_output=True, text=True, check=True).stdout
    except (OSError, subprocess.CalledProcessError):
        return None
    of = [re.search(rf"#define {name} (\d+)", macros) for name in ("__clang_major__", "_GLIBCXX_RELEASE")]
    return f"clang {of[0].group(1)}, libstdc++ {of[1].group(1)}" if all(of) else None


def instantiations(compiler, source, folder):
    """Of classes and functions."""
    trace = folder / "trace.json"
    subprocess.run([compiler, "-std=c++20", f"-I{ROOT / 'include'}", "-fsyntax-only", f"-ftime-trace={trace}",
                    "-ftime-trace-granularity=0", source], check=True)
    events = json.loads(trace.read_text(encoding="utf-8"))["traceEvents"]
    return sum(each["name"] in ("InstantiateClass", "InstantiateFunction") for each in events if each.get("ph") == "X")


def main():
    compiler, write = sys.argv[1], "--write" in sys.argv[2:]
    found = version(compiler)
    baseline = json.loads(BASELINE.read_text(encoding="utf-8")) if BASELINE.exists() else {}
    if not found or (not write and found != baseline["with"]):
        print(f"not counted: the baseline is of {baseline.get('with')}, {compiler} is {found or 'no clang'}")
        return SKIPPED
    counted = {}
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        wide = folder / "wide.cpp"
        wide.write_text(subprocess.run(["awk", "-f", SOURCES / "wide.awk"], capture_output=True, text=True, check=True).stdout)
        includes = instantiations(compiler, SOURCES / "shape_includes.cpp", folder)
        for source in (SOURCES / "airbnb.cpp", SOURCES / "largest.cpp", wide):
            counted[source.stem] = instantiations(compiler, source, folder) - includes
    if write:
        BASELINE.write_text(json.dumps({"with": found, "over the includes": counted}, indent=4) + "\n", encoding="utf-8")
    allowed = baseline.get("over the includes", counted) if not write else counted
    for name, count in counted.items():
        print(f"{name}: {count} instantiations over the includes, {allowed[name]} in {BASELINE.name}")
    more = [name for name, count in counted.items() if count > allowed[name] * ROOM]
    if more:
        print(f"{', '.join(more)}: more than before; if that is worth it, say so in the commit and run "
              f"{pathlib.Path(__file__).name} {compiler} --write")
    return 1 if more else 0


if __name__ == "__main__":
    sys.exit(main())
