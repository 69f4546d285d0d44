# A fresh machine has python3, make and a package registry. The rest comes into .venv, made by the stamp below and
# made again when pyproject.toml or constraints.txt change; what is measured against, into .venv-bench.
# `make PYTHON=python3.12 …` chooses another Python.

PYTHON ?= python3
BIN := .venv/bin
INSTALLED := .venv/installed
PIP := -m pip --disable-pip-version-check
CHECK_PYTHON = $(PYTHON) -c 'import sys; sys.version_info >= (3, 11) or sys.exit( \
  "Pristine needs Python 3.11 or newer; $(PYTHON) is %d.%d. Choose another: make PYTHON=python3.12" \
  % sys.version_info[:2])'
PACKAGES := $(patsubst examples/%/sdk,%,$(wildcard examples/*/sdk))
BENCHMARKS := $(filter-out benchmarks/_%,$(sort $(wildcard benchmarks/*.py)))
BENCH_BIN := .venv-bench/bin
BENCH_INSTALLED := .venv-bench/installed
PEERS := openai anthropic google-genai orjson

# One more than the cores that we count on, since much of the time of the tests is waiting.
WORKERS ?= 3
PYTEST := $(BIN)/python -m pytest
IN_PARALLEL := -n $(WORKERS) --dist loadfile --no-loadscope-reorder

# Images of containers like to set it. Then each worker would rewrite the asserts of all tests, and each of the hundreds
# of processes that tests start would compile what it imports.
unexport PYTHONDONTWRITEBYTECODE

.DEFAULT_GOAL := help
.NOTPARALLEL:
.DELETE_ON_ERROR:
.PHONY: help demo test test-all fmt lint types docs generate adapters tables bench bench-all pins clean

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-15s %s\n", $$1, $$2 }' Makefile

demo: $(INSTALLED) ## see it: a call and a stream against a real server on this machine
	@$(BIN)/python examples/chat/demo.py

test: lint types ## check everything: lint, types, tests, and the examples in the documentation
	$(PYTEST) $(IN_PARALLEL)

test-all: $(INSTALLED) ## the tests over every transport there is, which takes a while
	PRISTINE_BACKENDS=all $(PYTEST) $(IN_PARALLEL)

fmt: $(INSTALLED) ## format, and fix what can be fixed without you
	$(BIN)/ruff check --fix-only
	$(BIN)/ruff format

lint: $(INSTALLED) ## ruff, its formatting, and the direction of imports
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/lint-imports

types: $(INSTALLED) ## mypy, strict
	$(BIN)/mypy

docs: $(INSTALLED) ## run the examples in the documentation, check its links and tables
	$(PYTEST) tests/docs

generate: $(INSTALLED) ## make the packages below examples/ again, each from the manifest beside it
	@set -e; for name in $(PACKAGES); do $(BIN)/pristine generate examples/$$name/manifest.* \
	  --out examples/$$name/sdk --package $${name}_sdk; done

adapters: $(INSTALLED) ## hold every transport to its promises, and write the table of adapters
	$(PYTEST) -q tests/contracts/test_transports.py --pristine-report docs/reference/adapters.json
	$(BIN)/python -m tests.docs.adapters

tables: $(INSTALLED) ## remake the JSON Schema of manifests, and the tables of the reference page, from the code
	$(BIN)/python -m pristine.manifest.schema
	$(BIN)/python -m tests.docs.tables

bench: $(BENCH_INSTALLED) ## measure Pristine beside its peers, about ten minutes, and write the page of figures
	$(BENCH_BIN)/python -m benchmarks.suite --write

bench-all: bench $(INSTALLED) ## the same, and then the scripts that measure one part each
	@set -e; for file in $(BENCHMARKS); do echo "$$file"; $(BIN)/python "$$file"; done

pins: ## remake constraints.txt and benchmarks/requirements.txt with the newest versions that pyproject.toml allows
	@$(CHECK_PYTHON)
	@set -e; new=$$(mktemp -d); trap 'rm -rf "$$new"' EXIT; \
	$(PYTHON) -m venv "$$new/venv"; \
	"$$new/venv/bin/python" $(PIP) install -q '.[dev]'; \
	echo '# What pip install -e ".[dev]" brings in. Remade by: make pins' > "$$new/pins"; \
	"$$new/venv/bin/python" $(PIP) freeze --exclude pristine-sdk >> "$$new/pins"; \
	"$$new/venv/bin/python" $(PIP) install -q -c "$$new/pins" $(PEERS); \
	echo '# What the contestants of `make bench` bring in beyond constraints.txt. Remade by: make pins' > "$$new/peers"; \
	"$$new/venv/bin/python" $(PIP) freeze --exclude pristine-sdk | grep -vxFf "$$new/pins" >> "$$new/peers"; \
	if grep -hEv '^(#.*|[A-Za-z0-9._-]+==[A-Za-z0-9._!+-]+)$$' "$$new/pins" "$$new/peers"; then \
	  echo 'These are not pins of a name to a version.' >&2; exit 1; fi; \
	cp "$$new/pins" constraints.txt; cp "$$new/peers" benchmarks/requirements.txt

clean: ## remove what the other targets have made, .venv included
	rm -rf .venv .venv-bench dist build .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

$(INSTALLED): pyproject.toml constraints.txt
	@$(CHECK_PYTHON)
	$(PYTHON) -m venv .venv
	$(BIN)/python $(PIP) install -q -c constraints.txt -e '.[dev]'
	@touch $@

$(BENCH_INSTALLED): pyproject.toml constraints.txt benchmarks/requirements.txt
	@$(CHECK_PYTHON)
	$(PYTHON) -m venv .venv-bench
	$(BENCH_BIN)/python $(PIP) install -q -c constraints.txt -r benchmarks/requirements.txt \
	  -e '.[httpx,httpx2,aiohttp,pyreqwest,msgspec]'
	@touch $@
