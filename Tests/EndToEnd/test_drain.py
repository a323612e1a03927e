"""How a server ends and is replaced: the order of the steps, systemd's part played by the test."""

import shutil
import signal
import socket
import subprocess
import threading
import time

import frames
import grpc
import pytest
from conftest import ROOT
from frames import GOAWAY, NO_ERROR, Connection, call, call_fields, data, headers
from grpc_health.v1 import health_pb2, health_pb2_grpc
from production import GET_CALLER, HEALTH, LIMIT, Serve
from server import free_port
from test_tls import site  # noqa: F401

NOT_SERVING = b"\0\0\0\0\2\x08\2"


class Notices:
    """systemd's end of NOTIFY_SOCKET, in the abstract name space or as a file."""

    def __init__(self, name: str):
        self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.socket.bind("\0" + name[1:] if name.startswith("@") else name)
        self.socket.settimeout(LIMIT)
        self._name = name

    def getsockname(self) -> str:
        return self._name

    def next(self) -> str:
        return self.socket.recv(4096).decode()


@pytest.mark.parametrize("abstract", [True, False])
def test_systemd_hears_of_every_change(site, tmp_path, abstract):  # noqa: F811
    name = f"@pursight-{time.monotonic_ns()}" if abstract else str(tmp_path / "notify")
    notices = Notices(name)
    with Serve(site, notify=notices) as serve:
        assert notices.next() == "READY=1"
        before = time.clock_gettime_ns(time.CLOCK_MONOTONIC) // 1000
        serve.reload()
        reloading = dict(line.split("=") for line in notices.next().splitlines())
        assert reloading.pop("RELOADING") == "1"
        after = time.clock_gettime_ns(time.CLOCK_MONOTONIC) // 1000
        assert before <= int(reloading.pop("MONOTONIC_USEC")) <= after and not reloading
        assert notices.next() == "READY=1"
        serve.child.send_signal(signal.SIGTERM)
        assert notices.next() == "STOPPING=1"
        assert serve.child.wait(LIMIT) == 0


def test_the_order_of_the_end(site):  # noqa: F811
    arguments = ["--limits-announcement", "1s", "--limits-drain", "2s"]
    with Serve(site, *arguments) as serve:
        plaintext = int(serve.ready["plaintext"].rsplit(":", 1)[1])
        with serve.connect(site.good) as connection, Connection(plaintext) as probe:
            # One request that will be completed while the server drains, and one that will not.
            connection.send(headers(1, call_fields(GET_CALLER)) + headers(3, call_fields(GET_CALLER)))
            assert connection.unary(5, GET_CALLER) == "0"
            serve.child.send_signal(signal.SIGTERM)
            # 1. Probes see NOT_SERVING, while connections are still taken and calls answered.
            stream = 1
            while True:
                assert probe.unary(stream, HEALTH) == "0"
                if any(one.content == NOT_SERVING for one in probe.frames):
                    break
                probe.frames.clear()
                stream += 2
            assert not connection.go_away
            with serve.connect(site.good) as late:
                assert late.unary(1, GET_CALLER) == "0"
            # 2. Nobody is let in any more; two GOAWAYs, the highest identifier first.
            first = connection.read(lambda one: one.type == GOAWAY)
            assert first.content[:4] == b"\x7f\xff\xff\xff" and first.code == NO_ERROR
            with pytest.raises(OSError):
                socket.create_connection(("127.0.0.1", serve.port), timeout=5).recv(1)
            # What was on its way when the first was sent is served.
            connection.send(call(7, GET_CALLER))
            connection.send(
                b"".join(
                    frames.frame(frames.PING, frames.ACK, 0, one.content)
                    for one in connection.frames if one.type == frames.PING
                )
            )  # fmt: skip
            second = connection.read(lambda one: one.type == GOAWAY)
            assert int.from_bytes(second.content[:4], "big") == 7 and second.code == NO_ERROR
            # 3. What is under way may end.
            connection.send(data(1, end=True))
            connection.read(lambda _: connection.status_of(1) and connection.status_of(7))
            assert connection.status_of(1) == "0" and connection.status_of(7) == "0"
            # 4. What outlives the grace period is told so.
            connection.read(lambda one: one.stream == 3 and one.ends_stream)
            assert connection.status_of(3) == "14"
            assert connection.read(lambda one: False) is None and connection.is_closed
        assert serve.child.wait(LIMIT) == 0


