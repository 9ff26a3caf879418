# Works with Python 3.11 to 3.14 with venv, make and git, and nothing else.
PYTHON ?= $(shell command -v python3.11 || command -v python3.12 || command -v python3.13 || command -v python3.14 || command -v python3)
VENV := .venv
BIN := $(VENV)/bin
INSTALLED := $(VENV)/.installed
TESTED := $(VENV)/.tested

# The suite starts hundreds of Pythons: where none of them may keep what it has compiled, each compiles the package anew.
unexport PYTHONDONTWRITEBYTECODE

# The tests of a file share a process, and what it prepares once. Files come in the order of their names: by the number of their tests, which is
# xdist's own order, a file of few and heavy tests comes last and keeps one core alone. What is marked quiet stands in few files: to import all
# the others takes longer than some of its tests. That nothing was selected (5) is no failure.
QUIET = $(if $(findstring ::,$(TESTS))$(filter -%,$(TESTS)),$(TESTS),$(shell grep -rl --include=test_*.py mark.quiet $(or $(TESTS),tests)))
alone = $(if $(QUIET),$(BIN)/python -m pytest $(QUIET) -m "$(1)" || [ $$? = 5 ])

.PHONY: demo test test-long numbers lint docs release audit bench fuzz clean

demo: $(INSTALLED)  ## grade the sample class of every assignment
	$(BIN)/python -m tests.sample_class.demo

test: $(TESTED)  ## the whole suite, or TESTS of it, but what is marked long; what is marked quiet comes after the rest, by itself
	$(BIN)/python -m pytest $(TESTS) -m "not long and not quiet" -n 2 --dist loadfile --no-loadscope-reorder
	$(call alone,quiet and not long)

test-long: $(TESTED)  ## what is marked long, in the same order
	$(BIN)/python -m pytest $(TESTS) -m "long and not quiet" -n 2 --dist loadfile --no-loadscope-reorder
	$(call alone,quiet and long)

numbers: $(TESTED)  ## the numbers in the chapters' texts, over as many starts as the texts speak of: half an hour
	CHAINRULE_STARTS=10 $(BIN)/python -m pytest tests/assignments/test_numbers_in_the_text.py

lint: $(TESTED)
	$(BIN)/ruff check .
	$(BIN)/lint-imports
	$(BIN)/mypy

release: $(INSTALLED)  ## build source/ and release/ of every assignment
	$(BIN)/chainrule release

bench: $(TESTED)  ## speed beside nbgrader's and the floor, what isolation costs; writes docs/reference/performance.md
	$(BIN)/python -m benchmarks.isolation
	$(BIN)/python -m benchmarks.killed
	$(BIN)/python -m benchmarks.memory
	$(BIN)/python -m benchmarks.around_probes
	$(BIN)/python -m benchmarks.start
	$(BIN)/python -m benchmarks.speed
	$(BIN)/python docs/scale.py

FUZZ_SECONDS ?= 600
fuzz: $(TESTED)  ## nightly: fuzz what reads bytes from the sandbox and what students hand in, guided by coverage, each for FUZZ_SECONDS
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e ".[fuzz]"
	$(BIN)/python -m tests.fuzz.wire -max_total_time=$(FUZZ_SECONDS) -max_len=4096
	$(BIN)/python -m tests.fuzz.intake -max_total_time=$(FUZZ_SECONDS) -max_len=4096

docs: $(TESTED)  ## the documentation into site/; warnings are errors
	$(BIN)/python docs/make_reference.py
	NO_MKDOCS_2_WARNING=1 $(BIN)/mkdocs build --strict --quiet

audit: $(INSTALLED)  ## test the tests, measure what chance costs, and write both down in docs/reference/
	$(BIN)/chainrule audit --write docs/reference/audit.md
	$(BIN)/chainrule audit --seeds 3000 --write docs/reference/chance.md

$(INSTALLED): pyproject.toml constraints.txt
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e .
	touch $@

$(TESTED): $(INSTALLED)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e ".[dev,data,docs]"
	touch $@

clean:
	rm -rf $(VENV) demo site .chainrule
