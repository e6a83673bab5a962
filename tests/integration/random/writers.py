"""The writers: threads that each make random transactions, from a random generator of their own."""

import collections
import contextlib
import os
import socket
import threading
import time
import traceback

import psycopg2
import psycopg2.errors

from events import EVENTS
from operations import OPERATIONS, WEIGHTS
from rows import HOT, Values, column, listed, marks
from scenarios import SCENARIOS

RETRIED = (psycopg2.errors.DeadlockDetected, psycopg2.errors.SerializationFailure)
# Going on after a savepoint would only mean to wait for the same lock again.
GIVEN_UP = RETRIED + (psycopg2.errors.LockNotAvailable, psycopg2.errors.QueryCanceled)


class Dropped(Exception):
    """The writer cut its own connection in the middle of a transaction."""


class World:
    """What the writers share."""

    def __init__(self, dsn, tables, seed, writers, pace, journal):
        self.dsn, self.tables, self.seed, self.writers, self.pace = dsn, tables, seed, writers, pace
        self.stop = threading.Event()
        self.lock = threading.Lock()
        self.journal = journal
        self.events = []  # [due, name], the next one first
        self.last_large = 0.0  # when a large transaction or a TRUNCATE was last committed
        self.problems = []
        self.operations = collections.defaultdict(lambda: [0, 0])  # kind -> committed, rolled back
        self.transactions = collections.Counter()
        self.sizes = collections.Counter()
        self.largest = 0  # rows of the largest transaction committed
        self.errors = collections.Counter()
        self.scenarios = collections.Counter()
        self._running = threading.Event()
        self._running.set()
        self._idle = threading.Condition()
        self._resting = 0

    def rest(self):
        """Called by a writer between transactions: stands still while the world is paused."""
        if not self._running.is_set():
            with self._idle:
                self._resting += 1
                self._idle.notify_all()
            self._running.wait()
            with self._idle:
                self._resting -= 1
                self._idle.notify_all()

    def pause(self, seconds=60):
        """Whether every writer stands still, nothing of it in progress, within so many seconds."""
        self._running.clear()
        with self._idle:
            return self._idle.wait_for(lambda: self._resting == self.writers, seconds)

    def paused(self):
        return not self._running.is_set()

    def resume(self):
        """Returns when every writer has noticed, so that a pause right after it finds none still at rest."""
        self._running.set()
        with self._idle:
            self._idle.wait_for(lambda: self._resting == 0, 10)

    def schedule(self, start, events):
        with self.lock:
            self.events = sorted(self.events + [[start + after, name] for after, name in events])

    def due(self):
        with self.lock:
            if self.events and self.events[0][0] <= time.monotonic():
                return self.events.pop(0)[1]
        return None

    def write(self, line):
        with self.lock:
            self.journal.write(f"{time.time():.3f} {line}\n")


