#!/usr/bin/env python3
"""Measures a program of the airbnb shape: the initial load beside what PostgreSQL and the cluster can do alone, the
time of single changes, and memory. All in one run, so that the figures can be compared with one another.

    scripts/servers.sh start --dir DIR --postgres --opensearch && . DIR/env
    benchmarks/first_figures.py build/…/airbnb [BOOKINGS] [CHANGES]

Makes and drops a database and the index `reservations` on the servers that libpq's variables and OPENSEARCH_URL name.
"""
import datetime
import http.client
import json
import os
import pathlib
import re
import statistics
import subprocess
import sys
import tempfile
import threading
import time
import urllib.parse

ROOT = pathlib.Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "tests/integration/program"))

from harness import Bench, until  # noqa: E402

ROWS = """
INSERT INTO continent SELECT i, 'Continent ' || i FROM generate_series(1, 7) i;
INSERT INTO country SELECT i, 'Country ' || i, 'C' || i, 1 + i % 7 FROM generate_series(1, 200) i;
INSERT INTO city SELECT i, 'City ' || i, 1 + i % 200 FROM generate_series(1, 2000) i;
INSERT INTO host SELECT i, 'Host ' || i, 'host' || i || '@example.com' FROM generate_series(1, 10000) i;
INSERT INTO place SELECT i, i || ' Some Street ' || repeat('x', 200), 1 + i % 10000, 1 + i % 2000 FROM generate_series(1, 20000) i;
INSERT INTO guest SELECT i, 'Guest ' || i, 'guest' || i || '@example.com' FROM generate_series(1, 50000) i;
INSERT INTO booking SELECT i, date '2025-01-01' + (i % 365)::int, date '2025-01-04' + (i % 365)::int,
       1 + (i::bigint * 7919) % 50000, 1 + (i::bigint * 104729) % 20000 FROM generate_series(1, {n}) i;
INSERT INTO review SELECT i, 1 + i % 5, 'A comment ' || i || repeat(' lorem ipsum dolor', 18), 1 + (i::bigint * 31) % {n}
       FROM generate_series(1, 2 * {n}) i;
VACUUM ANALYZE;
"""


def fill(b, bookings):
    b.load_airbnb(data=False)
    for statement in ROWS.format(n=bookings).split(";\n"):
        if statement.strip():
            b.sql.execute(statement)


def copy_alone(b, page_query):
    """The documents of all pages to nowhere, one session and two."""
    def run(low, high):
        sql = page_query.replace("($1)", f"('{low}')").replace("($2)", f"('{high}')")
        with open(os.devnull, "w", encoding="utf-8") as sink:
            b.connect().cursor().copy_expert(f"COPY ({sql}) TO STDOUT", sink)

    total = b.value("SELECT max(id) FROM booking")
    page = 5000
    pages = [(low, min(low + page - 1, total)) for low in range(1, total + 1, page)]
    best = None
    for sessions in (1, 2):
        rest = list(pages)
        lock = threading.Lock()

        def work(rest=rest, lock=lock):
            while True:
                with lock:
                    if not rest:
                        return
                    mine = rest.pop()
                run(*mine)

        threads = [threading.Thread(target=work) for _ in range(sessions)]
        start = time.monotonic()
        for each in threads:
            each.start()
        for each in threads:
            each.join()
        seconds = time.monotonic() - start
        best = seconds if best is None else min(best, seconds)
    return best


def bulk_alone(b, page_query, mapping):
    """The same documents, prebuilt as bodies of 5 MB, into an index of the same mapping: two connections, then four."""
    total = b.value("SELECT max(id) FROM booking")
    b.sql.execute(page_query.replace("($1)", "(1)").replace("($2)", f"({total})").replace("row_to_json(d0)", "row_to_json(d0)::text")
                  .replace("row_to_json(d0.*)", "row_to_json(d0.*)::text", 1))
    bodies, body, size = [], [], 0
    for key, document in b.sql:
        line = f'{{"index":{{"_id":"{key}"}}}}\n{document}\n'.encode().replace(b"\r", b" ")
        body.append(line)
        size += len(line)
        if size > 5 << 20:
            bodies.append(b"".join(body))
            body, size = [], 0
    bodies.append(b"".join(body))
    address = urllib.parse.urlsplit(b.url)
    best = None
    for connections in (2, 4):
        b.search("DELETE", "/reservations-alone")
        b.search("PUT", "/reservations-alone", {
            "settings": {"index": {"refresh_interval": "-1", "number_of_replicas": 0}},
            "mappings": {"dynamic": False, "properties": mapping}})
        rest = list(bodies)
        lock = threading.Lock()

        def work(rest=rest, lock=lock):
            connection = http.client.HTTPConnection(address.hostname, address.port)
            while True:
                with lock:
                    if not rest:
                        return
                    mine = rest.pop()
                connection.request("POST", "/reservations-alone/_bulk?filter_path=errors", mine,
                                   {"Content-Type": "application/x-ndjson"})
                answer = connection.getresponse().read()
                assert json.loads(answer)["errors"] is False, answer

        threads = [threading.Thread(target=work) for _ in range(connections)]
        start = time.monotonic()
        for each in threads:
            each.start()
        for each in threads:
            each.join()
        seconds = time.monotonic() - start
        best = seconds if best is None else min(best, seconds)
    b.search("DELETE", "/reservations-alone")
    return best, sum(map(len, bodies)) / total


