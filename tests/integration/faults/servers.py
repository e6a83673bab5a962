"""Private servers, to be killed at will."""

import os
import pathlib
import shlex
import signal
import subprocess
import time

ROOT = pathlib.Path(__file__).resolve().parents[3]
KINDS = ("postgres", "opensearch")


class Servers:
    def __init__(self, folder):
        self.folder = pathlib.Path(folder)
        self.start(*KINDS)

    def _script(self, action, *arguments):
        subprocess.run(
            [ROOT / "scripts/servers.sh", action, "--dir", self.folder, *arguments],
            check=True,
            stdout=subprocess.DEVNULL,
        )

    def start(self, *kinds):
        self._script("start", "--fast", *(f"--{kind}" for kind in kinds))
        self.environment = {}
        for line in (self.folder / "env").read_text(encoding="utf-8").splitlines():
            name, _, value = line.removeprefix("export ").partition("=")
            self.environment[name] = " ".join(shlex.split(value))

    def stop(self):
        self._script("stop", "--purge")

    @property
    def postgres_port(self):
        return int(self.environment["PGPORT"])

    @property
    def search_port(self):
        return int(self.environment["OPENSEARCH_URL"].rpartition(":")[2])

    def pid(self, kind):
        return int((self.folder / "run" / f"{kind}.pid").read_text(encoding="utf-8").split()[0])

    def kill(self, kind, how=signal.SIGKILL):
        """The server and its children; returns when all of them are gone."""
        server = self.pid(kind)
        family = [server] + (children(server) if how == signal.SIGKILL else [])
        for pid in family:
            try:
                os.kill(pid, how)
            except ProcessLookupError:
                pass
        end = time.monotonic() + 60
        while any(runs(pid) for pid in family):
            if time.monotonic() > end:
                raise RuntimeError(f"{kind} does not end")
            time.sleep(0.01)


def stat(pid):
    try:
        return pathlib.Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()
    except OSError:
        return None


def runs(pid):
    found = stat(pid)
    return found is not None and found[0] not in "ZX"


def children(parent):
    return [
        int(each.name)
        for each in pathlib.Path("/proc").iterdir()
        if each.name.isdigit() and (found := stat(each.name)) is not None and int(found[1]) == parent
    ]
