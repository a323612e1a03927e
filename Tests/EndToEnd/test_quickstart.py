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
    # One file, nothing is fetched: no address but the names of SVG's own namespaces.
    assert "<svg" in page and "://" not in re.sub(r"http://www\.w3\.org/[^\"]*", "", page)

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


def setup(folder, programs: dict[str, str], *prefix: str) -> subprocess.CompletedProcess:
    """Runs dev/setup.sh with some programs replaced."""
    for name, script in programs.items():
        (folder / name).write_text(f"#!/bin/sh\n{script}\n")
        (folder / name).chmod(0o755)
    folder.chmod(0o755)
    return subprocess.run(
        [*prefix, ROOT / "dev/setup.sh", "build"], capture_output=True, text=True,
        env=os.environ | {"PATH": f"{folder}:{os.environ['PATH']}"}, stdin=subprocess.DEVNULL,
    )  # fmt: skip


def test_no_network_ends_in_one_sentence(place):
    missing = {"dpkg-query": "exit 0", "sudo": 'while [ "$1" = -n ]; do shift; done; exec "$@"'}
    result = setup(place, missing | {"apt-get": "echo 'Could not resolve host' >&2; exit 100"})
    assert result.returncode == 1
    assert result.stderr.startswith("error: apt-get update failed (see ")
    assert "check the network" in result.stderr and result.stderr.count("\n") == 1


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can become somebody else")
def test_no_sudo_ends_in_one_sentence(place):
    nobody = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"]
    probe = subprocess.run([*nobody, "cat", ROOT / "dev/setup.sh"], capture_output=True)
    if probe.returncode != 0:
        pytest.skip("this clone is closed to other users")
    # A sudo that asks for a password, and nobody is there to type it.
    result = setup(place, {"dpkg-query": "exit 0", "sudo": "exit 1"}, *nobody)
    assert result.returncode == 1
    assert "sudo apt-get install" in result.stderr and "libnghttp2-dev" in result.stderr
    assert result.stderr.count("\n") == 1


def test_a_swift_that_is_too_old_ends_in_one_sentence(place):
    result = setup(place, {"swift": "echo 'Swift version 5.10.1 (swift-5.10.1-RELEASE)'"})
    assert result.returncode == 1
    assert result.stderr == (
        f"error: Swift 6.3 or newer is needed, and {place}/swift is 5.10: put a newer toolchain first "
        "on PATH.\n"
    )
