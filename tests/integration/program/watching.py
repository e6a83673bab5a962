#!/usr/bin/env python3
"""status, doctor, explain and the reports of the other commands. What doctor finds is provoked here, found, and gone
when its remedy, taken from the report as it stands, has been carried out.

    watching.py AIRBNB RENTAL [TEST]...      libpq's variables (a superuser) and OPENSEARCH_URL name the servers
"""
import contextlib
import json
import os
import shlex
import signal
import sys
import threading

import psycopg2

from harness import ROOT, Bench, expect, run_all, until
from servers import Postgres

SLOT = "pgsync_reservations"


def told(b, *arguments, status=0, **environment):
    """The report of one run, which must end so; its log is beside it."""
    got, output = b.run(*arguments, "--json", "--log-level", "error", **environment)
    expect(got == status, f"{' '.join(arguments)} ended with {got}, not {status}:\n{output[-2000:]}")
    return json.loads(output.splitlines()[-1])


def status(b, in_order, *arguments, **environment):
    found = told(b, "status", *arguments, status=0 if in_order else 3, **environment)
    expect(found["in_order"] == in_order, f"in_order is {found['in_order']}")
    return found


def findings(b, *arguments, **environment):
    got, output = b.run("doctor", "--json", "--log-level", "error", *arguments, **environment)
    report = json.loads(output.splitlines()[-1])
    grave = [each for each in report["findings"] if each["severity"] != "advice"]
    expect(got == (3 if grave else 0) and report["in_order"] == (not grave), f"doctor ended with {got}:\n{output}")
    return report["findings"]


def of_kind(found, code, *words):
    return [each for each in found if each["code"] == code and all(word in each["what"] for word in words)]


def typed(command):
    """A command of a remedy, by somebody who wants what it does."""
    words = shlex.split(command)
    return words + ["--yes"] if words[0] in ("teardown", "swap") else words


def cure(b, finding, sync=None, as_administrator=None):
    """Does what a finding says, in its order."""
    for step in finding["remedy"]:
        if "sql" in step:
            (as_administrator or b.sql).execute(step["sql"])
        elif "request" in step:
            asked = step["request"]
            answer = b.search(asked["method"], asked["path"], asked.get("body"))
            expect("error" not in answer, f"{asked}: {answer}")
        elif step.get("command") == "sync":
            sync()
        elif "command" in step:
            b.succeed(*typed(step["command"]))


def provoke(b, code, severity, *words, sync=None, as_administrator=None, **environment):
    """Is found, and is gone when it has been seen to; returns the finding."""
    there = of_kind(findings(b, **environment), code, *words)
    expect(len(there) == 1, f"{code} {words} is found {len(there)} times: {findings(b, **environment)}")
    expect(there[0]["severity"] == severity, f"{code} is {there[0]['severity']}, not {severity}")
    expect(there[0]["what"] and there[0]["why"], f"{code} does not say what and why")
    cure(b, there[0], sync, as_administrator)
    left = findings(b, **environment)
    expect(not of_kind(left, code, *words), f"{code} {words} is still found after {there[0]['remedy']}: {left}")
    return there[0]


def follow(b):
    running = b.start("sync")
    until("sync follows the slot", lambda: "following slot" in running.output())
    return running


def no_finding_but(b, *allowed, **environment):
    usual = {"max_slot_wal_keep_size", "yellow", "disk"} | ({"search_path"} if b.server.server_version < 150000 else set())
    there = [each for each in findings(b, **environment) if each["code"] not in usual | set(allowed)]
    expect(not there, f"doctor finds {there}")