def load(b):
    """bootstrap from nothing; seconds of the load as it says itself, and its peak of memory and processor time."""
    with open(b.folder / "bootstrap.log", "wb") as log:
        done = subprocess.Popen([b.program, "bootstrap"], env=b.environment(), stdout=log, stderr=log)
        # Not ru_maxrss: that counts what this process had when it forked.
        memory, waited = 0, 0
        while not waited:
            found = re.search(r"VmHWM:\s+(\d+) kB", pathlib.Path(f"/proc/{done.pid}/status").read_text())
            memory = int(found.group(1)) if found else memory
            time.sleep(0.05)
            waited, status, usage = os.wait4(done.pid, os.WNOHANG)
    output = (b.folder / "bootstrap.log").read_text()
    assert status == 0, output
    seconds = float(re.search(r"documents in ([0-9.]+) s", output).group(1))
    return seconds, memory / 1024, usage.ru_utime + usage.ru_stime


def changes(b, bookings, count, sql, expected):
    """From commit to readable by GET, in milliseconds."""
    address = urllib.parse.urlsplit(b.url)
    connection = http.client.HTTPConnection(address.hostname, address.port)
    times = []
    for i in range(count):
        booking = 1 + (i * 7907) % bookings
        value = f"changed {i} {time.monotonic_ns()}"
        b.sql.execute(sql, {"booking": booking, "value": value, "number": i})
        if expected == "end_date":
            value = str(datetime.date(2100, 1, 1) + datetime.timedelta(days=i))
        start = time.monotonic()
        while True:
            connection.request("GET", f"/reservations/_doc/{booking}?_source_includes={expected}")
            if value in connection.getresponse().read().decode():
                break
            if time.monotonic() - start > 30:
                raise SystemExit("a change does not arrive")
        times.append((time.monotonic() - start) * 1000)
    times.sort()
    return times


def main():
    program = pathlib.Path(sys.argv[1]).resolve()
    bookings = int(sys.argv[2]) if len(sys.argv) > 2 else 200_000
    count = int(sys.argv[3]) if len(sys.argv) > 3 else 200
    with tempfile.TemporaryDirectory() as folder, Bench(program, folder) as b:
        fill(b, bookings)
        output = b.succeed("explain", "--sql")
        page_query = re.search(r"first to last key\n(.*);\n", output).group(1)
        mapping = json.loads(b.succeed("explain", "--mapping").split("\n")[1])
        rows = []
        for _ in range(3):
            copy = copy_alone(b, page_query)
            bulk, size = bulk_alone(b, page_query, mapping)
            b.run("teardown")
            loaded, memory, processor = load(b)
            rows.append((copy, bulk, loaded, memory, processor))
        copy, bulk, loaded, memory, processor = (statistics.median(each) for each in zip(*rows))
        print(f"{bookings} documents of {size:.0f} bytes on average, medians of 3")
        print(f"  PostgreSQL alone (COPY of all pages)   {copy:6.1f} s  {bookings / copy:8.0f} documents/s")
        print(f"  cluster alone (bulks built before)     {bulk:6.1f} s  {bookings / bulk:8.0f} documents/s")
        print(f"  bootstrap                              {loaded:6.1f} s  {bookings / loaded:8.0f} documents/s")
        print(f"  bootstrap / cluster alone {loaded / bulk:.2f}; own processor time {processor:.1f} s; peak of memory {memory:.0f} MiB")
        running = b.start("sync")
        until("sync follows the slot", lambda: "following slot" in running.output())
        kinds = [
            ("root (booking)", "UPDATE booking SET end_date = '2100-01-01'::date + %(number)s WHERE id = %(booking)s", "end_date"),
            ("child (review)", "UPDATE review SET comment = %(value)s WHERE id = (SELECT min(id) FROM review WHERE booking_id = %(booking)s)",
             "reviews"),
            ("parent (guest)", "UPDATE guest SET name = %(value)s WHERE id = (SELECT guest_id FROM booking WHERE id = %(booking)s)",
             "guest"),
            ("parent (place, shared by 10)", "UPDATE place SET address = %(value)s WHERE id = (SELECT place_id FROM booking WHERE id = %(booking)s)",
             "place.address"),
        ]
        print(f"{count} single changes of a kind, from commit to readable by GET")
        for name, sql, expected in kinds:
            times = changes(b, bookings, count, sql, expected)
            pick = lambda share, times=times: times[min(len(times) - 1, int(share * len(times)))]  # noqa: E731
            print(f"  {name:30} p50 {pick(0.5):6.1f} ms  p95 {pick(0.95):6.1f} ms  p99 {pick(0.99):6.1f} ms")
        print(f"  peak of memory {running.peak_memory() / (1 << 20):.0f} MiB")
        running.stop()


if __name__ == "__main__":
    main()
