"""A program that a benchmark runs, and what it uses. For the measure.py of each."""

import os
import re
import subprocess
import sys
import time

TICKS = os.sysconf("SC_CLK_TCK")


def fail(message):
    """Ends the benchmark, whose script is called as the folder of its measure.py."""
    sys.exit(f"scripts/bench/{os.path.basename(os.path.dirname(os.path.abspath(sys.argv[0])))}: {message}")


def find_parcel(command, limit=120):
    """The id of the first hit for "parcel", as soon as there is one. `command`: freshet, with what precedes its own words."""
    deadline = time.monotonic() + limit
    while time.monotonic() < deadline:
        words = [*command, "search", "parcel", "--timeout", "1", "--limit", "1", "--json"]
        found = subprocess.run(words, capture_output=True, text=True, stdin=subprocess.DEVNULL)
        ids = re.findall(r'"id": ?"([0-9a-f]{64})"', found.stdout)
        if ids:
            return ids[0]
    fail("the content was not found")


class Program:
    """A child process, and what it has used."""

    def __init__(self, command, log, env=None):
        self.log = log
        with open(log, "wb") as out:
            self.child = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=out, stderr=out, env=env)

    def cpu_seconds(self):
        with open(f"/proc/{self.child.pid}/stat") as stat:
            fields = stat.read().rsplit(") ", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / TICKS

    def resident_bytes(self):
        return self.status_kb("VmRSS") * 1024

    def peak_mb(self):
        """Resident at most, code and libraries included."""
        return self.status_kb("VmHWM") / 1000

    def status_kb(self, key):
        with open(f"/proc/{self.child.pid}/status") as status:
            return int(re.search(key + r":\s+(\d+)", status.read()).group(1))

    def wait_for(self, pattern, limit=60):
        deadline = time.monotonic() + limit
        while time.monotonic() < deadline:
            with open(self.log, errors="replace") as log:
                found = re.search(pattern, log.read(), re.M)
            if found:
                return found
            if self.child.poll() is not None:
                break
            time.sleep(0.005)
        with open(self.log, errors="replace") as log:
            fail(f"no answer from {self.child.args[0]}:\n{log.read()}")

    def end(self):
        if self.child.poll() is None:
            self.child.terminate()
            try:
                self.child.wait(10)
            except subprocess.TimeoutExpired:
                self.child.kill()
                self.child.wait()