def life(b):
    """status from before the first bootstrap to after teardown, with a server down, and doctor with nothing to say."""
    b.load_airbnb()
    found = status(b, False)
    expect(found["slot"] == {"name": SLOT, "exists": False} and "other_slots" not in found, f"{found['slot']}")
    expect(found["indices"][0]["state"] == "missing" and found["indices"][0]["rows_estimate"] > 3000, f"{found['indices']}")
    expect("bootstrap" in found["problems"][0]["remedy"], f"{found['problems']}")
    no_finding_but(b, "index_missing")
    expect(of_kind(findings(b), "index_missing")[0]["remedy"] == [{"command": "bootstrap"}], "doctor does not send to bootstrap")

    made = told(b, "bootstrap")
    rows = b.value("SELECT count(*) FROM booking")
    expect(made["slot"] == SLOT and made["indices"][0]["documents"] == rows and made["indices"][0]["loaded_now"], f"{made}")
    expect(any("REPLICA IDENTITY" in each["sql"] for each in made["statements"]), f"{made}")
    expect(told(b, "bootstrap")["indices"] == [{"alias": "reservations", "loaded_now": False}], "it says it loaded again")
    found = status(b, False)
    expect([each["remedy"] for each in found["problems"]] == ["run sync"], f"{found['problems']}")
    index = found["indices"][0]
    expect(index["state"] == "loaded" and index["documents"] == rows and index["hash"] == index["serving_hash"], f"{index}")
    expect(index["index"] == index["serving"] and not index["rebuild_due"] and index["dead_letters"] == 0, f"{index}")

    running = follow(b)
    until("everything is confirmed", lambda: status(b, True)["slot"]["lag_seconds"] == 0)
    found = status(b, True)
    expect(found["slot"]["active_pid"] == b.value("SELECT active_pid FROM pg_replication_slots WHERE slot_name = %s", SLOT),
           f"{found['slot']}")
    expect(found["slot"]["lag_bytes"] >= 0 and found["slot"]["retained_bytes"] >= 0, f"{found['slot']}")
    no_finding_but(b)
    output = b.succeed("status")
    for word in ("PostgreSQL", SLOT, "reservations", "loaded", "in order"):
        expect(word in output, f"status does not say {word!r}:\n{output}")

    # A rate, while somebody writes.
    stop = threading.Event()

    def write():
        with contextlib.closing(b.connect()) as connection:
            while not stop.is_set():
                connection.cursor().execute("UPDATE booking SET end_date = end_date + 1 WHERE id < 50")
                stop.wait(0.1)

    writer = threading.Thread(target=write)
    writer.start()
    try:
        found = told(b, "status", "--seconds", "2")
    finally:
        stop.set()
        writer.join()
    expect(found["indices"][0]["documents_per_second"] > 0, f"{found['indices']}")

    # The walsender is there and does not read: what is not confirmed grows older.
    running.child.send_signal(signal.SIGSTOP)
    b.sql.execute("UPDATE booking SET end_date = end_date + 1")
    position = b.value("SELECT confirmed_flush_lsn::text FROM pg_replication_slots WHERE slot_name = %s", SLOT)
    found = status(b, True)["slot"]
    expect(found["confirmed"] == position and found["lag_bytes"] > 10_000 and found["lag_seconds"] != 0, f"{found}")
    running.child.send_signal(signal.SIGCONT)
    until("it is confirmed", lambda: status(b, True)["slot"]["lag_seconds"] == 0)
    expect(running.stop() == 0, "SIGTERM does not end sync with 0")

    # One server down, the other told.
    found = status(b, False, PGPORT="1")
    expect(not found["database"]["reached"] and found["cluster"]["reached"] and found["indices"][0]["documents"] == rows, f"{found}")
    found = status(b, False, ELASTICSEARCH_URL="http://127.0.0.1:1")
    expect(found["database"]["reached"] and not found["cluster"]["reached"] and found["slot"]["exists"], f"{found}")
    for away in ({"PGPORT": "1"}, {"ELASTICSEARCH_URL": "http://127.0.0.1:1"}):
        codes = [each["code"] for each in findings(b, **away)]
        expect(codes[0] == ("no_database" if "PGPORT" in away else "no_cluster"), f"doctor finds {codes}")

    ended = told(b, "sync", "--once")
    expect(ended["slot"] == SLOT and ended["confirmed"] == b.value(
        "SELECT confirmed_flush_lsn::text FROM pg_replication_slots WHERE slot_name = %s", SLOT), f"{ended}")
    b.sql.execute("SELECT pg_drop_replication_slot(%s)", (SLOT,))
    found = status(b, False)
    expect("gone" in found["problems"][0]["what"] and "resync" in found["problems"][0]["remedy"], f"{found['problems']}")
    removed = told(b, "teardown", "--yes")
    expect(removed["deleted_indices"] == [index["index"]] and removed["dropped_slots"] == [], f"{removed}")
    planned = told(b, "bootstrap", "--dry-run")
    expect(planned["dry_run"] and any(each["method"] == "PUT" and each["body"]["mappings"] for each in planned["requests"]),
           f"{planned}")
    expect(b.value("SELECT count(*) FROM pg_replication_slots WHERE slot_name = %s", SLOT) == 0, "a dry run made something")


