#!/usr/bin/env python3
"""Interleavings that would leave a document wrong if one of the rules that keep them right were broken.

    interleavings.py AIRBNB EMBEDDED [TEST]...      libpq's variables and OPENSEARCH_URL name the servers
"""
import subprocess
import sys
import threading

from harness import Bench, expect, run_all, takes_long, until  # puts what follows within reach
from proxy import Holding
from reservations import SLOT, following
from servers import Postgres
import versions

MEBIBYTE = 1 << 20


def confirmed_up_to(b, position):
    return b.value("SELECT confirmed_flush_lsn >= %s::pg_lsn FROM pg_replication_slots WHERE slot_name = %s", position, SLOT)


def live(b):
    """Each kind of change arrives, whichever table it is made in; a stop in order loses nothing."""
    b.load_airbnb()
    b.succeed("bootstrap")
    total = b.value("SELECT count(*) FROM booking")
    expect(b.search.count("reservations") == total, "the load is not complete")
    running = following(b)
    booking = b.value("SELECT booking_id FROM review ORDER BY id LIMIT 1")
    get = lambda: b.search.document("reservations", booking)  # noqa: E731
    b.sql.execute("UPDATE guest SET name = %s FROM booking b WHERE b.guest_id = guest.id AND b.id = %s", ('O\'B"\\x\n🏠', booking))
    until("a renamed guest", lambda: get()["guest"]["name"] == 'O\'B"\\x\n🏠')
    b.sql.execute("UPDATE continent SET name = name || '!'")
    until("a renamed continent", lambda: get()["place"]["city"]["country"]["continent"]["name"].endswith("!"))
    review = get()["reviews"][0]["id"]
    other = b.value("SELECT max(id) FROM booking")
    b.sql.execute("UPDATE review SET booking_id = %s WHERE id = %s", (other, review))
    until("a review gone from one", lambda: review not in [each["id"] for each in get()["reviews"]])
    until("and come to another", lambda: review in [e["id"] for e in b.search.document("reservations", other)["reviews"]])
    b.sql.execute("UPDATE booking SET id = 10000000 WHERE id = (SELECT b.id FROM booking b LEFT JOIN review r "
                  "ON r.booking_id = b.id WHERE r.id IS NULL ORDER BY b.id LIMIT 1) RETURNING id")
    until("a changed key", lambda: b.search.document("reservations", 10000000) is not None)
    until("one document for one row", lambda: b.search.count("reservations") == total)
    # Deleted, and an older write that comes late does not bring it back.
    b.sql.execute("DELETE FROM booking WHERE id = %s", (booking,))
    until("a deleted booking", lambda: get() is None)
    late = b.search("PUT", f"/reservations/_doc/{booking}?version=1&version_type=external_gte", {"id": booking})
    expect(late.get("status") == 409, f"a late write brings a deleted document back: {late}")
    b.sql.execute("TRUNCATE review")
    until("truncated reviews", lambda: b.search.document("reservations", other)["reviews"] == [])
    b.sql.execute("TRUNCATE booking CASCADE")
    b.sql.execute("INSERT INTO booking (id, start_date, end_date, guest_id, place_id) SELECT 5, '2026-01-01', '2026-01-02', "
                  "(SELECT min(id) FROM guest), (SELECT min(id) FROM place)")
    until("a truncated root", lambda: b.search.count("reservations") == 1)
    # Changes that concern no document must not hold back the log.
    b.sql.execute("CREATE TABLE unrelated AS SELECT generate_series(1, 1000) AS i")
    position = b.value(f"SELECT {versions.wal_position('insert', b.server.server_version)}")
    b.sql.execute("INSERT INTO unrelated VALUES (0)")
    until("an idle slot moves on", lambda: confirmed_up_to(b, position))
    b.sql.execute("UPDATE guest SET name = 'last'")
    expect(running.stop() == 0, "SIGTERM does not end sync with 0:\n" + running.output())
    b.succeed("sync", "--once")
    expect(b.search.document("reservations", 5)["guest"]["name"] == "last", "a change before the stop is lost")


