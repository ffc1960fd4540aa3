# Outfall. `make help` lists the targets.
SHELL := /bin/bash
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
.DEFAULT_GOAL := help

.PHONY: help install assets run up down test lint bench clean lock

help: ## list these targets
	@awk -F':.*## ' '/^[a-z-]+:.*## / {printf "  make %-9s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

$(VENV)/.installed: requirements.lock pyproject.toml
	@$(PYTHON) deploy/preflight.py
	@echo "Outfall: making $(VENV) and installing the pinned dependencies (about a minute the first time) ..."
	@$(PYTHON) -m venv $(VENV)
	@$(BIN)/python -m pip install --quiet --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	@$(BIN)/python -m pip install --quiet --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable . 2>/dev/null \
	  || $(BIN)/python -m pip install --quiet --quiet --disable-pip-version-check --no-deps --editable .
	@touch $@

$(VENV)/.installed-test: $(VENV)/.installed requirements-test.lock
	@echo "Outfall: installing what the tests need ..."
	@$(BIN)/python -m pip install --quiet --quiet --disable-pip-version-check --require-hashes -r requirements-test.lock
	@touch $@

lock: ## pin the dependencies anew (needs the 'uv' package)
	uv pip compile pyproject.toml --universal --python-version 3.11 --generate-hashes --no-header --no-annotate -q -o requirements.lock
	uv pip compile pyproject.toml --extra test --universal --python-version 3.11 --generate-hashes --no-header --no-annotate -q -o requirements-test.lock

install: $(VENV)/.installed ## make .venv with the command .venv/bin/outfall

assets: $(VENV)/.installed ## install the console's browser assets from npm
	@$(BIN)/outfall assets

run: $(VENV)/.installed ## start everything and stay in the foreground until Ctrl-C
	@exec $(BIN)/outfall run

up: $(VENV)/.installed ## start everything in the background
	@$(BIN)/outfall up

down: $(VENV)/.installed ## stop what `make up` or `make run` started
	@$(BIN)/outfall down

lint: $(VENV)/.installed-test ## style, types and the like
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy

test: $(VENV)/.installed-test lint assets ## unit, integration, fault and browser tests on a throw-away stack
	@bash deploy/browser.sh
	@$(BIN)/python -m pytest

bench: $(VENV)/.installed-test ## the figures of design.md section 8, each with its limit
	@$(BIN)/python -m tests.bench

clean: ## remove what can be made again (not the data of the Outfall home)
	@rm -rf $(VENV) build *.egg-info .mypy_cache .ruff_cache .pytest_cache .hypothesis api/console/static/vendor
