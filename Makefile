# `make run` and `make test` are all a newcomer needs; `make help` lists the rest.
SHELL := /bin/sh
PYTHON ?= python3
PORT ?= 8000
PART ?=
N ?=
SEED ?=
DATA ?= ../shared/data
VENV ?= .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check --quiet

.PHONY: help run install test coverage explore test-slow test-cluster test-cluster-faults parity measure-cluster test-pythons check format soak bench quality calibration translations golden requirements clean

help:  ## Say what can be made.
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-19s %s\n", $$1, $$2 }' Makefile

run: $(VENV)/run.stamp  ## Install, index seeds/ and serve on http://127.0.0.1:8000/ (PORT=… to change).
	@$(BIN)/searchsvc reindex seeds --index index || test $$? -eq 1
	@PORT=$(PORT) SEARCHSVC_SAVED_PAGES=$${SEARCHSVC_SAVED_PAGES:-seeds} exec $(BIN)/searchsvc serve --index index

install: $(VENV)/run.stamp  ## Make .venv and install the service into it.

test: $(VENV)/test.stamp  ## Install what the tests need, then check format, lint, types, audit, and run the tests (95 % of the lines).
	@$(MAKE) --no-print-directory check
	$(BIN)/pytest --numprocesses auto --maxprocesses 4 --dist loadfile --cov --cov-report=

coverage: $(VENV)/test.stamp  ## Show which lines the last `make test` did not run.
	@$(BIN)/coverage report

explore: $(VENV)/test.stamp  ## Run the property tests with random examples, ten times as many (ARGS=… for pytest).
	$(BIN)/pytest -m hypothesis --hypothesis-profile=explore $(ARGS)

test-slow: $(VENV)/test.stamp  ## Run the tests that `make test` leaves out: they install packages.
	$(BIN)/pytest -m slow -rs

test-cluster: $(VENV)/test.stamp  ## Start an OpenSearch cluster (needs Java 21 and Maven, no container), run its tests, stop it (ARGS=… for pytest).
	@tools/cluster/cluster.sh able || { echo "make test-cluster needs Java 21 or later (OPENSEARCH_JAVA_HOME) and Maven" >&2; exit 2; }
	tools/cluster/cluster.sh run 1 $(BIN)/pytest -m cluster tests/engines tests/reindex $(ARGS)

test-cluster-faults: $(VENV)/test.stamp  ## The same with three nodes, of which one is killed, hangs, is full or is started again (ARGS=… for pytest).
	@tools/cluster/cluster.sh able || { echo "make test-cluster-faults needs Java 21 or later (OPENSEARCH_JAVA_HOME) and Maven" >&2; exit 2; }
	tools/cluster/cluster.sh run 3 $(BIN)/pytest -s -m cluster tests/engines/opensearch/test_cluster_nodes.py $(ARGS)

parity: $(VENV)/test.stamp  ## Compare an index in a folder with one in a cluster on the articles and judged queries of DATA, and print what differs.
	@tools/cluster/cluster.sh able || { echo "make parity needs Java 21 or later (OPENSEARCH_JAVA_HOME) and Maven" >&2; exit 2; }
	tools/cluster/cluster.sh run 1 env PYTHONPATH=. $(BIN)/python tools/measure_parity.py $(DATA) $(ARGS)

measure-cluster: $(VENV)/test.stamp  ## Measure an index in a cluster, by its shards, beside a plain client (ARGS=… for others).
	@tools/cluster/cluster.sh able || { echo "make measure-cluster needs Java 21 or later (OPENSEARCH_JAVA_HOME) and Maven" >&2; exit 2; }
	tools/cluster/cluster.sh run 1 $(BIN)/python tools/measure_cluster.py $(DATA) $(ARGS)

test-pythons: $(VENV)/run.stamp  ## Run the tests under each supported Python that is found here (ARGS=… for pytest).
	@$(BIN)/python tools/pythons.py $(ARGS)

check: $(VENV)/test.stamp  ## Format, lint, types and known vulnerabilities, without the tests.
	$(BIN)/ruff format --check --quiet .
	$(BIN)/ruff check --quiet .
	$(BIN)/mypy --no-error-summary
	@$(BIN)/python tools/audit.py

format: $(VENV)/test.stamp  ## Format the code.
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

soak: $(VENV)/test.stamp  ## Throw trouble at the whole product (PART=kills|calls|flips|commits|queries|pages N=… SEED=…).
	$(BIN)/python -m soak $(PART) $(if $(N),--count $(N)) $(if $(SEED),--seed $(SEED)) $(ARGS)

bench: $(VENV)/bench.stamp  ## Measure speed and size beside the rivals (ARGS=… for one question).
	$(BIN)/python -m benchmarks --data $(DATA) $(ARGS)

quality: $(VENV)/quality.stamp  ## Measure ranking, reading and quotes against judged data, beside the rivals.
	$(BIN)/python -m quality --data $(DATA) $(ARGS)

calibration: $(VENV)/test.stamp  ## Measure how often speakers are right on judged articles; write the tables and docs/calibration.md (DATA=…).
	$(BIN)/python tools/calibrate.py $(DATA)

translations: $(VENV)/test.stamp  ## Bring the catalogues of translations up to date with the texts, compile them, and print what they lack.
	$(BIN)/python -m tools.translations $(ARGS)

golden: $(VENV)/test.stamp  ## Write the golden files anew; then read the difference.
	PYTHONPATH=. $(BIN)/python tools/renew_golden.py

requirements:  ## Compile requirements/*.txt from *.in, with hashes for every Python and platform (needs uv).
	for set in run test quality bench; do uv pip compile --quiet --universal --generate-hashes --python-version 3.11 \
	  --no-annotate --custom-compile-command "make requirements" requirements/$$set.in -o requirements/$$set.txt || exit 1; done

clean:  ## Remove everything that can be made again (the index is kept).
	rm -rf .venv .venv-* build dist *.egg-info .coverage .pytest_cache .mypy_cache .ruff_cache .hypothesis .import_linter_cache
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

$(VENV)/bin/python:
	@$(PYTHON) -c 'import ensurepip, sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || { \
	  echo "searchsvc needs make and Python 3.11 or newer with venv: apt install make python3-venv" >&2; exit 2; }
	$(PYTHON) -m venv $(VENV)

$(VENV)/pip.stamp: $(VENV)/bin/python
	$(PIP) install --upgrade "pip>=25"
	@touch $@

$(VENV)/run.stamp: requirements/run.txt pyproject.toml $(VENV)/pip.stamp
	$(PIP) install --require-hashes -r requirements/run.txt
	$(PIP) install --no-deps --no-build-isolation --editable .
	@touch $@

$(VENV)/%.stamp: requirements/%.txt $(VENV)/run.stamp
	$(PIP) install --require-hashes -r requirements/$*.txt
	@touch $@
