"""Who gets in, by which protocol, and how certificates change while the server runs."""

import pathlib
import ssl
import subprocess
import tempfile
import threading
import time

import pytest
from conftest import Running
from cryptography.x509.oid import ExtendedKeyUsageOID
from frames import Closed
from pki import HOUR, Authority, small_key, usage
from production import GET_CALLER, Serve, Site, answer


@pytest.fixture(scope="module")
def site(programs):
    with tempfile.TemporaryDirectory(prefix="pursight-tls-") as name:
        folder = pathlib.Path(name)
        folder.chmod(0o755)
        dev = Running(programs, folder / "dev", 0)
        dev.start()
        (folder / "site").mkdir()
        yield Site(dev, folder / "site")
        dev.stop()


@pytest.fixture(scope="module")
def serve(site):
    with Serve(site) as serve:
        yield serve


def own(**options):
    """A certificate of the right CA, for spiffe://prod/x unless said otherwise."""
    options.setdefault("uris", ["spiffe://prod/x"])
    return lambda site: site.authority.issue("x", **options)


def other_authority(site):
    folder = site.folder / "other"
    folder.mkdir(exist_ok=True)
    return Authority(folder).issue("x", uris=["spiffe://prod/x"])


def deep_chain(site):
    one, chain = site.authority, []
    for depth in range(5):
        one = Authority(site.folder, f"ca-{depth}", one)
        chain.insert(0, one.certificate)
    return one.issue("deep", uris=["spiffe://prod/x"], chain=chain)



# The name of the case, the certificate, what its bearer gets: 0 OK, 16 UNAUTHENTICATED.
MATRIX = [
    ("good", own(), "0"),
    ("no extended key usage", own(purposes=None), "0"),
    ("none at all", lambda site: None, "refused"),
    ("another authority", other_authority, "refused"),
    ("expired", own(begins=-2 * HOUR, ends=-HOUR), "refused"),
    ("not valid yet", own(begins=HOUR, ends=2 * HOUR), "refused"),
    ("for servers only", own(purposes=[ExtendedKeyUsageOID.SERVER_AUTH]), "refused"),
    ("a key of 1,024 bits", lambda site: own(key=small_key())(site), "refused"),
    ("revoked", lambda site: site.revoked, "refused"),
    ("a chain too long", deep_chain, "refused"),
    ("an authority's own", own(is_authority=True), "refused"),
    ("may sign certificates", own(key_usage=usage(key_cert_sign=True)), "refused"),
    ("may sign revocation lists", own(key_usage=usage(crl_sign=True)), "refused"),
    ("two URIs", own(uris=["spiffe://prod/x", "spiffe://prod/y"]), "16"),
    ("a SPIFFE ID and another URI", own(uris=["spiffe://prod/x", "https://prod/x"]), "16"),
    ("another trust domain", own(uris=["spiffe://elsewhere/x"]), "16"),
    ("a trust domain that begins like ours", own(uris=["spiffe://prod.evil/x"]), "16"),
    ("an ID without a path", own(uris=["spiffe://prod"]), "16"),
    ("an ID with an empty path", own(uris=["spiffe://prod/"]), "16"),
    ("a host name only", own(uris=[], dns=["prod"]), "16"),
    ("another scheme", own(uris=["https://prod/x"]), "16"),
    ("dots in the path", own(uris=["spiffe://prod/a/../x"]), "16"),
    ("an upper-case trust domain", own(uris=["spiffe://PROD/x"]), "16"),
    ("a port", own(uris=["spiffe://prod:443/x"]), "16"),
    ("a query", own(uris=["spiffe://prod/x?y"]), "16"),
    ("a percent sign", own(uris=["spiffe://prod/%78"]), "16"),
]  # fmt: skip


@pytest.mark.parametrize("make, expected", [row[1:] for row in MATRIX], ids=[row[0] for row in MATRIX])
def test_who_gets_in(serve, site, make, expected):
    assert answer(serve, make(site)) == expected


def test_only_tls_1_3(serve, site):
    context = site.context(site.good)
    context.maximum_version = ssl.TLSVersion.TLSv1_2
    assert answer(serve, context=context) == "refused"
    with serve.connect(site.good) as connection:
        assert connection.socket.version() == "TLSv1.3"
        assert connection.socket.compression() is None


