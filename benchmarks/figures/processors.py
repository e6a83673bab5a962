"""Who had the processors: what holds a figure where servers and program share them."""
import contextlib
import os

import cluster
import database


@contextlib.contextmanager
def watched(b):
    """Gives a dictionary that holds the servers' processor seconds once the block is over."""
    spent = {}
    before = database.processor_seconds(b), cluster.processor_seconds(b)
    yield spent
    spent["processor of PostgreSQL"] = database.processor_seconds(b) - before[0]
    spent["processor of the cluster"] = cluster.processor_seconds(b) - before[1]


def say(to, spent, own, seconds):
    both = os.cpu_count() * seconds
    for name, value in (("own", own), ("PostgreSQL's", spent["processor of PostgreSQL"]),
                        ("the cluster's", spent["processor of the cluster"])):
        to.row(f"{name} processor time meanwhile, s", value, "all processors", both, value / both, "")
