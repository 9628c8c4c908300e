# Everything from a fresh checkout; `make help` lists it. Needs python3 (3.11 or newer) with its
# venv module; the rest is installed into .venv from the lock files, once, and again when they change.

PYTHON ?= python3
ARGS ?=

.DEFAULT_GOAL := help
.PHONY: help setup run test nightly interop check bench lock clean

help: ## list the targets
	@sed -n 's/^\([a-z]*\):.*## \(.*\)/  make \1\t\2/p' $(MAKEFILE_LIST) | expand -t 16

run: .venv/.ready-to-run ## run the whole system on this machine; Ctrl-C ends it
	@.venv/bin/idp demo $(ARGS)

test: .venv/.ready-to-test ## run every test (ARGS="-k otp" chooses)
	@sh .ci/chromium
	@$(KEEP_COMPILED) .venv/bin/python -m pytest -m "not nightly" $(SPREAD) $(ARGS)

nightly: .venv/.ready-to-test ## run what is too long for every change, and properties at length
	@sh .ci/chromium
	@$(KEEP_COMPILED) .venv/bin/python -m pytest -m "nightly or hypothesis" \
		--hypothesis-profile nightly $(SPREAD) $(ARGS)

# Dozens of processes start: what one has compiled the others read, whatever the environment says.
# A file stays with one process, and all files that want the running system do (tests/dealing.py).
# They are dealt out as they are named: the long ones (contract, e2e) begin, the short ones (unit)
# end, so that none is waited for alone.
KEEP_COMPILED = PYTHONDONTWRITEBYTECODE=
SPREAD = -n auto --dist loadfile --no-loadscope-reorder

interop: .venv/.ready-to-test ## let clients that are none of ours try (installs them where it can)
	@sh .ci/interop
	@.venv/bin/python -m pytest -m interop tests/interop $(ARGS)

check: .venv/.ready-to-test ## lint, format, types, layers, known vulnerabilities
	.venv/bin/ruff check .
	.venv/bin/ruff format --check .
	.venv/bin/mypy
	.venv/bin/lint-imports
	@sh .ci/audit

bench: .venv/.ready-to-test ## measure, and print a table
	@.venv/bin/python -m tests.bench $(ARGS)

setup: .venv/.ready-to-test ## install everything, run nothing

lock: .venv/.ready-to-test ## choose versions anew within pyproject.toml (ARGS=--upgrade: the newest)
	CUSTOM_COMPILE_COMMAND="make lock" .venv/bin/pip-compile $(COMPILE) $(ARGS) \
		--output-file requirements.lock pyproject.toml
	CUSTOM_COMPILE_COMMAND="make lock" .venv/bin/pip-compile $(COMPILE) $(ARGS) --extra dev \
		--constraint requirements.lock --output-file requirements-dev.lock pyproject.toml

clean: ## remove what was installed; data in var/ stays
	rm -rf .venv

# Hashes, and no word about where packages come from: that is the machine's business. To be run
# with the oldest Python that is supported (Debian 12's 3.11.2): newer ones need fewer packages.
COMPILE = --quiet --generate-hashes --strip-extras --allow-unsafe --build-deps-for editable \
	--no-emit-index-url --no-emit-trusted-host --no-emit-find-links --no-emit-options

# Wheels only: nothing is compiled, and no package runs code while it is installed. An environment
# keeps the Python that it was made with; `make clean` lets PYTHON name another.
INSTALL = .venv/bin/pip install --quiet --disable-pip-version-check
define install
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || { \
		echo "Python 3.11 or newer is needed; PYTHON=/path/to/python3 names another one." >&2; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || { \
		echo "Python's venv module is missing. As root: apt-get install python3-venv" >&2; exit 1; }
	@echo "Installing into .venv (a minute or two the first time) …"
	@.venv/bin/python -c 'import pip' 2>/dev/null || $(PYTHON) -m venv --clear .venv
	@$(INSTALL) --require-hashes --only-binary :all: --requirement $(1)
	@PYTHONWARNINGS=ignore $(INSTALL) --no-index --no-deps --no-build-isolation --editable .
endef

.venv/.ready-to-run: requirements.lock pyproject.toml
	$(call install,requirements.lock)
	@touch $@

.venv/.ready-to-test: requirements-dev.lock pyproject.toml
	$(call install,requirements-dev.lock)
	@touch .venv/.ready-to-run $@
