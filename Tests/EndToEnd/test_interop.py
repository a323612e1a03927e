"""gRPC's interoperability cases: grpcio calls our server, our client calls grpcio's server.

The cases are those of gRPC's doc/interop-test-descriptions.md.
"""

import importlib
import pathlib
import queue
import subprocess
import sys
import time

import grpc
import pytest
from server import free_port

ROOT = pathlib.Path(__file__).resolve().parents[2]
CERTIFICATES = ROOT / "Benchmarks/peers/certs/gen.sh"

# What our client can ask of grpcio's server: a Python handler does not learn whether a request came
# compressed, so the two cases that probe for it are left to our own server.
PROBES = ["client_compressed_unary", "client_compressed_streaming"]
CASES = [
    "empty_unary", "large_unary", "client_streaming", "server_streaming", "ping_pong",
    "empty_stream", "server_compressed_unary", "server_compressed_streaming", "custom_metadata",
    "status_code_and_message", "special_status_message", "unimplemented_method",
    "unimplemented_service", "cancel_after_begin", "cancel_after_first_response",
    "timeout_on_sleeping_server",
]  # fmt: skip


@pytest.fixture(scope="module")
def certificates(tmp_path_factory) -> pathlib.Path:
    folder = tmp_path_factory.mktemp("certificates")
    subprocess.run([CERTIFICATES, folder], check=True, capture_output=True)
    return folder


class Listening:
    """A server as a child process that prints a line when it listens."""

    def __init__(self, command):
        self.child = subprocess.Popen(list(map(str, command)), stdout=subprocess.PIPE, text=True)
        self.line = self.child.stdout.readline()
        assert self.line, f"{command} did not start"

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.child.terminate()
        self.child.wait(20)
        self.child.stdout.close()


def our_server(programs, mode, port, certificates):
    return Listening([programs / "interop-server", mode, port, certificates, "--threads", "2"])


def our_client(programs, port, case, *arguments):
    return subprocess.run(
        [str(programs / "interop-client"), "--server_host", "localhost", "--server_port", str(port),
         "--test_case", case, *map(str, arguments)],
        capture_output=True, text=True, timeout=120,
    )  # fmt: skip


@pytest.mark.parametrize("mode", ["h2c", "tls", "mtls"])
def test_our_client_and_our_server(programs, certificates, mode):
    port = free_port()
    arguments = []
    if mode != "h2c":
        arguments = ["--use_tls", "true", "--ca_file", certificates / "ca.pem"]
    if mode == "mtls":
        arguments += ["--cert_file", certificates / "client.pem"]
        arguments += ["--key_file", certificates / "client.key"]
    with our_server(programs, mode, port, certificates):
        for case in CASES + PROBES:
            result = our_client(programs, port, case, *arguments)
            assert result.returncode == 0, f"{case}: {result.stdout}{result.stderr}"


@pytest.mark.parametrize("mode", ["h2c", "tls"])
def test_our_client_and_grpcios_server(programs, certificates, mode):
    flags = [] if mode == "h2c" else ["--tls", certificates]
    arguments = [] if mode == "h2c" else ["--use_tls", "true", "--ca_file", certificates / "ca.pem"]
    with Listening([sys.executable, ROOT / "Tests/Interop/grpcio_server.py", "0", *flags]) as peer:
        port = int(peer.line.split()[-1])
        for case in CASES:
            result = our_client(programs, port, case, *arguments)
            assert result.returncode == 0, f"{case}: {result.stdout}{result.stderr}"


@pytest.fixture(scope="module")
def testing(tmp_path_factory):
    """Google's Python code for grpc.testing."""
    folder = tmp_path_factory.mktemp("testing")
    files = sorted((ROOT / "proto/grpc/testing").glob("*.proto"))
    subprocess.run(
        [sys.executable, "-m", "grpc_tools.protoc", f"-I{ROOT / 'proto'}", f"--python_out={folder}",
         f"--grpc_python_out={folder}", *map(str, files)],
        check=True, capture_output=True,
    )  # fmt: skip
    # `grpc` is grpcio's own package: the generated one is found as a part of it.
    grpc.__path__.append(str(folder / "grpc"))
    return {
        name: importlib.import_module(f"grpc.testing.{name}")
        for name in ["empty_pb2", "messages_pb2", "test_pb2_grpc"]
    }


@pytest.fixture(scope="module", params=["h2c", "tls"])
def service(request, programs, certificates, testing):
    """grpcio's stub of our server."""
    port = free_port()
    with our_server(programs, request.param, port, certificates):
        options = [("grpc.max_receive_message_length", -1)]
        if request.param == "h2c":
            channel = grpc.insecure_channel(f"localhost:{port}", options)
        else:
            credentials = grpc.ssl_channel_credentials((certificates / "ca.pem").read_bytes())
            channel = grpc.secure_channel(f"localhost:{port}", credentials, options)
        with channel:
            yield testing["test_pb2_grpc"].TestServiceStub(channel)


