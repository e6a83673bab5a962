#!/usr/bin/env python3
"""The database changes under a running program in ways that no change event reports, or while no program runs.

    changed_world.py PROGRAM [TEST]...      libpq's variables and OPENSEARCH_URL name the servers

Each situation is played twice: while sync runs, and while it is stopped. In the end every document is compared with
hand-written SQL, and the log must have named what was the matter.
"""
import contextlib
import json
import pathlib
import re
import signal
import socket
import sys
import urllib.error
import urllib.request

import psycopg2

from harness import ROOT, Bench, Failure, expect, run_all, takes_long, until  # puts what follows within reach
import compare

ORACLE = compare.queries(ROOT / "tests/integration/program/changed/expected.sql")
SITUATIONS = []
compared_documents = 0
PUBLICATION = "pgsync_items"


class World:
    def __init__(self, bench):
        self.b = bench
        self.running = None
        bench.load("changed", data=False)
        bench.succeed("bootstrap")

    def sql(self, *statements):
        """In one transaction each."""
        for statement in statements:
            self.b.sql.execute(statement)

    def follow(self, *arguments):
        self.running = self.b.start("sync", *arguments)
        until("sync follows the slot", lambda: "following slot" in self.running.output() or self.running.child.poll() is not None)

    def stop(self):
        expect(self.running.stop() == 0, "SIGTERM does not end sync with 0:\n" + self.running.output()[-3000:])

    def differences(self):
        found = compare.Comparison(compare.Cluster(self.b.url), compare.expected(f"dbname={self.b.name}", ORACLE))
        return found

    def settle(self, what):
        """Until every document is as the database has it."""
        global compared_documents
        found = None

        def equal():
            nonlocal found
            if self.running is not None:
                expect(self.running.child.poll() is None, f"{what}: sync has ended:\n" + self.running.output()[-3000:])
            for name in ORACLE:
                self.b.search("POST", f"/{name}/_refresh")
            found = self.differences()
            return not found.differences

        try:
            until(what, equal, 40)
        except Exception:
            log = self.running.output()[-3000:] if self.running else ""
            different = f"{found.summary()}\n" + "\n".join(found.lines[:5]) if found else "nothing was compared"
            expect(False, f"{what}: {different}\n{log}")
        compared_documents += found.documents

    def confirm(self):
        """Until the slot is confirmed past a change made now."""
        self.sql("UPDATE item SET body = 'before' WHERE id = 2")
        position = self.b.value("SELECT pg_current_wal_insert_lsn()::text")
        until("the slot is confirmed", lambda: self.b.value("SELECT confirmed_flush_lsn >= %s::pg_lsn FROM pg_replication_slots WHERE "
                                                            "database = current_database()", position))

    def goes_on_after(self, message):
        """Until sync has said so and follows the slot, whatever it had to do for that."""
        until(f"sync goes on after {message!r}", lambda: re.search(message + r"(.|\n)*following slot", self.running.output()) or
              self.running.child.poll() is not None)

    def says(self, *patterns):
        # Documents may be right before what made them wrong is put right.
        for pattern in patterns:
            try:
                until(f"the log says {pattern!r}", lambda pattern=pattern: re.search(pattern, self.running.output()), 20)
            except Failure as problem:
                raise Failure(f"{problem}:\n{self.running.output()[-3000:]}") from None


class Conditions:
    """What is shown of a running program: /ready and /metrics, status and doctor."""

    def __init__(self, world, **environment):
        self.b, self.environment = world.b, environment
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]

    def get(self, path):
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self.port}/{path}", timeout=10) as answer:
                return answer.status, answer.read().decode()
        except urllib.error.HTTPError as problem:
            return problem.code, problem.read().decode()
        except OSError:
            return 0, ""

    def of_command(self, command):
        got, output = self.b.run(command, "--json", "--log-level", "error", **self.environment)
        told = json.loads(output.splitlines()[-1])
        return got, {each["code"] for each in told["problems" if command == "status" else "findings"]}


