# The tasks of a maintainer. Each target sets up its environment on a machine with Python 3.11+ and make.
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
SHELL := /bin/sh

# The first Python that is new enough. To use another: make test PYTHON=python3.13
PYTHON ?= $(shell for python in python3 python3.14 python3.13 python3.12 python3.11 python; do \
	$$python -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $$python && exit; done; \
	echo python3)
BIN := .venv/bin
export PIP_DISABLE_PIP_VERSION_CHECK := 1
# With this variable, every process would compile all modules again.
unexport PYTHONDONTWRITEBYTECODE

# First complete an interrupted change of the schema.
ifneq ($(wildcard .generate-next),)
$(info $(shell $(PYTHON) -m scripts.schema.pair))
endif

.PHONY: help demo test test-lowest check generate schema contract bench sandbox build lock release-check \
	soak audit mutants clean test-ecosystem test-httpx2 docs

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z0-9-]+:.*## / { printf "  make %-14s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

# Makes the environment of a target from the lock with this name, unless it is up to date.
define environment
@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || { \
	version=$$($(PYTHON) -c 'import sys; print(sys.version.split()[0])' 2>/dev/null || echo missing); \
	echo "bettune needs Python 3.11 or newer, and $(PYTHON) is $$version: choose another with PYTHON=" >&2; exit 1; }
@$(PYTHON) -m scripts.environment $(@D) requirements/$(1).txt
endef

.venv/.ready: FORCE
	$(call environment,dev)
.venv-%/.ready: FORCE
	$(call environment,$*)
FORCE:

demo: .venv-demo/.ready ## run the daily job against a sandbox
	@.venv-demo/bin/python -m scripts.demo

test: .venv/.ready ## run the tests; ALL=1: also the slow ones
	@$(BIN)/python -m pytest $(if $(ALL),--all) $(ARGS)

test-lowest: .venv-lowest/.ready ## run the tests with the lowest versions the library allows
	@.venv-lowest/bin/python -m pytest $(if $(ALL),--all) $(ARGS)

check: .venv/.ready ## check format, lint, types, generated files, the public API and the workflows
	@$(BIN)/ruff format --check --quiet . || { $(BIN)/ruff format --diff .; exit 1; }
	@$(BIN)/ruff check --quiet .
	@$(BIN)/python -m scripts.types bettune docs/examples
	@$(BIN)/python -m scripts.schema.generate --check
	@$(BIN)/python -m scripts.unasync --check
	@$(BIN)/python -m scripts.api --check
	@$(BIN)/zizmor --offline --quiet --no-progress --persona=pedantic --strict-collection .github

generate: .venv/.ready ## write generated/ from openapi.yaml, bettune/_sync from bettune/_async, and api.md
	@$(BIN)/python -m scripts.schema.generate
	@$(BIN)/python -m scripts.unasync
	@$(BIN)/python -m scripts.api

# Pass user input to the shell only through the environment, so that it is not expanded.
schema: override export SCHEMA := $(value SCHEMA)
schema: export MAKE := $(MAKE)# not in the recipe, which `make -n` would then run
schema: .venv/.ready ## take over a downloaded schema: make schema SCHEMA=<url or file>
	@$(BIN)/python -m scripts.schema "$$SCHEMA"

contract: override export BASE_URL := $(value BASE_URL)
contract: override export FILTER := $(value FILTER)
contract: override export MATCH := $(value MATCH)
contract: .venv/.ready ## check a running API against openapi.yaml: BASE_URL=, and FILTER= MATCH= to write
	@$(BIN)/python -m scripts.contract $(if $(BASE_URL),--base-url "$$BASE_URL") \
		$(if $(FILTER),--filter "$$FILTER") $(if $(MATCH),--match "$$MATCH") $(ARGS)

bench: .venv-bench/.ready ## compare with httpx and others, and write docs/bench.md; ARGS=--brief: a short trial
	@.venv-bench/bin/python -m scripts.bench $(ARGS)

sandbox: .venv-demo/.ready ## run a local BetTune until stopped
	@.venv-demo/bin/python -m bettune.sandbox $(ARGS)

docs: .venv-docs/.ready ## write the documentation in English and Polish into site/en/ and site/pl/
	@rm -rf site
	@.venv-docs/bin/python docs/catalogue.py --check
	@for language in en pl; do \
		.venv-docs/bin/python -m sphinx --quiet --fail-on-warning --keep-going -c docs \
			-D language=$$language -d site/.doctrees/$$language docs/$$language site/$$language || exit 1; \
	done
	@rm -r site/.doctrees
	@echo "site/en/index.html and site/pl/index.html"

build: .venv/.ready ## build the sdist and the wheel into dist/
	@rm -rf dist
	@$(BIN)/python -m build --no-isolation --outdir dist . >/dev/null
	@ls dist

# The steps of the release workflow, without the upload.
release-check: override export TAG := $(value TAG)
release-check: .venv-release/.ready ## build and check a release without publishing it: TAG= of the release
	@PATH="$(CURDIR)/.venv-release/bin:$$PATH" .venv-release/bin/python -m scripts.release $(if $(TAG),--tag "$$TAG")

NODE := tests/ecosystem/schema
test-ecosystem: .venv-ecosystem/.ready $(if $(shell command -v npm),$(NODE)/node_modules/.package-lock.json) ## test the library with other tools of its users
	@PATH="$(CURDIR)/.venv-ecosystem/bin:$$PATH" .venv-ecosystem/bin/python -m pytest \
		-o asyncio_default_fixture_loop_scope=function tests/ecosystem tests/docs/test_examples.py $(ARGS)

# Without the tests that need other packages.
test-httpx2: .venv-ecosystem/.ready ## run the tests with httpx2, the successor of httpx
	@PYTHONPATH="$(CURDIR)/tests/ecosystem/httpx2" .venv-ecosystem/bin/python -m pytest \
		-o asyncio_default_fixture_loop_scope=function -W "ignore:Module already imported" \
		--ignore=tests/test_schema_examples.py --ignore=tests/sandbox/test_conformance.py \
		tests/test_*.py tests/values tests/resolving tests/sandbox $(ARGS)

$(NODE)/node_modules/.package-lock.json: $(NODE)/package-lock.json
	@npm ci --prefix $(NODE) --no-fund --no-audit --loglevel=error
	@touch $@

lock: .venv/.ready ## pin the newest versions allowed, with hashes, and the lowest ones
	@$(BIN)/python -m scripts.lock

soak: .venv/.ready ## send 200,000 requests through each client, and check that memory and files do not grow
	@$(BIN)/python -m scripts.soak $(ARGS)

mutants: .venv/.ready ## break the code in known ways, and check that tests fail
	@$(BIN)/python -m scripts.mutants $(ARGS)

audit: .venv/.ready ## look up known vulnerabilities of the locked packages
	@$(BIN)/python -m scripts.audit

clean: ## remove the files that the other targets made
	@rm -rf .venv .venv-* dist site .hypothesis .mypy_cache .ruff_cache
