"""Events: rare and large things, spread over the run by a schedule."""

import psycopg2
import psycopg2.extras

from operations import insert, update
from rows import NOT_NULL, column, copy, listed
from scenarios import wait_a_little


def refill(w, *names):
    """Brings the tables back to about their first size, parents first, one transaction each."""
    for name in names or list(w.tables):
        w.transaction(lambda name=name: w.operation(refill_table, name))


def refill_table(w, name):
    table = w.tables[name]
    names = listed(table.key)
    w.sql(f"SELECT {names} FROM {table.sql}")
    there = set(w.cursor.fetchall())
    missing = [key for key in table.pool[: table.base] if key not in there]
    parents = {}
    for link in table.links:
        w.sql(f"SELECT {listed(link.target)} FROM {w.tables[link.table].sql}")
        parents[link] = [found for found in w.cursor.fetchall() if None not in found]
    rows = []
    for key in missing:
        row = dict(zip(table.key, key))
        for link in table.links:
            if tuple(row.get(c) for c in link.columns) in parents[link]:
                continue
            if parents[link]:
                row.update(zip(link.columns, w.rng.choice(parents[link])))
            elif link.nullable:
                row.update(dict.fromkeys(link.columns))
            else:
                break
        else:
            for columns, pool in table.uniques.items():
                row.update(zip(columns, w.rng.choice(pool)))
            row.update({c: make(w.values) for c, make in table.columns.items()})
            rows.append(row)
    if rows:
        w.world.write(f"w{w.number} refill {name}: {len(rows)} rows")
        psycopg2.extras.execute_values(
            w.cursor,
            f"INSERT INTO {table.sql} ({listed(rows[0])}) VALUES %s ON CONFLICT DO NOTHING",
            [[row[c] for c in rows[0]] for row in rows],
            page_size=500,
        )
    return "refill", len(rows)


def truncate(tables, cascade=False, *refills):
    """TRUNCATE, and the rows back at once in transactions of their own."""
    label = "truncate several" if "," in tables else "truncate cascade" if cascade else "truncate"

    def event(w):
        w.transaction(
            lambda: w.operation(lambda w: (label, w.sql(f"TRUNCATE {tables} {'CASCADE' if cascade else ''}")))
        )
        refill(w, *refills)

    return event


def truncate_between(w):
    """Rows before and after the TRUNCATE of the same transaction."""

    def work():
        for name in ("review", "photo"):
            for _ in range(5):
                w.savepoint(lambda name=name: w.operation(insert, name))
            w.operation(lambda w, name=name: ("truncate", w.sql(f"TRUNCATE {name}")))
            for _ in range(5):
                w.savepoint(lambda name=name: w.operation(insert, name))

    w.transaction(work)
    refill(w, "review", "photo")


def truncate_taken_back(w):
    """A TRUNCATE under a savepoint that is rolled back, and one whose transaction is."""

    def work():
        w.operation(update, "review")
        w.savepoint(lambda: w.operation(lambda w: ("truncate cascade", w.sql("TRUNCATE leg CASCADE"))), True)
        w.operation(update, "leg")

    w.transaction(work)
    w.transaction(
        lambda: w.operation(lambda w: ("truncate cascade", w.sql("TRUNCATE inventory.booking CASCADE"))),
        "rollback",
    )


def copied_photos(w, count):
    """Keys below any of the pool's ordinary ones, to be deleted again later."""
    w.sql('SELECT "Sel ect" FROM "Weird Schema"."T able-1"')
    places = w.cursor.fetchall()
    if not places:
        return "copy", 0
    first = -2_000_000_000 + w.rng.randrange(1_000_000_000)
    copy(
        w.cursor,
        "photo",
        ("id", "place key", "caption"),
        [(first + n, w.rng.choice(places)[0], f"copied {n}") for n in range(count)],
    )
    return "copy", count


def uncopied_photos(w):
    return "delete of very many", w.sql("DELETE FROM photo WHERE caption LIKE 'copied %%'")


def large_copy(w):
    w.transaction(lambda: w.operation(copied_photos, w.rng.randrange(1000, 4000)))
    wait_a_little(w)
    w.transaction(lambda: w.operation(uncopied_photos))


def large_copy_as_replica(w):
    """As a restore does it: rows of several tables, no trigger fires."""

    def work():
        w.sql("DELETE FROM review")
        w.operation(refill_table, "review")
        w.operation(copied_photos, 300)

    w.transaction(work, replica=True)
    w.transaction(lambda: w.operation(uncopied_photos))


