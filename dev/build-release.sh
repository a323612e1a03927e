#!/usr/bin/env bash
# Builds the programs in release mode; says what to do when that cannot work.
#
#   dev/build-release.sh [PRODUCT]…      default: pursightd pursightctl late-planes
. "$(dirname "$0")/lib.sh"

if (($# == 0)); then set -- pursightd pursightctl late-planes; fi
log=.quickstart/log/build.log
mkdir -p "$(dirname "$log")"
check_swift

build() { swift build -c release "$@" >>"$log" 2>&1; }

: >"$log"
for product in "$@"; do
  build --product "$product" && continue
  if grep -qE 'Failed to clone|unable to access|Could not resolve host' "$log"; then
    stop "the Swift packages of Package.swift cannot be fetched (see $log): check the network, then try again."
  fi
  if grep -qE 'No space left on device' "$log"; then
    stop "the disk is full: a release build needs about 2 GB below $PWD/.build."
  fi
  grep -E 'error:' "$log" | head -n 20 >&2 || tail -n 20 "$log" >&2
  stop "the build of $product failed; the whole log is in $log."
done
