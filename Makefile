# Every target below makes what it needs: the virtual environment in .venv is filled from the pinned
# requirements on first use, and again when those change.

HOST ?= 127.0.0.1
PORT ?= 8000
PYTHON ?= python3
ARGS ?=

VENV := .venv
PY := $(VENV)/bin/python
# Which room imports which, by the contracts in pyproject.toml.
LAYERS := $(PY) $(VENV)/bin/lint-imports --no-logo --no-cache
UV := $(shell command -v uv 2>/dev/null)

# What `make lock` compiles with where uv is not on PATH.
LOCK_VENV := .lock-venv
LOCK_UV_VERSION := 0.13.9

ifdef UV
INSTALL = $(UV) pip install --quiet --no-config --python $(PY) --require-hashes -r
else
INSTALL = $(PY) -m pip install --quiet --disable-pip-version-check --require-hashes -r
endif

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.PHONY: help serve test check messages security architecture pictures audit bench faults coverage mutants sbom lock clean

help: ## Show this list
	@awk 'BEGIN {FS = ":.*## "} /^[a-z-]+:.*## / {printf "  make %-12s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

serve: $(VENV)/.app ## Start the web app on http://127.0.0.1:8000 (HOST=… PORT=… to change)
	@exec $(PY) -m estimator serve --host "$(HOST)" --port "$(PORT)"

test: $(VENV)/.dev ## Lint, check types and layers, run every test, in Chromium and on PostgreSQL too (ARGS='-k name' goes to pytest)
	@tests/support/setup.sh
	$(PY) -m ruff check .
	$(PY) -m mypy
	$(LAYERS)
	@# Two processes, each with whole files; both have to list the tests in the same order.
	PYTHONHASHSEED=0 $(PY) -m pytest --numprocesses 2 --dist loadfile $(ARGS)

check: $(VENV)/.dev ## Lint, formatting, types and layers, without the tests
	$(PY) -m ruff check .
	$(PY) -m ruff format --check .
	$(PY) -m mypy
	$(LAYERS)

messages: $(VENV)/.dev ## Bring the Spanish catalogue in step with templates and code, list what is untranslated
	$(PY) tests/support/catalogue.py

security: $(VENV)/.dev ## Write the table of addresses in docs/security.md anew from the URL map
	$(PY) tests/support/routes.py

architecture: $(VENV)/.dev ## Draw docs/architecture.md anew from the imports
	$(PY) tests/support/architecture.py

pictures: $(VENV)/.dev ## Replace what tests compare pages with: pictures, screen reader texts, their price tables
	@tests/support/setup.sh browser
	CI=true UPDATE=1 $(PY) -m pytest -q tests/test_screen_reader.py tests/test_pictures.py
	$(PY) -m pytest -q tests/test_screen_reader.py tests/test_pictures.py

audit: $(VENV)/.app audit/node_modules/.installed ## Lighthouse, as on a phone; ends with 1 below 100
	@tests/support/setup.sh browser
	@audit/run.sh "$(PY)"

faults: $(VENV)/.dev ## Break a server of our own in thirteen ways under load: what patients notice (ARGS='--short' or names)
	@tests/support/setup.sh
	$(PY) -m faults $(ARGS)

coverage: $(VENV)/.tools ## Which branches of core/ and prices/ their own tests take, and which not
	PYTHONHASHSEED=0 $(PY) -m pytest -q --numprocesses 2 --dist loadfile -p no:cacheprovider --cov=estimator.core \
	    --cov=estimator.prices --cov-branch --cov-report=term-missing:skip-covered \
	    $$(grep -lE 'estimator\.(core|prices)' tests/test_*.py | xargs grep -LE 'chromium|live_server|test_serve|desk') $(ARGS)

mutants: $(VENV)/.tools ## Change core/ in small ways and see whether its tests notice (ARGS='estimator.core.ledger*'); hours for all
	PYTHONHASHSEED=0 HYPOTHESIS_PROFILE=ci $(VENV)/bin/mutmut run --max-children 2 $(ARGS)
	$(VENV)/bin/mutmut results

sbom: $(VENV)/.tools ## What the app consists of, as CycloneDX JSON: dist/sbom.json
	@mkdir -p dist
	$(VENV)/bin/cyclonedx-py requirements requirements/app.txt --pyproject pyproject.toml --mc-type application \
	    --output-reproducible --of JSON -o dist/sbom.json

