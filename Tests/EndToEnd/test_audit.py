"""The audit log, verified by a reader that shares no code with us (Tests/Interop/audit_verify.py)."""

import base64
import json
import pathlib
import subprocess
import sys

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]
VERIFIER = ROOT / "Tests/Interop/audit_verify.py"


def verifier_key(server) -> str:
    """The public key that `dev` pinned in the context."""
    config = json.loads((server.state / "config/pursight/config.json").read_text())
    return config["contexts"]["dev"]["auditKey"]


def export(server, channel, stubs, folder: pathlib.Path) -> tuple[pathlib.Path, pathlib.Path]:
    """Writes the newest checkpoint and all its leaves as files for the verifier."""
    audit = stubs.audit_service_grpc.AuditServiceStub(channel)
    messages = stubs.audit_service
    checkpoint = audit.GetCheckpoint(messages.GetCheckpointRequest(minimum_size=1), timeout=10)
    note, events = folder / f"checkpoint-{checkpoint.size}", folder / f"events-{checkpoint.size}"
    note.write_text(checkpoint.note)
    request = messages.ReadAuditLeavesRequest(start_index=0, end_index=checkpoint.size)
    with open(events, "w") as lines:
        for answer in audit.ReadAuditLeaves(request, timeout=30):
            for leaf in answer.leaves:
                body = base64.b64encode(leaf.body).decode()
                lines.write(json.dumps({"index": leaf.leaf_index, "body": body}) + "\n")
    return note, events


def verify(*arguments) -> subprocess.CompletedProcess:
    return subprocess.run(
        [sys.executable, VERIFIER, *map(str, arguments)], capture_output=True, text=True
    )


def test_an_independent_verifier_agrees(server, channel, stubs, tmp_path):
    key = verifier_key(server)
    server.ctl("source", "create", "one", "--kind", "file")
    older, _ = export(server, channel, stubs, tmp_path)
    for name in ["two", "three", "four"]:
        server.ctl("source", "create", name, "--kind", "file")
    assert server.ctl_json("audit", "verify")["ok"] is True
    note, events = export(server, channel, stubs, tmp_path)
    result = verify("log", "--key", key, "--checkpoint", note, "--events", events, "--older", older)
    assert result.returncode == 0, result.stdout
    # It can say no: one bit of one leaf.
    lines = events.read_text().splitlines()
    leaf = json.loads(lines[1])
    body = bytearray(base64.b64decode(leaf["body"]))
    body[-1] ^= 1
    lines[1] = json.dumps({"index": leaf["index"], "body": base64.b64encode(body).decode()})
    events.write_text("\n".join(lines) + "\n")
    refused = verify("log", "--key", key, "--checkpoint", note, "--events", events)
    assert refused.returncode == 1


FORGERIES = {
    "changed": "UPDATE audit_event SET body = set_byte(body, 40, get_byte(body, 40) # 1) "
    "WHERE event_id = {chosen}",
    "removed": "DELETE FROM audit_event WHERE event_id = {chosen}",
    "hash changed": "UPDATE audit_leaf SET leaf_hash = sha256('x') WHERE leaf_index = 2",
}


@pytest.mark.parametrize("forgery", FORGERIES)
def test_a_superusers_forgery_is_named(server, forgery):
    for name in ["one", "two", "three", "four"]:
        server.ctl("source", "create", name, "--kind", "file")
    assert server.ctl_json("audit", "verify")["ok"] is True
    chosen = "(SELECT event_id FROM audit_leaf WHERE leaf_index = 2)"
    statement = FORGERIES[forgery].format(chosen=chosen)
    server.superuser(f"SET session_replication_role = replica; {statement};")
    verdict = server.ctl_json("audit", "verify", code=1)
    assert verdict["ok"] is False
    assert [int(problem["leafIndex"]) for problem in verdict["problems"]] == [2]


def test_every_mutation_has_its_event_and_a_refusal_too(server):
    server.ctl("source", "create", "one", "--kind", "file")
    server.ctl("source", "delete", "one", "--yes")
    text = server.ctl("audit", "list", "-o", "jsonl").stdout
    events = [json.loads(line) for line in text.splitlines()]
    methods = [event["method"].rsplit("/", 1)[-1] for event in events]
    assert methods[:2] == ["DeleteSource", "CreateSource"]
    assert all(event["actor"] for event in events)
