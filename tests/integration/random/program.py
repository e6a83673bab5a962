"""The program under test: started, watched, killed."""

import os
import signal
import subprocess
import time


# Seconds: a machine that is busy with other tests may need them for what is in flight, and that is no fault.
STOP_TIMEOUT = 120


class Program:
    def __init__(self, path, environment, log_path):
        self.path, self.log_path = path, log_path
        self.environment = {**os.environ, "PGSYNC_STOP_TIMEOUT": str(STOP_TIMEOUT), **environment}
        self.children = []

    def start(self, *arguments):
        with open(self.log_path, "a", encoding="utf-8") as log:
            log.write(
                f"\n=== {time.strftime('%H:%M:%S')} {os.path.basename(self.path)} {' '.join(arguments)}\n"
            )
        with open(self.log_path, "ab") as log:
            # A session of its own, so that Ctrl-C here does not stop it before we do.
            child = subprocess.Popen(
                [self.path, *arguments],
                env=self.environment,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        self.children.append(child)
        return child

    def run(self, seconds, *arguments):
        """The exit status, or None when it had to be killed after so many seconds."""
        child = self.start(*arguments)
        try:
            return child.wait(seconds)
        except subprocess.TimeoutExpired:
            self.kill(child)
            return None

    def note(self, text):
        with open(self.log_path, "a", encoding="utf-8") as log:
            log.write(f"=== {time.strftime('%H:%M:%S')} {text}\n")

    def kill(self, child, how=signal.SIGKILL):
        if child.poll() is None:
            self.note(signal.Signals(how).name)
            child.send_signal(how)
            if how == signal.SIGKILL:
                child.wait()

    def end(self):
        for child in self.children:
            self.kill(child)

    def tail(self, lines=40):
        with open(self.log_path, encoding="utf-8", errors="replace") as log:
            return "".join(line[:400].rstrip("\n") + "\n" for line in log.readlines()[-lines:])
