#!/usr/bin/env python3
"""What outlives the loss of a slot, of a program, of a database: in the end every document is compared.

    availability.py AIRBNB [TEST]... [--seed N]     libpq's variables and OPENSEARCH_URL name the servers

Servers that are to be killed or promoted are started by the tests themselves.
"""
import argparse
import contextlib
import pathlib
import random
import re
import signal
import sys
import time

from harness import Bench, airbnb_changes, expect, in_background, run_all, until
from reservations import SLOT, Counts, equal, following, in_peace
from servers import Postgres

FULL_RESYNC = ("--on-lost-slot", "resync", "--page-size", "100")


def churn(b, rng, transactions=60):
    """Random committed changes of every table."""
    kinds = airbnb_changes()
    b.sql.execute("SELECT setseed(%s)", (rng.uniform(-1, 1),))
    for _ in range(transactions):
        b.sql.execute(rng.choice(kinds))


@contextlib.contextmanager
def never_empty(b, least):
    """While the body runs, readers always find at least so many documents."""
    fewest = [10**9]

    def look():
        fewest[0] = min(fewest[0], b.search("GET", "/reservations/_count").get("count", 0))

    with in_background(look):
        yield
    expect(fewest[0] >= least, f"readers found {fewest[0]} documents, not at least {least}")


def position(text):
    high, low = text.split("/")
    return int(high, 16) << 32 | int(low, 16)


def loaded(b):
    b.load_airbnb()
    b.succeed("bootstrap")


def lose(b, rng, how):
    """Changes with the slot, changes while it is lost, changes that a new one of that name would show."""
    loaded(b)
    churn(b, rng)
    b.succeed("sync", "--once")
    equal(b)
    churn(b, rng)
    how()
    churn(b, rng)


def refused_then_resynced(b, rng, saying):
    before = b.search.count("reservations")
    for command in (("sync", "--once"), ("bootstrap",)):
        b.refuse(*command, saying=[*saying, "--on-lost-slot=resync"])
    with never_empty(b, before):  # orphans go in the very end, and there are few deletes
        output = b.succeed("bootstrap", *FULL_RESYNC)
    expect("reading everything again" in output, output)
    churn(b, rng)
    b.succeed("sync", "--once")
    equal(b)


def dropped_slot(b, rng):
    """The slot is dropped: refused by name, or everything is read again into the same index, and orphans go."""
    lose(b, rng, lambda: b.sql.execute(f"SELECT pg_drop_replication_slot('{SLOT}')"))
    b.sql.execute("DELETE FROM booking WHERE id IN (SELECT id FROM booking ORDER BY id LIMIT 5)")
    b.sql.execute("INSERT INTO booking (start_date, end_date, guest_id, place_id) SELECT '2026-01-01', '2026-01-05', "
                  "(SELECT min(id) FROM guest), (SELECT min(id) FROM place) FROM generate_series(1, 100)")
    refused_then_resynced(b, rng, ["is gone"])


def recreated_slot(b, rng):
    """A slot of the same name made anew has missed changes, though it looks sound."""
    def how():
        b.sql.execute(f"SELECT pg_drop_replication_slot('{SLOT}')")
        churn(b, rng)
        b.sql.execute(f"SELECT pg_create_logical_replication_slot('{SLOT}', 'pgoutput')")

    lose(b, rng, how)
    b.sql.execute("INSERT INTO booking (start_date, end_date, guest_id, place_id) SELECT '2026-01-01', '2026-01-05', "
                  "(SELECT min(id) FROM guest), (SELECT min(id) FROM place) FROM generate_series(1, 100)")
    refused_then_resynced(b, rng, ["recreated, or read by another program"])


def robbed_slot(b, rng):
    """Somebody else read from the slot: what it was told is not in the index. sync mends it by itself where it may."""
    lose(b, rng, lambda: b.sql.execute(f"SELECT pg_replication_slot_advance('{SLOT}', pg_current_wal_lsn())"))
    b.refuse("sync", "--once", saying=["recreated, or read by another program"])
    b.succeed("sync", "--once", *FULL_RESYNC)
    equal(b)