def interrupted_load(b):
    """A load that was cut short: status says how it is, doctor what to do."""
    b.load_airbnb()
    other = b.connect()
    other.autocommit = False
    other.cursor().execute("UPDATE guest SET name = name WHERE id = 1")  # the slot waits for its end
    running = b.start("bootstrap")
    until("the index is there", lambda: b.search("GET", "/reservations*/_alias"))
    until("it waits", lambda: "pg_create_logical_replication_slot" in running.output())
    running.stop(signal.SIGKILL)
    other.rollback()
    other.close()
    until("the slot's maker is gone", lambda: not b.value(
        "SELECT true FROM pg_stat_activity WHERE datname = current_database() AND query ~ 'create_logical' AND pid <> pg_backend_pid()"))
    found = status(b, False)
    expect(found["indices"][0]["state"] == "loading", f"{found['indices']}")
    expect("resumes" in found["problems"][0]["why"], f"{found['problems']}")
    provoke(b, "load_unfinished", "warning")
    expect(b.search.count("reservations") == b.value("SELECT count(*) FROM booking"), "the load is not complete")


def database(b):
    """What is wrong with tables, publication and slots."""
    b.load_airbnb()
    # All of a shape's differences at once.
    b.sql.execute("ALTER TABLE guest RENAME COLUMN email TO mail; ALTER TABLE review ALTER rating TYPE bigint")
    there = of_kind(findings(b), "shape")
    expect(len(there) == 2 and {each["severity"] for each in there} == {"error"}, f"{there}")
    problems = [each["what"] for each in status(b, False)["problems"] if each["code"] == "shape"]
    expect(sorted(problems) == sorted(each["what"] for each in there), f"status says {problems}, doctor {there}")
    b.sql.execute("ALTER TABLE guest RENAME COLUMN mail TO email; ALTER TABLE review ALTER rating TYPE smallint")
    b.succeed("bootstrap")

    def sync():
        nonlocal running
        running = follow(b)

    running = None
    provoke(b, "not_followed", "warning", sync=sync)
    no_finding_but(b, "statistics")

    # Indexes: of a large table, of a small one, and one that was not finished.
    b.sql.execute("ANALYZE; DROP INDEX review_booking_id_idx")
    provoke(b, "missing_index", "warning", "review", "booking_id")
    expect(b.value("SELECT count(*) FROM pg_index WHERE indrelid = 'review'::regclass AND indisvalid") == 2, "there is no index")
    b.sql.execute("DROP INDEX country_continent_id_idx")
    provoke(b, "missing_index", "advice", "country", "continent_id")
    b.sql.execute("DROP INDEX booking_guest_id_idx; CREATE INDEX half ON booking (guest_id)")
    b.sql.execute("UPDATE pg_index SET indisvalid = false WHERE indexrelid = 'half'::regclass")
    provoke(b, "missing_index", "warning", "booking", "guest_id")
    expect(not b.value("SELECT true FROM pg_class WHERE relname = 'half'"), "what was not finished is still there")
    b.sql.execute("CREATE TABLE more (LIKE continent INCLUDING INDEXES); INSERT INTO more SELECT * FROM continent;"
                  "ALTER TABLE country DROP CONSTRAINT country_continent_id_fkey; DROP TABLE continent; ALTER TABLE more RENAME TO continent")
    if b.server.server_version >= 100000:
        b.sql.execute(f"ALTER PUBLICATION {SLOT} ADD TABLE continent")
    provoke(b, "statistics", "advice", "continent")

    # REPLICA IDENTITY FULL of a table that is written to a lot.
    for _ in range(2):
        b.sql.execute("UPDATE review SET comment = comment || '.'")
    until("the server has counted", lambda: b.value("SELECT n_tup_upd >= 10000 FROM pg_stat_user_tables WHERE relname = 'review'"))
    provoke(b, "identity_full", "advice", "review")
    expect(b.value("SELECT relreplident FROM pg_class WHERE oid = 'review'::regclass") == "i", "the identity is the same")
    expect(running.stop() == 0, "SIGTERM does not end sync with 0")
    b.succeed("sync", "--once")

    # Of slots and publication.
    b.sql.execute("SELECT pg_create_physical_replication_slot('nobodys', true)")
    try:
        provoke(b, "other_slot", "advice", "nobodys")
    finally:
        b.sql.execute("SELECT pg_drop_replication_slot(slot_name) FROM pg_replication_slots WHERE slot_name = 'nobodys'")
    if b.server.server_version >= 100000:
        b.sql.execute(f"ALTER PUBLICATION {SLOT} DROP TABLE review")
        expect(of_kind(findings(b), "setup", "the publication lacks this table"), f"{findings(b)}")
        provoke(b, "table_unpublished", "error", "leaves out", sync=lambda: b.succeed("sync", "--once"))
    b.sql.execute("ALTER TABLE review REPLICA IDENTITY DEFAULT")
    provoke(b, "setup", "error", "booking_id", sync=lambda: b.succeed("sync", "--once"))
    b.sql.execute("SELECT pg_drop_replication_slot(%s)", (SLOT,))
    provoke(b, "slot_missing", "error")
    b.sql.execute("SELECT pg_drop_replication_slot(%s)", (SLOT,))
    b.sql.execute("UPDATE guest SET name = 'somebody' WHERE id = 1")
    plugin = "pgoutput" if b.server.server_version >= 100000 else "test_decoding"
    b.sql.execute("SELECT pg_create_logical_replication_slot(%s, %s)", (SLOT, plugin))
    provoke(b, "changes_lost", "error", "dropped and recreated")
    b.succeed("sync", "--once")


