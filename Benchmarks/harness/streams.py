"""Streams both ways over TLS: the server's CPU per byte, or per message where they are small."""

from __future__ import annotations

from .peers import CPP, FLOOR, FLOOR_PB, OURS, Peers, cpu_rounds
from .report import Result, spread

ROUNDS, SECONDS = 5, 2
LARGE = [64 << 10, 1 << 20]
SMALL = 128
# What is allowed: against the bare floor, and against gRPC C++ by direction.
FLOOR_LIMIT, SMALL_FLOOR_LIMIT = 1.1, 1.5
CPP_LIMITS = {"down": 0.9, "up": 0.6}
SMALL_CPP_LIMIT = 1 / 30


def measure(peers: Peers) -> list[Result]:
    results: list[Result] = []
    names = [FLOOR, FLOOR_PB, CPP, OURS]
    with peers.running(names, "tls") as servers:
        for shape in ["down", "up"]:
            for size in LARGE:
                results += large(peers, servers, shape, size)
        results += small(peers, servers)
    return results


def large(peers: Peers, servers, shape: str, size: int) -> list[Result]:
    rounds = cpu_rounds(
        servers, ROUNDS,
        lambda name, port: peers.stream("tls", port, shape, size, SECONDS)["bytes"] / 1e9,
    )  # fmt: skip
    what = f"{'server' if shape == 'down' else 'client'} stream {size >> 10} KiB, s CPU/GB"
    return compared(
        what, rounds, {FLOOR: FLOOR_LIMIT, FLOOR_PB: None, CPP: CPP_LIMITS[shape]}, "{:.3f}"
    )


def small(peers: Peers, servers) -> list[Result]:
    rounds = cpu_rounds(
        servers, ROUNDS,
        lambda name, port: peers.stream("tls", port, "down", SMALL, SECONDS)["msgs"] / 1e6,
    )  # fmt: skip
    limits = {FLOOR: SMALL_FLOOR_LIMIT, FLOOR_PB: None, CPP: SMALL_CPP_LIMIT}
    return compared(f"server stream {SMALL} B, µs CPU/message", rounds, limits, "{:.3f}")


def compared(what: str, rounds, limits: dict, form: str) -> list[Result]:
    return [
        Result(
            "streams", f"{what} against {peer}", spread(rounds.figures[OURS], form),
            spread(rounds.figures[peer], form), rounds.ratio(peer), at_most=limit,
            foreign=rounds.foreign,
        )
        for peer, limit in limits.items()
    ]  # fmt: skip