def resync_killed(b, rng):
    """Reading everything again resumes after a crash, and ends with the orphans gone."""
    lose(b, rng, lambda: b.sql.execute(f"SELECT pg_drop_replication_slot('{SLOT}')"))
    b.sql.execute("DELETE FROM booking WHERE id IN (SELECT id FROM booking ORDER BY id DESC LIMIT 50)")
    kills = 0
    for _ in range(5):
        running = b.start("sync", "--on-lost-slot=resync", "--page-size", "5", "--workers", "1")
        time.sleep(rng.uniform(0.1, 1.2))
        kills += running.child.poll() is None
        running.stop(signal.SIGKILL)
        churn(b, rng, 5)
    # What was begun goes on without the user's leave; before it was begun that is asked for.
    status, output = b.run("sync", "--once")
    expect(status == 0 or "is gone" in output, f"sync --once ended with {status}:\n{output[-2000:]}")
    b.succeed("sync", "--once", *FULL_RESYNC)
    equal(b)
    print(f"  killed {kills} times while everything was read again")


def load_without_its_slot(b, rng):
    """A load that was cut short and has lost its slot begins again: what it had read may have changed unseen."""
    b.load_airbnb()
    loading = b.start("bootstrap", "--page-size", "2", "--workers", "1", "--bulks-in-flight", "1")
    until("some pages are loaded", lambda: (b.search.count("reservations-*") or 0) > 300)
    loading.stop(signal.SIGKILL)
    until("the slot is free", lambda: b.value(f"SELECT NOT active FROM pg_replication_slots WHERE slot_name = '{SLOT}'"))
    first = b.value("SELECT min(id) FROM booking")
    b.sql.execute(f"SELECT pg_drop_replication_slot('{SLOT}')")
    b.sql.execute("DELETE FROM booking WHERE id = %s", (first,))
    b.sql.execute("UPDATE booking SET end_date = end_date + 1")
    b.succeed("bootstrap")
    b.succeed("sync", "--once")
    equal(b)


def invalidated_slot(b, rng):
    """The server gives up a slot that holds back too much of its log, under a sync that stands still."""
    loaded(b)
    running = following(b, *FULL_RESYNC)
    running.child.send_signal(signal.SIGSTOP)
    churn(b, rng)
    lost = f"SELECT wal_status = 'lost' FROM pg_replication_slots WHERE slot_name = '{SLOT}'"
    for _ in range(20):
        b.sql.execute("CREATE TABLE IF NOT EXISTS filler (t text); INSERT INTO filler SELECT repeat('x', 1000) FROM generate_series(1, 3000)")
        b.sql.execute("SELECT pg_switch_wal()")
        b.sql.execute("CHECKPOINT")
        if b.value(lost):
            break
    expect(b.value(lost), "the slot was not invalidated")
    churn(b, rng)
    running.child.send_signal(signal.SIGCONT)
    until("everything is read again", lambda: running.output().count("following slot") == 2)
    churn(b, rng)
    in_peace(running)
    b.succeed("sync", "--once")
    equal(b)
    expect("is invalid" in running.output(), running.output())


def idle_slot(b, rng):
    """PostgreSQL 18 gives up a slot that nobody has read from for too long."""
    loaded(b)
    churn(b, rng)

    def invalidated():
        b.sql.execute("CHECKPOINT")
        return b.value("SELECT invalidation_reason FROM pg_replication_slots WHERE slot_name = %s", SLOT) == "idle_timeout"

    until("the slot is invalidated", invalidated)
    b.refuse("sync", "--once", saying=["is invalid \\(idle_timeout\\)", "--on-lost-slot=resync"])
    b.succeed("sync", "--once", *FULL_RESYNC)
    equal(b)


def refused_position(b, rng):
    """What an index cannot be told of how far it is, is told it again, and the slot waits for that."""
    loaded(b)
    running = following(b)
    churn(b, rng, 20)
    # From here on every change of the mapping is refused.
    b.search("PUT", "/reservations/_settings", {"index.mapping.total_fields.limit": 1})
    said = b.search.meta("reservations")["written"]
    churn(b, rng, 20)
    until("the index cannot say so", lambda: "cannot be confirmed yet" in running.output())
    time.sleep(12)  # it has asked once more, and told the server what is confirmed
    confirmed = f"SELECT confirmed_flush_lsn FROM pg_replication_slots WHERE slot_name = '{SLOT}'"
    expect(position(b.value(confirmed)) <= position(said), "confirmed, and the index does not say so")
    b.search("PUT", "/reservations/_settings", {"index.mapping.total_fields.limit": None})
    in_peace(running)
    expect(position(b.search.meta("reservations")["written"]) >= position(b.value(confirmed)), "the index does not say so")
    b.succeed("sync", "--once")
    equal(b)


