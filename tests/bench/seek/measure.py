"""Time from `get -o - --range` to its first byte, at places that a running fetch of the whole has not come to. For
scripts/bench/seek, which runs it in a network and a mount namespace of its own where the link has a rate."""

import argparse
import os
import random
import shutil
import statistics
import subprocess
import sys
import tempfile
import time

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.append(os.path.dirname(HERE))
from narrow_link import FAR, FAR_SIDE, make_link  # noqa: E402: they lie one folder up
from program import Program, fail, find_parcel  # noqa: E402

TARGET_MS = 30
QUEUE_MS = 10
PAUSE_S = 0.1  # between two seeks: the fetch is under way again


class Pair:
    """A node that has the content, and one that fetches it."""

    def __init__(self, binary, share, work, far):
        self.binary, self.work = binary, work
        side, listen = (FAR_SIDE, "0.0.0.0:7346") if far else ([], "127.0.0.1:0")
        self.seed = self.start("seed", listen, side, share)
        address = self.seed.wait_for(r"^ready: listening on (\S+)").group(1)
        self.address = FAR + ":7346" if far else address
        self.fetcher, self.id, self.get = None, None, None

    def start(self, name, address, side, *arguments):
        command = [self.binary, "--state", f"{self.work}/{name}", "up", "--no-discovery", "--listen", address, *arguments]
        return Program([*side, *command], f"{self.work}/{name}.log")

    def command(self, *arguments):
        return [self.binary, "--state", f"{self.work}/fetch", *arguments]

    def begin(self):
        """Starts a fetch from nothing, and waits until bytes come."""
        self.fetcher = self.start("fetch", "127.0.0.1:0", [], "--peer", self.address)
        self.fetcher.wait_for(r"^ready:")
        if self.id is None:
            self.id = find_parcel(self.command())
        self.get = subprocess.Popen(
            self.command("get", self.id, "-o", f"{self.work}/copy"), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        while not self.part() and self.get.poll() is None:
            time.sleep(0.005)
        time.sleep(0.5)

    def part(self):
        for folder, _, files in os.walk(f"{self.work}/fetch"):
            for name in files:
                if name.endswith(".part"):
                    return os.path.join(folder, name)
        return None

    def is_here(self, place):
        """Its bytes are random: where there are none yet, there are zeros."""
        with open(self.part(), "rb") as part:
            part.seek(place)
            return any(part.read(64))

    def seek(self, place):
        """Seconds from the command to the first byte."""
        begin = time.monotonic()
        child = subprocess.Popen(self.command("get", self.id, "-o", "-", "--range", f"{place}.."), stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
        first = os.read(child.stdout.fileno(), 1)
        took = time.monotonic() - begin
        child.kill()
        child.wait()
        child.stdout.close()
        if not first:
            fail("a range came to nothing")
        return took

    def end(self):
        """Forgets what was fetched, so that it can be fetched again."""
        self.get.kill()
        self.get.wait()
        self.fetcher.end()
        shutil.rmtree(f"{self.work}/fetch", ignore_errors=True)
        if os.path.exists(f"{self.work}/copy"):
            os.remove(f"{self.work}/copy")


def sample(pair, size, seeks):
    """Seeks to where nothing is yet, and as many to where all is: (waited for, here), in seconds."""
    waited, here = [], []
    while len(waited) < seeks:
        pair.begin()
        while len(waited) < seeks and pair.get.poll() is None:
            try:
                place = next((at for at in (random.randrange(size - 64) for _ in range(200)) if not pair.is_here(at)), None)
                known = next((at for at in (random.randrange(size - 64) for _ in range(200)) if pair.is_here(at)), None)
            except (TypeError, FileNotFoundError):
                break  # it got its name
            if place is None or known is None or os.path.getsize(pair.part()) < size:
                break
            waited.append(pair.seek(place))
            here.append(pair.seek(known))
            time.sleep(PAUSE_S)
        pair.end()
    return waited, here


def figures(times):
    ordered = sorted(1000 * each for each in times)
    return statistics.median(ordered), ordered[min(len(ordered) - 1, int(0.95 * len(ordered)))]


def main():
    options = argparse.ArgumentParser()
    options.add_argument("--mbit", type=float, default=1000)
    options.add_argument("--seeks", type=int, default=50)
    options.add_argument("--mib", type=int, default=1024)
    options.add_argument("--binary", required=True)
    options = options.parse_args()
    if options.mbit > 0:
        make_link(options.mbit, QUEUE_MS, "cubic")
    work = tempfile.mkdtemp(prefix="freshet-seek-", dir="/dev/shm")
    try:
        if shutil.disk_usage(work).free < 3 * options.mib << 20:
            fail(f"{work} has no room for {options.mib} MiB twice")
        os.mkdir(f"{work}/share")
        with open(f"{work}/share/parcel.bin", "wb") as out:
            for _ in range(options.mib):
                out.write(os.urandom(1 << 20))
        pair = Pair(os.path.abspath(options.binary), f"{work}/share", work, options.mbit > 0)
        waited, here = sample(pair, options.mib << 20, options.seeks)
        pair.seed.end()
    finally:
        shutil.rmtree(work, ignore_errors=True)
    link = f"{options.mbit:g} Mbit/s" if options.mbit > 0 else "loopback"
    print(f"{options.mib} MiB over {link}, {len(waited)} seeks while all of it is fetched; ms from the command to its first byte")
    print(f"{'':24} {'median':>8} {'p95':>8} {'target':>8}")
    median, late = figures(waited)
    print(f"{'not fetched yet':24} {median:8.1f} {late:8.1f} {TARGET_MS:8.1f}")
    median, late = figures(here)
    print(f"{'fetched already':24} {median:8.1f} {late:8.1f}")


main()
