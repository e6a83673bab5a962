"""What following costs PostgreSQL: updates a second without and with sync, and the server's own processor time for
each, since here the cluster takes its share of the same processors."""
import os
import pathlib
import re
import subprocess

from rows import until


def processor_seconds(b):
    """Of all processes of the server so far, those that ended included."""
    main = int(b.value("SELECT split_part(pg_read_file('postmaster.pid'), E'\\n', 1)"))
    ticks = os.sysconf("SC_CLK_TCK")
    total = 0
    for each in pathlib.Path("/proc").iterdir():
        if not each.name.isdigit():
            continue
        try:
            fields = (each / "stat").read_text().rsplit(")", 1)[1].split()
        except OSError:
            continue
        if int(each.name) == main:
            total += sum(map(int, fields[11:15]))  # with the children it has waited for
        elif int(fields[1]) == main:
            total += sum(map(int, fields[11:13]))
    return total / ticks


def run(b, script, seconds, clients):
    before = processor_seconds(b)
    output = subprocess.run(["pgbench", "-n", "-c", str(clients), "-T", str(seconds), "-f", str(script)], env=b.environment(),
                            check=True, capture_output=True, text=True).stdout
    count = int(re.search(r"transactions actually processed: (\d+)", output).group(1))
    return {"tps": float(re.search(r"tps = ([0-9.]+)", output).group(1)), "ms": 1000 * (processor_seconds(b) - before) / count}


def measure(b, bookings, repeat, seconds, say):
    script = b.folder / "updates.sql"
    script.write_text(f"\\set id random(1, {bookings})\nUPDATE booking SET end_date = end_date + 1 WHERE id = :id;\n")
    say("what following costs PostgreSQL")
    for clients in (1, 4):
        rounds = []
        for _ in range(repeat):
            without = run(b, script, seconds, clients)
            b.succeed("sync", "--once")
            running = b.start("sync")
            until("sync follows the slot", lambda running=running: "following slot" in running.output())
            having = run(b, script, seconds, clients)
            assert running.stop() == 0, running.output()
            rounds.append({"without": without["tps"], "with": having["tps"], "ms without": without["ms"], "ms with": having["ms"]})
        of = say.medians(rounds)
        say.row(f"updates/s of {clients} client{'s' if clients > 1 else ''} with sync", of["with"], "without", of["without"],
                of["with"] / of["without"], "the cluster on the same processors; to reach: at least 0.97")
        say.row("PostgreSQL's processor time for each, ms", of["ms with"], "without", of["ms without"],
                of["ms with"] / of["ms without"], "reading the documents again included")
