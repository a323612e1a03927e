"""Unary calls against the C floor and gRPC C++: interleaved rounds, and instructions per call."""

from __future__ import annotations

import json
import pathlib
import re
import subprocess

from .machine import Process, measured
from .peers import CPP, DEADLINE, FLOOR, FLOOR_PB, INTERCEPTED, OURS, Peers, Rounds
from .report import Result, spread

# Mode, connections, streams on each, and the CPU per call that is allowed against the bare floor.
SHAPES = [("tls", 8, 16, 1.15), ("tls", 64, 1, 1.15), ("tls", 1, 100, 1.2), ("h2c", 8, 16, 1.15)]
# What interceptors may cost, against the bare floor.
INTERCEPTED_LIMIT = 1.3
ROUNDS, SECONDS = 5, 3
# Calls under callgrind: the difference of two runs is free of start-up and handshake.
FEW_CALLS, MANY_CALLS = 2_000, 12_000


def unary(peers: Peers) -> list[Result]:
    """Calls per second and CPU per call on one core, interleaved over all peers."""
    results: list[Result] = []
    for mode in ["tls", "h2c"]:
        names = [FLOOR, FLOOR_PB, CPP, OURS, INTERCEPTED]
        with peers.running(names, mode) as servers:
            for shape_mode, connections, streams, limit in SHAPES:
                if shape_mode == mode:
                    results += shape(peers, servers, mode, connections, streams, limit)
    return results


def shape(
    peers: Peers, servers: dict[str, tuple[Process, int]], mode: str, connections: int,
    streams: int, limit: float,
) -> list[Result]:  # fmt: skip
    rates, costs = Rounds(), Rounds()
    arguments = ["-c", connections, "-m", streams, "-D"]
    for round_number in range(ROUNDS + 1):
        for name, (server, port) in servers.items():
            extra = DEADLINE if name == INTERCEPTED else []
            # The first round only warms up.
            seconds = SECONDS if round_number else 1
            done, usage = measured(
                server, lambda: peers.h2load(mode, port, *extra, *arguments, seconds)
            )
            if round_number:
                rates.add(name, done["rate"], usage)
                costs.add(name, 1e6 * usage.server_cpu / done["calls"], usage)
    return compared(f"unary {mode} {connections}×{streams}", rates, costs, limit)


def compared(what: str, rates: Rounds, costs: Rounds, limit: float) -> list[Result]:
    at_least = 6.0 if "8×16" in what else None
    us = "{:,.2f}"
    results = [
        Result(
            "rpc", f"{what}, calls/s against {CPP}", spread(rates.figures[OURS]),
            spread(rates.figures[CPP]), rates.ratio(CPP), at_least=at_least,
            foreign=rates.foreign,
        )
    ]  # fmt: skip
    for ours, peer, at_most in [
        (OURS, FLOOR, limit), (OURS, FLOOR_PB, None), (OURS, CPP, None),
        (INTERCEPTED, FLOOR, INTERCEPTED_LIMIT),
    ]:  # fmt: skip
        with_interceptors = " with interceptors" if ours == INTERCEPTED else ""
        results.append(Result(
            "rpc", f"{what}{with_interceptors}, µs CPU/call against {peer}",
            spread(costs.figures[ours], us), spread(costs.figures[peer], us),
            costs.ratio(peer, ours), at_most=at_most, foreign=costs.foreign,
        ))  # fmt: skip
    return results


def instructions(peers: Peers, folder: pathlib.Path, bounds: pathlib.Path) -> list[Result]:
    """Instructions per call by callgrind: the same whatever else the machine does.

    The bounds are what the last release took, and a little room; a change that makes a call dearer
    than that raises them with its reason.
    """
    folder.mkdir(parents=True, exist_ok=True)
    limits = json.loads(bounds.read_text())
    # Valgrind 3.19 gives up on Swift's debug information (DWARF 5), so it gets a copy without.
    stripped = folder / "interop-server"
    subprocess.run(["strip", "--strip-debug", "-o", stripped, peers.server], check=True)
    for name in [OURS, INTERCEPTED]:
        peers.commands[name][0] = stripped
    results = []
    for index, mode in enumerate(["h2c", "tls"]):
        counts = {
            peer: instructions_per_call(peers, peer, mode, 9260 + 10 * index + number, folder)
            for number, peer in enumerate([FLOOR, FLOOR_PB, OURS, INTERCEPTED])
        }
        ours = counts[OURS]
        for what, count, bound in [
            ("", ours, limits[mode]),
            (" with interceptors", counts[INTERCEPTED], limits[mode + " with interceptors"]),
        ]:
            results.append(Result(
                "rpc", f"unary {mode}{what}, instructions/call against the bound",
                f"{count:,.0f}", f"{bound:,}", count / bound, at_most=1.0,
            ))  # fmt: skip
        for peer, at_most in [(FLOOR, None), (FLOOR_PB, limits["against " + FLOOR_PB])]:
            results.append(Result(
                "rpc", f"unary {mode}, instructions/call against {peer}", f"{ours:,.0f}",
                f"{counts[peer]:,.0f}", ours / counts[peer], at_most=at_most,
            ))  # fmt: skip
    return results


def instructions_per_call(
    peers: Peers, peer: str, mode: str, port: int, folder: pathlib.Path
) -> float:
    totals = []
    extra = DEADLINE if peer == INTERCEPTED else []
    for calls in [FEW_CALLS, MANY_CALLS]:
        out = folder / f"callgrind-{port}.out"
        out.unlink(missing_ok=True)
        server = Process(
            ["valgrind", "--tool=callgrind", f"--callgrind-out-file={out}",
             *peers.command(peer, mode, port)],
        )  # fmt: skip
        peers.h2load(mode, port, *extra, "-c", 1, "-m", 16, "-n", calls)
        server.stop()
        totals.append(int(re.search(r"^(?:summary|totals): (\d+)", out.read_text(), re.M)[1]))
    return (totals[1] - totals[0]) / (MANY_CALLS - FEW_CALLS)
