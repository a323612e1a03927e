"""curl and nghttp: Connect by hand, and what is no call at all."""

import base64
import gzip
import json
import subprocess
import urllib.parse

import pytest

JSON = ["-H", "content-type: application/json"]
SERVICE = "/grpc.testing.TestService"
CATALOG = "/pursight.v1.CatalogService"


def test_a_call_is_json_in_and_json_out(curl):
    answer = curl(f"{SERVICE}/UnaryCall", *JSON, "-d", '{"responseSize": 3}')
    assert (answer.version, answer.status) == ("HTTP/2", 200)
    assert answer.fields["content-type"] == "application/json"
    assert json.loads(answer.body) == {"payload": {"body": "AAAA"}}


def test_metadata_are_fields_and_trailers_have_a_prefix(curl):
    answer = curl(
        f"{SERVICE}/EmptyCall", *JSON, "-d", "{}", "-H", "x-grpc-test-echo-initial: here",
        "-H", "x-grpc-test-echo-trailing-bin: q6ur",
    )  # fmt: skip
    assert answer.fields["x-grpc-test-echo-initial"] == "here"
    assert answer.fields["trailer-x-grpc-test-echo-trailing-bin"] == "q6ur"
    assert answer.body == b"{}"


# The table of the Connect protocol reference, by the number of the code.
STATUSES = {
    1: ("canceled", 499), 2: ("unknown", 500), 3: ("invalid_argument", 400),
    4: ("deadline_exceeded", 504), 5: ("not_found", 404), 6: ("already_exists", 409),
    7: ("permission_denied", 403), 8: ("resource_exhausted", 429),
    9: ("failed_precondition", 400), 10: ("aborted", 409), 11: ("out_of_range", 400),
    12: ("unimplemented", 501), 13: ("internal", 500), 14: ("unavailable", 503),
    15: ("data_loss", 500), 16: ("unauthenticated", 401),
}  # fmt: skip


@pytest.mark.parametrize("code", STATUSES)
def test_an_error_is_an_http_status_and_json(curl, code):
    request = json.dumps({"responseStatus": {"code": code, "message": "nö"}})
    answer = curl(f"{SERVICE}/UnaryCall", *JSON, "-d", request)
    assert answer.status == STATUSES[code][1]
    assert answer.fields["content-type"] == "application/json"
    assert json.loads(answer.body) == {"code": STATUSES[code][0], "message": "nö"}


@pytest.mark.parametrize(
    ("request_", "word"),
    [
        ('{"responseSize": "three"}', "response_size"),
        ('{"payload": {"body": "*"}}', "payload.body"),
        ('{"responseSiz": 3}', "responseSiz"),
        ('{"responseSize": 3', "byte 18"),
        ("", "{}"),
    ],
)
def test_json_that_is_not_right_names_the_field(curl, request_, word):
    answer = curl(f"{SERVICE}/UnaryCall", *JSON, "-d", request_)
    error = json.loads(answer.body)
    assert (answer.status, error["code"]) == (400, "invalid_argument")
    assert word in error["message"]


@pytest.mark.parametrize(
    ("path", "arguments", "status", "fields"),
    [
        ("/", [], 404, {}),
        ("/nowhere", [*JSON, "-d", "{}"], 404, {}),
        (f"{SERVICE}/UnaryCall", [], 405, {"allow": "POST"}),
        (f"{SERVICE}/UnaryCall", ["-X", "DELETE"], 405, {"allow": "POST"}),
        (f"{SERVICE}/UnaryCall", ["-d", "x"], 415, {"accept-post": "application/json"}),
        (f"{SERVICE}/FullDuplexCall", [*JSON, "-d", "{}"], 415,
         {"accept-post": "application/connect+json"}),
        (f"{SERVICE}/UnaryCall", ["-I"], 405, {"allow": "POST"}),
        ("/", ["-I"], 404, {}),
    ],
)  # fmt: skip
def test_what_is_no_call_gets_an_honest_answer(curl, path, arguments, status, fields):
    answer = curl(path, *arguments)
    assert answer.status == status
    assert answer.fields["content-type"].startswith("text/plain")
    length = int(answer.fields["content-length"])
    assert len(answer.body) == (0 if "-I" in arguments else length) and length > 10
    for name, value in fields.items():
        assert answer.fields[name].split(", ")[0] == value


@pytest.mark.parametrize("size", [3 << 20, 30 << 20])
def test_an_upload_that_nobody_wants_gets_its_answer(curl, tmp_path, size):
    upload = tmp_path / "upload"
    upload.write_bytes(bytes(size))
    assert curl("/nowhere", "--data-binary", f"@{upload}").status == 404
    proto = ["-H", "content-type: application/proto", "--data-binary", f"@{upload}"]
    answer = curl(f"{SERVICE}/UnaryCall", *proto)
    assert (answer.status, json.loads(answer.body)["code"]) == (400, "invalid_argument")


def test_nghttp_sees_an_answer_and_no_reset(interop):
    command = ["nghttp", "-v", "-H", "content-type: text/html", "-d", __file__]
    seen = subprocess.run(
        [*command, f"{interop.url}{SERVICE}/UnaryCall"], capture_output=True, text=True, timeout=60
    ).stdout
    assert ":status: 415" in seen and "RST_STREAM" not in seen