def compressed(b):
    """As to a cluster far away: what travels as gzip is the same documents, loaded and changed."""
    b.load_airbnb()
    b.succeed("bootstrap", "--compress", "always")
    total = b.value("SELECT count(*) FROM booking")
    expect(b.search.count("reservations") == total, "the load is not complete")
    running = following(b, "--compress", "always")
    b.sql.execute("UPDATE guest SET name = 'Zoë ' || id")
    query = {"query": {"match_phrase_prefix": {"guest.name": "Zoë"}}}

    def renamed():
        b.search("POST", "/reservations/_refresh")
        return b.search("POST", "/reservations/_count", query)["count"]

    until("every guest's new name", lambda: renamed() == total)
    booking, guest = (b.value(f"SELECT {each} FROM booking ORDER BY id LIMIT 1") for each in ("id", "guest_id"))
    name = b.search.document("reservations", booking)["guest"]["name"]
    expect(name == f"Zoë {guest}", f"the document says {name}")
    expect(running.stop() == 0, "SIGTERM does not end sync with 0")


def committed_not_visible(b):
    """The log tells of a commit before other sessions see it: a document read too early is not to be confirmed."""
    b.load_airbnb()
    b.succeed("bootstrap")
    running = following(b)
    booking = b.value("SELECT min(id) FROM booking")
    b.sql.execute("ALTER SYSTEM SET synchronous_standby_names = 'ghost'")
    b.sql.execute("SELECT pg_reload_conf()")
    try:
        until("the setting holds", lambda: b.value("SHOW synchronous_standby_names") == "ghost")
        connection = b.connect()
        cursor = connection.cursor()
        writer = threading.Thread(target=cursor.execute, args=(
            "UPDATE guest SET name = 'seen' FROM booking b WHERE b.guest_id = guest.id AND b.id = %s", (booking,)))
        writer.start()
        until("the commit waits for the standby", lambda: b.value(
            f"SELECT count(*) FROM pg_stat_activity WHERE {versions.waits_for_standby(b.server.server_version)} "
            "AND datname = current_database()") >= 1)
        position = b.value(f"SELECT {versions.wal_position('flush', b.server.server_version)}")
        column = versions.sent_column(b.server.server_version)
        sent = lambda: b.value(f"SELECT {column} >= %s::pg_lsn FROM pg_stat_replication r JOIN pg_replication_slots s "  # noqa: E731
                               "ON s.active_pid = r.pid WHERE s.slot_name = %s", position, SLOT)
        until("the stream has shown the commit", sent)
        # An own commit of a later row is visible at once where nobody waits for it, and must not overtake the first.
        b.sql.execute("SET synchronous_commit = local")
        b.sql.execute("UPDATE host SET name = name")
        expect(not confirmed_up_to(b, position), "a commit nobody can see was confirmed")
        expect(b.search.document("reservations", booking)["guest"]["name"] != "seen", "how could it be seen?")
    finally:
        b.sql.execute("ALTER SYSTEM RESET synchronous_standby_names")
        b.sql.execute("SELECT pg_reload_conf()")
    writer.join(60)
    expect(not writer.is_alive(), "the commit did not end")
    until("the document shows it", lambda: b.search.document("reservations", booking)["guest"]["name"] == "seen")
    until("and it is confirmed", lambda: confirmed_up_to(b, position))
    expect(running.stop() == 0, "SIGTERM does not end sync with 0")


