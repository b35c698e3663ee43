# demo · demo-reset · test · browser · check · bench · interop · vendor · lock — each works on a machine with Python 3.11+, git and make.

PYTHON ?= python3
BIN := .venv/bin
PORT ?= 8000
LMS_PORT ?= 8001
PALIER_DATA ?= .data
export PORT LMS_PORT PALIER_DATA
# The catalogue of English sentences is compiled on the machine, never committed.
CATALOGUES := translations/en/LC_MESSAGES/messages.mo

.PHONY: demo demo-reset test browser check bench interop vendor lock catalogues messages permissions

demo: .venv/ready $(CATALOGUES)
	@exec $(BIN)/python -m lti.demo

demo-reset: .venv/ready
	@$(BIN)/python -m lti.demo --reset

test: .venv/ready-dev $(CATALOGUES)
	$(BIN)/pytest -q -n auto -m "not browser and not interop"

# In Debian's chromium, where the machine has it.
browser: .venv/ready-dev $(CATALOGUES)
	$(BIN)/pytest -q -n auto --dist loadgroup tests/browser

check: .venv/ready-dev $(CATALOGUES)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/djlint templates --lint --quiet
	$(BIN)/pytest -q tests/guards

bench: .venv/ready-dev $(CATALOGUES)
	$(BIN)/python -m tests.bench

interop: .venv/ready-dev $(CATALOGUES)
	$(PYTHON) tests/interop/prepare.py
	$(BIN)/pytest -q -m interop tests/interop

vendor:
	$(PYTHON) static/vendor/renew.py

# Draw docs/permissions.md anew, to be read in review.
permissions: .venv/ready-dev
	PALIER_WRITE_PERMISSIONS=1 $(BIN)/pytest -q tests/guards/test_routes.py -k table_of_permissions

# Pinned and hashed, without any download address, so that it serves behind any mirror.
lock: .venv/ready
	$(BIN)/uv pip compile -q --universal --python-version 3.11 --generate-hashes --custom-compile-command "make lock" pyproject.toml -o requirements.lock
	$(BIN)/uv pip compile -q --universal --python-version 3.11 --generate-hashes --custom-compile-command "make lock" pyproject.toml --group dev -c requirements.lock -o requirements-dev.lock

catalogues: $(CATALOGUES)

# Gather the French sentences of templates and forms into the English catalogue, whose blanks a translator then fills.
messages: .venv/ready
	$(BIN)/pybabel -q extract -F translations/babel.cfg --no-location --sort-output --omit-header --project=Palier -k lazy_gettext -o build/messages.pot .
	$(BIN)/pybabel -q update --no-fuzzy-matching --ignore-obsolete --omit-header --no-wrap -i build/messages.pot -d translations -l en

%.mo: %.po .venv/ready
	@$(BIN)/pybabel -q compile -f -i $< -o $@

.venv/python: 
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Palier needs Python 3.11 or later; $(PYTHON) is older. Name another: make PYTHON=python3.12 …"; exit 1; }
	@$(PYTHON) -m venv .venv
	@$(BIN)/python -m pip install -q --disable-pip-version-check uv
	@ln -sf bin/python .venv/python

# uv where it reaches the packages, pip where only pip is configured to.
define install
	@echo "installing $(1)…"
	@$(BIN)/uv pip install -q --python $(BIN)/python --require-hashes -r $(1) 2>/dev/null || $(BIN)/python -m pip install -q --disable-pip-version-check --require-hashes -r $(1)
	@touch $@
endef

.venv/ready: requirements.lock | .venv/python
	$(call install,$<)

.venv/ready-dev: requirements-dev.lock | .venv/ready
	$(call install,$<)
