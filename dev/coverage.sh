#!/usr/bin/env bash
# Runs the Swift tests with counters and prints line coverage per room.
#
#   dev/coverage.sh [ARGUMENTS OF swift test]
. "$(dirname "$0")/lib.sh"

dev/setup.sh
# A build of its own: counters change every object file.
scratch=.build-coverage
swift test --scratch-path "$scratch" --enable-code-coverage --disable-xctest "$@" \
  >.build-coverage.log 2>&1 || { tail -n 30 .build-coverage.log >&2; stop "the tests failed."; }
rm -f .build-coverage.log
report=$(swift test --scratch-path "$scratch" --show-codecov-path)
python3 - "$report" "$PWD/Sources/" <<'PYTHON'
import collections
import json
import sys

report, root = sys.argv[1], sys.argv[2]
rooms = collections.defaultdict(lambda: [0, 0])
for file in json.load(open(report))["data"][0]["files"]:
    name = file["filename"]
    if not name.startswith(root) or "/Generated/" in name:
        continue
    parts = name.removeprefix(root).split("/")[:-1]
    lines = file["summary"]["lines"]
    room = rooms["/".join(parts[:2])]
    room[0] += lines["covered"]
    room[1] += lines["count"]
rooms["all"] = [sum(room[i] for room in rooms.values()) for i in (0, 1)]
for name, (covered, count) in sorted(rooms.items(), key=lambda item: (item[0] == "all", item[0])):
    print(f"{name:32} {covered:7,} of {count:7,} lines {covered / max(count, 1):6.1%}")
PYTHON
