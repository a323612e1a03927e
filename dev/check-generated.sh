#!/bin/sh
# Fails when what is committed is not what `make generate` makes of proto/, or when a proto breaks the
# clients of the latest release (the newest tag v*).
set -eu
cd "$(dirname "$0")/.."
work="$(mktemp -d)"
trap 'rm -rf "$work"' EXIT

if [ -z "${PROTOGEN:-}" ]; then
  swift build ${SCRATCH_PATH:+--scratch-path "$SCRATCH_PATH"} --product protogen >&2
  PROTOGEN="$(swift build ${SCRATCH_PATH:+--scratch-path "$SCRATCH_PATH"} --show-bin-path)/protogen"
fi
export PROTOGEN

dev/generate.sh "$work"
stale=0
for path in Sources/Protocol/API/Generated Sources/Protocol/CMessages \
  Sources/Interop/Services/Generated Sources/Interop/CMessages proto/descriptors.binpb; do
  diff -r "$path" "$work/$path" >&2 || stale=1
done
if [ "$stale" != 0 ]; then
  echo "check-generated: generated code is stale; run make generate and commit what it writes." >&2
  exit 1
fi

release="$(git tag --list 'v*' --sort=-version:refname | head -n 1)"
if [ -n "$release" ] && git cat-file -e "$release:proto/descriptors.binpb" 2>/dev/null; then
  git show "$release:proto/descriptors.binpb" >"$work/release.binpb"
  "$PROTOGEN" check --before "$work/release.binpb" --after proto/descriptors.binpb
fi
echo "check-generated: generated code is fresh."
