#!/usr/bin/env python3
"""Writes what benchmarks/run.sh measured (its --json) into a page: the tables between the page's markers, and plots beside
it. With --check nothing is written, and the page must hold exactly these tables.

Plots need matplotlib (from PyPI, or the package python3-matplotlib).
"""
import argparse
import json
import pathlib
import re
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent / "figures"))
sys.dont_write_bytecode = True

from table import head, line  # noqa: E402

BEGIN, END = "<!-- figures: written by benchmarks/report.py -->", "<!-- end of figures -->"


def tables(measured):
    out = [f"{measured['about']}."]
    for each in measured["lines"]:
        out.append(f"\n### {each['about'][0].upper()}{each['about'][1:]}\n\n{head()}" if "about" in each else line(each))
    return "\n".join(out)


def section(measured, about):
    """The rows under the heading that begins so."""
    rows, within = [], False
    for each in measured["lines"]:
        if "about" in each:
            within = each["about"].startswith(about)
        elif within:
            rows.append(each)
    return rows


def points(rows, pattern):
    """What is beside it, and the figure, of the rows of this name."""
    return [(each["other"], each["value"]) for each in rows if re.search(pattern, each["figure"])]


def plot(path, title, curves, x, y, logarithmic):
    import matplotlib
    matplotlib.use("svg")
    matplotlib.rcParams["svg.hashsalt"] = "pgsync"  # the same file from the same figures
    from matplotlib import pyplot
    figure, axes = pyplot.subplots(figsize=(7, 3.5))
    for name, curve in curves.items():
        axes.plot(*zip(*curve), marker="o", label=name)
    axes.set(title=title, xlabel=x, ylabel=y)
    if "x" in logarithmic:
        axes.set_xscale("log")
    if "y" in logarithmic:
        axes.set_yscale("log")
    else:
        axes.set_ylim(bottom=0)
    axes.yaxis.set_major_formatter(lambda value, _: f"{value:,.0f}")
    axes.xaxis.set_major_formatter(lambda value, _: f"{value:,.0f}")
    axes.grid(alpha=0.3)
    if len(curves) > 1:
        axes.legend()
    figure.tight_layout()
    figure.savefig(path, metadata={"Date": None})
    pyplot.close(figure)


def plots(measured, folder):
    scaling = section(measured, "the initial load by")
    if scaling:
        plot(folder / "load.svg", "Initial load", {"documents/s": points(scaling, "^load of")}, "documents", "documents/s", "x")
        plot(folder / "memory.svg", "Peak of resident memory of the load", {"MiB": points(scaling, "memory")}, "documents", "MiB", "x")
    rising = section(measured, "single changes of the root while")
    if rising:
        plot(folder / "latency.svg", "One change among others, from commit to readable",
             {share: points(rising, f"{share}, ms") for share in ("p50", "p95")}, "other changes/s", "ms", "y")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("measured", type=pathlib.Path, help="the file that run.sh --json wrote")
    parser.add_argument("page", type=pathlib.Path, help="where the tables go; plots go into the folder of its name beside it")
    parser.add_argument("--check", action="store_true")
    wanted = parser.parse_args()
    measured = json.loads(wanted.measured.read_text(encoding="utf-8"))
    page = wanted.page.read_text(encoding="utf-8")
    before, _, rest = page.partition(BEGIN)
    _, end, after = rest.partition(END)
    if not end:
        raise SystemExit(f"{wanted.page} has no place for figures: {BEGIN} … {END}")
    made = f"{before}{BEGIN}\n{tables(measured)}\n{END}{after}"
    if wanted.check:
        if made != page:
            raise SystemExit(f"{wanted.page} does not hold what {wanted.measured} says: run benchmarks/report.py again")
        missing = [name for name in re.findall(r"\]\(([^)]+\.svg)\)", page) if not (wanted.page.parent / name).exists()]
        if missing:
            raise SystemExit(f"{wanted.page} shows plots that are not there: {', '.join(missing)}")
        return
    wanted.page.write_text(made, encoding="utf-8")
    folder = wanted.page.with_suffix("")
    folder.mkdir(exist_ok=True)
    plots(measured, folder)


if __name__ == "__main__":
    main()
