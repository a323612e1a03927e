"""The servers that are compared, and the loads they are put under."""

from __future__ import annotations

import contextlib
import json
import pathlib
import re
import struct
import subprocess
from collections.abc import Iterator

from .machine import LOAD_CORE, Process, Usage, measured, run
from .report import median

OURS, FLOOR, FLOOR_PB, CPP = "PurSight", "C floor", "C floor + protobuf-c", "gRPC C++"
# Ours with deadline, authentication, metrics and logging; its load carries a deadline.
INTERCEPTED = "PurSight + interceptors"
DEADLINE = ["-H", "grpc-timeout: 10S"]
FIRST_PORT = 9200


class Peers:
    """The commands of the servers that are compared; each prints a line when it listens."""

    def __init__(self, root: pathlib.Path, programs: pathlib.Path):
        build = root / "Benchmarks/peers/build"
        self.certificates = build / "certs"
        self.client = build / "cpp-client"
        self.tool = build / "h2tool"
        self.copies = build / "copies.so"
        self.server = programs / "interop-server"
        self.request = build / "unary.bin"
        place = ["{mode}", "{port}", self.certificates]
        self.commands: dict[str, list] = {
            FLOOR: [build / "c-server", *place],
            FLOOR_PB: [build / "c-server", *place, "pb"],
            CPP: [build / "cpp-server", *place],
            OURS: [self.server, *place, "--threads", "1"],
            INTERCEPTED: [self.server, *place, "--threads", "1", "--interceptors"],
        }
        self.request.write_bytes(unary_request())

    def command(self, peer: str, mode: str, port: int) -> list[str]:
        return [str(word).format(mode=mode, port=port) for word in self.commands[peer]]

    @contextlib.contextmanager
    def running(self, names: list[str], mode: str) -> Iterator[dict[str, tuple[Process, int]]]:
        """Starts servers, checks the answers of those that speak gRPC, and ends them."""
        servers: dict[str, tuple[Process, int]] = {}
        try:
            for index, name in enumerate(names):
                port = FIRST_PORT + index
                servers[name] = (Process(self.command(name, mode, port)), port)
            for server, port in servers.values():
                self.check(mode, port)
            yield servers
        finally:
            for server, _ in servers.values():
                server.stop()

    def check(self, mode: str, port: int) -> None:
        """Calls all four shapes with the C++ client and compares the answers, before anything is
        timed."""
        result = subprocess.run(
            ["taskset", "-c", LOAD_CORE, self.client, mode, str(port), self.certificates, "check"],
            capture_output=True, text=True, timeout=60,
        )  # fmt: skip
        if result.returncode != 0:
            raise RuntimeError(f"a wrong answer: {result.stdout}{result.stderr}")

    def h2load(self, mode: str, port: int, *arguments: object) -> dict:
        """Runs h2load against a server; every request has to succeed."""
        scheme = "http" if mode == "h2c" else "https"
        command: list[object] = [
            "h2load", "-d", self.request, "-H", "content-type: application/grpc",
        ]  # fmt: skip
        command += ["-H", "te: trailers", *arguments]
        if mode != "h2c":
            command.append("--tls13-ciphers=TLS_AES_128_GCM_SHA256")
        text = run([*command, f"{scheme}://127.0.0.1:{port}/bench.Bench/Unary"])
        rate = re.search(r"finished in .*?, ([\d.]+) req/s", text)
        counts = re.search(r"(\d+) succeeded, (\d+) failed, (\d+) errored", text)
        if not rate or not counts or int(counts[2]) + int(counts[3]) > 0:
            raise RuntimeError(f"h2load failed:\n{text[-600:]}")
        return {"rate": float(rate[1]), "calls": int(counts[1])}

    def stream(self, mode: str, port: int, shape: str, size: int, seconds: float) -> dict:
        """Runs one stream of messages of `size` bytes with the C++ client."""
        command = [self.client, mode, port, self.certificates, shape, size, seconds]
        return parsed(run(command))

    def h2tool(self, mode: str, port: int, *arguments: object) -> dict:
        """Runs the light client; no call may fail."""
        result = parsed(run([self.tool, mode, port, self.certificates, *arguments]))
        if result["bad"] > 0 or result["ok"] == 0:
            raise RuntimeError(f"h2tool {arguments} failed: {result}")
        return result


def parsed(text: str) -> dict:
    if not text.startswith("{"):
        raise RuntimeError(f"a load generator failed: {text[-600:]}")
    return json.loads(text.splitlines()[0])


def unary_request() -> bytes:
    """A framed bench.Req: an id of 8 bytes and a payload of 100."""
    message = b"\x0a\x08req-0001" + b"\x12\x64" + b"p" * 100
    return b"\0" + struct.pack(">I", len(message)) + message


class Rounds:
    """What each peer did in each round; ratios are those of neighbours in time."""

    def __init__(self) -> None:
        self.figures: dict[str, list[float]] = {}
        self.usages: list[Usage] = []

    def add(self, peer: str, figure: float, usage: Usage) -> None:
        self.figures.setdefault(peer, []).append(figure)
        self.usages.append(usage)

    def ratio(self, peer: str, ours: str = OURS) -> float:
        """The median of the rounds' ratios of ours to a peer's."""
        pairs = zip(self.figures[ours], self.figures[peer])
        return median([mine / other for mine, other in pairs])

    @property
    def foreign(self) -> float:
        return median([usage.foreign for usage in self.usages])


def cpu_rounds(servers: dict[str, tuple[Process, int]], rounds: int, load) -> Rounds:
    """CPU seconds per unit of work, interleaved over all servers.

    `load(name, port)` puts one round on a server and returns the units that were done.
    """
    result = Rounds()
    for _ in range(rounds):
        for name, (server, port) in servers.items():
            units, usage = measured(server, lambda: load(name, port))
            result.add(name, usage.server_cpu / units, usage)
    return result
