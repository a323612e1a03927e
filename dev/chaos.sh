#!/usr/bin/env bash
# The kill suites with full figures: releases, large files, many rounds.
#
#   dev/chaos.sh [ARGUMENTS OF pytest]
. "$(dirname "$0")/lib.sh"

dev/setup.sh
dev/build-release.sh pursightd pursightctl
venv .venv-e2e Tests/EndToEnd/requirements.txt
export PURSIGHT_BIN=$PWD/.build/release
exec .venv-e2e/bin/python -m pytest -p no:cacheprovider -m chaos -rA Tests/EndToEnd "$@"
