"""Writers that change tables of which they know no more than the catalog tells."""

import collections
import threading
import time
import traceback

import psycopg2
import psycopg2.errors

from catalog import quoted
from values import Values

RETRIED = (psycopg2.errors.DeadlockDetected, psycopg2.errors.SerializationFailure)
GIVEN_UP = RETRIED + (psycopg2.errors.LockNotAvailable, psycopg2.errors.QueryCanceled)
# What a random statement may run into and a savepoint survives.
EXPECTED = (
    psycopg2.errors.IntegrityError,
    psycopg2.errors.DataError,
    psycopg2.errors.RaiseException,
    psycopg2.errors.ObjectNotInPrerequisiteState,
    psycopg2.errors.FeatureNotSupported,
    psycopg2.errors.InvalidColumnReference,
    psycopg2.errors.TriggeredDataChangeViolation,
)


class World:
    """What the writers share."""

    def __init__(self, dsn, tables, hints, seed, journal):
        self.dsn, self.tables, self.hints, self.seed, self.journal = dsn, tables, hints, seed, journal
        self.stop = threading.Event()
        self.lock = threading.Lock()
        self.problems = []
        self.transactions = collections.Counter()  # committed, rolled back, given up
        self.operations = collections.Counter()  # kind -> in transactions that were committed
        self.rows = 0
        self.errors = collections.Counter()

    def write(self, lines):
        with self.lock:
            for line in lines:
                self.journal.write(line + "\n")


