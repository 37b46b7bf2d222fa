"""One seed and some fetchers, each in a network namespace with a narrow link up and a wider one down: seconds until the last one
has the whole file, and how many copies of it the seed sent. For scripts/bench/swarm, which runs it in a network and a mount
namespace of its own: all of it ends with this process."""

import argparse
import concurrent.futures
import filecmp
import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.append(os.path.dirname(HERE))
from narrow_link import allow_namespaces, run, shape  # noqa: E402: they lie one folder up
from program import Program, fail, find_parcel  # noqa: E402

LIBTORRENT = ["/usr/bin/python3", os.path.join(os.path.dirname(HERE), "transfer", "libtorrent_peer.py")]
NAME = "parcel.bin"
PORT = 7346
QUEUE_MS = 100
LEAST_BURST = 16 << 10
LATE_S = 900


def inside(member):
    return ["ip", "netns", "exec", f"m{member}"]


def address(member):
    return f"10.78.0.{member + 1}"


def make_network(members, up, down):
    allow_namespaces()
    run("ip", "link", "add", "bridge", "type", "bridge")
    run("ip", "link", "set", "bridge", "up")
    for member in range(members):
        run("ip", "netns", "add", f"m{member}")
        run("ip", "link", "add", f"to-m{member}", "type", "veth", "peer", "name", "wire", "netns", f"m{member}")
        run("ip", "link", "set", f"to-m{member}", "master", "bridge", "up")
        run(*inside(member), "ip", "addr", "add", address(member) + "/24", "dev", "wire")
        for device in ("wire", "lo"):
            run(*inside(member), "ip", "link", "set", device, "up")
        shape(inside(member), "wire", up, QUEUE_MS, LEAST_BURST)
        shape([], f"to-m{member}", down, QUEUE_MS, LEAST_BURST)


def sent_by_seed():
    """Bytes that the seed put on its wire, headers and all."""
    said = subprocess.run(["ip", "-s", "-j", "link", "show", "to-m0"], capture_output=True, text=True, check=True)
    return json.loads(said.stdout)[0]["stats64"]["rx"]["bytes"]


class Freshet:
    """Daemons that know the seed alone, and find each other as they fetch."""

    def __init__(self, binary, members, work):
        self.binary, self.work, self.fetchers = binary, work, range(1, members)
        self.programs, self.ids = [], []

    def start_all(self):
        self.start(0, f"{self.work}/share")
        for member in self.fetchers:
            self.start(member, "--peer", f"{address(0)}:{PORT}")
        with concurrent.futures.ThreadPoolExecutor(len(self.fetchers)) as pool:
            self.ids = list(pool.map(self.find, self.fetchers))

    def start(self, member, *arguments):
        options = ["--no-discovery", "--listen", f"{address(member)}:{PORT}", *arguments]
        command = [*inside(member), self.binary, "--state", self.state(member), "up", *options]
        self.programs.append(Program(command, f"{self.work}/{member}.log"))
        self.programs[-1].wait_for(r"^ready:")

    def state(self, member):
        return f"{self.work}/state-{member}"

    def command(self, member, *arguments):
        return [*inside(member), self.binary, "--state", self.state(member), *arguments]

    def find(self, member):
        return find_parcel(self.command(member))

    def begin(self, member):
        command = self.command(member, "get", self.ids[member - 1], "-o", f"{self.work}/copy-{member}")
        return subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

    def copies(self, size):
        """Of the file, in blocks that the seed sent."""
        said = subprocess.run(self.command(0, "status", "--json"), capture_output=True, text=True, check=True)
        return json.loads(said.stdout)["counters"]["transfer_bytes_out"] / size

    def end(self):
        for program in self.programs:
            program.end()


