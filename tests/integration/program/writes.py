#!/usr/bin/env python3
"""pgsync never breaks the application's writes: what PostgreSQL took before bootstrap it takes after it and after
teardown, for every reason for which it refuses an UPDATE or DELETE of a published table. Where that cannot be,
bootstrap says so and changes nothing.

    writes.py CARTS KEYLESS [TEST]...      libpq's variables (a superuser) and OPENSEARCH_URL name the servers
"""
import json
import re
import signal
import sys

import psycopg2

from harness import ROOT, Bench, expect, run_all, until

SLOT = "pgsync_carts"
CART = "CREATE TABLE cart (id bigint PRIMARY KEY, name text NOT NULL); INSERT INTO cart VALUES (1, 'one'), (2, 'two');"
KEY = "id bigint PRIMARY KEY"
TOTAL = "total int GENERATED ALWAYS AS (price * qty) {}"
PLAIN = "total int NOT NULL DEFAULT 0"
CART_ID = "cart_id bigint NOT NULL REFERENCES cart ON DELETE CASCADE"
ROWS = "INSERT INTO line (id, price, qty, cart_id) VALUES (1, 10, 2, 1), (2, 3, 2, 2), (3, 4, 4, 1);"
EXPECTED = """
SELECT c.id::text, json_build_object('id', c.id, 'name', c.name,
    'amount', (SELECT coalesce(sum(total), 0) FROM line WHERE cart_id = c.id),
    'lines', coalesce((SELECT json_agg(json_build_object({key} 'price', price, 'qty', qty, 'total', total) ORDER BY price, total)
              FROM line WHERE cart_id = c.id), '[]'))
FROM cart c"""
compared = 0


def tables(total=PLAIN, key=KEY, cart_id=CART_ID, more="", after=""):
    return f"{CART} CREATE TABLE line ({key}, price int NOT NULL, qty int NOT NULL, {total}, {cart_id}{more}); {ROWS} {after}"


def refused(b, statement):
    """What the server says against a statement; None where it takes it."""
    try:
        b.sql.execute(statement)
    except psycopg2.Error as problem:
        return f"{statement}: {problem}"
    return None


def writes(b):
    """What the application does, on every table; each must be taken. The rows are other ones afterwards."""
    number = b.number = getattr(b, "number", 100) + 10
    statements = [
        f"INSERT INTO cart VALUES ({number}, 'new')",
        f"INSERT INTO line (id, price, qty, cart_id) VALUES ({number}, {number}, 1, {number}), ({number + 1}, {number + 1}, 3, 2)",
        "UPDATE line SET price = price + 1",
        "UPDATE line SET cart_id = 3 - cart_id WHERE cart_id IN (1, 2)",
        "UPDATE cart SET name = name || '!'",
        f"DELETE FROM line WHERE id = {number + 1}",
        f"DELETE FROM cart WHERE id = {number}",  # and its lines
    ]
    if b.sql.connection.server_version >= 150000:
        statements += [
            "MERGE INTO line USING (VALUES (1), (2)) s (id) ON line.id = s.id WHEN MATCHED THEN UPDATE SET qty = qty + 1",
            f"INSERT INTO line (id, price, qty, cart_id) VALUES ({number + 2}, 1, 1, 1)",
            f"MERGE INTO line USING (VALUES ({number + 2})) s (id) ON line.id = s.id WHEN MATCHED THEN DELETE",
        ]
    return [problem for problem in (refused(b, each) for each in statements) if problem]


def taken(b, when):
    problems = writes(b)
    expect(not problems, f"{when} PostgreSQL refuses:\n" + "\n".join(problems))


def differences(b):
    global compared
    b.sql.execute(EXPECTED.format(key="" if b.keyless else "'id', id,"))
    wanted = dict(b.sql.fetchall())
    b.search("POST", "/carts/_refresh")
    found = {each["_id"]: each["_source"] for each in b.search("POST", "/carts/_search?size=1000")["hits"]["hits"]}
    compared += len(wanted)
    return [key for key in wanted.keys() | found.keys() if wanted.get(key) != found.get(key)]


def identity(b, table="line"):
    return b.value("SELECT relreplident FROM pg_class WHERE oid = to_regclass(%s)", table)


