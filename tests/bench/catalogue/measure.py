#!/usr/bin/env python3
"""Shares a tree with a daemon and measures scan, restart, memory and catalogue; then looks words up, beside rivals.

Called by scripts/bench/catalogue. Prints one line a figure.
"""
import argparse
import json
import os
import random
import sqlite3
import statistics
import subprocess
import sys
import time

sys.path.append(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
from program import Program, fail  # noqa: E402: it lies one folder up


# Library::kLeastKept: with fewer files their words stay in memory.
LEAST_KEPT = 16384


class Daemon:
    def __init__(self, binary, state, tree):
        self.binary, self.state = binary, state
        self.started = time.monotonic()
        self.program = Program(
            [binary, "--state", state, "up", *([tree] if tree else []), "--listen", "127.0.0.1:0", "--no-discovery"],
            f"{state}.log")
        self.program.wait_for(r"^ready:")

    def status(self):
        out = subprocess.run([self.binary, "--state", self.state, "status", "--json"], capture_output=True, text=True, check=True)
        return json.loads(out.stdout)

    def until(self, holds, seconds=1800):
        """Seconds since the start when `holds(status)` was first seen."""
        while not holds(self.status()):
            if time.monotonic() - self.started > seconds:
                fail("gave up waiting")
            time.sleep(0.02)
        return time.monotonic() - self.started

    def finds(self, words):
        return subprocess.run([self.binary, "--state", self.state, "search", "--ttl", "0", "--timeout", "0.2", *words],
                              capture_output=True, check=False).returncode == 0


def paths_of(tree):
    for folder, _, files in os.walk(tree):
        for name in files:
            yield os.path.relpath(os.path.join(folder, name), tree)


def size_of(folder):
    return sum(os.path.getsize(os.path.join(at, name)) for at, _, names in os.walk(folder) for name in names)


def measure_daemon(binary, tree, state, count):
    empty = Daemon(binary, state + "-empty", None)
    idle = empty.program.resident_bytes()
    empty.program.end()

    daemon = Daemon(binary, state, tree)
    named = daemon.until(lambda status: status["shared_files"] >= count)
    print(f"first scan           {named:8.2f} s   {count / named:10,.0f} names a second, {daemon.program.cpu_seconds():.2f} CPU-s   (target 150,000)")
    before = size_of(state)
    memory = daemon.program.resident_bytes()
    print(f"memory, names alone  {(memory - idle) / count:8.1f} bytes a file above an empty daemon's {idle / 1e6:.1f} MB, when all are named")
    print(f"on disk, names alone {before / count:8.1f} bytes a file, log and all   (target 200)")
    kept = os.path.join(state, "index")
    daemon.until(lambda status: os.path.exists(kept) or count < LEAST_KEPT)
    time.sleep(1)  # it is mapped, and what it replaces is given back
    memory = daemon.program.resident_bytes()
    print(f"memory, words kept   {(memory - idle) / count:8.1f} bytes a file   (target 150)")
    if os.path.exists(kept):
        print(f"words, kept on disk  {os.path.getsize(kept) / count:8.1f} bytes a file beside the catalogue")
    hashed = daemon.until(lambda status: status["hashed_files"] >= count)
    print(f"all hashed           {hashed:8.2f} s   {count / (hashed - named):10,.0f} small files a second")
    print(f"memory, all hashed   {(daemon.program.resident_bytes() - idle) / count:8.1f} bytes a file")
    daemon.program.end()
    print(f"on disk, hashed      {size_of(state) / count:8.1f} bytes a file")

    word = str(count - 1)
    again = Daemon(binary, state, None)  # with the folder named again, `ready` waits for its scan as well, 2 s at most
    while not again.finds([word]):
        pass
    print(f"restart to searched  {time.monotonic() - again.started:8.2f} s   (target 1)")
    again.until(lambda status: status["shared_files"] >= count)
    print(f"restart to listed    {time.monotonic() - again.started:8.2f} s")
    print(f"memory, restarted    {(again.program.resident_bytes() - idle) / count:8.1f} bytes a file")
    checked = again.until(lambda status: status["counters"]["share_scans"] >= 1)
    print(f"restart to checked   {checked:8.2f} s   every file looked at on disk (target 10)")
    print(f"memory, checked      {(again.program.resident_bytes() - idle) / count:8.1f} bytes a file")
    again.program.end()


def two_words(paths, rng):
    while True:
        words = [word for word in "".join(c if c.isalnum() else " " for c in rng.choice(paths)).split() if word.isascii() and len(word) > 2]
        if len(words) >= 2:
            return rng.sample(words, 2)


def print_times(name, ask, asked):
    times = []
    for words in asked:
        start = time.perf_counter()
        ask(words)
        times.append((time.perf_counter() - start) * 1e3)
    times.sort()
    print(f"  {name:28} median {statistics.median(times):9.3f} ms   p99 {times[int(len(times) * 0.99)]:9.3f} ms")


def measure_lookups(figures_program, tree, work):
    paths = sorted(paths_of(tree))
    names = "\n".join(paths) + "\n"
    done = subprocess.run([figures_program], input=names.encode("utf-8", "surrogateescape"), capture_output=True, check=False)
    sys.stderr.buffer.write(done.stderr)
    figures = json.loads(done.stdout)
    print("two words of one file, at most 64 answers (target: median 0.3 ms, p99 2 ms)")
    print(f"  freshet's index              median {figures['two_words_us_p50'] / 1e3:9.3f} ms   p99 {figures['two_words_us_p99'] / 1e3:9.3f} ms")
    rng = random.Random(1)
    asked = [two_words(paths, rng) for _ in range(300)]

    base = sqlite3.connect(os.path.join(work, "fts.db"))
    base.execute("create virtual table names using fts5(path, content='', tokenize='unicode61')")
    base.executemany("insert into names(rowid, path) values (?, ?)", enumerate(paths, 1))
    base.commit()
    print_times("SQLite FTS5, in process",
                lambda words: base.execute("select rowid from names where names match ? limit 64", (" ".join(words),)).fetchall(), asked)
    located = os.path.join(work, "plocate.db")
    subprocess.run(["updatedb", "-l", "no", "-U", tree, "-o", located, "--prunefs", "", "--prunepaths", ""], check=True)
    print_times("plocate, a process each",
                lambda words: subprocess.run(["plocate", "-d", located, "-i", "-l", "64", *words], capture_output=True, check=False), asked[:100])
    print_times("find | grep, a process each",
                lambda words: subprocess.run(f"find '{tree}' | grep -i {words[0]} | grep -i {words[1]} | head -64", shell=True,
                                             capture_output=True, check=False), asked[:3])
    print(f"a word that nothing has: {figures['refused_us']:.3f} us   (target 2)")
    print(f"index alone: {figures['bytes_per_file']:.1f} bytes a file, {figures['adds_per_second']:,.0f} names added a second")
    print(f"files not found by the words of their names: {figures['not_found_by_own_words']}")
    return figures["not_found_by_own_words"] == 0


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--binary", required=True)
    parser.add_argument("--figures", required=True)
    parser.add_argument("--tree", required=True)
    parser.add_argument("--work", required=True)
    options = parser.parse_args()
    count = sum(1 for _ in paths_of(options.tree))
    print(f"{count:,} files")
    found_all = measure_lookups(options.figures, options.tree, options.work)
    measure_daemon(options.binary, options.tree, os.path.join(options.work, "state"), count)
    sys.exit(0 if found_all else 1)


if __name__ == "__main__":
    main()
