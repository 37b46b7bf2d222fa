"""Shares of a narrow link between a fetch and a TCP stream that comes and goes. For scripts/bench/polite, which runs it in a network
and a mount namespace of its own: the far end is a second one, and both end with this process."""

import argparse
import json
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import threading
import time

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.append(os.path.dirname(HERE))
from narrow_link import FAR, FAR_SIDE, NEAR, make_link  # noqa: E402: they lie one folder up
from program import Program, fail, find_parcel  # noqa: E402

LISTEN = "0.0.0.0:7346"
PUMP = """
import socket, sys, time
with socket.create_connection((sys.argv[1], int(sys.argv[2]))) as out:
    end = time.monotonic() + float(sys.argv[3])
    while time.monotonic() < end:
        out.sendall(bytes(65536))
"""
# Seconds since the first byte: the stream's time, and when shares are taken.
STREAM = (10, 26)
TIMES = {"before": (3, 10), "beside": (13, 26), "after": (29, 36)}


class Stream:
    """Plain TCP from the far end to here, for so many seconds, as fast as it goes."""

    def __init__(self, seconds):
        self.bytes = 0
        self.server = socket.socket()
        self.server.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4 << 20)
        self.server.bind((NEAR, 0))
        self.server.listen()
        threading.Thread(target=self.read, daemon=True).start()
        port = str(self.server.getsockname()[1])
        self.sender = subprocess.Popen([*FAR_SIDE, sys.executable, "-c", PUMP, NEAR, port, str(seconds)])

    def read(self):
        with self.server, self.server.accept()[0] as source:
            while chunk := source.recv(65536):
                self.bytes += len(chunk)


class Pair:
    def __init__(self, binary, share, work):
        self.binary, self.work = binary, work
        self.seed = self.start("seed", LISTEN, FAR_SIDE, share)
        self.seed.wait_for(r"^ready:")
        self.fetcher = self.start("fetch", LISTEN, [], "--peer", FAR)
        self.fetcher.wait_for(r"^ready:")
        self.id = find_parcel(self.command())

    def start(self, name, address, side, *arguments):
        command = [self.binary, "--state", f"{self.work}/{name}", "up", "--no-discovery", "--listen", address, *arguments]
        return Program([*side, *command], f"{self.work}/{name}.log")

    def command(self, *arguments):
        return [self.binary, "--state", f"{self.work}/fetch", *arguments]

    def cli(self, *arguments):
        return subprocess.run(self.command(*arguments), capture_output=True, text=True, stdin=subprocess.DEVNULL).stdout

    def fetched(self):
        return json.loads(self.cli("status", "--json"))["counters"]["transfer_bytes_in"]

    def stop(self):
        self.fetcher.end()
        self.seed.end()


def shares(pair, flags, rate):
    """Of the link: the fetch's in each span, the stream's meanwhile."""
    get = subprocess.Popen(pair.command("get", pair.id, "-o", f"{pair.work}/copy", *flags), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    while pair.fetched() == 0:
        time.sleep(0.02)
    begun = time.monotonic()
    stream, found = None, {}

    def sleep_until(at):
        time.sleep(max(0, begun + at - time.monotonic()))

    for name, (start, end) in TIMES.items():
        if name == "beside":
            sleep_until(STREAM[0])
            stream = Stream(STREAM[1] - STREAM[0])
        sleep_until(start)
        had, at, other = pair.fetched(), time.monotonic(), stream.bytes if stream else 0
        sleep_until(end)
        took = (time.monotonic() - at) * rate
        found[name] = ((pair.fetched() - had) / took, ((stream.bytes if stream else 0) - other) / took)
    if get.poll() is not None:
        fail("the fetch ended too early")
    get.terminate()
    get.wait()
    stream.sender.wait()
    return found


def main():
    options = argparse.ArgumentParser()
    options.add_argument("--mbit", type=float, default=20)
    options.add_argument("--queue-ms", type=int, default=200)
    options.add_argument("--tcp", default="cubic")
    options.add_argument("--binary", required=True)
    options = options.parse_args()
    options.binary = os.path.abspath(options.binary)
    make_link(options.mbit, options.queue_ms, options.tcp)
    rate = options.mbit * 1e6 / 8
    print(f"{options.mbit:g} Mbit/s, a queue of {options.queue_ms} ms, {options.tcp}; shares of the link in percent")
    print(f"{'fetch':8} {'alone':>7} {'beside TCP':>11} {'(TCP)':>7} {'alone again':>12}")
    for name, flags in (("plain", []), ("polite", ["--polite"])):
        work = tempfile.mkdtemp(prefix="freshet-polite-", dir="/dev/shm")
        try:
            os.mkdir(f"{work}/share")
            with open(f"{work}/share/parcel.bin", "wb") as out:
                for _ in range(int(rate * 45 / (1 << 20)) + 1):
                    out.write(os.urandom(1 << 20))
            pair = Pair(options.binary, f"{work}/share", work)
            found = shares(pair, flags, rate)
            pair.stop()
            row = [found["before"][0], found["beside"][0], found["beside"][1], found["after"][0]]
            print(f"{name:8} {row[0]:7.1%} {row[1]:11.1%} {row[2]:7.1%} {row[3]:12.1%}", flush=True)
        finally:
            shutil.rmtree(work, ignore_errors=True)


if __name__ == "__main__":
    main()
