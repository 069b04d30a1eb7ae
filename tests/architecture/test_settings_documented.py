"""Every environment variable that is read is explained to the operator."""

from __future__ import annotations

import re
from pathlib import Path

from wudan.config import env

PROJECT = Path(__file__).resolve().parents[2]
GUIDE = PROJECT / "docs" / "operating.md"
NAMED = re.compile(r"\b(WUDAN_[A-Z_]+|DATABASE_URL)\b")
# Set by us for our own child processes, not by people.
INTERNAL = {"WUDAN_SUPERVISED", "WUDAN_TEST_TEMPLATE", "WUDAN_TEST_RESULTS"}
# Django settings that happen to begin like our variables.
SETTINGS = {"WUDAN_DATA_KEY", "WUDAN_INDEX_KEY", "WUDAN_CLOCK_SHIFT", "WUDAN_SAMPLE"}


def _read() -> set[str]:
    files = [*(PROJECT / "wudan").rglob("*.py"), *(PROJECT / "tools").iterdir(), PROJECT / "Makefile"]
    return (
        {name for file in files if file.is_file() for name in NAMED.findall(file.read_text())}
        - INTERNAL
        - SETTINGS
    )


def test_every_variable_is_documented():
    documented = set(re.findall(r"^\| `([A-Z_]+)`", GUIDE.read_text(), re.MULTILINE))
    assert _read() - documented == set()
    assert documented - _read() == {"DJANGO_SETTINGS_MODULE"}, "documented, but nothing reads it"


def test_environment_variables_are_named_in_one_place():
    declared = {value for name, value in vars(env).items() if name.isupper() and isinstance(value, str)}
    assert _read() <= declared
