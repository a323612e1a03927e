"""`pursightd serve` and `migrate` on a database that PurSight did not make."""

import json
import pathlib
import signal
import subprocess

import pytest
from conftest import certificate, channel_of


class Production:
    """A database, a configuration, and the commands that use them."""

    def __init__(self, server, place: pathlib.Path):
        self.programs, self.environment = server.programs, server.environment
        server.superuser("CREATE DATABASE shop OWNER pursight_owner;")
        server.superuser("GRANT CONNECT ON DATABASE shop TO pursight_app;")
        lines = next(server.data.glob("pg*/postmaster.pid")).read_text().splitlines()
        self.url = f"host={lines[4]} port={lines[3]} dbname=shop user="
        self.config = place / "pursightd.yaml"
        pki = server.data / "pki"
        self.write(
            {
                "listen": "127.0.0.1:0",
                "database": {"url": self.url + "pursight_app"},
                "tls": {
                    "certificate": pki / "server.pem",
                    "private_key": pki / "server.key",
                    "client_ca": pki / "ca.pem",
                    "trust_domain": "dev",
                },
                "keys": {
                    "encryption_key": server.data / "encryption.key",
                    "audit_signing_key": server.data / "audit.key",
                    "audit_origin": "pursight-test",
                },
            }
        )

    def write(self, settings: dict) -> None:
        lines = []
        for key, value in settings.items():
            if isinstance(value, dict):
                lines.append(f"{key}:")
                lines += [f"  {name}: {json.dumps(str(inner))}" for name, inner in value.items()]
            else:
                lines.append(f"{key}: {json.dumps(str(value))}")
        self.config.write_text("\n".join(lines) + "\n")

    def command(self, *arguments: object) -> list[str]:
        return [str(self.programs / "pursightd"), *map(str, arguments)]

    def run(self, *arguments: object) -> subprocess.CompletedProcess:
        return subprocess.run(
            self.command(*arguments),
            env=self.environment,
            capture_output=True,
            text=True,
            timeout=60,
        )

    def migrate(self, verb: str) -> str:
        result = self.run("migrate", verb, "--database-owner-url", self.url + "pursight_owner")
        assert result.returncode == 0, result.stderr
        return result.stdout


@pytest.fixture
def production(server, place) -> Production:
    return Production(server, place)


def test_it_serves_what_was_migrated_and_says_what_to_type_before(server, production, stubs):
    too_early = production.run("serve", "--config", production.config)
    assert too_early.returncode != 0 and too_early.stdout == ""
    assert "pursightd migrate apply" in too_early.stderr

    planned = production.migrate("plan").splitlines()
    assert planned and all("would apply" in line for line in planned)
    assert len(production.migrate("apply").splitlines()) == len(planned)
    assert "Nothing to do." in production.migrate("apply")
    assert "pending" not in production.migrate("status")

    process = subprocess.Popen(
        production.command("serve", "--config", production.config), env=production.environment,
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    try:
        line = process.stdout.readline()
        assert line, process.stderr.read()
        ready = json.loads(line)
        assert ready["event"] == "ready" and "key" not in ready and "data_dir" not in ready
        identity = certificate(server, "shop-service")
        server.ready = server.ready | {"address": ready["address"]}
        with channel_of(server, identity) as channel:
            access = stubs.access_service_grpc.AccessServiceStub(channel)
            caller = access.GetCaller(stubs.access_service.GetCallerRequest(), timeout=10)
            assert caller.principal == "spiffe://dev/shop-service"
            assert list(caller.roles) == []
    finally:
        process.send_signal(signal.SIGTERM)
        process.communicate(timeout=60)
    assert process.returncode == 0


def test_it_refuses_to_run_as_the_owner(production):
    production.migrate("apply")
    text = production.config.read_text().replace("pursight_app", "pursight_owner")
    production.config.write_text(text)
    result = production.run("serve", "--config", production.config)
    assert result.returncode != 0 and "pursight_owner" in result.stderr


@pytest.mark.parametrize(
    "before, after, words",
    [("audit_origin", "audit_orgin", "audit_origin"), ("listen: ", "listen: [", "YAML"),
     ("trust_domain", "loops", "tls.loops")],
)  # fmt: skip
def test_a_mistake_in_the_file_is_named_with_its_line(production, before, after, words):
    production.config.write_text(production.config.read_text().replace(before, after, 1))
    result = production.run("serve", "--config", production.config)
    assert result.returncode != 0
    assert words in result.stderr and str(production.config) in result.stderr
