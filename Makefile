# Everything below needs Python 3.11 or newer and nothing else; `make` alone lists it.
PYTHON ?= python3
BIN := .venv/bin

.PHONY: help demo up test check fix bench chaos clean lock local dev
.DEFAULT_GOAL := help

help: ## this list
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-7s %s\n", $$1, $$2 }' Makefile

demo: local ## start here and analyse sample photographs; DIR=/folder takes yours, EXIT=1 ends afterwards
	@exec $(BIN)/python -m deploy.local demo

up: local ## start here; PORT=8000, LOCAL_DIR=.local
	@exec $(BIN)/python -m deploy.local up

test: dev ## run the tests, of chaos the short ones; ARGS='-k words' chooses
	@$(BIN)/python -m pytest -m 'not chaos' $(ARGS)

check: dev ## ruff, pyright, import contracts, vendored files
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/pyright
	@$(BIN)/lint-imports
	@$(BIN)/python -m tests.vendored

fix: dev ## let ruff mend and format
	@$(BIN)/ruff check --fix .
	@$(BIN)/ruff format .

bench: dev ## measure, and compare with what is promised; ARGS='ingest saving' chooses
	@$(BIN)/python -m tests.benchmarks $(ARGS)

chaos: dev ## break everything while it works, and see that nothing is lost; CHAOS_SEED=
	@$(BIN)/python -m pytest -m chaos tests/chaos tests/machine $(ARGS)

clean: ## delete .venv, caches and what tests leave; .local keeps its data
	@rm -rf .venv .pytest_cache .hypothesis .ruff_cache .import_linter_cache tests/.artifacts build
	@find . -name __pycache__ -type d -prune -exec rm -rf {} +

lock: ## resolve requirements*.txt anew (needs uv)
	@uv pip compile -q --universal --generate-hashes --no-emit-index-url --no-emit-find-links --no-header -o requirements.txt pyproject.toml
	@uv pip compile -q --universal --generate-hashes --no-emit-index-url --no-emit-find-links --no-header --extra local -c requirements.txt -o requirements-local.txt pyproject.toml
	@uv pip compile -q --universal --generate-hashes --no-emit-index-url --no-emit-find-links --no-header --extra local --extra dev -c requirements-local.txt -o requirements-dev.txt pyproject.toml

local:
	@$(PYTHON) deploy/bootstrap.py local

dev:
	@$(PYTHON) deploy/bootstrap.py dev
