"""An HTTP/2 client whose every byte a test decides: frames of RFC 9113 over a socket.

It keeps no rules of its own: what is sent may be as wrong as the test wants it. Nothing here knows our
server; `hpack` decodes what comes back.
"""

from __future__ import annotations

import dataclasses
import select
import socket
import ssl
import struct
import time

import hpack

PREFACE = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"
DATA, HEADERS, PRIORITY, RST_STREAM, SETTINGS = range(5)
PUSH_PROMISE, PING, GOAWAY, WINDOW_UPDATE, CONTINUATION = range(5, 10)
END_STREAM, ACK, END_HEADERS, PADDED, PRIORITIZED = 0x1, 0x1, 0x4, 0x8, 0x20

NO_ERROR, PROTOCOL_ERROR, INTERNAL_ERROR, FLOW_CONTROL_ERROR = range(4)
SETTINGS_TIMEOUT, STREAM_CLOSED, FRAME_SIZE_ERROR, REFUSED_STREAM = range(4, 8)
CANCEL, COMPRESSION_ERROR, CONNECT_ERROR, ENHANCE_YOUR_CALM = range(8, 12)

HEADER_TABLE_SIZE, ENABLE_PUSH, MAX_CONCURRENT_STREAMS = 1, 2, 3
INITIAL_WINDOW_SIZE, MAX_FRAME_SIZE, MAX_HEADER_LIST_SIZE = 4, 5, 6

# How long an answer is waited for, in seconds; on a busy machine, too.
PATIENCE = 20
EMPTY_CALL = "/grpc.testing.TestService/EmptyCall"
STREAMING_OUTPUT = "/grpc.testing.TestService/StreamingOutputCall"
STREAMING_INPUT = "/grpc.testing.TestService/StreamingInputCall"
FULL_DUPLEX = "/grpc.testing.TestService/FullDuplexCall"
# An empty gRPC message.
NO_MESSAGE = bytes(5)


def frame(type: int, flags: int = 0, stream: int = 0, content: bytes = b"") -> bytes:
    return struct.pack(">I", len(content))[1:] + struct.pack(">BBI", type, flags, stream) + content


def setting(*pairs: tuple[int, int]) -> bytes:
    return frame(SETTINGS, content=b"".join(struct.pack(">HI", *pair) for pair in pairs))


def window_update(stream: int, increment: int) -> bytes:
    return frame(WINDOW_UPDATE, 0, stream, struct.pack(">I", increment))


def reset(stream: int, code: int = CANCEL) -> bytes:
    return frame(RST_STREAM, 0, stream, struct.pack(">I", code))


def priority(stream: int, depends_on: int = 0) -> bytes:
    return frame(PRIORITY, 0, stream, struct.pack(">IB", depends_on, 16))


def integer(value: int, prefix: int, first: int = 0) -> bytes:
    """RFC 7541 §5.1."""
    limit = (1 << prefix) - 1
    if value < limit:
        return bytes([first | value])
    out, value = bytes([first | limit]), value - limit
    while value >= 128:
        out, value = out + bytes([value & 127 | 128]), value >> 7
    return out + bytes([value])


def literal(name: str | bytes, value: str | bytes) -> bytes:
    """A literal field without indexing (RFC 7541 §6.2.2), no Huffman code, no table touched."""
    name = name.encode() if isinstance(name, str) else name
    value = value.encode() if isinstance(value, str) else value
    return b"\0" + integer(len(name), 7) + name + integer(len(value), 7) + value


def block(fields) -> bytes:
    return b"".join(literal(name, value) for name, value in fields)


def call_fields(path: str = EMPTY_CALL, *more: tuple[str, str]) -> list[tuple[str, str]]:
    return [
        (":method", "POST"), (":scheme", "https"), (":path", path), (":authority", "localhost"),
        ("te", "trailers"), ("content-type", "application/grpc"), *more,
    ]  # fmt: skip


def headers(stream: int, fields, end: bool = False) -> bytes:
    content = fields if isinstance(fields, bytes) else block(fields)
    return frame(HEADERS, END_HEADERS | (END_STREAM if end else 0), stream, content)


def data(stream: int, content: bytes = NO_MESSAGE, end: bool = False) -> bytes:
    return frame(DATA, END_STREAM if end else 0, stream, content)


