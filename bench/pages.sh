#!/bin/sh
# `make bench-pages`: two scratch databases beside DATABASE_URL's (or in the embedded server), the sample and 300,000 claims, every role's
# pages on both. About a quarter of an hour, 5 GB of disk.
set -eu
cd "$(dirname "$0")/.."
export DJANGO_SETTINGS_MODULE=wudan.config.settings.dev WUDAN_DEBUG=0 WUDAN_TODAY=2021-07-01
server=${DATABASE_URL:-$(.venv/bin/wudan db start >/dev/null && .venv/bin/wudan db url)}
results=${WUDAN_BENCH_RESULTS:-var/bench}
mkdir -p "$results"
for size in sample grown; do
    DATABASE_URL=$(.venv/bin/python -m bench.scratch "$server" "wudan_bench_$size") && export DATABASE_URL
    .venv/bin/wudan manage migrate -v 0
    .venv/bin/wudan seed
    [ $size = sample ] || .venv/bin/python -m bench.grow --claims "${WUDAN_BENCH_CLAIMS:-300000}"
    .venv/bin/python -m bench.pages --out "$results/$size.json" >/dev/null 2>"$results/$size.log"
done
.venv/bin/python -m bench.pages --table "$results/sample.json" "$results/grown.json" | tee "$results/pages.md"
