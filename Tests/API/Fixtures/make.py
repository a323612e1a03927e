#!/usr/bin/env python3
"""Writes the fixtures of Tests/API with Google's own Python implementation of protobuf.

Run in the repository's root, in a virtual environment with Fixtures/requirements.txt:

    python3 Tests/API/Fixtures/make.py [COUNT [FOLDER]]

Each line of a fixture is a message type, its encoded bytes in hex, and its JSON form, with tabs between.
The seed is fixed, so each run writes the same bytes.
"""
import importlib
import pathlib
import random
import subprocess
import sys
import tempfile

COUNT = int(sys.argv[1]) if len(sys.argv) > 1 else 60
FOLDER = pathlib.Path(sys.argv[2] if len(sys.argv) > 2 else "Tests/API/Fixtures")
RANDOM = random.Random(20260801)

work = tempfile.mkdtemp()
protos = [
    "pursight/testing/all_types.proto", "pursight/v1/options.proto", "pursight/v1/resource.proto",
    "pursight/v1/catalog_service.proto", "pursight/v1/asset.proto", "pursight/v1/lineage.proto",
    "pursight/v1/schema.proto", "pursight/v1/source.proto", "google/rpc/status.proto",
    "google/rpc/error_details.proto",
]
subprocess.run(
    [sys.executable, "-m", "grpc_tools.protoc", "-Iproto", f"--python_out={work}", *protos],
    check=True, stderr=subprocess.DEVNULL)
sys.path.insert(0, work)
# The generated google/rpc lies beside the google package of protobuf itself.
import google  # noqa: E402
google.__path__.append(f"{work}/google")
testing = importlib.import_module("pursight.testing.all_types_pb2")
resource = importlib.import_module("pursight.v1.resource_pb2")
catalog = importlib.import_module("pursight.v1.catalog_service_pb2")
status = importlib.import_module("google.rpc.status_pb2")
details = importlib.import_module("google.rpc.error_details_pb2")
from google.protobuf import duration_pb2, json_format, timestamp_pb2  # noqa: E402

LIMITS = {"int32": 31, "int64": 63, "sint32": 31, "sint64": 63, "sfixed32": 31, "sfixed64": 63}
WORDS = ["", "a", "depDelay", "Zürich", "漢字", "🛫🛬", "a\0b", 'quo"te', "tab\there", "\\", "\u2028", "x" * 40]


def scalar(field):
    kind = field.type
    t = type(field)
    integers = {
        t.TYPE_INT32: (-2**31, 2**31 - 1), t.TYPE_SINT32: (-2**31, 2**31 - 1),
        t.TYPE_SFIXED32: (-2**31, 2**31 - 1), t.TYPE_INT64: (-2**63, 2**63 - 1),
        t.TYPE_SINT64: (-2**63, 2**63 - 1), t.TYPE_SFIXED64: (-2**63, 2**63 - 1),
        t.TYPE_UINT32: (0, 2**32 - 1), t.TYPE_FIXED32: (0, 2**32 - 1),
        t.TYPE_UINT64: (0, 2**64 - 1), t.TYPE_FIXED64: (0, 2**64 - 1),
    }
    if kind in integers:
        low, high = integers[kind]
        return RANDOM.choice([0, 1, low, high, RANDOM.randint(low, high), RANDOM.randint(0, 200)])
    if kind == t.TYPE_BOOL:
        return RANDOM.random() < 0.5
    if kind == t.TYPE_DOUBLE:
        return RANDOM.choice([0.0, 1.0, -2.5, 1e300, 5e-324, 0.1, float("inf"), float("-inf"),
                              float("nan"), RANDOM.uniform(-1e6, 1e6)])
    if kind == t.TYPE_FLOAT:
        return RANDOM.choice([0.0, 1.0, -2.5, 0.5, 16777216.0, float("inf"), float("nan"), 0.1])
    if kind == t.TYPE_STRING:
        return "".join(RANDOM.choice(WORDS) for _ in range(RANDOM.randint(0, 3)))
    if kind == t.TYPE_BYTES:
        return RANDOM.randbytes(RANDOM.choice([0, 1, 2, 3, 20]))
    if kind == t.TYPE_ENUM:
        numbers = [value.number for value in field.enum_type.values]
        return RANDOM.choice(numbers + [999])
    raise ValueError(kind)


