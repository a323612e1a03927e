"""`pursightd serve` as systemd or Kubernetes would run it, with certificates of a test's own."""

from __future__ import annotations

import json
import os
import pathlib
import signal
import socket
import ssl
import subprocess
import time

from frames import PREFACE, Closed, Connection, call, setting
from pki import Authority

GET_CALLER = "/pursight.v1.AccessService/GetCaller"
HEALTH = "/grpc.health.v1.Health/Check"
LIMIT = 60


class Site:
    """A database and everything that `serve` needs, the certificates included."""

    def __init__(self, dev, folder: pathlib.Path):
        dev.superuser("CREATE DATABASE production OWNER pursight_owner")
        self.programs, self.folder = dev.programs, folder
        lines = next(dev.data.glob("pg*/postmaster.pid")).read_text().splitlines()
        url = lambda role: f"host={lines[4]} port={lines[3]} dbname=production user={role}"  # noqa: E731
        self.authority = Authority(folder)
        self.new_server_certificate()
        self.good = self.authority.issue("good", uris=["spiffe://prod/good"])
        self.revoked = self.authority.issue("revoked", uris=["spiffe://prod/revoked"])
        self.list = folder / "revoked.crl"
        self.authority.revoke(self.list, self.revoked["cert"])
        (folder / "master.key").write_text("00" * 32)
        self.config = folder / "pursightd.yaml"
        self.config.write_text(f"""
            listen: 127.0.0.1:0
            plaintext_listen: 127.0.0.1:0
            admin_listen: 127.0.0.1:0
            tls:
              certificate: {folder}/server.pem
              private_key: {folder}/server.key
              client_ca: {folder}/ca.pem
              revocation_list: {self.list}
              trust_domain: prod
            database:
              url: {url("pursight_app")}
              owner_url: {url("pursight_owner")}
            audit:
              signing_key_file: {dev.data}/audit.key
              master_key_file: {folder}/master.key
              origin: pursight-test
            """)
        command = [self.programs / "pursightd", "migrate", "apply", "--config", self.config]
        subprocess.run(command, check=True, capture_output=True, timeout=LIMIT)

    def new_server_certificate(self) -> None:
        self.authority.issue("server", dns=["localhost"], addresses=["127.0.0.1"])

    def context(self, identity: dict | None = None, protocols=("h2",)) -> ssl.SSLContext:
        context = ssl.create_default_context(cafile=self.authority.path)
        # Test keys may be weak; the server is to refuse them, not we.
        context.set_ciphers("DEFAULT:@SECLEVEL=0")
        if identity:
            context.load_cert_chain(identity["cert"], identity["key"])
        if protocols:
            context.set_alpn_protocols(list(protocols))
        return context


class Serve:
    """A running `pursightd serve`."""

    def __init__(self, site: Site, *arguments, notify: socket.socket | None = None, **options):
        environment = dict(os.environ) | options.pop("environment", {})
        if notify:
            environment["NOTIFY_SOCKET"] = notify.getsockname()
        self.site = site
        self.log = site.folder / f"log-{time.monotonic_ns()}"
        command = [site.programs / "pursightd", "serve", "--config", site.config, *arguments]
        with open(self.log, "wb") as log:
            self.child = subprocess.Popen(
                options.pop("wrap", []) + command, stdout=subprocess.PIPE, stderr=log, text=True,
                env=environment, **options,
            )  # fmt: skip
        line = self.child.stdout.readline()
        assert line, self.log.read_text()
        self.ready = json.loads(line)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        if self.child.poll() is None:
            self.child.send_signal(signal.SIGTERM)
            self.child.wait(LIMIT)
        self.child.stdout.close()

    @property
    def port(self) -> int:
        return int(self.ready["address"].rsplit(":", 1)[1])

    def connect(self, identity: dict | None = None, context=None, **options) -> Connection:
        return Connection(self.port, context or self.site.context(identity), **options)

    def reload(self) -> str:
        """Sends SIGHUP; returns what the log says to it."""
        before = len(self.log.read_text())
        os.kill(self.ready["pid"], signal.SIGHUP)
        limit = time.monotonic() + LIMIT
        while time.monotonic() < limit:
            new = self.log.read_text()[before:]
            if "certificates" in new:
                return new
            time.sleep(0.01)
        raise AssertionError("nothing was read again")


def answer(serve: Serve, identity: dict | None = None, context=None) -> str:
    """What a caller gets: a grpc-status, or `refused` where it gets no connection."""
    try:
        with serve.connect(identity, context, greet=False) as connection:
            connection.send(PREFACE + setting() + call(1, GET_CALLER))
            connection.read(lambda one: one.stream == 1 and one.ends_stream)
            return connection.status_of(1) or "refused"
    except (OSError, Closed):
        return "refused"