def role(b):
    """What a role lacks, and what is set for it."""
    b.load_airbnb()
    name = b.name + "_reader"
    b.sql.execute(f"CREATE ROLE {name} LOGIN PASSWORD 'reader' CONNECTION LIMIT 6 VALID UNTIL '2100-01-01'")
    b.sql.execute(f"REVOKE ALL ON ALL TABLES IN SCHEMA public FROM {name}")
    who = {"PGUSER": name, "PGPASSWORD": "reader"}
    try:
        provoke(b, "replication_right", "error", **who)
        rights = of_kind(findings(b, **who), "right")
        expect(len(rights) == 8, f"{rights}")
        for each in rights:
            cure(b, each)
        expect(not of_kind(findings(b, **who), "right"), "there are rights to be given still")
        for each in of_kind(findings(b, **who), "setup_right"):
            cure(b, each)
        expect(not of_kind(findings(b, **who), "setup_right"), "there is something to be set up still")
        provoke(b, "connection_limit", "warning", **who)
        b.sql.execute(f"ALTER ROLE {name} VALID UNTIL '{b.value('SELECT (now() + interval $$3 days$$)::date')}'")
        provoke(b, "password_expires", "warning", **who)
        b.sql.execute(f"ALTER ROLE {name} IN DATABASE {b.name} SET default_transaction_read_only = on")
        provoke(b, "read_only_role", "warning", as_administrator=b.sql, **who)
        b.sql.execute(f"ALTER ROLE {name} IN DATABASE {b.name} SET lock_timeout = '100ms'")
        provoke(b, "lock_timeout", "advice", **who)
        b.sql.execute("GRANT CREATE ON SCHEMA public TO PUBLIC")
        provoke(b, "search_path", "advice", "public", **who)
        # Limits of a role's sessions that pgsync does not keep to are no finding.
        b.sql.execute(f"ALTER ROLE {name} SET statement_timeout = '1s'")
        b.succeed("bootstrap", **who)
        b.succeed("sync", "--once", **who)
        no_finding_but(b, "not_followed", **who)
        b.succeed("teardown", "--yes", **who)
    finally:
        b.search.forget("reservations*")
        b.sql.execute(f"DROP OWNED BY {name} CASCADE")
        b.sql.execute(f"DROP ROLE {name}")


