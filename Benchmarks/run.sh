#!/usr/bin/env bash
# Builds what is compared, measures, prints a table: what `make bench` runs.
#
#   Benchmarks/run.sh [rpc] [instructions] [ingest] [start] [build]      default: all
. "$(dirname "$0")/../dev/lib.sh"

dev/setup.sh build test bench
dev/build-release.sh pursightd pursightctl interop-server
make --quiet -C Benchmarks/peers >/dev/null || stop "the peers do not build; 'make -C Benchmarks/peers' shows why."
venv .venv-bench Benchmarks/requirements.txt
python3 dev/flights.py fetch .quickstart/data
PYTHONPATH=Benchmarks exec .venv-bench/bin/python -m harness "$@"
