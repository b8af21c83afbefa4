# Needs Python 3.11 or newer with venv and pip; everything else goes into .venv.
PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin
export PIP_DISABLE_PIP_VERSION_CHECK := 1

.PHONY: help check demo demo-sync demo-webhooks house test pythons wheel release-check docs pictures fuzz bench conformance lint types format build clean

help:
	@echo "make demo         export a simulated account (needs no OnceHub account)"
	@echo "make demo-sync    sync a simulated account into DuckDB, and report on it (needs no account)"
	@echo "make demo-webhooks  deliver simulated events to a receiver, and kill it (needs no account)"
	@echo "make check        all that CI runs, the fast parts first"
	@echo "make test         run the tests"
	@echo "make fuzz         verify and receive a million spoiled headers and bodies (minutes)"
	@echo "make conformance  compare the simulator with the vendor's documents (ONCEHUB_OPENAPI="FILE FILE")"
	@echo "make bench        measure what the library costs"
	@echo "make lint types house  check style, types and the plan of the package"
	@echo "make pythons      run the tests on the other Pythons of this machine; coverage"
	@echo "make wheel        try what was built, in empty environments"
	@echo "make release-check  try all of a release but the publishing (TAG=v1.2.3: that very one)"
	@echo "make docs         build the documentation site into build/site"
	@echo "make pictures     draw the pictures of docs/pictures anew"
	@echo "make format       format the code"
	@echo "make build        build the wheel"
	@echo "make clean        remove what make made"

demo: $(VENV)/.cli
	@$(BIN)/oncehub demo --out demo-export

demo-sync: $(VENV)/.sync
	@rm -rf demo.duckdb demo.duckdb.*
	@$(BIN)/oncehub demo-sync --out demo.duckdb

demo-webhooks: $(VENV)/.cli
	@$(BIN)/oncehub demo-webhooks

# In this order, one after the other, until something fails.
STEPS := lint types house docs test conformance pythons release-check

check:
	@for step in $(STEPS); do printf '\n== %s\n' "$$step"; $(MAKE) --no-print-directory $$step || exit 1; done

house: $(VENV)/.dev
	$(BIN)/pytest -q tests/test_house.py

test: $(VENV)/.dev
	$(BIN)/pytest -n 3

fuzz: $(VENV)/.dev
	ONCEHUB_FUZZ=1000000 $(BIN)/pytest -n 2 -k at_random \
		tests/webhooks/test_signature.py tests/webhooks/test_receiver.py

# The vendor's documents, with spaces between them.
ONCEHUB_OPENAPI ?= $(wildcard ../shared/openapi/*.json)

conformance: $(VENV)/.dev
	@test -n "$(ONCEHUB_OPENAPI)" || echo "skipped: no documents at ../shared; set ONCEHUB_OPENAPI"
	@for document in $(ONCEHUB_OPENAPI); do \
		echo "-- $$document"; \
		ONCEHUB_OPENAPI=$$document $(BIN)/pytest -n 2 -rs -q -m vendor_document \
			tests/simulator tests/resources tests/models || exit 1; \
	done

bench: $(VENV)/.dev
	$(BIN)/python -m benchmarks

lint: $(VENV)/.dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: $(VENV)/.dev
	$(BIN)/mypy
	$(BIN)/pyright --pythonpath $(BIN)/python tests/typed_program.py
	$(BIN)/python .ci/type_completeness.py 99

pythons: $(VENV)/.dev
	@VENV=$(VENV) .ci/pythons

wheel: build
	@PYTHON=$(PYTHON) .ci/wheel

# The cheap parts first; the last one tries the wheel in empty environments.
release-check: build
	$(BIN)/python .ci/release.py $(TAG)
	$(BIN)/twine check --strict dist/*
	@PYTHON=$(PYTHON) .ci/wheel

docs: $(VENV)/.dev $(VENV)/.docs
	$(BIN)/python .ci/site.py

pictures: $(VENV)/.dev
	$(BIN)/python -m harness.pictures

format: $(VENV)/.dev
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

build: $(VENV)/.dev
	rm -rf dist
	$(BIN)/python -m build --quiet
	@ls dist

clean:
	rm -rf $(VENV) $(VENV)-3.* .coverage build dist demo-export demo.duckdb* .pytest_cache .mypy_cache .ruff_cache .hypothesis

# A report is made by the command line of what a sync has made.
$(VENV)/.sync: EXTRAS := cli,sync

$(VENV)/.cli $(VENV)/.dev $(VENV)/.sync $(VENV)/.docs: pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
		{ echo "Python 3.11 or newer is needed; name it: make PYTHON=/path/to/python3.11"; exit 1; }
	@echo "Installing into $(VENV); this takes a moment."
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@$(BIN)/python -m pip install --quiet --editable '.[$(or $(EXTRAS),$(patsubst .%,%,$(notdir $@)))]'
	@touch $@
