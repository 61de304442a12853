# Recipes, read as a menu: `make` prints it. CI calls `make test` and nothing else.

.DEFAULT_GOAL := help
MAKEFLAGS += --no-print-directory
BIN := .venv/bin
SOURCES := requirements/run.lock requirements/dev.lock pyproject.toml scripts/install

.PHONY: help run test test-kernel lint fix bench docs lock clean

help: ## Print this menu
	@awk -F ':.*## ' '/^[a-z-]+:.*## /{printf "  make %-11s %s\n", $$1, $$2}' Makefile

run: .venv/installed-run ## The main job: five reports in, their guards up and checked, one status page out
	@scripts/compile
	@$(BIN)/python -m examples

test: .venv/installed-dev ## Everything CI asks: system packages, lint, types, import rules, tests
	@scripts/compile
	@$(BIN)/python scripts/system_packages.py tests
	@$(MAKE) lint
	@$(BIN)/python -m pytest -q -n 2 --dist loadfile

test-kernel: .venv/installed-dev ## Firewall rules beside the kernel: 100,000 packets through generated rule sets
	@$(BIN)/python scripts/system_packages.py tests
	@$(BIN)/python -m tests.kernel --packets $(or $(packets),100000) --seed $(or $(seed),1)

lint: .venv/installed-dev ## Ruff, mypy --strict and the import rules, changing nothing
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check --quiet .
	@$(BIN)/mypy --no-error-summary
	@$(BIN)/lint-imports --no-logo

fix: .venv/installed-dev ## Let ruff mend what it can, and format
	@$(BIN)/ruff check --fix .
	@$(BIN)/ruff format .

bench: .venv/installed-dev ## Measure reading, start-up and certificate checks beside their peers
	@scripts/compile
	@$(BIN)/python scripts/system_packages.py bench
	@$(BIN)/python -m bench

docs: .venv/installed-dev ## Write the generated pages of docs/ anew
	@$(BIN)/python scripts/generate_docs.py
	@$(BIN)/python scripts/generate_rules_page.py

lock: ## Choose the newest dependencies that fit, and pin them with their hashes
	@scripts/lock

clean: ## Remove the virtual environment, caches and everything else that can be made again
	@rm -rf .venv build dist .hypothesis .mypy_cache .pytest_cache .ruff_cache .import_linter_cache .grimp_cache
	@find . -name __pycache__ -type d -prune -exec rm -rf {} +

.venv/installed-%: $(SOURCES)
	@scripts/install $*