def lives(b, schema, wanted, works_before=True):
    """The same writes before bootstrap, after it, while sync runs, and after teardown."""
    b.sql.execute(schema)
    if works_before:
        taken(b, "before bootstrap")
    before = identity(b)
    dry = b.succeed("bootstrap", "--dry-run")
    expect(identity(b) == before, "a dry run changes the replica identity")
    made = json.loads(b.succeed("bootstrap", "--json", "--log-level", "error").splitlines()[-1])
    for each in made["statements"]:
        expect(each["sql"] in dry, f"the dry run does not say {each['sql']}:\n{dry}")
    expect(identity(b) == wanted, f"the replica identity is {identity(b)}, not {wanted}: {made['statements']}")
    expect(not differences(b), "the load is not as the tables are")
    taken(b, "after bootstrap")
    running = b.start("sync")
    until("the documents are right", lambda: not differences(b))
    taken(b, "while sync runs")
    until("the documents are right again", lambda: not differences(b))
    got, output = b.run("doctor", "--json", "--log-level", "error")
    grave = [each for each in json.loads(output.splitlines()[-1])["findings"] if each["code"] in (
        "writes_refused", "setup_impossible", "setup", "shape", "setup_right")]
    expect(not grave, f"doctor finds {grave}")
    expect(running.stop() == 0, running.output())
    b.succeed("sync", "--once")
    b.succeed("teardown", "--yes")
    taken(b, "after teardown")
    return made


def refuses(b, schema, *saying):
    """Before anything is changed; and the application goes on."""
    b.sql.execute(schema)
    taken(b, "before bootstrap")
    state = ("SELECT array_agg(relreplident::text ORDER BY oid) || (SELECT array_agg(pubname::text) FROM pg_publication) || "
             "(SELECT array_agg(slot_name::text) FROM pg_replication_slots WHERE database = current_database()) || "
             "(SELECT array_agg(indexrelid::text ORDER BY 1) FROM pg_index) FROM pg_class WHERE relkind IN ('r', 'p')")
    before = b.value(state)
    output = b.refuse("bootstrap", saying=saying)
    b.refuse("bootstrap", "--dry-run", saying=saying)
    expect(b.value(state) == before, "something was changed")
    expect(not b.search("GET", "/carts*?ignore_unavailable=true"), "an index was made")
    got, found = b.run("doctor", "--json", "--log-level", "error")
    codes = [each["code"] for each in json.loads(found.splitlines()[-1])["findings"]]
    expect(got == 3 and "setup_impossible" in codes, f"doctor finds {codes}")
    taken(b, "after bootstrap has refused")
    return output


TESTS = []


def scenario(since=90600, keyless=False):
    def remember(test):
        test.since, test.keyless = since, keyless
        TESTS.append(test)
        return test
    return remember


# ---- replica identities

@scenario()
def whole_rows_where_the_key_is_not_enough(b):
    lives(b, tables(), "f")


@scenario()
def identity_nothing(b):
    lives(b, tables(after="ALTER TABLE line REPLICA IDENTITY NOTHING; ALTER TABLE cart REPLICA IDENTITY NOTHING"), "f")
    expect(identity(b, "cart") == "d", "the primary key of cart is not its identity")


@scenario()
def identity_index_dropped(b):
    lives(b, tables(after="CREATE UNIQUE INDEX chosen ON line (cart_id, id); ALTER TABLE line REPLICA IDENTITY USING INDEX chosen; "
                    "DROP INDEX chosen"), "f")


@scenario()
def an_index_that_is_enough_stays(b):
    lives(b, tables(after="CREATE UNIQUE INDEX chosen ON line (cart_id, id); ALTER TABLE line REPLICA IDENTITY USING INDEX chosen"), "i")


@scenario()
def deferrable_primary_key(b):
    lives(b, tables(key="id bigint PRIMARY KEY DEFERRABLE", more=", UNIQUE (id)"), "f")


@scenario()
def no_primary_key(b):
    lives(b, tables(key="id bigint UNIQUE"), "f")


# ---- generated columns