def test_a_body_may_come_and_go_compressed(curl, tmp_path):
    body = tmp_path / "body"
    body.write_bytes(gzip.compress(b'{"responseSize": 1000, "responseCompressed": {"value": true}}'))
    answer = curl(
        f"{SERVICE}/UnaryCall", *JSON, "-H", "content-encoding: gzip", "-H",
        "accept-encoding: br, gzip", "--data-binary", f"@{body}",
    )  # fmt: skip
    assert answer.fields["content-encoding"] == "gzip"
    response = json.loads(gzip.decompress(answer.body))
    assert base64.b64decode(response["payload"]["body"]) == bytes(1000)
    answer = curl(f"{SERVICE}/UnaryCall", *JSON, "-H", "content-encoding: br", "-d", "{}")
    assert (answer.status, json.loads(answer.body)["code"]) == (501, "unimplemented")


def test_grpc_web_in_base64(curl):
    """As browsers send it that cannot read binary bodies: a message, then a frame of trailers."""
    framed = b"\0\0\0\0\2" + b"\x10\x03"  # SimpleRequest{response_size: 3}
    text = ["-H", "content-type: application/grpc-web-text", "-d", base64.b64encode(framed).decode()]
    answer = curl(f"{SERVICE}/UnaryCall", *text)
    assert answer.fields["content-type"] == "application/grpc-web-text+proto"
    # Each frame is padded for itself: groups of four characters stand alone.
    groups = [answer.body[i : i + 4] for i in range(0, len(answer.body), 4)]
    body = b"".join(map(base64.b64decode, groups))
    assert body[:12] == b"\0\0\0\0\7" + b"\x0a\5\x12\3\0\0\0"
    assert body[12] == 0x80 and body[17:] == b"grpc-status: 0\r\n"
    text[-1] = "AAAA*"
    failed = curl(f"{SERVICE}/UnaryCall", *text)
    assert b"grpc-status: 3" in base64.b64decode(failed.body)


def test_a_deadline_passes(curl):
    request = {"responseParameters": [{"size": 1, "intervalUs": 60_000_000}]}
    content = json.dumps(request).encode()
    framed = b"\0" + len(content).to_bytes(4, "big") + content
    command = ["curl", "-sS", *curl.options, "--data-binary", "@-"]
    command += ["-H", "content-type: application/connect+json", "-H", "connect-timeout-ms: 100"]
    body = subprocess.run(
        [*command, f"{curl.url}{SERVICE}/StreamingOutputCall"], input=framed, check=True,
        capture_output=True, timeout=30,
    ).stdout  # fmt: skip
    assert body[0] == 2 and int.from_bytes(body[1:5], "big") == len(body) - 5
    assert json.loads(body[5:])["error"]["code"] == "deadline_exceeded"
    answer = curl(f"{SERVICE}/EmptyCall", *JSON, "-H", "connect-timeout-ms: soon", "-d", "{}")
    assert (answer.status, json.loads(answer.body)["code"]) == (400, "invalid_argument")


def test_the_catalog_is_read_with_curl(curl_dev):
    source = {
        "parent": "projects/default", "sourceId": "wire",
        "source": {"displayName": "Wire", "kind": "SOURCE_KIND_FILE"},
    }  # fmt: skip
    made = curl_dev(f"{CATALOG}/CreateSource", *JSON, "-d", json.dumps(source))
    assert made.status == 200, made.body
    name = json.loads(made.body)["name"]
    answer = curl_dev(f"{CATALOG}/GetSource", *JSON, "-d", json.dumps({"name": name}))
    assert json.loads(answer.body)["displayName"] == "Wire"
    # The same as GET, which methods that change nothing take.
    text = json.dumps({"name": name})
    for query in [
        {"connect": "v1", "encoding": "json", "message": text},
        {"encoding": "json", "base64": "1",
         "message": base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")},
        {"encoding": "json", "base64": "1", "compression": "gzip",
         "message": base64.urlsafe_b64encode(gzip.compress(text.encode())).decode()},
    ]:  # fmt: skip
        got = curl_dev(f"{CATALOG}/GetSource?{urllib.parse.urlencode(query)}")
        assert got.body == answer.body
    refused = curl_dev(f"{CATALOG}/CreateSource?encoding=json&message=%7B%7D")
    assert (refused.status, refused.fields["allow"]) == (405, "POST")
    refused = curl_dev(f"{CATALOG}/GetSource")
    assert (refused.status, refused.fields["allow"]) == (405, "GET, POST")


def test_a_small_body_does_not_become_a_large_one(curl_dev, tmp_path):
    bomb = tmp_path / "bomb"
    bomb.write_bytes(gzip.compress(b"{" + b" " * (5 << 20) + b"}"))
    answer = curl_dev(
        f"{CATALOG}/GetSource", *JSON, "-H", "content-encoding: gzip", "--data-binary", f"@{bomb}"
    )
    assert (answer.status, json.loads(answer.body)["code"]) == (429, "resource_exhausted")


def test_details_of_an_error_are_readable(curl_dev):
    answer = curl_dev(f"{CATALOG}/CreateSource", *JSON, "-d", '{"sourceId": "No Slug"}')
    error = json.loads(answer.body)
    assert (answer.status, error["code"]) == (400, "invalid_argument")
    violations = next(d for d in error["details"] if d["type"] == "google.rpc.BadRequest")
    fields = {violation["field"] for violation in violations["debug"]["fieldViolations"]}
    assert {"parent", "source_id", "source"} <= fields
    assert not violations["value"].endswith("=")
    answer = curl_dev(
        f"{CATALOG}/CreateSource", *JSON, "-d", '{"source": {"labels": {"a": 1}}}'
    )
    details = json.loads(answer.body)["details"]
    broken = next(d["debug"] for d in details if d["type"] == "google.rpc.BadRequest")
    assert [v["field"] for v in broken["fieldViolations"]] == ["source.labels"]
