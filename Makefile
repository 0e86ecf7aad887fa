# Everything here works in a fresh clone: what a target needs, it makes first.

.DEFAULT_GOAL := help
SHELL := bash
BIN := .venv/bin
ENVIRONMENT := .venv/up-to-date
# How many test processes run side by side.
JOBS ?= 2
# How long each fuzz target runs.
FUZZ_SECONDS ?= 60

.PHONY: help setup demo test check format docs schema bench fuzz lock upgrade clean

help: ## list the targets (this)
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-9s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

setup: $(ENVIRONMENT) ## make the environment in .venv, from nothing but Python 3.11 or newer

$(ENVIRONMENT): requirements.lock pyproject.toml scripts/setup
	@scripts/setup
	@touch $@

demo: $(ENVIRONMENT) ## read the images in examples/, keep them, and serve them; needs no network
	@scripts/demo

test: $(ENVIRONMENT) ## run the tests (as root on Debian or Ubuntu, install the tools that they use first)
	@scripts/install-test-tools
	@# A file stays with one process: what its tests share, servers and images, is made once.
	$(BIN)/pytest -n $(JOBS) --dist loadfile

check: $(ENVIRONMENT) ## format, lint, types and the direction of imports
	$(BIN)/ruff format --check
	$(BIN)/ruff check
	$(BIN)/mypy
	$(BIN)/lint-imports --no-logo

format: $(ENVIRONMENT) ## put every file in the project's form, and mend what can be mended without thought
	$(BIN)/ruff format
	$(BIN)/ruff check --fix

docs: $(ENVIRONMENT) ## build the documentation into docs/_build
	$(BIN)/sphinx-build -W --keep-going -b html docs docs/_build

schema: $(ENVIRONMENT) ## write the schemas in docs/, the forms of what `--json` prints, from the code
	@$(BIN)/python scripts/report-schema
	@$(BIN)/python scripts/diff-schema
	@$(BIN)/python scripts/ledger-schemas

bench: $(ENVIRONMENT) ## measure, and print the ratios that the project promises
	$(BIN)/python -m bench

fuzz: $(ENVIRONMENT) ## run each target in fuzz/ for FUZZ_SECONDS
	@set -e; for target in fuzz/fuzz_*.py; do \
	    echo "$$target"; $(BIN)/python "$$target" "$(FUZZ_SECONDS)"; \
	done

lock: $(ENVIRONMENT) ## bring requirements.lock in line with pyproject.toml
	@scripts/lock

upgrade: $(ENVIRONMENT) ## likewise, and take the newest releases that are at least a week old
	@scripts/lock --upgrade

clean: ## remove the environment and everything built
	rm -rf .venv .demo build dist docs/_build .mypy_cache .pytest_cache .ruff_cache .import_linter_cache .hypothesis
