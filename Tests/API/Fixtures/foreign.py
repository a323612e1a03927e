#!/usr/bin/env python3
"""Compares the foreign protos in proto/ with those their owners publish, as far as PyPI has them.

Run in the repository's root, in a virtual environment with Tests/API/Fixtures/requirements.txt:

    python3 Tests/API/Fixtures/foreign.py

Every message, field, enum value and method of ours must be there with the same number and type.
"""
import subprocess
import sys
import tempfile

from google.protobuf import descriptor_pb2
from google.rpc import error_details_pb2, status_pb2
from grpc_health.v1 import health_pb2
from grpc_reflection.v1alpha import reflection_pb2

OFFICIAL = {
    "google/rpc/status.proto": status_pb2,
    "google/rpc/error_details.proto": error_details_pb2,
    "grpc/health/v1/health.proto": health_pb2,
    "grpc/reflection/v1alpha/reflection.proto": reflection_pb2,
}


def facts(file):
    found = set()

    def message(item, scope):
        name = f"{scope}.{item.name}"
        for field in item.field:
            oneof = item.oneof_decl[field.oneof_index].name if field.HasField("oneof_index") else None
            found.add((name, field.name, field.number, field.type, field.label, field.type_name, oneof))
        for nested in item.nested_type:
            message(nested, name)
        for enum in item.enum_type:
            enumeration(enum, name)

    def enumeration(item, scope):
        for value in item.value:
            found.add((f"{scope}.{item.name}", value.name, value.number))

    for item in file.message_type:
        message(item, file.package)
    for item in file.enum_type:
        enumeration(item, file.package)
    for service in file.service:
        for method in service.method:
            found.add((f"{file.package}.{service.name}", method.name, method.input_type,
                       method.output_type, method.client_streaming, method.server_streaming))
    return found


with tempfile.NamedTemporaryFile() as target:
    subprocess.run(
        [sys.executable, "-m", "grpc_tools.protoc", "-Iproto", f"--descriptor_set_out={target.name}",
         *OFFICIAL, "grpc/reflection/v1/reflection.proto"], check=True)
    files = descriptor_pb2.FileDescriptorSet.FromString(open(target.name, "rb").read()).file

failed = False
for file in files:
    reference = descriptor_pb2.FileDescriptorProto()
    name = file.name
    if name == "grpc/reflection/v1/reflection.proto":
        # v1 is v1alpha under another name.
        name = "grpc/reflection/v1alpha/reflection.proto"
    OFFICIAL[name].DESCRIPTOR.CopyToProto(reference)
    ours = {repr(fact).replace("grpc.reflection.v1.", "grpc.reflection.v1alpha.")
            for fact in facts(file)}
    theirs = {repr(fact) for fact in facts(reference)}
    wrong = sorted(ours - theirs)
    failed |= bool(wrong)
    print(f"{file.name}: {len(ours)} facts, {len(wrong)} wrong, {len(theirs - ours)} left out")
    for fact in wrong + sorted(theirs - ours):
        print("  ", fact)
sys.exit(failed)
