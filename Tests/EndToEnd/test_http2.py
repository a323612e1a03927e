"""HTTP/2 as RFC 9113 and RFC 7541 want it, section by section, over plaintext and over mTLS.

The table covers the sections that h2spec covers, in the RFCs' own terms. A row is a section, what is
sent, and what has to come back. Where the RFC allows an error of the stream or of the connection, both
are taken; an error of the connection has to be said (GOAWAY).
"""

import struct

import frames as h2
import pytest
from frames import (
    ACK, COMPRESSION_ERROR, CONTINUATION, DATA, EMPTY_CALL, END_HEADERS, END_STREAM,
    FLOW_CONTROL_ERROR, FRAME_SIZE_ERROR, FULL_DUPLEX, GOAWAY, HEADERS, NO_ERROR, PADDED, PING,
    PREFACE, PRIORITIZED, PRIORITY, PROTOCOL_ERROR, PUSH_PROMISE, REFUSED_STREAM, RST_STREAM, SETTINGS,
    STREAM_CLOSED, STREAMING_INPUT, WINDOW_UPDATE, block, call_fields, data, frame, headers,
    literal, reset, setting, window_update,
)  # fmt: skip
from test_attacks import Target
from test_interop import certificates  # noqa: F401


def request(method="GET", path="/", *more):
    return [(":method", method), (":scheme", "https"), (":path", path), (":authority", "a"), *more]


GET = block(request())
# A stream that stays open: its handler waits for messages.
OPEN = headers(1, call_fields(FULL_DUPLEX))
UPLOAD = call_fields(STREAMING_INPUT)
ENDED = headers(1, GET, end=True)


# MARK: What has to come back


def answer(stream=1):
    """A whole response."""

    def check(connection):
        last = connection.read(lambda f: f.stream == stream and (f.ends_stream or f.type == RST_STREAM))
        assert last and last.ends_stream, connection.frames
        return last

    return check


def status(*expected):
    def check(connection):
        answer()(connection)
        head = next(f for f in connection.frames if f.stream == 1 and f.fields)
        assert dict(head.fields)[":status"] in expected

    return check


def alive(connection):
    """A PING is answered."""
    connection.send(frame(PING, 0, 0, b"in peace"))
    pong = connection.read(lambda f: f.type == PING and f.flags & ACK and f.content == b"in peace")
    assert pong, connection.frames


def connection_error(*codes):
    def check(connection):
        said = connection.read(lambda f: f.type == GOAWAY)
        assert said and said.code in codes, connection.frames

    return check


def stream_error(*codes, stream=1):
    def check(connection):
        said = connection.read(
            lambda f: f.type == GOAWAY or f.type == RST_STREAM and f.stream == stream
        )
        assert said and said.code in codes, connection.frames

    return check


def acknowledged(connection):
    assert connection.read(lambda f: f.type == SETTINGS and f.flags & ACK), connection.frames


# MARK: Cases that take more than one step


def after_answer(content):
    """Sends when the response of stream 1 is complete."""

    def steps(connection):
        connection.send(ENDED)
        answer()(connection)
        connection.send(content)

    return steps


def exceed_streams(connection):
    greeting = next(f for f in connection.frames if f.type == SETTINGS and not f.flags & ACK)
    offered = dict(struct.iter_unpack(">HI", greeting.content))
    limit = offered[h2.MAX_CONCURRENT_STREAMS]
    connection.send(b"".join(headers(n, UPLOAD) for n in range(1, 2 * limit + 2, 2)))
    stream_error(PROTOCOL_ERROR, REFUSED_STREAM, stream=2 * limit + 1)(connection)


def window_of_one(connection):
    connection.send(setting((h2.INITIAL_WINDOW_SIZE, 1)) + ENDED)
    body = connection.read(lambda f: f.type == DATA)
    assert body and len(body.content) == 1


def window_grows(connection):
    connection.send(setting((h2.INITIAL_WINDOW_SIZE, 0)) + ENDED)
    assert connection.read(lambda f: f.type == HEADERS)
    alive(connection)
    assert not [f for f in connection.frames if f.type == DATA]
    connection.send(setting((h2.INITIAL_WINDOW_SIZE, 1)))
    body = connection.read(lambda f: f.type == DATA)
    assert body and len(body.content) == 1


