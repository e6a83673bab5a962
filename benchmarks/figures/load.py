"""The initial load, beside PostgreSQL alone and the cluster alone."""
import os
import pathlib
import re
import subprocess
import time

import cluster
import processors
from rows import together


def copy_alone(b, queries, bookings, sessions):
    """Seconds until the documents of all pages have gone nowhere."""
    page = 3500  # as many documents as are a bulk
    pages = [(low, min(low + page - 1, bookings)) for low in range(1, bookings + 1, page)]

    def start():
        cursor = b.connect().cursor()

        def copy(bounds):
            with open(os.devnull, "w", encoding="utf-8") as sink:
                cursor.copy_expert(f"COPY ({queries.of_page(*bounds)}) TO STDOUT", sink)

        return copy

    return together(sessions, start, pages)


def timed(b, *arguments):
    """One run of the program: seconds, peak of resident MiB, processor seconds, output."""
    log = b.folder / "timed.log"
    start = time.monotonic()
    with open(log, "wb") as out:
        child = subprocess.Popen([b.program, *arguments], env=b.environment(), stdout=out, stderr=out)
    # Not ru_maxrss: that counts what this process had when it forked.
    memory, waited = 0, 0
    while not waited:
        found = re.search(r"VmHWM:\s+(\d+) kB", pathlib.Path(f"/proc/{child.pid}/status").read_text())
        memory = int(found.group(1)) if found else memory
        time.sleep(0.02)
        waited, status, usage = os.wait4(child.pid, os.WNOHANG)
    seconds = time.monotonic() - start
    child.returncode = 0
    output = log.read_text()
    assert status == 0, output
    return seconds, memory / 1024, usage.ru_utime + usage.ru_stime, output


def seconds_of(output):
    return float(re.search(r"documents in ([0-9.]+) s", output).group(1))


def measure(b, queries, mapping, bookings, repeat, say):
    """Returns the load's seconds."""
    bodies, size = cluster.bodies(b, queries, list(range(1, bookings + 1)))
    rounds = []
    for _ in range(repeat):
        each = {"copy": min(copy_alone(b, queries, bookings, sessions) for sessions in (1, 2))}
        for connections in cluster.CONNECTIONS:
            cluster.fresh_index(b, mapping)
            each[f"bulk {connections}"] = cluster.send(b, bodies, connections)
        cluster.forget(b)
        b.run("teardown", "--yes")
        with processors.watched(b) as spent:
            _, each["memory"], each["processor"], output = timed(b, "bootstrap")
        each |= spent
        each["load"] = seconds_of(output)
        b.run("teardown", "--yes")
        _, _, each["gzip processor"], output = timed(b, "bootstrap", "--compress", "always")
        each["gzip load"] = seconds_of(output)
        rounds.append(each)
    of = cluster.best(say.medians(rounds))
    say(f"documents of {size:.0f} bytes on average")
    say.row("initial load, documents/s", bookings / of["load"], "cluster alone, bulks built before", bookings / of["bulk"],
            of["load"] / of["bulk"], "of its time; to reach: at most 1.25")
    say.row("", bookings / of["load"], "PostgreSQL alone, COPY of all pages", bookings / of["copy"], of["load"] / of["copy"],
            "of its time")
    say("who had the processors during the load; its own share is to be at most 0.10")
    processors.say(say, of, of["processor"], of["load"])
    say.row("load with --compress always, documents/s", bookings / of["gzip load"], "without", bookings / of["load"],
            of["gzip load"] / of["load"], "of its time, to a cluster on this machine")
    say.row("own processor time with --compress always, s", of["gzip processor"], "without", of["processor"],
            of["gzip processor"] / of["processor"], "")
    say.row("peak of resident memory, MiB", of["memory"], "", None, None, "to reach: at most 64, whatever the number of documents")
    return {"load": of["load"]}
