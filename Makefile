# Every target sets up what it needs; what is there already is not done again.
SHELL := /bin/sh
.DEFAULT_GOAL := help
.NOTPARALLEL:

BIN := .venv/bin
# The interpreter is looked for once, and only by targets that need one.
find_python = $(eval find_python := $$(shell PYTHON='$(PYTHON)' tools/find-python.sh))$(find_python)
tool = $(find_python) -m tools.toolchain
with_tools = $(tool) run
packages = clock contract telemetry producer wsb_lake flink_app sandbox tools bench
checked = $(wildcard $(packages:%=%/*.py)) wsb.py

.PHONY: help
help: ## show this
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-14s %s\n", $$1, $$2 }' Makefile
	@echo "  make demo takes DATA=file.ndjson.gz HOURS=6 SPEED=120 KEEP=1 LIVE=1,"
	@echo "  and DEMO_OPTIONS='--seed 2 --comments-per-minute 50 …': $(BIN)/wsb sandbox demo --help;"
	@echo "  $(BIN)/wsb sandbox generate makes files for DATA."

.PHONY: python
python:
	@test -n "$(find_python)"

.PHONY: setup
setup: python ## find or install Java, Terraform, .venv and .venv-flink
	@$(tool) setup

.PHONY: tools
tools: python ## show which Java, Maven, Terraform and provider are used
	@$(tool)

.PHONY: package
package: setup ## build the zips that Terraform uploads: build/packages/*.zip
	@$(BIN)/python -m tools.package

demo_options = $(if $(DATA),--data '$(DATA)') $(if $(HOURS),--hours '$(HOURS)') \
  $(if $(SPEED),--speed '$(SPEED)') $(if $(KEEP),--keep) $(if $(LIVE),--live) $(DEMO_OPTIONS)

.PHONY: demo-inputs
demo-inputs: setup
	@$(BIN)/wsb sandbox demo --check-only $(demo_options)

.PHONY: demo
demo: demo-inputs package ## run the whole system on this machine, and audit it at the end
	@$(with_tools) $(BIN)/wsb sandbox demo $(demo_options)

.PHONY: check
check: setup ## say whether Reddit's credentials in praw.ini work, and what else is missing
	@$(BIN)/wsb check

.PHONY: lint
lint: setup ## ruff, mypy, which package may import which, shellcheck, terraform fmt
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy $(sort $(patsubst %/,%,$(dir $(filter-out wsb.py,$(checked))))) wsb.py
	$(BIN)/lint-imports --no-logo --no-cache
	$(BIN)/deptry --no-ansi .
	$(BIN)/shellcheck bootstrap.sh tools/find-python.sh .ci/run
	@$(with_tools) terraform fmt -check -recursive terraform

# Two files of tests at a time, the slow ones of tests/integration first;
# PYTEST_OPTIONS='-n 0 -x tests/unit' for one after another, and -s or a debugger.
side_by_side = -n 2 --dist loadfile --no-loadscope-reorder

.PHONY: test
test: package lint ## everything a person waits for: lint, then the tests but the long ones
	$(with_tools) $(BIN)/pytest -m "not slow" $(side_by_side) $(PYTEST_OPTIONS)

.PHONY: test-all
test-all: $(if $(ONLY_SLOW),package,test) ## make test, then the long tests (alone with ONLY_SLOW=1)
	$(with_tools) $(BIN)/pytest -m "slow and not trino" $(side_by_side) $(PYTEST_OPTIONS)

.PHONY: test-trino
test-trino: setup ## a real Trino reads the lake's tables (downloads 900 MB the first time)
	$(BIN)/pytest -m trino $(PYTEST_OPTIONS)

.PHONY: bench
bench: bench-flink bench-coverage bench-recall bench-send bench-lake ## measure what is promised: the six below except bench-writes

.PHONY: bench-flink
bench-flink: setup ## how fast the Flink application judges and filters, beside a filter alone
	@$(with_tools) .venv-flink/bin/python -W ignore -m bench.flink $(BENCH_OPTIONS)

# Each also writes its table's rows to build/bench/NAME.json; BENCH_OPTIONS goes to the script.
.PHONY: bench-coverage
bench-coverage: setup ## what is read of a listing, beside PRAW's stream and a `before` cursor
	@$(BIN)/python -m bench.coverage $(BENCH_OPTIONS)

.PHONY: bench-recall
bench-recall: setup ## which comments that reached the score are found, and when, by quota
	@$(BIN)/python -m bench.recall $(BENCH_OPTIONS)

.PHONY: bench-writes
bench-writes: setup ## what the producer writes to DynamoDB a minute, on a quiet, a normal and a peak day
	@$(BIN)/python -m bench.writes $(BENCH_OPTIONS)

.PHONY: bench-send
bench-send: setup ## how fast records go to Kinesis, beside a plain loop and async-kinesis
	@$(BIN)/python -m bench.send $(BENCH_OPTIONS)

.PHONY: bench-lake
bench-lake: setup ## what appending to, settling, purging and reading the lake takes
	@$(BIN)/python -m bench.lake $(BENCH_OPTIONS)

.PHONY: deploy
deploy: setup ## apply terraform/ to your AWS account (says what and what it costs, then asks)
	@$(BIN)/python -m tools.deploy apply $(if $(AUTO_APPROVE),--yes)

.PHONY: destroy
destroy: python ## undo make deploy (a lake with data needs destroy_lake_data = true)
	@$(find_python) -m tools.deploy destroy $(if $(AUTO_APPROVE),--yes)

.PHONY: requirements
requirements: python ## pin and hash all packages again, from pyproject.toml and requirements/*.in
	@$(find_python) -m tools.lock

.PHONY: docs
docs: setup ## write the tables and the picture of the documents again, from the code
	@$(BIN)/python -m tools.doc_tables
	@$(BIN)/python -m tools.score_picture

.PHONY: clean
clean: ## remove what was built and run, but not the environments and tools
	find build -mindepth 1 -maxdepth 1 ! -name tools -exec rm -rf {} + 2>/dev/null || true
	rm -rf .mypy_cache .ruff_cache .pytest_cache .hypothesis .coverage

.PHONY: distclean
distclean: clean ## remove the environments and tools too
	rm -rf build .venv .venv-flink
