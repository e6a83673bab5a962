#!/usr/bin/env python3
"""TLS to PostgreSQL: who has to prove what to whom, and what is said where he does not. And secrets: none of them in a
log at debug level, in the program's arguments or in an error.

Starts a PostgreSQL of its own with certificates made by openssl. The cluster is named by OPENSEARCH_URL.
"""
import contextlib
import os
import pathlib
import shutil
import socket
import struct
import subprocess
import sys
import tempfile
import threading

import psycopg2

from harness import Bench, expect, exported, run_all, servers_sh, until

# libpq takes it for the name of a host that is not this machine; the resolver takes it for 127.0.0.1.
FAR = "0x7f.0.0.1"
PASSWORD = "p@ss:w'o\"rd \\ /?#%2F&=hush"


class Authority:
    def __init__(self, folder, name):
        self.folder, self.name = folder, name
        self.openssl("req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", f"{name}.key", "-out", f"{name}.crt",
                     "-days", "2", "-subj", f"/CN={name}")

    def openssl(self, *arguments):
        subprocess.run(["openssl", *arguments], cwd=self.folder, check=True, capture_output=True)

    def issue(self, name, common_name, days=2, alternative=None):
        """A certificate and its key; -1 days: it has expired."""
        self.openssl("req", "-newkey", "rsa:2048", "-nodes", "-keyout", f"{name}.key", "-out", f"{name}.csr",
                     "-subj", f"/CN={common_name}")
        (self.folder / f"{name}.ext").write_text(f"subjectAltName=DNS:{alternative or common_name}\n")
        self.openssl("x509", "-req", "-in", f"{name}.csr", "-CA", f"{self.name}.crt", "-CAkey", f"{self.name}.key",
                     "-CAcreateserial", "-days", str(days), "-out", f"{name}.crt", "-extfile", f"{name}.ext")
        os.chmod(self.folder / f"{name}.key", 0o600)


class Server:
    """A PostgreSQL of its own."""

    def __init__(self, folder):
        self.folder = str(folder)
        self.run("start", "--postgres", "--fast")
        lines = exported(folder)
        self.port, self.password = int(lines["PGPORT"]), lines["PGPASSWORD"]
        self.sql = psycopg2.connect(host="127.0.0.1", port=self.port, user="pgsync", password=self.password,
                                    dbname="postgres", sslmode="prefer")
        self.sql.autocommit = True
        self.sql = self.sql.cursor()
        self.sql.execute("SHOW data_directory")
        self.data = pathlib.Path(self.sql.fetchone()[0])

    def run(self, *arguments):
        servers_sh(arguments[0], "--dir", self.folder, *arguments[1:])

    def put(self, source, name):
        """A file of the server's own, that nobody else may read."""
        target = self.data / name
        shutil.copy(source, target)
        owner = os.stat(self.data)
        os.chmod(target, 0o600)
        os.chown(target, owner.st_uid, owner.st_gid)

    def hba(self, *lines):
        # psycopg2 above and the harness are let in always.
        text = "\n".join(["hostnossl all pgsync 127.0.0.1/32 scram-sha-256", "hostnossl replication pgsync 127.0.0.1/32 trust", *lines]) + "\n"
        (self.data / "pg_hba.conf").write_text(text)

    def settings(self, **values):
        for name, value in values.items():
            self.sql.execute(f"ALTER SYSTEM SET {name} = %s", (value,))

    def reload(self):
        self.sql.execute("SELECT pg_reload_conf(), pg_sleep(0.2)")