def window_below_zero(connection):
    connection.send(setting((h2.INITIAL_WINDOW_SIZE, 3)) + ENDED)
    body = connection.read(lambda f: f.type == DATA)
    assert body and len(body.content) == 3
    # 3 are spent: the window is -1 after this, 0 after an update of 1, and 1 after another.
    connection.send(setting((h2.INITIAL_WINDOW_SIZE, 2)) + window_update(1, 1))
    alive(connection)
    assert len([f for f in connection.frames if f.type == DATA]) == 1
    connection.send(window_update(1, 1))
    body = connection.read(lambda f: f.type == DATA)
    assert body and len(body.content) == 1


def last_of_two_windows(connection):
    connection.send(setting((h2.INITIAL_WINDOW_SIZE, 100), (h2.INITIAL_WINDOW_SIZE, 1)) + ENDED)
    body = connection.read(lambda f: f.type == DATA)
    assert body and len(body.content) == 1


def silent_ping(connection):
    connection.send(frame(PING, ACK, 0, b"not sent"))
    alive(connection)
    assert not [f for f in connection.frames if f.type == PING and f.content == b"not sent"]


def closed_after_error(connection):
    connection.send(frame(PING, 0, 0, bytes(6)))
    connection_error(FRAME_SIZE_ERROR)(connection)
    assert connection.read(lambda f: False) is None and connection.is_closed


PAD = bytes([8])
WEIGHT = struct.Struct(">IB").pack
split = len(GET) // 2
HEAD, MIDDLE, TAIL = GET[:split], GET[split : split + 3], GET[split + 3 :]
BEGUN = frame(HEADERS, END_STREAM, 1, HEAD)
TABLE_UPDATE = b"\x20\x3f\xe1\x1f"

