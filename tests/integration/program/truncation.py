#!/usr/bin/env python3
"""TRUNCATE at the moments that count, with kills in between. Before version 11 the log does not tell of it.

    truncation.py AIRBNB [TEST]...      libpq's variables and OPENSEARCH_URL name the servers
"""
import os
import pathlib
import random
import signal
import sys
import tempfile
import time

from harness import ROOT, Bench, Failure, expect, until  # puts what follows within reach
import compare
import versions

ORACLE = compare.queries(ROOT / "tests" / "examples" / "airbnb.sql")
documents_compared = 0


def compared(b):
    return compare.Comparison(compare.Cluster(b.url), compare.expected(f"dbname={b.name}", ORACLE))


def equal(b, what):
    global documents_compared
    found = compared(b)
    documents_compared += found.documents
    expect(not found.differences, f"{what}: {found.summary()}\n" + "\n".join(found.lines[:5]))


def watched(b):
    return not versions.has_truncate(b.sql.connection.server_version)


def remembered(b):
    """What the index says it reflects, by table; None where the server's log tells of TRUNCATE."""
    return b.search.meta("reservations").get("storage")


def files(b):
    """The same as it is now."""
    b.sql.execute("SELECT quote_ident(relname), oid || '/' || relfilenode FROM pg_class WHERE relnamespace = "
                  "'public'::regnamespace AND relkind = 'r'")
    return {f'"public"."{name}"': node for name, node in b.sql.fetchall()}


def reflects_all(b):
    if not watched(b):
        return remembered(b) is None
    now = files(b)
    return all(now[table] == node for table, node in remembered(b).items())


def following(b):
    running = b.start("sync")
    until("sync follows the slot", lambda: "following slot" in running.output())
    return running


def loaded(b):
    b.load_airbnb()
    b.succeed("bootstrap")
    equal(b, "the load")


def refill(b, number=20):
    b.sql.execute("INSERT INTO review (rating, comment, booking_id) SELECT 1 + i %% 5, 'again', (SELECT min(id) FROM booking) "
                  "FROM generate_series(1, %s) i", (number,))


def while_nobody_follows(b):
    loaded(b)
    b.sql.execute("TRUNCATE review")
    b.succeed("sync", "--once")
    equal(b, "a child truncated")
    expect(reflects_all(b), "it is not remembered that the index reflects the TRUNCATE")
    refill(b)
    b.sql.execute("TRUNCATE booking CASCADE")
    b.succeed("sync", "--once")
    equal(b, "the root truncated")
    expect("was truncated" not in b.succeed("sync", "--once"), "a TRUNCATE is seen twice")


def with_rows_of_the_same_transaction(b):
    loaded(b)
    running = following(b)
    b.sql.execute("CREATE TABLE unrelated (i int)")
    b.sql.execute("BEGIN")
    b.sql.execute("TRUNCATE review")
    refill(b)
    b.sql.execute("COMMIT")
    until("rows after a TRUNCATE", lambda: not compared(b).differences)
    # Neither empty nor with a row of ours.
    b.sql.execute("BEGIN")
    b.sql.execute("TRUNCATE review")
    b.sql.execute("INSERT INTO unrelated VALUES (1)")
    b.sql.execute("COMMIT")
    until("a TRUNCATE beside rows of others", lambda: not compared(b).differences)
    b.sql.execute("BEGIN")
    b.sql.execute("TRUNCATE booking CASCADE")
    b.sql.execute("INSERT INTO booking (start_date, end_date, guest_id, place_id) SELECT '2026-01-01', '2026-01-02', "
                  "(SELECT min(id) FROM guest), (SELECT min(id) FROM place) FROM generate_series(1, 50)")
    b.sql.execute("TRUNCATE review")
    refill(b)
    b.sql.execute("COMMIT")
    until("a root truncated and filled", lambda: not compared(b).differences)
    expect(running.stop() == 0, "SIGTERM does not end sync with 0:\n" + running.output())
    equal(b, "after the stop")
    expect(reflects_all(b), "it is not remembered what the index reflects")


