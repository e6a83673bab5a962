"""PostgreSQL servers of a test's own, with standbys: to be killed, promoted, and thrown away."""
import os
import pathlib
import shutil
import signal
import subprocess

import psycopg2

from harness import PATIENCE, exported, servers_sh, until


class Postgres:
    """One private server; `settings` go into its postgresql.conf."""

    def __init__(self, folder, version=None, settings=()):
        self.folder = pathlib.Path(folder)
        self.version = ["--postgres-version", version] if version else []
        self.start()
        if settings:
            self.configure(*settings)

    def start(self):
        servers_sh("start", "--dir", self.folder, "--postgres", "--fast", *self.version)
        found = exported(self.folder)
        self.libpq = {"host": found["PGHOST"], "port": found["PGPORT"], "user": found["PGUSER"], "password": found["PGPASSWORD"]}

    def configure(self, *settings):
        """Adds lines to postgresql.conf and restarts."""
        self.stop()
        with open(self.folder / "postgres/data/postgresql.conf", "a", encoding="utf-8") as conf:
            conf.write("".join(f"{line}\n" for line in settings))
        self.start()

    def stop(self):
        servers_sh("stop", "--dir", self.folder)

    def kill(self):
        """With -9: the postmaster, whose children then end by themselves."""
        pid = int((self.folder / "run/postgres.pid").read_text().split()[0])
        os.kill(pid, signal.SIGKILL)
        until("its processes are gone", lambda: not os.path.exists(f"/proc/{pid}"))
        until("nobody answers", lambda: not self.answers())

    def answers(self):
        try:
            self.connect(connect_timeout=5).close()
            return True
        except psycopg2.OperationalError:
            return False

    def purge(self):
        servers_sh("stop", "--dir", self.folder, "--purge")

    def connect(self, database="postgres", **more):
        connection = psycopg2.connect(dbname=database, **self.libpq, **more)
        connection.autocommit = True
        return connection

    def value(self, query, *parameters, database="postgres"):
        connection = self.connect(database)
        try:
            with connection.cursor() as cursor:
                cursor.execute(query, parameters or None)
                return cursor.fetchone()[0] if cursor.description else None
        finally:
            connection.close()

    def add_standby(self, folder, *settings):
        """A streaming standby, made from a copy of the files as pg_basebackup makes it (which not every build brings)."""
        other = pathlib.Path(folder)
        start, stop = ("pg_backup_start", "pg_backup_stop") if self.value("SHOW server_version_num") >= "150000" else (
            "pg_start_backup", "pg_stop_backup")
        connection = self.connect()
        cursor = connection.cursor()
        cursor.execute(f"SELECT {start}('standby', true" + (")" if stop == "pg_backup_stop" else ", false)"))
        other.mkdir()
        subprocess.run(["cp", "-a", self.folder / "postgres", other / "postgres"], check=False, stderr=subprocess.DEVNULL)
        cursor.execute(f"SELECT labelfile FROM {stop}(" + ("true)" if stop == "pg_backup_stop" else "false, true)"))
        data = other / "postgres/data"
        # A copy of a slot's files would be a slot.
        shutil.rmtree(data / "pg_replslot")
        for path in ("postmaster.pid", "../port"):
            (data / path).unlink(missing_ok=True)
        (data / "pg_replslot").mkdir(mode=0o700)
        (data / "backup_label").write_text(cursor.fetchone()[0])
        (data / "standby.signal").touch()
        with open(data / "postgresql.conf", "a", encoding="utf-8") as conf:
            primary = " ".join(f"{key}={value}" for key, value in {**self.libpq, "dbname": "postgres"}.items())
            conf.write(f"primary_conninfo = '{primary}'\n" + "".join(f"{line}\n" for line in settings))
        owner = (self.folder / "postgres/data").stat()
        for path in ("backup_label", "standby.signal", "pg_replslot"):
            os.chown(data / path, owner.st_uid, owner.st_gid)
        connection.close()
        os.chmod(other, 0o711)
        return Postgres(other, *self.version[1:])

    def promote(self):
        self.value("SELECT pg_promote(true)")

    def caught_up_with(self, primary, patience=PATIENCE):
        position = primary.value("SELECT pg_current_wal_flush_lsn()")
        until("the standby has replayed it", lambda: self.value("SELECT pg_last_wal_replay_lsn() >= %s::pg_lsn", position), patience)