def situation(code, *patterns, arguments=(), only=None):
    """A change, a function of the world; `code` is the condition that status names while no sync runs (None where it is
    played only while one does), `patterns` are what the log must say."""
    def remember(change):
        def while_sync_runs(world):
            world.follow(*arguments)
            change(world)
            world.settle(change.__name__)
            world.says(*patterns)
            after(world)

        def while_sync_is_stopped(world):
            change(world)
            got, codes = Conditions(world).of_command("status")
            expect(got == 3 and code in codes, f"status ended with {got} and names {codes}, not {code}")
            world.follow(*arguments)
            world.settle(change.__name__)
            world.says(*patterns)
            after(world)

        def after(world):
            """What is changed then arrives as ever, and there is nothing left to do."""
            world.sql("UPDATE item SET title = title || '!' WHERE id % 2 = 0",
                      "INSERT INTO tag SELECT 1000 + i, 'late', 1 + i FROM generate_series(1, 5) i",
                      "UPDATE tag SET item_id = item_id % 40 + 1 WHERE id % 7 = 0", "DELETE FROM tag WHERE id % 11 = 0",
                      "DELETE FROM item_label WHERE label_id = 3", "INSERT INTO item_label VALUES (1, 3) ON CONFLICT DO NOTHING",
                      "UPDATE label SET name = name || '?' WHERE id < 4", "UPDATE line SET amount = amount + 1 WHERE id % 5 = 0",
                      "UPDATE line SET item_id = item_id % 40 + 1 WHERE id % 9 = 0",
                      "DELETE FROM item WHERE id = 40")
            world.settle(change.__name__ + ", and what came after it")
            world.stop()
            world.follow(*arguments)
            again = world.running.output()
            expect("read again" not in again and "another table" not in again, "it is mended a second time:\n" + again)
            world.stop()

        for play in (while_sync_runs, while_sync_is_stopped):
            if only and play.__name__ != only:
                continue
            play_it = lambda world, play=play: play(world)  # noqa: E731
            play_it.__name__ = f"{change.__name__}_{play.__name__}"
            SITUATIONS.append(takes_long(play_it) if play is while_sync_is_stopped else play_it)
        return change
    return remember


# --- a table is another table now ------------------------------------------------------------------------

def swap(world, table, values, more=""):
    """As tools for online schema changes do it."""
    world.sql(f"CREATE TABLE {table}_new (LIKE {table} INCLUDING ALL); INSERT INTO {table}_new SELECT {values} FROM {table}; {more}"
              f"ALTER TABLE {table} RENAME TO {table}_old; ALTER TABLE {table}_new RENAME TO {table}")


@situation("table_replaced", r'table "tag" is another table')
def a_child_is_swapped(world):
    swap(world, "tag", "id, name || ' v2', item_id")
    world.sql("INSERT INTO tag VALUES (901, 'after the swap', 3)", "UPDATE tag_old SET name = 'gone'")


@situation("table_replaced", r'table "item" is another table')
def the_root_is_swapped(world):
    swap(world, "item", "id, title || ' v2', body", "DELETE FROM item_new WHERE id = 7; ")
    world.sql("INSERT INTO item VALUES (701, 'after the swap', NULL)", "DELETE FROM item WHERE id = 8")


@situation("table_replaced", r'table "item_label" is another table')
def a_link_table_is_swapped(world):
    swap(world, "item_label", "item_id, label_id % 12 + 1")


@situation("table_replaced", r'table "tag" is another table')
def a_child_is_dropped_and_made_again(world):
    world.sql("DROP MATERIALIZED VIEW item_rank; CREATE TABLE kept AS SELECT * FROM tag; DROP TABLE tag; "
              "CREATE TABLE tag (id int PRIMARY KEY, name text NOT NULL, item_id bigint); CREATE INDEX ON tag (item_id); "
              "INSERT INTO tag SELECT id, upper(name), item_id FROM kept; CREATE MATERIALIZED VIEW item_rank AS SELECT "
              "item_id, count(*) AS tags FROM tag WHERE item_id IS NOT NULL GROUP BY item_id; CREATE UNIQUE INDEX ON item_rank (item_id)")


@situation("table_replaced", r'table "label" is another table')
def a_table_moves_to_another_schema_and_is_replaced(world):
    world.sql("CREATE SCHEMA attic; CREATE TABLE label_new (LIKE label INCLUDING ALL); INSERT INTO label_new SELECT id, 'new ' || name "
              "FROM label; ALTER TABLE label SET SCHEMA attic; ALTER TABLE label_new RENAME TO label")


