"""Peers that begin something and do not go on: each is let go of in its time, and told why it was."""

import socket
import ssl
import time

import frames
import pytest
from frames import (
    EMPTY_CALL, END_STREAM, FULL_DUPLEX, GOAWAY, HEADERS, NO_ERROR, PING, PREFACE, RST_STREAM,
    STREAMING_OUTPUT, block, call_fields, data, frame, headers, setting, window_update,
)  # fmt: skip
from test_attacks import Bystander, Target
from test_interop import certificates  # noqa: F401

# Every timeout of the server in these tests, in seconds, and what may come on top of it on a machine
# that is busy.
TIMEOUT, PATIENCE = 0.6, 15
# StreamingOutputCallRequest with response_parameters { size: 200000 }.
LARGE_ANSWER = b"\0\0\0\0\6\x12\4\x08\xc0\x9a\x0c"


@pytest.fixture(scope="module")
def target(programs, certificates):  # noqa: F811
    names = ["handshake", "preface", "headers", "request_stall", "response_stall"]
    options = [part for name in names for part in ("--timeout", name, int(TIMEOUT * 1000))]
    with Target(programs, certificates, *options) as target:
        yield target


def hello(target) -> bytes:
    """A ClientHello."""
    incoming, outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
    client = target.context.wrap_bio(incoming, outgoing, server_hostname="localhost")
    with pytest.raises(ssl.SSLWantReadError):
        client.do_handshake()
    return outgoing.read()


def wait_for_end(one: socket.socket, dribble: bytes = b"") -> float:
    """How long the server keeps a connection on which `dribble` comes byte by byte."""
    began = time.monotonic()
    one.settimeout(0.05)
    while time.monotonic() < began + PATIENCE:
        try:
            if dribble:
                one.send(dribble[:1])
                dribble = dribble[1:]
            if not one.recv(4096):
                return time.monotonic() - began
        except TimeoutError:
            continue
        except OSError:
            return time.monotonic() - began
    raise AssertionError("the connection is still there")


@pytest.mark.parametrize("dribbles", [False, True])
def test_a_handshake_that_does_not_go_on(target, dribbles):
    with Bystander(target) as bystander, socket.create_connection(("127.0.0.1", target.port)) as one:
        assert wait_for_end(one, hello(target) if dribbles else b"") >= TIMEOUT * 0.9
    assert not bystander.failed


@pytest.mark.parametrize("sent", [b"", PREFACE[:10], PREFACE])
def test_a_preface_that_does_not_come(target, sent):
    with target.connect(greet=False) as connection:
        connection.send(sent)
        assert connection.read(lambda one: False, PATIENCE) is None and connection.is_closed


def test_a_header_block_without_its_end(target):
    with target.connect() as connection:
        connection.send(frame(HEADERS, END_STREAM, 1, block(call_fields())))
        assert connection.read(lambda one: False, PATIENCE) is None and connection.is_closed


def test_a_request_that_stops_in_the_middle(target):
    with target.connect() as connection:
        connection.send(headers(1, call_fields(EMPTY_CALL)) + data(1, b"\0\0"))
        connection.read(lambda one: one.stream == 1 and one.ends_stream)
        assert connection.status_of(1) == "4"
        # The connection is as good as before.
        assert connection.unary(3) == "0"


@pytest.mark.parametrize("increment", [0, 1])
def test_an_answer_that_nobody_takes(target, increment):
    with target.connect(options=[(frames.INITIAL_WINDOW_SIZE, 0)]) as connection:
        streams = range(1, 101, 2)
        for stream in streams:
            connection.send(frames.call(stream, STREAMING_OUTPUT, LARGE_ANSWER))
        open_streams = set(streams)
        limit = time.monotonic() + PATIENCE
        while open_streams and time.monotonic() < limit:
            connection.receive(TIMEOUT / 10)
            gone = {one.stream for one in connection.frames if one.type == RST_STREAM}
            open_streams -= gone
            # Byte by byte is no progress: up to 20 bytes a second for each stream.
            if increment:
                time.sleep(0.05)
                connection.send(b"".join(window_update(one, 1) for one in list(open_streams)[:20]))
        assert not open_streams
        connection.send(setting((frames.INITIAL_WINDOW_SIZE, 65_535)))
        assert connection.unary(101) == "0"


def test_a_connection_without_calls(programs, certificates):  # noqa: F811
    with Target(programs, certificates, "--timeout", "idle", 600, mode="h2c") as target:
        with target.connect() as connection:
            assert connection.unary(1) == "0"
            # Frames are no calls.
            for _ in range(3):
                connection.send(frame(0xBE, 0, 0, b"busy"))
                connection.receive(0.1)
            said = connection.read(lambda one: one.type == GOAWAY)
            assert said.code == NO_ERROR
            assert connection.read(lambda one: False) is None and connection.is_closed
        with target.connect() as connection:
            # An open call keeps it, for as long as its peer lives.
            connection.send(headers(1, call_fields(FULL_DUPLEX)))
            connection.receive(1.5)
            connection.send(data(1, b"", end=True))
            assert connection.read(lambda one: one.stream == 1 and one.ends_stream)


@pytest.mark.parametrize("answers", [True, False])
def test_silence_under_an_open_call(programs, certificates, answers):  # noqa: F811
    options = ["--timeout", "keepalive", 300, "--timeout", "keepalive_answer", 300]
    with Target(programs, certificates, *options, mode="h2c") as target:
        with target.connect() as connection:
            connection.send(headers(1, call_fields(FULL_DUPLEX)))
            for _ in range(3):
                ping = connection.read(lambda one: one.type == PING)
                if not answers:
                    break
                connection.send(frame(PING, frames.ACK, 0, ping.content))
            if answers:
                connection.send(data(1, b"", end=True))
                assert connection.read(lambda one: one.stream == 1 and one.ends_stream)
            else:
                assert connection.read(lambda one: False) is None and connection.is_closed


def test_an_old_connection_is_replaced(programs, certificates):  # noqa: F811
    options = ["--timeout", "age", 1000, "--timeout", "age_grace", 1000]
    with Target(programs, certificates, *options, mode="h2c") as target:
        with target.connect() as connection:
            connection.send(headers(1, call_fields(FULL_DUPLEX)))
            # RFC 9113 §6.8: first the highest identifier, then the last one taken.
            for last in (0x7FFFFFFF, 1):
                said = connection.read(lambda one: one.type == GOAWAY)
                assert int.from_bytes(said.content[:4], "big") == last and said.code == NO_ERROR
                connection.send(b"".join(
                    frame(PING, frames.ACK, 0, one.content)
                    for one in connection.frames if one.type == PING
                ))  # fmt: skip
            # After the grace its calls are ended.
            connection.read(lambda one: one.stream == 1 and one.ends_stream)
            assert connection.status_of(1) == "14"
            assert connection.read(lambda one: False) is None and connection.is_closed