class Writer(threading.Thread):
    def __init__(self, world, number, rng, pace):
        super().__init__(name=f"writer {number}", daemon=True)
        self.world, self.number, self.rng, self.pace = world, number, rng, pace
        self.values = Values(rng, world.hints)
        self.connection = self.cursor = None
        self.done, self.lines = [], []

    def run(self):
        try:
            self.connection = psycopg2.connect(self.world.dsn)
            self.cursor = self.connection.cursor()
            self.cursor.execute(
                "SET TimeZone = 'UTC'; SET deadlock_timeout = '100ms'; SET lock_timeout = '3s'; "
                f"SET statement_timeout = '20s'; SET synchronous_commit = {'off' if self.number == 0 else 'on'}"
            )
            self.connection.commit()
            while not self.world.stop.is_set():
                self.transaction()
                self.world.stop.wait(self.rng.expovariate(1 / self.pace))
        except BaseException:
            self.world.problems.append(f"{self.name}: {traceback.format_exc()}")
        finally:
            if self.connection is not None:
                self.connection.close()

    # --- a transaction --------------------------------------------------------------------------------

    def transaction(self):
        rng, world = self.rng, self.world
        self.done, self.lines = [], []
        outcome = "committed"
        try:
            for _ in range(rng.randint(1, 8)):
                self.operation()
            if rng.random() < 0.08:
                self.connection.rollback()
                outcome = "rolled back"
            else:
                self.connection.commit()
        except GIVEN_UP as error:
            self.connection.rollback()
            world.errors[type(error).__name__] += 1
            outcome = "given up"
        except EXPECTED as error:  # a deferred constraint
            self.connection.rollback()
            world.errors[type(error).__name__] += 1
            outcome = "given up"
        with world.lock:
            world.transactions[outcome] += 1
            if outcome == "committed":
                for kind, rows in self.done:
                    world.operations[kind] += 1
                    world.rows += rows
        world.write([f"{time.time():.3f} {self.name} {outcome}"] + ["    " + line for line in self.lines])

    def operation(self):
        """One operation; a constraint that refuses it undoes it alone."""
        kind = self.rng.choices(list(WEIGHTS), WEIGHTS.values())[0]
        table = self.rng.choice(self.world.tables)
        if not table.columns:
            return
        mark = len(self.lines)
        self.cursor.execute("SAVEPOINT s")
        try:
            rows = getattr(self, kind.replace(" ", "_"))(table)
        except GIVEN_UP:
            raise
        except EXPECTED as error:
            self.cursor.execute("ROLLBACK TO SAVEPOINT s")
            self.lines[mark:] = [f"-- {kind} {table.title}: {type(error).__name__}"]
            with self.world.lock:
                self.world.errors[type(error).__name__] += 1
            return
        # Without a release what follows is a sub-transaction of a sub-transaction.
        if self.rng.random() < 0.8:
            self.cursor.execute("RELEASE SAVEPOINT s")
        if rows:
            self.done.append((kind, rows))

    def execute(self, statement, parameters=()):
        self.cursor.execute(statement, parameters or None)
        self.lines.append(self.cursor.query.decode("utf-8", "replace").replace("\n", "\\n")[:2000])
        return self.cursor.rowcount

    # --- rows and values ------------------------------------------------------------------------------

    def pick(self, table, count, columns=()):
        """Some rows there are, by where they lie, with columns of theirs as text."""
        listed = "".join(f", {table.columns[name].sql}::text" for name in columns)
        order = "md5(tableoid::text || ctid::text || %s)"
        parameters = [str(self.rng.random())]
        if table.key and self.rng.random() < 0.3:  # often the same ones
            order = ", ".join(quoted(name) for name in table.key) + f", {order}"
        self.cursor.execute(
            f"SELECT tableoid::text, ctid::text{listed} FROM {table.sql} ORDER BY {order} LIMIT %s",
            parameters + [count],
        )
        return self.cursor.fetchall()

    def at(self, rows):
        """A condition that holds for these rows, with its parameters."""
        return (
            "(tableoid, ctid) IN (" + ", ".join(["(%s::oid, %s::tid)"] * len(rows)) + ")",
            [part for row in rows for part in row[:2]],
        )

    def parent(self, key):
        """Values for the columns of a foreign key: those of a parent there is, or NULL; None if there is none."""
        rng = self.rng
        columns = [key.table.columns[name] for name in key.columns]
        if any(column.nullable for column in columns) and rng.random() < 0.15:
            return {column.name: None for column in columns if column.nullable}
        named = [quoted(name) for name in key.referenced]
        order = ", ".join(named) if rng.random() < 0.4 else "md5(ctid::text || %s)"
        self.cursor.execute(
            f"SELECT {', '.join(f'{name}::text' for name in named)} FROM {key.parent.sql} "
            f"WHERE {' AND '.join(f'{name} IS NOT NULL' for name in named)} ORDER BY {order} LIMIT 5",
            None if "%s" not in order else (str(rng.random()),),
        )
        found = self.cursor.fetchall()
        return dict(zip(key.columns, rng.choice(found))) if found else None

    def fill(self, table, names):
        """Values for these columns; those of foreign keys come from parents."""
        row = {}
        wanted = set(names)
        for key in self.rng.sample(table.foreign, len(table.foreign)):
            if wanted.intersection(key.columns) and not any(name in row for name in key.columns):
                row.update(self.parent(key) or {})
        for name in names:
            if name not in row:
                row[name] = self.values.of(table, table.columns[name])
        return row

    def insert_statement(self, table):
        names = [
            name
            for name, column in table.columns.items()
            if name in table.key or not (column.default or column.nullable) or self.rng.random() < 0.8
        ] or list(table.columns)
        row = self.fill(table, names)
        listed = [(table.columns[name], value) for name, value in row.items() if name in table.columns]
        return (
            f"INSERT INTO {table.sql} ({', '.join(column.sql for column, _ in listed)}) "
            f"VALUES ({', '.join(f'%s::{column.type.name}' for column, _ in listed)})",
            [value for _, value in listed],
            [column.name for column, _ in listed],
        )

    def set_rows(self, table, row, rows):
        """UPDATE of these rows."""
        if not rows or not row:
            return 0
        where, where_values = self.at(rows)
        row = {name: value for name, value in row.items() if name in table.columns}
        return self.execute(
            f"UPDATE {table.sql} SET "
            + ", ".join(f"{table.columns[name].sql} = %s::{table.columns[name].type.name}" for name in row)
            + f" WHERE {where}",
            list(row.values()) + where_values,
        )

    def plain(self, table):
        """The columns that are in no key and in no foreign key."""
        taken = set(table.key).union(*(key.columns for key in table.foreign))
        return [name for name in table.columns if name not in taken]

    # --- the operations -------------------------------------------------------------------------------

    def insert(self, table):
        statement, values, _ = self.insert_statement(table)
        return self.execute(statement, values)

    def update(self, table, rows=None):
        names = self.plain(table)
        if not names:
            return self.move(table)
        names = self.rng.sample(names, min(len(names), self.rng.choice([1, 1, 1, 2, 3])))
        return self.set_rows(table, self.fill(table, names), rows or self.pick(table, 1))

    def update_several(self, table):
        return self.update(table, self.pick(table, self.rng.choice([2, 3, 5, 12])))

    def update_all(self, table):
        """Every row of a small table: the same value, or what an expression makes of the old one."""
        names = self.plain(table)
        if not names or len(self.pick(table, 301)) > 300:
            return self.update_several(table)
        column = table.columns[self.rng.choice(names)]
        return self.execute(
            f"UPDATE {table.sql} SET {column.sql} = %s::{column.type.name}",
            [self.values.of(table, column)],
        )

    def update_same(self, table):
        rows = self.pick(table, self.rng.choice([1, 1, 4]))
        if not rows:
            return 0
        column = table.columns[self.rng.choice(list(table.columns))]
        where, values = self.at(rows)
        return self.execute(f"UPDATE {table.sql} SET {column.sql} = {column.sql} WHERE {where}", values)

    def move(self, table):
        """Other parents."""
        if not table.foreign:
            return self.update(table) if self.plain(table) else 0
        values = self.parent(self.rng.choice(table.foreign))
        return self.set_rows(table, values, self.pick(table, self.rng.choice([1, 1, 1, 3])))

    def rekey(self, table):
        """Another key; sometimes other columns in the same statement."""
        keys = [key for key in table.keys if table.writable(key)]
        if not keys:
            return 0
        key = keys[0] if self.rng.random() < 0.7 else self.rng.choice(keys)
        names = list(key) if self.rng.random() < 0.6 else [self.rng.choice(key)]
        if self.rng.random() < 0.3 and self.plain(table):
            names.append(self.rng.choice(self.plain(table)))
        return self.set_rows(table, self.fill(table, names), self.pick(table, 1))

    def delete(self, table):
        rows = self.pick(table, self.rng.choice([1, 1, 1, 1, 2]))
        if not rows:
            return self.insert(table)
        where, values = self.at(rows)
        return self.execute(f"DELETE FROM {table.sql} WHERE {where}", values)

    def come_and_go(self, table):
        """Insert and delete in one transaction, or delete and insert again under the same key."""
        if self.rng.random() < 0.5 or not table.columns:
            statement, values, _ = self.insert_statement(table)
            self.cursor.execute(statement + " RETURNING tableoid::text, ctid::text", values)
            rows = self.cursor.fetchall()
            where, values = self.at(rows)
            return self.execute(f"DELETE FROM {table.sql} WHERE {where}", values)
        rows = self.pick(table, 1, tuple(table.columns))
        if not rows:
            return 0
        where, values = self.at(rows)
        gone = self.execute(f"DELETE FROM {table.sql} WHERE {where}", values)
        if not gone:
            return 0
        row = dict(zip(table.columns, rows[0][2:]))
        plain = self.plain(table)
        if plain and self.rng.random() < 0.6:
            row.update(self.fill(table, [self.rng.choice(plain)]))
        columns = table.columns
        return gone + self.execute(
            f"INSERT INTO {table.sql} ({', '.join(columns[name].sql for name in row)}) "
            f"VALUES ({', '.join(f'%s::{columns[name].type.name}' for name in row)})",
            list(row.values()),
        )

    def upsert(self, table):
        keys = [key for key in table.keys if table.writable(key)]
        if not keys:
            return self.insert(table)
        key = self.rng.choice(keys)
        statement, values, names = self.insert_statement(table)
        others = [name for name in names if name not in key and name not in table.key]
        target = ", ".join(table.columns[name].sql for name in key)
        if others:
            action = "UPDATE SET " + ", ".join(
                f"{table.columns[name].sql} = EXCLUDED.{table.columns[name].sql}" for name in others
            )
        else:
            action = "NOTHING"
        return self.execute(f"{statement} ON CONFLICT ({target}) DO {action}", values)

    def swap(self, table):
        """Two rows exchange their parents."""
        if not table.foreign:
            return self.update(table) if self.plain(table) else 0
        key = self.rng.choice(table.foreign)
        rows = self.pick(table, 2, key.columns)
        if len(rows) < 2:
            return 0
        first, second = rows
        columns = [table.columns[name] for name in key.columns]
        cases = ", ".join(
            f"{column.sql} = CASE WHEN (tableoid, ctid) = (%s::oid, %s::tid) THEN %s::{column.type.name} "
            f"ELSE %s::{column.type.name} END"
            for column in columns
        )
        values = [part for n in range(len(columns)) for part in (*first[:2], second[2 + n], first[2 + n])]
        where, where_values = self.at(rows)
        return self.execute(f"UPDATE {table.sql} SET {cases} WHERE {where}", values + where_values)

    def truncate(self, table):
        """Empties a table and what refers to it; then, mostly in the same transaction, the first rows again."""
        self.execute(f"TRUNCATE {table.sql} CASCADE")
        if self.rng.random() < 0.3:
            self.connection.commit()
            self.cursor.execute("SAVEPOINT s")
        return 1 + self.refill(table)

    def refill(self, _):
        """The rows of the beginning again, as far as they are missing and their parents are there."""
        rows = 0
        for table in self.world.tables:
            names = ", ".join(table.restored)
            conditions = []
            for key in table.foreign:
                if key.parent is table:
                    continue
                pairs = [
                    (table.columns[name].sql, quoted(other))
                    for name, other in zip(key.columns, key.referenced)
                ]
                conditions.append(
                    "("
                    + " OR ".join(f"b.{name} IS NULL" for name, _ in pairs)
                    + f" OR EXISTS (SELECT FROM {key.parent.sql} p WHERE "
                    + " AND ".join(f"p.{other} = b.{name}" for name, other in pairs)
                    + "))"
                )
            self.cursor.execute("SAVEPOINT r")
            try:
                rows += self.execute(
                    f"INSERT INTO {table.sql} ({names}) {'OVERRIDING SYSTEM VALUE' if table.overriding else ''} "
                    f"SELECT {names} FROM {table.copy} b"
                    + (" WHERE " + " AND ".join(conditions) if conditions else "")
                    + " ON CONFLICT DO NOTHING"
                )
                self.cursor.execute("RELEASE SAVEPOINT r")
            except GIVEN_UP:
                raise
            except EXPECTED as error:
                self.cursor.execute("ROLLBACK TO SAVEPOINT r")
                self.lines.append(f"-- refill {table.title}: {type(error).__name__}")
        return rows


WEIGHTS = {
    "insert": 24,
    "update": 22,
    "update several": 5,
    "update all": 1,
    "update same": 3,
    "move": 16,
    "rekey": 6,
    "delete": 9,
    "come and go": 4,
    "upsert": 8,
    "swap": 4,
    "truncate": 0.25,
    "refill": 0.5,
}
