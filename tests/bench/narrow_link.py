"""A link of so many Mbit/s, from a network namespace named far to this one, for benchmarks that run in a network and a mount
namespace of their own (`unshare --net --mount`): all of it ends with the process."""

import os
import subprocess

NEAR, FAR = "10.77.0.1", "10.77.0.2"
FAR_SIDE = ["ip", "netns", "exec", "far"]
MID = ["ip", "netns", "exec", "mid"]


def run(*command):
    subprocess.run(command, check=True)


def allow_namespaces():
    """So that `ip netns` leaves the machine's own alone."""
    os.makedirs("/run/netns", exist_ok=True)
    run("mount", "--make-rprivate", "/")
    run("mount", "-t", "tmpfs", "netns", "/run/netns")


def shape(side, device, mbit, queue_ms, least_burst):
    """What leaves by the device, seen from `side`, waits in a queue of so many milliseconds."""
    burst = max(least_burst, int(mbit * 1e6 / 8 * 0.004))  # what comes between two ticks of a slow clock
    tbf = ["root", "tbf", "rate", f"{mbit}mbit", "burst", f"{burst}b", "latency", f"{queue_ms}ms"]
    run(*side, "tc", "qdisc", "add", "dev", device, *tbf)


def make_link(mbit, queue_ms, tcp):
    allow_namespaces()
    # A bridge between the two: a queue at the sender's own device would hold back its TCP before it is full.
    for name in ("far", "mid"):
        run("ip", "netns", "add", name)
    run(*MID, "ip", "link", "add", "bridge", "type", "bridge")
    run("ip", "link", "add", "near", "type", "veth", "peer", "name", "to-near", "netns", "mid")
    run(*MID, "ip", "link", "add", "to-far", "type", "veth", "peer", "name", "wire", "netns", "far")
    run("ip", "addr", "add", NEAR + "/24", "dev", "near")
    run(*FAR_SIDE, "ip", "addr", "add", FAR + "/24", "dev", "wire")
    for device in ("to-near", "to-far"):
        run(*MID, "ip", "link", "set", device, "master", "bridge")
    devices = [([], "near"), ([], "lo"), (FAR_SIDE, "wire"), (FAR_SIDE, "lo"), (MID, "to-near"), (MID, "to-far"), (MID, "bridge")]
    for side, device in devices:
        run(*side, "ip", "link", "set", device, "up")
    # What TCP does about a full queue, of the fetch and of the stream.
    run(*FAR_SIDE, "ip", "route", "replace", "10.77.0.0/24", "dev", "wire", "src", FAR, "congctl", tcp)
    shape(MID, "to-near", mbit, queue_ms, 32 << 10)