def indices(b):
    """What is wrong with the index."""
    b.load_airbnb()
    b.search("PUT", "/reservations")
    expect(of_kind(findings(b), "index", "did not make"), "an index of others is not found")
    status(b, False)
    b.search("DELETE", "/reservations")
    b.succeed("bootstrap")
    follow(b)
    name = next(iter(b.search("GET", "/reservations/_alias")))
    provoke(b, "yellow", "advice", "replica")

    def settings(body):
        answer = b.search("PUT", f"/{name}/_settings", body)
        expect(answer.get("acknowledged"), f"{answer}")

    settings({"index": {"refresh_interval": "-1"}})
    provoke(b, "left_from_load", "warning", "refresh_interval")
    settings({"index": {"gc_deletes": "30s"}})
    provoke(b, "gc_deletes", "warning", "30s")
    settings({"index": {"blocks": {"write": True}}})
    provoke(b, "blocked", "error", "index.blocks.write")
    for alias in ("reservations", name + "-WRITE"):
        b.search("POST", "/_aliases", {"actions": [{"remove": {"index": name, "alias": alias}}]})
        provoke(b, "alias_missing", "error", alias)
    b.search("PUT", "/reservations-dead-letters/_doc/1?refresh=true", {"id": "1"})
    expect(status(b, False)["indices"][0]["unsettled_dead_letters"] == 1, "status counts no dead letter")
    expect(of_kind(findings(b), "dead_letters", "1 document"), "the dead letter is not found")
    b.search("DELETE", "/reservations-dead-letters")
    expect(not of_kind(findings(b), "dead_letters"), "a dead letter is found where there is none")
    before = b.search("GET", "/_cluster/settings")["transient"]
    try:
        b.search("PUT", "/_cluster/settings", {"transient": {"cluster.routing.allocation.disk": {
            "threshold_enabled": True, "watermark": {"low": "1%", "high": "99%", "flood_stage": "99.5%"}}}})
        low = of_kind(findings(b), "disk", "low watermark")
        expect(len(low) == 1 and low[0]["severity"] == "advice", f"{findings(b)}")
    finally:
        b.search("PUT", "/_cluster/settings", {"transient": {"cluster.routing.allocation.disk.*": None}})
        expect(b.search("GET", "/_cluster/settings")["transient"] == before, "the cluster's settings are not as they were")


