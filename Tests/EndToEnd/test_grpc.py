"""Plain gRPC: a foreign client, which knows our protos or only our reflection."""

import grpc
import pytest
from conftest import certificate, channel_of
from google.protobuf import descriptor_pool, message_factory
from google.rpc import error_details_pb2
from grpc_health.v1 import health_pb2, health_pb2_grpc
from grpc_reflection.v1alpha.proto_reflection_descriptor_database import (
    ProtoReflectionDescriptorDatabase,
)
from grpc_status import rpc_status

PARENT = "projects/default"


def details(error: grpc.RpcError, kind):
    """The details of one kind that an error carries."""
    found = []
    for detail in rpc_status.from_call(error).details:
        message = kind()
        if detail.Unpack(message):
            found.append(message)
    return found


@pytest.fixture
def catalog(channel, stubs):
    return stubs.catalog_service_grpc.CatalogServiceStub(channel)


def create(catalog, stubs, name, **options):
    source = stubs.source.Source(kind=stubs.source.SOURCE_KIND_FILE)
    request = stubs.catalog_service.CreateSourceRequest(
        parent=PARENT, source_id=name, source=source
    )
    return catalog.CreateSource(request, **options)


def test_health_knows_the_server_and_its_services(channel):
    health = health_pb2_grpc.HealthStub(channel)
    for service in ["", "pursight.v1.CatalogService"]:
        answer = health.Check(health_pb2.HealthCheckRequest(service=service))
        assert answer.status == health_pb2.HealthCheckResponse.SERVING
    with pytest.raises(grpc.RpcError) as unknown:
        health.Check(health_pb2.HealthCheckRequest(service="no.such.Service"))
    assert unknown.value.code() == grpc.StatusCode.NOT_FOUND


def test_reflection_is_enough_to_call_a_method(channel):
    database = ProtoReflectionDescriptorDatabase(channel)
    names = database.get_services()
    for service in ["Catalog", "Ingestion", "Quality", "Audit", "Access"]:
        assert f"pursight.v1.{service}Service" in names
    assert "grpc.health.v1.Health" in names
    pool = descriptor_pool.DescriptorPool(database)
    service = pool.FindServiceByName("pursight.v1.CatalogService")
    method = service.FindMethodByName("ListSources")
    request = message_factory.GetMessageClass(method.input_type)(parent=PARENT)
    answer = message_factory.GetMessageClass(method.output_type)
    call = channel.unary_unary(
        "/pursight.v1.CatalogService/ListSources",
        type(request).SerializeToString,
        answer.FromString,
    )
    assert len(call(request, timeout=10).sources) == 0


def test_a_mutation_answers_its_audit_id(channel, catalog, stubs):
    request = stubs.catalog_service.CreateSourceRequest(
        parent=PARENT, source_id="shop", source=stubs.source.Source(kind=1)
    )
    created, call = catalog.CreateSource.with_call(request)
    metadata = dict(call.initial_metadata()) | dict(call.trailing_metadata())
    event = metadata["x-pursight-audit-id"]
    assert created.meta.revision == 1 and created.meta.etag == '"1"'
    audit = stubs.audit_service_grpc.AuditServiceStub(channel)
    proof = audit.GetInclusionProof(
        stubs.audit_service.GetInclusionProofRequest(event_id=event), timeout=10
    )
    assert proof.checkpoint.size > proof.leaf.leaf_index


def test_errors_say_which_field_and_what_to_do(catalog, stubs):
    with pytest.raises(grpc.RpcError) as refused:
        create(catalog, stubs, "Not A Slug")
    assert refused.value.code() == grpc.StatusCode.INVALID_ARGUMENT
    (bad,) = details(refused.value, error_details_pb2.BadRequest)
    assert [violation.field for violation in bad.field_violations] == ["source_id"]

    create(catalog, stubs, "shop")
    with pytest.raises(grpc.RpcError) as taken:
        create(catalog, stubs, "shop")
    assert taken.value.code() == grpc.StatusCode.ALREADY_EXISTS
    (info,) = details(taken.value, error_details_pb2.ErrorInfo)
    assert info.domain == "pursight" and info.reason == info.reason.upper()
    assert "shop" in taken.value.details()


