#!/usr/bin/env bash
# Starts the quick start's server again and opens a shell in which pursightctl finds it.
. "$(dirname "$0")/lib.sh"

[[ -d .quickstart/state || -d .quickstart/config ]] \
  || stop "there is nothing to play with yet: run 'make quickstart' first."
[[ -x .build/release/pursightctl ]] || dev/build-release.sh
exec python3 dev/play.py --state "$PWD/.quickstart" --programs "$PWD/.build/release"