def drift(b):
    """A mapping that is not what this program makes: an index that somebody made again by hand."""
    b.load_airbnb()
    b.succeed("bootstrap")
    name = next(iter(b.search("GET", "/reservations/_alias")))
    mapping = b.search("GET", f"/{name}/_mapping")[name]["mappings"]
    typed = "_doc" in mapping  # Elasticsearch 6
    mapping = mapping.get("_doc", mapping)

    def as_cluster_has_it(mappings):
        return {"_doc": mappings} if typed else mappings

    def make(**mappings):
        b.search("DELETE", f"/{name}")
        answer = b.search("PUT", f"/{name}", {"mappings": as_cluster_has_it({**mapping, **mappings}), "aliases": {"reservations": {}, name + "-WRITE": {}},
                                              "settings": {"index": {"gc_deletes": "1h", "number_of_replicas": 0}}})
        expect(answer.get("acknowledged"), f"{answer}")

    make()
    no_finding_but(b, "not_followed")
    make(dynamic=True)
    provoke(b, "mapping_dynamic", "warning", "dynamic is true")
    fields = json.loads(json.dumps(mapping["properties"]))
    del fields["place"]["properties"]["city"]["properties"]["name"]
    make(properties=fields)
    provoke(b, "mapping_missing", "warning", "place.city.name")
    fields = json.loads(json.dumps(mapping["properties"]))
    fields["guest"]["properties"]["email"] = {"type": "integer"}
    make(properties=fields)
    provoke(b, "mapping_type", "warning", "guest.email", "integer")
    expect(b.search.count("reservations") == b.value("SELECT count(*) FROM booking"), "the index is not full again")

    # An index of another shape behind the alias: told, not thrown.
    make()
    b.search("POST", "/_aliases", {"actions": [{"remove": {"index": name, "alias": "reservations"}}]})
    b.search("DELETE", f"/{name}")
    other = {**mapping, "_meta": {"pgsync": {**mapping["_meta"]["pgsync"], "hash": "0123456789abcdef",
                                             "query": "SELECT of another shape"}}}
    b.search("PUT", "/reservations-01234567", {"mappings": as_cluster_has_it(other), "aliases": {"reservations": {}, "reservations-01234567-WRITE": {}}})
    found = status(b, False)["indices"][0]
    expect(found["rebuild_due"] and found["serving"] == "reservations-01234567" and found["serving_hash"] == "0123456789abcdef",
           f"{found}")
    # It is built beside, followed, and then let to readers.
    there = of_kind(findings(b), "rebuild_due", "reservations-01234567")
    expect([step.get("command") for step in there[0]["remedy"]] == ["bootstrap", "sync"], f"{there}")
    told(b, "bootstrap")
    expect(not of_kind(findings(b), "rebuild_due"), "it is due still")
    found = status(b, False)
    index = found["indices"][0]
    expect(index["state"] == "beside" and index["slot"] == found["slot"]["name"] != SLOT, f"{found}")
    running = b.start("sync", "--no-swap")
    until("sync follows the slot", lambda: "following slot" in running.output())
    provoke(b, "not_serving", "warning", "reservations-01234567")
    until("it is in order", lambda: b.run("status")[0] == 0)
    # What the other shape has left: its slot.
    provoke(b, "other_slot", "advice", SLOT)
    expect(not b.search("GET", "/reservations-01234567*/_alias?ignore_unavailable=true"), "the old index is still there")


def explained(b):
    """Plans, pictures, and everything as one object."""
    b.load_airbnb()
    none = {"PGPORT": "1", "ELASTICSEARCH_URL": "http://127.0.0.1:1"}
    found = told(b, "explain", **none)["indices"][0]
    for part in ("page_query", "keys_query", "properties", "routes", "hash"):
        expect(found[part], f"explain --json does not tell {part}")
    expect({each["documents_by"] for each in found["routes"]} == {"direct", "query"}, f"{found['routes']}")
    for kind, first in (("mermaid", "flowchart"), ("dot", "//")):
        drawn = b.succeed("explain", "--diagram", kind, **none)
        expect(drawn.startswith(first) and "booking.guest_id = guest.id" in drawn, drawn)
        expect(told(b, "explain", "--diagram", kind, **none)["diagram"] == drawn, "--json draws something else")
    before = b.value("SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()")
    plans = told(b, "explain", "--plans")["plans"]
    queries = [each["query"] for each in plans]
    expect(len(plans) == 8 and queries[:2] == ["page", "keys"], f"{queries}")
    expect(all("cost=" in each["plan"] and "actual" not in each["plan"] for each in plans), f"{plans}")
    plans = told(b, "explain", "--analyze")["plans"]
    expect(all("actual" in each["plan"] for each in plans), f"{plans}")
    owners = next(each["plan"] for each in plans if "reservations.guest " in each["query"])
    expect("booking_guest_id_idx" in owners, owners)
    expect(b.value("SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()") <= before, "a session was left")
    # Nothing to try queries with.
    b.sql.execute("TRUNCATE booking, review")
    plans = told(b, "explain", "--plans")["plans"]
    expect(plans[0]["with"] == "no rows" and not plans[0]["plan"], f"{plans}")
    b.refuse("explain", "--plans", saying=["PGHOST|--database|running"], **none)


def partitions(b):
    """The index that a partitioned table lacks, made without keeping anybody from writing."""
    b.load("rental")
    b.sql.execute("ANALYZE; DROP INDEX payment_rental_id_idx; CREATE INDEX ON payment_2024 (rental_id)")
    found = provoke(b, "missing_index", "advice", "payment", "rental_id")
    statements = [step["sql"] for step in found["remedy"]]
    expect(len(statements) == 3 and not any('"payment_2024"' in each for each in statements), f"{statements}")
    expect(b.value("SELECT indisvalid FROM pg_index WHERE indexrelid = 'payment_rental_id_idx'::regclass"), "it is not valid")
    b.sql.execute("DROP INDEX film_actor_actor_id_idx")
    provoke(b, "missing_index", "advice", "film_actor", "actor_id")
    expect(not of_kind(findings(b), "missing_index"), "an index is missed that is there")


