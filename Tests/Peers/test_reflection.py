"""grpc-requests: calls made of nothing but what reflection says, as grpcurl makes them."""

import grpc
import pytest
from grpc_requests.client import Client


@pytest.fixture(scope="module")
def client(dev):
    files = {name: open(dev.ready[name], "rb").read() for name in ("ca", "cert", "key")}
    return Client.get_by_endpoint(
        dev.ready["address"], ssl=True,
        credentials={
            "root_certificates": files["ca"], "private_key": files["key"],
            "certificate_chain": files["cert"],
        },
    )  # fmt: skip


def test_every_service_is_listed(client):
    ours = {"Catalog", "Ingestion", "Quality", "Audit", "Access"}
    assert {f"pursight.v1.{name}Service" for name in ours} <= set(client.service_names)
    assert "grpc.health.v1.Health" in client.service_names


def test_calls_take_and_give_dictionaries(client):
    catalog = "pursight.v1.CatalogService"
    source = {
        "parent": "projects/default", "source_id": "reflected",
        "source": {"display_name": "Reflected", "kind": "SOURCE_KIND_API"},
    }  # fmt: skip
    made = client.request(catalog, "CreateSource", source)
    assert made["name"] == "projects/default/sources/reflected"
    assert client.request(catalog, "GetSource", {"name": made["name"]}) == made
    health = client.request("grpc.health.v1.Health", "Check", {"service": catalog})
    assert health == {"status": "SERVING"}
    with pytest.raises(grpc.RpcError) as caught:
        client.request(catalog, "GetSource", {"name": "projects/default/sources/nowhere"})
    assert caught.value.code() == grpc.StatusCode.NOT_FOUND