class Writer(threading.Thread):
    def __init__(self, world, number, rng):
        super().__init__(name=f"writer {number}", daemon=True)
        self.world, self.number, self.rng, self.tables = world, number, rng, world.tables
        self.values = Values(rng)
        self.connection = self.cursor = None
        self.done = []  # (kind, rows) of the transaction in progress
        self.savepoints = 0
        self.names = list(self.tables)
        self.weights = [table.weight for table in self.tables.values()]

    # --- the connection -------------------------------------------------------------------------------

    def connect(self):
        self.connection = psycopg2.connect(self.world.dsn)
        self.cursor = self.connection.cursor()
        # One writer's commits reach the log late, which must not make them invisible for ever.
        late = "off" if self.number == 0 else "on"
        self.cursor.execute(
            f"SET TimeZone = 'UTC'; SET deadlock_timeout = '100ms'; SET lock_timeout = '5s'; "
            f"SET statement_timeout = '30s'; SET synchronous_commit = {late}"
        )
        self.connection.commit()

    def run(self):
        try:
            self.connect()
            while not self.world.stop.is_set():
                self.world.rest()
                if self.world.stop.is_set():
                    break
                try:
                    self.turn()
                except psycopg2.Error as error:
                    if not self.connection.closed:
                        raise
                    self.world.errors[f"connection: {error}".strip()[:80]] += 1
                    time.sleep(0.2)
                    self.connect()
                time.sleep(min(0.5, self.rng.expovariate(1 / self.world.pace)) if self.world.pace else 0)
        except Exception:  # pylint: disable=broad-except
            self.world.problems.append(f"{self.name} ended:\n{traceback.format_exc()}")
        finally:
            # A writer that is gone must not keep pause() waiting.
            with self.world._idle:
                self.world.writers -= 1
                self.world._idle.notify_all()
            if self.connection is not None:
                self.connection.close()

    def sql(self, statement, *parameters):
        """Runs one statement, counts its rows into the operation in progress, and gives their number."""
        self.world.write(f"w{self.number} {statement} {str(parameters)[:600] if parameters else ''}")
        if parameters:
            self.cursor.execute(statement, parameters)
        else:
            self.cursor.execute(statement.replace("%%", "%"))
        return max(0, self.cursor.rowcount)

    # --- transactions ---------------------------------------------------------------------------------

    def turn(self):
        event = self.world.due()
        if event is not None:
            self.event(event)
        elif self.rng.random() < 0.06:
            name = self.rng.choice(SCENARIOS)
            self.world.scenarios[name.__name__.replace("_", " ")] += 1
            name(self)
        else:
            size = self.rng.choices([1, self.rng.randrange(2, 11), self.rng.randrange(11, 60)], [50, 40, 10])[
                0
            ]
            draw = self.rng.random()
            ending = "rollback" if draw < 0.06 else "drop" if draw < 0.075 else "commit"
            isolation = self.rng.choices(["READ COMMITTED", "REPEATABLE READ", "SERIALIZABLE"], [88, 8, 4])[0]
            # Foreign keys and their cascades do not fire there: rows that point nowhere, as restores and
            # logical apply leave them.
            replica = self.number == 1 and self.rng.random() < 0.06
            self.transaction(lambda: [self.step(size) for _ in range(size)], ending, isolation, replica)

    def transaction(self, work, ending="commit", isolation="READ COMMITTED", replica=False, tries=3):
        """Whether it was committed. A deadlock or serialisation error repeats it, drawing the same again."""
        state = self.rng.getstate()
        for attempt in range(tries):
            self.rng.setstate(state)
            self.done, self.savepoints = [], 0
            try:
                self.connection.set_session(isolation_level=isolation)
                if replica:
                    self.sql("SET LOCAL session_replication_role = replica")
                work()
                if ending == "drop":
                    raise Dropped
                if ending == "commit":
                    self.connection.commit()
                else:
                    self.connection.rollback()
            except Dropped:
                self.world.write(f"w{self.number} drops its connection")
                # Without a word to the server, as when a client is killed.
                with socket.socket(fileno=os.dup(self.connection.fileno())) as wire:
                    wire.shutdown(socket.SHUT_RDWR)
                self.connection.close()
                self.count(False)
                self.world.transactions["connection dropped"] += 1
                self.connect()
                return False
            except psycopg2.Error as error:
                with contextlib.suppress(psycopg2.Error):
                    self.connection.rollback()
                self.count(False)
                self.world.write(f"w{self.number} failed: {type(error).__name__}")
                with self.world.lock:
                    self.world.errors[type(error).__name__] += 1
                    self.world.transactions["failed"] += 1
                if self.connection.closed:
                    raise
                if isinstance(error, RETRIED) and attempt + 1 < tries and self.rng.random() < 0.7:
                    with self.world.lock:
                        self.world.transactions["repeated"] += 1
                    continue
                return False
            self.world.write(f"w{self.number} {ending}")
            self.count(ending == "commit")
            with self.world.lock:
                self.world.transactions["committed" if ending == "commit" else "rolled back"] += 1
                if replica and ending == "commit":
                    self.world.transactions["of them as replica"] += 1
            return ending == "commit"
        return False

    def count(self, committed):
        rows = sum(rows for _, rows in self.done)
        with self.world.lock:
            for kind, _ in self.done:
                self.world.operations[kind][0 if committed else 1] += 1
            if committed:
                top = next(top for top in (0, 1, 10, 100, 1000, 10**9) if rows <= top)
                self.world.sizes[top] += 1
                self.world.largest = max(self.world.largest, rows)
                if rows > 100 or any(kind.startswith("truncate") for kind, _ in self.done):
                    self.world.last_large = time.monotonic()

    def operation(self, work, *arguments):
        """One operation, noted for the statistics; errors are the caller's."""
        kind, rows = work(self, *arguments)
        self.done.append((kind, rows))

    def savepoint(self, work, back=False):
        """Runs `work` under a savepoint and goes back to it when it fails, or when told to."""
        self.savepoints += 1
        name, mark = f"s{self.savepoints}", len(self.done)
        self.sql(f"SAVEPOINT {name}")
        try:
            work()
        except GIVEN_UP:
            raise
        except psycopg2.Error as error:
            if self.connection.closed:
                raise
            self.sql(f"ROLLBACK TO {name}")
            with self.world.lock:
                self.world.errors[type(error).__name__] += 1
            back = True
        else:
            if back:
                self.sql(f"ROLLBACK TO {name}")
            elif self.rng.random() < 0.5:
                self.sql(f"RELEASE {name}")
        with self.world.lock:
            self.world.operations["savepoint"][1 if back else 0] += 1
            if back:
                for kind, _ in self.done[mark:]:
                    self.world.operations[kind][1] += 1
        if back:
            del self.done[mark:]

    def step(self, size, depth=0):
        """One operation of a transaction of `size`, perhaps under savepoints, perhaps taken back."""
        if self.world.paused():
            return  # the transaction ends here, with what it has
        work = self.rng.choices(OPERATIONS, WEIGHTS)[0]
        draw = self.rng.random()
        if size > 1 and depth < 3 and draw < 0.12:
            self.savepoint(
                lambda: [self.step(size, depth + 1) for _ in range(self.rng.randrange(1, 4))],
                self.rng.random() < 0.4,
            )
        elif size > 1 and draw < 0.6:
            self.savepoint(lambda: self.operation(work))
        else:
            self.operation(work)
        if size > 1 and self.rng.random() < 0.03:
            time.sleep(self.rng.random() * 0.05)

    # --- choosing -------------------------------------------------------------------------------------

    def table(self, name=None):
        name = name or self.rng.choices(self.names, self.weights)[0]
        return name, self.tables[name]

    def pick(self, pool, hot=0.4):
        return (
            pool[self.rng.randrange(min(HOT, len(pool)))]
            if self.rng.random() < hot
            else self.rng.choice(pool)
        )

    def nearest(self, name, columns, value):
        """The row at or after this value, else the first one: a value that is there, or was just now."""
        table, names = self.tables[name], listed(columns)
        for condition, parameters in ((f"WHERE ({names}) >= ({marks(columns)})", value), ("", ())):
            self.sql(f"SELECT {names} FROM {table.sql} {condition} ORDER BY {names} LIMIT 1", *parameters)
            row = self.cursor.fetchone()
            if row is not None:
                return row
        return None

    def parent(self, link):
        """Values for the columns of a foreign key: mostly a row's, else none, half of one, or anything."""
        want = self.pick(self.tables[link.table].values_of(link.target), 0.15)
        draw = self.rng.random()
        if link.nullable and draw < 0.08:
            return (
                tuple(None if self.rng.random() < 0.8 else part for part in want)
                if len(want) > 1
                else (None,)
            )
        if draw < 0.11:
            return want
        return self.nearest(link.table, link.target, want) or want

    def key(self, table, hot=0.4):
        return self.pick(table.pool, hot)

    def new_key(self, table, hot=0.4):
        """A key to give to a row, more often than not a free one: parts that are foreign keys mostly point at
        rows that are there."""
        late = table.pool[table.base :]
        parts = dict(
            zip(
                table.key, self.rng.choice(late) if late and self.rng.random() < 0.4 else self.key(table, hot)
            )
        )
        for link in table.key_links:
            if self.rng.random() < 0.9:
                found = self.nearest(link.table, link.target, tuple(parts[c] for c in link.columns))
                parts.update(zip(link.columns, found or ()))
        return tuple(parts[c] for c in table.key)

    def row(self, table, key):
        row = dict(zip(table.key, key))
        for columns, pool in table.uniques.items():
            row.update(zip(columns, self.rng.choice(pool)))
        for link in table.free_links:
            row.update(zip(link.columns, self.parent(link)))
        row.update({name: make(self.values) for name, make in table.columns.items()})
        return row

    def changes(self, table):
        """A few of the columns that are in no key; the large ones seldom."""
        names = [name for name in table.columns if name not in table.large or self.rng.random() < 0.06]
        chosen = self.rng.sample(names, min(len(names), self.rng.choice([1, 1, 2, 3])))
        return {name: table.columns[name](self.values) for name in chosen}

    def update(self, table, row, where, values):
        if not row:
            return 0
        return self.sql(
            f"UPDATE {table.sql} SET {', '.join(column(name) + ' = %s' for name in row)} "
            f"WHERE ({listed(where)}) = ({marks(where)})",
            *row.values(),
            *values,
        )

    def event(self, name):
        EVENTS[name](self)
        self.world.write(f"w{self.number} event {name}")