@situation("view_changed", r'table "line" is another table', r'view "item_total"')
def what_a_view_reads_is_swapped_and_the_view_with_it(world):
    world.sql("CREATE TABLE line_new (LIKE line INCLUDING ALL) PARTITION BY RANGE (day); CREATE TABLE line_all PARTITION OF line_new "
              "FOR VALUES FROM ('2020-01-01') TO ('2030-01-01'); INSERT INTO line_new SELECT id, day, amount + 1000, item_id FROM line; "
              "ALTER TABLE line RENAME TO line_old; ALTER TABLE line_new RENAME TO line; CREATE OR REPLACE VIEW item_total AS SELECT "
              "item_id, sum(amount) AS amount FROM line WHERE item_id IS NOT NULL GROUP BY item_id")


@situation("column_replaced", r'column "name" of table "tag" is another column')
def a_column_is_replaced_by_renaming(world):
    world.sql("ALTER TABLE tag ADD COLUMN name_new text NOT NULL DEFAULT ''; UPDATE tag SET name_new = 'renamed ' || id",
              "ALTER TABLE tag RENAME COLUMN name TO name_old; ALTER TABLE tag RENAME COLUMN name_new TO name; "
              "ALTER TABLE tag ALTER COLUMN name_old DROP NOT NULL")


@situation("column_replaced", r'column "item_id" of table "tag" is another column')
def a_column_that_links_is_replaced(world):
    world.sql("ALTER TABLE tag ADD COLUMN owner bigint; UPDATE tag SET owner = item_id % 40 + 1",
              "DROP MATERIALIZED VIEW item_rank; ALTER TABLE tag DROP COLUMN item_id; ALTER TABLE tag RENAME COLUMN owner TO item_id; "
              "CREATE MATERIALIZED VIEW item_rank AS SELECT item_id, count(*) AS tags FROM tag WHERE item_id IS NOT NULL GROUP BY "
              "item_id; CREATE UNIQUE INDEX ON item_rank (item_id); CREATE INDEX ON tag (item_id)")


@situation("column_replaced", r'column "title" of table "item" is another column than before, or was rewritten')
def a_column_gets_other_values_with_its_type(world):
    world.sql("ALTER TABLE item ALTER COLUMN title TYPE varchar(200) USING upper(title)")


@situation("column_replaced", r'column "title" of table "item" is another column than before, or was rewritten')
def a_column_gets_other_values_and_keeps_its_type(world):
    world.sql("ALTER TABLE item ALTER COLUMN title TYPE text USING upper(title)")


@situation("column_replaced", r'column "amount" of table "line" is another column than before, or was rewritten')
def a_column_of_partitions_gets_other_values_and_keeps_its_type(world):
    world.sql("DROP VIEW item_total; ALTER TABLE line ALTER COLUMN amount TYPE int USING amount + 1000; CREATE VIEW item_total AS SELECT "
              "item_id, sum(amount) AS amount FROM line WHERE item_id IS NOT NULL GROUP BY item_id")


# --- names that mean something else for a moment: what is read then must not stay ------------------------------

def for_a_moment(world, *there, back):
    """Until sync has read a document meanwhile, or has refused to."""
    b = world.b
    world.confirm()  # it has just looked at the catalog, and does so again in two seconds only
    world.sql(*there)
    world.sql("UPDATE item SET id = 500 WHERE id = 1")
    # What it refuses to read it may read a moment later, having read everything again.
    until("something is read", lambda: b.search.document("items", 500) or "are not what they were" in world.running.output())
    world.sql(back)


@situation(None, only="while_sync_runs")
def a_table_is_swapped_and_back(world):
    for_a_moment(world, "CREATE TABLE tag_new (LIKE tag INCLUDING ALL); INSERT INTO tag_new SELECT id, 'of another table', 500 FROM tag; "
                 "ALTER TABLE tag RENAME TO tag_old; ALTER TABLE tag_new RENAME TO tag",
                 back="ALTER TABLE tag RENAME TO tag_new; ALTER TABLE tag_old RENAME TO tag")


