"""Latency under an open load: calls are due at fixed times, whether the last ones have ended or not."""

from __future__ import annotations

from .machine import measured
from .peers import CPP, FLOOR_PB, OURS, Peers, Rounds
from .report import Result, spread

ROUNDS, SECONDS = 5, 4
CONNECTIONS, RATE = 64, 5_000


def measure(peers: Peers) -> list[Result]:
    middle, tail = Rounds(), Rounds()
    with peers.running([FLOOR_PB, CPP, OURS], "tls") as servers:
        for _ in range(ROUNDS):
            for name, (server, port) in servers.items():
                done, usage = measured(
                    server,
                    lambda: peers.h2tool("tls", port, "rate", CONNECTIONS, SECONDS, RATE),
                )
                middle.add(name, done["p50_us"], usage)
                tail.add(name, done["p99_us"], usage)
    what = f"{RATE:,} calls/s over {CONNECTIONS} connections"
    return [
        Result(
            "latency", f"{what}, {name} µs against {peer}", spread(rounds.figures[OURS]),
            spread(rounds.figures[peer]), rounds.ratio(peer), at_most=limit,
            foreign=rounds.foreign,
        )
        for name, rounds, limits in [("p99", tail, {CPP: 1.0, FLOOR_PB: None}),
                                     ("p50", middle, {CPP: None})]
        for peer, limit in limits.items()
    ]  # fmt: skip