def test_a_stale_etag_is_refused(catalog, stubs):
    source = create(catalog, stubs, "shop")
    for description, etag in [("first", source.meta.etag), ("second", source.meta.etag)]:
        source.description = description
        request = stubs.catalog_service.UpdateSourceRequest(source=source, etag=etag)
        if description == "first":
            assert catalog.UpdateSource(request).meta.revision == 2
        else:
            with pytest.raises(grpc.RpcError) as stale:
                catalog.UpdateSource(request)
            assert stale.value.code() == grpc.StatusCode.ABORTED


def test_a_request_id_gives_the_first_answer_again(catalog, stubs):
    request = stubs.catalog_service.CreateSourceRequest(
        parent=PARENT, source_id="shop", source=stubs.source.Source(kind=1),
        request_id="6c1d3b1e-8f8a-4b7e-9a4b-0d2f3c4e5a6b",
    )  # fmt: skip
    assert catalog.CreateSource(request).meta.uid == catalog.CreateSource(request).meta.uid


def test_pages_follow_one_another_and_their_tokens_are_not_forged(catalog, stubs):
    names = [f"source-{i}" for i in range(7)]
    for name in names:
        create(catalog, stubs, name)
    request = stubs.catalog_service.ListSourcesRequest(parent=PARENT, page_size=3)
    found, sizes = [], []
    while True:
        page = catalog.ListSources(request)
        sizes.append(len(page.sources))
        found += [source.name.rsplit("/", 1)[1] for source in page.sources]
        if not page.next_page_token:
            break
        request.page_token = page.next_page_token
    assert found == names and sizes == [3, 3, 1]
    token = request.page_token
    request.page_token = token[:-2] + ("AA" if token[-2:] != "AA" else "BB")
    with pytest.raises(grpc.RpcError) as forged:
        catalog.ListSources(request)
    assert forged.value.code() == grpc.StatusCode.INVALID_ARGUMENT


def test_who_has_no_role_or_only_a_viewers_is_refused(server, stubs):
    with channel_of(server, certificate(server, "ana")) as channel:
        catalog = stubs.catalog_service_grpc.CatalogServiceStub(channel)
        request = stubs.catalog_service.ListSourcesRequest(parent=PARENT)
        with pytest.raises(grpc.RpcError) as stranger:
            catalog.ListSources(request)
        assert stranger.value.code() == grpc.StatusCode.PERMISSION_DENIED
        server.ctl("role", "grant", "viewer", "spiffe://dev/ana")
        assert len(catalog.ListSources(request).sources) == 0
        with pytest.raises(grpc.RpcError) as viewer:
            create(catalog, stubs, "shop")
        assert viewer.value.code() == grpc.StatusCode.PERMISSION_DENIED
        assert "catalog.sources.create" in viewer.value.details()


def test_nobody_enters_without_a_certificate_of_ours(server, programs, place, stubs):
    read = open(server.ready["ca"], "rb").read()
    with grpc.secure_channel(
        server.ready["address"], grpc.ssl_channel_credentials(read)
    ) as channel:
        access = stubs.access_service_grpc.AccessServiceStub(channel)
        with pytest.raises(grpc.RpcError) as refused:
            access.GetCaller(stubs.access_service.GetCallerRequest(), timeout=5)
        assert refused.value.code() in (
            grpc.StatusCode.UNAVAILABLE,
            grpc.StatusCode.UNAUTHENTICATED,
        )


def test_what_does_not_exist_is_unimplemented(channel):
    for path in ["/pursight.v1.CatalogService/NoSuchMethod", "/no.such.Service/Method"]:
        with pytest.raises(grpc.RpcError) as unknown:
            channel.unary_unary(path)(b"", timeout=5)
        assert unknown.value.code() == grpc.StatusCode.UNIMPLEMENTED


def test_bytes_that_are_no_message_are_an_invalid_argument(channel):
    call = channel.unary_unary("/pursight.v1.CatalogService/GetSource")
    for body in [b"\xff", b"\x0a\xff", b"\x0a\x02\xc3\x28", b"\x0a" + b"\xff" * 10]:
        with pytest.raises(grpc.RpcError) as refused:
            call(body, timeout=5)
        assert refused.value.code() == grpc.StatusCode.INVALID_ARGUMENT, body