@situation(None, only="while_sync_runs")
def the_root_is_swapped_and_back(world):
    for_a_moment(world, "CREATE TABLE item_new (LIKE item INCLUDING ALL); INSERT INTO item_new VALUES (500, 'of another table', 'body'); "
                 "UPDATE item SET id = 500 WHERE id = 1; ALTER TABLE item RENAME TO item_old; ALTER TABLE item_new RENAME TO item",
                 back="ALTER TABLE item RENAME TO item_new; ALTER TABLE item_old RENAME TO item")


@situation(None, only="while_sync_runs")
def a_column_is_replaced_and_put_back(world):
    for_a_moment(world, "ALTER TABLE item RENAME COLUMN title TO kept; ALTER TABLE item ADD COLUMN title text NOT NULL DEFAULT 'of another column'",
                 back="ALTER TABLE item DROP COLUMN title; ALTER TABLE item RENAME COLUMN kept TO title")


@situation(None, only="while_sync_runs")
def a_view_is_defined_otherwise_and_put_back(world):
    view = "CREATE OR REPLACE VIEW item_total AS SELECT item_id, sum(amount){} AS amount FROM line WHERE item_id IS NOT NULL GROUP BY item_id"
    world.sql(view.format(""))  # so that it is word for word the same again
    until("that is noticed", lambda: 'view "item_total" has another definition' in world.running.output())
    world.settle("a view is defined by the same words")
    for_a_moment(world, "UPDATE line SET item_id = 500 WHERE id < 5", view.format(" * 3"), back=view.format(""))


# --- views -------------------------------------------------------------------------------------------------

@situation("view_changed", r'view "item_total" has another definition')
def a_view_is_defined_otherwise(world):
    world.sql("CREATE OR REPLACE VIEW item_total AS SELECT item_id, sum(amount) * 2 AS amount FROM line WHERE item_id IS NOT NULL "
              "GROUP BY item_id")


@situation("view_changed", r'view "item_rank" .* was refreshed')
def a_materialised_view_is_refreshed(world):
    world.sql("INSERT INTO tag SELECT 2000 + i, 'more', 1 + i % 20 FROM generate_series(1, 60) i")
    world.sql("REFRESH MATERIALIZED VIEW item_rank")


# --- the publication is not what it was --------------------------------------------------------------------

TABLES = "item, tag, label, item_label, line, event"


@situation("publication_replaced", r'publication "pgsync_items" was dropped', r"dropped slot pgsync_items", arguments=("--on-lost-slot=resync",))
def the_publication_is_dropped_and_made_again(world):
    world.sql("UPDATE item SET title = 'before' WHERE id = 1", f"DROP PUBLICATION {PUBLICATION}", "UPDATE item SET title = 'between' WHERE id = 2",
              f"CREATE PUBLICATION {PUBLICATION} FOR TABLE {TABLES}", "UPDATE item SET title = 'after' WHERE id = 3")


@situation("publication_replaced", r'publication "pgsync_items" is gone|was dropped', arguments=("--on-lost-slot=resync",))
def the_publication_is_dropped(world):
    world.sql(f"DROP PUBLICATION {PUBLICATION}", "UPDATE item SET title = 'unseen' WHERE id = 2")


@situation("publication_replaced", r'publication "pgsync_items" was dropped', arguments=("--on-lost-slot=resync",))
def the_publication_becomes_one_of_all_tables_and_a_table_has_no_partition(world):
    world.sql("DROP TABLE event_jan", f"DROP PUBLICATION {PUBLICATION}; CREATE PUBLICATION {PUBLICATION} FOR ALL TABLES",
              "UPDATE item SET title = 'after' WHERE id = 3")


@situation("table_unpublished", r"tag", r"read again")
def a_table_is_taken_out_and_put_back(world):
    world.sql(f"ALTER PUBLICATION {PUBLICATION} DROP TABLE tag", "UPDATE tag SET name = 'unseen' WHERE id < 20",
              f"ALTER PUBLICATION {PUBLICATION} ADD TABLE tag")


@situation("table_unpublished", r'publication "pgsync_items" leaves out "public"."tag"')
def a_table_is_taken_out(world):
    world.sql(f"ALTER PUBLICATION {PUBLICATION} DROP TABLE tag", "UPDATE tag SET name = 'unseen' WHERE id < 20")


@situation("table_unpublished", r"read again")
def a_table_gets_a_row_filter(world):
    world.sql(f"ALTER PUBLICATION {PUBLICATION} SET TABLE item, tag WHERE (id > 50), label, item_label, line, event",
              "UPDATE tag SET name = 'unseen' WHERE id < 20")


