#!/usr/bin/env python3
"""Writes Tests/TransparencyLog/LogVectors.swift from an independent reading of the standards.

Run: python3 Tests/Interop/audit_vectors.py > Tests/TransparencyLog/LogVectors.swift
Needs the Python package `cryptography`. Trees and proofs are the recursive definitions of
RFC 6962 §2.1 word by word; the leaf is written after docs/audit-leaf.md.
"""
import base64
import hashlib
import struct
from functools import lru_cache

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM


def sha256(data):
    return hashlib.sha256(data).digest()


def body(index):
    return b"event %d" % index


@lru_cache(maxsize=None)
def root(start, end):
    if start == end:
        return sha256(b"")
    if end - start == 1:
        return sha256(b"\x00" + body(start))
    middle = start + split(end - start)
    return sha256(b"\x01" + root(start, middle) + root(middle, end))


def split(size):
    power = 1
    while power * 2 < size:
        power *= 2
    return power


def path(index, start, end):
    if end - start == 1:
        return []
    middle = start + split(end - start)
    if index < middle:
        return path(index, start, middle) + [root(middle, end)]
    return path(index, middle, end) + [root(start, middle)]


def subproof(old, start, end, whole):
    if old == end:
        return [] if whole else [root(start, end)]
    middle = start + split(end - start)
    if old <= middle:
        return subproof(old, start, middle, whole) + [root(middle, end)]
    return subproof(old, middle, end, False) + [root(start, middle)]


def text(value):
    data = value.encode()
    return struct.pack(">H", len(data)) + data


SEED = bytes(range(32))
PRIVATE = Ed25519PrivateKey.from_private_bytes(SEED)
PUBLIC = PRIVATE.public_key().public_bytes_raw()
ORIGIN = "pursight.example/log"
TIME = 1_763_733_731


def key_id(kind):
    return sha256(ORIGIN.encode() + b"\n" + bytes([kind]) + PUBLIC)[:4]


def note(size):
    words = f"{ORIGIN}\n{size}\n{base64.b64encode(root(0, size)).decode()}\n"
    plain = key_id(1) + PRIVATE.sign(words.encode())
    timed = key_id(4) + struct.pack(">Q", TIME) + PRIVATE.sign(
        f"cosignature/v1\ntime {TIME}\n{words}".encode())
    lines = [f"\u2014 {ORIGIN} {base64.b64encode(part).decode()}\n" for part in (plain, timed)]
    return words + "\n" + "".join(lines)


EVENT_ID = bytes.fromhex("019aa5c7e0007abc8def0123456789ab")
KEY_ID = bytes.fromhex("0f0e0d0c0b0a49088706050403020100")
SUBJECT_KEY = bytes(range(32, 64))


def sealed(field, value):
    nonce = bytes(range(12))
    context = b"pursight.audit.v1\x00" + EVENT_ID + KEY_ID + field.encode()
    box = nonce + AESGCM(SUBJECT_KEY).encrypt(nonce, value.encode(), context)
    return KEY_ID + struct.pack(">H", len(box)) + box


def full_leaf():
    out = b"\x01" + EVENT_ID + text("default") + struct.pack(">q", 1_763_733_731_123_456)
    out += b"\x01" + text("user:7f3a") + b"\x01" + text("oidc") + text("https://sso.example")
    out += text("aal2") + struct.pack(">q", 1_763_733_000)
    out += b"\x01" + sha256(b"certificate") + text("pursightctl/0.1")
    out += text("pursight.v1.CatalogService") + text("UpdateAsset") + text("req-1")
    out += text("00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01")
    out += b"\x03"
    out += struct.pack(">H", 2)
    out += text("asset") + text("a-1") + b"\x01" + struct.pack(">Q", 4) + b"\x01"
    out += struct.pack(">Q", 5)
    out += text("tag") + text("größe") + b"\x00" + b"\x00"
    out += struct.pack(">H", 3)
    out += text("description") + b"\x00" + b"\x01" + text('"Départs"')
    out += text("image") + b"\x02" + sha256(b"before") + struct.pack(">Q", 70_000)
    out += b"\x02" + sha256(b"after") + struct.pack(">Q", 2**40)
    out += text("owner") + b"\x00" + b"\x03" + sealed("owner.after", "ana@example.com")
    out += struct.pack(">I", 7)
    out += b"\x01" + b"\x00" + text("asset.update") + text("role/viewer") + struct.pack(">Q", 12)
    out += text("INC-7")
    out += struct.pack(">H", 1) + text("source.address") + sealed("source.address", "192.0.2.7")
    return out


