"""The machine: processes on cores of their own, CPU accounts, and what others took meanwhile."""

from __future__ import annotations

import os
import pathlib
import re
import signal
import subprocess
import time
from dataclasses import dataclass

TICKS = os.sysconf("SC_CLK_TCK")
# The server under test runs here, the load there.
SERVER_CORE, LOAD_CORE = os.environ.get("SERVER_CORE", "0"), os.environ.get("LOAD_CORE", "1")
# Share of one core that other processes may use before a run is repeated.
FOREIGN_LIMIT = 0.06
# Share of the time that the hypervisor may take before a run is repeated.
STEAL_LIMIT = 0.03
# How often a disturbed run is repeated before it is taken as it is.
MAX_REPEATS = 2


@dataclass
class Usage:
    """What a run cost, in seconds, and what disturbed it, as shares of one core."""

    wall: float
    server_cpu: float
    foreign: float
    steal: float

    @property
    def is_clean(self) -> bool:
        return self.foreign <= FOREIGN_LIMIT and self.steal <= STEAL_LIMIT


def placement() -> str:
    """Says what runs where."""
    return (
        f"{os.cpu_count()} cores; servers on core {SERVER_CORE}, load on core {LOAD_CORE}; "
        f"runs with over {FOREIGN_LIMIT:.0%} foreign CPU are repeated up to {MAX_REPEATS} times"
    )


class Process:
    """A program on one core; its first line of output says that it is ready."""

    def __init__(self, command: list[str], core: str = SERVER_CORE):
        self.command = command
        self.child = subprocess.Popen(
            ["taskset", "-c", core, *command], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
        )
        if not self.child.stdout.readline():
            raise RuntimeError(f"{' '.join(map(str, command))} did not start")

    @property
    def cpu(self) -> float:
        """CPU seconds so far, user and system."""
        return cpu_of(self.child.pid)

    @property
    def peak_bytes(self) -> int:
        text = pathlib.Path(f"/proc/{self.child.pid}/status").read_text()
        return int(re.search(r"VmHWM:\s+(\d+)", text)[1]) * 1024

    def stop(self) -> None:
        self.child.send_signal(signal.SIGTERM)
        try:
            self.child.wait(5)
        except subprocess.TimeoutExpired:
            self.child.kill()
            self.child.wait()
        self.child.stdout.close()


def run(command: list[str], timeout: float = 300) -> str:
    """Runs a load generator on its core and returns what it prints."""
    result = subprocess.run(
        ["taskset", "-c", LOAD_CORE, *map(str, command)],
        capture_output=True, text=True, timeout=timeout,
    )  # fmt: skip
    return result.stdout + result.stderr


def measured(server: Process, action) -> tuple[object, Usage]:
    """Runs an action and accounts for it; a run that others disturbed is repeated."""
    for attempt in range(MAX_REPEATS + 1):
        others_before, soft_before, stolen_before = others(server), soft_interrupts(), stolen()
        cpu_before, began = server.cpu, time.monotonic()
        result = action()
        wall = time.monotonic() - began
        # The load generator has ended: it is no longer among the others.
        foreign = others(server, others_before) - (soft_interrupts() - soft_before)
        usage = Usage(
            wall=wall, server_cpu=server.cpu - cpu_before, foreign=max(0.0, foreign / wall),
            steal=(stolen() - stolen_before) / wall,
        )  # fmt: skip
        if usage.is_clean or attempt == MAX_REPEATS:
            break
        time.sleep(1)
    return result, usage


def cpu_of(process: int) -> float:
    """CPU seconds of a process so far."""
    fields = pathlib.Path(f"/proc/{process}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / TICKS


def others(server: Process, before: dict[str, float] | None = None):
    """CPU seconds of every other process: all of them, or what they used since `before`."""
    skipped = {str(server.child.pid), str(os.getpid())}
    now: dict[str, float] = {}
    for entry in os.listdir("/proc"):
        if entry.isdigit() and entry not in skipped:
            try:
                now[entry] = cpu_of(int(entry))
            except OSError:
                continue
    if before is None:
        return now
    return sum(cpu - before.get(process, 0.0) for process, cpu in now.items())


def soft_interrupts() -> float:
    """CPU seconds of the kernel's threads that carry loopback traffic: our own work."""
    total = 0.0
    for entry in os.listdir("/proc"):
        if entry.isdigit():
            try:
                if pathlib.Path(f"/proc/{entry}/comm").read_text().startswith("ksoftirqd/"):
                    total += cpu_of(int(entry))
            except OSError:
                continue
    return total


def stolen() -> float:
    """Seconds that the hypervisor gave to others."""
    lines = pathlib.Path("/proc/stat").read_text().splitlines()
    return sum(int(line.split()[8]) for line in lines if re.match(r"cpu\d", line)) / TICKS