@pytest.mark.parametrize(
    "protocols, expected",
    [(["h2"], "0"), (["http/1.1", "h2"], "0"), (["http/1.1"], "refused"), ([], "refused")],
)
def test_only_h2(serve, site, protocols, expected):
    assert answer(serve, context=site.context(site.good, protocols)) == expected


def test_no_early_data_no_renegotiation_no_weak_cipher(serve, site):
    def said(*arguments):
        command = ["openssl", "s_client", "-connect", f"127.0.0.1:{serve.port}", "-alpn", "h2"]
        command += ["-cert", site.good["cert"], "-key", site.good["key"], "-CAfile",
                    site.authority.path, *arguments]  # fmt: skip
        result = subprocess.run(command, input="Q\n", capture_output=True, text=True, timeout=30)
        return result.stdout + result.stderr

    text = said()
    assert "Verification: OK" in text and "New, TLSv1.3" in text
    assert "Compression: NONE" in text
    # A ticket that allowed early data would say so.
    assert "Max Early Data: 0" in text or "Max Early Data" not in text
    for cipher in ["TLS_AES_128_GCM_SHA256", "TLS_AES_256_GCM_SHA384", "TLS_CHACHA20_POLY1305_SHA256"]:
        assert f"Cipher is {cipher}" in said("-ciphersuites", cipher)
    for weak in ["TLS_AES_128_CCM_SHA256", "TLS_AES_128_CCM_8_SHA256"]:
        assert f"Cipher is {weak}" not in said("-ciphersuites", weak)
    for old in ["-tls1", "-tls1_1", "-tls1_2"]:
        assert "Cipher is (NONE)" in said(old)


def test_certificates_and_lists_change_under_load(site):
    with Serve(site) as serve:
        failed, ended = [], threading.Event()

        def load():
            with serve.connect(site.good) as kept:
                stream = 1
                while not ended.is_set():
                    try:
                        status = kept.unary(stream, GET_CALLER)
                    except Closed:
                        status = "closed"
                    if status != "0" or answer(serve, site.good) != "0":
                        failed.append(status)
                    stream += 2
                    ended.wait(0.01)

        def serial():
            with serve.connect(site.good) as connection:
                return connection.socket.getpeercert()["serialNumber"]

        thread = threading.Thread(target=load)
        thread.start()
        try:
            first = serial()
            # Half a pair: refused, the old one stays.
            site.new_server_certificate()
            whole = (site.folder / "server.pem").read_bytes()
            (site.folder / "server.pem").write_bytes(whole[: len(whole) // 2])
            assert "certificates stay as they are" in serve.reload()
            assert serial() == first
            (site.folder / "server.pem").write_bytes(whole)
            assert "read again" in serve.reload()
            assert serial() != first
            # A list that revokes one more.
            late = site.authority.issue("late", uris=["spiffe://prod/late"])
            assert answer(serve, late) == "0"
            site.authority.revoke(site.list, site.revoked["cert"], late["cert"])
            assert "read again" in serve.reload()
            assert answer(serve, late) == "refused"
            # No list at all, and an issuer that signs nothing of ours: reported, and no change.
            text = site.list.read_bytes()
            site.list.write_bytes(b"nothing")
            assert "holds no revocation list" in serve.reload()
            assert answer(serve, late) == "refused" and answer(serve, site.good) == "0"
            site.list.write_bytes(text)
        finally:
            ended.set()
            thread.join()
        assert not failed
        # A list that has run out lets nobody in (fail closed).
        site.authority.revoke(site.list, site.revoked["cert"], ends=-HOUR)
        assert "read again" in serve.reload()
        assert answer(serve, site.good) == "refused"
        site.authority.revoke(site.list, site.revoked["cert"])
        assert "read again" in serve.reload()


def test_changed_files_are_noticed_without_a_signal(serve, site):
    def serial():
        with serve.connect(site.good) as connection:
            return connection.socket.getpeercert()["serialNumber"]

    first = serial()
    site.new_server_certificate()
    limit = time.monotonic() + 30
    while serial() == first and time.monotonic() < limit:
        time.sleep(0.2)
    assert serial() != first