def fill(message, density, maps_only=False):
    """Fills fields at random. Unless `maps_only`, maps get one entry that is zero nowhere: the order of
    entries, and whether zeros in them are written, is free, so such bytes cannot be compared."""
    chosen = {}
    for field in message.DESCRIPTOR.fields:
        oneof = field.containing_oneof
        if oneof is not None and len(oneof.fields) > 1:
            if chosen.setdefault(oneof.name, RANDOM.choice(list(oneof.fields))).number != field.number:
                continue
        if RANDOM.random() > density:
            continue
        is_map = field.message_type is not None and field.message_type.GetOptions().map_entry
        if is_map:
            target = getattr(message, field.name)
            key, value = field.message_type.fields_by_name["key"], field.message_type.fields_by_name["value"]
            for _ in range(RANDOM.randint(1, 3) if maps_only else 1):
                name = scalar(key) if maps_only else nonzero(key)
                if value.message_type is not None:
                    fill(target[name], density)
                else:
                    target[name] = scalar(value) if maps_only else nonzero(value)
        elif maps_only:
            continue
        elif field.is_repeated:
            target = getattr(message, field.name)
            for _ in range(RANDOM.randint(1, 4)):
                if field.message_type is not None:
                    fill(target.add(), density)
                else:
                    target.append(scalar(field))
        elif field.message_type is not None:
            inner = getattr(message, field.name)
            inner.SetInParent()
            fill(inner, density)
        else:
            value = scalar(field)
            # -0.0 is left out: protobuf-c does not send it where a field has no presence.
            setattr(message, field.name, value)
    return message


def nonzero(field):
    value = scalar(field)
    while not value:
        value = scalar(field)
    return value


def line(message):
    encoded = message.SerializeToString(deterministic=True)
    text = json_format.MessageToJson(message, indent=None, ensure_ascii=False)
    assert "\t" not in text and "\n" not in text
    return f"{message.DESCRIPTOR.full_name}\t{encoded.hex()}\t{text}\n"


def write(name, messages):
    FOLDER.mkdir(parents=True, exist_ok=True)
    with open(FOLDER / name, "w", encoding="utf-8", newline="\n") as file:
        file.writelines(line(message) for message in messages)


def timestamp(seconds, nanos=0):
    return timestamp_pb2.Timestamp(seconds=seconds, nanos=nanos)


write("all_types.tsv", [fill(testing.AllTypes(), density)
                        for index in range(COUNT) for density in [[0.1, 0.5, 1.0][index % 3]]])

write("maps.tsv", [fill(testing.AllTypes(), 1.0, maps_only=True) for _ in range(COUNT // 3)])

meta = [resource.ResourceMeta(uid="u", revision=7, create_time=timestamp(seconds, nanos))
        for seconds, nanos in [
            (0, 0), (1, 500_000_000), (-1, 999_999_999), (1769860800, 123_456_000), (951782399, 1),
            (-62135596800, 0), (253402300799, 999_999_999), (1582934400, 0), (4107542399, 120_000)]]
mask = catalog.UpdateAssetRequest(etag='"7"')
mask.update_mask.paths.extend(["curated_facet.owners", "display_name"])
empty_mask = catalog.UpdateAssetRequest()
empty_mask.update_mask.SetInParent()
retries = [details.RetryInfo(retry_delay=duration_pb2.Duration(seconds=seconds, nanos=nanos))
           for seconds, nanos in [(0, 0), (1, 500_000_000), (-3, -1_000_000), (0, -1), (315576000000, 0)]]
failure = status.Status(code=3, message="no")
failure.details.add().Pack(details.BadRequest(
    field_violations=[details.BadRequest.FieldViolation(field="a.b[1]", description="is wrong")]))
failure.details.add().Pack(details.ErrorInfo(reason="R", domain="pursight", metadata={"k": "v", "a": "b"}))
failure.details.add().Pack(duration_pb2.Duration(seconds=2))
write("well_known.tsv", [*meta, mask, empty_mask, *retries, failure])
