# Two commands: `make run` starts Groundswell with its demo, `make test` proves it. Only make and Python 3.11+ are needed.

PYTHON ?= python3
WORKERS ?= auto
VENV := .venv
BIN := $(VENV)/bin
# A checkout that was moved is set up again.
PLACE := $(shell pwd | cksum | cut -d' ' -f1)
READY := $(VENV)/.ready-$(PLACE)
READY_DEV := $(VENV)/.ready-dev-$(PLACE)
PIP := "$(BIN)/python" -m pip --disable-pip-version-check --quiet
# For the tools that load the settings without serving anyone.
TOOLS := GROUNDSWELL_DEBUG=1 DJANGO_SETTINGS_MODULE=groundswell.config.settings
export PIP_ROOT_USER_ACTION := ignore
export PYTHONUNBUFFERED := 1

.PHONY: help setup run dev chromium mailservers kannel test fast check format screenshots messages lock clean

help:  ## This list.
	@sed -n 's/^\([a-z-]*\):.*## /\1\t/p' Makefile | expand -t 12

setup: $(READY)  ## Virtual environment and pinned, hashed dependencies; starts nothing.
	@echo "Ready. Start with the demo: make run. Without it: $(BIN)/groundswell run"

run: $(READY)  ## Groundswell with its demo campaign, at http://localhost:8000 (PORT=8001 make run for another port).
	@GROUNDSWELL_DEMO=1 exec "$(BIN)/python" -m groundswell.cli run --demo

dev: $(READY_DEV) chromium mailservers kannel  ## What tests and checks need as well.

test: dev  ## Everything, on real PostgreSQL and in a real browser.
	"$(BIN)/python" -m pytest -q -n $(WORKERS) --dist worksteal

fast: $(READY_DEV)  ## Tests to run after every change: all but those with a browser, whole processes, load or many rows.
	"$(BIN)/python" -m pytest -q -n $(WORKERS) --dist worksteal -m "not slow and not browser"

check: $(READY_DEV)  ## Lint, format, types, the floors of the house, migrations up to date.
	"$(BIN)/python" -m ruff check .
	"$(BIN)/python" -m ruff format --check .
	$(TOOLS) "$(BIN)/python" -m mypy
	PYTHONPATH=src "$(BIN)/lint-imports"
	$(TOOLS) "$(BIN)/python" -W ignore::RuntimeWarning -m django makemigrations --check --dry-run

format: $(READY_DEV)  ## Put the code into shape.
	"$(BIN)/python" -m ruff check --fix .
	"$(BIN)/python" -m ruff format .

screenshots: dev  ## The pictures of the documentation, drawn anew from the demo.
	GROUNDSWELL_DEMO=1 "$(BIN)/python" docs/screenshots.py

messages: $(READY_DEV)  ## Collect the words to be translated, for LANGUAGE (make messages LANGUAGE=cy); needs gettext.
	@mkdir -p src/groundswell/web/locale
	cd src/groundswell && $(TOOLS) "$(CURDIR)/$(BIN)/python" -m django makemessages --no-location --locale "$(LANGUAGE)"

lock: $(READY_DEV)  ## Pin and hash the dependencies again; no index address is written.
	"$(BIN)/uv" pip compile --generate-hashes --universal --python-version 3.11 --no-annotate --no-header --no-emit-index-url -q pyproject.toml --group build -o requirements.txt
	"$(BIN)/uv" pip compile --generate-hashes --universal --python-version 3.11 --no-annotate --no-header --no-emit-index-url -q pyproject.toml --group build --group dev -o requirements-dev.txt

clean:  ## Remove the virtual environment. The data folder stays.
	rm -rf "$(VENV)"

$(BIN)/python:
	@command -v "$(PYTHON)" >/dev/null || { \
		echo "Groundswell needs Python 3.11 or later, and there is no $(PYTHON). On Debian or Ubuntu: apt install python3 python3-venv"; exit 1; }
	@"$(PYTHON)" -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
		echo "Groundswell needs Python 3.11 or later; this is $$("$(PYTHON)" --version). Name another one: make PYTHON=python3.12 $(MAKECMDGOALS)"; exit 1; }
	@"$(PYTHON)" -c 'import ensurepip, venv' 2>/dev/null || { \
		echo "This Python cannot make virtual environments. On Debian or Ubuntu: apt install python3-venv"; exit 1; }
	@"$(PYTHON)" -m venv --clear "$(VENV)"

$(READY): requirements.txt pyproject.toml | $(BIN)/python
	@echo "Installing what Groundswell needs (once; a minute or two) ..."
	@$(PIP) install --require-hashes -r requirements.txt
	@$(PIP) install --no-deps --no-build-isolation --editable .
	@touch "$@"

$(READY_DEV): requirements-dev.txt | $(READY)
	@echo "Installing what tests and checks need (once) ..."
	@$(PIP) install --require-hashes -r requirements-dev.txt
	@touch "$@"

# Debian's own Chromium, where we may install it; tests in a browser are skipped otherwise, and say so.
chromium:
	@command -v "$${CHROMIUM:-chromium}" >/dev/null || command -v chromium-browser >/dev/null || command -v google-chrome >/dev/null || { \
		[ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null && echo "Installing Chromium for the browser tests (once) ..." && \
		export DEBIAN_FRONTEND=noninteractive && \
		apt-get update -qq </dev/null >/dev/null 2>&1 && apt-get install -y -qq --no-install-recommends chromium fonts-dejavu-core </dev/null >/dev/null 2>&1; } || \
		echo "No Chromium here and no way to install it: browser tests will be skipped."

# Postfix and Dovecot for the tests of what comes back; only where nothing would start them by itself (a container).
mailservers:
	@PATH="/usr/sbin:$$PATH"; { command -v postfix && command -v dovecot; } >/dev/null || { \
		[ "$$(id -u)" = 0 ] && [ ! -d /run/systemd/system ] && command -v apt-get >/dev/null && \
		echo "Installing Postfix and Dovecot for the tests of bounces (once) ..." && export DEBIAN_FRONTEND=noninteractive && \
		apt-get update -qq </dev/null >/dev/null 2>&1 && \
		apt-get install -y -qq --no-install-recommends postfix dovecot-imapd </dev/null >/dev/null 2>&1; } || \
		echo "No Postfix and Dovecot here to run as root: their tests will be skipped."

# Kannel and its network for the tests of texts, from Debian's packages, unpacked beside the virtual environment: nothing of
# the machine's is touched, and nothing starts by itself. Without it those tests fail.
kannel: | $(BIN)/python
	@[ -x "$(VENV)/kannel/usr/sbin/bearerbox" ] || [ -x /usr/lib/kannel/test/fakesmsc ] || { \
		command -v apt-get >/dev/null && echo "Unpacking Kannel for the tests of texts (once) ..." && \
		rm -rf "$(VENV)/kannel" && mkdir -p "$(VENV)/debs/partial" && \
		{ [ "$$(id -u)" != 0 ] || apt-get update -qq </dev/null >/dev/null 2>&1; } && \
		apt-get install -y -qq --download-only --no-install-recommends -o Debug::NoLocking=1 -o APT::Sandbox::User= \
			-o Dir::Cache::archives="$(CURDIR)/$(VENV)/debs" kannel kannel-extras </dev/null >/dev/null && \
		for package in "$(VENV)"/debs/*.deb; do dpkg-deb -x "$$package" "$(VENV)/kannel" || exit 1; done && \
		rm -r "$(VENV)/debs"; } || \
		echo "No Kannel here and no way to get it: tests of texts through it will fail."