class Libtorrent:
    """python3-libtorrent, told of everybody; in the clear, TCP."""

    def __init__(self, members, work):
        self.work, self.fetchers, self.members = work, range(1, members), members
        self.torrent = f"{work}/parcel.torrent"
        self.programs = []

    def start_all(self):
        run(*LIBTORRENT, "make", self.torrent, f"{self.work}/share/{NAME}")
        self.start(0, f"{self.work}/share").wait_for("ready")

    def start(self, member, folder):
        others = [f"{address(other)}:{PORT}" for other in range(self.members) if other != member]
        role = "fetch" if member else "seed"
        command = [*inside(member), *LIBTORRENT, role, self.torrent, folder, f"{address(member)}:{PORT}", *others]
        self.programs.append(Program(command, f"{self.work}/{member}.log"))
        return self.programs[-1]

    def begin(self, member):
        os.mkdir(f"{self.work}/folder-{member}")
        program = self.start(member, f"{self.work}/folder-{member}")
        return Done(program, f"{self.work}/folder-{member}/{NAME}", f"{self.work}/copy-{member}")

    def copies(self, _):
        return None

    def end(self):
        for program in self.programs:
            program.end()


class Done:
    """A fetcher that says so when it is done, and goes on seeding."""

    def __init__(self, program, made, copy):
        self.program, self.made, self.copy = program, made, copy

    def wait(self, limit):
        self.program.wait_for("done", limit)
        if not os.path.exists(self.copy):
            os.link(self.made, self.copy)
        return 0


def measure(swarm, work, size):
    """(seconds of each fetcher, copies by blocks, copies by bytes on the seed's wire)"""
    before, began = sent_by_seed(), time.monotonic()

    def finish(fetch):
        code = fetch.wait(LATE_S)
        return code, time.monotonic() - began

    with concurrent.futures.ThreadPoolExecutor(len(swarm.fetchers)) as pool:
        ended = list(pool.map(finish, [swarm.begin(member) for member in swarm.fetchers]))
    on_wire, by_blocks = (sent_by_seed() - before) / size, swarm.copies(size)
    for member, (code, _) in zip(swarm.fetchers, ended):
        if code != 0 or not filecmp.cmp(f"{work}/share/{NAME}", f"{work}/copy-{member}", shallow=False):
            fail(f"fetcher {member} ended with {code}, or with other bytes")
    return [seconds for _, seconds in ended], by_blocks, on_wire


def run_once(swarm, work, size):
    try:
        swarm.start_all()
        return measure(swarm, work, size)
    finally:
        swarm.end()


def main():
    options = argparse.ArgumentParser()
    options.add_argument("--binary", required=True)
    options.add_argument("--fetchers", type=int, default=8)
    options.add_argument("--mib", type=int, default=32)
    options.add_argument("--up", type=float, default=20)
    options.add_argument("--down", type=float, default=100)
    options.add_argument("--repeats", type=int, default=3)
    options.add_argument("--rivals", action="store_true")
    options = options.parse_args()
    members, size = options.fetchers + 1, options.mib << 20
    make_network(members, options.up, options.down)
    results = {"freshet": []}
    if options.rivals:
        results["libtorrent"] = []
    for _ in range(options.repeats):
        for name, runs in results.items():
            work = tempfile.mkdtemp(prefix="freshet-swarm-", dir="/dev/shm")
            try:
                os.mkdir(f"{work}/share")
                with open(f"{work}/share/{NAME}", "wb") as out:
                    for _ in range(options.mib):
                        out.write(os.urandom(1 << 20))
                binary = os.path.abspath(options.binary)
                swarm = Freshet(binary, members, work) if name == "freshet" else Libtorrent(members, work)
                runs.append(run_once(swarm, work, size))
            finally:
                shutil.rmtree(work, ignore_errors=True)
    up, down = options.up * 1e6 / 8, options.down * 1e6 / 8
    bound = max(size / up, size / down, options.fetchers * size / (up * members))
    print(f"{options.mib} MiB from one seed to {options.fetchers} fetchers, {options.up:g} up / {options.down:g} down Mbit/s; bound {bound:.1f} s")
    print(f"{'':12} {'last done, s':>14} {'first done, s':>14} {'copies, blocks':>15} {'copies, wire':>13}")
    for name, runs in results.items():
        last = [max(seconds) for seconds, _, _ in runs]
        first = statistics.median(min(seconds) for seconds, _, _ in runs)
        blocks = [by_blocks for _, by_blocks, _ in runs if by_blocks is not None]
        wire = statistics.median(on_wire for _, _, on_wire in runs)
        told = f"{statistics.median(blocks):15.2f}" if blocks else f"{'':15}"
        print(f"{name:12} {statistics.median(last):14.1f} {first:14.1f} {told} {wire:13.2f}   ({min(last):.1f} .. {max(last):.1f})")


main()
