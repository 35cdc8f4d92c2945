# `make` lists the targets. One profile is ever built (release), in a target directory that every checkout on the
# machine shares, because building Polars from nothing takes half an hour.

SHELL := bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
MAKEFLAGS += --no-print-directory

CACHE ?= $(HOME)/.cache
export CARGO_TARGET_DIR ?= $(CACHE)/tenure-target
export TENURE_VENV ?= $(CACHE)/tenure/venv
export TENURE_PYTHON := $(TENURE_VENV)/bin/python
PYTHON ?= python3

TENURE := $(CARGO_TARGET_DIR)/release/tenure
# `tenure verify` looks for duckdb on PATH; the one of the virtual environment stands last.
export PATH := $(PATH):$(TENURE_VENV)/bin

# The demo's export holds 36 months. Its directory is made anew, if it is one that the demo made.
DEMO ?= demo
DEMO_CUSTOMERS ?= 10000
DEMO_FROM := 2023-01
DEMO_TO := 2025-12
DEMO_AS_OF := 2025-12-31
DEMO_NEXT_NIGHT := 2026-01-01

.PHONY: help
help: ## List the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-11s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

.PHONY: setup
setup: ## Install what building and testing need beside Rust, Python 3 and a C compiler (warm: no time)
	@cmp -s tests/requirements.txt "$(TENURE_VENV)/requirements.txt" || { \
	  echo "installing tests/requirements.txt into $(TENURE_VENV)" >&2; \
	  "$(TENURE_VENV)/bin/python" -m pip --version >/dev/null 2>&1 || $(PYTHON) -m venv --clear "$(TENURE_VENV)"; \
	  "$(TENURE_VENV)/bin/python" -m pip install --quiet --disable-pip-version-check --requirement tests/requirements.txt; \
	  cp tests/requirements.txt "$(TENURE_VENV)/requirements.txt"; }

.PHONY: demo
demo: build ## From a made-up business of 10 000 customers to published tables, in ./demo
	@say() { printf '\n\033[1m$$ %s\033[0m\n' "$$*"; "$$@"; }; job="$(DEMO)/job.toml"; \
	  [[ ! -e "$(DEMO)/.made-by-make-demo" ]] || rm -rf "$(DEMO)"; \
	  export PATH="$(dir $(TENURE)):$$PATH"; \
	  say tenure sample --out "$(DEMO)" --customers $(DEMO_CUSTOMERS) --months 36 --until $(DEMO_TO) --seed 1; \
	  touch "$(DEMO)/.made-by-make-demo"; \
	  say tenure check --job "$$job" --as-of $(DEMO_AS_OF); \
	  say tenure backfill --job "$$job" --from $(DEMO_FROM) --to $(DEMO_TO) --as-of $(DEMO_AS_OF) --dry-run; \
	  say tenure backfill --job "$$job" --from $(DEMO_FROM) --to $(DEMO_TO) --as-of $(DEMO_AS_OF); \
	  say tenure run --job "$$job" --as-of $(DEMO_NEXT_NIGHT) --dry-run; \
	  say tenure run --job "$$job" --as-of $(DEMO_NEXT_NIGHT); \
	  say tenure run --job "$$job" --as-of $(DEMO_NEXT_NIGHT); \
	  for table in churn mrr cltv; do say tenure show $$table --job "$$job"; done

# Benchmarks have an environment of their own: the peer is another DuckDB than the one of the tests.
export TENURE_BENCH_VENV ?= $(CACHE)/tenure/bench-venv

.PHONY: bench-setup
bench-setup: ## Install what `make bench` needs beside the release binary (warm: no time)
	@cmp -s benches/requirements.txt "$(TENURE_BENCH_VENV)/requirements.txt" || { \
	  echo "installing benches/requirements.txt into $(TENURE_BENCH_VENV)" >&2; \
	  "$(TENURE_BENCH_VENV)/bin/python" -m pip --version >/dev/null 2>&1 || $(PYTHON) -m venv --clear "$(TENURE_BENCH_VENV)"; \
	  "$(TENURE_BENCH_VENV)/bin/python" -m pip install --quiet --disable-pip-version-check --requirement benches/requirements.txt; \
	  cp benches/requirements.txt "$(TENURE_BENCH_VENV)/requirements.txt"; }

.PHONY: bench-valgrind
bench-valgrind: ## Install what counts the instructions of `make bench BENCH="--workload instructions"`
	@command -v valgrind > /dev/null || { apt-get update --quiet; \
	  apt-get install --quiet --yes --no-install-recommends 'valgrind=1:3.19*'; }

.PHONY: bench
bench: build bench-setup ## Against DuckDB on the same files; BENCH="--customers 50000 --months 36" (benches/README.md)
	@"$(TENURE_BENCH_VENV)/bin/python" -B benches/run.py --tenure "$(TENURE)" $(BENCH)

.PHONY: build
build: ## Build the release binary
	cargo build --release --locked

.PHONY: check
check: ## Formatting, lints and dependency rules, without running the tests
	cargo fmt --check
	cargo clippy --release --locked --lib --bins --tests -- -D warnings
	@if command -v cargo-deny >/dev/null; then cargo deny --offline check bans licenses sources; \
	 else echo "cargo-deny is not installed: tests/it/deny.rs holds deny.toml" >&2; fi

# cargo-nextest where there is one, else cargo's own runner: the same tests, and both close with a summary.
RUN_TESTS = if cargo nextest --version >/dev/null 2>&1; \
	then cargo nextest run --release --locked $(1); \
	else cargo test --release --locked --test it -- $(1); fi

.PHONY: test-sql
test-sql: setup ## The SQL twins alone: hand-checked cases and the golden ones
	@"$(TENURE_PYTHON)" -B -m pytest --quiet -p no:cacheprovider tests/sql/check_*.py

.PHONY: test
test: setup $(if $(FILTER),,check test-sql) ## Formatting, lints and every test; FILTER=name runs the tests of that name only
	$(call RUN_TESTS,$(FILTER))

.PHONY: bless
bless: setup generate ## Rewrite the expectations of golden cases and the generated files, then show what changed
	export BLESS=1; $(call RUN_TESTS,golden)
	git --no-pager diff --stat -- tests/golden sql

.PHONY: generate
generate: build ## Rewrite the generated files (sql/README.md, sql/warehouse)
	@$(TENURE) generate --out sql