@takes_long
def memory(b):
    """A large transaction and a wide fan-out in bounded memory, every document right."""
    b.load_airbnb()
    b.succeed("bootstrap")
    running = following(b)
    b.sql.execute("INSERT INTO booking (id, start_date, end_date, guest_id, place_id) SELECT 100000 + i, '2026-01-01', "
                  "'2026-01-02', g.id, p.id FROM generate_series(1, 100000) i, (SELECT min(id) AS id FROM guest) g, "
                  "(SELECT min(id) AS id FROM place) p")
    total = b.value("SELECT count(*) FROM booking")
    until("100,000 rows of one transaction", lambda: b.search.count("reservations") == total, 180)
    after_rows = running.peak_memory()
    b.sql.execute("UPDATE guest SET name = 'shared' WHERE id = (SELECT min(id) FROM guest)")
    shared = b.value("SELECT count(*) FROM booking WHERE guest_id = (SELECT min(id) FROM guest)")
    query = {"track_total_hits": True, "size": 0, "query": {"term": {"guest.name.keyword": "shared"}}}

    def found():
        b.search("POST", "/reservations/_refresh")
        return b.search("POST", "/reservations/_search", query)["hits"]["total"]["value"]

    until("a fan-out to 100,000 documents", lambda: found() == shared, 180)
    peak = running.peak_memory()
    print(f"  peak of resident memory: {after_rows // MEBIBYTE} MiB after 100,000 rows in one transaction, "
          f"{peak // MEBIBYTE} MiB after a fan-out to {shared} documents")
    expect(peak < 128 * MEBIBYTE, f"{peak // MEBIBYTE} MiB of resident memory")
    expect(running.stop() == 0, "SIGTERM does not end sync with 0")


def is_wide(request):
    """A bulk of a fan-out; that of a few changes is much smaller."""
    return request.is_bulk and len(request.body) > 300_000


def with_many_of_one_guest(b):
    """A first guest of 20,000 bookings, of whom all documents show the name; returns guest, another's booking, and what
    counts the documents that show a name."""
    b.load_airbnb()
    guest = b.value("SELECT min(id) FROM guest")
    other = b.value("SELECT min(id) FROM booking WHERE guest_id <> %s", guest)
    b.sql.execute("INSERT INTO booking (id, start_date, end_date, guest_id, place_id) SELECT 100000 + i, '2026-01-01', "
                  "'2026-01-02', %s, p.id FROM generate_series(1, 20000) i, (SELECT min(id) AS id FROM place) p", (guest,))
    b.succeed("bootstrap")

    def showing(name):
        b.search("POST", "/reservations/_refresh")
        return b.search("POST", "/reservations/_count", {"query": {"term": {"guest.name.keyword": name}}})["count"]

    return guest, other, showing


def overtaking(b):
    """A small change is in the index while a fan-out to thousands of documents is still on its way, and neither undoes
    the other where they meet."""
    guest, other, showing = with_many_of_one_guest(b)
    shared = b.value("SELECT count(*) FROM booking WHERE guest_id = %s", guest)
    holding = Holding(b.search.url, is_wide)
    try:
        running = following(b, ELASTICSEARCH_URL=holding.url)
        b.sql.execute("UPDATE guest SET name = 'wide' WHERE id = %s", (guest,))
        expect(holding.held.wait(60), "no large bulk came")
        b.sql.execute("UPDATE booking SET start_date = '2001-01-01', end_date = '2001-01-02' WHERE id IN (%s, 120000)", (other,))
        for booking in (other, 120000):
            until("it overtakes", lambda booking=booking: b.search.document("reservations", booking)["start_date"] == "2001-01-01")
        expect(showing("wide") < shared, "how did the fan-out get through?")
        holding.let_go()
        until("the fan-out", lambda: showing("wide") == shared)
        met = b.search.document("reservations", 120000)
        expect(met["start_date"] == "2001-01-01" and met["guest"]["name"] == "wide", f"one undid the other: {met}")
        expect(running.stop() == 0, "SIGTERM does not end sync with 0:\n" + running.output())
    finally:
        holding.let_go()


