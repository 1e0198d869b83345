# Everything one does with Artel. `make` alone lists it.
PYTHON := .venv/bin/python
.DEFAULT_GOAL := help
.PHONY: help run demo backup restore doctor test check fix bench texts migrations tour lock clean

help: ## This list
	@grep -hE '^[a-z]+:.*## ' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "  make %-11s %s\n", $$1, $$2}'

run: .venv/run.stamp ## Start Artel on http://localhost:8080, with data in ./data
	@$(PYTHON) main.py serve

demo: .venv/run.stamp ## Start with Sales and Service and demo data (ARTEL_LANG=ru or en)
	@$(PYTHON) main.py demo

backup: .venv/run.stamp ## Make a backup in data/backups, also while the server runs
	@$(PYTHON) main.py backup

restore: .venv/run.stamp ## Put a backup in the place of the data: make restore FILE=… [FORCE=1]
	@$(PYTHON) main.py restore $(if $(FORCE),--force) '$(FILE)'

doctor: .venv/run.stamp ## Look whether everything fits together: make doctor [REPAIR=1]
	@$(PYTHON) main.py doctor $(if $(REPAIR),--repair)

test: .venv/test.stamp ## Run all tests: on SQLite, in a real browser, on PostgreSQL
	$(PYTHON) -m pytest -n 2 -m 'not browser'
	$(PYTHON) -m pytest -n 2 --dist loadfile -m browser
	$(PYTHON) -m pytest -n 2 -m 'not browser' --database postgres tests/store tests/automations tests/journeys

check: .venv/test.stamp ## Lint, format, types, layers and the rules of the house
	$(PYTHON) -m ruff check .
	$(PYTHON) -m ruff format --check .
	$(PYTHON) -m mypy
	.venv/bin/lint-imports
	$(PYTHON) -m pytest -q tests/architecture

fix: .venv/test.stamp ## Format, and mend what the linter can mend
	$(PYTHON) -m ruff check --fix .
	$(PYTHON) -m ruff format .

bench: .venv/test.stamp ## Answer every question in benchmarks/ and print the ratios
	@for question in benchmarks/[a-z]*.py; do $(PYTHON) -m benchmarks.$$(basename $$question .py) || exit 1; done

texts: .venv/test.stamp ## Collect the texts of the source into locale/ and compile the translations
	$(PYTHON) -m tools.texts

migrations: .venv/test.stamp ## Write a migration for what changed in store/models
	$(PYTHON) -m tools.migrations

tour: .venv/test.stamp ## Photograph every page in both languages into ./tour
	$(PYTHON) -m tools.tour

lock: .venv/test.stamp ## Pin the packages of pyproject.toml, with hashes
	tools/lock.sh

clean: ## Remove the virtual environment and caches; data stays
	rm -rf .venv .mypy_cache .ruff_cache .pytest_cache .import_linter_cache

.venv/run.stamp: requirements.lock tools/setup.sh
	@tools/setup.sh run

.venv/test.stamp: requirements-dev.lock tools/setup.sh
	@tools/setup.sh test