CASES = [
    # RFC 9113 §3.4: the preface.
    ("3.4", "SETTINGS come first", b"", alive),
    # §4.1: frames.
    ("4.1", "an unknown type is ignored", frame(0x16, 0, 0, bytes(8)), alive),
    ("4.1", "undefined flags are ignored", frame(PING, 0x16, 0, bytes(8)), alive),
    ("4.1", "the reserved bit is ignored", frame(PING, 0, 1 << 31, bytes(8)), alive),
    # §4.2: sizes.
    ("4.2", "DATA of 16,384 bytes", headers(1, GET) + data(1, bytes(16_384), True), answer()),
    ("4.2", "DATA over the limit", OPEN + data(1, bytes(16_385)), stream_error(FRAME_SIZE_ERROR)),
    ("4.2", "HEADERS over the limit", headers(1, GET + literal("x", "y" * 16_384)),
     connection_error(FRAME_SIZE_ERROR)),
    # §4.3: field blocks.
    ("4.3", "a block that is none", headers(1, b"\x40\xff\xff\xff\xff\xff\xff\xff"),
     connection_error(COMPRESSION_ERROR)),
    ("4.3", "PRIORITY inside a block", BEGUN + frame(PRIORITY, 0, 1, WEIGHT(0, 15)),
     connection_error(PROTOCOL_ERROR)),
    ("4.3", "HEADERS of another stream inside a block", BEGUN + headers(3, GET, True),
     connection_error(PROTOCOL_ERROR)),
    # §5.1: states.
    ("5.1", "idle: PRIORITY", frame(PRIORITY, 0, 1, WEIGHT(0, 15)) + ENDED, answer()),
    ("5.1", "idle: DATA", data(1, b"x"), connection_error(PROTOCOL_ERROR)),
    ("5.1", "idle: RST_STREAM", reset(1), connection_error(PROTOCOL_ERROR)),
    ("5.1", "idle: WINDOW_UPDATE", window_update(1, 100), connection_error(PROTOCOL_ERROR)),
    ("5.1", "idle: CONTINUATION", frame(CONTINUATION, END_HEADERS, 1, GET),
     connection_error(PROTOCOL_ERROR)),
    ("5.1", "half-closed: WINDOW_UPDATE", ENDED + window_update(1, 1), answer()),
    ("5.1", "half-closed: PRIORITY", ENDED + frame(PRIORITY, 0, 1, WEIGHT(0, 15)), answer()),
    ("5.1", "half-closed: RST_STREAM", ENDED + reset(1), alive),
    ("5.1", "half-closed: DATA", OPEN + data(1, b"", True) + data(1, b"x"),
     stream_error(STREAM_CLOSED)),
    ("5.1", "half-closed: HEADERS", ENDED + ENDED, stream_error(STREAM_CLOSED)),
    ("5.1", "half-closed: CONTINUATION", ENDED + frame(CONTINUATION, END_HEADERS, 1, GET),
     connection_error(STREAM_CLOSED, PROTOCOL_ERROR)),
    ("5.1", "closed by RST_STREAM: DATA", OPEN + reset(1) + data(1, b"x"),
     stream_error(STREAM_CLOSED)),
    ("5.1", "closed by RST_STREAM: HEADERS", OPEN + reset(1) + ENDED, stream_error(STREAM_CLOSED)),
    ("5.1", "closed by RST_STREAM: CONTINUATION",
     OPEN + reset(1) + frame(CONTINUATION, END_HEADERS, 1, GET),
     connection_error(STREAM_CLOSED, PROTOCOL_ERROR)),
    ("5.1", "closed: DATA", after_answer(data(1, b"x")), stream_error(STREAM_CLOSED)),
    ("5.1", "closed: HEADERS", after_answer(ENDED), connection_error(STREAM_CLOSED)),
    ("5.1", "closed: CONTINUATION", after_answer(frame(CONTINUATION, END_HEADERS, 1, GET)),
     connection_error(STREAM_CLOSED, PROTOCOL_ERROR)),
    ("5.1", "closed: PRIORITY", after_answer(frame(PRIORITY, 0, 1, WEIGHT(0, 15))), alive),
    ("5.1.1", "an even identifier", headers(2, GET, True), connection_error(PROTOCOL_ERROR)),
    ("5.1.1", "an identifier below the last", headers(5, GET, True) + headers(3, GET, True),
     connection_error(PROTOCOL_ERROR)),
    ("5.1.2", "more streams than offered", exceed_streams, lambda _: None),
    # §5.3, of RFC 7540: priorities are read and not followed.
    ("5.3.1", "HEADERS that depend on themselves",
     frame(HEADERS, END_HEADERS | END_STREAM | PRIORITIZED, 1, WEIGHT(1, 15) + GET),
     stream_error(PROTOCOL_ERROR)),
    ("5.3.1", "PRIORITY that depends on itself", OPEN + frame(PRIORITY, 0, 1, WEIGHT(1, 15)),
     stream_error(PROTOCOL_ERROR)),
    # §5.4.1: errors of the connection.
    ("5.4.1", "the connection is closed after GOAWAY", closed_after_error, lambda _: None),
    # §5.5: extensions.
    ("5.5", "an unknown frame inside a block", BEGUN + frame(0x16, 0, 0, bytes(8)),
     connection_error(PROTOCOL_ERROR)),
    # §6.1: DATA.
    ("6.1", "DATA", headers(1, GET) + data(1, b"x", True), answer()),
    ("6.1", "several DATA", headers(1, GET) + data(1, b"x") + data(1, b"y", True), answer()),
    ("6.1", "padding", headers(1, GET) + frame(DATA, PADDED | END_STREAM, 1, PAD + b"x" + bytes(8)),
     answer()),
    ("6.1", "stream 0", data(0, b"x"), connection_error(PROTOCOL_ERROR)),
    ("6.1", "a stream that is closed", after_answer(data(1, b"x")), stream_error(STREAM_CLOSED)),
    ("6.1", "more padding than frame", OPEN + frame(DATA, PADDED, 1, PAD + b"x"),
     connection_error(PROTOCOL_ERROR)),
    # §6.2: HEADERS.
    ("6.2", "HEADERS", ENDED, status("404", "405")),
    ("6.2", "padding",
     frame(HEADERS, END_HEADERS | END_STREAM | PADDED, 1, PAD + GET + bytes(8)), answer()),
    ("6.2", "priority",
     frame(HEADERS, END_HEADERS | END_STREAM | PRIORITIZED, 1, WEIGHT(0, 255) + GET), answer()),
    ("6.2", "stream 0", headers(0, GET, True), connection_error(PROTOCOL_ERROR)),
    ("6.2", "more padding than frame",
     frame(HEADERS, END_HEADERS | END_STREAM | PADDED, 1, bytes([255]) + GET),
     connection_error(PROTOCOL_ERROR)),
    # §6.3: PRIORITY.
    ("6.3", "weight 1", frame(PRIORITY, 0, 1, WEIGHT(0, 0)) + ENDED, answer()),
    ("6.3", "weight 256", frame(PRIORITY, 0, 1, WEIGHT(0, 255)) + ENDED, answer()),
    ("6.3", "a dependency", frame(PRIORITY, 0, 3, WEIGHT(1, 15)) + ENDED, answer()),
    ("6.3", "an exclusive one", frame(PRIORITY, 0, 3, WEIGHT(1 << 31 | 1, 15)) + ENDED, answer()),
    ("6.3", "an idle stream, then a lower one", frame(PRIORITY, 0, 5, WEIGHT(3, 15)) + ENDED, answer()),
    ("6.3", "stream 0", frame(PRIORITY, 0, 0, WEIGHT(1, 15)), connection_error(PROTOCOL_ERROR)),
    ("6.3", "4 bytes", OPEN + frame(PRIORITY, 0, 1, bytes(4)), stream_error(FRAME_SIZE_ERROR)),
    # §6.4: RST_STREAM.
    ("6.4", "RST_STREAM", OPEN + reset(1), alive),
    ("6.4", "stream 0", reset(0), connection_error(PROTOCOL_ERROR)),
    ("6.4", "an idle stream", reset(1), connection_error(PROTOCOL_ERROR)),
    ("6.4", "3 bytes", OPEN + frame(RST_STREAM, 0, 1, bytes(3)), connection_error(FRAME_SIZE_ERROR)),
    # §6.5: SETTINGS.
    ("6.5", "SETTINGS", setting((h2.MAX_CONCURRENT_STREAMS, 100)), acknowledged),
    ("6.5", "acknowledgement with content", frame(SETTINGS, ACK, 0, bytes(1)),
     connection_error(FRAME_SIZE_ERROR)),
    ("6.5", "on a stream", frame(SETTINGS, 0, 1, bytes(6)), connection_error(PROTOCOL_ERROR)),
    ("6.5", "3 bytes", frame(SETTINGS, 0, 0, bytes(3)), connection_error(FRAME_SIZE_ERROR)),
    ("6.5.2", "ENABLE_PUSH 2", setting((h2.ENABLE_PUSH, 2)), connection_error(PROTOCOL_ERROR)),
    ("6.5.2", "INITIAL_WINDOW_SIZE 2^31", setting((h2.INITIAL_WINDOW_SIZE, 1 << 31)),
     connection_error(FLOW_CONTROL_ERROR)),
    ("6.5.2", "MAX_FRAME_SIZE 16,383", setting((h2.MAX_FRAME_SIZE, 16_383)),
     connection_error(PROTOCOL_ERROR)),
    ("6.5.2", "MAX_FRAME_SIZE 2^24", setting((h2.MAX_FRAME_SIZE, 1 << 24)),
     connection_error(PROTOCOL_ERROR)),
    ("6.5.2", "an unknown setting", setting((0xFF, 1)), alive),
    ("6.5.3", "the last of two values", last_of_two_windows, alive),
    ("6.5.3", "values are acknowledged", setting((h2.INITIAL_WINDOW_SIZE, 100)), acknowledged),
    # §6.6, §8.4: PUSH_PROMISE.
    ("8.4", "PUSH_PROMISE of a client",
     frame(PUSH_PROMISE, END_HEADERS, 1, struct.pack(">I", 2) + GET), connection_error(PROTOCOL_ERROR)),
    # §6.7: PING.
    ("6.7", "PING", b"", alive),
    ("6.7", "an acknowledgement is not answered", silent_ping, alive),
    ("6.7", "on a stream", frame(PING, 0, 1, bytes(8)), connection_error(PROTOCOL_ERROR)),
    ("6.7", "6 bytes", frame(PING, 0, 0, bytes(6)), connection_error(FRAME_SIZE_ERROR)),
    # §6.8: GOAWAY.
    ("6.8", "open streams go on", OPEN + frame(GOAWAY, 0, 0, bytes(8)) + data(1, b"", True), answer()),
    ("6.8", "on a stream", frame(GOAWAY, 0, 1, bytes(8)), connection_error(PROTOCOL_ERROR)),
    # §6.9: WINDOW_UPDATE.
    ("6.9", "of the connection", window_update(0, 1) + ENDED, answer()),
    ("6.9", "of a stream", OPEN + window_update(1, 1) + data(1, b"", True), answer()),
    ("6.9", "increment 0", window_update(0, 0), connection_error(PROTOCOL_ERROR)),
    ("6.9", "increment 0 on a stream", OPEN + window_update(1, 0), stream_error(PROTOCOL_ERROR)),
    ("6.9", "3 bytes", frame(WINDOW_UPDATE, 0, 0, bytes(3)), connection_error(FRAME_SIZE_ERROR)),
    ("6.9.1", "no more DATA than the window", window_of_one, alive),
    ("6.9.1", "a window over 2^31 - 1", window_update(0, 0x7FFFFFFF) * 2,
     connection_error(FLOW_CONTROL_ERROR)),
    ("6.9.1", "a stream's window over 2^31 - 1", OPEN + window_update(1, 0x7FFFFFFF) * 2,
     stream_error(FLOW_CONTROL_ERROR)),
    ("6.9.2", "a larger initial window counts at once", window_grows, alive),
    ("6.9.2", "a window below zero", window_below_zero, alive),
    # §6.10: CONTINUATION.
    ("6.10", "one", BEGUN + frame(CONTINUATION, END_HEADERS, 1, MIDDLE + TAIL), answer()),
    ("6.10", "two",
     BEGUN + frame(CONTINUATION, 0, 1, MIDDLE) + frame(CONTINUATION, END_HEADERS, 1, TAIL), answer()),
    ("6.10", "another frame between", BEGUN + frame(CONTINUATION, 0, 1, MIDDLE) + data(1, b"x"),
     connection_error(PROTOCOL_ERROR)),
    ("6.10", "stream 0", BEGUN + frame(CONTINUATION, END_HEADERS, 0, MIDDLE + TAIL),
     connection_error(PROTOCOL_ERROR)),
    ("6.10", "after END_HEADERS", OPEN + frame(CONTINUATION, END_HEADERS, 1, GET),
     connection_error(PROTOCOL_ERROR)),
    ("6.10", "after the last CONTINUATION",
     frame(HEADERS, 0, 1, HEAD) + frame(CONTINUATION, END_HEADERS, 1, MIDDLE + TAIL)
     + frame(CONTINUATION, END_HEADERS, 1, literal("a", "b")), connection_error(PROTOCOL_ERROR)),
    ("6.10", "after DATA", OPEN + data(1, b"") + frame(CONTINUATION, END_HEADERS, 1, GET),
     connection_error(PROTOCOL_ERROR)),
    # §7: codes that nobody knows.
    ("7", "an unknown code in GOAWAY", frame(GOAWAY, 0, 0, bytes(4) + b"\0\0\0\xff"),
     lambda connection: connection.read(lambda f: False, 1)),
    ("7", "an unknown code in RST_STREAM", OPEN + reset(1, 0xFF), alive),
    # §8.1: messages.
    ("8.1", "GET", ENDED, status("404", "405")),
    ("8.1", "HEAD", headers(1, block(request("HEAD")), True), answer()),
    ("8.1", "POST", headers(1, block(request("POST"))) + data(1, b"x", True), answer()),
    ("8.1", "POST with trailers",
     headers(1, UPLOAD) + data(1) + headers(1, [("x-test", "ok")], True), answer()),
    ("8.1", "a second HEADERS without END_STREAM",
     headers(1, UPLOAD) + headers(1, [("x-test", "ok")]), stream_error(PROTOCOL_ERROR)),
    ("8.1.1", "content-length and less DATA",
     headers(1, block(request("POST", "/", ("content-length", "2")))) + data(1, b"x", True),
     stream_error(PROTOCOL_ERROR)),
    ("8.1.1", "content-length and more DATA",
     headers(1, [*UPLOAD, ("content-length", "1")]) + data(1, b"x") + data(1, b"y", True),
     stream_error(PROTOCOL_ERROR)),
    ("8.2", "an upper-case name", headers(1, block(request("GET", "/", ("X-Test", "ok"))), True),
     stream_error(PROTOCOL_ERROR)),
    ("8.2.2", "connection", headers(1, block(request("GET", "/", ("connection", "keep-alive"))), True),
     stream_error(PROTOCOL_ERROR)),
    ("8.2.2", "te other than trailers",
     headers(1, block(request("GET", "/", ("te", "trailers, deflate"))), True),
     stream_error(PROTOCOL_ERROR)),
    ("8.3", "an unknown pseudo-field", headers(1, block(request("GET", "/", (":test", "ok"))), True),
     stream_error(PROTOCOL_ERROR)),
    ("8.3", "a pseudo-field of responses",
     headers(1, block(request("GET", "/", (":status", "200"))), True), stream_error(PROTOCOL_ERROR)),
    ("8.3", "a pseudo-field in trailers",
     headers(1, UPLOAD) + data(1) + headers(1, [(":method", "GET")], True),
     stream_error(PROTOCOL_ERROR)),
    ("8.3", "a pseudo-field behind others",
     headers(1, block([("x-test", "ok"), *request()]), True), stream_error(PROTOCOL_ERROR)),
    *[
        ("8.3.1", f"no {name}",
         headers(1, block([f for f in request() if f[0] != name]), True), stream_error(PROTOCOL_ERROR))
        for name in (":method", ":scheme", ":path")
    ],
    *[
        ("8.3.1", f"{name} twice",
         headers(1, block([f for f in request() for _ in range(1 + (f[0] == name))]), True),
         stream_error(PROTOCOL_ERROR))
        for name in (":method", ":scheme", ":path")
    ],
    ("8.3.1", "an empty :path", headers(1, block(request("GET", "")), True),
     stream_error(PROTOCOL_ERROR)),
    # RFC 7541.
    ("hpack 2.3.3", "an index beyond the tables", headers(1, GET + b"\xc6", True),
     connection_error(COMPRESSION_ERROR)),
    ("hpack 2.3.3", "a name beyond the tables", headers(1, GET + b"\x7f\x10\x01a", True),
     connection_error(COMPRESSION_ERROR)),
    ("hpack 4.2", "a table size at the end of a block", headers(1, GET + b"\x20", True),
     connection_error(COMPRESSION_ERROR)),
    ("hpack 4.2", "two table sizes at the beginning", headers(1, TABLE_UPDATE + GET, True), answer()),
    ("hpack 5.2", "8 bits of padding", headers(1, GET + b"\x00\x85\xf2\xb2\x4a\x84\xff\x84\x49\x50\x9f\xff", True),
     connection_error(COMPRESSION_ERROR)),
    ("hpack 5.2", "padding of zeros", headers(1, GET + b"\x00\x85\xf2\xb2\x4a\x84\xff\x83\x49\x50\x90", True),
     connection_error(COMPRESSION_ERROR)),
    ("hpack 5.2", "the end of string as a symbol",
     headers(1, GET + b"\x00\x85\xf2\xb2\x4a\x84\xff\x87\x49\x51\x17\xff\xff\xff\xff", True),
     connection_error(COMPRESSION_ERROR)),
    ("hpack 6.1", "an indexed field", headers(1, b"\x82\x87\x84\x41\x01a", True), answer()),
    ("hpack 6.1", "index 0", headers(1, GET + b"\x80", True), connection_error(COMPRESSION_ERROR)),
    *[
        ("hpack 6.2", text, headers(1, GET + field, True), answer())
        for text, field in [
            ("with indexing, indexed name", b"\x7a\x01a"), ("with indexing", b"\x40\x01a\x01b"),
            ("without indexing, indexed name", b"\x0f\x2b\x01a"), ("without indexing", b"\x00\x01a\x01b"),
            ("never indexed, indexed name", b"\x1f\x2b\x01a"), ("never indexed", b"\x10\x01a\x01b"),
            ("Huffman-coded", b"\x00\x85\xf2\xb2\x4a\x84\xff\x83\x49\x50\x9f"),
        ]
    ],
    ("hpack 6.3", "a table size", headers(1, b"\x20" + GET, True), answer()),
    ("hpack 6.3", "a table over the limit", headers(1, b"\x3f\xe2\x1f" + GET, True),
     connection_error(COMPRESSION_ERROR)),
]  # fmt: skip

