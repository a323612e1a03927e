"""docs/contract.md: what scripts and supervisors rely on."""

import json
import os
import pathlib
import re
import signal
import subprocess
import time

import grpc
import pytest
from grpc_health.v1 import health_pb2, health_pb2_grpc

from server import Server

ROOT = pathlib.Path(__file__).resolve().parents[2]


def test_the_ready_line_says_where_everything_is(server):
    ready = server.ready
    assert ready["event"] == "ready"
    host, port = ready["address"].rsplit(":", 1)
    assert host == "127.0.0.1" and int(port) == server.port
    for key in ["ca", "cert", "key"]:
        assert pathlib.Path(ready[key]).is_file()
    assert pathlib.Path(ready["key"]).stat().st_mode & 0o077 == 0
    assert pathlib.Path(ready["data_dir"]) == server.data
    os.kill(ready["pid"], 0)
    assert "plaintext" not in ready and "admin" not in ready


def test_port_0_is_any_port(programs, place):
    server = Server(programs, place, 0)
    server.port = 0
    server.start("--plaintext-listen", "127.0.0.1:0", "--admin-listen", "127.0.0.1:0")
    try:
        ports = [
            int(server.ready[key].rsplit(":", 1)[1]) for key in ["address", "plaintext", "admin"]
        ]
        assert 0 not in ports and len(set(ports)) == 3
    finally:
        server.stop()


def test_sigterm_ends_with_0_and_leaves_nothing(programs, place):
    process = subprocess.Popen(
        [programs / "pursightd", "dev", "--data-dir", place / "data", "--listen", "127.0.0.1:0"],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        env=os.environ | {"XDG_CONFIG_HOME": str(place / "config")},
    )  # fmt: skip
    ready = json.loads(process.stdout.readline())
    postmaster = int(next(place.glob("data/pg*/postmaster.pid")).read_text().splitlines()[0])
    process.send_signal(signal.SIGTERM)
    rest, logs = process.communicate(timeout=60)
    assert process.returncode == 0
    assert rest == "", "nothing but the ready line goes to standard output"
    for line in logs.splitlines():
        json.loads(line)
    for pid in [ready["pid"], postmaster]:
        with pytest.raises(ProcessLookupError):
            os.kill(pid, 0)


def test_ephemeral_data_is_gone_at_the_end(programs, place):
    server = Server(programs, place, 0)
    server.start("--ephemeral")
    data = pathlib.Path(server.ready["data_dir"])
    assert data.exists()
    server.stop()
    assert not data.exists()


def test_after_a_kill_the_same_command_goes_on(programs, place):
    server = Server(programs, place, 0)
    server.start()
    subprocess.run(
        [programs / "pursightctl", "source", "create", "shop", "--kind", "file"],
        env=server.environment, check=True, capture_output=True,
    )  # fmt: skip
    server.kill()
    server.start()
    try:
        shown = subprocess.run(
            [programs / "pursightctl", "source", "show", "shop", "-o", "json"],
            env=server.environment, check=True, capture_output=True, text=True,
        )  # fmt: skip
        assert json.loads(shown.stdout)["name"].endswith("/sources/shop")
    finally:
        server.stop()


@pytest.mark.parametrize("admin", [False, True])
def test_the_plaintext_listener_serves_health_and_no_more_unless_told(
    programs, place, stubs, admin
):
    server = Server(programs, place, 0)
    flags = ["--plaintext-admin"] if admin else []
    server.start("--plaintext-listen", "127.0.0.1:0", *flags)
    try:
        with grpc.insecure_channel(server.ready["plaintext"]) as channel:
            health = health_pb2_grpc.HealthStub(channel).Check(health_pb2.HealthCheckRequest())
            assert health.status == health_pb2.HealthCheckResponse.SERVING
            access = stubs.access_service_grpc.AccessServiceStub(channel)
            request = stubs.access_service.GetCallerRequest()
            if admin:
                assert "admin" in access.GetCaller(request).roles
            else:
                with pytest.raises(grpc.RpcError) as refused:
                    access.GetCaller(request)
                assert refused.value.code() == grpc.StatusCode.UNAUTHENTICATED
    finally:
        server.stop()


def test_the_example_configuration_has_every_setting_with_its_default(programs):
    text = (ROOT / "deploy/pursightd.yaml").read_text()
    keys, group = {}, ""
    for line in text.splitlines():
        found = re.match(r"( *)(?:# )?([a-z_]+):(?: (.*))?$", line)
        if not found or (line.startswith("#") and not found[1]):
            continue
        if not found[1] and found[3] is None:
            group = found[2] + "."
        elif not found[1]:
            group = ""
            keys[found[2]] = found[3]
        else:
            keys[group + found[2]] = found[3]
    printed = subprocess.run(
        [programs / "pursightd", "help", "serve"], capture_output=True, text=True, check=True
    ).stdout
    flags = {
        key: re.search(
            rf"--{re.sub('[._]', '-', key)} VALUE\n.*?(?:Default: (.*)\.)?$", printed, re.M
        )
        for key in keys
    }
    assert all(flags.values()), [key for key, flag in flags.items() if not flag]
    # No setting is left out: but for flags of the command itself, each is in the file.
    known = {"--" + re.sub("[._]", "-", key) for key in keys}
    assert set(re.findall(r"^  (--\S+) VALUE", printed, re.M)) - known <= {"--config", "--data-dir"}
    for key in [
        "limits.loops",
        "log.level",
        "limits.drain",
        "limits.connections",
        "limits.message_bytes",
    ]:
        assert keys[key] == flags[key][1], key


def test_exit_codes_are_64_and_the_grpc_code(server):
    assert server.ctl("no-such-noun", code=None).returncode == 64
    assert server.ctl("dataset", "show", "nowhere", code=None).returncode == 64 + 5
    server.ctl("source", "create", "one", "--kind", "file")
    again = server.ctl("source", "create", "one", "--kind", "file", code=None)
    assert again.returncode == 64 + 6
    assert again.stdout == "" and "one" in again.stderr
    server.stop()
    began = time.monotonic()
    gone = server.ctl("status", code=None)
    assert gone.returncode == 64 + 14 and server.ready["address"] in gone.stderr
    assert time.monotonic() - began < 30


def test_errors_are_json_when_json_is_asked_for(server):
    result = server.ctl("dataset", "show", "nowhere", "-o", "json", code=64 + 5)
    error = json.loads(result.stderr)
    assert error["code"] == "NOT_FOUND" and "nowhere" in error["message"]