@situation("table_unpublished", r"read again")
def a_table_gets_a_column_list(world):
    world.sql(f"ALTER PUBLICATION {PUBLICATION} SET TABLE item (id, body), tag, label, item_label, line, event",
              "UPDATE item SET title = 'unseen' WHERE id < 20")


@situation("publication_altered", r'publication "pgsync_items" leaves out some kinds of changes|was altered')
def fewer_operations_are_published(world):
    world.sql(f"ALTER PUBLICATION {PUBLICATION} SET (publish = 'insert')", "UPDATE tag SET name = 'unseen' WHERE id < 20",
              "DELETE FROM item WHERE id = 30")


@situation("publication_altered", r'publication "pgsync_items" was altered')
def fewer_operations_are_published_for_a_while(world):
    world.sql(f"ALTER PUBLICATION {PUBLICATION} SET (publish = 'insert')", "UPDATE tag SET name = 'unseen' WHERE id < 20",
              "DELETE FROM item WHERE id = 30", f"ALTER PUBLICATION {PUBLICATION} SET (publish = 'insert, update, delete, truncate')")


@situation("publication_altered", r"publish_via_partition_root|was altered")
def partitions_are_published_as_their_root(world):
    world.sql(f"ALTER PUBLICATION {PUBLICATION} SET (publish_via_partition_root = true)", "UPDATE line SET amount = 5 WHERE id = 7",
              "TRUNCATE line_feb")


@situation(None, r"it was changed at the same moment", arguments=("--on-lost-slot=resync",), only="while_sync_runs")
def the_publication_is_replaced_while_it_is_put_right(world):
    sync = world.running
    sync.child.send_signal(signal.SIGSTOP)
    world.sql(f"ALTER PUBLICATION {PUBLICATION} DROP TABLE tag")
    with contextlib.closing(world.b.connect()) as other:
        other.autocommit = False
        other.cursor().execute("LOCK TABLE tag IN SHARE UPDATE EXCLUSIVE MODE")
        sync.child.send_signal(signal.SIGCONT)
        until("it is put right", lambda: "ADD TABLE" in sync.output())
        world.sql(f"DROP PUBLICATION {PUBLICATION}; CREATE PUBLICATION {PUBLICATION} FOR ALL TABLES")
    world.goes_on_after("it was changed at the same moment")


@SITUATIONS.append
def a_table_is_created_while_the_slot_is_made(world):
    """The order of events in which PostgreSQL makes a slot that lacks the table, and says so at each row of it."""
    b = world.b
    with contextlib.ExitStack() as open_sessions:
        early, creator, late = (open_sessions.enter_context(contextlib.closing(b.connect())) for _ in range(3))
        for each in early, creator, late:
            each.autocommit = False
        early.cursor().execute("INSERT INTO tag VALUES (801, 'early', 1)")
        b.value("SELECT pg_drop_replication_slot('pgsync_items')")
        world.running = b.start("sync", "--on-lost-slot=resync")

        def waits_for(session):
            return b.value("SELECT count(*) FROM pg_stat_activity WHERE query LIKE '%%create_logical_replication_slot%%' AND pid <> "
                           "pg_backend_pid() AND %s = ANY (pg_blocking_pids(pid))", session.info.backend_pid)

        until("the slot waits for what was open before", lambda: waits_for(early))
        creator.cursor().execute("CREATE TABLE other (id int)")
        early.commit()
        until("the slot waits for what began meanwhile", lambda: waits_for(creator))
        late.cursor().execute("INSERT INTO tag VALUES (802, 'late', 1)")
        creator.commit()
        until("the slot is made", lambda: b.value("SELECT confirmed_flush_lsn FROM pg_replication_slots WHERE slot_name = 'pgsync_items'"))
        world.sql("INSERT INTO other VALUES (1)")
        late.commit()
    world.goes_on_after("cannot decode")
    world.settle("another slot is made")
    world.says(r'PostgreSQL cannot decode slot "pgsync_items": a table was being created')
    world.stop()


# --- a migration in several transactions ---------------------------------------------------------------------

