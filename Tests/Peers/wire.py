"""One gRPC call as raw HTTP/2 frames, by h2: what no well-behaved client can be made to send."""

from __future__ import annotations

import socket
import struct

import h2.config
import h2.connection
import h2.events


def framed(content: bytes, flag: int = 0) -> bytes:
    """A message behind gRPC's five bytes."""
    return struct.pack(">BI", flag, len(content)) + content


class Answer:
    """What came back on a stream: header blocks, the body, and how it ended."""

    def __init__(self):
        self.blocks: list[list[tuple[str, str]]] = []
        self.body = b""
        self.has_ended = False
        self.reset: int | None = None

    @property
    def head(self) -> dict[str, str]:
        return dict(self.blocks[0])

    @property
    def last(self) -> dict[str, str]:
        return dict(self.blocks[-1])

    @property
    def status(self) -> int | None:
        return int(self.last["grpc-status"]) if "grpc-status" in self.last else None

    @property
    def messages(self) -> list[bytes]:
        found, rest = [], self.body
        while rest:
            length = struct.unpack(">I", rest[1:5])[0]
            found.append(rest[5 : 5 + length])
            rest = rest[5 + length :]
        return found


class Wire:
    """A connection in plaintext whose every frame the test decides."""

    def __init__(self, port: int):
        self.socket = socket.create_connection(("localhost", port))
        self.socket.settimeout(20)
        configuration = h2.config.H2Configuration(
            client_side=True, header_encoding="utf-8", validate_outbound_headers=False,
            normalize_outbound_headers=False, validate_inbound_headers=False,
        )  # fmt: skip
        self.h2 = h2.connection.H2Connection(configuration)
        self.h2.initiate_connection()
        self.answers: dict[int, Answer] = {}
        self.flush()
        # The server's windows are known from here on.
        for event in self.h2.receive_data(self.socket.recv(65536)):
            self.take(event)
        self.flush()

    def __enter__(self) -> Wire:
        return self

    def __exit__(self, *_) -> None:
        self.socket.close()

    def flush(self) -> None:
        self.socket.sendall(self.h2.data_to_send())

    def open(self, path: str, fields=(), without=(), end: bool = False) -> int:
        """Sends a request's head; `fields` replace the usual ones of the same name."""
        usual = [
            (":method", "POST"), (":scheme", "http"), (":path", path), (":authority", "h"),
            ("te", "trailers"), ("content-type", "application/grpc"),
        ]  # fmt: skip
        given = {name for name, _ in fields} | set(without)
        block = [field for field in usual if field[0] not in given]
        pseudo = [field for field in fields if field[0].startswith(":")]
        block = pseudo + block + [field for field in fields if not field[0].startswith(":")]
        stream = self.h2.get_next_available_stream_id()
        self.answers[stream] = Answer()
        self.h2.send_headers(stream, block, end_stream=end)
        self.flush()
        return stream

    def send(self, stream: int, body: bytes, end: bool = True) -> None:
        self.h2.send_data(stream, body, end_stream=end)
        self.flush()

    def answer(self, stream: int) -> Answer:
        """Reads until the stream has ended."""
        answer = self.answers[stream]
        while not answer.has_ended and answer.reset is None:
            received = self.socket.recv(65536)
            assert received, "the server closed the connection"
            for event in self.h2.receive_data(received):
                self.take(event)
            self.flush()
        return answer

    def take(self, event: h2.events.Event) -> None:
        answer = self.answers.get(getattr(event, "stream_id", None))
        match event:
            case h2.events.ResponseReceived() | h2.events.TrailersReceived():
                answer.blocks.append(event.headers)
            case h2.events.DataReceived():
                answer.body += event.data
                self.h2.acknowledge_received_data(event.flow_controlled_length, event.stream_id)
            case h2.events.StreamEnded():
                answer.has_ended = True
            case h2.events.StreamReset():
                answer.reset = event.error_code

    def call(self, path: str, body: bytes = framed(b""), fields=(), without=()) -> Answer:
        """A whole unary call."""
        stream = self.open(path, fields, without)
        try:
            self.send(stream, body)
        except h2.exceptions.StreamClosedError:
            pass
        return self.answer(stream)
