"""An undefined variable in one of our templates fails the test instead of printing nothing."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

from django.conf import settings
from django.template.base import Node
from django.test.signals import reset_template_engines

OURS = str(Path(__file__).resolve().parents[2] / "wudan") + "/"


class UndefinedTemplateVariable(AssertionError):
    pass


class Undefined(str):
    """Django formats this with the variable's name; packages' own templates are left alone."""

    __slots__ = ()

    def __contains__(self, _part: object) -> bool:
        return True

    def __mod__(self, variable: Any) -> str:
        origin = _template()
        if origin.startswith(OURS):
            raise UndefinedTemplateVariable(
                f"{{{{ {variable} }}}} is not defined in {origin.removeprefix(OURS)}"
            )
        return ""


def _template() -> str:
    """The file of the innermost node being rendered."""
    frame = sys._getframe(2)
    while frame is not None:
        node = frame.f_locals.get("self")
        if isinstance(node, Node) and getattr(node, "origin", None):
            return str(node.origin)
        frame = frame.f_back  # type: ignore[assignment]
    return ""


def fail_on_undefined() -> None:
    """In the settings, because Django makes new engines whenever a test changes DEBUG or INSTALLED_APPS."""
    settings.TEMPLATES[0]["OPTIONS"]["string_if_invalid"] = Undefined("%s")
    reset_template_engines(setting="TEMPLATES")
