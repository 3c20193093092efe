# Two commands matter: `make demo` and `make test`. Each sets up what it needs in .venv.
PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin
STAMP  := $(VENV)/.ready

.PHONY: demo test crash check bench pictures lock clean .venv

$(STAMP): requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Python 3.11 or newer is needed: make PYTHON=python3.12"; exit 2; }
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	@touch $@

.venv: $(STAMP)

demo: $(STAMP)  ## a living team in your browser
	$(BIN)/iqs demo

test: $(STAMP)  ## every test, PostgreSQL and the browser included
	$(BIN)/python -m pytest

crash: $(STAMP)  ## every long test: a thousand kills on each database, restarts, races, replays; an hour or two
	@echo "| design | database | faults | kills | acked clicks | messages | lost | doubled | swept | seconds |"
	$(BIN)/python -m pytest -n 0 -m long tests

check: $(STAMP)  ## format, lint, types, architecture
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-logo
	$(BIN)/python -m pytest -n 0 tests/test_architecture.py tests/bot/test_architecture.py

bench: $(STAMP)  ## one script a question; each prints ratios measured side by side
	@for script in benchmarks/*.py; do echo "== $$script"; $(BIN)/python -P $$script || exit 1; done

pictures: $(STAMP)  ## retake the README's pictures from the demo page
	$(BIN)/python docs/pictures.py

lock: $(STAMP)  ## rewrite requirements.lock from pyproject.toml
	$(BIN)/uv pip compile pyproject.toml --group dev --universal --python-version 3.11 --generate-hashes \
	    --no-header --no-annotate --upgrade --output-file requirements.lock

clean:
	rm -rf $(VENV) build dist *.egg-info
