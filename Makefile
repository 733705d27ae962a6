# Two commands do everything on a fresh machine: make demo, make test.
.DELETE_ON_ERROR:
.PHONY: setup demo serve test bench lint types contracts check messages lock
.SILENT:

PYTHON ?= python3
VENV := .venv
RUN := $(VENV)/bin/python
# How many tests run side by side: as many as there are cores.
TESTS_AT_ONCE ?= auto

setup:
	PYTHON="$(PYTHON)" sh tools/setup.sh

demo: setup
	$(RUN) manage.py demo --out demo-out

serve: setup
	$(RUN) manage.py serve --with-demo

test: setup
	SETUP_FOR=test PYTHON="$(PYTHON)" sh tools/setup.sh
	$(RUN) -m pytest -n $(TESTS_AT_ONCE) --dist worksteal

bench: setup
	SETUP_FOR=bench PYTHON="$(PYTHON)" sh tools/setup.sh
	$(RUN) manage.py bench all --out bench.json

lint:
	$(VENV)/bin/ruff check .
	$(VENV)/bin/ruff format --check .
	$(VENV)/bin/djlint templates --lint --quiet

types:
	$(VENV)/bin/mypy

contracts:
	$(VENV)/bin/lint-imports

check: lint types contracts

messages:
	$(RUN) manage.py makemessages -l fr --no-location --ignore=.venv --ignore=var
	$(RUN) manage.py compilemessages --ignore=.venv

lock:
	sh tools/lock.sh
