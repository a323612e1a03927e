"""gRPC over HTTP/2 byte by byte: grpc/grpc doc/PROTOCOL-HTTP2.md, its rules one after another."""

import gzip
import time

import grpc
import pytest
from google.rpc import status_pb2
from wire import Wire, framed

SERVICE = "/grpc.testing.TestService"
EMPTY, UNARY = f"{SERVICE}/EmptyCall", f"{SERVICE}/UnaryCall"
DUPLEX, INPUT = f"{SERVICE}/FullDuplexCall", f"{SERVICE}/StreamingInputCall"
OUTPUT = f"{SERVICE}/StreamingOutputCall"
TRAILING = "x-grpc-test-echo-trailing-bin"
CODE = grpc.StatusCode


@pytest.fixture
def wire(interop):
    with Wire(interop.port) as wire:
        yield wire


def number(code: grpc.StatusCode) -> int:
    return code.value[0]


@pytest.fixture
def messages(stubs):
    return stubs.messages


def test_a_good_call_is_a_head_a_message_and_trailers(wire):
    answer = wire.call(EMPTY)
    assert answer.head == {":status": "200", "content-type": "application/grpc"}
    assert (answer.body, answer.last) == (framed(b""), {"grpc-status": "0"})
    assert len(answer.blocks) == 2 and answer.reset is None


def test_a_call_that_fails_at_once_is_one_block(wire, messages):
    """Trailers-Only."""
    request = messages.SimpleRequest(response_status={"code": 5, "message": "no"})
    answer = wire.call(UNARY, framed(request.SerializeToString()))
    assert len(answer.blocks) == 1 and answer.body == b"" and answer.has_ended
    assert answer.head[":status"] == "200"
    assert answer.head["content-type"] == "application/grpc"
    assert (answer.status, answer.last["grpc-message"]) == (5, "no")


def test_a_stream_that_fails_late_has_its_status_in_trailers(wire, messages):
    sized = messages.StreamingOutputCallRequest(response_parameters=[{"size": 3}])
    failing = messages.StreamingOutputCallRequest(response_status={"code": 9, "message": "x"})
    body = framed(sized.SerializeToString()) + framed(failing.SerializeToString())
    answer = wire.call(DUPLEX, body)
    assert len(answer.blocks) == 2 and len(answer.messages) == 1
    assert "grpc-status" not in answer.head and answer.status == 9


@pytest.mark.parametrize(
    ("path", "fields", "without", "code"),
    [
        (f"{SERVICE}/Nothing", [], [], CODE.UNIMPLEMENTED),
        ("/no.Such/Method", [], [], CODE.UNIMPLEMENTED),
        ("/", [], [], CODE.UNIMPLEMENTED),
        (EMPTY, [], ["te"], CODE.INTERNAL),
        (EMPTY, [("grpc-timeout", "1")], [], CODE.INTERNAL),
        (EMPTY, [("grpc-timeout", "123456789S")], [], CODE.INTERNAL),
        (EMPTY, [("grpc-timeout", "-1S")], [], CODE.INTERNAL),
        (EMPTY, [("grpc-timeout", "1s")], [], CODE.INTERNAL),
        (EMPTY, [("grpc-encoding", "br")], [], CODE.UNIMPLEMENTED),
        (EMPTY, [("x", "v" * 17_000)], [], CODE.RESOURCE_EXHAUSTED),
    ],
)
def test_a_head_that_is_not_right_gets_a_status(wire, path, fields, without, code):
    answer = wire.call(path, fields=fields, without=without)
    assert (answer.head[":status"], answer.status) == ("200", number(code))
    assert answer.last["grpc-message"]
    # The connection goes on.
    assert wire.call(EMPTY).status == 0


def test_what_http2_calls_malformed_is_reset(wire):
    """RFC 9113 §8.1.1: PROTOCOL_ERROR. TE has one value only, names are lower-case."""
    for field in [("te", "gzip"), ("Upper", "x"), ("connection", "close")]:
        assert wire.answer(wire.open(EMPTY, [field])).reset == 1
    assert wire.call(EMPTY).status == 0


def test_an_unknown_encoding_is_told_which_ones_are_known(wire):
    answer = wire.call(EMPTY, fields=[("grpc-encoding", "br")])
    assert set(answer.last["grpc-accept-encoding"].split(",")) == {"identity", "gzip"}


@pytest.mark.parametrize("type_", ["application/grpc", "application/grpc+proto",
                                   "application/grpc;charset=x", "application/grpc+proto; x=1"])  # fmt: skip
def test_grpcs_content_types_are_calls(wire, type_):
    assert wire.call(EMPTY, fields=[("content-type", type_)]).status == 0


