#!/usr/bin/env python3
"""Writes Tests/Crypto/HostileCertificates.swift with the Python package `cryptography`.

Run: python3 Tests/Interop/crypto_vectors.py > Tests/Crypto/HostileCertificates.swift
The keys are thrown away, so each run writes other bytes with the same properties.
"""
import base64
import datetime

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID as EKU
from cryptography.x509.oid import NameOID

START = datetime.datetime(2026, 1, 1, tzinfo=datetime.timezone.utc)
END = datetime.datetime(2060, 1, 1, tzinfo=datetime.timezone.utc)
CA_KEY = ec.generate_private_key(ec.SECP256R1())
BOTH = [EKU.SERVER_AUTH, EKU.CLIENT_AUTH]


def uri(text):
    return x509.UniformResourceIdentifier(text)


def leaf(names, ca=False, sign_certificates=False, digital=True, purposes=BOTH):
    key = ec.generate_private_key(ec.SECP256R1())
    builder = (
        x509.CertificateBuilder()
        .subject_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "leaf")]))
        .issuer_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "test CA")]))
        .not_valid_before(START).not_valid_after(END)
        .serial_number(x509.random_serial_number()).public_key(key.public_key())
        .add_extension(x509.BasicConstraints(ca, None), critical=True)
        .add_extension(
            x509.KeyUsage(digital, not digital, False, False, False, sign_certificates, False,
                          False, False), critical=True))
    if names:
        builder = builder.add_extension(x509.SubjectAlternativeName(names), critical=False)
    if purposes:
        builder = builder.add_extension(x509.ExtendedKeyUsage(purposes), critical=False)
    certificate = builder.sign(CA_KEY, hashes.SHA256())
    return base64.b64encode(certificate.public_bytes(serialization.Encoding.DER)).decode()


GOOD = "spiffe://dev/admin"
CASES = [
    ("good", leaf([uri(GOOD)])),
    ("goodWithoutPurposes", leaf([uri(GOOD)], purposes=None)),
    ("goodWithHostName", leaf([x509.DNSName("a.example"), uri(GOOD)])),
    ("twoURIs", leaf([uri(GOOD), uri("spiffe://dev/viewer")])),
    ("foreignTrustDomain", leaf([uri("spiffe://dev.example/admin")])),
    ("noPath", leaf([uri("spiffe://dev")])),
    ("hostNameOnly", leaf([x509.DNSName("dev")])),
    ("webURI", leaf([uri("https://dev/admin")])),
    ("dotDotInPath", leaf([uri("spiffe://dev/viewer/../admin")])),
    ("upperCaseTrustDomain", leaf([uri("spiffe://DEV/admin")])),
    ("authority", leaf([uri(GOOD)], ca=True)),
    ("certificateSigner", leaf([uri(GOOD)], ca=True, sign_certificates=True)),
    ("noDigitalSignature", leaf([uri(GOOD)], digital=False)),
    ("serverOnly", leaf([uri(GOOD)], purposes=[EKU.SERVER_AUTH])),
    ("noNames", leaf([])),
]

print("// Written by Tests/Interop/crypto_vectors.py; do not edit.\n")
print("/// Leaf certificates from an independent writer (Python `cryptography`), DER in base64.")
print("enum HostileCertificates {")
for name, der in CASES:
    print(f'  static let {name} = """')
    for start in range(0, len(der), 88):
        print(f"    {der[start:start + 88]}" + ("\\" if start + 88 < len(der) else ""))
    print('    """')
print("}")
