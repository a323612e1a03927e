"""The quick start's own script, on 2,000 flights; its figures against those of Python's csv."""

import csv
import os
import pathlib
import re
import subprocess

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]


def failing_rows(data: pathlib.Path) -> dict[str, int]:
    """How many flights break each rule, counted without PurSight. `NA` is null, and null passes."""

    def column(table: str, name: str) -> set[str]:
        with open(data / f"{table}.csv", newline="") as file:
            return {row[name] for row in csv.DictReader(file)}

    planes, airports = column("planes", "tailnum"), column("airports", "faa")
    with open(data / "flights.csv", newline="") as file:
        rows = list(csv.DictReader(file))
    tails = [row["tailnum"] for row in rows if row["tailnum"] != "NA"]
    return {
        "known-plane": sum(tail not in planes for tail in tails),
        "known-airport": sum(row["dest"] not in airports for row in rows),
        "tail-format": sum(not re.fullmatch("N[0-9A-Z]{1,5}", tail) for tail in tails),
        "distance": sum(float(row["distance"]) < 80 for row in rows),
    }


def quickstart(programs, state, *arguments) -> subprocess.CompletedProcess:
    return subprocess.run(
        [ROOT / "dev/quickstart.sh", "--state", state, "--programs", programs, "--port", "0",
         *map(str, arguments)],
        capture_output=True, text=True, timeout=300, stdin=subprocess.DEVNULL,
    )  # fmt: skip


def test_it_shows_what_is_true_of_the_data(programs, place, tables, sample):
    (place / "data").symlink_to(tables)
    result = quickstart(programs, place, "--rows", 2000)
    assert result.returncode == 0, result.stdout + result.stderr
    report = result.stdout

    expected = failing_rows(sample)
    assert expected["tail-format"] == 4 and expected["distance"] == 1
    for rule, count in expected.items():
        line = next((line for line in report.splitlines() if f"✗ {rule} " in line), "")
        assert re.search(rf"\b{count:,} rows?\b", line), f"{rule} {count}: {line!r}\n{report}"
    for rule in ["unique-flight", "origin", "month"]:
        assert f"✓ {rule}" in report, report
    assert "1,995 stored" in report and "5 in quarantine" in report
    assert re.search(r"killed at offset [\d,]+", report)
    assert "read back: 2,000 rows, 2,000 distinct" in report
    assert re.search(r"✗ event \d+ of \d+ was CHANGED", report)
    assert report.count("complete and unchanged") == 2
    assert "spiffe://dev/guest" in report and "dataset" in report.split("spiffe://dev/guest")[1]
    page = (place / "flights.html").read_text()
    assert "<svg" in page and "http" not in re.sub(r"http://www\.w3\.org/[^\"]*", "", page)

    again = quickstart(programs, place, "--rows", 2000)
    assert again.returncode == 0, again.stdout + again.stderr
    assert "flights: 2,000 rows are there already" in again.stdout


def test_it_takes_a_file_of_ones_own(programs, place):
    file = place / "My orders.csv"
    file.write_text("id,amount,city\n" + "".join(f"{i},{i * 1.5},Bonn\n" for i in range(500)))
    result = quickstart(programs, place, "--file", file)
    assert result.returncode == 0, result.stdout + result.stderr
    assert "500 rows" in result.stdout
    rules = (place / "my-orders-rules.yaml").read_text()
    assert "id" in rules and "amount" in rules


@pytest.mark.parametrize("arguments, words", [(["--file", "/nowhere.csv"], "cannot be read")])
def test_what_is_missing_ends_in_one_sentence(programs, place, arguments, words):
    result = quickstart(programs, place, *arguments)
    assert result.returncode == 1
    assert words in result.stderr and result.stderr.count("\n") == 1


def test_a_port_in_use_ends_in_one_sentence(server, programs, place, tmp_path):
    state = place / "second"
    result = quickstart(programs, state, "--port", server.port, "--rows", 2000)
    assert result.returncode == 1
    last = result.stderr.strip().splitlines()[-1]
    assert str(server.port) in last and last.startswith("error: ")


def test_a_swift_that_is_too_old_ends_in_one_sentence(tmp_path):
    swift = tmp_path / "swift"
    swift.write_text("#!/bin/sh\necho 'Swift version 5.10.1 (swift-5.10.1-RELEASE)'\n")
    swift.chmod(0o755)
    result = subprocess.run(
        [ROOT / "dev/setup.sh", "build"], capture_output=True, text=True,
        env=os.environ | {"PATH": f"{tmp_path}:{os.environ['PATH']}"},
    )  # fmt: skip
    assert result.returncode == 1
    assert result.stderr == (
        f"error: Swift 6.3 or newer is needed, and {swift} is 5.10: put a newer toolchain first on "
        "PATH.\n"
    )
