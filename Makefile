PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin

.PHONY: run setup dev test check lock

lock:  ## Pin and hash the dependencies again; no index address is written.
	"$(BIN)/uv" pip compile --generate-hashes --universal --python-version 3.11 --no-annotate --no-header --no-emit-index-url -q pyproject.toml -o requirements.txt
	"$(BIN)/uv" pip compile --generate-hashes --universal --python-version 3.11 --no-annotate --no-header --no-emit-index-url -q pyproject.toml --group dev -o requirements-dev.txt