@situation(None, r"looking again for some seconds", only="while_sync_runs")
def a_column_is_away_while_sync_connects_again(world):
    world.confirm()
    sync = world.running
    world.sql("ALTER TABLE item DROP COLUMN body", "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() "
              "AND pid <> pg_backend_pid()")
    until("it is missed", lambda: 'no column "body"' in sync.output() or sync.child.poll() is not None)
    world.sql("ALTER TABLE item ADD COLUMN body text DEFAULT 'back'")


# --- partitions --------------------------------------------------------------------------------------------

MARCH = "FOR VALUES FROM ('2024-03-01') TO ('2024-04-01')"


@situation("partition_added")
def a_partition_is_made_and_filled(world):
    world.sql(f"CREATE TABLE line_mar PARTITION OF line {MARCH}", "INSERT INTO line SELECT 500 + i, '2024-03-05', i, i FROM generate_series(1, 10) i",
              "UPDATE line SET item_id = item_id + 10 WHERE day = '2024-03-05'", "DELETE FROM line WHERE id = 503")


@situation("partition_added", r'table "line" has 1 new partition')
def a_partition_is_attached_with_rows(world):
    world.sql("CREATE TABLE line_mar (LIKE line INCLUDING ALL); INSERT INTO line_mar SELECT 500 + i, '2024-03-05', i, i FROM "
              "generate_series(1, 10) i", f"ALTER TABLE line ATTACH PARTITION line_mar {MARCH}")


@situation("partition_removed", r'table "line" has lost a partition')
def a_partition_is_detached(world):
    world.sql("ALTER TABLE line DETACH PARTITION line_feb")


@situation("partition_removed", r'table "line" has lost a partition')
def a_partition_is_dropped(world):
    world.sql("DROP TABLE line_feb")


@situation("partition_removed", r'table "line" has lost a partition, for good or for a while')
def a_partition_is_away_for_a_while(world):
    world.sql("ALTER TABLE line DETACH PARTITION line_feb; UPDATE line_feb SET amount = amount + 1000; DELETE FROM line_feb WHERE id % 2 = 0; "
              "ALTER TABLE line ATTACH PARTITION line_feb FOR VALUES FROM ('2024-02-01') TO ('2024-03-01')")


@situation("writes_refused", r"replica identity of public.event_mar|ALTER TABLE \"public\".\"event_mar\" REPLICA IDENTITY FULL")
def a_partition_without_a_key_is_made(world):
    world.sql(f"CREATE TABLE event_mar PARTITION OF event {MARCH}", "INSERT INTO event VALUES (1, '2024-03-05', 'new'), (2, '2024-03-06', 'old')")
    if world.running is None:
        return  # as long as no sync runs its updates fail

    def update():
        try:
            world.sql("UPDATE event SET note = 'corrected' WHERE note = 'new'", "DELETE FROM event WHERE note = 'old'")
            return True
        except psycopg2.errors.ObjectNotInPrerequisiteState:
            return False

    until("the application may update the new partition", update, 30)


# --- what sync may not mend, or not at once ---------------------------------------------------------------

def same_conditions_everywhere(world):
    """One that a program does not mend: /ready, the metric, status and doctor name it, and none of them says it is in
    order; gone, it is gone everywhere."""
    shown = Conditions(world)
    world.follow("--metrics", str(shown.port))
    until("it is ready", lambda: shown.get("ready") == (200, "following\n"))
    world.sql("ALTER VIEW item_total RENAME TO item_total_new; CREATE TABLE other AS SELECT * FROM line; "
              "CREATE VIEW item_total AS SELECT item_id, sum(amount) AS amount FROM other WHERE item_id IS NOT NULL GROUP BY item_id")
    world.settle("a view over another table")
    until("/ready says so", lambda: "view_misled" in shown.get("ready")[1], 30)
    expect("public.other" in shown.get("ready")[1] or '"other"' in shown.get("ready")[1] or "reads other" in shown.get("ready")[1],
           shown.get("ready")[1])
    expect('pgsync_condition{name="view_misled"} 1' in shown.get("metrics")[1], "the metric does not show it")
    for command in ("status", "doctor"):
        got, codes = shown.of_command(command)
        expect(got == 3 and "view_misled" in codes, f"{command} ended with {got}: {codes}")
    world.goes_on_after('table "item_total" is another table')
    world.sql("DROP VIEW item_total; ALTER VIEW item_total_new RENAME TO item_total")
    until("it is gone", lambda: "view_misled" not in shown.get("ready")[1] and shown.get("ready")[0] == 200, 40)
    until("sync has read with either view, and follows", lambda: world.running.output().count("following slot") == 3)
    until("the metric shows nothing", lambda: "pgsync_condition{" not in shown.get("metrics")[1])
    world.settle("the view as it was")
    got, codes = shown.of_command("status")
    expect(got == 0 and not codes, f"status ended with {got}: {codes}")
    world.stop()


