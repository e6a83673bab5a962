"""The airbnb example's index under sync, for tests of more than one file."""
import psycopg2.extensions

from harness import ROOT, expect, until  # puts what follows within reach
import compare

SLOT = "pgsync_reservations"
SQL = compare.queries(ROOT / "tests/examples/airbnb.sql")


class Counts:
    documents = different = 0


def equal(b):
    """Every document of the index is what the database says."""
    dsn = psycopg2.extensions.make_dsn(**{"dbname": b.name, **b.libpq})
    found = compare.Comparison(compare.Cluster(b.url), compare.expected(dsn, SQL))
    Counts.documents += found.documents
    Counts.different += found.differences
    expect(not found.differences, f"{found.summary()} of {found.documents} documents\n" + "\n".join(found.lines[:10]))


def following(b, *arguments, **environment):
    """A sync that follows its slot."""
    running = b.start("sync", *arguments, **environment)
    until("sync follows the slot", lambda: "following slot" in running.output() or running.child.poll() is not None)
    expect(running.child.poll() is None, "sync ended:\n" + running.output())
    return running


def in_peace(running):
    """Stops it, and it ends in order."""
    status = running.stop()
    expect(status == 0, f"SIGTERM ends it with {status}:\n{running.output()[-2000:]}")
