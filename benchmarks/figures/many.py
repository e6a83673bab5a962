"""Many changes at once: a burst of small transactions, one change that concerns half of all documents, one large
transaction. Beside each a bulk of the same documents."""
import subprocess
import threading
import time

import cluster
import latency
import processors
from load import timed
from rows import until


def bulk_of(b, queries, mapping, keys):
    """Seconds to write the same documents again over what is there, by the number of connections."""
    bodies, _ = cluster.bodies(b, queries, keys)
    cluster.fresh_index(b, mapping, refresh="1s")
    cluster.send(b, bodies, 2)
    took = {f"bulk {connections}": cluster.send(b, bodies, connections) for connections in cluster.CONNECTIONS}
    cluster.forget(b)
    return took


def transactions(b, bookings, count):
    """Commits so many updates of one random booking each, about."""
    clients = 8 if count >= 8 else 1
    script = b.folder / "burst.sql"
    script.write_text(f"\\set id random(1, {bookings})\nUPDATE booking SET end_date = end_date + 1 WHERE id = :id;\n")
    subprocess.run(["pgbench", "-n", "-c", str(clients), "-t", str(count // clients), "-f", str(script)],
                   env={**b.environment(), "PGOPTIONS": "-c synchronous_commit=off"}, check=True, capture_output=True)


def burst(b, queries, mapping, bookings, count, repeat, say):
    """Committed before sync starts, so that what is timed is sync alone. Returns transactions/s."""
    rounds = []
    for _ in range(repeat):
        b.succeed("sync", "--once")
        b.sql.execute("SELECT pg_create_logical_replication_slot('pgsync_figures', 'pgoutput')")
        b.sql.execute("CREATE TEMP TABLE before AS SELECT id, xmin::text AS writer FROM booking")
        transactions(b, bookings, count)
        b.sql.execute("SELECT b.id FROM booking b JOIN before USING (id) WHERE b.xmin::text <> before.writer")
        keys = [row[0] for row in b.sql]
        b.sql.execute("DROP TABLE before")
        end = b.value("SELECT pg_current_wal_flush_lsn()::text")
        start = time.monotonic()
        subprocess.run(["pg_recvlogical", "-d", b.name, "-S", "pgsync_figures", "--start", "-f", "/dev/null", f"--endpos={end}",
                        "-o", "proto_version=1", "-o", "publication_names=pgsync_reservations"],
                       env=b.environment(), check=True, capture_output=True)
        drained = time.monotonic() - start
        b.sql.execute("SELECT pg_drop_replication_slot('pgsync_figures')")
        with processors.watched(b) as spent:
            took, memory, processor, _ = timed(b, "sync", "--once")
        rounds.append({"sync": took, "memory": memory, "drained": drained, "processor": processor, "keys": len(keys)}
                      | bulk_of(b, queries, mapping, keys) | spent)
    of = cluster.best(say.medians(rounds))
    say(f"a burst of {count} transactions of one row, which concern {of['keys']:.0f} documents")
    say.row("burst until all is in the index, documents/s", of["keys"] / of["sync"], "bulk of the same", of["keys"] / of["bulk"],
            of["bulk"] / of["sync"], "to reach: at least 0.80")
    say.row("burst, transactions/s", count / of["sync"], "pg_recvlogical alone", count / of["drained"],
            of["drained"] / of["sync"], "")
    processors.say(say, of, of["processor"], of["sync"])
    return {"burst": count / of["sync"]}


def fan_out(b, queries, mapping, repeat, say):
    """Returns documents/s."""
    keys = None
    rounds, unrelated = [], []
    for turn in range(repeat):
        running = b.start("sync")
        until("sync follows the slot", lambda running=running: "following slot" in running.output())
        if keys is None:
            b.sql.execute("SELECT b.id FROM booking b JOIN place p ON p.id = b.place_id JOIN city c ON c.id = p.city_id "
                          "WHERE c.country_id = 1 ORDER BY 1")
            keys = [row[0] for row in b.sql]
            b.sql.execute("SELECT b.id FROM booking b JOIN place p ON p.id = b.place_id JOIN city c ON c.id = p.city_id "
                          "WHERE c.country_id <> 1 ORDER BY 1 LIMIT 1000")
            others = [row[0] for row in b.sql]
        name = f"Renamed {turn} {time.monotonic_ns()}"
        done = threading.Event()
        own = b.connect().cursor()

        def small_changes(own=own, done=done):
            class Own:
                sql = own
            connection = cluster.Connection(b)
            number = 0
            while not done.is_set():
                unrelated.append(latency.change(Own, connection, latency.KINDS[0], others[number % len(others)]))
                number += 1
                time.sleep(0.03)

        beside = threading.Thread(target=small_changes)
        connection = cluster.Connection(b)
        b.sql.execute("UPDATE country SET name = %s WHERE id = 1", (name,))
        start = time.monotonic()
        beside.start()
        # Seen in all of a sample of 200, each asked until it shows; then in all of them.
        for booking in keys[::max(1, len(keys) // 200)]:
            while name not in connection.get(booking, "place.city.country.name"):
                time.sleep(0.01)
        took = time.monotonic() - start
        done.set()
        beside.join()
        query = {"query": {"term": {"place.city.country.name.keyword": name}}}

        def showing(query=query):
            b.search("POST", "/reservations/_refresh")
            return b.search("POST", "/reservations/_count", query)["count"]

        until("every document shows it", lambda: showing() == len(keys), 600)
        memory = running.peak_memory() / (1 << 20)
        assert running.stop() == 0, running.output()
        rounds.append({"sync": took, "memory": memory} | bulk_of(b, queries, mapping, keys))
    of = cluster.best(say.medians(rounds))
    say(f"one update that {len(keys)} documents show, small changes beside it")
    say.row("fan-out, documents/s", len(keys) / of["sync"], "bulk of the same", len(keys) / of["bulk"], of["bulk"] / of["sync"],
            "to reach: at least 0.80")
    for share in (0.5, 0.95):
        say.row(f"unrelated change meanwhile, p{share * 100:.0f}, ms", latency.pick(unrelated, share), "", None, None,
                "to reach: at most 100" if share == 0.95 else "")
    say.row("peak of resident memory, MiB", of["memory"], "", None, None, "to reach: at most 64")
    return {"fan-out": len(keys) / of["sync"]}


def transaction(b, queries, mapping, bookings, rows, say):
    b.succeed("sync", "--once")
    b.sql.execute("INSERT INTO booking (id, start_date, end_date, guest_id, place_id) SELECT %s + i, '2026-01-01', '2026-01-02', "
                  "1 + i %% (SELECT count(*)::int FROM guest), 1 + i %% (SELECT count(*)::int FROM place) "
                  "FROM generate_series(1, %s) i", (bookings, rows))
    b.sql.execute("ANALYZE booking")
    with processors.watched(b) as spent:
        took, memory, processor, _ = timed(b, "sync", "--once")
    bulk = cluster.best(bulk_of(b, queries, mapping, list(range(bookings + 1, bookings + rows + 1))))["bulk"]
    say(f"one transaction of {rows} rows")
    say.row("transaction, documents/s", rows / took, "bulk of the same", rows / bulk, bulk / took, "to reach: at least 0.80")
    say.row("peak of resident memory, MiB", memory, "", None, None, "to reach: at most 64")
    processors.say(say, spent, processor, took)
    b.sql.execute("DELETE FROM booking WHERE id > %s", (bookings,))
    b.sql.execute("VACUUM ANALYZE booking")
