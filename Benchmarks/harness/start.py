"""How long `pursightd dev` takes to be ready, and what it needs when it has nothing to do."""

from __future__ import annotations

import pathlib
import shutil
import sys
import time

from .report import Result, median, spread

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / "dev"))
from server import Server  # noqa: E402

ROUNDS = 7
# What is demanded, in seconds and bytes.
NEW_CLUSTER, EXISTING_CLUSTER, IDLE_MEMORY = 1.5, 0.4, 30e6


def measure(programs: pathlib.Path, folder: pathlib.Path) -> list[Result]:
    fresh: list[float] = []
    again: list[float] = []
    idle: list[float] = []
    for _ in range(ROUNDS):
        state = folder / "start"
        shutil.rmtree(state, ignore_errors=True)
        server = Server(programs, state, 0)
        shutil.rmtree(server.data, ignore_errors=True)
        server.start()
        fresh.append(server.seconds)
        server.stop()
        server.start()
        again.append(server.seconds)
        time.sleep(1)
        idle.append(server.resident_bytes)
        server.stop()
        shutil.rmtree(server.data, ignore_errors=True)
    return [
        Result("start", "ready with a new cluster, s", spread(fresh, "{:.2f}"), f"{NEW_CLUSTER}",
               median(fresh) / NEW_CLUSTER, at_most=1.0),
        Result("start", "ready with an existing cluster, s", spread(again, "{:.2f}"),
               f"{EXISTING_CLUSTER}", median(again) / EXISTING_CLUSTER, at_most=1.0),
        Result("start", "idle memory of the daemon, MB",
               spread([value / 1e6 for value in idle], "{:.1f}"), f"{IDLE_MEMORY / 1e6:.0f}",
               median(idle) / IDLE_MEMORY, at_most=1.0),
    ]  # fmt: skip
