"""Habits of the house that import-linter cannot see."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest
from django.apps import apps
from django.db.models import ForeignKey, ManyToManyField

WUDAN = Path(__file__).resolve().parents[2] / "wudan"
SOURCES = sorted(file for file in WUDAN.rglob("*.py") if "migrations" not in file.parts)
PACKAGES = sorted(file for file in SOURCES if file.name == "__init__.py")
# Where the clock may be read: pages, jobs, commands, and the clock itself.
EDGES = ("web/", "jobs/", "config/", "kernel/clock.py")
CLOCKS = {
    ("timezone", "now"), ("timezone", "localdate"), ("timezone", "localtime"),
    ("datetime", "now"), ("datetime", "utcnow"), ("datetime", "today"), ("date", "today"), ("time", "time"),
}  # fmt: skip


def _named(file: Path) -> str:
    return str(file.relative_to(WUDAN))


def _tree(file: Path) -> ast.Module:
    return ast.parse(file.read_text(), filename=str(file))


@pytest.mark.parametrize("package", PACKAGES, ids=_named)
def test_a_package_says_what_it_is_for_and_re_exports_nothing(package: Path):
    tree = _tree(package)
    if package.parent.name not in {"templatetags", "management", "commands"}:
        assert ast.get_docstring(tree), f"{_named(package)} does not say what the room is for"
    ours = [
        node
        for node in tree.body
        if isinstance(node, ast.ImportFrom) and str(node.module).startswith("wudan")
    ]
    assert ours == [], f"{_named(package)} re-exports: name the module where it is used"


def test_the_rulebook_is_data():
    assert list((WUDAN / "rulebook").rglob("*.py")) == []


@pytest.mark.parametrize("file", SOURCES, ids=_named)
def test_time_enters_at_the_edge(file: Path):
    if _named(file).startswith(EDGES):
        return
    read = [
        f"line {node.lineno}"
        for node in ast.walk(_tree(file))
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and isinstance(node.func.value, ast.Name)
        and (node.func.value.id, node.func.attr) in CLOCKS
    ]
    assert read == [], f"{_named(file)} reads the clock: take `at` instead"


@pytest.mark.parametrize("file", SOURCES, ids=_named)
def test_no_signals(file: Path):
    text = file.read_text()
    assert "db.models.signals" not in text, f"{_named(file)} uses signals"
    assert "django.dispatch" not in text or _named(file).startswith(("web/", "config/")), (
        f"{_named(file)} uses signals"
    )


def _relations():
    for model in apps.get_models():
        if model.__module__.startswith("wudan."):
            for field in (*model._meta.fields, *model._meta.many_to_many):
                if isinstance(field, (ForeignKey, ManyToManyField)):
                    yield model, field


def test_no_reverse_accessor_reaches_upward():
    """A lower room must not know, through a reverse accessor, what stands on it."""
    seen = [
        f"{model._meta.label}.{field.name} → {field.related_model._meta.label}"
        for model, field in _relations()
        if field.related_model._meta.app_label != model._meta.app_label and not field.remote_field.hidden
    ]
    assert seen == [], 'write related_name="+"'


def test_foreign_keys_across_rooms_are_imported():
    """A string would go around the import contracts."""
    strings = []
    for file in SOURCES:
        for node in ast.walk(_tree(file)):
            if isinstance(node, ast.Call) and getattr(node.func, "attr", "") in {
                "ForeignKey",
                "OneToOneField",
                "ManyToManyField",
            }:
                target = node.args[0] if node.args else None
                if isinstance(target, ast.Constant) and "." in str(target.value):
                    strings.append(f"{_named(file)}:{node.lineno} {target.value!s}")
    assert strings == []


def test_the_policy_tools_load_neither_django_nor_a_database_driver():
    script = (
        "import sys; import wudan.config.cli, wudan.policy.engine.cli; "
        "print([name for name in sys.modules if name.split('.')[0] in {'django', 'psycopg', 'procrastinate'}])"
    )
    told = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True, timeout=300
    )
    assert told.stdout.strip() == "[]"
