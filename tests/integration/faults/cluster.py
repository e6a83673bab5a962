"""The search cluster killed, overloaded, blocked, and its answers mistreated; documents it refuses."""

import contextlib
import json
import os
import threading
import time
import urllib.request

import proxy
from proxy import Once
from stage import INDICES, SLOT, Failed, fault


@fault("search node killed")
def killed(stage):
    def crash():
        stage.servers.kill("opensearch")
        stage.restart("opensearch")

    def crash_load(child):
        crash()
        stage.count("kill -9 during the load")

    # It comes back with a write queue of one, which real traffic fills.
    os.environ["PGSYNC_SEARCH_SETTINGS"] = "thread_pool.write.queue_size: 1\nthread_pool.write.size: 1"
    try:
        stage.load(crash_load, most=1, pause=(0.5, 3.0))
        stage.alive()
        with crowd(stage):
            stage.follow(lambda: None)
        stage.count("429s of the cluster itself to anybody, its write queue holding one", rejections(stage))
    finally:
        del os.environ["PGSYNC_SEARCH_SETTINGS"]
    stage.follow(crash, seconds=0, least=1)
    stage.count("kill -9 during sync")


@contextlib.contextmanager
def crowd(stage):
    """Others who write to the same cluster, as much as they can."""
    over = threading.Event()
    line = json.dumps({"index": {"_index": "crowd"}}) + "\n" + json.dumps({"n": 1, "text": "x" * 300}) + "\n"

    def write():
        while not over.wait(0.005):
            request = urllib.request.Request(
                f"{stage.cluster.url}/_bulk", (line * 200).encode(), stage.cluster.headers, method="POST"
            )
            with contextlib.suppress(OSError), urllib.request.urlopen(request, timeout=20) as answer:
                answer.read()

    threads = [threading.Thread(target=write, daemon=True) for _ in range(5)]
    for thread in threads:
        thread.start()
    try:
        yield
    finally:
        over.set()
        for thread in threads:
            thread.join(30)
        stage.cluster.ask("DELETE", "crowd", missing={})


def rejections(stage):
    found = stage.cluster.ask("GET", "_nodes/stats/thread_pool")["nodes"]
    return sum(int(node["thread_pool"]["write"]["rejected"]) for node in found.values())


MISTREATED = {
    "429 for a whole bulk": proxy.refuse(429, "the queue is full"),
    "503 for a whole bulk": proxy.refuse(503, "not just now"),
    "502, 503, 504 of a gateway": proxy.gateway,
    "429 for some items": proxy.refuse_items,
    "answer cut by a reset": proxy.answer_half,
    "answer cut, though whole as HTTP": proxy.answer_half_whole,
    "bulk done, answer swallowed": proxy.swallow,
    "bulk done, connection cut instead of an answer": proxy.swallow_and_cut,
    "bulk lost on its way": proxy.lose,
    "bulk sent twice": proxy.twice,
}


@fault("answers of the cluster")
def answers(stage):
    turns = list(MISTREATED)
    stage.rng.shuffle(turns)

    def inject(child=None):
        """One kind after the other, until each has fallen on some bulk, for there may be none just now."""
        if not turns:
            turns.extend(stage.rng.sample(sorted(MISTREATED), len(MISTREATED)))
        name = turns.pop()
        # Of what is waited for in vain one is enough at a time.
        chance = 0.15 if "swallowed" in name else 0.6
        stage.rules.rule = rule = Once(stage.rng.random(), MISTREATED[name], chance)
        end = time.monotonic() + 4
        while not rule.count and time.monotonic() < end and (child is None or child.poll() is None):
            stage.wait(0.02)
        stage.wait(stage.rng.uniform(0, 0.5), child)
        stage.rules.rule = None
        if rule.count:
            stage.count(f"{name}, " + ("during the load" if child else "during sync"), rule.count)
        elif child is None:
            turns.insert(0, name)

    stage.load(inject, most=6, pause=(0.0, 0.1))
    turns[:] = stage.rng.sample(sorted(MISTREATED), len(MISTREATED))
    stage.follow(inject, pause=(0.0, 0.2), least=len(MISTREATED) + 2)


@fault("blocks of the cluster")
def blocks(stage):
    def of_indices(name):
        for index in stage.cluster.indices(INDICES):
            if not index.endswith("dead-letters"):
                with contextlib.suppress(RuntimeError):  # an alias of the same
                    yield index, {f"index.blocks.{name}": True}, {f"index.blocks.{name}": None}

    def inject(child=None):
        where = "during the load" if child else "during sync"
        name = stage.rng.choice(["read_only_allow_delete", "write", "cluster"])
        pause = stage.rng.uniform(0.5, 2.5)
        if name == "cluster":
            block = "cluster.blocks.read_only_allow_delete"
            stage.cluster.ask("PUT", "_cluster/settings", {"transient": {block: True}})
            stage.wait(pause)
            stage.cluster.ask("PUT", "_cluster/settings", {"transient": {block: None}})
            stage.count(f"{block}, {where}")
            return
        changes = list(of_indices(name))
        for index, on, _ in changes:
            stage.cluster.ask("PUT", f"{index}/_settings", on, missing={})
        stage.wait(pause)
        for index, _, off in changes:
            stage.cluster.ask("PUT", f"{index}/_settings", off, missing={})
        stage.count(f"index.blocks.{name}, {where}", 1 if changes else 0)

    stage.load(inject, most=3)
    stage.follow(inject, least=4)


# A date the mapping refuses: it lets malformed values pass, so that is taken from it first.
POISON = "12000-01-01"


