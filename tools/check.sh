#!/bin/sh
# Every check of `make test`, in the order in which they are quick to tell. Arguments go to pytest.
set -eu
cd "$(dirname "$0")/.."
unset DJANGO_SETTINGS_MODULE WUDAN_DEBUG 2>/dev/null || true
bin=.venv/bin
cores=$(getconf _NPROCESSORS_ONLN 2>/dev/null || echo 1)
[ "$cores" -ge 2 ] && parallel='-n 2 --dist loadgroup' || parallel=''
results=${WUDAN_TEST_RESULTS:-var/test-results.xml}
mkdir -p "$(dirname "$results")"

$bin/ruff check .
$bin/mypy wudan tests
$bin/lint-imports
DJANGO_SETTINGS_MODULE=wudan.config.settings.test $bin/wudan manage makemigrations --check --dry-run
# shellcheck disable=SC2086 - the options are words
exec $bin/pytest $parallel --junit-xml="$results" "$@"