def encryption(b, folder, server):
    """Every way in which the two ends may fail to trust one another, and that they do where all is right."""
    ours, theirs = Authority(folder, "ours"), Authority(folder, "theirs")
    for name, days in (("server", 2), ("expired", -1)):
        ours.issue(name, FAR, days)
    ours.issue("named", "db.example")
    ours.issue("client", "reader")
    ours.issue("other", "somebody")
    ours.issue("late", "reader", -1)
    theirs.issue("stranger", "reader")
    b.load_airbnb()
    b.sql.execute("CREATE ROLE reader LOGIN REPLICATION; GRANT SELECT ON ALL TABLES IN SCHEMA public TO reader")
    home = folder / "home"
    home.mkdir()
    base = {"HOME": str(home), "PGHOST": FAR, "PGUSER": "pgsync", "PGPASSWORD": server.password}
    root = {"PGSSLROOTCERT": str(folder / "ours.crt")}

    # Nobody said anything about encryption, and the server has none.
    b.refuse("bootstrap", saying=["does not support SSL", "PGSSLROOTCERT", "PGSSLMODE=disable"], **base)
    b.succeed("bootstrap", "--dry-run", **base, PGSSLMODE="disable")
    b.succeed("bootstrap", "--dry-run", **{**base, "PGHOST": "127.0.0.1"})

    server.put(folder / "ours.crt", "root.crt")
    server.put(folder / "server.crt", "server.crt")
    server.put(folder / "server.key", "server.key")
    server.settings(ssl="on", ssl_ca_file="root.crt")
    server.hba("hostssl all pgsync 127.0.0.1/32 scram-sha-256", "hostssl all reader 127.0.0.1/32 cert")
    server.reload()
    b.refuse("bootstrap", saying=["root certificate file", "PGSSLROOTCERT"], **base)
    b.refuse("bootstrap", saying=["certificate verify failed", "authority"], **base, PGSSLROOTCERT=str(folder / "theirs.crt"))
    b.refuse("bootstrap", saying=['does not match host name "db.test"', "PGHOSTADDR"],
             **{**base, "PGHOST": "db.test", "PGHOSTADDR": "127.0.0.1", "PGSSLMODE": "verify-full"}, **root)

    server.put(folder / "expired.crt", "server.crt")
    server.put(folder / "expired.key", "server.key")
    server.reload()
    b.refuse("bootstrap", saying=["certificate verify failed", "expired"], **base, **root)
    server.put(folder / "named.crt", "server.crt")
    server.put(folder / "named.key", "server.key")
    server.reload()
    b.refuse("bootstrap", saying=["does not match host name"], **base, **root)
    server.put(folder / "server.crt", "server.crt")
    server.put(folder / "server.key", "server.key")
    server.reload()

    # All is right, and every connection is encrypted, that of the log, too.
    b.succeed("bootstrap", **base, **root)
    running = b.start("sync", **base, **root)
    until("sync follows the slot", lambda: "following slot" in running.output())
    b.sql.execute("SELECT s.ssl, a.backend_type FROM pg_stat_ssl s JOIN pg_stat_activity a USING (pid) "
                  "WHERE a.application_name = 'pgsync'")
    sessions = b.sql.fetchall()
    expect(len(sessions) >= 3 and all(ssl for ssl, _ in sessions), f"not every connection is encrypted: {sessions}")
    expect(any(kind == "walsender" for _, kind in sessions), f"no walsender among {sessions}")
    b.sql.execute("UPDATE guest SET name = 'over TLS' WHERE id = 1")
    until("the change is there", lambda: any(
        hit["_source"]["guest"]["name"] == "over TLS" for hit in
        (b.search("POST", "/reservations/_refresh"), b.search("GET", "/reservations/_search?q=guest.id:1&size=1"))[1]["hits"]["hits"]))
    expect(running.stop() == 0, "sync does not end")

    # Client certificates.
    reader = {**base, "PGUSER": "reader", **root}
    del reader["PGPASSWORD"]

    def with_certificate(name):
        return {**reader, "PGSSLCERT": str(folder / f"{name}.crt"), "PGSSLKEY": str(folder / f"{name}.key")}

    b.refuse("sync", "--once", saying=["requires a valid client certificate", "PGSSLCERT and PGSSLKEY"], **reader)
    b.refuse("sync", "--once", saying=['certificate authentication failed for user "reader"', "common name"], **with_certificate("other"))
    b.refuse("sync", "--once", saying=["unknown ca", "PGSSLCERT"], **with_certificate("stranger"))
    b.refuse("sync", "--once", saying=["certificate expired", "client certificate"], **with_certificate("late"))
    b.refuse("sync", "--once", saying=["PGSSLKEY|private key"], **{**with_certificate("client"), "PGSSLKEY": str(folder / "none.key")})
    os.chmod(folder / "client.key", 0o644)
    b.refuse("sync", "--once", saying=["private key file", "chmod 600"], **with_certificate("client"))
    os.chmod(folder / "client.key", 0o600)
    b.refuse("sync", "--once", saying=["pg_hba.conf"], **{**with_certificate("client"), "PGSSLMODE": "disable"})
    b.succeed("sync", "--once", **with_certificate("client"))
    b.succeed("teardown", "--yes", **base, **root)


def no_secret(output, *secrets):
    for secret in secrets:
        expect(secret not in output, f"the output holds {secret!r}:\n{output[-3000:]}")


class Gossip:
    """Answers every connection with an error that quotes what it was told, as some proxies do."""

    def __init__(self, words):
        self.words = words.encode()
        self.socket = socket.create_server(("127.0.0.1", 0))
        self.port = self.socket.getsockname()[1]
        threading.Thread(target=self.serve, daemon=True).start()

    def serve(self):
        with contextlib.suppress(OSError):
            while True:
                connection, _ = self.socket.accept()
                with connection, contextlib.suppress(OSError, struct.error):
                    self.answer(connection)

    def answer(self, connection):
        length, code = struct.unpack("!II", connection.recv(8))
        if code in (80877103, 80877104):  # SSL, GSS
            connection.sendall(b"N")
            length, code = struct.unpack("!II", connection.recv(8))
        connection.recv(length - 8)
        fields = b"SFATAL\0VFATAL\0C28P01\0M" + self.words + b"\0\0"
        connection.sendall(b"E" + struct.pack("!I", len(fields) + 4) + fields)


