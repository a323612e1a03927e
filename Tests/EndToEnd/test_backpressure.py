"""A slow end makes the other end wait; nothing piles up between them."""

import os
import pathlib
import subprocess
import threading
import time

import grpc
import pyarrow as arrow
import pytest
from conftest import Running, channel_of

MEGABYTE = 1_000_000


class Lock:
    """Holds a table so that nobody gets past, as a long migration would."""

    def __init__(self, server, table: str):
        lines = next(server.data.glob("pg*/postmaster.pid")).read_text().splitlines()
        self.session = subprocess.Popen(
            ["psql", "-XqAt", "-h", lines[4], "-p", lines[3], "-U", "postgres", "-d", "pursight"],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
        )  # fmt: skip
        self.session.stdin.write(f"BEGIN; LOCK TABLE {table} IN ACCESS EXCLUSIVE MODE; SELECT 1;\n")
        self.session.stdin.flush()
        assert self.session.stdout.readline().strip() == "1"

    def release(self) -> None:
        self.session.communicate("ROLLBACK;\n", timeout=30)


def wait_until(condition, limit: float, what: str) -> None:
    end = time.monotonic() + limit
    while not condition():
        assert time.monotonic() < end, what
        time.sleep(0.02)


def stored_segments(server) -> int:
    return int(server.superuser("SELECT count(*) FROM segment;"))


def write_stream(path: pathlib.Path, rows: int, batch_rows: int) -> None:
    """An Arrow stream of 1,008 bytes a row that does not compress."""
    schema = arrow.schema([("id", arrow.int64()), ("noise", arrow.binary(1000))])
    with arrow.ipc.new_stream(str(path), schema) as writer:
        for first in range(0, rows, batch_rows):
            count = min(batch_rows, rows - first)
            noise = arrow.FixedSizeBinaryArray.from_buffers(
                arrow.binary(1000), count, [None, arrow.py_buffer(os.urandom(1000 * count))]
            )
            ids = arrow.array(range(first, first + count), arrow.int64())
            writer.write_batch(arrow.record_batch([ids, noise], schema=schema))


def ingest_past_a_lock(server, file: pathlib.Path, seconds: float, rows: int) -> int:
    """Loads a file while the segments are locked; returns by how much the server grew."""
    process = subprocess.Popen(
        [server.programs / "pursightctl", "ingest", file, "--dataset", "noise"],
        env=server.environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    wait_until(lambda: stored_segments(server) >= 4, 120, "nothing was stored")
    lock = Lock(server, "segment")
    try:
        time.sleep(min(2, seconds / 4))
        before, grown, read = server.resident_bytes, 0, []
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            grown = max(grown, server.resident_bytes - before)
            counters = pathlib.Path(f"/proc/{process.pid}/io").read_text().splitlines()
            read.append(int(dict(line.split(": ") for line in counters)["rchar"]))
            time.sleep(0.2)
        assert process.poll() is None, process.stderr.read()
        # The client is suspended: it has stopped reading its file.
        assert read[-1] == read[len(read) // 2], "the client goes on reading"
        assert read[-1] < file.stat().st_size
    finally:
        lock.release()
    _, errors = process.communicate(timeout=600)
    assert process.returncode == 0, errors
    shown = server.ctl_json("dataset", "show", "noise")
    assert int(shown["rowCount"]) == rows
    return grown


def test_a_locked_table_suspends_the_client(server, place):
    file, rows = place / "noise.arrows", 32_000
    write_stream(file, rows, 1024)
    grown = ingest_past_a_lock(server, file, 5, rows)
    assert grown <= 32 << 20, f"the server grew by {grown / MEGABYTE:.0f} MB"


@pytest.mark.chaos
def test_a_gigabyte_waits_for_thirty_seconds(programs, place):
    server = Running(programs, place, 0)
    server.start()
    file, rows = place / "noise.arrows", 1_000_000
    write_stream(file, rows, 8192)
    grown = ingest_past_a_lock(server, file, 30, rows)
    print(f"1 GB past a lock of 30 s: the server grew by {grown / MEGABYTE:.1f} MB")
    server.stop()
    assert grown <= 32 << 20


def test_a_reader_that_stops_makes_postgresql_stop(server, place, stubs):
    file, rows = place / "noise.arrows", 32_000
    write_stream(file, rows, 1024)
    server.ctl("ingest", file, "--dataset", "noise")
    before = server.resident_bytes
    fetched = (
        "SELECT coalesce(sum(tup_fetched), 0) FROM pg_stat_database WHERE datname = 'pursight'"
    )
    with channel_of(server) as channel:
        ingestion = stubs.ingestion_service_grpc.IngestionServiceStub(channel)
        rows_read = ingestion.ReadRows(
            stubs.ingestion_service.ReadRowsRequest(dataset="projects/default/datasets/noise")
        )
        next(rows_read)
        next(rows_read)
        # grpcio reads ahead no further than its window; then the server has to wait.
        time.sleep(3)
        first = server.superuser(fetched)
        time.sleep(2)
        assert int(server.superuser(fetched)) - int(first) < 1000
        assert server.resident_bytes - before < 24 << 20
        total = sum(answer.row_count for answer in rows_read)
    assert 0 < total <= rows


def test_a_deadline_ends_the_query_in_postgresql(server, stubs, place):
    file = place / "few.csv"
    file.write_text("id\n1\n2\n")
    server.ctl("ingest", file, "--dataset", "few")
    waiting = (
        "SELECT count(*) FROM pg_stat_activity WHERE usename = 'pursight_app' "
        "AND wait_event_type = 'Lock'"
    )
    lock = Lock(server, "segment")
    try:
        with channel_of(server) as channel:
            ingestion = stubs.ingestion_service_grpc.IngestionServiceStub(channel)
            request = stubs.ingestion_service.ReadRowsRequest(
                dataset="projects/default/datasets/few"
            )
            failed: list[grpc.StatusCode] = []

            def read():
                try:
                    list(ingestion.ReadRows(request, timeout=2))
                except grpc.RpcError as error:
                    failed.append(error.code())

            reader = threading.Thread(target=read)
            reader.start()
            wait_until(lambda: server.superuser(waiting) != "0", 2, "the query does not wait")
            reader.join(10)
            assert failed == [grpc.StatusCode.DEADLINE_EXCEEDED]
            wait_until(lambda: server.superuser(waiting) == "0", 0.5, "the query goes on")
    finally:
        lock.release()
    assert server.ctl("read", "few", "-o", "csv").stdout == "id\n1\n2\n"
