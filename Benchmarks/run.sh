#!/usr/bin/env bash
# Builds what is compared, measures, prints a table: what `make bench` and `make bench-gate` run.
#
#   Benchmarks/run.sh [SUITE]…      default: all; Benchmarks/README.md lists them
. "$(dirname "$0")/../dev/lib.sh"

dev/setup.sh build test bench
products=(interop-server) peers=c
for suite in "${@:-all}"; do
  # The gate needs no gRPC, and only these two need the product itself.
  if [[ $suite != instructions ]]; then peers=all; fi
  if [[ $suite =~ ^(all|ingest|start)$ ]]; then products=(pursightd pursightctl interop-server); fi
done
dev/build-release.sh "${products[@]}"
make --quiet -C Benchmarks/peers "$peers" >/dev/null \
  || stop "the peers do not build; 'make -C Benchmarks/peers' shows why."
if [[ " ${*:-ingest} " == *" ingest "* ]]; then
  venv .venv-bench Benchmarks/requirements.txt
  python3 dev/flights.py fetch .quickstart/data
  PYTHONPATH=Benchmarks exec .venv-bench/bin/python -m harness "$@"
fi
PYTHONPATH=Benchmarks exec python3 -m harness "$@"