@scenario(since=120000)
def stored_generated_column(b):
    made = lives(b, tables(TOTAL.format("STORED")), "f")
    published = any("publish_generated_columns = stored" in each["sql"] for each in made["statements"])
    expect(published == (b.sql.connection.server_version >= 180000), f"{made['statements']}")


@scenario(since=180000)
def stored_generated_column_in_the_primary_key(b):
    lives(b, tables(TOTAL.format("STORED") + ", code bigint GENERATED ALWAYS AS (id + 1) STORED", key="id bigint UNIQUE",
                    more=", PRIMARY KEY (id, code)"), "f")


@scenario(since=180000)
def virtual_generated_column(b):
    lives(b, tables(TOTAL.format("VIRTUAL")), "i")


@scenario(since=180000)
def virtual_generated_column_under_whole_rows(b):
    lives(b, tables(TOTAL.format("VIRTUAL"), after="ALTER TABLE line REPLICA IDENTITY FULL"), "i")


@scenario(since=180000)
def virtual_generated_column_with_an_index_of_the_users(b):
    made = lives(b, tables(TOTAL.format("VIRTUAL"), after="CREATE UNIQUE INDEX theirs ON line (cart_id, id)"), "i")
    expect(not any("CREATE UNIQUE" in each["sql"] for each in made["statements"]), f"{made['statements']}")


@scenario(since=180000)
def virtual_generated_column_that_no_index_helps(b):
    refuses(b, tables(TOTAL.format("VIRTUAL"), cart_id="cart_id bigint REFERENCES cart ON DELETE CASCADE"),
            'column "total" is generated and virtual', 'column "cart_id" may be null',
            'ALTER TABLE "public"."line" ALTER COLUMN "cart_id" SET NOT NULL')
    b.sql.execute("ALTER TABLE line ALTER COLUMN cart_id SET NOT NULL")
    b.succeed("bootstrap")
    taken(b, "after the remedy and bootstrap")


@scenario(since=180000)
def virtual_generated_column_and_a_deferrable_key(b):
    refuses(b, tables(TOTAL.format("VIRTUAL"), key="id bigint PRIMARY KEY DEFERRABLE", more=", UNIQUE (id)"),
            "its primary key is deferrable")


@scenario(since=180000)
def a_generated_column_that_comes_later(b):
    """Whole rows are the identity, and a stored column is added: our publication has it already."""
    b.sql.execute(tables())
    b.succeed("bootstrap")
    expect(identity(b) == "f", "the identity is no whole row")
    b.sql.execute("ALTER TABLE line ADD double int GENERATED ALWAYS AS (price * 2) STORED")
    taken(b, "with a stored generated column that came later")
    b.sql.execute("ALTER TABLE line ADD half int GENERATED ALWAYS AS (price / 2) VIRTUAL")
    expect(writes(b), "PostgreSQL takes updates of whole rows with a virtual column")
    found = json.loads(b.run("doctor", "--json", "--log-level", "error")[1].splitlines()[-1])["findings"]
    told = [each for each in found if each["code"] == "writes_refused"]
    expect(len(told) == 1 and not [each for each in found if each["code"] == "setup"], f"doctor finds {found}")
    expect(not [each for each in found if "would not start" in json.dumps(each)], f"doctor finds {found}")
    for step in told[0]["remedy"]:
        b.sql.execute(step["sql"])
    taken(b, "after doctor's remedy")
    b.succeed("sync", "--once")
    expect(not differences(b), "documents differ")
    # sync does the same, when it starts and while it runs.
    b.sql.execute("ALTER TABLE line REPLICA IDENTITY FULL")
    output = b.succeed("sync", "--once")
    expect(identity(b) == "i", f"sync left the identity as it was:\n{output}")
    taken(b, "after sync has made it good")
    running = b.start("sync")
    until("it follows", lambda: "following slot" in running.output())
    b.sql.execute("ALTER TABLE line REPLICA IDENTITY FULL")
    until("sync makes it good while it runs", lambda: identity(b) == "i")
    taken(b, "after a running sync has made it good")
    until("the documents are right", lambda: not differences(b))
    expect(running.stop() == 0, running.output())
    # bootstrap does the same, and leaves the index.
    b.sql.execute("ALTER TABLE line REPLICA IDENTITY FULL")
    output = b.succeed("bootstrap")
    expect("already loaded" in output and identity(b) == "i", output)
    taken(b, "after bootstrap has made it good")
    b.succeed("sync", "--once")
    expect(not differences(b), "documents differ after bootstrap")