class Listener:
    """A socket that systemd holds while servers come and go."""

    def __init__(self):
        self.socket = socket.create_server(("127.0.0.1", 0), backlog=1024)
        self.port = self.socket.getsockname()[1]

    def serve(self, site, name="main"):  # noqa: F811
        descriptor = self.socket.fileno()
        script = f"export LISTEN_PID=$$; exec 3<&{descriptor}; exec \"$@\""
        return Serve(
            site, wrap=["bash", "-c", script, "bash"], pass_fds=[descriptor],
            environment={"LISTEN_FDS": "1", "LISTEN_FDNAMES": name},
        )  # fmt: skip


class Load(threading.Thread):
    """grpcio, one call after the other, over one channel."""

    def __init__(self, site, port):  # noqa: F811
        super().__init__(daemon=True)
        read = lambda path: path.read_bytes()  # noqa: E731
        self._credentials = grpc.ssl_channel_credentials(
            read(site.authority.path), read(site.good["key"]), read(site.good["cert"])
        )
        self._port, self._ended = port, threading.Event()
        self.calls, self.failed = 0, []

    def run(self):
        with grpc.secure_channel(f"localhost:{self._port}", self._credentials) as channel:
            stub = health_pb2_grpc.HealthStub(channel)
            while not self._ended.is_set():
                try:
                    stub.Check(health_pb2.HealthCheckRequest(), timeout=LIMIT, wait_for_ready=True)
                    self.calls += 1
                except grpc.RpcError as error:
                    self.failed.append((error.code(), error.details()))

    def end(self):
        self._ended.set()
        self.join()


@pytest.mark.parametrize("restarts", [2, pytest.param(20, marks=pytest.mark.chaos)])
def test_restarts_behind_one_socket_fail_no_call(site, restarts):  # noqa: F811
    listener = Listener()
    current = listener.serve(site)
    loads = [Load(site, listener.port) for _ in range(4)]
    for load in loads:
        load.start()
    for _ in range(restarts):
        next_one = listener.serve(site)
        before = [load.calls for load in loads]
        current.child.send_signal(signal.SIGTERM)
        assert current.child.wait(LIMIT) == 0
        current = next_one
        limit = time.monotonic() + LIMIT
        while any(load.calls == old for load, old in zip(loads, before)):
            assert time.monotonic() < limit
            time.sleep(0.01)
    for load in loads:
        load.end()
    assert not [one for load in loads for one in load.failed]
    with current:
        pass


def test_a_socket_from_systemds_own_tool(site):  # noqa: F811
    port = free_port()
    began = threading.Event()

    def knock():
        # It starts the program when the first connection comes.
        while not began.wait(0.2):
            try:
                socket.create_connection(("127.0.0.1", port), timeout=1).close()
            except OSError:
                continue

    threading.Thread(target=knock, daemon=True).start()
    wrap = ["systemd-socket-activate", "-l", f"127.0.0.1:{port}", "--fdname=main"]
    if subprocess.run(["which", wrap[0]], capture_output=True).returncode:
        pytest.skip("there is no systemd here")
    with Serve(site, wrap=wrap) as serve:
        began.set()
        assert serve.port == port
        with serve.connect(site.good) as connection:
            assert connection.unary(1, GET_CALLER) == "0"


def test_a_descriptor_that_is_no_socket_is_refused(site, tmp_path):  # noqa: F811
    with open(tmp_path / "file", "wb") as file:
        script = f"export LISTEN_PID=$$; exec 3<&{file.fileno()}; exec \"$@\""
        result = subprocess.run(
            ["bash", "-c", script, "bash", site.programs / "pursightd", "serve", "--config", site.config],
            env={"LISTEN_FDS": "1"}, pass_fds=[file.fileno()], capture_output=True, text=True,
            timeout=LIMIT,
        )  # fmt: skip
    assert result.returncode == 78 and "no socket that listens" in result.stderr


def test_the_units_are_what_systemd_understands(programs, tmp_path):
    if not shutil.which("systemd-analyze"):
        pytest.skip("there is no systemd here")
    for name in ["pursightd.service", "pursightd.socket"]:
        text = (ROOT / "deploy" / name).read_text()
        (tmp_path / name).write_text(text.replace("/usr/bin/pursightd", f"{programs}/pursightd"))
    result = subprocess.run(
        ["systemd-analyze", "verify", "--man=no", "--recursive-errors=no",
         tmp_path / "pursightd.service", tmp_path / "pursightd.socket"],
        capture_output=True, text=True, timeout=LIMIT,
    )  # fmt: skip
    said = [line for line in result.stderr.splitlines() if "pursightd" in line]
    assert result.returncode == 0 and not said, result.stderr