def without_the_right_to_mend(world):
    """The tables are another role's: sync names the table and the statements, ends, and after them everything is right."""
    reader = world.b.name + "_reader"
    world.sql(f"CREATE ROLE {reader} LOGIN REPLICATION PASSWORD 'reader'", f"GRANT SELECT ON ALL TABLES IN SCHEMA public TO {reader}",
              f"ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT SELECT ON TABLES TO {reader}",
              f"ALTER DATABASE {world.b.name} OWNER TO {reader}", f"ALTER PUBLICATION {PUBLICATION} OWNER TO {reader}")
    who = {"PGUSER": reader, "PGPASSWORD": "reader"}
    try:
        world.b.succeed("sync", "--once")
        shown = Conditions(world, **who)
        world.running = running = world.b.start("sync", **who)
        until("sync follows the slot", lambda: "following slot" in running.output())
        swap(world, "tag", "id, name || ' v2', item_id")
        until("sync ends", lambda: running.child.poll() is not None)
        expect(running.child.poll() == 1, running.output())
        world.says('table "tag" is another table', 'ALTER TABLE "public"."tag" REPLICA IDENTITY FULL', 'ADD TABLE "public"."tag"',
                   "readers keep the index")
        for command in ("status", "doctor"):
            got, codes = shown.of_command(command)
            expect(got == 3 and {"table_replaced", "setup"} <= codes, f"{command} ended with {got}: {codes}")
        output = world.b.run("status", **who)[1]
        before = output.partition("ADD TABLE")[0]
        expect("run sync" not in before, f"status sends to sync, which would not start:\n{output}")
        world.sql('ALTER TABLE "public"."tag" REPLICA IDENTITY FULL', f'ALTER PUBLICATION {PUBLICATION} ADD TABLE "public"."tag"')
        world.running = world.b.start("sync", **who)
        world.settle("after what was asked for")
        world.sql("UPDATE tag SET name = 'again' WHERE id < 9")
        world.settle("and goes on")
        world.stop()
        world.b.succeed("teardown", "--yes", **who)
    finally:
        world.sql(f"ALTER DATABASE {world.b.name} OWNER TO CURRENT_USER", f"REASSIGN OWNED BY {reader} TO CURRENT_USER",
                  f"DROP OWNED BY {reader}", f"DROP ROLE {reader}")


def a_table_is_gone_for_a_moment(world):
    """A migration in several transactions: sync waits some seconds for the table, and ends by name where it stays away."""
    world.follow()
    world.sql("ALTER TABLE label RENAME TO label_old", "UPDATE item SET title = 'meanwhile' WHERE id = 5")
    until("sync has noticed", lambda: "looking again" in world.running.output(), 30)
    world.sql("CREATE TABLE label (LIKE label_old INCLUDING ALL); INSERT INTO label SELECT id, 'new ' || name FROM label_old")
    world.settle("the table is there again")
    world.says('table "label" is another table')
    world.sql("ALTER TABLE label RENAME TO label_gone", "UPDATE item SET title = 'meanwhile' WHERE id = 6")
    until("sync ends", lambda: world.running.child.poll() is not None)
    expect(world.running.child.poll() == 1 and '- table "label"' in world.running.output()[-400:], world.running.output()[-2000:])
    world.sql("ALTER TABLE label_gone RENAME TO label")
    world.follow()
    world.settle("and again")
    world.stop()


