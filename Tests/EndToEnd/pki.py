"""Certificates, as good or as bad as a test wants them. Made by pyca/cryptography, not by us."""

from __future__ import annotations

import datetime
import ipaddress
import pathlib

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

HOUR = datetime.timedelta(hours=1)
BOTH = [ExtendedKeyUsageOID.CLIENT_AUTH, ExtendedKeyUsageOID.SERVER_AUTH]


def now() -> datetime.datetime:
    return datetime.datetime.now(datetime.timezone.utc)


class Authority:
    def __init__(self, folder: pathlib.Path, name: str = "ca", issuer: Authority | None = None):
        self.folder = folder
        self.key = ec.generate_private_key(ec.SECP256R1())
        self.name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
        parent = issuer or self
        self.certificate = (
            x509.CertificateBuilder()
            .subject_name(self.name).issuer_name(parent.name).public_key(self.key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(now() - HOUR).not_valid_after(now() + 24 * HOUR)
            .add_extension(x509.BasicConstraints(True, None), True)
            .add_extension(usage(digital_signature=False, key_cert_sign=True, crl_sign=True), True)
            .sign(parent.key, hashes.SHA256())
        )  # fmt: skip
        self.path = folder / f"{name}.pem"
        self.path.write_bytes(pem(self.certificate))

    def issue(
        self, name: str, uris=(), dns=(), addresses=(), key=None, begins=-HOUR, ends=HOUR,
        purposes=BOTH, is_authority=False, key_usage=None, chain=(),
    ) -> dict[str, pathlib.Path]:  # fmt: skip
        """Writes a certificate and its key; returns where they are."""
        key = key or ec.generate_private_key(ec.SECP256R1())
        names = [x509.UniformResourceIdentifier(uri) for uri in uris]
        names += [x509.DNSName(one) for one in dns]
        names += [x509.IPAddress(ipaddress.ip_address(one)) for one in addresses]
        builder = (
            x509.CertificateBuilder()
            .subject_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)]))
            .issuer_name(self.name).public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(now() + begins).not_valid_after(now() + ends)
            .add_extension(x509.BasicConstraints(is_authority, None), True)
            .add_extension(key_usage or usage(), True)
        )  # fmt: skip
        if names:
            builder = builder.add_extension(x509.SubjectAlternativeName(names), False)
        if purposes:
            builder = builder.add_extension(x509.ExtendedKeyUsage(purposes), False)
        certificate = builder.sign(self.key, hashes.SHA256())
        files = {"cert": self.folder / f"{name}.pem", "key": self.folder / f"{name}.key"}
        files["cert"].write_bytes(b"".join(map(pem, [certificate, *chain])))
        files["key"].write_bytes(
            key.private_bytes(
                serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8,
                serialization.NoEncryption(),
            )
        )  # fmt: skip
        return files

    def revoke(self, path: pathlib.Path, *certificates: pathlib.Path, ends=HOUR) -> None:
        """Writes a revocation list."""
        builder = (
            x509.CertificateRevocationListBuilder()
            .issuer_name(self.name).last_update(now() - 2 * HOUR).next_update(now() + ends)
        )  # fmt: skip
        for one in certificates:
            serial = x509.load_pem_x509_certificate(one.read_bytes()).serial_number
            builder = builder.add_revoked_certificate(
                x509.RevokedCertificateBuilder().serial_number(serial)
                .revocation_date(now() - HOUR).build()
            )  # fmt: skip
        path.write_bytes(pem(builder.sign(self.key, hashes.SHA256())))


def usage(digital_signature=True, key_cert_sign=False, crl_sign=False) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=digital_signature, key_cert_sign=key_cert_sign, crl_sign=crl_sign,
        content_commitment=False, key_encipherment=False, data_encipherment=False,
        key_agreement=False, encipher_only=False, decipher_only=False,
    )  # fmt: skip


def pem(one) -> bytes:
    return one.public_bytes(serialization.Encoding.PEM)


def small_key():
    """A key of 1,024 bits, which nobody should take any more."""
    return rsa.generate_private_key(65_537, 1024)
