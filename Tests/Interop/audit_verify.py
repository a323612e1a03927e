#!/usr/bin/env python3
"""Verifies a PurSight audit log with nothing but its public key.

An independent reading of RFC 6962 and C2SP signed-note, tlog-checkpoint and tlog-proof: it shares
no code with PurSight and needs only the Python package `cryptography`.

  audit_verify.py log   --key VKEY --checkpoint FILE --events FILE.jsonl [--older FILE ...]
  audit_verify.py proof --key VKEY --proof FILE.tlog-proof [--body FILE]
  audit_verify.py consistency --key VKEY --older FILE --checkpoint FILE --path FILE

`--events` has one JSON object per line: {"index": 0, "body": "<base64>"}, in order of the index.
`--path` has one base64 hash per line. Exit 0: holds. Exit 1: does not, with the reason on stdout.
"""
import argparse
import base64
import hashlib
import json
import sys

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey


class Refused(Exception):
    """The log, proof or checkpoint does not hold."""


def sha256(*parts):
    return hashlib.sha256(b"".join(parts)).digest()


def leaf_hash(body):
    return sha256(b"\x00", body)


def node_hash(left, right):
    return sha256(b"\x01", left, right)


def strict_base64(text):
    data = base64.b64decode(text, validate=True)
    if base64.b64encode(data).decode() != text:
        raise Refused(f"not canonical base64: {text[:40]}")
    return data


class Key:
    """A verifier key `name+id+base64`."""

    def __init__(self, text):
        self.name, identifier, encoded = text.strip().split("+", 2)
        raw = strict_base64(encoded)
        if raw[0] != 1 or len(raw) != 33:
            raise Refused("the key is not of type Ed25519")
        self.id = sha256(self.name.encode(), b"\n", raw)[:4]
        if self.id.hex() != identifier:
            raise Refused("the key id does not belong to the key")
        self.public = Ed25519PublicKey.from_public_bytes(raw[1:])


class Checkpoint:
    """A signed note whose text is origin, size and root."""

    def __init__(self, note, key):
        if not note.endswith("\n"):
            raise Refused("the note does not end with a newline")
        text, separator, lines = note.rpartition("\n\n")
        if not separator:
            raise Refused("the note has no signatures")
        text += "\n"
        verified = False
        for line in lines.splitlines():
            dash, name, encoded = line.split(" ")
            signature = strict_base64(encoded)
            if dash != "\u2014" or name != key.name or signature[:4] != key.id:
                continue
            try:
                key.public.verify(signature[4:], text.encode())
            except InvalidSignature:
                raise Refused("the checkpoint's signature is not valid") from None
            verified = True
        if not verified:
            raise Refused("the checkpoint is not signed by this key")
        fields = text.split("\n")
        self.origin, size, root = fields[0], fields[1], strict_base64(fields[2])
        if self.origin != key.name or not size.isascii() or str(int(size)) != size:
            raise Refused("the checkpoint is of another log")
        if len(root) != 32:
            raise Refused("the root is no SHA-256")
        self.size, self.root = int(size), root


class Tree:
    """Roots of growing prefixes: a stack of (leaves, hash) of complete subtrees."""

    def __init__(self):
        self.stack = []

    def add(self, hash_):
        leaves = 1
        while self.stack and self.stack[-1][0] == leaves:
            left_leaves, left = self.stack.pop()
            hash_, leaves = node_hash(left, hash_), leaves + left_leaves
        self.stack.append((leaves, hash_))

    def root(self):
        if not self.stack:
            return sha256()
        hash_ = self.stack[-1][1]
        for _, left in reversed(self.stack[:-1]):
            hash_ = node_hash(left, hash_)
        return hash_


def split(size):
    """The largest power of two below size."""
    return 1 << ((size - 1).bit_length() - 1)


def root_from_path(leaf, index, size, path):
    """RFC 6962 §2.1.1 read backwards, by recursion: the last hash belongs to the top."""
    if size == 1:
        if path:
            raise Refused("the path is too long")
        return leaf
    if not path:
        raise Refused("the path is too short")
    middle = split(size)
    if index < middle:
        return node_hash(root_from_path(leaf, index, middle, path[:-1]), path[-1])
    return node_hash(path[-1], root_from_path(leaf, index - middle, size - middle, path[:-1]))


