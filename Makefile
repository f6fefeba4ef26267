PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed

.PHONY: demo test quick check format golden bench clean

demo: $(STAMP)  ## Install, then answer questions about bundled real data
	$(BIN)/whence demo

test: $(STAMP)  ## Install, then run the whole suite
	$(BIN)/python -m pytest -n 2 --durations=12

quick: $(STAMP)  ## The part of the suite that takes under a minute
	$(BIN)/python -m pytest -n 2 -m "not slow"

check: $(STAMP)  ## Format, lint, types, generated pages
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/pyright
	$(BIN)/python docs/build.py --check

format: $(STAMP)
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .
	$(BIN)/python docs/build.py

golden: $(STAMP)  ## Write down anew what a model sees, to be read before it is committed
	WHENCE_GOLDEN=1 $(BIN)/python -m pytest tests/llm/test_golden.py

bench: $(STAMP)  ## Long measurements; each writes its table under out/
	$(BIN)/python -m whence.evals.bench

$(STAMP): pyproject.toml constraints.txt setup.py
	$(PYTHON) -m venv $(VENV)
	$(BIN)/pip install --quiet --disable-pip-version-check -c constraints.txt -e '.[dev]'
	touch $(STAMP)

clean:
	rm -rf $(VENV) build dist out *.egg-info