def small_leaf():
    out = b"\x01" + EVENT_ID + text("p") + struct.pack(">q", -1)
    out += b"\x03" + text("") + b"\x00" + b"\x00" + text("")
    out += text("s") + text("m") + text("") + text("") + b"\x63"
    return out + struct.pack(">HHI", 0, 0, 0) + b"\x00" + text("") + struct.pack(">H", 0)


def digest_of(paths):
    return sha256(b"".join(b"".join(p) for p in paths)).hex()


def swift_text(name, value, comment):
    print(f"\n  /// {comment}")
    print(f'  static let {name} = """')
    for line in value.split("\n"):
        while len(line) > 92:
            print("    " + line[:92] + "\\")
            line = line[92:]
        print(("    " + line).rstrip())
    print('    """')


print("// Written by Tests/Interop/audit_vectors.py; do not edit.\n")
print("/// Expected values of an independent Python reading. The body of leaf i is `event i`.")
print("enum LogVectors {")
print("  /// The root over leaves 0 ..< size.")
print("  static let roots: [(size: UInt64, root: String)] = [")
for size in [0, 1, 2, 3, 5, 8, 255, 256, 257, 600, 1000, 70_000]:
    print(f'    ({size}, "{root(0, size).hex()}"),')
print("  ]\n")
print("  /// SHA-256 over all inclusion paths of all indexes of all sizes from 1 to 70.")
print("  static let allInclusionPaths =")
print(f'    "{digest_of(path(i, 0, n) for n in range(1, 71) for i in range(n))}"\n')
print("  /// SHA-256 over all consistency paths of all pairs 1 <= from <= to <= 70.")
print("  static let allConsistencyPaths =")
print(f'    "{digest_of(subproof(m, 0, n, True) for n in range(1, 71) for m in range(1, n + 1))}"\n')
print("  /// SHA-256 over single inclusion paths of large trees.")
print("  static let inclusionPaths: [(index: UInt64, size: UInt64, path: String)] = [")
for index, size in [(0, 600), (255, 600), (256, 600), (511, 600), (512, 600), (599, 600),
                    (0, 70_000), (65_535, 70_000), (65_536, 70_000), (69_999, 70_000)]:
    print(f'    ({index}, {size}, "{digest_of([path(index, 0, size)])}"),')
print("  ]\n")
print("  /// SHA-256 over single consistency paths of large trees.")
print("  static let consistencyPaths: [(from: UInt64, to: UInt64, path: String)] = [")
for old, size in [(1, 600), (255, 600), (256, 600), (257, 600), (512, 600), (599, 600),
                  (1, 70_000), (65_536, 70_000), (65_537, 70_000), (69_999, 70_000)]:
    print(f'    ({old}, {size}, "{digest_of([subproof(old, 0, size, True)])}"),')
print("  ]")
swift_text("verifierKey", f"{ORIGIN}+{key_id(1).hex()}+"
           + base64.b64encode(b"\x01" + PUBLIC).decode(), "The verifier key whose Ed25519 seed is 00 01 … 1f.")
swift_text("checkpoint600", note(600), f"The checkpoint of size 600, signed at {TIME}.")
swift_text("fullLeaf", full_leaf().hex(), "A leaf with every field, in hexadecimal.")
swift_text("smallLeaf", small_leaf().hex(), "A leaf with as little as possible.")
print("}")
