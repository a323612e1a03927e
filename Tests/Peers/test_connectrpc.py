"""connectrpc's client in all three protocols, with protobuf and with JSON, over HTTP/2."""

import asyncio

import pytest
from connectrpc.client import ResponseMetadata
from connectrpc.code import Code
from connectrpc.compat import google_protobuf_binary_codec, google_protobuf_json_codec
from connectrpc.compression.gzip import GzipCompression
from connectrpc.errors import ConnectError
from connectrpc.protocol import ProtocolType
from google.rpc import error_details_pb2
from pyqwest import Client, HTTPTransport, HTTPVersion, SyncClient, SyncHTTPTransport

WAYS = [
    (protocol, codec)
    for protocol in ProtocolType
    for codec in ("proto", "json")
    # gRPC's own listeners take protobuf only.
    if (protocol, codec) != (ProtocolType.GRPC, "json")
]


def codec_of(name: str):
    return google_protobuf_json_codec() if name == "json" else google_protobuf_binary_codec()


@pytest.fixture(scope="session", params=["h2c", "tls"])
def reached(request, interop, interop_tls):
    """The address of a server and how it is reached over HTTP/2."""
    if request.param == "h2c":
        transport = SyncHTTPTransport(http_version=HTTPVersion.HTTP2)
        return interop.url, SyncClient(transport)
    transport = SyncHTTPTransport(tls_ca_cert=interop_tls.ca.read_bytes())
    return interop_tls.url, SyncClient(transport)


@pytest.fixture(params=WAYS, ids=lambda way: f"{way[0].name}-{way[1]}")
def service(request, reached, stubs):
    """A client of gRPC's test service, and the messages it is asked with."""
    protocol, codec = request.param
    url, http = reached
    with stubs.test_connect.TestServiceClientSync(
        url, protocol=protocol, codec=codec_of(codec), http_client=http
    ) as client:
        yield client


@pytest.fixture
def messages(stubs):
    return stubs.messages


def sized(messages, *sizes):
    """A request for a stream of payloads."""
    parameters = [messages.ResponseParameters(size=size) for size in sizes]
    return messages.StreamingOutputCallRequest(response_parameters=parameters)


