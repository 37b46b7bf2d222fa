"""One file, from one program to another over loopback, data on tmpfs: seconds from the order to the whole file, CPU-seconds and
peak memory of either side. Runs what is to be compared in turns and prints medians. For scripts/bench/transfer."""

import argparse
import os
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
import time

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.append(os.path.dirname(HERE))
from program import Program, fail, find_parcel  # noqa: E402: it lies one folder up

NAME = "parcel.bin"


def free_port():
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        return sock.getsockname()[1]


class Freshet:
    """Two daemons, TLS and verification as always."""

    def __init__(self, binary, share, work):
        self.binary, self.work = binary, work
        self.seed = self.start("seed", share)
        address = self.seed.wait_for(r"^ready: listening on (\S+)").group(1)
        self.fetcher = self.start("fetch", "--peer", address)
        self.fetcher.wait_for(r"^ready:")
        self.id = find_parcel([self.binary, "--state", f"{self.work}/fetch"])

    def start(self, name, *arguments):
        command = [self.binary, "--state", f"{self.work}/{name}", "up", "--no-discovery", "--listen", "127.0.0.1:0", *arguments]
        return Program(command, f"{self.work}/{name}.log")

    def cli(self, name, *arguments):
        return subprocess.run(
            [self.binary, "--state", f"{self.work}/{name}", *arguments], capture_output=True, text=True, stdin=subprocess.DEVNULL
        )

    def fetch(self, to):
        got = self.cli("fetch", "get", self.id, "-o", to)
        if got.returncode != 0:
            fail(f"get ended with {got.returncode}: {got.stderr}")


class Libtorrent:
    """python3-libtorrent at both ends, in the clear, TCP."""

    def __init__(self, share, work):
        self.work = work
        torrent, at = f"{work}/parcel.torrent", f"127.0.0.1:{free_port()}"
        peer = [
            "/usr/bin/python3",
            f"{HERE}/libtorrent_peer.py",
        ]
        subprocess.run([*peer, "make", torrent, f"{share}/{NAME}"], check=True)
        self.seed = Program([*peer, "seed", torrent, share, at], f"{work}/seed.log")
        self.seed.wait_for(r"^ready$")
        self.command = [*peer, "fetch", torrent, work, "127.0.0.1:0", at]
        self.fetcher = None

    def fetch(self, to):
        self.fetcher = Program(self.command, f"{self.work}/fetch.log")
        self.fetcher.wait_for(r"^done$")
        os.rename(f"{self.work}/{NAME}", to)


class Nginx:
    """nginx to curl, in the clear, nothing verified."""

    def __init__(self, share, work):
        self.work, self.port = work, free_port()
        conf = f"{work}/nginx.conf"
        with open(conf, "w") as out:
            out.write(
                f"pid {work}/pid; error_log {work}/error.log; daemon off; master_process off; user root; events {{}}\n"
                f"http {{ access_log off; sendfile on; client_body_temp_path {work}/a; proxy_temp_path {work}/b; "
                f"fastcgi_temp_path {work}/c; uwsgi_temp_path {work}/d; scgi_temp_path {work}/e; "
                f"server {{ listen 127.0.0.1:{self.port}; root {share}; }} }}\n"
            )
        self.seed = Program(["/usr/sbin/nginx", "-c", conf, "-e", f"{work}/error.log"], f"{work}/seed.log")
        for _ in range(500):
            with socket.socket() as sock:
                if sock.connect_ex(("127.0.0.1", self.port)) == 0:
                    break
            time.sleep(0.01)
        self.fetcher = None

    def fetch(self, to):
        usage = subprocess.run(
            ["/usr/bin/python3", f"{HERE}/run_and_report.py", "curl", "-sS", "-o", to, f"http://127.0.0.1:{self.port}/{NAME}"],
            capture_output=True,
            text=True,
            check=True,
        )
        self.fetcher = Reported(usage.stdout)


class Reported:
    """What a program that has ended used."""

    def __init__(self, text):
        self.cpu, self.peak = (float(word) for word in text.split())

    def cpu_seconds(self):
        return self.cpu

    def peak_mb(self):
        return self.peak

    def end(self):
        pass


def measure(pair, to):
    cpu_seed = pair.seed.cpu_seconds()
    cpu_fetch = pair.fetcher.cpu_seconds() if pair.fetcher else 0
    begin = time.monotonic()
    pair.fetch(to)
    seconds = time.monotonic() - begin
    figures = (
        seconds,
        pair.seed.cpu_seconds() - cpu_seed,
        pair.fetcher.cpu_seconds() - cpu_fetch,
        pair.seed.peak_mb(),
        pair.fetcher.peak_mb(),
    )
    pair.fetcher.end()
    pair.seed.end()
    return figures


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--mib", type=int, default=2048)
    parser.add_argument("--repeats", type=int, default=5)
    parser.add_argument("--binary", action="append", default=[])
    parser.add_argument("--rivals", action="store_true")
    arguments = parser.parse_args()

    base = "/dev/shm" if os.path.isdir("/dev/shm") else None
    with tempfile.TemporaryDirectory(dir=base, prefix="freshet-transfer-") as work:
        share = f"{work}/share"
        os.mkdir(share)
        if shutil.disk_usage(work).free < 3 * arguments.mib << 20:
            fail(f"{work} has no room for {arguments.mib} MiB twice")
        with open(f"{share}/{NAME}", "wb") as out:
            for _ in range(arguments.mib):
                out.write(os.urandom(1 << 20))
        systems = {f"freshet ({binary})": lambda at, b=binary: Freshet(b, share, at) for binary in arguments.binary}
        if arguments.rivals:
            systems["libtorrent, in the clear"] = lambda at: Libtorrent(share, at)
            systems["nginx to curl, in the clear"] = lambda at: Nginx(share, at)
        figures = {name: [] for name in systems}
        for _ in range(arguments.repeats):
            for name, make in systems.items():
                with tempfile.TemporaryDirectory(dir=work) as at:
                    figures[name].append(measure(make(at), f"{at}/whole"))
                    if os.path.getsize(f"{at}/whole") != arguments.mib << 20:
                        fail(f"{name} delivered another size")
        print(f"{arguments.mib} MiB, one to one, {arguments.repeats} times, medians")
        print(f"{'':40}    seconds   CPU-s seed  CPU-s fetch  peak MB seed  peak MB fetch")
        for name, runs in figures.items():
            medians = [statistics.median(column) for column in zip(*runs)]
            print(f"{name:40} {medians[0]:10.3f} {medians[1]:12.2f} {medians[2]:12.2f} {medians[3]:13.1f} {medians[4]:14.1f}")


main()
