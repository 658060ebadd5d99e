# What a developer types. `make help` lists it; the work is in scripts/.
SHELL := /bin/bash
.DEFAULT_GOAL := help
.PHONY: help demo test site lint bench clean

help: ## this list
	@grep -hE '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/^([a-z]+):.*## /  make \1\t/' | expand -t 16

demo: ## the main job on a demo company, no ERPNext needed: writes build/demo.html
	@scripts/venv.sh preview
	@mkdir -p build
	@.venv/bin/relationship-crm demo --html build/demo.html

test: ## unit tests; site and browser tests too where a bench is found (BENCH_DIR)
	@scripts/test.sh

site: ## an ERPNext site with this app and demo data, on the bench found or a new one
	@scripts/site.sh

lint: ## ruff over everything
	@scripts/venv.sh lint
	@.venv/bin/ruff check .
	@.venv/bin/ruff format --check .

bench: ## benchmarks on the bench found
	@scripts/bench.sh

clean: ## removes .venv and build
	rm -rf .venv build