# ---- publications of others

@scenario(since=150000)
def column_list_of_another_publication(b):
    lives(b, tables(after="CREATE PUBLICATION theirs FOR TABLE line (id, cart_id, price)"), "i")


@scenario(since=150000)
def column_list_that_lacks_what_is_needed(b):
    refuses(b, tables(after="CREATE PUBLICATION theirs FOR TABLE line (id, price)"),
            'publication "theirs" has a column list', 'add "cart_id" to the column list of publication "theirs"')


@scenario(since=150000)
def column_list_of_a_publication_of_inserts(b):
    lives(b, tables(after="CREATE PUBLICATION theirs FOR TABLE line (id, price) WITH (publish = 'insert')"), "f")


@scenario(since=150000)
def row_filter_of_another_publication(b):
    lives(b, tables(after="CREATE PUBLICATION theirs FOR TABLE line WHERE (id > 0)"), "f")


@scenario(since=150000)
def row_filter_and_column_list(b):
    made = lives(b, tables(more=", kind int NOT NULL DEFAULT 1", after="CREATE UNIQUE INDEX ident ON line (kind, id); "
                           "ALTER TABLE line REPLICA IDENTITY USING INDEX ident; "
                           "CREATE PUBLICATION theirs FOR TABLE line (id, kind, cart_id) WHERE (kind = 1)"), "i")
    expect(any('("cart_id", "kind", "id")' in each["sql"] for each in made["statements"]), f"{made['statements']}")


@scenario(since=180000)
def generated_columns_that_another_publication_leaves_out(b):
    lives(b, tables(TOTAL.format("STORED"), after="CREATE PUBLICATION theirs FOR ALL TABLES"), "i")


@scenario(since=180000)
def generated_columns_that_another_publication_has(b):
    lives(b, tables(TOTAL.format("STORED"), after="CREATE PUBLICATION theirs FOR TABLES IN SCHEMA public "
                    "WITH (publish_generated_columns = stored)"), "f")


@scenario(since=180000)
def generated_columns_left_out_and_no_index(b):
    refuses(b, tables(TOTAL.format("STORED"), cart_id="cart_id bigint REFERENCES cart ON DELETE CASCADE",
                      after="CREATE PUBLICATION theirs FOR TABLE line"),
            'ALTER PUBLICATION "theirs" SET \\(publish_generated_columns = stored\\)')
    b.sql.execute('ALTER PUBLICATION "theirs" SET (publish_generated_columns = stored)')
    b.succeed("bootstrap")
    taken(b, "after the remedy and bootstrap")


# ---- our own publication, made by somebody before

@scenario(since=150000)
def our_publication_with_a_column_list(b):
    lives(b, tables(after=f"CREATE PUBLICATION {SLOT} FOR TABLE line (id, price), cart"), "f")


@scenario(since=150000)
def our_publication_with_a_row_filter(b):
    lives(b, tables(after=f"CREATE PUBLICATION {SLOT} FOR TABLE line WHERE (id > 1), cart"), "f")


@scenario(since=180000)
def our_publication_without_generated_columns(b):
    lives(b, tables(TOTAL.format("STORED"), after=f"CREATE PUBLICATION {SLOT} FOR TABLE line, cart"), "f")


@scenario(since=100000)
def our_publication_of_inserts(b):
    lives(b, tables(after=f"ALTER TABLE line REPLICA IDENTITY NOTHING; "
                    f"CREATE PUBLICATION {SLOT} FOR TABLE line WITH (publish = 'insert')"), "f")


@scenario(since=100000)
def our_publication_of_inserts_of_other_tables(b):
    b.sql.execute(tables(after="CREATE TABLE other (i int); INSERT INTO other VALUES (1); "
                         f"CREATE PUBLICATION {SLOT} FOR TABLE line, other WITH (publish = 'insert')"))
    b.sql.execute("UPDATE other SET i = i + 1")
    b.refuse("bootstrap", saying=['publishes other tables as well \\("public"."other"\\)'])
    b.sql.execute("UPDATE other SET i = i + 1")
    taken(b, "after bootstrap has refused")