def secrets(b, folder, server):
    """Odd passwords, from everywhere they may come from."""
    b.load_airbnb()
    b.sql.execute("CREATE ROLE \"odd role\" LOGIN REPLICATION PASSWORD %s;"
                  "GRANT SELECT ON ALL TABLES IN SCHEMA public TO \"odd role\"", (PASSWORD,))
    server.hba("host all all 127.0.0.1/32 scram-sha-256")
    server.reload()
    b.succeed("bootstrap", PGPASSWORD=server.password, PGHOST="127.0.0.1")
    escaped = PASSWORD.replace("\\", "\\\\").replace(":", "\\:")
    (folder / "pass").write_text(f"*:*:*:odd role:{escaped}\n")
    os.chmod(folder / "pass", 0o600)
    (folder / "services").write_text(f"[odd]\nhost=127.0.0.1\nport={server.port}\nuser=odd role\ndbname={b.name}\npassword={PASSWORD}\n")
    common = {"PGHOST": "127.0.0.1", "PGUSER": "odd role"}
    by = {
        "environment": ([], {**common, "PGPASSWORD": PASSWORD}),
        "password file": ([], {**common, "PGPASSFILE": str(folder / "pass"), "PGPASSWORD": None}),
        "service file": ([], {"PGSERVICEFILE": str(folder / "services"), "PGSERVICE": "odd", "PGHOST": None, "PGPORT": None,
                              "PGUSER": None, "PGPASSWORD": None, "PGDATABASE": None}),
        "several hosts": (["--database", f"host=127.0.0.1,127.0.0.1 port={server.port},{server.port} user='odd role' dbname={b.name}"],
                          {"PGPASSWORD": PASSWORD}),
        "a URL": (["--database", f"postgresql://odd%20role@127.0.0.1:{server.port},127.0.0.1:{server.port}/{b.name}"],
                  {"PGPASSWORD": PASSWORD}),
    }
    whole = b.environment

    def environment(**more):
        return {key: value for key, value in whole(**more).items() if value is not None}

    b.environment = environment
    pieces = (PASSWORD, "hush", "p@ss", "w'o")
    for name, (arguments, variables) in by.items():
        b.sql.execute("UPDATE guest SET name = name || '.' WHERE id < 20")
        running = b.start("sync", "--log-level", "debug", *arguments, **variables)
        until(f"sync follows the slot, by {name}", lambda: "following slot" in running.output() or running.child.poll() is not None)
        command = pathlib.Path(f"/proc/{running.child.pid}/cmdline").read_text()
        expect(running.stop() == 0, f"sync fails by {name}:\n{running.output()}")
        no_secret(command, *pieces)
        no_secret(running.output(), *pieces)
    # The server goes away and comes back; a wrong password; no such host; nobody there.
    for variables in ({"PGPORT": "1"}, {"PGHOST": "nowhere.invalid", "PGSSLMODE": "disable"}, {"PGDATABASE": "nothing"},
                      {"PGUSER": "nobody"}, {"PGPASSWORD": PASSWORD + "x"}):
        status, output = b.run("sync", "--once", "--log-level", "debug", "--connect-timeout", "1",
                               **{**common, "PGPASSWORD": PASSWORD, **variables})
        expect(status == 1, f"it works with {variables}")
        no_secret(output, *pieces)
    gossip = Gossip(f'password "{PASSWORD}" of user "odd role" is wrong\nFATAL: \x1b[31mfake\r\n2026-01-01 00:00:00 info fake')
    status, output = b.run("sync", "--once", "--connect-timeout", "1",
                           **{**common, "PGPASSWORD": PASSWORD, "PGPORT": str(gossip.port)})
    expect(status == 1 and "***" in output, f"the server's words are not shown:\n{output}")
    no_secret(output, *pieces, "\x1b", "\r")
    quoted = [line for line in output.split("\n") if "fake" in line]
    expect(quoted and all("cannot connect" in line.partition("fake")[0] for line in quoted),
           f"the server's words make lines of their own:\n{output}")
    expect(not any(line.startswith("2026-01-01 00:00:00") for line in output.split("\n")), f"a line is the server's:\n{output}")
    # In arguments it is refused, however it is written; and not repeated.
    for text in ("postgresql://me:hush@h/d", "postgresql://me:hu%73h@h1,h2/d", "postgresql://h/d?password=hush",
                 "postgresql://h/d?pass%77ord=hush", "host=h password=hush", "host=h password = 'hush hush'",
                 "postgresql://me:a@hush@h/d", "postgresql://me:a/hush@h/d", "host=h sslpassword=hush",
                 "postgres://me@h/d?sslpassword=hush", "password=hush hush=hush", "host=h PASSWORD=hush"):
        output = b.refuse("sync", "--database", text, saying=["password|connection string"], status=2)
        no_secret(output, "hush", "hu%73h")
    b.environment = whole
    b.succeed("teardown", "--yes", PGPASSWORD=server.password, PGHOST="127.0.0.1")


def main():
    os.environ["PGDATABASE"] = "postgres"
    with tempfile.TemporaryDirectory() as home:
        server = Server(pathlib.Path(home) / "server")

        def play(test, folder):
            with Bench(sys.argv[1], folder, host="127.0.0.1", port=server.port, user="pgsync", password=server.password) as b:
                test(b, pathlib.Path(folder), server)

        try:
            return run_all((encryption, secrets), sys.argv[2:], play)
        finally:
            server.run("stop", "--purge")


if __name__ == "__main__":
    sys.exit(main())