def killed_before_it_is_acknowledged(b):
    loaded(b)
    before = remembered(b)
    running = following(b)
    # The cluster takes no document, so nothing can be acknowledged.
    b.search("PUT", "/reservations/_settings", {"index.blocks.write": True})
    b.sql.execute("TRUNCATE review")
    if watched(b):
        until("the TRUNCATE is seen", lambda: "was truncated" in running.output())
    running.stop(signal.SIGKILL)
    expect(remembered(b) == before, "a TRUNCATE that is in no document is remembered as reflected")
    b.search("PUT", "/reservations/_settings", {"index.blocks.write": None})
    expect(compared(b).differences > 0, "the documents should still show what was truncated")
    b.succeed("sync", "--once")
    equal(b, "after the kill")
    expect(reflects_all(b), "it is not remembered what the index reflects")


def while_it_is_loaded(b):
    b.load_airbnb()
    child = b.start("bootstrap", "--page-size", "5")
    until("the load has begun", lambda: child.child.poll() is not None or "loaded_until" in str(b.search("GET", "/reservations-*/_mapping")))
    child.stop(signal.SIGKILL)
    b.sql.execute("TRUNCATE review")
    b.succeed("bootstrap", "--page-size", "50")
    b.succeed("sync", "--once")
    equal(b, "a TRUNCATE between two halves of a load")
    expect(reflects_all(b), "it is not remembered what the index reflects")


def what_only_looks_like_it(b):
    loaded(b)
    running = following(b)
    b.sql.execute("BEGIN")
    b.sql.execute("TRUNCATE booking CASCADE")
    b.sql.execute("ROLLBACK")
    b.sql.execute("VACUUM FULL review")
    b.sql.execute("CLUSTER booking USING booking_pkey")
    b.sql.execute("UPDATE guest SET name = 'last'")
    until("what came after", lambda: not compared(b).differences)
    until("the new files are remembered", lambda: reflects_all(b))
    expect(running.stop() == 0, "SIGTERM does not end sync with 0:\n" + running.output())
    equal(b, "after the stop")


def killed_at_any_moment(b):
    seed = random.randrange(10**6)
    rng = random.Random(seed)
    print(f"  seed {seed}")
    loaded(b)
    for _ in range(8):
        running = b.start("sync")
        for _ in range(rng.randrange(1, 4)):
            b.sql.execute("BEGIN")
            for statement in rng.sample(["TRUNCATE review", "UPDATE guest SET name = name || '.'", "INSERT", "DELETE FROM review"], 2):
                refill(b, 3) if statement == "INSERT" else b.sql.execute(statement)
            b.sql.execute("COMMIT")
            time.sleep(rng.uniform(0, 0.1))
        time.sleep(rng.uniform(0, 0.4))
        running.stop(signal.SIGKILL)
    b.succeed("sync", "--once")
    equal(b, f"after all kills (seed {seed})")
    expect(reflects_all(b), "it is not remembered what the index reflects")


TESTS = [while_nobody_follows, with_rows_of_the_same_transaction, killed_before_it_is_acknowledged, while_it_is_loaded,
         what_only_looks_like_it, killed_at_any_moment]


def main():
    program, wanted = sys.argv[1], sys.argv[2:]
    for test in TESTS:
        if wanted and test.__name__ not in wanted:
            continue
        print(test.__name__.replace("_", " "), flush=True)
        with tempfile.TemporaryDirectory() as folder, Bench(program, folder) as bench:
            try:
                test(bench)
            except Failure:
                for log in sorted(pathlib.Path(folder).glob("run*.log"), key=os.path.getmtime)[-2:]:
                    print(f"--- {log.name}\n{log.read_text(errors='replace')[-2000:]}", file=sys.stderr)
                raise
    print(f"truncation: {documents_compared} documents compared, 0 different")


if __name__ == "__main__":
    main()
