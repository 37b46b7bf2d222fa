#!/usr/bin/env python3
"""Fetches a folder of many small files from one node to another over loopback, and has tar do the same, in turns.

Called by scripts/bench/folder. tar writes into a TCP connection and another reads from it, in the clear; freshet encrypts, verifies and
syncs. Prints seconds of each run, and medians.
"""
import argparse
import filecmp
import json
import os
import re
import shutil
import socket
import statistics
import subprocess
import sys
import time

sys.path.append(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
from program import Program, fail  # noqa: E402: it lies one folder up


class Node:
    def __init__(self, binary, state, *more):
        self.binary, self.state = binary, state
        self.program = Program([binary, "--state", state, "up", *more, "--listen", "127.0.0.1:0", "--no-discovery"], f"{state}.log")
        self.program.wait_for(r"^ready:")
        with open(f"{state}.log", encoding="utf-8") as log:
            self.address = re.search(r"listening on (\S+)", log.read()).group(1)

    def ask(self, *words):
        run = subprocess.run([self.binary, "--state", self.state, *words, "--json"], capture_output=True, text=True, check=False)
        if run.returncode not in (0, 1):
            fail(f"{' '.join(words)}: {run.stderr}")
        return [json.loads(line) for line in run.stdout.splitlines()]


def make(folder, files, size):
    for i in range(files):
        inside = os.path.join(folder, f"part {i % 100}")
        os.makedirs(inside, exist_ok=True)
        with open(os.path.join(inside, f"{i}.bin"), "wb") as out:
            out.write(os.urandom(size))


def find(node, files):
    until = time.monotonic() + 120
    while time.monotonic() < until:
        for hit in node.ask("search", "album", "--timeout", "1"):
            if hit["event"] == "hit" and hit["folder"] and hit["files"] == files:
                return str(hit["n"])
    fail("the folder is not found as one item")


def is_same(a, b, files):
    names = [os.path.relpath(os.path.join(at, name), a) for at, _, inside in os.walk(a) for name in inside]
    equal, _, _ = filecmp.cmpfiles(a, b, names, shallow=False)
    return len(names) == files == len(equal)


def with_freshet(arguments, work, source, run):
    state = os.path.join(work, f"fetcher-{run}")
    node = Node(arguments.binary, state, "--peer", source.address)
    number = find(node, arguments.files)
    out = os.path.join(work, f"out-{run}")
    os.makedirs(out)
    begun = time.monotonic()
    node.ask("get", number, "-o", out)
    took = time.monotonic() - begun
    if not is_same(os.path.join(work, "album"), os.path.join(out, "album"), arguments.files):
        fail("what came is not what was sent")
    node.ask("down")
    shutil.rmtree(out)
    return took


def with_tar(work, run):
    out = os.path.join(work, f"tar-{run}")
    os.makedirs(out)
    with socket.create_server(("127.0.0.1", 0)) as door:
        begun = time.monotonic()
        with socket.create_connection(door.getsockname()) as to, door.accept()[0] as there:
            with subprocess.Popen(["tar", "-c", "-C", work, "album"], stdout=to) as sender:
                to.close()
                with subprocess.Popen(["tar", "-x", "-C", out], stdin=there) as taker:
                    ok = taker.wait() == 0 and sender.wait() == 0
        took = time.monotonic() - begun
    if not ok:
        fail("tar failed")
    shutil.rmtree(out)
    return took


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--binary", required=True)
    parser.add_argument("--work", required=True)
    parser.add_argument("--files", type=int, default=10000)
    parser.add_argument("--bytes", type=int, default=4096)
    parser.add_argument("--repeats", type=int, default=3)
    arguments = parser.parse_args()
    make(os.path.join(arguments.work, "album"), arguments.files, arguments.bytes)
    source = Node(arguments.binary, os.path.join(arguments.work, "source"), os.path.join(arguments.work, "album"))
    times = {"freshet": [], "tar": []}
    for run in range(arguments.repeats):
        times["freshet"].append(with_freshet(arguments, arguments.work, source, run))
        times["tar"].append(with_tar(arguments.work, run))
        print(f"run {run + 1}: freshet {times['freshet'][-1]:.2f} s, tar {times['tar'][-1]:.2f} s", flush=True)
    source.ask("down")
    freshet, tar = statistics.median(times["freshet"]), statistics.median(times["tar"])
    print(f"{arguments.files} files of {arguments.bytes} bytes: freshet {freshet:.2f} s, tar {tar:.2f} s, {freshet / tar:.2f} times as long")


if __name__ == "__main__":
    main()