def refuse_odd_dates(stage):
    stage.cluster.ask(
        "PUT",
        "random_trips/_mapping",
        {
            "properties": {
                "starts": {"type": "date", "format": "strict_date_optional_time", "ignore_malformed": False}
            }
        },
    )


def poison(stage):
    """A booking that the cluster refuses, among good ones; returns its number and a position not to be passed."""
    number = stage.rng.randrange(10**9, 10**10)
    with contextlib.closing(stage.connect()) as connection, connection.cursor() as cursor:
        cursor.execute("BEGIN")
        for n in range(-3, 4):
            cursor.execute(
                "INSERT INTO inventory.booking (region, series, number, starts, paid) VALUES ('p', 'oison', %s, %s, true)",
                (number + n, POISON if n == 0 else "2026-01-01"),
            )
        cursor.execute("COMMIT")
        cursor.execute("SELECT pg_current_wal_insert_lsn()::text")
        return number, cursor.fetchone()[0]


def cure(stage, number):
    with contextlib.closing(stage.connect()) as connection, connection.cursor() as cursor:
        if stage.rng.random() < 0.5:
            cursor.execute("UPDATE inventory.booking SET starts = '2026-02-02' WHERE number = %s", (number,))
        else:
            cursor.execute("DELETE FROM inventory.booking WHERE number = %s", (number,))


def ready(stage):
    if stage.value("SELECT count(*) FROM pg_replication_slots") == 0:
        stage.load(lambda child: None, most=0)


@fault("poison documents")
def poisoned(stage):
    ready(stage)
    refuse_odd_dates(stage)
    for _ in range(2):
        stage.alive()
        # Else they may take the poison away, by a TRUNCATE for instance, before anybody reads it.
        with stage.resting():
            number, position = poison(stage)
            for _ in range(2):  # and again, for nothing of it was confirmed
                since = stage.log_size()
                if stage.sync is None:
                    stage.start_sync()
                stage.wait(90, stage.sync)
                if stage.sync.poll() != 1:
                    stage.tell_who_waits()
                    raise Failed(f"sync does not stop for a poison document: {stage.sync.poll()}")
                stage.sync = None
                if not stage.said(f'rejects document "p\\|oison\\|{number}" of random_trips', since):
                    stage.problem(f"it did not name the document\n{stage.program.tail(5)}")
                if stage.value(
                    "SELECT confirmed_flush_lsn >= %s::pg_lsn FROM pg_replication_slots WHERE slot_name = %s",
                    position,
                    SLOT,
                ):
                    stage.problem("the poisoned transaction was acknowledged")
                stage.count("stopped by name, nothing acknowledged")
            cure(stage, number)
        stage.start_sync()
    stage.compare()

    stage.stop_sync()
    stage.start_sync("--on-rejected", "dead-letter")
    numbers = []

    def set_aside():
        stage.alive()
        with contextlib.suppress(RuntimeError, OSError):
            return f"p|oison|{numbers[-1]}" in stage.cluster.documents("random_trips-dead-letters")
        return False

    for _ in range(3):
        with stage.resting():
            numbers.append(poison(stage)[0])
            stage.wait(stage.rng.uniform(0, 0.7))
            if stage.rng.random() < 0.4:
                stage.kill_sync()
                stage.start_sync("--on-rejected", "dead-letter")
            stage.until("it is set aside", set_aside, 90)
        stage.wait(stage.rng.uniform(0, 0.7))
    wanted = {f"p|oison|{number}" for number in numbers}
    with stage.resting():
        stage.note_comparison(*stage.differences(but=wanted))
    stage.count("set aside, all others right", len(wanted))
    for number in numbers:
        cure(stage, number)
    stage.compare()
    stage.count("put right after their correction", len(wanted))
    stage.stop_sync()
    stage.cluster.ask("DELETE", "random_trips-dead-letters", missing={})
    stage.start_sync()


@fault("late writes")
def late(stage):
    """A bulk that was held up on its way arrives long after its document was deleted by a successor."""
    ready(stage)
    with stage.resting():
        for turn in range(3):
            stage.alive()
            number = stage.rng.randrange(10**9, 10**10)
            key = f"l|ate|{number}"
            there = lambda key=key: stage.cluster.ask("GET", f"random_trips/_doc/{key}", missing={}).get("found")  # noqa: E731
            stage.admin("INSERT INTO inventory.booking (region, series, number, paid) VALUES ('l', 'ate', %s, true)", number)
            stage.until("it is in the index", there)
            held, go, gone = threading.Event(), threading.Event(), threading.Event()

            def hold(request, forward, held=held, go=go, gone=gone, number=number):
                if request.is_bulk and str(number).encode() in request.body and not held.is_set():
                    held.set()
                    go.wait(120)
                    try:
                        return forward(request)
                    finally:
                        gone.set()
                return forward(request)

            stage.rules.rule = hold
            stage.admin("UPDATE inventory.booking SET remark = 'late' WHERE number = %s", number)
            if not held.wait(60):
                raise Failed("the bulk did not come")
            stage.kill_sync()
            if turn == 0:  # and once without anybody noticing before the row is gone
                stage.start_sync()
                stage.until("another has written it", lambda: stage.cluster.ask("GET", f"random_trips/_doc/{key}")["_source"]["remark"])
            stage.admin("DELETE FROM inventory.booking WHERE number = %s", number)
            if stage.sync is None:
                stage.start_sync()
            stage.until("it is deleted", lambda: not there())
            go.set()
            gone.wait(60)
            if there():
                stage.problem("a late write brought a deleted document back")
            stage.rules.rule = None
            stage.count("bulk held until its document was deleted by a successor, then let go")
