"""Writes first inputs for the fuzz targets, made by others than us: protobuf, pyarrow, json.

    .venv-e2e/bin/python Tests/Fuzzing/seeds.py     # then dev/fuzz.sh, which keeps what is of use

Random, but the same each time.
"""

import base64
import gzip
import io
import json
import pathlib
import random
import struct

import pyarrow as arrow
from google.protobuf import descriptor_pb2, descriptor_pool, json_format, message_factory

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parents[1]


def write(target: str, name: str, content: bytes) -> None:
    folder = HERE / "Corpus" / target
    folder.mkdir(parents=True, exist_ok=True)
    (folder / f"seed-{name}").write_bytes(content)


def frame(kind: int, flags: int, stream: int, payload: bytes = b"") -> bytes:
    """One frame of HTTP/2 (RFC 9113 section 4.1)."""
    head = struct.pack(">IBBI", len(payload) << 8 | kind, flags, 0, stream)
    return head[:5] + head[6:] + payload


def literal(name: bytes, value: bytes) -> bytes:
    """A header field without indexing, new name (RFC 7541 section 6.2.2)."""
    return b"\x00" + bytes([len(name)]) + name + bytes([len(value)]) + value


def request(stream: int, *more: tuple[bytes, bytes], flags: int = 4) -> bytes:
    fields = [
        (b":method", b"POST"), (b":scheme", b"https"), (b":path", b"/bench.Bench/Unary"),
        (b":authority", b"localhost"), (b"te", b"trailers"), (b"content-type", b"application/grpc"),
        *more,
    ]  # fmt: skip
    return frame(1, flags, stream, b"".join(literal(*field) for field in fields))


def frames() -> None:
    message = b"\x00\x00\x00\x00\x05hello"
    deflated = gzip.compress(b"hello" * 100, mtime=0)
    packed = b"\x01" + struct.pack(">I", len(deflated)) + deflated
    cases = {
        "unary": request(1) + frame(0, 1, 1, message),
        "two": request(1) + request(3) + frame(0, 0, 1, message[:3]) + frame(0, 1, 3, message)
        + frame(0, 1, 1, message[3:]),
        "gzip": request(1, (b"grpc-encoding", b"gzip"), (b"grpc-timeout", b"1S"))
        + frame(0, 1, 1, packed),
        "metadata": request(1, (b"x-a-bin", b"AAEC,/w"), (b"x-b", b"c")) + frame(0, 1, 1, message),
        "reset": request(1) + frame(3, 0, 1, struct.pack(">I", 8)),
        "ping": frame(6, 0, 0, bytes(8)) + frame(6, 1, 0, bytes(8)),
        "settings": frame(4, 0, 0, struct.pack(">HIHI", 1, 0, 4, 1)) + request(1, flags=5),
        "window": request(1) + frame(8, 0, 1, struct.pack(">I", 1 << 30))
        + frame(8, 0, 0, struct.pack(">I", 0)),
        "continuation": request(1, flags=0) + frame(9, 4, 1, literal(b"x", b"y")),
        "trailers": request(1) + frame(0, 0, 1, message) + frame(1, 5, 1, literal(b"x", b"y")),
        "priority": frame(2, 0, 1, bytes(5)) + request(1, flags=5),
        "goaway": request(1) + frame(7, 0, 0, bytes(8)),
        "unknown": frame(0x42, 0, 0, b"abc") + request(1, flags=5),
        "table": frame(1, 5, 1, bytes([0x82, 0x87, 0x84, 0x3F, 0xE1, 0x1F, 0xBE, 0x41, 0x01, 0x61])),
    }  # fmt: skip
    for name, content in cases.items():
        write("frames", name, b"\x00" + content)
        write("frames", name + "-cut", b"\x07" + content)
    write("framing", "plain", b"\x05\x00" + message * 3)
    write("framing", "gzip", b"\xff\x01" + packed + message)
    write("framing", "long", b"\xff\x00\x00\x7f\xff\xff\xff")
    write("framing", "flag", b"\xff\x01\x02\x00\x00\x00\x00")