@scenario(since=100000)
def a_start_at_any_step(b):
    """However far an earlier bootstrap got: nothing is refused in between, and the next one goes on."""
    version = b.sql.connection.server_version
    total = TOTAL.format("STORED") if version >= 120000 else PLAIN
    narrow = " (id, price)" if version >= 150000 else ""
    schema = tables(total, after=f"CREATE PUBLICATION {SLOT} FOR TABLE line{narrow}, cart")
    b.sql.execute(schema)
    made = json.loads(b.succeed("bootstrap", "--dry-run", "--json").splitlines()[-1])
    statements = [each["sql"] for each in made["statements"]]
    for done in range(len(statements)):
        b.sql.execute(f"DROP TABLE line, cart; DROP PUBLICATION {SLOT}; {schema}")
        taken(b, "before bootstrap")
        for number, sql in enumerate(statements[:done]):
            b.sql.execute(sql)
            taken(b, f"after statement {number + 1} of {statements}")
    b.succeed("bootstrap")
    taken(b, "after bootstrap")
    b.succeed("sync", "--once")
    expect(not differences(b), "documents differ")


# ---- an index of ours

WAITING = "SELECT pid FROM pg_stat_activity WHERE query LIKE %s AND wait_event_type = 'Lock' AND datname = %s"
INVALID = "SELECT count(*) FROM pg_index WHERE NOT indisvalid AND indrelid = 'line'::regclass"


def held_up(b):
    """A bootstrap whose index waits for a transaction, that transaction, and the server process that waits."""
    b.sql.execute(tables(TOTAL.format("VIRTUAL")))
    holder = b.connect()
    holder.autocommit = False
    holder.cursor().execute("UPDATE line SET price = price WHERE id = 3")
    running = b.start("bootstrap")
    pid = until("the index waits", lambda: b.value(WAITING, "CREATE UNIQUE INDEX%", b.name))
    b.sql.execute("UPDATE line SET qty = 5 WHERE id = 1; DELETE FROM line WHERE id = 2; INSERT INTO line (id, price, qty, cart_id) "
                  "VALUES (50, 1, 1, 1)")
    return running, holder, pid


def let_go(b, running, holder):
    holder.commit()
    holder.close()
    expect(running.child.wait(60) == 0, running.output())
    expect(identity(b) == "i" and b.value(INVALID) == 0, f"{identity(b)}, {b.value(INVALID)} invalid:\n{running.output()}")
    taken(b, "after bootstrap")
    b.succeed("sync", "--once")
    expect(not differences(b), "documents differ")


@scenario(since=180000)
def an_index_waits_as_long_as_it_has_to(b):
    """For transactions that are running, and longer than an ALTER TABLE may wait; nobody waits for it."""
    running, holder, pid = held_up(b)
    until("one statement has waited twice as long as for a lock", lambda: b.value(
        "SELECT now() - query_start > interval '1 second' FROM pg_stat_activity WHERE pid = %s AND query LIKE 'CREATE UNIQUE%%'", pid))
    let_go(b, running, holder)
    expect("DROP INDEX" not in running.output(), running.output())


@scenario(since=180000)
def an_index_that_is_interrupted(b):
    """What is left is of no use: it is dropped, and made again."""
    running, holder, pid = held_up(b)
    b.sql.execute("SELECT pg_cancel_backend(%s)", (pid,))
    until("what was left is dropped", lambda: b.value(WAITING, "DROP INDEX CONCURRENTLY%", b.name))
    expect(b.value(INVALID) == 1, "nothing was left")
    b.sql.execute("UPDATE line SET qty = 6 WHERE id = 1")
    let_go(b, running, holder)


@scenario(since=180000)
def a_bootstrap_that_is_killed_while_its_index_waits(b):
    running, holder, pid = held_up(b)
    running.stop(signal.SIGKILL)
    b.sql.execute("SELECT pg_terminate_backend(%s)", (pid,))
    until("its session has ended", lambda: not b.value("SELECT pid FROM pg_stat_activity WHERE pid = %s", pid))
    expect(b.value(INVALID) == 1, "nothing was left")
    b.sql.execute("UPDATE line SET qty = 6 WHERE id = 1")
    again = b.start("bootstrap")
    until("what was left is dropped", lambda: b.value(WAITING, "DROP INDEX CONCURRENTLY%", b.name))
    let_go(b, again, holder)