# libnghttp2 ignores such HEADERS on purpose: it has forgotten whether it had reset that stream.
NOT_KEPT = {("5.1.1", "an identifier below the last")}


@pytest.fixture(scope="module", params=["h2c", "mtls"])
def target(request, programs, certificates):  # noqa: F811
    with Target(programs, certificates, mode=request.param) as target:
        yield target


@pytest.mark.parametrize("section, text, sent, expected", CASES, ids=lambda v: v if isinstance(v, str) else "")
def test_a_rule_of_http2(target, section, text, sent, expected):
    if (section, text) in NOT_KEPT:
        pytest.xfail("libnghttp2 ignores it")
    with target.connect() as connection:
        if callable(sent):
            sent(connection)
        else:
            connection.send(sent)
        expected(connection)


def test_what_is_no_preface_is_refused(target):
    with target.connect(greet=False) as connection:
        connection.send(b"INVALID CONNECTION PREFACE\r\n\r\n")
        connection_error(PROTOCOL_ERROR)(connection)


def test_the_preface_may_come_in_pieces(target):
    with target.connect(greet=False) as connection:
        for byte in PREFACE:
            connection.send(bytes([byte]))
        connection.send(setting())
        acknowledged(connection)
        assert connection.unary(1, EMPTY_CALL) == "0"
        connection.send(frame(GOAWAY, 0, 0, bytes(4) + struct.pack(">I", NO_ERROR)))


