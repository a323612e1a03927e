"""Peers that work hard and do nothing wrong see no GOAWAY but NO_ERROR."""

import socket
import subprocess
import threading

import frames
import grpc
import pytest
from test_attacks import Target
from test_interop import certificates, testing  # noqa: F401

CHUNK = 1 << 20


class Relay:
    """Passes bytes on between clients and a plaintext server, and looks for GOAWAY on the way."""

    def __init__(self, target_port: int):
        self.codes: list[int] = []
        self.connections = 0
        self._target = target_port
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = self._listener.getsockname()[1]
        threading.Thread(target=self._accept, daemon=True).start()

    def close(self):
        self._listener.close()

    def _accept(self):
        while True:
            try:
                client, _ = self._listener.accept()
            except OSError:
                return
            self.connections += 1
            server = socket.create_connection(("127.0.0.1", self._target))
            for one in (client, server):
                one.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            threading.Thread(target=self._up, args=(client, server), daemon=True).start()
            threading.Thread(target=self._down, args=(server, client), daemon=True).start()

    def _up(self, source, sink):
        try:
            while chunk := source.recv(CHUNK):
                sink.sendall(chunk)
            sink.shutdown(socket.SHUT_WR)
        except OSError:
            sink.close()

    def _down(self, source, sink):
        head, skip = b"", 0
        try:
            while chunk := source.recv(CHUNK):
                sink.sendall(chunk)
                place = 0
                while place < len(chunk):
                    if skip:
                        step = min(skip, len(chunk) - place)
                        skip, place = skip - step, place + step
                        continue
                    # A GOAWAY's error code ends 8 bytes behind its head.
                    wanted = 17 if len(head) >= 4 and head[3] == frames.GOAWAY else 9
                    part = chunk[place : place + wanted - len(head)]
                    head, place = head + part, place + len(part)
                    if len(head) >= 9 and (head[3] != frames.GOAWAY or len(head) >= 17):
                        skip = int.from_bytes(head[:3], "big") - (len(head) - 9)
                        if head[3] == frames.GOAWAY:
                            self.codes.append(int.from_bytes(head[13:17], "big"))
                        head = b""
            sink.shutdown(socket.SHUT_WR)
        except OSError:
            sink.close()


@pytest.fixture(scope="module")
def target(programs, certificates):  # noqa: F811
    with Target(programs, certificates, mode="h2c") as target:
        yield target


@pytest.fixture
def relay(target):
    relay = Relay(target.port)
    yield relay
    relay.close()


@pytest.fixture
def stub(relay, testing):  # noqa: F811
    options = [("grpc.max_receive_message_length", -1)]
    with grpc.insecure_channel(f"127.0.0.1:{relay.port}", options) as channel:
        yield testing["test_pb2_grpc"].TestServiceStub(channel)


def upload(stub, messages, mebibytes):
    payload = messages.Payload(body=bytes(CHUNK))
    requests = (messages.StreamingInputCallRequest(payload=payload) for _ in range(mebibytes))
    assert stub.StreamingInputCall(requests).aggregated_payload_size == mebibytes * CHUNK


def download(stub, messages, mebibytes):
    wanted = [messages.ResponseParameters(size=CHUNK) for _ in range(mebibytes)]
    answers = stub.StreamingOutputCall(
        messages.StreamingOutputCallRequest(response_parameters=wanted)
    )
    assert sum(len(answer.payload.body) for answer in answers) == mebibytes * CHUNK


def small_messages(stub, messages, count):
    wanted = [messages.ResponseParameters(size=10) for _ in range(count)]
    request = messages.StreamingOutputCallRequest(response_parameters=wanted)
    assert sum(1 for _ in stub.StreamingOutputCall(request)) == count


def calls(stub, testing, count):  # noqa: F811
    for start in range(0, count, 100):
        begun = [
            stub.EmptyCall.future(testing["empty_pb2"].Empty())
            for _ in range(min(100, count - start))
        ]
        for one in begun:
            one.result()


def cancelled_calls(stub, messages, count, event=threading.Event()):  # noqa: B008
    """As fast as 1,000 in a minute, after a burst."""
    for number in range(count):
        call = stub.FullDuplexCall(iter(lambda: event.wait(60) and None, 0))
        call.cancel()
        if number > 150:
            event.wait(0.055)


def h2load(relay, count, folder):
    body = folder / "body"
    body.write_bytes(frames.NO_MESSAGE)
    result = subprocess.run(
        ["h2load", "-n", str(count), "-c", "4", "-m", "50", "-d", body,
         "-H", "content-type: application/grpc", "-H", "te: trailers",
         f"http://127.0.0.1:{relay.port}{frames.EMPTY_CALL}"],
        capture_output=True, timeout=600,
    )  # fmt: skip
    text = result.stdout.decode()
    assert f"{count} succeeded, 0 failed, 0 errored, 0 timeout" in text, text


def check(stub, relay, testing, folder, mebibytes, unary, cancelled, loaded):  # noqa: F811
    messages = testing["messages_pb2"]
    upload(stub, messages, mebibytes)
    download(stub, messages, mebibytes)
    small_messages(stub, messages, unary)
    calls(stub, testing, unary)
    cancelled_calls(stub, messages, cancelled)
    calls(stub, testing, 1)
    assert relay.connections == 1
    h2load(relay, loaded, folder)
    assert not [code for code in relay.codes if code != frames.NO_ERROR]


def test_no_false_alarm(stub, relay, testing, tmp_path):  # noqa: F811
    check(stub, relay, testing, tmp_path, mebibytes=16, unary=1000, cancelled=100, loaded=5000)


@pytest.mark.chaos
def test_no_false_alarm_in_a_gigabyte_and_a_million_calls(stub, relay, testing, tmp_path):  # noqa: F811
    check(stub, relay, testing, tmp_path, mebibytes=1024, unary=100_000, cancelled=1000, loaded=1_000_000)


def test_the_relay_would_have_noticed(target):
    relay = Relay(target.port)
    with frames.Connection(relay.port) as connection:
        connection.send(frames.setting() * 200)
        assert connection.read(lambda one: one.type == frames.GOAWAY)
    assert relay.codes[0] == frames.ENHANCE_YOUR_CALM
    relay.close()