def large_update(w):
    """Up to 10,000 row changes in one transaction, the same rows several times over."""
    goal = w.rng.randrange(3_000, 10_000)

    def work():
        rows, turn = 0, 0
        while rows < goal and turn < 50:
            turn += 1
            name = w.rng.choice(["review", "leg", "booking", "invoice", "friendship", "person", "passport"])
            table = w.tables[name]
            plain = [c for c in table.columns if c not in table.large and c not in NOT_NULL]
            field = w.rng.choice(plain)
            before = len(w.done)
            w.operation(
                lambda w, t=table, f=field: (
                    "update of all rows",
                    w.sql(f"UPDATE {t.sql} SET {column(f)} = %s", t.columns[f](w.values)),
                )
            )
            rows += w.done[before][1]

    w.transaction(work)


def large_in_vain(w):
    """Thousands of rows inserted and deleted in one transaction, and thousands rolled back."""

    def work():
        w.operation(copied_photos, 3000)
        w.operation(uncopied_photos)

    w.transaction(work)
    w.transaction(lambda: w.operation(copied_photos, 3000), "rollback")


def delete_all(w):
    """Every row of a root by DELETE, with its cascades, and back."""
    w.transaction(
        lambda: w.operation(lambda w: ("delete of very many", w.sql("DELETE FROM inventory.booking")))
    )
    refill(w, "booking", "invoice", "leg", "review")


def many_savepoints(w):
    """More subtransactions than a snapshot lists one by one."""
    w.transaction(
        lambda: [
            w.savepoint(
                lambda: w.operation(update, w.rng.choice(["review", "leg", "person", "booking"])),
                w.rng.random() < 0.2,
            )
            for _ in range(150)
        ]
    )


def rename_all(w):
    """Every continent gets another key: cascades two tables down, in one transaction."""

    def work():
        w.sql("SELECT code FROM continent ORDER BY code")
        for n, (code,) in enumerate(w.cursor.fetchall()):
            w.operation(
                lambda w, n=n, code=code: (
                    "primary key changed",
                    w.sql("UPDATE continent SET code = %s WHERE code = %s", f"moved|{n}\\", code),
                )
            )

    if w.transaction(work):

        def back():
            w.sql("SELECT code FROM continent WHERE code LIKE 'moved|%%'")
            # Others may have added continents meanwhile, so that there are more than names.
            for (code,), key in zip(w.cursor.fetchall(), reversed(list(w.tables["continent"].pool))):
                w.savepoint(
                    lambda code=code, key=key: w.operation(
                        lambda w: (
                            "primary key changed",
                            w.sql("UPDATE continent SET code = %s WHERE code = %s", *key, code),
                        )
                    )
                )

        wait_a_little(w)
        w.transaction(back)


def upkeep(w):
    w.connection.rollback()
    w.connection.autocommit = True
    try:
        w.sql(
            w.rng.choice(
                ["VACUUM review, leg", "ANALYZE", "VACUUM FULL photo", "CLUSTER invoice USING invoice_pkey"]
            )
        )
    except psycopg2.Error as error:
        w.world.errors[type(error).__name__] += 1
    finally:
        w.connection.autocommit = False


EVENTS = {
    "truncate review": truncate("review", False, "review"),
    "truncate legs": truncate("leg", True, "leg", "review"),
    "truncate two": truncate("photo, passport", False, "photo", "passport"),
    "truncate three": truncate(
        'invoice, friendship, "Weird Schema"."Off""ice"', False, "invoice", "friendship", "office"
    ),
    "truncate bookings": truncate("inventory.booking", True, "booking", "invoice", "leg", "review"),
    "truncate people": truncate(
        "person", True, "person", "passport", "friendship", "booking", "invoice", "leg", "review"
    ),
    "truncate between": truncate_between,
    "truncate taken back": truncate_taken_back,
    "large copy": large_copy,
    "large copy as replica": large_copy_as_replica,
    "large update": large_update,
    "large in vain": large_in_vain,
    "delete all": delete_all,
    "many savepoints": many_savepoints,
    "rename all": rename_all,
    "upkeep": upkeep,
    "refill": refill,
}

# In the beginning of each round, so that the tables are full again for most of it.
EARLY = ("truncate bookings", "truncate people", "delete all")


def plan(rng, seconds, cycle=40):
    """When each event is due, in seconds from the start: all of them at least once, again every `cycle`."""
    events, start = [], 0.0
    while start < seconds:
        length = min(cycle, seconds - start)
        if length >= cycle / 2 or start == 0:
            for name in EVENTS:
                events.append((start + rng.uniform(0.02, 0.5 if name in EARLY else 0.95) * length, name))
            events += [(start + part * length, "refill") for part in (0.3, 0.6, 0.8)]
        start += cycle
    return events