def headers() -> None:
    values = [
        "te:trailers\ncontent-type:application/grpc\n:path:/a.B/C\n:method:POST",
        "grpc-timeout:99999999H\ngrpc-encoding:gzip\ngrpc-accept-encoding:identity,deflate,gzip",
        "x-a-bin:AAEC\nx-b-bin:AAEC==,  /w\nx-c-bin:!!\ngrpc-status:1\ngrpc-trace-bin:AA",
        "x:%E2%98%BA%zz%\ngrpc-message:%0A",
        "content-type:application/grpc+proto\ncontent-type:application/grpcfoo\nte:gzip",
    ]
    for index, value in enumerate(values):
        write("headers", str(index), value.encode())


def calls() -> None:
    post = ":method:POST\n:path:/grpc.health.v1.Health/Check\n"
    watch = ":method:POST\n:path:/grpc.health.v1.Health/Watch\n"
    get, text = ":method:GET\n:path:/grpc.health.v1.Health/Check?", b'{"service": "a"}'
    framed = lambda content, flag=0: struct.pack(">BI", flag, len(content)) + content  # noqa: E731
    cases = {
        "json": (post + "content-type:application/json\nconnect-timeout-ms:100", text),
        "json-bad": (post + "content-type:application/json", b'{"service": 1}'),
        "proto": (post + "content-type:application/proto\naccept-encoding:br, gzip;q=0", b"\x0a\1a"),
        "gzip": (
            post + "content-type:application/json\ncontent-encoding:gzip", gzip.compress(text)
        ),
        "stream": (watch + "content-type:application/connect+json", framed(text)),
        "stream-gzip": (
            watch + "content-type:application/connect+proto\nconnect-content-encoding:gzip",
            framed(gzip.compress(b"\x0a\1a"), 1),
        ),
        "web": (post + "content-type:application/grpc-web+proto\ngrpc-timeout:1S", framed(b"")),
        "web-text": (
            post + "content-type:application/grpc-web-text", base64.b64encode(framed(b"\x0a\1a"))
        ),
        "get": (get + "connect=v1&encoding=json&message=%7B%7D", b""),
        "get-base64": (get + "encoding=proto&base64=1&message=CgFh&compression=identity", b""),
        "get-none": (get + "encoding=json", b""),
        "unknown": (":method:POST\n:path:/a/B\ncontent-type:application/grpc-web", framed(b"")),
        "other": (post + "content-type:text/html", b"x"),
        "head": (":method:HEAD\n:path:/\nx:y", b""),
    }  # fmt: skip
    for name, (head, body) in cases.items():
        write("calls", name, b"\x05" + head.encode() + b"\n\n" + body)


def fill(message, depth: int, numbers: random.Random) -> None:
    """Sets some of the fields of a message to some values."""
    for field in message.DESCRIPTOR.fields:
        if numbers.random() < 0.4:
            continue
        repeated = field.is_repeated
        if field.message_type is not None:
            if field.message_type.GetOptions().map_entry or depth == 0:
                continue
            part = getattr(message, field.name)
            fill(part.add() if repeated else part, depth - 1, numbers)
            if not repeated:
                part.SetInParent()
            continue
        value = {
            "CPPTYPE_STRING": lambda: numbers.choice(["", "a", "projects/default", "ä☺\U0001f600"]),
            "CPPTYPE_BOOL": lambda: True,
            "CPPTYPE_DOUBLE": lambda: numbers.choice([0.5, -1e300, float("inf")]),
            "CPPTYPE_FLOAT": lambda: 0.25,
            "CPPTYPE_ENUM": lambda: 1,
        }.get(kind(field), lambda: numbers.choice([0, 1, 127, 2**31 - 1]))()
        if field.type == field.TYPE_BYTES:
            value = numbers.randbytes(5)
        if repeated:
            getattr(message, field.name).extend([value, value])
        else:
            setattr(message, field.name, value)


