#!/bin/sh
# Generates Swift and C from proto/, and the descriptor set that the next change is compared with.
#
#   dev/generate.sh             into the source tree
#   dev/generate.sh FOLDER      into FOLDER, with the same layout (dev/check-generated.sh)
#
# A change that breaks a client is refused; ALLOW_BREAKING=1 takes it nevertheless.
# Needs protoc 3.21 and protoc-gen-c 1.4.1 (Debian: protobuf-compiler, protobuf-c-compiler).
# PROTOGEN names a protogen that is already built.
set -eu
cd "$(dirname "$0")/.."
out="${1:-.}"

for tool in protoc protoc-gen-c; do
  command -v "$tool" >/dev/null || {
    echo "generate: $tool is missing; run: apt-get install protobuf-compiler protobuf-c-compiler" >&2
    exit 1
  }
done

if [ -z "${PROTOGEN:-}" ]; then
  swift build ${SCRATCH_PATH:+--scratch-path "$SCRATCH_PATH"} --product protogen >&2
  PROTOGEN="$(swift build ${SCRATCH_PATH:+--scratch-path "$SCRATCH_PATH"} --show-bin-path)/protogen"
fi

work="$(mktemp -d)"
trap 'rm -rf "$work"' EXIT

# generate NAME SWIFT_FOLDER C_FOLDER C_MODULE DESCRIPTORS [render options] -- PROTO...
generate() {
  name="$1" swift="$out/$2" c="$out/$3" module="$4" descriptors="$5"
  shift 5
  options=""
  while [ "$1" != "--" ]; do
    options="$options $1"
    shift
  done
  shift
  protoc -I proto -I /usr/include --include_imports --include_source_info \
    --descriptor_set_out="$work/$name.binpb" "$@"
  "$PROTOGEN" patch --descriptors "$work/$name.binpb" --to "$work/$name.patched.binpb"
  rm -rf "$swift" "$c"
  mkdir -p "$swift" "$c/include"
  # shellcheck disable=SC2086 # options are words
  "$PROTOGEN" render --descriptors "$work/$name.binpb" --c-module "$module" \
    --descriptors-name "$descriptors" --swift-to "$swift" --c-to "$c" $options
  # Every file of the set but those that only hold options.
  files="$(sed -n 's|^#include "\(.*\)\.pb-c\.h"$|\1.proto|p' "$c/include/$module.h")"
  # shellcheck disable=SC2086 # file names without blanks
  protoc --descriptor_set_in="$work/$name.patched.binpb" --c_out="$c" $files
  (cd "$c" && find . -name '*.pb-c.h' -not -path './include/*' | while read -r header; do
    mkdir -p "include/$(dirname "$header")"
    mv "$header" "include/$header"
  done)
}

protos() { (cd proto && find "$@" -name '*.proto' | LC_ALL=C sort); }

# shellcheck disable=SC2046 # file names without blanks
generate api Sources/Protocol/API/Generated Sources/Protocol/CMessages CPurSightMessages \
  APIDescriptors --lint pursight.v1 -- $(protos pursight/v1 google grpc/health grpc/reflection)

"$PROTOGEN" strip --descriptors "$work/api.binpb" --to "$work/descriptors.binpb"
if [ -e proto/descriptors.binpb ] && [ -z "${ALLOW_BREAKING:-}" ]; then
  "$PROTOGEN" check --before proto/descriptors.binpb --after "$work/descriptors.binpb" || {
    echo "generate: the protos break their clients; ALLOW_BREAKING=1 takes the change as it is." >&2
    exit 1
  }
fi
mkdir -p "$out/proto"
cp "$work/descriptors.binpb" "$out/proto/descriptors.binpb"

# shellcheck disable=SC2046 # file names without blanks
generate interop Sources/Interop/Services/Generated Sources/Interop/CMessages \
  CPurSightInteropMessages InteropDescriptors --swift-import PurSightAPI \
  -- $(protos grpc/testing bench pursight/testing)
