"""Everything that can die, dies in the middle of a load; nothing is lost and nothing doubled."""

import json
import os
import pathlib
import signal
import subprocess
import threading
import time

import pytest
from conftest import Running

ROWS = 40_000


@pytest.fixture
def file(place) -> pathlib.Path:
    path = place / "rows.csv"
    path.write_text("id,text\n" + "".join(f"{i},row number {i}\n" for i in range(ROWS)))
    return path


def begin(server, file, *arguments) -> subprocess.Popen:
    return subprocess.Popen(
        [server.programs / "pursightctl", "ingest", file, "--dataset", "rows", "--batch-rows", "500",
         "--progress", "json", *map(str, arguments)],
        env=server.environment, text=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
    )  # fmt: skip


def wait_for(process: subprocess.Popen, offset: int) -> int:
    """Reads the progress of a load until so many rows are durable; returns how many are."""
    for line in process.stderr:
        if line.startswith("{"):
            committed = int(json.loads(line).get("committedOffset", 0))
            if committed >= offset:
                return committed
    raise AssertionError("the load ended before it was as far")


def drain(process: subprocess.Popen) -> None:
    """Reads the rest of what a process says, so that it does not wait for us."""
    threading.Thread(target=process.stderr.read, daemon=True).start()


def check_rows(server) -> None:
    text = server.ctl("read", "rows", "--columns", "id", "-o", "csv").stdout
    ids = [int(line) for line in text.splitlines()[1:]]
    assert ids == list(range(ROWS))


def test_the_server_is_killed_and_the_load_resumed_by_hand(server, file):
    process = begin(server, file, "--retry-for", "0s")
    durable = wait_for(process, ROWS // 4)
    server.kill()
    _, errors = process.communicate(timeout=60)
    assert process.returncode == 64 + 14 and "ingest resume" in errors
    server.start()
    (load,) = server.ctl_json("ingest", "list")
    assert durable <= int(load["nextOffset"]) < ROWS
    assert int(server.ctl_json("ingest", "resume")["rows"]) == ROWS
    check_rows(server)
    # What is finished cannot be resumed.
    assert server.ctl("ingest", "resume", code=None).returncode == 64 + 9


def test_the_server_is_killed_and_the_writer_reconnects(server, file):
    process = begin(server, file, "--retry-for", "60s")
    wait_for(process, ROWS // 4)
    drain(process)
    server.kill()
    server.start()
    assert process.wait(120) == 0
    check_rows(server)


def test_postgresql_is_killed_and_the_load_goes_on(server, file):
    process = begin(server, file, "--retry-for", "60s")
    wait_for(process, ROWS // 4)
    drain(process)
    identity = next(server.data.glob("pg*/postmaster.pid")).read_text().splitlines()[0]
    os.kill(int(identity), signal.SIGKILL)
    assert process.wait(120) == 0
    check_rows(server)


def test_the_client_is_killed_and_resumes_where_it_was(server, file):
    process = begin(server, file)
    wait_for(process, ROWS // 4)
    process.kill()
    process.wait()
    assert int(server.ctl_json("ingest", "resume")["rows"]) == ROWS
    check_rows(server)


def test_a_file_that_changed_meanwhile_is_refused(server, file):
    process = begin(server, file, "--retry-for", "0s")
    wait_for(process, ROWS // 4)
    server.kill()
    process.communicate(timeout=60)
    server.start()
    text = file.read_text()
    file.write_text(text.replace("row number 7\n", "row number 8\n"))
    refused = server.ctl("ingest", "resume", code=None)
    assert refused.returncode == 64 + 9 and "changed" in refused.stderr
    file.write_text(text)
    server.ctl("ingest", "resume")
    check_rows(server)


@pytest.mark.chaos
@pytest.mark.parametrize("round_number", range(20))
def test_any_of_them_dies_at_any_time(programs, place, round_number):
    """Kills the server, PostgreSQL or the client at 20 places of a larger load."""
    server = Running(programs, place, 0)
    server.start()
    rows = 2_000_000
    path = place / "many.csv"
    with open(path, "w") as content:
        content.write("id,text\n")
        content.writelines(f"{i},row number {i}\n" for i in range(rows))
    process = begin(server, path, "--retry-for", "60s")
    durable = wait_for(process, rows * (round_number + 1) // 25)
    victim = ["server", "postgresql", "client"][round_number % 3]
    began = time.monotonic()
    if victim == "client":
        process.kill()
        process.wait()
        server.ctl("ingest", "resume")
    else:
        drain(process)
        if victim == "server":
            server.kill()
            server.start()
        else:
            identity = next(server.data.glob("pg*/postmaster.pid")).read_text().splitlines()[0]
            os.kill(int(identity), signal.SIGKILL)
        assert process.wait(600) == 0
    print(f"{victim} killed at {durable:,} rows; done {time.monotonic() - began:.1f} s later")
    text = server.ctl("read", "rows", "--columns", "id", "-o", "csv").stdout
    assert [int(line) for line in text.splitlines()[1:]] == list(range(rows))
    server.stop()
