"""How long contributors wait: a clean release build, and the unit tests."""

from __future__ import annotations

import pathlib
import shutil
import subprocess
import time

from .report import Result

# What is demanded, in seconds.
RELEASE_BUILD, UNIT_TESTS = 180.0, 60.0


def measure(root: pathlib.Path) -> list[Result]:
    scratch = root / ".build-bench"
    shutil.rmtree(scratch, ignore_errors=True)
    build = seconds(
        ["swift", "build", "-c", "release", "--quiet", "--scratch-path", str(scratch)], root
    )
    shutil.rmtree(scratch, ignore_errors=True)
    # The debug build is there: what is measured is what one waits for after a change of a test.
    subprocess.run(["swift", "build", "--build-tests", "--quiet"], cwd=root, check=True)
    tests = seconds(["make", "test-unit"], root)
    return [
        Result("build", "clean release build, s", f"{build:.0f}", f"{RELEASE_BUILD:.0f}",
               build / RELEASE_BUILD, at_most=1.0),
        Result("build", "make test-unit, s", f"{tests:.0f}", f"{UNIT_TESTS:.0f}",
               tests / UNIT_TESTS, at_most=1.0),
    ]  # fmt: skip


def seconds(command: list[str], folder: pathlib.Path) -> float:
    began = time.monotonic()
    subprocess.run(command, cwd=folder, check=True, capture_output=True)
    return time.monotonic() - began
