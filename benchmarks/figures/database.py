"""What following costs PostgreSQL: updates a second and their latency without and with sync, and the server's own
processor time for each. Where this is allowed, the cluster and sync are kept to one half of the processors and
PostgreSQL with its clients to the other, so that nobody's figures hold what another machine would do."""
import contextlib
import os
import pathlib
import re
import subprocess
import time

from rows import until


def postmaster(b):
    return int(b.value("SELECT split_part(pg_read_file('postmaster.pid'), E'\\n', 1)"))


def processes():
    """Each process of the machine, with the fields of its stat that come after its name: state, parent, …"""
    for each in pathlib.Path("/proc").iterdir():
        with contextlib.suppress(OSError):
            if each.name.isdigit():
                yield int(each.name), (each / "stat").read_text().rsplit(")", 1)[1].split()


def title(process):
    try:
        return pathlib.Path(f"/proc/{process}/cmdline").read_text()
    except OSError:
        return ""


def processor_seconds(b, of=None):
    """Of all processes of the server so far, those that ended included; or of those whose title holds `of`."""
    main = postmaster(b)
    ticks = os.sysconf("SC_CLK_TCK")
    total = 0
    for process, fields in processes():
        if process == main and not of:
            total += sum(map(int, fields[11:15]))  # with the children it has waited for
        elif int(fields[1]) == main and (not of or of in title(process)):
            total += sum(map(int, fields[11:13]))
    return total / ticks


class Apart:
    """A scope in which PostgreSQL and who writes to it have one half of the processors, the cluster the other, and what
    `there` starts, too; `possible` says whether that could be done."""

    def __init__(self, b):
        self.all = sorted(os.sched_getaffinity(0))
        self.halves = self.all[:len(self.all) // 2], self.all[len(self.all) // 2:]
        main = postmaster(b)
        self.database = [main, *(process for process, fields in processes() if int(fields[1]) == main)]
        self.cluster = [node["process"]["id"] for node in b.search("GET", "/_nodes/process")["nodes"].values()]

    def __enter__(self):
        self.possible = len(self.all) > 1
        try:
            if self.possible:
                self.keep(self.cluster, self.halves[1])
                self.keep([*self.database, 0], self.halves[0])
        except PermissionError:
            self.possible = False
        return self

    def __exit__(self, *_):
        with contextlib.suppress(PermissionError):
            self.keep([*self.cluster, *self.database, 0], self.all)

    def there(self, start):
        if not self.possible:
            return start()
        self.keep([0], self.halves[1])
        try:
            return start()
        finally:
            self.keep([0], self.halves[0])

    @staticmethod
    def keep(processes, where):
        for process in processes:
            with contextlib.suppress(FileNotFoundError, ProcessLookupError):
                for thread in pathlib.Path(f"/proc/{process}/task").iterdir() if process else [pathlib.Path("0")]:
                    os.sched_setaffinity(int(thread.name), where)


def run(b, script, seconds, clients, rate=None):
    """`rate`: transactions a second that are asked for; None: as many as can be."""
    before = processor_seconds(b), processor_seconds(b, "walsender")
    output = subprocess.run(["pgbench", "-n", "-c", str(clients), "-T", str(seconds), "-f", str(script),
                             *(("-R", str(rate)) if rate else ())], env=b.environment(), check=True, capture_output=True,
                            text=True).stdout
    # The time of a backend that has ended counts once the server knows; and what sync does for the last of them is part
    # of it.
    until("pgbench's backends have ended",
          lambda: not b.value("SELECT count(*) FROM pg_stat_activity WHERE application_name = 'pgbench'"))
    time.sleep(0.5)
    count = int(re.search(r"transactions actually processed: (\d+)", output).group(1))
    late = re.search(r"rate limit schedule lag: avg ([0-9.]+)", output)
    return {"tps": float(re.search(r"tps = ([0-9.]+)", output).group(1)),
            "latency": float(re.search(r"latency average = ([0-9.]+)", output).group(1)) - float(late.group(1) if late else 0),
            "ms": 1000 * (processor_seconds(b) - before[0]) / count,
            "log": 1000 * (processor_seconds(b, "walsender") - before[1]) / count}


CASES = (("of 1 client", 1, None), ("of 4 clients", 4, None), ("at 200 a second", 4, 200))


def compared(b, script, seconds, repeat, begin, end, say):
    """Medians of each case without and with what `begin` starts and `end` ends."""
    out = {}
    for name, clients, rate in CASES:
        rounds = []
        for _ in range(repeat):
            without = run(b, script, seconds, clients, rate)
            running = begin()
            having = run(b, script, seconds, clients, rate)
            end(running)
            rounds.append({f"{key} without": value for key, value in without.items()}
                          | {f"{key} with": value for key, value in having.items()})
        out[name] = say.medians(rounds)
    return out


def updates(b, bookings, first=1):
    """A script of pgbench that changes one booking of those from `first` on."""
    script = b.folder / "updates.sql"
    script.write_text(f"\\set id random({first}, {bookings})\nUPDATE booking SET end_date = end_date + 1 WHERE id = :id;\n")
    return script


def measure(b, bookings, repeat, seconds, say):
    """Returns what compared() finds."""
    with Apart(b) as apart:
        def begin():
            b.succeed("sync", "--once")
            running = apart.there(lambda: b.start("sync"))
            until("sync follows the slot", lambda: "following slot" in running.output())
            return running

        def end(running):
            assert running.stop() == 0, running.output()

        found = compared(b, updates(b, bookings), seconds, repeat, begin, end, say)
    say("what following costs PostgreSQL, " + ("the cluster and sync on other processors" if apart.possible
                                               else "all on the same processors"))
    shown(found, "sync", say)
    return found


def shown(found, what, say):
    for name, of in found.items():
        if "second" in name:
            say.row(f"updates {name} with {what}, latency, ms", of["latency with"], "without", of["latency without"],
                    of["latency with"] / of["latency without"], "to reach: at most 1.03")
        else:
            say.row(f"updates/s {name} with {what}", of["tps with"], "without", of["tps without"],
                    of["tps with"] / of["tps without"], "to reach: at least 0.97")
        say.row("PostgreSQL's processor time for each, ms", of["ms with"], "without", of["ms without"],
                of["ms with"] / of["ms without"], "the documents read again included")
        if what == "sync":
            say.row("of this for reading its log, ms", of["log with"], "all of it", of["ms with"], of["log with"] / of["ms with"],
                    "what a primary has left where documents are read from a standby")