def two_copies(b, rng):
    """The second copy waits, and takes over when the first is killed, or stands still for too long."""
    loaded(b)
    first = following(b)
    takeovers, slowest = 0, 0.0
    for kill in (True, True, False):
        second = b.start("sync")
        until("the second stands by", lambda: "standing by" in second.output())
        churn(b, rng, 30)
        b.sql.execute("UPDATE guest SET name = name || '.'")
        began = time.monotonic()
        first.child.send_signal(signal.SIGKILL if kill else signal.SIGSTOP)
        churn(b, rng, 5)
        until("the second takes over", lambda: "following slot" in second.output())
        slowest = max(slowest, time.monotonic() - began)
        takeovers += 1
        churn(b, rng, 10)
        if not kill:
            # It still believes that it is in charge: what it sends now is older, and is refused.
            b.sql.execute("DELETE FROM booking WHERE id IN (SELECT id FROM booking ORDER BY id LIMIT 20)")
            until("the deletes arrive", lambda: b.search.count("reservations") == b.value("SELECT count(*) FROM booking"))
            first.child.send_signal(signal.SIGCONT)
            # At once, so that either may be the last to say how far the index is.
            in_peace(second)
            until("the first takes over again", lambda: first.output().count("following slot") == 2 or first.child.poll() is not None)
            expect(first.child.poll() is None, "the first ends:\n" + first.output())
            churn(b, rng, 10)
            in_peace(first)
        else:
            first.child.wait()
            first = second
    b.succeed("sync", "--once")
    equal(b)
    waiting = b.start("sync")
    until("it follows", lambda: "following slot" in waiting.output())
    other = b.start("sync")
    until("the other stands by", lambda: "standing by" in other.output())
    in_peace(other)
    in_peace(waiting)
    print(f"  {takeovers} takeovers, the slowest {slowest:.1f} s")


def woken_copy(b, rng):
    """A copy that stood still while others followed the slot, and wakes up when they have ended: what it has yet to
    say of the index is older than the slot by then, and must not be taken for a slot that somebody robbed."""
    loaded(b)
    first = following(b)
    for _ in range(2):
        churn(b, rng, 20)
        b.sql.execute("UPDATE guest SET name = name || '.'")
        time.sleep(2)  # it has written that, and is to record it when ten seconds are over
        first.child.send_signal(signal.SIGSTOP)
        second = b.start("sync")
        until("the second follows", lambda: "following slot" in second.output())
        churn(b, rng, 20)
        time.sleep(11)
        in_peace(second)
        before, said = b.search.meta("reservations")["written"], len(first.output())
        first.child.send_signal(signal.SIGCONT)
        until("the first follows again", lambda: "following slot" in first.output()[said:] or first.child.poll() is not None)
        expect(first.child.poll() is None, "a copy that wakes up ends:\n" + first.output())
        expect(position(b.search.meta("reservations")["written"]) >= position(before), "it recorded what is older:\n" + first.output())
    in_peace(first)
    b.succeed("sync", "--once")
    equal(b)


def two_bootstraps(b, rng):
    """Two copies started together on an empty cluster: one loads, the other waits and finds it done."""
    b.load_airbnb()
    both = [b.start("sync", "--bootstrap", "--page-size", "50") for _ in range(2)]
    until("one follows, one stands by", lambda: sorted(("following slot" in each.output(), "standing by" in each.output())
                                                       for each in both) == [(False, True), (True, False)])
    churn(b, rng)
    for each in both:
        in_peace(each)
    b.succeed("sync", "--once")
    equal(b)
    expect(sum(len(re.findall(r"loaded \d+ documents", each.output())) for each in both) == 1, "both loaded")


