#!/usr/bin/env bash
# Runs the tests and ends with the line `N passed, N failed`.
#
#   dev/test.sh [unit] [integration] [e2e] [peers]      default: all of them
#
# One debug build serves all parts. Reports are kept in .build/reports.
. "$(dirname "$0")/lib.sh"

# Test targets that need PostgreSQL, sockets or child processes; every other one is a unit test.
readonly integration='^(Postgres|PrivateCluster|Storage|Services|ServerTransport|ClientTransport|TLS|Client|App|Integration)Tests\.'
readonly reports=.build/reports
# No part may hang CI: a limit in seconds for each.
readonly part_limit=1200

failed_parts=()

# Runs a part; a part that fails fails the whole, after the others have run.
part() {
  local name=$1
  shift
  echo "== $name"
  local began=$SECONDS status=0
  timeout --kill-after=10 "$part_limit" "$@" || status=$?
  ((status != 124)) || echo "error: $name took longer than $part_limit s and was ended" >&2
  ((status == 0)) || failed_parts+=("$name")
  echo "== $name: $((SECONDS - began)) s"
}

swift_tests() {
  local name=$1
  shift
  part "$name" swift test --skip-build --disable-xctest --xunit-output "$reports/$name.xml" "$@"
}

# A part in Python, in an environment of its own.
#   python_tests NAME DIRECTORY
python_tests() {
  venv ".venv-$1" "$2/requirements.txt"
  PURSIGHT_BIN=${PURSIGHT_BIN:-$PWD/.build/debug} part "$1" ".venv-$1/bin/python" -m pytest \
    -q -p no:cacheprovider --junitxml "$reports/$1.xml" -m 'not chaos' "$2"
}

if (($# == 0)); then set -- unit integration e2e peers; fi
dev/setup.sh
rm -rf "$reports"
mkdir -p "$reports"
echo "== build"
began=$SECONDS
swift build --build-tests --quiet || stop "the build failed; 'swift build --build-tests' shows it again."
echo "== build: $((SECONDS - began)) s"
for name in "$@"; do
  case $name in
    unit) swift_tests unit --skip "$integration" ;;
    integration) swift_tests integration --filter "$integration" ;;
    e2e) python_tests e2e Tests/EndToEnd ;;
    peers) python_tests peers Tests/Peers ;;
    *) stop "there is no part '$name': give unit, integration, e2e or peers." ;;
  esac
done
python3 dev/count_tests.py "$reports" ${failed_parts[@]+"${failed_parts[@]}"}