def own_server(b, folder):
    """What concerns the whole server."""
    own = Postgres(os.path.join(folder, "own"))
    try:
        def at():
            names = {"host": "PGHOST", "port": "PGPORT", "user": "PGUSER", "password": "PGPASSWORD"}
            return {"PGDATABASE": "pgsync", **{names[key]: value for key, value in own.libpq.items()}}

        def cured(code, severity, *words):
            """The same with a restart where that is asked for."""
            there = of_kind(findings(b, **at()), code, *words)
            expect(len(there) == 1 and there[0]["severity"] == severity, f"{code}: {findings(b, **at())}")
            for step in there[0]["remedy"]:
                if "sql" in step:
                    own.value(step["sql"], database="pgsync")
                elif step.get("text") == "restart PostgreSQL":
                    own.stop()
                    own.start()
                elif "command" in step:
                    b.succeed(*typed(step["command"]), **at())
            until(f"{code} is gone", lambda: not of_kind(findings(b, **at()), code, *words))

        def load(file):
            with contextlib.closing(own.connect("pgsync")) as connection:
                connection.cursor().execute((ROOT / "examples/airbnb" / file).read_text())

        load("schema.sql")
        load("data.sql")
        own.configure("wal_level = replica", "max_replication_slots = 1", "wal_sender_timeout = 0",
                      "max_slot_wal_keep_size = '-1'")
        cured("wal_level", "error")
        cured("wal_sender_timeout", "warning", "is 0")
        own.value("SELECT pg_create_physical_replication_slot('taken', true)")
        cured("replication_slots", "error")
        own.value("SELECT pg_drop_replication_slot('taken')")
        b.succeed("bootstrap", **at())
        cured("max_slot_wal_keep_size", "advice")
        # Close to losing the slot, and then having lost it.
        own.value("ALTER SYSTEM SET max_slot_wal_keep_size = '64MB'")
        own.value("SELECT pg_reload_conf()")

        def write(megabytes):
            own.value("SELECT count(pg_logical_emit_message(false, 'test', repeat('x', 1024 * 1024))) "
                      f"FROM generate_series(1, {megabytes})", database="pgsync")

        write(50)
        cured("slot_in_danger", "warning")
        own.value("ALTER SYSTEM SET max_slot_wal_keep_size = '16MB'")
        own.value("SELECT pg_reload_conf()")
        write(60)
        own.value("SELECT pg_switch_wal()")
        own.value("CHECKPOINT")
        until("the slot is lost", lambda: own.value(f"SELECT wal_status = 'lost' FROM pg_replication_slots WHERE slot_name = '{SLOT}'"))
        found = status(b, False, **at())
        expect(found["slot"]["lost"] and "resync" in found["problems"][0]["remedy"], f"{found}")
        cured("slot_lost", "error")
        b.succeed("sync", "--once", **at())
        # A slot that keeps more than a segment: how old it is can be told by the log's files.
        own.value("SELECT pg_logical_emit_message(false, 'test', 'x'), pg_switch_wal()", database="pgsync")
        own.value("SELECT pg_logical_emit_message(false, 'test', 'x'), pg_switch_wal()", database="pgsync")
        expect(status(b, False, **at())["slot"]["lag_seconds"] is not None, "the age of the log is not told")
        b.succeed("teardown", "--yes", **at())
    finally:
        own.purge()


def main():
    airbnb, rental = sys.argv[1:3]

    def play(test, folder):
        program, patterns = (rental, ("films*", "customers*", "payments*", "film_numbers*")) if test is partitions else (
            airbnb, ("reservations*",))
        with Bench(program, folder, indices=patterns) as b:
            test(*(b, folder) if test is own_server else (b,))

    return run_all((life, interrupted_load, database, role, indices, drift, explained, partitions, own_server), sys.argv[3:], play)


if __name__ == "__main__":
    sys.exit(main())