def failed_over(b, rng, primary, standby, prepare=lambda: None):
    """Kills the primary and promotes the standby under a sync that knows both. The index shows by then what only the
    old primary had."""
    both = {"PGHOST": "127.0.0.1,127.0.0.1", "PGPORT": f"{primary.libpq['port']},{standby.libpq['port']}",
            "PGTARGETSESSIONATTRS": "read-write"}
    running = following(b, **both)
    churn(b, rng)
    prepare()
    standby.caught_up_with(primary)
    standby.stop()
    churn(b, rng)
    b.sql.execute("DELETE FROM booking WHERE id IN (SELECT id FROM booking ORDER BY id LIMIT 7)")
    b.sql.execute("UPDATE guest SET name = 'never handed on' WHERE id = (SELECT guest_id FROM booking ORDER BY id LIMIT 1)")
    shown = b.value("SELECT min(id) FROM booking")
    until("the index shows what will be lost", lambda: b.search.document("reservations", shown)["guest"]["name"] == "never handed on")
    primary.kill()
    standby.start()
    standby.promote()
    b.libpq = standby.libpq
    b.sql = b.connect().cursor()
    b.server = b.connect("postgres")
    expect(b.value("SELECT count(*) FROM guest WHERE name = 'never handed on'") == 0, "nothing was lost, so that nothing is tested")
    churn(b, rng)
    return running


def failover(b, rng, primary, standby):
    """PostgreSQL 17: the slot is on the standby as well, which is promoted; what only the old primary had is undone."""
    loaded(b)
    expect(primary.value("SELECT failover FROM pg_replication_slots WHERE slot_name = %s", SLOT), "the slot is not kept on standbys")
    slot = "SELECT count(*) FROM pg_replication_slots WHERE slot_name = %s AND synced AND NOT temporary AND invalidation_reason IS NULL"

    def synced():
        # The standby takes a slot over once the primary's has moved on to what the standby still has.
        churn(b, rng, 1)
        b.sql.execute("SELECT pg_log_standby_snapshot()")
        return standby.value(slot, SLOT) == 1

    running = failed_over(b, rng, primary, standby, lambda: until("the slot is on the standby", synced, 180))
    until("it follows the new primary", lambda: running.output().count("following slot") >= 2)
    in_peace(running)
    b.succeed("sync", "--once")
    equal(b)
    expect("a standby has been promoted" in running.output(), running.output())
    expect(b.value("SELECT count(*) FROM pg_replication_slots WHERE slot_name = %s", SLOT) == 1, "another slot?")


def failover_without_slot(b, rng, primary, standby):
    """Before version 17 the slot is not on the standby: its loss is told by name, or everything is read again."""
    loaded(b)
    running = failed_over(b, rng, primary, standby)
    expect(running.child.wait(120) == 1, "sync goes on without its slot:\n" + running.output())
    expect("is gone" in running.output() and "--on-lost-slot=resync" in running.output(), running.output())
    b.succeed("sync", "--once", *FULL_RESYNC)
    churn(b, rng)
    b.succeed("sync", "--once")
    equal(b)


