"""Single changes while more and more others are committed: from commit to readable by GET."""
import re
import subprocess
import threading
import time

import cluster
import database
import latency
from rows import until

RATES = (0, 50, 100, 200, 400, 800, 1600, 3200)


def measure(b, bookings, seconds, say):
    # Of a booking that others change, too, a value may be gone before it is seen.
    own = max(1, min(1000, bookings // 2))
    script = database.updates(b, bookings, own + 1)
    running = b.start("sync")
    until("sync follows the slot", lambda: "following slot" in running.output())
    connection = cluster.Connection(b)
    say("single changes of the root while others are committed")
    for rate in RATES:
        times, done = [], threading.Event()
        reached = {}

        def load(rate=rate, done=done, reached=reached):
            output = subprocess.run(["pgbench", "-n", "-c", "4", "-T", str(seconds), "-R", str(rate), "-f", str(script)],
                                    env=b.environment(), check=True, capture_output=True, text=True).stdout
            reached["tps"] = float(re.search(r"tps = ([0-9.]+)", output).group(1))
            done.set()

        beside = threading.Thread(target=load) if rate else threading.Timer(seconds, done.set)
        beside.start()
        time.sleep(min(0.5, seconds / 4))
        number = 0
        while not done.is_set():
            times.append(latency.change(b, connection, latency.KINDS[0], 1 + (number * 7907) % own))
            number += 1
            done.wait(0.02)
        beside.join()
        # The next rate begins with nothing left of this one.
        latency.change(b, connection, latency.KINDS[0], 1)
        about = f"{rate} other changes/s" + (f" asked for, {reached['tps']:.0f} done" if reached and reached["tps"] < 0.9 * rate else "")
        for share in (0.5, 0.95):
            say.row(f"with {about}, p{share * 100:.0f}, ms", latency.pick(times, share), "changes/s", reached.get("tps", 0), None, "")
    assert running.stop() == 0, running.output()