# ---- partitions

PARTITIONED = CART + """
CREATE TABLE line (id bigint, at date NOT NULL DEFAULT '2024-02-02', price int NOT NULL, qty int NOT NULL, {total}, {cart_id}{more})
PARTITION BY RANGE (at);
CREATE TABLE line_2024 PARTITION OF line FOR VALUES FROM ('2024-01-01') TO ('2025-01-01');
""" + ROWS
NEW = "CREATE TABLE line_2025 PARTITION OF line FOR VALUES FROM ('2025-01-01') TO ('2026-01-01')"
MOVE = ["INSERT INTO line (id, at, price, qty, cart_id) VALUES (70, '2025-03-03', 7, 7, 1)",
        "UPDATE line SET price = 8 WHERE id = 70", "UPDATE line SET at = '2024-03-03' WHERE id = 70",
        "UPDATE line SET at = '2025-03-03', cart_id = 2 WHERE id = 70", "DELETE FROM line WHERE id = 70"]


def lives_in_partitions(b, schema, wanted):
    b.sql.execute(schema)
    taken(b, "before bootstrap")
    b.succeed("bootstrap")
    expect(identity(b, "line_2024") == wanted, f"the identity of the partition is {identity(b, 'line_2024')}")
    taken(b, "after bootstrap")
    b.succeed("sync", "--once")
    expect(not differences(b), "documents differ")


@scenario(since=130000, keyless=True)
def a_partitioned_table_with_a_key(b):
    """A new partition takes over the primary key, so that its updates are taken from the first moment on."""
    lives_in_partitions(b, PARTITIONED.format(total=PLAIN, cart_id=CART_ID, more=", PRIMARY KEY (id, at)"), "f")
    running = b.start("sync")
    until("sync follows the slot", lambda: "following slot" in running.output())
    b.sql.execute(NEW)
    for statement in MOVE:
        b.sql.execute(statement)
    taken(b, "with a new partition")
    until("the documents are right", lambda: not differences(b))


@scenario(since=130000, keyless=True)
def a_partitioned_table_without_key(b):
    """What a new partition takes over: no replica identity. bootstrap and doctor say so, and the event trigger helps."""
    schema = PARTITIONED.format(total=PLAIN, cart_id=CART_ID, more="")
    b.sql.execute(schema)
    output = b.succeed("bootstrap")
    expect("partitioned table public.line has no primary key" in output, f"bootstrap does not warn:\n{output}")
    taken(b, "after bootstrap")
    # However the partitioned table and the other partitions are.
    b.sql.execute("ALTER TABLE line REPLICA IDENTITY FULL; " + NEW)
    expect(identity(b, "line_2025") == "d", "a new partition takes over the replica identity")
    b.sql.execute(MOVE[0])
    expect(refused(b, MOVE[1]), "PostgreSQL takes an update of a partition without replica identity")
    b.sql.execute("ALTER TABLE line REPLICA IDENTITY DEFAULT; DROP TABLE line_2025")
    found = partition_finding(b)
    body = re.compile(r"\$function\$.*?\$function\$", re.S)
    documented = body.search((ROOT / "docs/operating.md").read_text(encoding="utf-8")).group()
    expect(any(documented in step.get("sql", "") for step in found["remedy"]), "docs/operating.md has another function")
    try:
        for step in found["remedy"]:
            if "sql" in step:
                b.sql.execute(step["sql"])
        expect(partition_finding(b) is None, "doctor still finds it")
        b.sql.execute(NEW)
        expect(identity(b, "line_2025") == "f", "the event trigger does nothing")
        for statement in MOVE:
            b.sql.execute(statement)
        # Attached, with rows; and further down.
        b.sql.execute("CREATE TABLE later (LIKE line); ALTER TABLE line ATTACH PARTITION later FOR VALUES FROM ('2026-01-01') TO "
                      "('2027-01-01'); CREATE TABLE deep PARTITION OF line FOR VALUES FROM ('2027-01-01') TO ('2028-01-01') "
                      "PARTITION BY LIST (qty); CREATE TABLE deep_1 PARTITION OF deep FOR VALUES IN (1)")
        expect((identity(b, "later"), identity(b, "deep_1")) == ("f", "f"), "attached or deep partitions are left out")
        b.sql.execute("INSERT INTO line (id, at, price, qty, cart_id) VALUES (80, '2026-03-03', 7, 7, 1), (81, '2027-03-03', 7, 1, 1)")
        b.sql.execute("UPDATE line SET price = 9 WHERE id IN (80, 81)")
        taken(b, "with new partitions")
        # Tables of others, and DDL of somebody who owns no partition, go on.
        b.sql.execute("CREATE TABLE unrelated (id int); ALTER TABLE unrelated ADD more int; DROP TABLE unrelated; "
                      "ALTER TABLE line ADD remark text")
        b.sql.execute(f"CREATE ROLE {b.name}; GRANT CREATE ON SCHEMA public TO {b.name}; SET ROLE {b.name}; "
                      "CREATE TABLE theirs (id int); ALTER TABLE theirs ADD more int; DROP TABLE theirs; RESET ROLE")
    finally:
        b.sql.execute("RESET ROLE; DROP EVENT TRIGGER IF EXISTS pgsync_partition_identity; "
                      f"REVOKE CREATE ON SCHEMA public FROM {b.name}; DROP ROLE {b.name}")
    b.succeed("teardown", "--yes")
    taken(b, "after teardown")


