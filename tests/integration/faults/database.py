"""PostgreSQL killed, restarted, and unkind to the program's sessions."""

import contextlib
import signal
import time

import psycopg2
import psycopg2.errors

from stage import fault


@fault("PostgreSQL killed")
def killed(stage):
    def crash():
        stage.servers.kill("postgres")
        stage.wait(stage.rng.uniform(0, 0.5))
        stage.restart("postgres")

    def crash_load(child):
        crash()
        stage.count("kill -9 of all its processes during the load")

    def crash_sync():
        crash()
        stage.count("kill -9 of all its processes during sync")

    stage.load(crash_load, most=2)
    stage.follow(crash_sync)


@fault("PostgreSQL restarted")
def restarted(stage):
    def restart(child=None):
        stage.servers.kill("postgres", signal.SIGINT)
        stage.restart("postgres")
        stage.count("fast restart " + ("during the load" if child else "during sync"))

    stage.load(restart, most=2)
    stage.follow(restart)


@fault("sessions terminated")
def terminated(stage):
    def terminate(child=None):
        for pid in stage.program_sessions():
            if stage.rng.random() < 0.5:
                stage.admin("SELECT pg_terminate_backend(%s)", pid)
                stage.count("pg_terminate_backend " + ("during the load" if child else "during sync"))

    stage.load(terminate, most=5)
    stage.follow(terminate, pause=(0.1, 0.6))


@fault("queries cancelled")
def cancelled(stage):
    def cancel(child=None):
        end = time.monotonic() + 1.5
        while time.monotonic() < end:
            for pid in stage.program_sessions("state = 'active' AND backend_type = 'client backend'"):
                stage.admin("SELECT pg_cancel_backend(%s)", pid)
                stage.count("pg_cancel_backend " + ("during the load" if child else "during sync"))
                return

    stage.load(cancel, most=5, pause=(0.05, 0.4))
    stage.follow(cancel, pause=(0.05, 0.4))


@fault("locks")
def locks(stage):
    tables = ["inventory.booking", "person", "city", "leg", "review", '"Weird Schema"."T able-1"', "photo"]

    def held(seconds):
        """ACCESS EXCLUSIVE, as DDL takes it, for a while."""
        with contextlib.closing(psycopg2.connect(stage.dsn)) as connection, connection.cursor() as cursor:
            cursor.execute("SET lock_timeout = '3s'")
            with contextlib.suppress(psycopg2.errors.LockNotAvailable, psycopg2.errors.DeadlockDetected):
                cursor.execute(f"LOCK TABLE {stage.rng.choice(tables)} IN ACCESS EXCLUSIVE MODE")
                stage.wait(seconds)
                stage.count("ACCESS EXCLUSIVE held")

    def crossed():
        """Two tables locked one after the other, in whichever order: a reader that holds the second and wants the
        first makes a deadlock, and is the one that notices."""
        with contextlib.closing(psycopg2.connect(stage.dsn)) as connection, connection.cursor() as cursor:
            cursor.execute("SET deadlock_timeout = '20s'; SET lock_timeout = '4s'")
            with contextlib.suppress(psycopg2.errors.LockNotAvailable, psycopg2.errors.DeadlockDetected):
                one, other = stage.rng.sample(tables, 2)
                cursor.execute(f"LOCK TABLE {one} IN ACCESS EXCLUSIVE MODE")
                stage.wait(stage.rng.uniform(0.1, 0.4))
                cursor.execute(f"LOCK TABLE {other} IN ACCESS EXCLUSIVE MODE")
            stage.count("two ACCESS EXCLUSIVE locks in turn")

    def timeout():
        """The role's sessions get a lock_timeout of their own."""
        stage.admin("ALTER DATABASE faults SET lock_timeout = '50ms'")
        stage.kill_sync()
        stage.start_sync()
        stage.wait(0.5)
        held(1.0)
        stage.admin("ALTER DATABASE faults RESET lock_timeout")
        stage.kill_sync()
        stage.start_sync()
        stage.count("lock_timeout in the program's sessions")

    def inject(child=None):
        draw = stage.rng.randrange(5)
        if draw < 2:
            held(stage.rng.uniform(0.2, 1.5))
        elif draw < 4 or child is not None:
            crossed()
        else:
            timeout()

    before = stage.value("SELECT deadlocks FROM pg_stat_database WHERE datname = 'faults'")
    stage.load(inject, most=3)
    stage.follow(inject, least=5)
    timeout()
    after = stage.value("SELECT deadlocks FROM pg_stat_database WHERE datname = 'faults'")
    stage.count("deadlocks broken by the server, the writers' own included", after - before)


@fault("committed, not visible")
def committed_not_visible(stage):
    """Synchronous replication to a standby that is away: the slot delivers what no snapshot shows yet."""
    if stage.value("SELECT count(*) FROM pg_replication_slots") == 0:
        stage.load(lambda child: None, most=0)
    stage.alive()

    def stall():
        stage.admin("ALTER SYSTEM SET synchronous_standby_names = 'ghost'")
        stage.admin("SELECT pg_reload_conf()")
        stage.wait(stage.rng.uniform(0.5, 2.5))
        waiting = stage.admin("SELECT pid FROM pg_stat_activity WHERE wait_event = 'SyncRep'")
        stage.count("commits decoded before they were visible", len(waiting))
        if stage.rng.random() < 0.3:
            stage.kill_sync()
            stage.start_sync()
            stage.wait(stage.rng.uniform(0.2, 1.0))
        for pid, in waiting:
            # Some are told to stop waiting, which makes them visible at once; the others go on with all.
            if stage.rng.random() < 0.5:
                stage.admin("SELECT pg_cancel_backend(%s)", pid)
        stage.admin("ALTER SYSTEM RESET synchronous_standby_names")
        stage.admin("SELECT pg_reload_conf()")
        stage.count("stalls of synchronous replication")

    stage.follow(stall, least=3)


@fault("idle")
def idle(stage):
    """Nothing to do, and log from another database: the confirmed position follows, and never moves back."""
    if stage.value("SELECT count(*) FROM pg_replication_slots") == 0:
        stage.load(lambda child: None, most=0)
    stage.alive()
    seen = [0]

    def confirmed():
        position = stage.value(
            "SELECT confirmed_flush_lsn - '0/0'::pg_lsn FROM pg_replication_slots WHERE slot_name = %s",
            "pgsync_random_trips",
        )
        if position < seen[0]:
            stage.problem(f"the confirmed position went back from {seen[0]} to {position}")
        seen[0] = position
        return position

    with stage.resting():
        stage.until("everything is done", lambda: confirmed() >= flushed(stage) - 10_000)
        stage.admin("CREATE TABLE IF NOT EXISTS elsewhere (id int, t text)", dbname="postgres")
        for turn in range(6):
            if turn == 3:
                stage.kill_sync()
                stage.start_sync()
            stage.admin(
                "INSERT INTO elsewhere SELECT i, repeat('x', 500) FROM generate_series(1, 4000) i", dbname="postgres"
            )
            position = flushed(stage)
            stage.until("the confirmed position follows", lambda p=position: confirmed() >= p)
            stage.count("log of another database with nothing to do here")


def flushed(stage):
    return stage.value("SELECT pg_current_wal_flush_lsn() - '0/0'::pg_lsn")