def a_migration_that_is_killed(world):
    """Whenever sync is killed while it reads again, it goes on with that: readers keep the index, nothing is lost."""
    world.sql("INSERT INTO item SELECT i, 'more ' || i, repeat('x', 100) FROM generate_series(100, 4000) i")
    world.b.succeed("sync", "--once")
    world.settle("before it")
    swap(world, "tag", "id, name || ' v2', item_id")
    for turn in range(4):
        world.running = running = world.b.start("sync", "--page-size", "50", "--workers", "1", "--bulks-in-flight", "1")
        until("it reads again", lambda: "items:" in running.output())
        world.sql(f"UPDATE tag SET name = 'turn {turn}' WHERE id = {turn + 1}", f"DELETE FROM item WHERE id = {200 + turn}")
        running.stop(signal.SIGKILL)
        expect(world.b.search.count("items"), "readers find nothing")
        got, codes = Conditions(world).of_command("status")
        expect(got == 3 and "reading_again" in codes, f"status ended with {got}: {codes}")
    world.follow()
    world.settle("at last")
    world.stop()


def the_same_program_beside_another_database(world):
    """A wrong line in an environment file: another database of the server, and the index of this one."""
    other = world.b.name + "_other"
    world.sql(f"CREATE DATABASE {other}")
    try:
        connection = world.b.connect(other)
        connection.cursor().execute((pathlib.Path(__file__).parent / "changed/schema.sql").read_text() + "DELETE FROM item WHERE id > 3")
        connection.close()
        world.follow()
        where = {"PGDATABASE": other}
        for command in (("sync", "--once"), ("bootstrap",), ("verify", "--repair"), ("refresh", "--index", "items", "--key", "1")):
            got, output = world.b.run(*command, **where)
            expect(got == 1 and f'was filled from database "{world.b.name}"' in output, f"{command} ended with {got}:\n{output}")
        for command in ("status", "doctor"):
            got, codes = Conditions(world, **where).of_command(command)
            expect(got == 3 and {"other_database", "slot_taken"} <= codes, f"{command} ended with {got}: {codes}")
        world.settle("nothing has happened to the index")
        world.stop()
    finally:
        world.sql(f"DROP DATABASE {other}")


def a_database_is_restored_in_its_place(world):
    """Dropped, created again under its name, and filled from a dump that is some changes older or newer."""
    world.b.succeed("sync", "--once")
    world.b.sql.connection.close()
    with world.b.server.cursor() as cursor:
        cursor.execute("SELECT pg_drop_replication_slot(slot_name) FROM pg_replication_slots WHERE database = %s", (world.b.name,))
        cursor.execute(f"DROP DATABASE {world.b.name}")
        cursor.execute(f"CREATE DATABASE {world.b.name}")
    world.b.sql = world.b.connect().cursor()
    world.b.load("changed", data=False)
    world.sql("DELETE FROM item WHERE id % 4 = 0", "UPDATE tag SET name = 'restored' WHERE id % 3 = 0",
              f"CREATE PUBLICATION {PUBLICATION} FOR TABLE {TABLES}")
    got, codes = Conditions(world).of_command("status")
    expect(got == 3 and "database_restored" in codes, f"status ended with {got}: {codes}")
    world.b.refuse("sync", "--once", saying=["is gone", "--on-lost-slot=resync"])
    world.follow("--on-lost-slot=resync")
    world.settle("read again")
    world.sql("UPDATE tag SET item_id = item_id % 40 + 1 WHERE id % 7 = 0")
    world.settle("and followed")
    world.stop()
    got, codes = Conditions(world).of_command("status")
    expect(codes == {"not_followed"}, f"status ended with {got}: {codes}")


SITUATIONS += [the_same_program_beside_another_database, a_database_is_restored_in_its_place]
SITUATIONS += [same_conditions_everywhere, without_the_right_to_mend, a_table_is_gone_for_a_moment, a_migration_that_is_killed]


# --- replica identities ------------------------------------------------------------------------------------

@situation("setup", r'REPLICA IDENTITY FULL')
def a_table_is_switched_to_the_default_identity(world):
    world.sql("ALTER TABLE tag REPLICA IDENTITY DEFAULT", "UPDATE tag SET item_id = item_id % 40 + 1 WHERE id < 20", "DELETE FROM tag WHERE id = 30")


def main():
    def play(test, folder):
        with Bench(sys.argv[1], pathlib.Path(folder), indices=("items*", "lines*")) as b:
            test(World(b))

    return run_all(SITUATIONS, sys.argv[2:], play, lambda: f"; {compared_documents} documents compared")


if __name__ == "__main__":
    sys.exit(main())