def stopping_short(b):
    """Asked to stop in the middle of a fan-out, sync finishes what it has sent, confirms no more than that, and the
    rest is done at the next start."""
    guest, _, showing = with_many_of_one_guest(b)
    shared = b.value("SELECT count(*) FROM booking WHERE guest_id = %s", guest)
    holding = Holding(b.search.url, is_wide)
    try:
        running = following(b, ELASTICSEARCH_URL=holding.url)
        b.sql.execute("UPDATE guest SET name = 'wide' WHERE id = %s", (guest,))
        position = b.value(f"SELECT {versions.wal_position('insert', b.server.server_version)}")
        expect(holding.held.wait(60), "no large bulk came")
        running.child.terminate()
        until("it was told", lambda: "stopping" in running.output())
        holding.let_go()
        expect(running.child.wait(60) == 0, "SIGTERM does not end sync with 0:\n" + running.output())
        expect(0 < showing("wide") < shared, f"{showing('wide')} of {shared} were sent: " + running.output())
        expect(not confirmed_up_to(b, position), "more was confirmed than done")
    finally:
        holding.let_go()
    b.succeed("sync", "--once")
    expect(showing("wide") == shared, "a change before the stop is lost")


def busy_application(b):
    """bootstrap neither blocks an application behind its ALTER TABLE nor loses what was under way when it began."""
    b.load_airbnb()
    busy = b.connect()
    busy.autocommit = False
    cursor = busy.cursor()
    booking = b.value("SELECT min(id) FROM booking")
    cursor.execute("INSERT INTO review (rating, comment, booking_id) VALUES (1, 'under way', %s)", (booking,))
    starting = b.start("bootstrap")
    until("it waits for the lock", lambda: "still waiting for a lock" in starting.output())
    # Another application gets through all the same, within the time of one short attempt.
    b.sql.execute("SET lock_timeout = '10s'")
    b.sql.execute("UPDATE review SET rating = 2 WHERE booking_id <> %s", (booking,))
    busy.commit()
    busy.close()
    expect(starting.child.wait(60) == 0, starting.output())
    b.succeed("sync", "--once")
    reviews = b.search.document("reservations", booking)["reviews"]
    expect("under way" in [each["comment"] for each in reviews], "a change made while bootstrap began is lost")


def deadlock(b):
    """Somebody who locks tables in another order makes PostgreSQL cancel the reading of a document: it is read again."""
    b.load_airbnb()
    b.succeed("bootstrap")
    # sync looks for a deadlock long before the others do, and so is the one to give way.
    running = following(b, PGOPTIONS="-c deadlock_timeout=3s")
    booking = b.value("SELECT min(id) FROM booking")
    other = b.connect(options="-c deadlock_timeout=100s")
    other.autocommit = False
    cursor = other.cursor()
    cursor.execute("LOCK guest IN ACCESS EXCLUSIVE MODE")
    b.sql.execute("UPDATE booking SET start_date = '2001-01-01', end_date = '2001-01-02' WHERE id = %s", (booking,))
    until("sync waits for the lock", lambda: b.value("SELECT count(*) FROM pg_locks WHERE relation = 'guest'::regclass AND NOT granted"))
    cursor.execute("LOCK booking IN ACCESS EXCLUSIVE MODE")
    other.rollback()
    until("the change arrives", lambda: b.search.document("reservations", booking)["start_date"] == "2001-01-01")
    expect("deadlock detected" in running.output(), "there was no deadlock:\n" + running.output())
    expect(running.stop() == 0, "SIGTERM does not end sync with 0")


