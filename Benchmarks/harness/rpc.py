"""Unary calls against the C floor and gRPC C++: interleaved rounds, and instructions per call."""

from __future__ import annotations

import pathlib
import re
import struct
import subprocess

from .machine import LOAD_CORE, Process, Usage, measured, run
from .report import Result, median, spread

# Connections by streams; the figure that the project is held to.
CONNECTIONS, STREAMS = 8, 16
ROUNDS, SECONDS = 5, 3
# Calls under callgrind: the difference of two runs is free of start-up and handshake.
FEW_CALLS, MANY_CALLS = 2_000, 12_000


class Peers:
    """The commands of the servers that are compared; each prints a line when it listens."""

    def __init__(self, root: pathlib.Path, programs: pathlib.Path):
        build = root / "Benchmarks/peers/build"
        self.certificates = build / "certs"
        self.client = build / "cpp-client"
        self.request = build / "unary.bin"
        self.commands = {
            "C floor": [build / "c-server", "{mode}", "{port}", self.certificates],
            "C floor + protobuf-c": [
                build / "c-server", "{mode}", "{port}", self.certificates, "pb",
            ],
            "gRPC C++": [build / "cpp-server", "{mode}", "{port}", self.certificates],
            "PurSight": [
                programs / "interop-server", "{mode}", "{port}", self.certificates,
                "--threads", "1",
            ],
        }  # fmt: skip
        self.request.write_bytes(unary_request())

    def command(self, peer: str, mode: str, port: int) -> list[str]:
        return [str(word).format(mode=mode, port=port) for word in self.commands[peer]]


def unary_request() -> bytes:
    """A framed bench.Req: an id of 8 bytes and a payload of 100."""
    message = b"\x0a\x08req-0001" + b"\x12\x64" + b"p" * 100
    return b"\0" + struct.pack(">I", len(message)) + message


def load(peers: Peers, mode: str, port: int, *arguments: object) -> dict:
    """Runs h2load against a server; every request has to succeed."""
    scheme = "http" if mode == "h2c" else "https"
    command: list[object] = ["h2load", "-d", peers.request, "-H", "content-type: application/grpc"]
    command += ["-H", "te: trailers", *arguments]
    if mode != "h2c":
        command.append("--tls13-ciphers=TLS_AES_128_GCM_SHA256")
    text = run([*command, f"{scheme}://127.0.0.1:{port}/bench.Bench/Unary"])
    rate = re.search(r"finished in .*?, ([\d.]+) req/s", text)
    counts = re.search(r"(\d+) succeeded, (\d+) failed, (\d+) errored", text)
    if not rate or not counts or int(counts[2]) + int(counts[3]) > 0:
        raise RuntimeError(f"h2load failed:\n{text[-600:]}")
    return {"rate": float(rate[1]), "calls": int(counts[1])}


def check(peers: Peers, mode: str, port: int) -> None:
    """Calls all four shapes with the C++ client and compares the answers, before anything is timed."""
    result = subprocess.run(
        ["taskset", "-c", LOAD_CORE, peers.client, mode, str(port), peers.certificates, "check"],
        capture_output=True, text=True, timeout=60,
    )  # fmt: skip
    if result.returncode != 0:
        raise RuntimeError(f"a wrong answer: {result.stdout}{result.stderr}")


def unary(peers: Peers, mode: str = "tls") -> list[Result]:
    """Requests per second and CPU per call on one core, interleaved over all peers."""
    servers = {
        peer: (Process(peers.command(peer, mode, 9200 + i)), 9200 + i)
        for i, peer in enumerate(peers.commands)
    }
    rates: dict[str, list[float]] = {peer: [] for peer in servers}
    costs: dict[str, list[float]] = {peer: [] for peer in servers}
    usages: list[Usage] = []
    shape = ["-c", CONNECTIONS, "-m", STREAMS, "-D"]
    try:
        for server, port in servers.values():
            check(peers, mode, port)
            load(peers, mode, port, *shape, 1)
        for _ in range(ROUNDS):
            for peer, (server, port) in servers.items():
                done, usage = measured(server, lambda: load(peers, mode, port, *shape, SECONDS))
                rates[peer].append(done["rate"])
                costs[peer].append(1e6 * usage.server_cpu / done["calls"])
                usages.append(usage)
    finally:
        for server, _ in servers.values():
            server.stop()
    return compared(mode, rates, costs, median([usage.foreign for usage in usages]))


def compared(
    mode: str, rates: dict[str, list[float]], costs: dict[str, list[float]], foreign: float
) -> list[Result]:
    ours, us = "PurSight", "{:,.2f}"
    results = []
    for peer, at_least in [("gRPC C++", 5.0), ("C floor", None)]:
        results.append(Result(
            "rpc", f"unary {mode} {CONNECTIONS}×{STREAMS}, calls/s against {peer}",
            spread(rates[ours]), spread(rates[peer]),
            ratio(rates[ours], rates[peer]), at_least=at_least, foreign=foreign,
        ))  # fmt: skip
    for peer, at_most in [("C floor", 1.3), ("C floor + protobuf-c", None), ("gRPC C++", None)]:
        results.append(Result(
            "rpc", f"unary {mode} {CONNECTIONS}×{STREAMS}, µs CPU/call against {peer}",
            spread(costs[ours], us), spread(costs[peer], us),
            ratio(costs[ours], costs[peer]), at_most=at_most, foreign=foreign,
        ))  # fmt: skip
    return results


def ratio(ours: list[float], peer: list[float]) -> float:
    """The median of the rounds' ratios: rounds are neighbours in time."""
    return median([mine / other for mine, other in zip(ours, peer)])


def instructions(peers: Peers, mode: str, folder: pathlib.Path) -> list[Result]:
    """Instructions per call by callgrind: the same whatever else the machine does."""
    folder.mkdir(parents=True, exist_ok=True)
    # Valgrind 3.19 gives up on Swift's debug information (DWARF 5), so it gets a copy without.
    stripped = folder / "interop-server"
    program = peers.commands["PurSight"][0]
    subprocess.run(["strip", "--strip-debug", "-o", stripped, program], check=True)
    peers.commands["PurSight"][0] = stripped
    counts = {
        peer: instructions_per_call(peers, peer, mode, 9260 + i, folder)
        for i, peer in enumerate(["C floor", "C floor + protobuf-c", "PurSight"])
    }
    return [
        Result(
            "rpc", f"unary {mode}, instructions/call against {peer}", f"{counts['PurSight']:,.0f}",
            f"{counts[peer]:,.0f}", counts["PurSight"] / counts[peer], at_most=at_most,
        )
        for peer, at_most in [("C floor", None), ("C floor + protobuf-c", 1.25)]
    ]  # fmt: skip


def instructions_per_call(
    peers: Peers, peer: str, mode: str, port: int, folder: pathlib.Path
) -> float:
    totals = []
    for calls in [FEW_CALLS, MANY_CALLS]:
        out = folder / f"callgrind-{port}.out"
        out.unlink(missing_ok=True)
        server = Process(
            ["valgrind", "--tool=callgrind", f"--callgrind-out-file={out}",
             *peers.command(peer, mode, port)],
        )  # fmt: skip
        load(peers, mode, port, "-c", 1, "-m", STREAMS, "-n", calls)
        server.stop()
        totals.append(int(re.search(r"^(?:summary|totals): (\d+)", out.read_text(), re.M)[1]))
    return (totals[1] - totals[0]) / (MANY_CALLS - FEW_CALLS)