@pytest.fixture
def messages(testing):
    return testing["messages_pb2"]


def output(messages, *sizes, **options):
    parameters = [messages.ResponseParameters(size=size, **options) for size in sizes]
    return messages.StreamingOutputCallRequest(response_parameters=parameters)


def test_unary(service, testing, messages):
    assert service.EmptyCall(testing["empty_pb2"].Empty(), timeout=10) is not None
    request = messages.SimpleRequest(
        response_size=314159, payload=messages.Payload(body=bytes(271828))
    )
    assert len(service.UnaryCall(request, timeout=10).payload.body) == 314159


def test_streams(service, messages):
    sent = [
        messages.StreamingInputCallRequest(payload=messages.Payload(body=bytes(size)))
        for size in [27182, 8, 1828, 45904]
    ]
    summed = service.StreamingInputCall(iter(sent), timeout=10)
    assert summed.aggregated_payload_size == 74922
    sizes = [31415, 9, 2653, 58979]
    answers = service.StreamingOutputCall(output(messages, *sizes), timeout=10)
    assert [len(answer.payload.body) for answer in answers] == sizes
    assert list(service.FullDuplexCall(iter([]), timeout=10)) == []


def test_ping_pong(service, messages):
    sizes = [31415, 9, 2653, 58979]
    answered = []

    def requests():
        for index, size in enumerate(sizes):
            # The next one is sent when the answer to the one before is here.
            while len(answered) < index:
                time.sleep(0.001)
            yield output(messages, size)

    for answer in service.FullDuplexCall(requests(), timeout=20):
        answered.append(len(answer.payload.body))
    assert answered == sizes


def test_compression(service, messages):
    for wanted in [True, False]:
        request = messages.SimpleRequest(
            response_compressed=messages.BoolValue(value=wanted), response_size=314159,
            payload=messages.Payload(body=bytes(271828)),
        )  # fmt: skip
        assert len(service.UnaryCall(request, timeout=10).payload.body) == 314159
    compressed = messages.SimpleRequest(
        expect_compressed=messages.BoolValue(value=True), response_size=10,
        payload=messages.Payload(body=bytes(271828)),
    )  # fmt: skip
    answer = service.UnaryCall(compressed, timeout=10, compression=grpc.Compression.Gzip)
    assert len(answer.payload.body) == 10
    with pytest.raises(grpc.RpcError) as refused:
        service.UnaryCall(compressed, timeout=10)
    assert refused.value.code() == grpc.StatusCode.INVALID_ARGUMENT


def test_metadata_comes_back(service, testing):
    initial, trailing = "test_initial_metadata_value", b"\xab\xab\xab"
    metadata = [
        ("x-grpc-test-echo-initial", initial),
        ("x-grpc-test-echo-trailing-bin", trailing),
    ]
    _, call = service.EmptyCall.with_call(testing["empty_pb2"].Empty(), metadata=metadata)
    assert dict(call.initial_metadata())["x-grpc-test-echo-initial"] == initial
    assert dict(call.trailing_metadata())["x-grpc-test-echo-trailing-bin"] == trailing


def test_status_and_message(service, messages):
    for text in [
        "test status message",
        "\t\ntest with whitespace\r\nand Unicode BMP ☺ and non-BMP 😈\t\n",
    ]:
        request = messages.SimpleRequest(response_status=messages.EchoStatus(code=2, message=text))
        with pytest.raises(grpc.RpcError) as failed:
            service.UnaryCall(request, timeout=10)
        assert failed.value.code() == grpc.StatusCode.UNKNOWN
        assert failed.value.details() == text


def test_what_is_not_there_is_unimplemented(service, testing):
    with pytest.raises(grpc.RpcError) as missing:
        service.UnimplementedCall(testing["empty_pb2"].Empty(), timeout=10)
    assert missing.value.code() == grpc.StatusCode.UNIMPLEMENTED


def test_cancellation_and_deadline(service, messages):
    begun = service.StreamingInputCall.future(iter([]))
    begun.cancel()
    assert begun.code() == grpc.StatusCode.CANCELLED

    requests: queue.Queue = queue.Queue()
    requests.put(output(messages, 31415))
    call = service.FullDuplexCall(iter(requests.get, None), timeout=20)
    next(call)
    call.cancel()
    with pytest.raises(grpc.RpcError):
        next(call)
    assert call.code() == grpc.StatusCode.CANCELLED
    requests.put(None)

    request = output(messages, 10, interval_us=30_000_000)
    with pytest.raises(grpc.RpcError) as late:
        list(service.FullDuplexCall(iter([request]), timeout=0.05))
    assert late.value.code() == grpc.StatusCode.DEADLINE_EXCEEDED
