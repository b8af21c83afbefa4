# Needs Python 3.11 or newer with venv and pip; everything else goes into .venv.
PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin
export PIP_DISABLE_PIP_VERSION_CHECK := 1

.PHONY: help demo demo-webhooks test fuzz bench conformance lint types format build clean

help:
	@echo "make demo         export a simulated account (needs no OnceHub account)"
	@echo "make demo-webhooks  deliver simulated events to a receiver, and kill it (needs no account)"
	@echo "make test         run the tests"
	@echo "make fuzz         verify and receive a million spoiled headers and bodies (minutes)"
	@echo "make conformance  compare the simulator with the vendor's document (ONCEHUB_OPENAPI=FILE)"
	@echo "make bench        measure what the library costs"
	@echo "make lint types   check style and types"
	@echo "make format       format the code"
	@echo "make build        build the wheel"
	@echo "make clean        remove what make made"

demo: $(VENV)/.cli
	@$(BIN)/oncehub demo --out demo-export

demo-webhooks: $(VENV)/.cli
	@$(BIN)/oncehub demo-webhooks

test: $(VENV)/.dev
	$(BIN)/pytest -n 3

fuzz: $(VENV)/.dev
	ONCEHUB_FUZZ=1000000 $(BIN)/pytest -n 2 -k at_random \
		tests/webhooks/test_signature.py tests/webhooks/test_receiver.py

conformance: $(VENV)/.dev
	$(BIN)/pytest -n 2 -rs tests/simulator/test_conformance.py tests/resources tests/models

bench: $(VENV)/.dev
	$(BIN)/python -m benchmarks

lint: $(VENV)/.dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: $(VENV)/.dev
	$(BIN)/mypy

format: $(VENV)/.dev
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

build: $(VENV)/.dev
	rm -rf dist
	$(BIN)/python -m build --quiet
	@ls dist

clean:
	rm -rf $(VENV) dist demo-export .pytest_cache .mypy_cache .ruff_cache .hypothesis

$(VENV)/.cli $(VENV)/.dev: pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
		{ echo "Python 3.11 or newer is needed; name it: make PYTHON=/path/to/python3.11"; exit 1; }
	@echo "Installing into $(VENV); this takes a moment."
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@$(BIN)/python -m pip install --quiet --editable '.[$(patsubst .%,%,$(notdir $@))]'
	@touch $@