def kind(field) -> str:
    return {
        field.CPPTYPE_STRING: "CPPTYPE_STRING", field.CPPTYPE_BOOL: "CPPTYPE_BOOL",
        field.CPPTYPE_DOUBLE: "CPPTYPE_DOUBLE", field.CPPTYPE_FLOAT: "CPPTYPE_FLOAT",
        field.CPPTYPE_ENUM: "CPPTYPE_ENUM",
    }.get(field.cpp_type, "")  # fmt: skip


def messages() -> None:
    files = descriptor_pb2.FileDescriptorSet.FromString(
        (ROOT / "proto/descriptors.binpb").read_bytes()
    )
    pool = descriptor_pool.DescriptorPool()
    for file in files.file:
        pool.Add(file)
    # Files that only describe options have no Swift. The first byte is a place in this list.
    options = ("google/protobuf/descriptor.proto", "pursight/v1/options.proto")
    names = [
        name
        for file in files.file
        if file.name not in options
        for name in nested(file.package, file.message_type)
    ]
    generated = (ROOT / "Sources/Protocol/API/Generated/APIDescriptors.swift").read_text()
    assert len(names) == generated.count(".self,"), "the list of messages is another one"
    numbers = random.Random(4)
    for index, name in enumerate(names):
        message = message_factory.GetMessageClass(pool.FindMessageTypeByName(name))()
        fill(message, 3, numbers)
        choice = bytes([index])
        write("messages", name, choice + message.SerializeToString())
        try:
            text = json_format.MessageToJson(message, descriptor_pool=pool)
        except (TypeError, ValueError, json_format.Error):
            continue
        write("json", name, choice + text.encode())


def nested(scope: str, types) -> list[str]:
    found = []
    for kind in types:
        if not kind.options.map_entry:
            found += [f"{scope}.{kind.name}", *nested(f"{scope}.{kind.name}", kind.nested_type)]
    return found


def texts() -> None:
    for index, value in enumerate([{}, [], [1, -0.5, 1e300, None, True], {"a": {"b": ["\u0000"]}}]):
        write("json", f"plain-{index}", b"\x00" + json.dumps(value).encode())
    tables = [
        "a,b\n1,x\n2,y\n", 'a,b\r\n"1","x ""y"""\r\n', "a\n\n\n", "a,b\n1\n1,2,3\n", 'a\n"x',
        "d,t\n2013-01-01,2013-01-01T10:00:00Z\nNA,\n", "a\n1\n2.5\nx\n", "\ufeffa;b\n1;2\n", "a\n\x00\n",
    ]  # fmt: skip
    for index, table in enumerate(tables):
        write("csv", str(index), b"\x00" + table.encode())
        write("csv", f"{index}-cut", b"\x03" + table.encode())
    key = "pursight+00000000+AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=="
    body = "example\n12\nAAAA\n"
    for index, tail in enumerate(
        ["\n— example AAAAAAAA\n", "\n— a AAAAAAAA\n— b BBBBBBBB\n", "\n", "", "\n— a !\n", key]
    ):
        write("note", str(index), (body + tail).encode())


def arrows() -> None:
    columns = {
        "i": arrow.array([1, None, 3]),
        "s": arrow.array(["a", "", None]),
        "b": arrow.array([True, False, None]),
        "f": arrow.array([0.5, float("nan"), 1e300]),
        "d": arrow.array([1, 2, 3], arrow.date32()),
        "t": arrow.array([1, 2, 3], arrow.timestamp("us", "UTC")),
        "k": arrow.array(["x", "y", "x"]).dictionary_encode(),
        "n": arrow.array([1, 2, 3], arrow.decimal128(10, 2)),
    }
    sets = [[name] for name in columns] + [list(columns)]
    for names in sets:
        for codec in [None, "lz4", "zstd"]:
            table = arrow.table({name: columns[name] for name in names})
            stream = io.BytesIO()
            options = arrow.ipc.IpcWriteOptions(compression=codec)
            with arrow.ipc.new_stream(stream, table.schema, options=options) as writer:
                writer.write_table(table)
            write("arrow", f"{''.join(names)}-{codec}", b"\x00" + stream.getvalue())


if __name__ == "__main__":
    for make in [frames, headers, calls, messages, texts, arrows]:
        make()