@pytest.mark.parametrize(
    ("fields", "without", "status"),
    [
        ([("content-type", "application/grpcx")], [], "415"),
        ([("content-type", "application/grpc+thrift")], [], "415"),
        ([("content-type", "text/plain")], [], "415"),
        ([], ["content-type"], "415"),
        ([(":method", "PUT")], [], "405"),
        ([(":method", "GET")], [], "405"),
    ],
)
def test_what_is_no_grpc_is_answered_as_http(wire, fields, without, status):
    answer = wire.call(EMPTY, fields=fields, without=without)
    assert answer.head[":status"] == status and answer.has_ended and answer.reset is None
    assert len(answer.body) == int(answer.head["content-length"])
    assert len(answer.blocks) == 1 and "grpc-status" not in answer.head


@pytest.mark.parametrize(
    ("path", "body", "code"),
    [
        (EMPTY, b"", CODE.INTERNAL),
        (EMPTY, framed(b"")[:3], CODE.INTERNAL),
        (UNARY, framed(b"\x12\x02\x10\x01")[:-1], CODE.INTERNAL),
        (EMPTY, framed(b"") * 2, CODE.INTERNAL),
        (EMPTY, framed(b"", flag=1), CODE.INTERNAL),
        (EMPTY, framed(b"", flag=2), CODE.INTERNAL),
        (EMPTY, framed(b"", flag=0x80), CODE.INTERNAL),
        (EMPTY, b"\0\xff\xff\xff\xff", CODE.RESOURCE_EXHAUSTED),
        (UNARY, framed(b"\xff\xff\xff"), CODE.INVALID_ARGUMENT),
        (INPUT, framed(b"") + b"\0\0", CODE.INTERNAL),
        (INPUT, framed(b"") + framed(b"", flag=7), CODE.INTERNAL),
        (OUTPUT, framed(b"") * 2, CODE.INTERNAL),
    ],
)
def test_a_body_that_is_not_right_gets_a_status(wire, path, body, code):
    answer = wire.call(path, body)
    assert (answer.head[":status"], answer.status) == ("200", number(code))
    assert wire.call(EMPTY).status == 0


def test_a_stream_without_messages_is_well(wire):
    answer = wire.call(INPUT, b"")
    assert (answer.status, answer.messages) == (0, [b""])
    answer = wire.call(DUPLEX, b"")
    assert (answer.status, answer.messages) == (0, [])


@pytest.mark.parametrize("cut", [1, 3, 7])
def test_messages_come_in_whatever_pieces(wire, messages, cut):
    content = messages.StreamingInputCallRequest(payload={"body": b"abc"}).SerializeToString()
    body = framed(content) * 3
    stream = wire.open(INPUT)
    for start in range(0, len(body), cut):
        wire.send(stream, body[start : start + cut], end=False)
    wire.send(stream, b"")
    answer = wire.answer(stream)
    summed = messages.StreamingInputCallResponse.FromString(answer.messages[0])
    assert (answer.status, summed.aggregated_payload_size) == (0, 9)


@pytest.mark.parametrize(
    ("sent", "echoed"),
    [
        (["q6ur"], ["q6ur"]), (["q6s="], ["q6s"]), (["q6s"], ["q6s"]), (["qw=="], ["qw"]),
        (["qw"], ["qw"]), (["q6ur,qw=="], ["q6ur", "qw"]), (["q6ur", "qw"], ["q6ur", "qw"]),
        (["q6ur, qw"], ["q6ur", "qw"]), ([""], [""]), (["qw,,qw"], ["qw", "", "qw"]),
        (["*", "qw"], ["qw"]),
    ],
)  # fmt: skip
def test_binary_metadata_in_every_spelling(wire, sent, echoed):
    answer = wire.call(EMPTY, fields=[(TRAILING, value) for value in sent])
    assert answer.status == 0
    values = [value for name, value in answer.blocks[-1] if name == TRAILING]
    # Sent without padding, each value in a field of its own.
    assert values == echoed


def test_reserved_names_do_not_reach_handlers_nor_leave_them(wire):
    fields = [("grpc-foo", "x"), ("grpc-status", "7"), ("x-grpc-test-echo-initial", "a, b")]
    answer = wire.call(EMPTY, fields=fields)
    assert (answer.status, answer.head["x-grpc-test-echo-initial"]) == (0, "a, b")


@pytest.mark.parametrize(
    ("text", "encoded"),
    [
        ("plain text!~", "plain text!~"), ("100%", "100%25"), ("a\nb\tc", "a%0Ab%09c"),
        ("é☺😈", "%C3%A9%E2%98%BA%F0%9F%98%88"), ("\x7f", "%7F"),
    ],
)  # fmt: skip
def test_a_message_is_percent_encoded(wire, messages, text, encoded):
    request = messages.SimpleRequest(response_status={"code": 2, "message": text})
    answer = wire.call(UNARY, framed(request.SerializeToString()))
    assert answer.last["grpc-message"] == encoded


