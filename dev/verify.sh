#!/usr/bin/env bash
# What a change has to keep beside the tests: formatting, fresh generated code, Tidy, sound scripts,
# and no finding of the sanitizers.
#
#   dev/verify.sh [lint] [generated] [tidy] [scripts] [address] [thread]      default: all
. "$(dirname "$0")/lib.sh"

failed=()

step() {
  local name=$1 began=$SECONDS
  shift
  echo "== $name"
  "$@" || failed+=("$name")
  echo "== $name: $((SECONDS - began)) s"
}

check_scripts() {
  bash -n dev/*.sh Benchmarks/run.sh .ci/run
  python3 - <<'PYTHON'
import ast
import pathlib

for folder in ["dev", "Benchmarks", "Tests"]:
    for path in pathlib.Path(folder).rglob("*.py"):
        ast.parse(path.read_text(), str(path))
PYTHON
  if have shellcheck; then shellcheck --external-sources --severity=warning dev/*.sh Benchmarks/run.sh; fi
}

sanitized() {
  swift test --scratch-path ".build-$1" --sanitize "$1" --disable-xctest --skip '^TidyTests\.'
}

if (($# == 0)); then set -- lint generated tidy scripts address thread; fi
dev/setup.sh
for name in "$@"; do
  case $name in
    lint) step lint dev/format.sh lint ;;
    generated) step generated dev/check-generated.sh ;;
    tidy) step tidy swift test --disable-xctest --filter '^TidyTests\.' ;;
    scripts) step scripts check_scripts ;;
    address | thread) step "sanitizer $name" sanitized "$name" ;;
    *) stop "there is no step '$name': give lint, generated, tidy, scripts, address or thread." ;;
  esac
done
((${#failed[@]} == 0)) || stop "not in order: $(printf '%s, ' "${failed[@]}" | sed 's/, $//')."
echo "all in order"
