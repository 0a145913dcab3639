# Plenum. `make help` explains everything; python3 (3.11 or newer) and make are all it needs.
PYTHON ?= python3
PY := .venv/bin/python
T ?=
CONFERENCES ?= 2000
ROOMS ?= 230
SEED ?= 7
.DEFAULT_GOAL := help
.PHONY: help venv demo up year test access contract scale hunt faults check format bench schema migrations lock wheels clean

help: ## Show this list
	@grep -hE '^[a-z]+:.*## ' Makefile | sort | awk -F':.*## ' '{printf "  make %-12s %s\n", $$1, $$2}'

venv: ## Build .venv from the hashed lock file (every other target does it by itself)
	@$(PYTHON) tools/bootstrap.py

demo: venv ## Run a whole conference, from announcement to recap, and keep serving it (ONCE=1: exit at the end; FRESH=1: start clean; PORT=8000)
	@$(PY) -m backend.cli demo

up: venv ## Run Plenum for real on embedded servers with data kept in var/ (PORT=8000)
	@$(PY) -m backend.cli up

year: venv ## Write a synthetic year of conferences into the data of make up (CONFERENCES=2000 ROOMS=230 SEED=7)
	@$(PY) -m backend.cli migrate --verbosity 0
	@$(PY) -m backend.cli simulate year --conferences $(CONFERENCES) --rooms $(ROOMS) --seed $(SEED)

test: venv ## Run the tests on servers of their own (T=tests/people runs a part)
	@$(PY) -m pytest -q --numprocesses auto --maxprocesses 4 --dist worksteal $(T)

access: venv ## Ask every operation as everybody: who may, what is closed to them, what it costs
	@$(PY) -m pytest -q --numprocesses auto --maxprocesses 4 --dist worksteal tests/access

contract: venv ## Ask every operation of the API rightly and wrongly: its answers are as described
	@$(PY) -m pytest -q --numprocesses auto --maxprocesses 4 --dist worksteal tests/contract

scale: venv ## Write synthetic years, and play small what the bench plays
	@$(PY) -m pytest -q --numprocesses auto --maxprocesses 4 --dist worksteal tests/simulation tests/bench

hunt: venv ## Look for counterexamples to every property, each time among others (T=tests/people in a part)
	@$(PY) -m pytest -q --numprocesses auto --maxprocesses 4 --dist worksteal --hypothesis-profile hunt -m hypothesis $(T)

faults: venv ## Kill processes, stop Redis, break SMTP: everything must still be done, once
	@$(PY) -m pytest -q tests/faults

check: venv ## Formatter, linter, types, floors, migrations and API schema in step
	@$(PY) -m ruff check .
	@$(PY) -m ruff format --check .
	@$(PY) -m backend.cli types
	@.venv/bin/lint-imports
	@$(PY) -m backend.cli migrations --check
	@$(PY) -m backend.cli schema --check

format: venv ## Format the code and mend what the linter can mend
	@$(PY) -m ruff format .
	@$(PY) -m ruff check --fix .

bench: venv ## Measure, as ratios against references in the same run
	@$(PY) -m bench

schema: venv ## Rewrite tests/schema.v1.yaml and tests/events.v1.yaml: their diff is a decision
	@$(PY) -m backend.cli schema

migrations: venv ## Write migrations for changed models
	@$(PY) -m backend.cli migrations

lock: venv ## Resolve pyproject.toml anew into the hashed lock files (needs uv)
	@uv pip compile pyproject.toml --extra dev --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-emit-find-links --no-annotate --no-header --quiet --output-file requirements.lock
	@uv pip compile pyproject.toml --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-emit-find-links --no-annotate --no-header --quiet --output-file requirements.prod.lock

wheels: venv ## Keep the wheels in var/wheels, so that .venv can be built without a network
	@$(PY) -m pip download --quiet --require-hashes -r requirements.lock -d var/wheels

clean: ## Remove .venv and everything in var/
	@rm -rf .venv var
