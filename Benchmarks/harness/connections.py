"""What connections cost: full handshakes with client certificates, and memory while idle."""

from __future__ import annotations

import json
import pathlib
import re
import subprocess
import time

from .machine import LOAD_CORE, Process
from .peers import FLOOR, OURS, Peers, cpu_rounds
from .report import Result, spread

NGHTTPD = "nghttpd"
ROUNDS, SECONDS, LOOPS = 5, 3, 8
IDLE_CONNECTIONS, HOLD_SECONDS = 1_000, 5
# What an idle connection may take beyond the floor's, in bytes.
MEMORY_ALLOWANCE = 8 << 10


def measure(peers: Peers, folder: pathlib.Path) -> list[Result]:
    return handshakes(peers, folder) + memory(peers)


def handshakes(peers: Peers, folder: pathlib.Path) -> list[Result]:
    """Connect, full mTLS handshake, one call, close. Nobody resumes: tickets are off where they can
    be."""
    peers.commands[FLOOR] = [*peers.commands[FLOOR], "tickets=0"]
    with peers.running([FLOOR, OURS], "mtls") as servers:
        static = nghttpd(peers, folder, 9250)
        try:
            servers = {**servers, NGHTTPD: (static, 9250)}
            rounds = cpu_rounds(
                servers, ROUNDS,
                lambda name, port: peers.h2tool("mtls", port, "handshakes", LOOPS, SECONDS)["ok"]
                / 1e6,
            )  # fmt: skip
        finally:
            static.stop()
    return [
        Result(
            "connections", f"mTLS handshake and one call, µs CPU against {peer}",
            spread(rounds.figures[OURS]), spread(rounds.figures[peer]), rounds.ratio(peer),
            at_most=limit, foreign=rounds.foreign,
        )
        for peer, limit in [(NGHTTPD, 1.0), (FLOOR, None)]
    ]  # fmt: skip


def nghttpd(peers: Peers, folder: pathlib.Path, port: int) -> Process:
    """nghttp2's server with a file that answers the call."""
    answer = folder / "bench.Bench/Unary"
    answer.parent.mkdir(parents=True, exist_ok=True)
    answer.write_bytes(peers.request.read_bytes())
    keys = peers.certificates
    command = [
        "nghttpd", "-a", "127.0.0.1", "-d", str(folder), "--trailer=grpc-status: 0", "--verify-client",
        str(port), f"{keys}/server.key", f"{keys}/server.pem",
    ]  # fmt: skip
    # It prints nothing of its own when it listens.
    process = Process(["sh", "-c", 'echo starting; exec "$@"', "sh", *command])
    time.sleep(0.5)
    return process


def resident(server: Process) -> int:
    """Bytes of its own memory: files that it maps do not count."""
    text = pathlib.Path(f"/proc/{server.child.pid}/status").read_text()
    return int(re.search(r"RssAnon:\s+(\d+)", text)[1]) * 1024


def memory(peers: Peers) -> list[Result]:
    """Bytes per idle mTLS connection that has made one call."""
    sizes: dict[str, float] = {}
    with peers.running([FLOOR, OURS], "mtls") as servers:
        for name, (server, port) in servers.items():
            before = resident(server)
            command = [peers.tool, "mtls", port, peers.certificates, "idle", IDLE_CONNECTIONS]
            client = subprocess.Popen(
                ["taskset", "-c", LOAD_CORE, *map(str, command), str(HOLD_SECONDS)],
                stdout=subprocess.PIPE, text=True,
            )  # fmt: skip
            opened = json.loads(client.stdout.readline())["ok"]
            client.stdout.readline()
            time.sleep(1)
            sizes[name] = (resident(server) - before) / opened
            client.wait()
    ours, floor = sizes[OURS], sizes[FLOOR]
    return [
        Result(
            "connections", "memory of an idle mTLS connection, KB, against the floor + 8 KB",
            f"{ours / 1024:.1f}", f"{floor / 1024:.1f}", ours / (floor + MEMORY_ALLOWANCE),
            at_most=1.0,
        )
    ]  # fmt: skip
