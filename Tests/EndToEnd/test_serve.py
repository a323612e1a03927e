"""pursightd serve and migrate: a server for production, beside a database that others run."""

import json
import os
import pathlib
import signal
import subprocess

import grpc
import pytest
from grpc_health.v1 import health_pb2, health_pb2_grpc

LIMIT = 60


class Site:
    """A database without tables, and everything that `serve` needs."""

    def __init__(self, server, folder: pathlib.Path):
        server.superuser("CREATE DATABASE site OWNER pursight_owner")
        self.programs = server.programs
        lines = next(server.data.glob("pg*/postmaster.pid")).read_text().splitlines()
        self.url = lambda role: f"host={lines[4]} port={lines[3]} dbname=site user={role}"
        self.files = {key: pathlib.Path(server.ready[key]) for key in ["ca", "cert", "key"]}
        pki = self.files["ca"].parent
        (folder / "master.key").write_text("00" * 32)
        self.config = folder / "pursightd.yaml"
        self.config.write_text(f"""
            listen: 127.0.0.1:0
            plaintext_listen: 127.0.0.1:0
            admin_listen: 127.0.0.1:0
            tls:
              certificate: {pki}/server.pem
              private_key: {pki}/server.key
              client_ca: {pki}/ca.pem
              trust_domain: dev
            database:
              url: {self.url("pursight_app")}
              owner_url: {self.url("pursight_owner")}
            audit:
              signing_key_file: {server.data}/audit.key
              master_key_file: {folder}/master.key
              origin: pursight-test
            """)

    def run(self, *arguments, **environment) -> subprocess.CompletedProcess:
        return subprocess.run(
            [self.programs / "pursightd", *arguments, "--config", self.config],
            capture_output=True, text=True, timeout=LIMIT, env=os.environ | environment,
        )  # fmt: skip


@pytest.fixture
def site(server, place) -> Site:
    folder = place / "site"
    folder.mkdir()
    return Site(server, folder)


def test_migrate_says_does_and_remembers(site):
    assert site.run("migrate", "status").stdout.startswith("pending  1  foundation")
    assert site.run("migrate", "plan").stdout.startswith("would apply  1  foundation  sha256 ")
    assert site.run("migrate", "apply").stdout.startswith("applied  1  foundation")
    assert site.run("migrate", "apply").stdout == "Nothing to do.\n"
    assert site.run("migrate", "status").stdout.startswith("applied  1  foundation  20")


def test_serve_refuses_an_old_database_with_the_line_to_type(site):
    refused = site.run("serve")
    assert refused.returncode == 69 and refused.stdout == ""
    assert f"Type: pursightd migrate apply --config {site.config}" in refused.stderr


def test_serve_refuses_to_run_as_the_owner(site):
    assert site.run("migrate", "apply").returncode == 0
    refused = site.run("serve", PURSIGHT_DATABASE_URL=site.url("pursight_owner"))
    assert refused.returncode == 78
    assert "pursight_owner" in refused.stderr and "pursight_app" in refused.stderr


@pytest.mark.parametrize(
    "before, after, said",
    [
        ("trust_domain: dev", 'trust_domain: ""', "tls.trust_domain is not set"),
        ("origin:", "orign:", 'did you mean "audit.origin"?'),
        ("server.key", "missing.key", "missing.key cannot be read"),
        ("master.key", "pursightd.yaml", "openssl rand -hex 32"),
        ("user=pursight_app", "user=nobody-there", "cannot be reached"),
    ],
)
def test_serve_refuses_a_wrong_configuration_and_says_what_to_do(site, before, after, said):
    assert site.run("migrate", "apply").returncode == 0
    text = site.config.read_text()
    assert before in text
    site.config.write_text(text.replace(before, after, 1))
    refused = site.run("serve")
    assert refused.returncode in (69, 74, 78) and refused.stdout == ""
    assert said in refused.stderr


def test_serve_answers_over_mtls_and_ends_on_sigterm(site, stubs):
    assert site.run("migrate", "apply").returncode == 0
    process = subprocess.Popen(
        [site.programs / "pursightd", "serve", "--config", site.config],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    try:
        ready = json.loads(process.stdout.readline())
        assert "cert" not in ready and "key" not in ready
        with grpc.insecure_channel(ready["plaintext"]) as channel:
            health = health_pb2_grpc.HealthStub(channel).Check(health_pb2.HealthCheckRequest())
            assert health.status == health_pb2.HealthCheckResponse.SERVING
        read = {key: path.read_bytes() for key, path in site.files.items()}
        credentials = grpc.ssl_channel_credentials(read["ca"], read["key"], read["cert"])
        with grpc.secure_channel(ready["address"], credentials) as channel:
            access = stubs.access_service_grpc.AccessServiceStub(channel)
            caller = access.GetCaller(stubs.access_service.GetCallerRequest(), timeout=10)
            assert caller.principal == "spiffe://dev/admin" and not caller.roles
            with pytest.raises(grpc.RpcError) as refused:
                access.ListRoles(stubs.access_service.ListRolesRequest(), timeout=10)
            assert refused.value.code() == grpc.StatusCode.PERMISSION_DENIED
            assert "access.roles.list" in refused.value.details()
    finally:
        process.send_signal(signal.SIGTERM)
        rest, _ = process.communicate(timeout=LIMIT)
    assert process.returncode == 0 and rest == ""
