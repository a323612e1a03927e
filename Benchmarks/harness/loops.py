"""Two event loops against one: CPU per call, system calls between threads, and who gets what."""

from __future__ import annotations

import pathlib
import re
import subprocess

from .machine import LOAD_CORE, SERVER_CORE, Process, measured
from .peers import OURS, Peers, Rounds
from .report import Result, spread

ROUNDS, SECONDS = 5, 3
TRACED_CALLS = 200_000
# Wakes and futexes per call on the path; what is left are those of start and end.
WAKE_LIMIT = 0.001


def measure(peers: Peers) -> list[Result]:
    both = f"{SERVER_CORE},{LOAD_CORE}"
    return cost(peers, both) + wakes(peers, both) + [placement(peers, both)]


def start(peers: Peers, threads: int, port: int, cores: str) -> Process:
    command = peers.command(OURS, "tls", port)
    command[command.index("--threads") + 1] = str(threads)
    return Process(command, cores)


def cost(peers: Peers, cores: str) -> list[Result]:
    """Both on the same two cores, beside the load, so that nothing but the loops differs."""
    one, two = start(peers, 1, 9210, cores), start(peers, 2, 9211, cores)
    costs = Rounds()
    try:
        for _ in range(ROUNDS):
            for name, server, port in [("one", one, 9210), ("two", two, 9211)]:
                done, usage = measured(
                    server, lambda: peers.h2load("tls", port, "-c", 8, "-m", 16, "-D", SECONDS)
                )
                costs.add(name, 1e6 * usage.server_cpu / done["calls"], usage)
    finally:
        one.stop()
        two.stop()
    return [
        Result(
            "loops", f"two loops against one on cores {cores}, µs CPU/call",
            spread(costs.figures["two"], "{:.2f}"), spread(costs.figures["one"], "{:.2f}"),
            costs.ratio("one", "two"), at_most=1.1, foreign=costs.foreign,
        )
    ]  # fmt: skip


def wakes(peers: Peers, cores: str) -> list[Result]:
    """Futexes, and writes to another loop's eventfd, while calls run on two loops."""
    server = start(peers, 2, 9212, cores)
    try:
        tracer = subprocess.Popen(
            ["strace", "-f", "-c", "-e", "trace=futex,write,epoll_wait,epoll_pwait,recvfrom,sendto",
             "-p", str(server.child.pid)],
            stderr=subprocess.PIPE, text=True,
        )  # fmt: skip
        tracer.stderr.readline()
        done = peers.h2load("tls", 9212, "-c", 8, "-m", 16, "-n", TRACED_CALLS)
        tracer.send_signal(2)
        table = tracer.communicate()[1]
    finally:
        server.stop()
    counts = {
        name: int(number)
        for number, name in re.findall(r"^\s*[\d.]+\s+[\d.]+\s+\d+\s+(\d+).*?(\w+)$", table, re.M)
    }
    return [
        Result(
            "loops", f"{name} per call, two loops (strace -c, {done['calls']:,} calls)",
            f"{counts.get(name, 0) / done['calls']:.5f}", f"{WAKE_LIMIT}",
            counts.get(name, 0) / done["calls"] / WAKE_LIMIT, at_most=1.0,
        )
        for name in ["futex", "write"]
    ]  # fmt: skip


def placement(peers: Peers, cores: str) -> Result:
    """On how many of three loops three connections land: each thread's CPU time tells."""
    server = start(peers, 3, 9213, cores)
    try:
        before = thread_times(server)
        peers.h2load("tls", 9213, "-c", 3, "-m", 1, "-D", 2)
        after = thread_times(server)
    finally:
        server.stop()
    busy = sum(1 for thread, ticks in after.items() if ticks - before.get(thread, 0) >= 5)
    return Result(
        "loops", "loops that three connections keep busy, of three", f"{busy}", "3", busy / 3,
        at_least=1.0,
    )  # fmt: skip


def thread_times(server: Process) -> dict[str, int]:
    times = {}
    for entry in pathlib.Path(f"/proc/{server.child.pid}/task").iterdir():
        fields = (entry / "stat").read_text().rsplit(")", 1)[1].split()
        times[entry.name] = int(fields[11]) + int(fields[12])
    return times
