# Everything a person or CI runs. `make demo` and `make test` need only Python 3.11+, git and make.
PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin
UV_VERSION := 0.13.9

.DEFAULT_GOAL := help
.PHONY: help setup demo test test-all check wall check-wall fmt lock bench clean

help:  ## list the targets
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 12

$(VENV)/.ready: pyproject.toml uv.lock
	$(PYTHON) -c 'import sys; v = sys.version_info; sys.exit(0 if v >= (3, 11) else f"Python 3.11 or newer is needed, this is {v.major}.{v.minor}: set PYTHON=python3.11")'
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check uv==$(UV_VERSION)
	$(BIN)/uv sync --frozen --quiet
	$(BIN)/python -m ioc.embedded.kafka --prepare
	touch $@

setup: $(VENV)/.ready  ## make the virtual environment with the locked dependencies

demo: setup  ## run everything on this machine, fed by the simulator; prints the wall's address
	$(BIN)/ioc demo

test: setup  ## the newcomer's run: all tests but the long suites, under 10 minutes
	$(BIN)/pytest -m "not slow"

test-all: setup  ## the long suites: faults, browser matrix
	$(BIN)/pytest -m slow

check: setup  ## lint, types, import contracts, lock file, generated files in step
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-cache
	$(BIN)/uv lock --check --quiet
	$(BIN)/python -m schemas check
	$(BIN)/python -m dashboards check
	$(BIN)/python -m domain check
	$(BIN)/ioc check

wall:  ## build the wall's page anew from wall/web (needs Node 20 and npm)
	cd wall/web && npm ci --no-fund --no-audit --silent && npm run check && npm run build

check-wall: wall  ## the shipped page is what its source builds
	git diff --exit-code --stat -- wall/static

fmt: setup  ## format and mend what can be mended
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

lock: setup  ## resolve the dependencies anew into uv.lock
	$(BIN)/uv lock --upgrade

bench: setup  ## repeat the measurements of benchmarks/RESULTS.md; contestants get an environment of their own
	$(BIN)/uv sync --frozen --quiet --project benchmarks/contestants
	$(BIN)/python -m benchmarks

clean:  ## remove what was built here, but not the data in var/
	rm -rf $(VENV) dist .pytest_cache .mypy_cache .ruff_cache .hypothesis
