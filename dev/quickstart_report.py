"""What the quick start prints: its lines, the commands it runs, and the log of everything."""

from __future__ import annotations

import json
import os
import pathlib
import shlex
import subprocess
import time

from server import Server

ROOT = pathlib.Path(__file__).resolve().parent.parent
# How long one command may take, in seconds.
COMMAND_LIMIT = 600


class StepError(Exception):
    """One sentence that says what went wrong."""


class Report:
    """Prints the report and runs the commands that it shows."""

    def __init__(self, server: Server):
        self.server = server
        self.examples = ROOT / "examples"
        # Where the commands run: the folder of the data.
        self.folder = ROOT
        self.began = float(os.environ.get("QUICKSTART_BEGAN", time.time()))
        log = server.state / "log" / "run.log"
        log.parent.mkdir(parents=True, exist_ok=True)
        self.log = open(log, "w")

    # Lines

    def line(self, word: str, text: str) -> None:
        """Prints a line of the beginning, with the time since the start."""
        seconds = int(time.time()) - int(self.began)
        clock = f"{seconds // 60}:{seconds % 60:02}" if word else ""
        self._print(f" {clock:4} {word:10} {text}")

    def step(self, number: int, title: str) -> None:
        self._print(f"[{number}] {title}")

    def note(self, text: str, mark: str = " ") -> None:
        self._print(f" {mark} {text}")

    def flush(self) -> None:
        self.log.flush()

    def shown(self, path: pathlib.Path) -> str:
        """A path as people would type it at the repository's root."""
        return str(path.relative_to(ROOT)) if path.is_relative_to(ROOT) else str(path)

    def end(self, data: pathlib.Path, commands: list[str]) -> None:
        seconds = int(time.time() - self.began)
        took = f"{seconds} s" if seconds < 60 else f"{seconds // 60} min {seconds % 60:02} s"
        megabytes = sum(f.stat().st_size for f in data.rglob("*") if f.is_file()) / 1e6
        self._print(
            f"Done in {took}. Server stopped; data kept in {self.shown(data)} ({megabytes:.0f} MB)."
        )
        self._print(" make play     starts it again with pursightctl on PATH; try there:")
        for command in commands:
            self._print(f"   {command}")
        self.log.close()

    # Commands

    def run(
        self, command: list[str], lines: int = 12, codes: list[int] | None = None,
        environment: dict[str, str] | None = None, label: str = "", shorten: bool = False,
    ) -> str:  # fmt: skip
        """Shows a command, runs it, and shows the first lines of what it prints."""
        self.note(self._typed(command) + label, "$")
        result = self._call(command, environment)
        self._check(command, result, codes or [0])
        printed = (
            (result.stdout + (result.stderr if result.returncode else "")).rstrip("\n").splitlines()
        )
        if shorten:
            printed = self._joined(printed)
        for text in printed[:lines]:
            self._print("   " + text)
        if len(printed) > lines > 0:
            self._print(f"   … {len(printed) - lines:,} more lines")
        return result.stdout

    def quiet(self, command: list[str]) -> str:
        """Runs a command that is not shown and returns what it prints."""
        result = self._call(command)
        self._check(command, result, [0])
        return result.stdout

    def run_head(self, command: list[str], lines: int) -> None:
        """Shows and runs `command | head -n lines`: the reader goes away, the command ends cleanly."""
        typed = self._typed(command)
        self.note(f"{typed} | head -n {lines}", "$")
        script = f"set -o pipefail; {typed} | head -n {lines}"
        result = self._call(["bash", "-c", script])
        self._check(command, result, [0])
        for text in result.stdout.splitlines():
            self._print("   " + text[:90])

    def run_until_progress(self, command: list[str], offset: int, act) -> int:
        """Runs an ingest and acts as soon as that many rows are durable; returns how many were."""
        self.note(self._typed(command), "$")
        process = subprocess.Popen(
            command, cwd=self.folder, env=self.server.environment, text=True,
            stdout=subprocess.DEVNULL, stderr=subprocess.PIPE,
        )  # fmt: skip
        committed = 0
        for text in process.stderr:
            self.log.write(text)
            if not text.startswith("{"):
                continue
            committed = max(committed, int(json.loads(text).get("committedOffset", 0)))
            if committed >= offset and act is not None:
                act()
                act = None
        code = process.wait(COMMAND_LIMIT)
        if act is not None:
            raise StepError(
                f"the load ended before the plug was pulled (exit {code}): see {self.log.name}."
            )
        if code == 0:
            raise StepError("the load was complete before the plug was pulled: try again.")
        return committed

    # What is there

    def dataset(self, name: str) -> dict | None:
        """Returns a dataset as JSON, or None when there is none of that name."""
        result = self._call(["pursightctl", "dataset", "show", name, "-o", "json"])
        if result.returncode == 64 + 5:
            return None
        self._check(["pursightctl", "dataset", "show", name], result, [0])
        return json.loads(result.stdout)

    def has_open_load(self, dataset: str) -> bool:
        loads = json.loads(self.quiet(["pursightctl", "ingest", "list", "-o", "json"]))
        uid = self.dataset(dataset)["name"]
        return any(load.get("dataset") == uid for load in loads)

    def certificate(self, name: str) -> dict:
        """Makes a client certificate with the development CA."""
        folder = self.server.state / "certificates"
        folder.mkdir(exist_ok=True)
        return json.loads(
            self.quiet(
                [
                    "pursightd",
                    "certificate",
                    name,
                    "--data-dir",
                    str(self.server.data),
                    "--out",
                    str(folder),
                ]
            )
        )

    # Inside

    def _call(
        self, command: list[str], environment: dict[str, str] | None = None
    ) -> subprocess.CompletedProcess:
        began = time.monotonic()
        # The address of a certificate's own environment wins over the context.
        result = subprocess.run(
            [self._program(command[0]), *command[1:]], cwd=self.folder, text=True, capture_output=True,
            stdin=subprocess.DEVNULL, env=self.server.environment | (environment or {}),
            timeout=COMMAND_LIMIT,
        )  # fmt: skip
        self.log.write(
            f"$ {self._typed(command)}  # exit {result.returncode}, {time.monotonic() - began:.3f} s\n"
        )
        self.log.write(result.stdout[:20_000])
        self.log.write(result.stderr[:20_000])
        self.log.flush()
        return result

    def _program(self, name: str) -> str:
        ours = self.server.programs / name
        return str(ours) if ours.exists() else name

    def _check(
        self, command: list[str], result: subprocess.CompletedProcess, codes: list[int]
    ) -> None:
        if result.returncode in codes:
            return
        said = (result.stderr.strip() or result.stdout.strip() or "it said nothing").splitlines()
        raise StepError(
            f"`{self._typed(command)}` ended with {result.returncode}: "
            f"{said[0].removeprefix('error: ')} (log: {self.log.name})"
        )

    def _typed(self, command: list[str]) -> str:
        return " ".join(self._quoted(word) for word in command)

    def _quoted(self, word: str) -> str:
        path = word.removeprefix(str(ROOT) + "/")
        return path if not path or " " not in path and "*" not in path else shlex.quote(path)

    @staticmethod
    def _joined(lines: list[str]) -> list[str]:
        """Puts short lines beside one another, up to 90 columns."""
        rows: list[str] = []
        for line in lines:
            if rows and len(rows[-1]) + len(line) + 3 <= 90:
                rows[-1] += "   " + line
            else:
                rows.append(line)
        return rows

    def _print(self, text: str) -> None:
        print(text, flush=True)
        self.log.write(text + "\n")
