"""The rows that are measured with, and the queries that pgsync reads them with."""
import pathlib
import re
import sys
import threading
import time

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests/integration/program"))
sys.dont_write_bytecode = True

from harness import Bench, until  # noqa: E402,F401  for the others

SHARED = 20  # bookings of each place

# One country has half of all places, and so of all bookings.
ROWS = """
INSERT INTO continent SELECT i, 'Continent ' || i FROM generate_series(1, 7) i;
INSERT INTO country SELECT i, 'Country ' || i, 'C' || i, 1 + i % 7 FROM generate_series(1, 200) i;
INSERT INTO city SELECT i, 'City ' || i, CASE WHEN i % 2 = 0 THEN 1 ELSE 2 + (i / 2) % 199 END FROM generate_series(1, 2000) i;
INSERT INTO host SELECT i, 'Host ' || i, 'host' || i || '@example.com' FROM generate_series(1, 1 + {n} / 40) i;
INSERT INTO place SELECT i, i || ' Some Street ' || repeat('x', 200), 1 + i % (1 + {n} / 40), 1 + i % 2000
       FROM generate_series(1, {places}) i;
INSERT INTO guest SELECT i, 'Guest ' || i, 'guest' || i || '@example.com' FROM generate_series(1, 1 + {n} / 4) i;
INSERT INTO booking SELECT i, date '2025-01-01' + (i % 365)::int, date '2025-01-04' + (i % 365)::int,
       1 + (i::bigint * 7919) % (1 + {n} / 4), 1 + (i::bigint * 104729) % {places} FROM generate_series(1, {n}) i;
INSERT INTO review SELECT i, 1 + i % 5, 'A comment ' || i || repeat(' lorem ipsum dolor', 18), 1 + (i::bigint * 31) % {n}
       FROM generate_series(1, 2 * {n}) i;
SELECT setval(pg_get_serial_sequence('booking', 'id'), {n});
VACUUM ANALYZE;
"""


def fill(b, bookings):
    b.load_airbnb(data=False)
    for statement in ROWS.format(n=bookings, places=max(1, bookings // SHARED)).split(";\n"):
        if statement.strip():
            b.sql.execute(statement)


class Queries:
    """As `explain --sql` shows them."""

    def __init__(self, b):
        shown = b.succeed("explain", "--sql", "--raw")
        self.page = re.search(r"first to last key\n(.*);\n", shown).group(1)
        self.keys = re.search(r"documents of some keys\n(.*);\n", shown).group(1)

    def of_page(self, first, last):
        return self.page.replace("($1)", f"({first})").replace("($2)", f"({last})")

    def of_key(self):
        """Ids and documents, as text, of the keys that are its parameter."""
        return self.keys.replace("row_to_json(d0.*)", "row_to_json(d0.*)::text", 1)

    def of_keys(self, keys):
        return self.of_key().replace("$1", f"'{{{','.join(map(str, keys))}}}'::bigint[]")


def together(threads, start, todo):
    """Seconds until all of `todo` is done: each thread calls `start()` once, and what that returns with one after the
    other."""
    rest, lock = list(todo), threading.Lock()

    def work():
        do = start()
        while True:
            with lock:
                if not rest:
                    return
                each = rest.pop()
            do(each)

    running = [threading.Thread(target=work) for _ in range(threads)]
    begun = time.monotonic()
    for each in running:
        each.start()
    for each in running:
        each.join()
    return time.monotonic() - begun
