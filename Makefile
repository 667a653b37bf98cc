# What a maintainer runs. Each target sets up what it needs on a machine that has Python 3.11+ and make.
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
SHELL := /bin/sh

# The first Python that is new enough; another one: make test PYTHON=python3.13
PYTHON ?= $(shell for python in python3 python3.14 python3.13 python3.12 python3.11 python; do \
	$$python -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $$python && break; done)
VENV ?= .venv
BIN := $(VENV)/bin
# Its Python version is part of the stamp: another PYTHON makes the environment anew.
STAMP = $(VENV)/.ready-$(or $(shell $(PYTHON) -c 'import sys; print("%d.%d" % sys.version_info[:2])' 2>/dev/null),none)
LOCK ?= requirements/dev.txt
export PIP_DISABLE_PIP_VERSION_CHECK := 1

# A change of the schema that was killed half way is finished before anything else is done.
ifneq ($(wildcard .generate-next),)
$(info $(shell $(PYTHON) -m scripts.schema.pair))
endif

.PHONY: help demo test test-lowest check generate schema contract bench sandbox build lock soak audit clean

help: ## say what each target does
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-12s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

$(STAMP): $(LOCK) pyproject.toml
	@test -n "$(PYTHON)" || { echo "bettune needs Python 3.11 or newer: install it, or name it with PYTHON=" >&2; exit 1; }
	@echo "Setting up $(VENV) with $(PYTHON) (once)"
	@rm -rf $(VENV)
	@$(PYTHON) -m venv $(VENV) || { echo "$(PYTHON) cannot make a virtual environment: install its venv package" >&2; exit 1; }
	@$(BIN)/python -m pip install --quiet --require-hashes -r $(LOCK)
	@$(BIN)/python -m pip install --quiet --no-deps --no-build-isolation -e .
	@touch $@

demo: $(STAMP) ## do the whole job against a sandbox, and show it
	@$(BIN)/python -m scripts.demo

test: $(STAMP) ## run the tests
	@$(BIN)/python -m pytest $(ARGS)

test-lowest: ## run the tests with the lowest versions the library allows
	@$(MAKE) test VENV=.venv-lowest LOCK=requirements/lowest.txt

check: $(STAMP) ## check format, lint, types, generated/ against openapi.yaml, and the workflows
	@$(BIN)/ruff format --check --quiet . || { $(BIN)/ruff format --diff .; exit 1; }
	@$(BIN)/ruff check --quiet .
	@$(BIN)/mypy
	@$(BIN)/python -m scripts.schema.generate --check
	@$(BIN)/zizmor --offline --quiet --no-progress --persona=pedantic --strict-collection .github

generate: $(STAMP) ## write generated/ from openapi.yaml
	@$(BIN)/python -m scripts.schema.generate

# What is asked for reaches the shell by the environment, as it was written.
schema: override export SCHEMA := $(value SCHEMA)
schema: $(STAMP) ## take over a downloaded schema: make schema SCHEMA=<url or file>
	@MAKE='$(MAKE)' $(BIN)/python -m scripts.schema "$$SCHEMA"

contract: override export BASE_URL := $(value BASE_URL)
contract: override export FILTER := $(value FILTER)
contract: override export MATCH := $(value MATCH)
contract: $(STAMP) ## check a running API against openapi.yaml: BASE_URL=, and FILTER= MATCH= to write
	@$(BIN)/python -m scripts.contract $(if $(BASE_URL),--base-url "$$BASE_URL") \
		$(if $(FILTER),--filter "$$FILTER") $(if $(MATCH),--match "$$MATCH") $(ARGS)

bench: ## measure against raw httpx and others, into docs/bench.md: ARGS=--brief for a look
	@$(MAKE) --no-print-directory .venv-bench/$(notdir $(STAMP)) VENV=.venv-bench LOCK=requirements/bench.txt
	@.venv-bench/bin/python -m scripts.bench $(ARGS)

sandbox: $(STAMP) ## run a local BetTune until stopped
	@$(BIN)/python -m bettune.sandbox $(ARGS)

build: $(STAMP) ## build the sdist and the wheel into dist/
	@rm -rf dist
	@$(BIN)/python -m build --no-isolation --outdir dist . >/dev/null
	@ls dist

lock: $(STAMP) ## pin the newest versions allowed, with hashes, and the lowest ones
	@for lowest in "dev:highest" "lowest:lowest-direct"; do \
	$(BIN)/uv pip compile --quiet pyproject.toml --all-extras --group dev --universal --python-version 3.11 \
		--generate-hashes --no-header --no-annotate --upgrade \
		--resolution $${lowest#*:} -o requirements/$${lowest%:*}.txt || exit 1; done
	@$(BIN)/uv pip compile --quiet pyproject.toml requirements/bench.in --extra cli --extra sandbox \
		--universal --python-version 3.11 --generate-hashes --no-header --no-annotate --no-strip-extras --upgrade \
		-o requirements/bench.txt

soak: $(STAMP) ## send 200,000 requests through one client of either kind; memory and files stay flat
	@$(BIN)/python -m scripts.soak $(ARGS)

audit: $(STAMP) ## ask whether a locked package has a known vulnerability
	@$(BIN)/python -m scripts.audit

clean: ## remove what the other targets made
	@rm -rf .venv .venv-* dist .hypothesis .mypy_cache .ruff_cache
