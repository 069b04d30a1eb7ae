"""docs/glossary.md names what the code names; a word without its entry fails here."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.apps import apps

from wudan.kernel.roles import Role
from wudan.policy.engine.rulebook import available_rulebooks, load_rulebook

GLOSSARY = (Path(__file__).resolve().parents[2] / "docs" / "glossary.md").read_text(encoding="utf-8")
ROOMS = (
    "people", "occupations", "organisations", "accounts", "policy", "funds",
    "demand", "catalogue", "enrolment", "delivery", "subsidy", "payment", "oversight", "laboratory",
)  # fmt: skip


@pytest.mark.parametrize("name", available_rulebooks())
def test_schemes_and_pools_of_every_rulebook(name: str):
    rulebook = load_rulebook(name)
    missing = [code for code in (*rulebook.schemes, *rulebook.pools) if f"`{code}`" not in GLOSSARY]
    assert not missing


def test_roles():
    assert [role.value for role in Role if f"`{role.value}`" not in GLOSSARY] == []


def test_models():
    names = [m.__name__ for room in ROOMS for m in apps.get_app_config(room).get_models()]
    assert [name for name in names if name not in GLOSSARY] == []
