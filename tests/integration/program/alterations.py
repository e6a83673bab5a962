#!/usr/bin/env python3
"""ALTER TABLE at the worst of moments.

    alterations.py AIRBNB [TEST]...      libpq's variables and OPENSEARCH_URL name the servers
"""
import sys
import threading


from harness import Bench, expect, run_all, until
from interleavings import following

WAITING = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock' AND application_name = %s"
# Every row is written anew, under the transaction id of this one.
REWRITE = "ALTER TABLE {} ADD COLUMN stamp timestamptz DEFAULT clock_timestamp()"


def rewritten_under_sync(b):
    """A table is rewritten while sync waits to read it: to a snapshot taken before, it would be empty."""
    b.load_airbnb()
    b.succeed("bootstrap")
    running = following(b)
    before = b.search.count("reservations")
    for turn, table in enumerate(["booking", "guest", "review"]):
        altering = b.connect()
        altering.autocommit = False
        altering.cursor().execute(f"LOCK TABLE {table} IN ACCESS EXCLUSIVE MODE")
        # What makes sync read it is another table's change.
        b.sql.execute("UPDATE country SET name = name || %s", (str(turn),))
        until("sync waits for the lock", lambda: b.value(WAITING, "pgsync") > 0)
        altering.cursor().execute(REWRITE.format(table))
        altering.commit()
        altering.close()
        booking = b.value("SELECT booking_id FROM review ORDER BY id LIMIT 1")
        get = lambda: b.search.document("reservations", booking)  # noqa: E731
        until("the change", lambda: get() is None or get()["place"]["city"]["country"]["name"].endswith(str(turn)))
        expect(get() is not None, f"a rewrite of {table} deleted a document")
        expect(get()["guest"] is not None and get()["reviews"], f"a rewrite of {table} emptied a document: {get()}")
    expect(running.stop() == 0, "SIGTERM does not end sync with 0:\n" + running.output())
    expect(b.search.count("reservations") == before, "documents are gone")


def rewritten_under_load(b):
    """The same under the initial load, where no change would ever make up for it."""
    b.load_airbnb()
    loading = b.start("bootstrap", "--page-size", "20", "--workers", "1", "--bulks-in-flight", "1")
    until("some pages are loaded", lambda: (b.search.count("reservations-*") or 0) > 100)
    altering = b.connect()
    altering.autocommit = False
    altering.cursor().execute("LOCK TABLE guest IN ACCESS EXCLUSIVE MODE")
    until("the load waits for the lock", lambda: b.value(WAITING, "pgsync") > 0)
    altering.cursor().execute(REWRITE.format("guest"))
    altering.commit()
    altering.close()
    expect(loading.child.wait(120) == 0, loading.output())
    b.search("POST", "/reservations/_refresh")
    empty = b.search("POST", "/reservations/_search", {"size": 0, "track_total_hits": True, "query": {
        "bool": {"must_not": {"exists": {"field": "guest.id"}}}}})["hits"]["total"]["value"]
    expect(empty == 0, f"a rewrite of guest took the guest from {empty} documents")
    expect(b.search.count("reservations") == b.value("SELECT count(*) FROM booking"), "the load is not complete")


def altered_during_fan_out(b):
    """An ALTER TABLE that waits for a wide fan-out must not make the fan-out wait for itself, and the application for
    both."""
    b.load_airbnb()
    b.sql.execute("INSERT INTO booking (id, start_date, end_date, guest_id, place_id) SELECT 100000 + i, '2026-01-01', "
                  "'2026-01-02', g.id, p.id FROM generate_series(1, 30000) i, (SELECT min(id) AS id FROM guest) g, "
                  "(SELECT min(id) AS id FROM place) p")
    b.succeed("bootstrap")
    running = following(b, "--bulk-bytes", "100000", "--bulks-in-flight", "1")
    b.sql.execute("UPDATE guest SET name = 'shared' WHERE id = (SELECT min(id) FROM guest)")
    query = {"track_total_hits": True, "size": 0, "query": {"term": {"guest.name.keyword": "shared"}}}

    def found():
        b.search("POST", "/reservations/_refresh")
        return b.search("POST", "/reservations/_search", query)["hits"]["total"]["value"]

    until("some of it is done", lambda: found() > 0, 120)
    altering = b.connect()
    statement = threading.Thread(target=altering.cursor().execute, args=("ALTER TABLE booking ADD COLUMN remark text",), daemon=True)
    statement.start()
    statement.join(60)
    expect(not statement.is_alive(), "an ALTER TABLE waits for a fan-out, and the fan-out for it")
    until("all of it", lambda: found() >= 30000, 300)
    expect(running.stop() == 0, "SIGTERM does not end sync with 0:\n" + running.output())


def main():
    def play(test, folder):
        with Bench(sys.argv[1], folder) as b:
            test(b)

    return run_all((rewritten_under_sync, rewritten_under_load, altered_during_fan_out), sys.argv[2:], play)


if __name__ == "__main__":
    sys.exit(main())
