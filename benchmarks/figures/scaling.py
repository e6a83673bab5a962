"""The initial load of fewer and of more documents: neither its rate nor its memory is to depend on how many there are."""
import pathlib
import statistics
import tempfile

from load import seconds_of, timed
from rows import Bench, fill

PARTS = (100, 30, 10, 3, 1)  # of all


def measure(program, bookings, repeat, say):
    say("the initial load by the number of documents")
    for part in PARTS:
        count = bookings // part
        if count == 0:
            continue
        with tempfile.TemporaryDirectory() as folder, Bench(pathlib.Path(program), folder) as b:
            fill(b, count)
            rounds = []
            for _ in range(repeat):
                b.run("teardown", "--yes")
                _, memory, _, output = timed(b, "bootstrap")
                rounds.append((count / seconds_of(output), memory))
        say.row(f"load of {count} documents, documents/s", statistics.median(each[0] for each in rounds), "documents", count, None, "")
        say.row("peak of resident memory, MiB", statistics.median(each[1] for each in rounds), "documents", count, None,
                "to reach: at most 64, whatever the number")