def roots_from_consistency(old, size, path, old_root, is_whole):
    """RFC 6962 §2.1.2 read backwards: answers (old root, new root) that the path leads to."""
    if old == size:
        if is_whole:
            if path:
                raise Refused("the path is too long")
            return old_root, old_root
        if len(path) != 1:
            raise Refused("the path has the wrong length")
        return path[0], path[0]
    if not path:
        raise Refused("the path is too short")
    middle = split(size)
    if old <= middle:
        left, new = roots_from_consistency(old, middle, path[:-1], old_root, is_whole)
        return left, node_hash(new, path[-1])
    right_old, right_new = roots_from_consistency(
        old - middle, size - middle, path[:-1], old_root, False)
    return node_hash(path[-1], right_old), node_hash(path[-1], right_new)


def verify_log(key, note, events, older):
    last = Checkpoint(note, key)
    marks = {mark.size: mark for mark in [Checkpoint(text, key) for text in older] + [last]}
    tree, count = Tree(), 0
    for line in events:
        event = json.loads(line)
        if count == last.size:
            break
        if event["index"] != count:
            raise Refused(f"event {count} is missing, {event['index']} follows")
        tree.add(leaf_hash(strict_base64(event["body"])))
        count += 1
        if count in marks and tree.root() != marks[count].root:
            raise Refused(f"root differs at size {count}")
    if count != last.size:
        raise Refused(f"{count} events, the checkpoint has {last.size}")
    if tree.root() != last.root:
        raise Refused(f"root differs at size {count}")
    return f"{count} events complete and unchanged"


def verify_proof(key, text, body):
    head, _, note = text.partition("\n\n")
    lines = head.split("\n")
    if lines.pop(0) != "c2sp.org/tlog-proof@v1":
        raise Refused("no tlog-proof")
    extra = strict_base64(lines.pop(0)[6:]) if lines[0].startswith("extra ") else None
    if not lines[0].startswith("index "):
        raise Refused("the proof has no index")
    index = int(lines.pop(0)[6:])
    body = extra if body is None else body
    if body is None:
        raise Refused("the proof carries no event; give --body")
    mark = Checkpoint(note, key)
    if index >= mark.size:
        raise Refused(f"the log of {mark.size} events has no event {index}")
    path = [strict_base64(line) for line in lines]
    if root_from_path(leaf_hash(body), index, mark.size, path) != mark.root:
        raise Refused("root differs")
    return f"event {index} of {mark.size} is as signed"


def verify_consistency(key, older, note, path):
    old, new = Checkpoint(older, key), Checkpoint(note, key)
    if not 0 < old.size <= new.size:
        raise Refused(f"no proof leads from size {old.size} to {new.size}")
    hashes = [strict_base64(line) for line in path]
    if roots_from_consistency(old.size, new.size, hashes, old.root, True) != (old.root, new.root):
        raise Refused("consistency: invalid")
    return f"the log of {new.size} events begins with the {old.size} signed before"


def read(path):
    with open(path, encoding="utf-8", newline="") as file:
        return file.read()


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("what", choices=["log", "proof", "consistency"])
    parser.add_argument("--key", required=True)
    parser.add_argument("--checkpoint")
    parser.add_argument("--events")
    parser.add_argument("--older", action="append", default=[])
    parser.add_argument("--proof")
    parser.add_argument("--body")
    parser.add_argument("--path")
    options = parser.parse_args()
    try:
        key = Key(options.key)
        if options.what == "log":
            with open(options.events, encoding="utf-8") as events:
                answer = verify_log(
                    key, read(options.checkpoint), events, [read(path) for path in options.older])
        elif options.what == "proof":
            body = None
            if options.body:
                with open(options.body, "rb") as file:
                    body = file.read()
            answer = verify_proof(key, read(options.proof), body)
        else:
            answer = verify_consistency(
                key, read(options.older[0]), read(options.checkpoint),
                read(options.path).splitlines())
    except (Refused, ValueError, KeyError) as reason:
        print(f"refused: {reason}")
        return 1
    print(answer)
    return 0


if __name__ == "__main__":
    sys.exit(main())
