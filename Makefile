# Two commands: `make demo` and `make test`. Both make .venv and install everything first; both can be run again.
VENV   := .venv
PY     := $(VENV)/bin/python
STAMP  := $(VENV)/.installed

.PHONY: demo test quick lint leaderboard checkpoint bench docs clean

demo: $(STAMP)
	$(VENV)/bin/gazekit demo --out runs/demo

# One thread per test process: more would wait for each other.
test quick: export OMP_NUM_THREADS := 1

test: $(STAMP) lint
	$(PY) -m pytest -n auto --dist loadfile --cov --cov-report=term

quick: $(STAMP)
	$(PY) -m pytest -n auto --dist loadfile -m "not slow"

lint: $(STAMP)
	$(VENV)/bin/ruff format --check .
	$(VENV)/bin/ruff check .
	$(VENV)/bin/mypy

docs: $(STAMP)
	NO_MKDOCS_2_WARNING=1 $(VENV)/bin/mkdocs build --strict --quiet
	@echo "open build/site/index.html"

leaderboard: $(STAMP)
	$(PY) docs/leaderboard.py

checkpoint: $(STAMP)
	OMP_NUM_THREADS=1 $(PY) docs/models/shipped_oat.py

bench: $(STAMP)
	$(PY) benchmarks/run.py

$(STAMP): pyproject.toml
	@python3 -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
		{ echo "gazekit needs Python 3.11 or newer, and python3 is $$(python3 --version)"; exit 1; }
	python3 -m venv $(VENV)
	$(PY) -m pip install --quiet --upgrade pip
	$(PY) -m pip install --quiet --editable ".[dev,models,docs]"
	-$(PY) -m pip install --quiet pysaliency # built from source: its test is skipped, loudly, where it does not build
	touch $(STAMP)

clean:
	rm -rf $(VENV) .pytest_cache .mypy_cache .ruff_cache build *.egg-info
