# shellcheck shell=bash
# What every script here begins with: strict mode, the repository as working directory, `stop`.
# Sourced, not run.

set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

# The first Swift that knows everything that Package.swift asks for.
readonly swift_wanted=6.3

# Ends the script with one sentence that says what to do.
stop() {
  printf 'error: %s\n' "$*" >&2
  exit 1
}

# Says whether a program is on the path.
have() { command -v "$1" >/dev/null 2>&1; }

# Ends the script unless a Swift toolchain that is new enough is on the path.
check_swift() {
  have swift || stop "Swift $swift_wanted or newer is needed, and there is no 'swift' on PATH:" \
    "install a toolchain from swift.org and put its usr/bin on PATH."
  local printed version
  printed=$(swift --version 2>&1) || stop "'swift --version' failed: ${printed%%$'\n'*}"
  [[ $printed =~ Swift\ version\ ([0-9]+)\.([0-9]+) ]] \
    || stop "'swift --version' printed no version: ${printed%%$'\n'*}"
  version="${BASH_REMATCH[1]}.${BASH_REMATCH[2]}"
  [[ $(printf '%s\n' "$swift_wanted" "$version" | sort -V | head -n 1) == "$swift_wanted" ]] \
    || stop "Swift $swift_wanted or newer is needed, and $(command -v swift) is $version:" \
      "put a newer toolchain first on PATH."
}

# Makes the virtual environment of a requirements file when it is absent or out of date.
#   venv DIRECTORY REQUIREMENTS
venv() {
  local directory=$1 requirements=$2 log="$1.log"
  if cmp -s "$requirements" "$directory/requirements.txt"; then return; fi
  rm -rf "$directory"
  mkdir -p "$(dirname "$directory")"
  python3 -m venv "$directory" >"$log" 2>&1 \
    || stop "python3 cannot make a virtual environment (see $log): run 'make setup'."
  "$directory/bin/python" -m pip install --quiet --disable-pip-version-check \
    -r "$requirements" >>"$log" 2>&1 \
    || stop "pip cannot install $requirements (see $log): check the network or pip's index," \
      "then try again."
  cp "$requirements" "$directory/requirements.txt"
}
