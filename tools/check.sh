#!/bin/sh
# Every check of `make test`, in the order in which they are quick to tell. Arguments go to pytest.
set -eu
cd "$(dirname "$0")/.."
# Compiled once, not by every process: a test module with its assertions takes longer to compile than to run.
unset DJANGO_SETTINGS_MODULE WUDAN_DEBUG PYTHONDONTWRITEBYTECODE 2>/dev/null || true
bin=.venv/bin
cores=$(getconf _NPROCESSORS_ONLN 2>/dev/null || echo 1)
[ "$cores" -ge 2 ] && parallel='-n 2 --dist worksteal' || parallel=''
results=${WUDAN_TEST_RESULTS:-var/test-results.xml}
mkdir -p "$(dirname "$results")"

$bin/ruff check .
# Beside the type checker, which keeps one core busy: one test, for what it leaves to all the others, the compiled modules and
# the migrated template of their databases.
$bin/pytest -q -p no:xdist -k test_the_database_is_a_clone_of_our_own >"$results.first" 2>&1 &
first=$!
$bin/mypy wudan tests || { kill $first 2>/dev/null || true; exit 1; }
wait $first || { cat "$results.first"; exit 1; }
rm "$results.first"
$bin/lint-imports
DJANGO_SETTINGS_MODULE=wudan.config.settings.test $bin/wudan manage makemigrations --check --dry-run
# shellcheck disable=SC2086 - the options are words
exec $bin/pytest $parallel --junit-xml="$results" "$@"
