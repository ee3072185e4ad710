# Two commands do everything: "make demo" runs the demonstration, "make test" proves the product.
PYTHON ?= python3
BIN := .venv/bin/python

.DEFAULT_GOAL := help
.PHONY: help install install-test demo serve test format lint types bench clean

help:  ## Say what each target does
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-8s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

install:  ## Make .venv and install what running needs
	@$(PYTHON) portal/embedded/install.py

install-test:
	@$(PYTHON) portal/embedded/install.py --test

demo: install  ## Prepare the demonstration and serve it
	@$(BIN) manage.py demo

serve: install  ## Run web, worker and beat on the data that is there
	@$(BIN) manage.py migrate --verbosity 0
	@$(BIN) manage.py serve

test: install-test  ## Run every check and every test
	@$(BIN) -m tests.run

format: install-test  ## Write the code as the formatter wants it
	@$(BIN) -m ruff format .
	@$(BIN) -m ruff check --fix .

lint: install-test  ## Check format, lint and imports
	@$(BIN) -m tests.run format lint imports

types: install-test  ## Check types
	@$(BIN) -m tests.run types

bench: install-test  ## Run the benchmarks of benchmarks/README.md
	@$(BIN) -m benchmarks

clean:  ## Remove .venv and caches; the data stays
	@rm -rf .venv .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis test-results staticfiles
	@find . -name __pycache__ -type d -prune -exec rm -rf {} +
