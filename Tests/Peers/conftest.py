"""What the tests with foreign clients share: generated code, servers, clients over HTTP/2.

The clients are implementations that share nothing with ours, nor with grpcio: connectrpc (reqwest
and hyper), grpclib (h2), curl and nghttp (nghttp2). They have an environment of their own, because
some of them pin other versions of protobuf than the end-to-end tests.
"""

from __future__ import annotations

import importlib
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

from server import Server, free_port  # noqa: E402

CERTIFICATES = ROOT / "Benchmarks/peers/certs/gen.sh"


@pytest.fixture(scope="session")
def programs() -> pathlib.Path:
    """The folder of pursightd, interop-server and the others."""
    folder = pathlib.Path(os.environ.get("PURSIGHT_BIN", ROOT / ".build/debug")).resolve()
    assert (folder / "interop-server").exists(), f"build first: no interop-server in {folder}"
    return folder


@pytest.fixture(scope="session")
def certificates(tmp_path_factory) -> pathlib.Path:
    folder = tmp_path_factory.mktemp("certificates")
    subprocess.run([CERTIFICATES, folder], check=True, capture_output=True)
    return folder


class Stubs:
    """Python code for our protos, by Google's, connectrpc's and grpclib's generators."""

    def __init__(self, folder: pathlib.Path):
        protos = [
            *(ROOT / "proto/grpc/testing").glob("*.proto"),
            *(ROOT / "proto/pursight/v1").glob("*.proto"),
        ]
        command = [sys.executable, "-m", "grpc_tools.protoc", f"-I{ROOT / 'proto'}"]
        command += [f"--python_out={folder}", f"--grpclib_python_out={folder}"]
        command += [f"--connectrpc_out={folder}", "--connectrpc_opt=protobuf=google"]
        plugins = {**os.environ, "PATH": f"{pathlib.Path(sys.executable).parent}:{os.defpath}"}
        subprocess.run([*command, *map(str, sorted(protos))], check=True, env=plugins)
        sys.path.insert(0, str(folder))
        # `grpc` is grpcio's own package: the generated one is found as a part of it.
        grpc.__path__.append(str(folder / "grpc"))

    def __getattr__(self, name: str):
        """`stubs.messages` is a module of grpc.testing, `stubs.catalog_service` one of ours."""
        testing = name.split("_")[0] in ("empty", "messages", "test")
        package = "grpc.testing" if testing else "pursight.v1"
        suffix = "" if name.endswith(("_connect", "_grpc")) else "_pb2"
        return importlib.import_module(f"{package}.{name}{suffix}")


@pytest.fixture(scope="session")
def stubs(tmp_path_factory) -> Stubs:
    return Stubs(tmp_path_factory.mktemp("stubs"))


class Interop:
    """A running interop-server."""

    def __init__(self, programs: pathlib.Path, mode: str, certificates: pathlib.Path):
        self.mode = mode
        self.port = free_port()
        self.ca = certificates / "ca.pem"
        command = [programs / "interop-server", mode, str(self.port), certificates]
        self.child = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        assert self.child.stdout.readline(), f"{command} did not start"

    @property
    def url(self) -> str:
        return f"{'http' if self.mode == 'h2c' else 'https'}://localhost:{self.port}"

    def stop(self) -> None:
        self.child.terminate()
        self.child.wait(20)
        self.child.stdout.close()


@pytest.fixture(scope="session")
def interop(programs, certificates) -> Interop:
    """gRPC's test service in plaintext."""
    server = Interop(programs, "h2c", certificates)
    yield server
    server.stop()


@pytest.fixture(scope="session")
def interop_tls(programs, certificates) -> Interop:
    """gRPC's test service behind TLS."""
    server = Interop(programs, "tls", certificates)
    yield server
    server.stop()


@pytest.fixture(scope="session")
def dev(programs) -> Server:
    """`pursightd dev`, empty; its `ready` names its address and the administrator's files."""
    folder = pathlib.Path(tempfile.mkdtemp(prefix="pursight-peers-"))
    folder.chmod(0o755)
    server = Server(programs, folder, 0)
    server.start()
    yield server
    server.stop()
    shutil.rmtree(folder, ignore_errors=True)


class Curl:
    """curl over HTTP/2 with what a server needs of certificates."""

    def __init__(self, url: str, *options: object):
        self.url = url
        self.options = list(map(str, options))

    def __call__(self, path: str, *arguments: object) -> Answer:
        command = ["curl", "-sS", "-i", "--max-time", "60", *self.options, *map(str, arguments)]
        result = subprocess.run([*command, self.url + path], capture_output=True)
        assert result.returncode == 0, result.stderr.decode()
        return Answer(result.stdout)


class Answer:
    """An HTTP answer as curl prints it."""

    def __init__(self, printed: bytes):
        head, _, self.body = printed.partition(b"\r\n\r\n")
        lines = head.decode().split("\r\n")
        self.version, self.status = lines[0].split()[0], int(lines[0].split()[1])
        self.fields = dict(line.split(": ", 1) for line in lines[1:])


@pytest.fixture(scope="session")
def curl(interop_tls) -> Curl:
    return Curl(interop_tls.url, "--http2", "--cacert", interop_tls.ca)


@pytest.fixture(scope="session")
def curl_dev(dev) -> Curl:
    files = dev.ready
    return Curl(
        f"https://{files['address']}", "--http2", "--cacert", files["ca"], "--cert", files["cert"],
        "--key", files["key"],
    )  # fmt: skip
