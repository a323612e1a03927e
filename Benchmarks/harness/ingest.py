"""Bulk ingest: flights × 10 through the SDK with rules and profile, against ADBC into PostgreSQL.

Run with the interpreter of Benchmarks/requirements.txt. Both write durably into the same PostgreSQL,
in turns.
"""

from __future__ import annotations

import pathlib
import subprocess
import sys
import time

import adbc_driver_postgresql.dbapi as adbc
import pyarrow as arrow
import pyarrow.compute as compute
import pyarrow.csv as arrow_csv

from .report import Result, median, spread

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / "dev"))
from server import Server  # noqa: E402

COPIES, BATCH_ROWS, ROUNDS = 10, 65_536, 3
# What the server and the client may take, whatever the file's size, in bytes.
MEMORY_LIMIT = 150e6


def make_tables(data: pathlib.Path, folder: pathlib.Path) -> tuple[pathlib.Path, pathlib.Path]:
    """Writes ten years of flights as an Arrow stream and as CSV; the key stays a key."""
    stream, text = folder / "flights10.arrows", folder / "flights10.csv"
    if stream.exists() and text.exists():
        return stream, text
    folder.mkdir(parents=True, exist_ok=True)
    options = arrow_csv.ConvertOptions(null_values=["NA", ""], strings_can_be_null=True)
    flights = arrow_csv.read_csv(data / "flights.csv", convert_options=options)
    copies = [
        flights.set_column(0, "year", compute.add(flights["year"], copy)) for copy in range(COPIES)
    ]
    table = arrow.concat_tables(copies).combine_chunks()
    with arrow.ipc.new_stream(stream, table.schema) as writer:
        writer.write_table(table, max_chunksize=BATCH_ROWS)
    arrow_csv.write_csv(table, text)
    return stream, text


def peak(pid: int) -> int:
    """Returns the most memory that a process had so far, in bytes; 0: it is gone."""
    try:
        text = pathlib.Path(f"/proc/{pid}/status").read_text()
    except OSError:
        return 0
    fields = dict(line.split(":", 1) for line in text.splitlines())
    return int(fields["VmHWM"].split()[0]) * 1024 if "VmHWM" in fields else 0


class Ingest:
    """One server, one PostgreSQL, and the ways to bring the same rows in."""

    def __init__(self, root: pathlib.Path, programs: pathlib.Path, folder: pathlib.Path):
        self.root = root
        self.server = Server(programs, folder / "state", 0)
        self.server.start()
        self.client_peak = 0

    def ctl(self, *arguments: object) -> str:
        """Runs pursightctl and notes its peak memory."""
        process = subprocess.Popen(
            ["pursightctl", *map(str, arguments)], env=self.server.environment, text=True,
            stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        )  # fmt: skip
        # Not ru_maxrss of wait4: that begins with the memory of the process that forked.
        while process.poll() is None:
            self.client_peak = max(self.client_peak, peak(process.pid))
            time.sleep(0.005)
        output, errors = process.communicate()
        if process.returncode != 0:
            raise RuntimeError(f"pursightctl {' '.join(map(str, arguments))}: {errors.strip()}")
        return output

    def prepare(self, data: pathlib.Path) -> None:
        """The tables that the rules refer to, and the rules."""
        self.ctl("apply", "-f", self.root / "examples/flights")
        for table in ["airlines", "airports", "planes", "weather"]:
            self.ctl("ingest", data / f"{table}.csv", "--dataset", table)
        self.server.superuser("DROP DATABASE IF EXISTS bench;")
        self.server.superuser("CREATE DATABASE bench;")

    def ours(self, file: pathlib.Path) -> float:
        """Seconds until every row is durable, checked by seven rules and profiled."""
        began = time.monotonic()
        self.ctl("ingest", file, "--dataset", "flights10", "--rules", "flights")
        took = time.monotonic() - began
        self.ctl("dataset", "delete", "flights10", "--yes")
        return took

    def adbc(self, file: pathlib.Path) -> float:
        """Seconds of adbc_ingest of the same stream into a new table of the same PostgreSQL."""
        process_file = sorted(self.server.data.glob("pg*/postmaster.pid"))[-1]
        lines = process_file.read_text().splitlines()
        uri = f"postgresql:///bench?host={lines[4]}&port={lines[3]}&user=postgres"
        with adbc.connect(uri) as connection, connection.cursor() as cursor:
            cursor.execute("DROP TABLE IF EXISTS flights10")
            connection.commit()
            began = time.monotonic()
            with arrow.ipc.open_stream(arrow.memory_map(str(file))) as reader:
                cursor.adbc_ingest("flights10", reader, mode="create")
            connection.commit()
            return time.monotonic() - began

def measure(root: pathlib.Path, programs: pathlib.Path, folder: pathlib.Path) -> list[Result]:
    data = root / ".quickstart/data"
    stream, text = make_tables(data, folder / "data")
    with arrow.ipc.open_stream(arrow.memory_map(str(stream))) as reader:
        rows = sum(batch.num_rows for batch in reader)
    ingest = Ingest(root, programs, folder)
    ours: list[float] = []
    csv: list[float] = []
    peer: list[float] = []
    try:
        ingest.prepare(data)
        for _ in range(ROUNDS):
            peer.append(rows / ingest.adbc(stream))
            ours.append(rows / ingest.ours(stream))
            csv.append(rows / ingest.ours(text))
        server_peak = peak(ingest.server.ready["pid"])
    finally:
        ingest.server.stop()
    against = median([mine / other for mine, other in zip(ours, peer)])
    csv_against = median([mine / other for mine, other in zip(csv, peer)])
    return [
        Result("ingest", "Arrow, 7 rules, profile, mTLS, rows/s against ADBC", spread(ours),
               spread(peer), against, at_least=1.0),
        Result("ingest", "CSV by pursightctl, rows/s against ADBC", spread(csv), spread(peer),
               csv_against),
        Result("ingest", "peak memory of the server, MB", f"{server_peak / 1e6:.0f}",
               f"{MEMORY_LIMIT / 1e6:.0f}", server_peak / MEMORY_LIMIT, at_most=1.0),
        Result("ingest", "peak memory of the client, MB", f"{ingest.client_peak / 1e6:.0f}",
               f"{MEMORY_LIMIT / 1e6:.0f}", ingest.client_peak / MEMORY_LIMIT, at_most=1.0),
    ]  # fmt: skip