def read_from_standby(b, rng, primary, standby):
    """Documents are read from a standby, never before it has what the change is about."""
    b.load_airbnb()
    where = ("--read-from", f"host={standby.libpq['host']} port={standby.libpq['port']} dbname={b.name}")
    # What is written a moment before must be in the load, though the standby is behind.
    standby.value("SELECT pg_wal_replay_pause()")
    b.sql.connection.close()
    with b.server.cursor() as cursor:
        cursor.execute(f"CREATE DATABASE {b.name}_late TEMPLATE {b.name}")
    b.sql = b.connect().cursor()
    early = b.start("bootstrap", "--database", f"{b.name}_late", *where[:1], f"{where[1]}_late")
    until("it waits for the database", lambda: "has not replayed its creation yet; trying again" in early.output())
    early.stop()
    with b.server.cursor() as cursor:
        cursor.execute(f"DROP DATABASE {b.name}_late")
    churn(b, rng)
    loading = b.start("bootstrap", *where)
    time.sleep(1)
    expect(loading.child.poll() is None, "bootstrap did not wait for the standby:\n" + loading.output())
    standby.value("SELECT pg_wal_replay_resume()")
    expect(loading.child.wait(60) == 0, loading.output())
    equal(b)
    running = following(b, *where)
    for _ in range(3):
        churn(b, rng, 20)
        standby.value("SELECT pg_wal_replay_pause()")
        b.sql.execute("UPDATE guest SET name = 'ahead' WHERE id = (SELECT guest_id FROM booking ORDER BY id LIMIT 1)")
        position = b.value("SELECT pg_current_wal_insert_lsn()")
        churn(b, rng, 20)
        time.sleep(rng.uniform(0, 0.5))
        expect(not b.value("SELECT confirmed_flush_lsn >= %s::pg_lsn FROM pg_replication_slots WHERE slot_name = %s", position, SLOT),
               "confirmed before the standby could show it")
        standby.value("SELECT pg_wal_replay_resume()")
    until("the change arrives", lambda: b.search.document("reservations", b.value("SELECT min(id) FROM booking"))["guest"]["name"]
          .startswith("ahead"))
    # A fan-out through the cursor, which is another session.
    b.sql.execute("UPDATE continent SET name = name || '*'")
    in_peace(running)
    b.succeed("sync", "--once", *where)
    equal(b)
    on_primary = b.value("SELECT count(*) FROM pg_stat_activity WHERE datname = %s AND query LIKE '%%row_to_json%%' "
                         "AND query NOT LIKE '%%pg_stat_activity%%'", b.name)
    expect(on_primary == 0, "documents were read from the primary")
    b.refuse("sync", "--read-from", f"host=127.0.0.1 port={b.connect().info.port} dbname={b.name} password=x", saying=["holds a password"], status=2)
    # Compared, and written beside a sync, from there as well.
    running = b.start("sync", *where)
    until("sync follows the slot", lambda: "following slot" in running.output())
    b.search("PUT", "/reservations/_doc/7", {"id": 7})
    b.search("DELETE", "/reservations/_doc/8")
    b.refuse("verify", *where, status=3, saying=["1 missing, 0 extra, 1 different"])
    b.succeed("verify", "--repair", *where)
    b.search("PUT", "/reservations/_doc/7", {"id": 7})
    expect("wrote 1 documents" in b.succeed("refresh", "--key", "7", *where), "refresh did not write")
    b.succeed("verify", *where)
    in_peace(running)
    equal(b)


SHARED = (dropped_slot, recreated_slot, robbed_slot, resync_killed, load_without_its_slot, two_bootstraps, refused_position)
OWN = {
    invalidated_slot: (None, ("max_slot_wal_keep_size = 1MB", "min_wal_size = 32MB", "max_wal_size = 64MB")),
    idle_slot: ("18", ("idle_replication_slot_timeout = 1s",)),
    two_copies: (None, ("wal_sender_timeout = 2s",)),
    woken_copy: (None, ("wal_sender_timeout = 2s",)),
}
REPLICATED = {
    failover: ("17", ("hot_standby_feedback = on", "sync_replication_slots = on", "primary_slot_name = 'standby'")),
    failover_without_slot: (None, ("hot_standby_feedback = on",)),
    read_from_standby: (None, ("hot_standby_feedback = on",)),
}


def play(test, program, folder, rng):
    with contextlib.ExitStack() as servers:
        if test in SHARED:
            with Bench(program, folder) as b:
                return test(b, rng)
        version, standby_settings = REPLICATED.get(test, (None, None))
        settings = ()
        if test in OWN:
            version, settings = OWN[test]
        primary = Postgres(f"{folder}/primary", version, settings)
        servers.callback(primary.purge)
        standby = None
        if standby_settings:
            primary.value("SELECT pg_create_physical_replication_slot('standby', true)")
            standby = primary.add_standby(f"{folder}/standby", *standby_settings)
            servers.callback(standby.purge)
        b = Bench(program, folder, **primary.libpq)
        try:
            with b:
                test(*(b, rng, primary, standby) if standby else (b, rng))
        finally:
            b.search.forget(*b.indices)
    return None


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("program")
    parser.add_argument("tests", nargs="*")
    parser.add_argument("--seed", type=int, default=int(time.time() * 1000) % 2**31)
    options = parser.parse_args()
    print(f"seed {options.seed}")

    def play_seeded(test, folder):
        pathlib.Path(folder).chmod(0o711)  # PostgreSQL's user must be able to enter
        play(test, options.program, folder, random.Random(f"{options.seed}/{test.__name__}"))

    return run_all((*SHARED, *OWN, *REPLICATED), options.tests, play_seeded, lambda: (
        f"; {Counts.documents} documents compared, {Counts.different} different (seed {options.seed})"))


if __name__ == "__main__":
    sys.exit(main())
