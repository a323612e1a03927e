#!/usr/bin/env bash
# Fuzzes the ways in for bytes of strangers with libFuzzer and AddressSanitizer.
#
#   dev/fuzz.sh [SECONDS] [TARGET]…      default: 60 seconds each, all targets
#
# What reaches something new is added to Tests/Fuzzing/Corpus, smallest inputs first, and replayed by
# `make test`. A finding is kept in .build-fuzz/findings and fails the script: mend it, then put the
# file into the corpus.
. "$(dirname "$0")/lib.sh"

seconds=${1:-60}
shift || true
targets=("$@")
((${#targets[@]} > 0)) || targets=(frames headers calls framing json messages arrow csv note)
dev/setup.sh
export SWIFT_BACKTRACE=enable=no
swift build --quiet --scratch-path .build-fuzz --sanitize fuzzer --sanitize address \
  -Xswiftc -sanitize=fuzzer -Xswiftc -DFUZZING --product fuzz || stop "the fuzzers do not build."
fuzz=.build-fuzz/debug/fuzz
mkdir -p .build-fuzz/findings
failed=()
for target in "${targets[@]}"; do
  corpus=Tests/Fuzzing/Corpus/$target
  work=.build-fuzz/found/$target
  rm -rf "$work"
  mkdir -p "$corpus" "$work"
  FUZZ_TARGET=$target "$fuzz" "$work" "$corpus" -max_total_time="$seconds" -max_len=4096 -timeout=10 \
    -rss_limit_mb=2048 -print_final_stats=1 -artifact_prefix=".build-fuzz/findings/$target-" \
    >".build-fuzz/$target.log" 2>&1 || failed+=("$target")
  FUZZ_TARGET=$target "$fuzz" -merge=1 -max_len=4096 "$corpus" "$work" >>".build-fuzz/$target.log" 2>&1 || true
  printf '%-9s %s, corpus %d\n' "$target" \
    "$(sed -n 's/^stat::number_of_executed_units: */inputs /p' ".build-fuzz/$target.log" | head -n 1)" \
    "$(find "$corpus" -type f | wc -l)"
done
((${#failed[@]} == 0)) || stop "findings of ${failed[*]}: see .build-fuzz/findings and the logs beside it."
