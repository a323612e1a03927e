#!/usr/bin/env bash
# Formats the hand-written Swift (fix), or says what is not formatted (lint).
#
#   dev/format.sh fix|lint
. "$(dirname "$0")/lib.sh"

files() {
  local excluded
  mapfile -t excluded < <(sed -e '/^#/d' -e '/^$/d' -e 's/^/:(exclude)/' .swiftformatignore)
  git ls-files --cached --others --exclude-standard -z -- '*.swift' "${excluded[@]}" \
    | while IFS= read -r -d '' file; do [[ ! -e $file ]] || printf '%s\0' "$file"; done
}

check_swift
case ${1:-} in
  fix) files | xargs -0 swift format format --in-place --parallel ;;
  lint)
    files | xargs -0 swift format lint --strict --parallel \
      || stop "the lines above are not formatted as .swift-format says: run 'make fmt'; what" \
        "it leaves is yours to change."
    ;;
  *) stop "give fix or lint." ;;
esac
