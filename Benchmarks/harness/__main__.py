"""Measures and prints a table; `make bench` calls it.

python -m harness [rpc] [instructions] [ingest] [start] [build]
"""

from __future__ import annotations

import pathlib
import sys

from . import report, rpc

ROOT = pathlib.Path(__file__).resolve().parents[2]
PROGRAMS = ROOT / ".build/release"
RESULTS = ROOT / "Benchmarks/results"
SUITES = ["rpc", "instructions", "ingest", "start", "build"]


def measure(suite: str) -> list[report.Result]:
    # A suite is imported when it runs: not every one needs the same packages.
    if suite == "rpc":
        return rpc.unary(rpc.Peers(ROOT, PROGRAMS))
    if suite == "instructions":
        return rpc.instructions(rpc.Peers(ROOT, PROGRAMS), "tls", RESULTS / "callgrind")
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
