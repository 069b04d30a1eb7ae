#!/bin/sh
# The peers' own environment (DuckDB, Polars, pandas, PySpark, OpenFisca, zen-engine), never ours: var/bench-env of bench/peers/requirements.lock.
# A second run does nothing. About 600 MB.
set -eu
cd "$(dirname "$0")/.."
lock=bench/peers/requirements.lock
stamp=var/bench-env/.installed-$(cat "$lock" bench/env.sh | cksum | tr -d ' ')
[ -e "$stamp" ] && exit 0
echo '正在安装对照引擎所用的 Python 环境（var/bench-env，首次约两分钟）……'
rm -rf var/bench-env
mkdir -p var
.venv/bin/python -m venv var/bench-env
# The lock is complete, so nothing is left to resolve.
var/bench-env/bin/python -m pip install -qq --disable-pip-version-check --no-input --no-deps -r "$lock"
# PySpark and what it needs once more and alone, as links: what `wudan adjudicate --engine spark` finds beside our own packages.
rm -rf var/bench-pyspark
mkdir var/bench-pyspark
for package in pyspark py4j pandas dateutil tzdata; do
    ln -s "$(cd var/bench-env/lib/python3.*/site-packages && pwd)/$package" var/bench-pyspark/
done
: >"$stamp"