def call(stream: int, path: str = EMPTY_CALL, message: bytes = NO_MESSAGE) -> bytes:
    """A whole unary request."""
    return headers(stream, call_fields(path)) + data(stream, message, end=True)


@dataclasses.dataclass
class Frame:
    type: int
    flags: int
    stream: int
    content: bytes
    fields: list | None = None

    @property
    def code(self) -> int:
        """The error code of RST_STREAM or GOAWAY."""
        return struct.unpack(">I", self.content[:4] if self.type == RST_STREAM else self.content[4:8])[0]

    @property
    def ends_stream(self) -> bool:
        return self.type in (DATA, HEADERS) and bool(self.flags & END_STREAM)


class Closed(Exception):
    """The server has closed the connection."""


class Connection:
    """One connection; with a TLS context, over TLS."""

    def __init__(self, port: int, context: ssl.SSLContext | None = None, greet: bool = True, options=()):
        self.socket = socket.create_connection(("127.0.0.1", port), timeout=PATIENCE)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        if context:
            self.socket = context.wrap_socket(self.socket, server_hostname="localhost")
        self._buffer = b""
        self._decoder = hpack.Decoder()
        self._decoder.max_allowed_table_size = 1 << 16
        self.frames: list[Frame] = []
        self.is_closed = False
        self.sent = 0
        if greet:
            self.send(PREFACE + setting(*options))
            self.read(lambda frame: frame.type == SETTINGS and not frame.flags & ACK)
            self.send(frame(SETTINGS, ACK))

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def close(self):
        self.socket.close()

    def send(self, content: bytes, frames: int = 0) -> None:
        """Raises `Closed` when the server takes nothing more."""
        try:
            self.socket.sendall(content)
            self.sent += frames
        except (OSError, ssl.SSLError):
            self.is_closed = True
            raise Closed from None

    def receive(self, seconds: float) -> list[Frame]:
        """The frames that arrive within `seconds`; returns with the first of them."""
        new: list[Frame] = []
        limit = time.monotonic() + seconds
        while not new and not self.is_closed:
            pending = isinstance(self.socket, ssl.SSLSocket) and self.socket.pending()
            left = max(limit - time.monotonic(), 0)
            if not pending and not select.select([self.socket], [], [], left)[0]:
                break
            try:
                chunk = self.socket.recv(1 << 16)
            except (OSError, ssl.SSLError):
                chunk = b""
            if not chunk:
                self.is_closed = True
            self._buffer += chunk
            while len(self._buffer) >= 9:
                length = int.from_bytes(self._buffer[:3], "big")
                if len(self._buffer) < 9 + length:
                    break
                type, flags, stream = struct.unpack(">BBI", self._buffer[3:9])
                one = Frame(type, flags, stream & 0x7FFFFFFF, self._buffer[9 : 9 + length])
                self._buffer = self._buffer[9 + length :]
                if type == HEADERS:
                    one.fields = self._decoder.decode(one.content)
                new.append(one)
        self.frames += new
        return new

    def read(self, until, seconds: float = PATIENCE) -> Frame | None:
        """Reads until a frame fits; nil if the connection ends before. Looks at new frames only."""
        limit = time.monotonic() + seconds
        while time.monotonic() < limit and not self.is_closed:
            for one in self.receive(limit - time.monotonic()):
                if until(one):
                    return one
        return None

    @property
    def go_away(self) -> Frame | None:
        return next((one for one in self.frames if one.type == GOAWAY), None)

    def status_of(self, stream: int) -> str | None:
        """The grpc-status of a call whose answer has arrived."""
        for one in self.frames:
            if one.stream == stream and one.fields and "grpc-status" in dict(one.fields):
                return dict(one.fields)["grpc-status"]
        return None

    def unary(self, stream: int, path: str = EMPTY_CALL, message: bytes = NO_MESSAGE) -> str | None:
        """Calls and waits; returns the grpc-status, None if there was no answer."""
        self.send(call(stream, path, message))
        self.read(lambda one: one.stream == stream and (one.ends_stream or one.type == RST_STREAM))
        return self.status_of(stream)


def client_context(certificates) -> ssl.SSLContext:
    """TLS 1.3, h2, with a client certificate."""
    context = ssl.create_default_context(cafile=certificates / "ca.pem")
    context.load_cert_chain(certificates / "client.pem", certificates / "client.key")
    context.minimum_version = ssl.TLSVersion.TLSv1_3
    context.set_alpn_protocols(["h2"])
    return context