bench: $(VENV)/.dev ## Run the benchmarks (ARGS=… goes to them)
	$(PY) -m benchmarks $(ARGS)

lock: ## Recompile requirements/*.txt after a change of *.in (UPGRADE=1 takes the newest versions)
	@set -eu; \
	uv="$(UV)"; \
	if [ -z "$$uv" ]; then \
	    uv=$(LOCK_VENV)/bin/uv; \
	    [ -x "$$uv" ] || $(PYTHON) -m venv $(LOCK_VENV); \
	    $(LOCK_VENV)/bin/python -m pip install --quiet --disable-pip-version-check uv==$(LOCK_UV_VERSION); \
	fi; \
	for name in app dev tools; do \
	    env -u UV_INDEX -u UV_EXTRA_INDEX_URL -u UV_FIND_LINKS \
	    "$$uv" pip compile --quiet --no-config --universal --python-version 3.11 --fork-strategy fewest \
	        --generate-hashes --no-emit-index-url --no-emit-find-links --custom-compile-command "make lock" \
	        $(if $(UPGRADE),--upgrade) requirements/$$name.in -o requirements/$$name.txt; \
	done

clean: ## Remove everything that make and the tools left here
	rm -rf $(VENV) $(LOCK_VENV) node_modules audit/node_modules build dist test-results .hypothesis .mypy_cache .pytest_cache .ruff_cache mutants
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

# axe-core and fonts for the tests, Lighthouse for the audit: pinned with hashes, their scripts not run.
node_modules/.installed audit/node_modules/.installed: %node_modules/.installed: %package.json %package-lock.json
	@echo "Installing what $< names ..."
	@npm ci --prefix "./$*" --ignore-scripts --no-audit --no-fund --loglevel=error
	@touch $@

# The environment holds the pinned packages; the project itself is not installed into it but put on its
# path, so nothing is built and a change of the code counts at once. bin/estimator is the command.
$(PY):
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
	    echo "Python 3.11 or newer is needed; '$(PYTHON)' is $$($(PYTHON) --version 2>&1). Try: make PYTHON=python3.11 …" >&2; \
	    exit 1; }
ifdef UV
	@$(UV) venv --quiet --no-config --clear --no-python-downloads --python "$(PYTHON)" $(VENV)
else
	@$(PYTHON) -c 'import venv, ensurepip' 2>/dev/null || { \
	    echo "Python's venv module is missing. On Debian and Ubuntu:" >&2; \
	    echo "    sudo apt-get update && sudo apt-get install -y python3-venv" >&2; \
	    exit 1; }
	@$(PYTHON) -m venv --clear $(VENV)
endif

# First in every environment: a pip where uv made it and has gone since, the path, the command.
$(VENV)/.base: Makefile | $(PY)
ifndef UV
	@$(PY) -m pip --version >/dev/null 2>&1 || $(PY) -m ensurepip >/dev/null
endif
	@$(PY) -c 'import pathlib, sysconfig; pathlib.Path(sysconfig.get_path("purelib"), "estimator-checkout.pth").write_text(f"{pathlib.Path.cwd()}\n", encoding="utf-8")'
	@printf '%s\n' '#!/bin/sh' 'exec "$$(dirname "$$(readlink -f "$$0")")/python" -P -m estimator "$$@"' >$(VENV)/bin/estimator
	@chmod +x $(VENV)/bin/estimator
	@touch $@

$(VENV)/.app: requirements/app.txt | $(VENV)/.base
	@echo "Installing what the app needs into $(VENV) ..."
	@$(INSTALL) requirements/app.txt
	@touch $@

# dev.txt holds all of app.txt, and tools.txt all of dev.txt, at the same versions.
$(VENV)/.tools: requirements/tools.txt | $(VENV)/.base
	@echo "Installing what the app, its tests and the tools need into $(VENV) ..."
	@$(INSTALL) requirements/tools.txt
	@touch $(VENV)/.app $(VENV)/.dev $@

$(VENV)/.dev: requirements/dev.txt | $(VENV)/.base
	@echo "Installing what the app and its tests need into $(VENV) ..."
	@$(INSTALL) requirements/dev.txt
	@touch $(VENV)/.app $@
