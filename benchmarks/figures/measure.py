#!/usr/bin/env python3
"""Measures a program of the airbnb shape beside what its two servers can do without it, all in one run. See
benchmarks/run.sh, which starts servers and builds the program.

libpq's variables and OPENSEARCH_URL name the servers. Makes and drops a database, and the indices `reservations`
and `reservations-alone`.
"""
import argparse
import json
import os
import pathlib
import platform
import statistics
import tempfile

import database
import incumbent
import latency
import load
import many
import rising
import scaling
import table
from rows import Bench, Queries, fill

FIGURES = ("scaling", "load", "latency", "rising", "burst", "fan-out", "transaction", "database")


NAMES = {"opensearch": "OpenSearch"}


class Say:
    """Collects the table and prints each line as it comes."""

    def __init__(self, keep):
        self.lines, self.about, self.keep = [], "", keep

    def __call__(self, text):
        print(f"\n{text}\n\n{table.head()}", flush=True)
        self.lines.append({"about": text})
        self.kept()

    def row(self, what, value, beside, other, ratio, remark):
        self.lines.append({"figure": what, "value": value, "beside": beside, "other": other, "ratio": ratio, "remark": remark})
        print(table.line(self.lines[-1]), flush=True)
        self.kept()

    def kept(self):
        """Each time, so that what was measured outlives what fails after it."""
        if self.keep:
            self.keep.write_text(json.dumps({"about": self.about, "lines": self.lines}, indent=1) + "\n", encoding="utf-8")

    @staticmethod
    def medians(rounds):
        return {name: statistics.median(each[name] for each in rounds) for name in rounds[0]}


def machine():
    model = [line.split(":", 1)[1].strip() for line in pathlib.Path("/proc/cpuinfo").read_text().splitlines()
             if line.startswith("model name")]
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") >> 30
    return f"{os.cpu_count()} x {model[0] if model else platform.machine()}, {memory} GiB, Linux {platform.release()}"


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("program", type=pathlib.Path)
    parser.add_argument("bookings", type=int)
    parser.add_argument("--repeat", type=int, default=3, help="rounds, of which the median counts")
    parser.add_argument("--changes", type=int, default=300, help="single changes of each kind")
    parser.add_argument("--transactions", type=int, default=100_000, help="in the burst")
    parser.add_argument("--rows", type=int, default=1_000_000, help="in the one large transaction")
    parser.add_argument("--seconds", type=int, default=10, help="of each run of pgbench")
    parser.add_argument("--only", choices=FIGURES, action="append", help="one kind of figures; may be repeated")
    parser.add_argument("--pgsync", type=pathlib.Path, help="a virtual environment with the incumbent, to measure beside; with redis-server")
    parser.add_argument("--json", type=pathlib.Path, help="where to write what was measured")
    wanted = parser.parse_args()
    chosen = wanted.only or FIGURES
    say = Say(wanted.json)
    if "scaling" in chosen:
        scaling.measure(wanted.program.resolve(), wanted.bookings, wanted.repeat, say)
    with tempfile.TemporaryDirectory() as folder, Bench(wanted.program.resolve(), folder) as b:
        fill(b, wanted.bookings)
        queries = Queries(b)
        mapping = json.loads(b.succeed("explain", "--mapping", "--raw").split("\n")[1])
        info = b.search("GET", "/")["version"]
        say.about = (f"{wanted.bookings:,} bookings; PostgreSQL {b.value('SHOW server_version').split()[0]}, "
                     f"{NAMES.get(info.get('distribution'), 'Elasticsearch')} {info['number']}; {machine()}; medians of {wanted.repeat}")
        print(f"\n{say.about}", flush=True)
        own = {}
        if "load" in chosen:
            own |= load.measure(b, queries, mapping, wanted.bookings, wanted.repeat, say)
        else:
            b.succeed("bootstrap", patience=3600)
        if "latency" in chosen:
            own |= latency.measure(b, queries, mapping, wanted.bookings, wanted.changes, say)
        if "rising" in chosen:
            rising.measure(b, wanted.bookings, wanted.seconds, say)
        if "burst" in chosen:
            own |= many.burst(b, queries, mapping, wanted.bookings, wanted.transactions, wanted.repeat, say)
        if "fan-out" in chosen:
            own |= many.fan_out(b, queries, mapping, wanted.repeat, say)
        if "database" in chosen:
            own["database"] = database.measure(b, wanted.bookings, wanted.repeat, wanted.seconds, say)
        if "transaction" in chosen:
            many.transaction(b, queries, mapping, wanted.bookings, wanted.rows, say)
        if wanted.pgsync:
            b.run("teardown", "--yes")
            incumbent.measure(b, wanted.pgsync, wanted.bookings, wanted, own, say)


if __name__ == "__main__":
    main()