def test_a_long_message_is_cut_to_what_clients_take(wire, messages):
    request = messages.SimpleRequest(response_status={"code": 2, "message": "ä" * 5_000})
    answer = wire.call(UNARY, framed(request.SerializeToString()))
    assert answer.status == 2 and answer.reset is None
    size = sum(len(name) + len(value) + 32 for name, value in answer.blocks[-1])
    assert 1024 < size < 8192


@pytest.mark.parametrize(
    ("timeout", "passes"),
    [
        ("1n", True), ("100000u", True), ("100m", True), ("99999999n", True), ("00000001m", True),
        ("0S", True), ("20S", False), ("1M", False), ("1H", False), ("99999999H", False),
        ("99999999M", False), ("99999999S", False),
    ],
)  # fmt: skip
def test_a_timeout_in_every_unit(wire, messages, timeout, passes):
    slow = messages.StreamingOutputCallRequest(
        response_parameters=[{"size": 1, "interval_us": 300_000}]
    )
    began = time.monotonic()
    answer = wire.call(
        OUTPUT, framed(slow.SerializeToString()), fields=[("grpc-timeout", timeout)]
    )
    assert answer.status == (number(CODE.DEADLINE_EXCEEDED) if passes else 0)
    assert time.monotonic() - began < 15


def test_gzip_per_message_both_ways(wire, messages):
    asked = messages.SimpleRequest(
        response_size=1000, expect_compressed={"value": True}, response_compressed={"value": True}
    )
    body = framed(gzip.compress(asked.SerializeToString()), flag=1)
    fields = [("grpc-encoding", "gzip"), ("grpc-accept-encoding", "deflate, gzip")]
    answer = wire.call(UNARY, body, fields=fields)
    assert (answer.status, answer.head["grpc-encoding"], answer.body[0]) == (0, "gzip", 1)
    content = gzip.decompress(answer.messages[0])
    assert messages.SimpleResponse.FromString(content).payload.body == bytes(1000)
    # Who says it compresses may still send what is not.
    asked.expect_compressed.value = False
    answer = wire.call(UNARY, framed(asked.SerializeToString()), fields=fields[:1])
    # Who takes nothing compressed gets nothing compressed.
    assert (answer.status, answer.body[0], "grpc-encoding" in answer.head) == (0, 0, False)


def test_what_cannot_be_decompressed(wire):
    answer = wire.call(UNARY, framed(b"no gzip", flag=1), fields=[("grpc-encoding", "gzip")])
    assert answer.status == number(CODE.INTERNAL)


def test_an_answer_before_the_end_of_the_request_resets_with_no_error(wire):
    """RFC 9113 §8.1: the rest of the request is not wanted, and that is no failure."""
    stream = wire.open(EMPTY)
    wire.send(stream, framed(b"", flag=3), end=False)
    answer = wire.answer(stream)
    assert answer.status == number(CODE.INTERNAL) and answer.has_ended
    wire.call(EMPTY)
    assert answer.reset == 0


def test_a_reset_ends_the_call_and_nothing_else(wire):
    victim, other = wire.open(DUPLEX), wire.open(DUPLEX)
    wire.h2.reset_stream(victim, error_code=8)
    wire.flush()
    wire.send(other, b"")
    assert wire.answer(other).status == 0


def test_trailers_of_a_request_are_no_failure(wire):
    stream = wire.open(EMPTY)
    wire.send(stream, framed(b""), end=False)
    wire.h2.send_headers(stream, [("x-checksum", "1")], end_stream=True)
    wire.flush()
    assert wire.answer(stream).status == 0


def test_details_are_an_encoded_status(dev, stubs):
    """By grpcio, which reads them on its own."""
    files = {name: open(dev.ready[name], "rb").read() for name in ("ca", "cert", "key")}
    credentials = grpc.ssl_channel_credentials(files["ca"], files["key"], files["cert"])
    with grpc.secure_channel(dev.ready["address"], credentials) as channel:
        call = channel.unary_unary("/pursight.v1.CatalogService/CreateSource")
        with pytest.raises(grpc.RpcError) as caught:
            call(b"")
    trailers = dict(caught.value.trailing_metadata())
    status = status_pb2.Status.FromString(trailers["grpc-status-details-bin"])
    assert status.code == number(CODE.INVALID_ARGUMENT)
    assert "google.rpc.BadRequest" in [detail.TypeName() for detail in status.details]