def deadlock_at_setup(b):
    """Somebody who locks tables in another order than CREATE PUBLICATION makes PostgreSQL cancel that: it is tried again."""
    b.load_airbnb()
    other = b.connect(options="-c deadlock_timeout=100s")
    other.autocommit = False
    cursor = other.cursor()
    cursor.execute("LOCK guest IN SHARE UPDATE EXCLUSIVE MODE")  # as a VACUUM, so that the shapes' check gets on
    starting = b.start("bootstrap", PGOPTIONS="-c deadlock_timeout=3s")
    until("an attempt of CREATE PUBLICATION that is a long one", lambda: b.value(
        "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock' "
        "AND query LIKE 'CREATE PUBLICATION%%' AND now() - query_start > '1 s'"))
    cursor.execute("LOCK booking IN SHARE UPDATE EXCLUSIVE MODE")
    other.rollback()
    other.close()
    expect(starting.child.wait(60) == 0, "bootstrap does not outlive a deadlock:\n" + starting.output())
    expect(b.search.count("reservations") == b.value("SELECT count(*) FROM booking"), "the load is not complete")
    until("the server counts it", lambda: b.value("SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()"))


def postgres_restarts(b, folder):
    """The database goes away and comes back: bootstrap and sync go on by themselves. On a server of its own."""
    own = Postgres(f"{folder}/own")
    try:
        with Bench(b.program, folder, **own.libpq) as inner:
            live_through_restart(inner, lambda: (own.stop(), own.start()))
    finally:
        own.purge()


def live_through_restart(b, restart_server):
    def restart():
        restart_server()
        b.sql = b.connect().cursor()
        b.server = b.connect("postgres")

    b.load_airbnb()
    total = b.value("SELECT count(*) FROM booking")
    loading = b.start("bootstrap", "--page-size", "2", "--workers", "1", "--bulks-in-flight", "1")
    until("some pages are loaded", lambda: (b.search.count("reservations-*") or 0) > 1500)
    restart()
    expect(loading.child.wait(120) == 0, "bootstrap does not outlive a restart:\n" + loading.output())
    for word in ("trying again", "resuming the load after key"):
        expect(word in loading.output(), f"it did not say {word}:\n" + loading.output())
    expect(b.search.count("reservations") == total, "the load is not complete")
    running = following(b)
    booking = b.value("SELECT min(id) FROM booking")
    restart()
    b.sql.execute("UPDATE guest SET name = 'after' FROM booking b WHERE b.guest_id = guest.id AND b.id = %s", (booking,))
    until("a change after the restart", lambda: b.search.document("reservations", booking)["guest"]["name"] == "after")
    expect("trying again" in running.output(), "it did not say that the database was away")
    expect(running.stop() == 0, "SIGTERM does not end sync with 0")


def as_a_library(b):
    """The same in a program with a main of its own, which is stopped by its own means."""
    b.load_airbnb()
    running = b.start(stdin=subprocess.PIPE)
    until("it follows the slot", lambda: "following slot" in running.output())
    expect(b.search.count("reservations") == b.value("SELECT count(*) FROM booking"), "the load is not complete")
    b.sql.execute("UPDATE guest SET name = 'embedded'")
    running.child.stdin.close()
    expect(running.child.wait(60) == 0 and "stopped" in running.output(), "it did not stop in peace:\n" + running.output())
    booking = b.value("SELECT min(id) FROM booking")
    running = b.start(stdin=subprocess.PIPE)
    until("what was not read before", lambda: b.search.document("reservations", booking)["guest"]["name"] == "embedded")
    running.child.stdin.close()
    expect(running.child.wait(60) == 0, "it did not stop in peace:\n" + running.output())
    # What is wrong comes as an exception.
    b.search.forget("reservations*")
    b.sql.execute("DROP TABLE review CASCADE")
    b.refuse(saying=['"review"', "does not exist"])


def main():
    airbnb, embedded = sys.argv[1:3]

    def play(test, folder):
        with Bench(embedded if test is as_a_library else airbnb, folder) as b:
            test(*(b, folder) if test is postgres_restarts else (b,))

    return run_all((live, compressed, committed_not_visible, memory, overtaking, stopping_short, busy_application, deadlock,
                    deadlock_at_setup, postgres_restarts, as_a_library), sys.argv[3:], play)


if __name__ == "__main__":
    sys.exit(main())