def partition_finding(b):
    found = json.loads(b.run("doctor", "--json", "--log-level", "error")[1].splitlines()[-1])["findings"]
    found = [each for each in found if each["code"] == "partitions_without_key"]
    return found[0] if found else None


@scenario(since=130000, keyless=True)
def a_partitioned_table_with_a_deferrable_key(b):
    lives_in_partitions(b, PARTITIONED.format(total=PLAIN, cart_id=CART_ID, more=", PRIMARY KEY (id, at) DEFERRABLE"), "f")
    expect(partition_finding(b), "doctor takes a deferrable key for an identity")


@scenario(since=150000, keyless=True)
def a_partitioned_table_in_a_publication_by_its_root(b):
    """The column list and row filter of the topmost table count, with the identity of the partition."""
    lives_in_partitions(b, PARTITIONED.format(total=PLAIN, cart_id=CART_ID, more=", PRIMARY KEY (id, at)") +
                        "CREATE PUBLICATION theirs FOR TABLE line (at, id, cart_id) WHERE (id > 0) "
                        "WITH (publish_via_partition_root)", "i")


@scenario(since=150000, keyless=True)
def a_partitioned_table_in_a_publication_by_its_root_that_does_not_fit(b):
    refuses(b, PARTITIONED.format(total=PLAIN, cart_id=CART_ID, more=", PRIMARY KEY (id, at)") +
            "CREATE PUBLICATION theirs FOR TABLE line (at, id) WITH (publish_via_partition_root)",
            'the column list of publication "theirs" lacks "cart_id"')


@scenario(since=180000, keyless=True)
def a_partitioned_table_with_a_virtual_column(b):
    lives_in_partitions(b, PARTITIONED.format(total=TOTAL.format("VIRTUAL"), cart_id=CART_ID, more=", PRIMARY KEY (id, at)"), "i")
    # Without a key there is no way.
    b.succeed("teardown", "--yes")
    b.sql.execute("DROP TABLE line, cart")
    refuses(b, PARTITIONED.format(total=TOTAL.format("VIRTUAL"), cart_id=CART_ID, more=""), "virtual", "has no primary key")


def main():
    carts, keyless, wanted = sys.argv[1], sys.argv[2], sys.argv[3:]
    version = 0

    def play(test, folder):
        with Bench(keyless if test.keyless else carts, folder, indices=("carts*",)) as b:
            b.keyless = test.keyless
            test(b)

    with psycopg2.connect(dbname="postgres") as connection:
        version = connection.server_version
    return run_all([each for each in TESTS if each.since <= version], wanted, play,
                   lambda: f"; {compared} documents compared, 0 different")


if __name__ == "__main__":
    sys.exit(main())
