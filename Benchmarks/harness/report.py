"""The results of a benchmark run: lines of a table, kept as JSON beside it."""

from __future__ import annotations

import json
import pathlib
import statistics
import time
from dataclasses import asdict, dataclass


@dataclass
class Result:
    """One measured figure, what it is compared with, and what is wanted."""

    suite: str
    what: str
    # Our figure and the peer's, with their unit.
    ours: str
    peer: str = ""
    # Ours by the peer's, as the demand is put.
    ratio: float | None = None
    # At most, or at least, that much; None: nothing is demanded.
    at_most: float | None = None
    at_least: float | None = None
    # Share of one core that other processes used, median of the runs.
    foreign: float | None = None

    @property
    def verdict(self) -> str:
        if self.ratio is None or (self.at_most is None and self.at_least is None):
            return ""
        passed = (self.at_most is None or self.ratio <= self.at_most) and (
            self.at_least is None or self.ratio >= self.at_least
        )
        return "ok" if passed else "MISSED"


def median(values: list[float]) -> float:
    return statistics.median(values)


def spread(values: list[float], form: str = "{:,.0f}") -> str:
    """A median with its lowest and highest value."""
    low, high = form.format(min(values)), form.format(max(values))
    return f"{form.format(median(values))} [{low}–{high}]"


def table(results: list[Result]) -> str:
    """The results as a Markdown table."""
    head = ["suite", "what", "PurSight", "peer", "ratio", "wanted", "foreign CPU", ""]
    rows = [head, ["---"] * len(head)]
    for result in results:
        wanted = ""
        if result.at_most is not None:
            wanted = f"≤ {result.at_most:g}"
        if result.at_least is not None:
            wanted = f"≥ {result.at_least:g}"
        rows.append([
            result.suite, result.what, result.ours, result.peer,
            "" if result.ratio is None else f"{result.ratio:.2f}", wanted,
            "" if result.foreign is None else f"{result.foreign:.0%}", result.verdict,
        ])  # fmt: skip
    widths = [max(len(row[column]) for row in rows) for column in range(len(head))]
    return "\n".join(
        "| " + " | ".join(cell.ljust(width) for cell, width in zip(row, widths)) + " |"
        for row in rows
    )


def keep(results: list[Result], folder: pathlib.Path) -> pathlib.Path:
    """Writes the results as JSON lines and returns the file."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / time.strftime("%Y-%m-%dT%H%M%S.jsonl")
    path.write_text("".join(json.dumps(asdict(result)) + "\n" for result in results))
    return path
