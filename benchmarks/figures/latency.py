"""Single changes: from commit to readable by GET."""
import datetime
import itertools
import time

import cluster
from rows import until

KINDS = (
    ("root", "UPDATE booking SET end_date = '2100-01-01'::date + %(number)s WHERE id = %(booking)s", "end_date"),
    ("child", "UPDATE review SET comment = %(value)s WHERE id = (SELECT min(id) FROM review WHERE booking_id = %(booking)s)",
     "reviews"),
    ("parent shared by 20", "UPDATE place SET address = %(value)s WHERE id = (SELECT place_id FROM booking WHERE id = %(booking)s)",
     "place.address"),
)


def pick(times, share):
    ordered = sorted(times)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))] * 1000


NUMBERS = itertools.count()  # no value comes twice, or it might be there already


def change(b, connection, kind, booking, index="reservations"):
    """Seconds until the change can be read."""
    _, sql, field = kind
    number = next(NUMBERS)
    value = f"changed {number} {time.monotonic_ns()}"
    b.sql.execute(sql, {"booking": booking, "value": value, "number": number})
    if field == "end_date":
        value = str(datetime.date(2100, 1, 1) + datetime.timedelta(days=number))
    start = time.monotonic()
    while value not in connection.get(booking, field, index):
        if time.monotonic() - start > 60:
            raise SystemExit("a change does not arrive")
    return time.monotonic() - start


def alone(b, connection, booking):
    """Seconds for one prepared key query and one bulk of its one document."""
    start = time.monotonic()
    b.sql.execute(f"EXECUTE of_key('{{{booking}}}')")
    connection.bulk(cluster.line(*b.sql.fetchone()))
    return time.monotonic() - start


def measure(b, queries, mapping, bookings, count, say):
    """Returns the median of each kind, ms."""
    running = b.start("sync")
    until("sync follows the slot", lambda: "following slot" in running.output())
    cluster.fresh_index(b, mapping, refresh="1s")
    connection = cluster.Connection(b)
    b.sql.execute(f"PREPARE of_key (bigint[]) AS {queries.of_key()}")
    times = {kind[0]: [] for kind in KINDS}
    base = []
    for i in range(count):
        booking = 1 + (i * 7907) % bookings
        base.append(alone(b, connection, booking))
        for kind in KINDS:
            times[kind[0]].append(change(b, connection, kind, booking))
    cluster.forget(b)
    for name, each in times.items():
        for share, most in ((0.5, 1.5), (0.95, None), (0.99, 4)):
            say.row(f"change of a {name}, p{share * 100:.0f}, ms", pick(each, share), "key query and bulk of one, alone",
                    pick(base, share), pick(each, share) / pick(base, share), f"of its time; to reach: at most {most}" if most else "")
    say.row("peak of resident memory of sync, MiB", running.peak_memory() / (1 << 20), "", None, None, "to reach: at most 64")
    assert running.stop() == 0, running.output()
    return {name: pick(each, 0.5) for name, each in times.items()}
