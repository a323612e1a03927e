"""Measures and prints a table; `make bench` calls it.

python -m harness [SUITE]…      default: all; they are listed in Benchmarks/README.md
"""

from __future__ import annotations

import pathlib
import sys

from . import machine, report

ROOT = pathlib.Path(__file__).resolve().parents[2]
PROGRAMS = ROOT / ".build/release"
RESULTS = ROOT / "Benchmarks/results"
BOUNDS = ROOT / "Benchmarks/instructions.json"
SUITES = [
    "instructions", "rpc", "latency", "streams", "connections", "loops", "database", "bulk",
    "ingest", "start", "build",
]  # fmt: skip


def measure(suite: str) -> list[report.Result]:
    # A suite is imported when it runs: not every one needs the same packages.
    if suite in ["ingest", "start", "build"]:
        return measure_product(suite)
    from . import bulk, connections, database, latency, loops, peers, rpc, streams

    servers = peers.Peers(ROOT, PROGRAMS)
    folder = RESULTS / suite
    match suite:
        case "instructions":
            return rpc.instructions(servers, folder, BOUNDS)
        case "rpc":
            return rpc.unary(servers)
        case "latency":
            return latency.measure(servers)
        case "streams":
            return streams.measure(servers)
        case "connections":
            return connections.measure(servers, folder)
        case "loops":
            return loops.measure(servers)
        case "database":
            return database.measure(servers, folder)
    return bulk.measure(servers, folder)


def measure_product(suite: str) -> list[report.Result]:
    if suite == "ingest":
        from . import ingest

        return ingest.measure(ROOT, PROGRAMS, RESULTS / "ingest")
    if suite == "start":
        from . import start

        return start.measure(PROGRAMS, RESULTS)
    from . import build

    return build.measure(ROOT)


def main() -> int:
    suites = sys.argv[1:] or SUITES
    unknown = [suite for suite in suites if suite not in SUITES]
    if unknown:
        print(
            f"error: there is no suite {unknown[0]}: give some of {', '.join(SUITES)}.",
            file=sys.stderr,
        )
        return 64
    print(machine.placement(), file=sys.stderr)
    results: list[report.Result] = []
    for suite in suites:
        print(f"measuring {suite} …", file=sys.stderr, flush=True)
        results += measure(suite)
    print(report.table(results))
    print(f"kept in {report.keep(results, RESULTS).relative_to(ROOT)}", file=sys.stderr)
    # Figures of wall and CPU time depend on the machine; only the gate of instructions fails.
    return int(any(r.verdict == "MISSED" and "instructions" in r.what for r in results))


if __name__ == "__main__":
    sys.exit(main())