@pytest.mark.parametrize("size", [0, 1, 100_000, 5_000_000])
def test_unary(service, messages, size):
    request = messages.SimpleRequest(response_size=size)
    request.payload.body = bytes(size // 2)
    assert service.unary_call(request).payload.body == bytes(size)


def test_server_stream(service, messages):
    sizes = [1, 0, 300_000, 7, 2_000_000]
    answers = service.streaming_output_call(sized(messages, *sizes))
    assert [len(answer.payload.body) for answer in answers] == sizes


def test_client_stream(service, messages):
    sizes = [27182, 8, 1828, 1_000_000]
    requests = (
        messages.StreamingInputCallRequest(payload=messages.Payload(body=bytes(size)))
        for size in sizes
    )
    assert service.streaming_input_call(requests).aggregated_payload_size == sum(sizes)


def test_bidirectional_stream(service, messages):
    asked = iter([sized(messages, 10), sized(messages, 20, 30), sized(messages, 400_000)])
    answers = [len(answer.payload.body) for answer in service.full_duplex_call(asked)]
    assert answers == [10, 20, 30, 400_000]


@pytest.mark.parametrize("way", WAYS, ids=lambda way: f"{way[0].name}-{way[1]}")
def test_each_side_waits_for_the_other(interop, stubs, messages, way):
    """A request goes out when the answer to the last one is here, and the rest is given up."""
    protocol, codec = way
    sizes = [31415, 9, 2653, 58979, 0]

    async def ping_pong():
        arrived = asyncio.Queue()

        async def requests():
            for size in sizes:
                yield sized(messages, size)
                assert await arrived.get() == size
            # The server's answer to an end that never comes is not waited for.
            await asyncio.sleep(3600)

        http = Client(HTTPTransport(http_version=HTTPVersion.HTTP2))
        async with stubs.test_connect.TestServiceClient(
            interop.url, protocol=protocol, codec=codec_of(codec), http_client=http
        ) as client:
            answers = client.full_duplex_call(requests())
            for _ in sizes:
                answer = await anext(answers)
                arrived.put_nowait(len(answer.payload.body))
            await answers.aclose()

    asyncio.run(asyncio.wait_for(ping_pong(), 60))


@pytest.mark.parametrize("number", range(1, 17))
def test_every_code_and_any_text_arrives(service, messages, number):
    text = "\t\ntest with whitespace\r\nand Unicode BMP ☺ and non-BMP 😈\t\n % é"
    request = messages.SimpleRequest()
    request.response_status.code, request.response_status.message = number, text
    with pytest.raises(ConnectError) as caught:
        service.unary_call(request)
    names = [
        "CANCELED", "UNKNOWN", "INVALID_ARGUMENT", "DEADLINE_EXCEEDED", "NOT_FOUND",
        "ALREADY_EXISTS", "PERMISSION_DENIED", "RESOURCE_EXHAUSTED", "FAILED_PRECONDITION",
        "ABORTED", "OUT_OF_RANGE", "UNIMPLEMENTED", "INTERNAL", "UNAVAILABLE", "DATA_LOSS",
        "UNAUTHENTICATED",
    ]  # fmt: skip
    assert (caught.value.code, caught.value.message) == (Code[names[number - 1]], text)


def test_a_stream_fails_after_its_first_messages(service, messages):
    failing = messages.StreamingOutputCallRequest()
    failing.response_status.code, failing.response_status.message = 9, "enough"
    seen = []
    with pytest.raises(ConnectError) as caught:
        for answer in service.full_duplex_call(iter([sized(messages, 5, 6), failing])):
            seen.append(len(answer.payload.body))
    assert seen == [5, 6]
    assert (caught.value.code, caught.value.message) == (Code.FAILED_PRECONDITION, "enough")


def test_metadata_before_and_behind_the_messages(service, stubs, messages):
    sent = {"x-grpc-test-echo-initial": "here", "x-grpc-test-echo-trailing-bin": "q6ur"}
    with ResponseMetadata() as seen:
        service.empty_call(stubs.empty.Empty(), headers=sent)
    assert seen.headers["x-grpc-test-echo-initial"] == "here"
    assert seen.trailers["x-grpc-test-echo-trailing-bin"].rstrip("=") == "q6ur"
    with ResponseMetadata() as seen:
        list(service.full_duplex_call(iter([sized(messages, 1)]), headers=sent))
    assert seen.headers["x-grpc-test-echo-initial"] == "here"
    assert seen.trailers["x-grpc-test-echo-trailing-bin"].rstrip("=") == "q6ur"


def test_compressed_both_ways(service, messages):
    request = messages.SimpleRequest(response_size=50_000)
    request.payload.body = bytes(100_000)
    request.expect_compressed.value = True
    request.response_compressed.value = True
    assert service.unary_call(request).payload.body == bytes(50_000)
    asked = sized(messages, 50_000, 50_000)
    for parameters in asked.response_parameters:
        parameters.compressed.value = True
    answers = [len(a.payload.body) for a in service.streaming_output_call(asked)]
    assert answers == [50_000, 50_000]


def test_a_deadline_passes(service, messages):
    asked = sized(messages, 1)
    asked.response_parameters[0].interval_us = 30_000_000
    with pytest.raises(ConnectError) as caught:
        list(service.streaming_output_call(asked, timeout_ms=200))
    assert caught.value.code == Code.DEADLINE_EXCEEDED


def test_a_method_that_is_not_there(reached, stubs):
    url, http = reached
    for protocol in ProtocolType:
        with stubs.test_connect.UnimplementedServiceClientSync(
            url, protocol=protocol, http_client=http
        ) as client, pytest.raises(ConnectError) as caught:
            client.unimplemented_call(stubs.empty.Empty())
        assert caught.value.code == Code.UNIMPLEMENTED


@pytest.fixture(params=WAYS, ids=lambda way: f"{way[0].name}-{way[1]}")
def catalog(request, dev, stubs):
    """A client of PurSight's catalog as the administrator."""
    protocol, codec = request.param
    files = {name: open(dev.ready[name], "rb").read() for name in ("ca", "cert", "key")}
    transport = SyncHTTPTransport(
        tls_ca_cert=files["ca"], tls_cert=files["cert"], tls_key=files["key"]
    )
    with stubs.catalog_service_connect.CatalogServiceClientSync(
        f"https://{dev.ready['address']}", protocol=protocol, codec=codec_of(codec),
        http_client=SyncClient(transport), send_compression=GzipCompression(),
    ) as client:  # fmt: skip
        yield client


def test_the_catalog_and_its_errors_with_details(catalog, stubs):
    service = stubs.catalog_service
    with pytest.raises(ConnectError) as caught:
        catalog.create_source(service.CreateSourceRequest(source_id="No Slug"))
    assert caught.value.code == Code.INVALID_ARGUMENT
    details = {detail.type_name: detail.message_bytes for detail in caught.value.details}
    broken = error_details_pb2.BadRequest.FromString(details["google.rpc.BadRequest"])
    assert {"parent", "source_id"} <= {violation.field for violation in broken.field_violations}
    request = service.ListSourcesRequest(parent="projects/default")
    assert catalog.list_sources(request) == service.ListSourcesResponse()


def test_get_for_what_changes_nothing(dev, stubs, catalog):
    request = stubs.catalog_service.ListSourcesRequest(parent="projects/default")
    if "use_get" not in type(catalog).list_sources.__code__.co_varnames:
        pytest.fail("the generated client offers no GET for a method without side effects")
    posted = catalog.list_sources(request)
    assert catalog.list_sources(request, use_get=True) == posted
