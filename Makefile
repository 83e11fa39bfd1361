# Two commands: `make demo` and `make test`. Both make .venv and install everything first; both can be run again.
VENV   := .venv
PY     := $(VENV)/bin/python
STAMP  := $(VENV)/.installed

.PHONY: demo test code-coverage coverage slow quick core lint leaderboard checkpoint bench docs clean fuzz minimum licences packages audit sbom

demo: $(STAMP)
	$(VENV)/bin/gazekit demo --out runs/demo

# One thread per test process: more would wait for each other.
test code-coverage coverage slow quick: export OMP_NUM_THREADS := 1

test: $(STAMP) lint
	$(PY) -m pytest -n auto --dist loadfile -m "not slow"

# The same with the lines that no test runs; the interpreter takes nearly twice as long when it counts them.
code-coverage: $(STAMP)
	$(PY) -m pytest -n auto --dist loadfile -m "not slow" --cov --cov-report=term

# Tests of more than ten seconds: kills by the hundred, fuzzing, notebooks, real runs in full.
slow: $(STAMP)
	$(PY) -m pytest -n auto --dist loadfile -m slow

quick: $(STAMP)
	$(PY) -m pytest -n auto --dist loadfile -m "not slow"

# The quick core of the tests on another interpreter, without torch: `make core PYTHON=python3.13`.
PYTHON := python3
CORE   := tests/test_*.py tests/foundations tests/files tests/core tests/interchange tests/metrics/strings/test_scanmatch.py \
          tests/metrics/vectors/test_multimatch.py tests/evaluation/test_evaluate.py tests/numbers/test_golden.py tests/numbers/test_tables.py

core: export OMP_NUM_THREADS := 1
core:
	$(PYTHON) -m venv build/core
	build/core/bin/python -m pip install --quiet --editable . pytest hypothesis h5py multimatch-gaze nltk
	build/core/bin/python -m pytest -p no:cacheprovider -q -m "not slow and not data" $(CORE)

lint: $(STAMP)
	$(VENV)/bin/ruff format --check .
	$(VENV)/bin/ruff check .
	$(VENV)/bin/mypy
	$(VENV)/bin/lint-imports --no-cache

docs: $(STAMP)
	NO_MKDOCS_2_WARNING=1 $(VENV)/bin/mkdocs build --strict --quiet
	@echo "open build/site/index.html"

leaderboard: $(STAMP)
	$(PY) docs/leaderboard.py

checkpoint: $(STAMP)
	OMP_NUM_THREADS=1 $(PY) docs/models/shipped_oat.py

bench: $(STAMP)
	$(PY) benchmarks/run.py

# How often intervals hold the true value; writes docs/results/coverage.md. Minutes.
OSIE ?= ../shared/data/osie
coverage: $(STAMP)
	$(PY) benchmarks/intervals.py --root $(OSIE) --write

# Guided by code coverage, one target after the other; FUZZ="csv parquet" chooses some. docs/security.md says what is found.
SECONDS ?= 60
fuzz: $(STAMP)
	OMP_NUM_THREADS=1 $(PY) fuzz/run.py --seconds $(SECONDS) $(FUZZ)

# What docs/supply.md tells of. The tools have an environment of their own, so that they are not part of what they list.
SUPPLY := build/supply/venv/bin

minimum: $(STAMP)
	$(PY) supply/minimum.py

licences: $(STAMP)
	$(PY) supply/licences.py

packages: $(SUPPLY)/.installed
	$(SUPPLY)/python supply/packages.py

audit: $(STAMP) $(SUPPLY)/.installed
	$(SUPPLY)/pip-audit --path $$($(PY) -c 'import sysconfig; print(sysconfig.get_path("purelib"))') --skip-editable

sbom: $(STAMP) $(SUPPLY)/.installed
	$(SUPPLY)/cyclonedx-py environment $(PY) --pyproject pyproject.toml --output-reproducible --of JSON -o build/sbom.json
	@echo "build/sbom.json"

$(SUPPLY)/.installed:
	python3 -m venv build/supply/venv
	$(SUPPLY)/python -m pip install --quiet build cyclonedx-bom pip-audit
	touch $@

$(STAMP): pyproject.toml
	@python3 -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
		{ echo "gazekit needs Python 3.11 or newer, and python3 is $$(python3 --version)"; exit 1; }
	python3 -m venv $(VENV)
	$(PY) -m pip install --quiet --upgrade pip
	$(PY) -m pip install --quiet --editable ".[dev,models,docs,fuzz]"
	-$(PY) -m pip install --quiet pysaliency # built from source: its test is skipped, loudly, where it does not build
	touch $(STAMP)

clean:
	rm -rf $(VENV) .pytest_cache .mypy_cache .ruff_cache build *.egg-info
