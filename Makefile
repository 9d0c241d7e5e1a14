# Spor. `make` alone tells what there is. Written for GNU make 3.81 and newer (Debian, macOS).

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:

ifndef PYTHON
PYTHON := $(shell for name in python3 python3.14 python3.13 python3.12 python3.11; do \
	if $$name -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; \
	then echo $$name; break; fi; done)
endif

BIN := .venv/bin
VENV := .venv/.stamp-venv
RUNS := .venv/.stamp-run
DEVELOPS := .venv/.stamp-develop
PIP := $(BIN)/python -m pip --disable-pip-version-check install --quiet
WORKERS ?= 2

.PHONY: help run test check lint types rooms fast assets messages screenshots format clean

help: ## List what make can do
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-12s %s\n", $$1, $$2 }' Makefile

run: $(RUNS) assets ## Start Spor with a demo municipality on http://127.0.0.1:8000 (PORT=…, SPOR_DATABASE_URL=…)
	@exec $(BIN)/spor demo --serve

test: $(DEVELOPS) assets ## Run the whole suite: also studies, a real browser and PostgreSQL
	CHROMIUM="$$($(BIN)/python tools/browser.py)" && export CHROMIUM && $(BIN)/pytest -n $(WORKERS)

check: lint types rooms fast ## Run what every change must pass: lint, types, rooms, fast tests

lint: $(DEVELOPS) ## Look for faults and untidy format
	$(BIN)/ruff check
	$(BIN)/ruff format --check

types: $(DEVELOPS) ## Check the types
	$(BIN)/mypy
	$(BIN)/mypy tools

rooms: $(DEVELOPS) ## Check that each package imports only what it may
	$(BIN)/lint-imports

fast: $(DEVELOPS) ## Run the tests that need no browser, no PostgreSQL and no patience
	$(BIN)/pytest -m "not slow and not browser and not postgresql" -n $(WORKERS)

assets: $(VENV) ## Fetch style sheets and font (once; pinned)
	@$(BIN)/python tools/assets.py

messages: $(DEVELOPS) ## Gather new texts into the nb and nn catalogues, for translation
	$(BIN)/python tools/messages.py

screenshots: $(DEVELOPS) assets ## Take pictures of the main pages into docs/screenshots
	CHROMIUM="$$($(BIN)/python tools/browser.py)" && export CHROMIUM && $(BIN)/python tools/screenshots.py

format: $(DEVELOPS) ## Put the code into shape
	$(BIN)/ruff check --fix
	$(BIN)/ruff format

clean: ## Remove what can be fetched or made again (keeps .venv and the database)
	rm -rf node_modules .tools webapp/static/vendor dist
	rm -rf .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
	find . -name .venv -prune -o -name __pycache__ -type d -exec rm -rf {} +

$(VENV):
	@test -n "$(PYTHON)" || { echo "Spor needs Python 3.11 or newer, and found none on the PATH." >&2; \
	  echo "Debian: sudo apt install python3 python3-venv. macOS: brew install python3." >&2; \
	  echo "Or point to one: make PYTHON=/path/to/python3.12 …" >&2; exit 1; }
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
	  echo "Spor needs Python 3.11 or newer; $(PYTHON) is older or missing." >&2; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || test "$$(id -u)" != 0 || ! command -v apt-get >/dev/null \
	  || { echo "Installing python3-venv (once) …"; apt-get update -q && apt-get install -y -q python3-venv; } >&2
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || { \
	  echo "This Python cannot make a virtual environment. Debian: sudo apt install python3-venv." >&2; exit 1; }
	@echo "Making a virtual environment in .venv (once) …"
	@$(PYTHON) -m venv .venv
	@touch $@

$(RUNS): pyproject.toml $(VENV)
	@echo "Installing what Spor runs on …"
	@$(PIP) --editable .
	@touch $@

$(DEVELOPS): pyproject.toml $(VENV)
	@echo "Installing what Spor is developed with …"
	@$(PIP) --editable '.[dev]'
	@touch $@ $(RUNS)
