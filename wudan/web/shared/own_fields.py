"""The columns only one rulebook has (自有的列), as a form asks for them: label, kind, check and hint are the rulebook's words."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from django import forms

from wudan.policy.engine.columns import MAX_INTEGER, Kind
from wudan.policy.engine.loading_columns import NO_REMEDY
from wudan.policy.engine.rulebook import Rulebook
from wudan.web.shared import forms as f
from wudan.web.shared.parts import Fact

MAX = 200
FEN = "分"
_YES_NO = [("no", "否"), ("yes", "是")]


class YesNoField(forms.TypedChoiceField):
    """是 or 否; cleans to a boolean. Left out it is 否, as the rules count an empty one."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(choices=_YES_NO, coerce=lambda word: word == "yes", empty_value=False, **kwargs)  # type: ignore[arg-type]

    def prepare_value(self, value: Any) -> Any:
        return ("yes" if value else "no") if isinstance(value, bool) else value


class SeveralField(forms.CharField):
    """Several words in one line; cleans to them with a semicolon between, as the rules read them."""

    def to_python(self, value: Any) -> str:
        parts = re.split(r"[;；、，,]", super().to_python(value) or "")
        return ";".join(sorted({part.strip() for part in parts} - {""}))

    def prepare_value(self, value: Any) -> Any:
        return value.replace(";", "；") if isinstance(value, str) else value


def own_field(rulebook: Rulebook, name: str) -> forms.Field:
    """One column of the rulebook's own. It may be left empty: then the rules say what follows."""
    column, words = rulebook.own[name], rulebook.columns[name]
    hint = "" if words.remedy == NO_REMEDY else f"{words.remedy}。"
    wrong = f"“{words.label}”{words.must}。{words.remedy}。"
    given: dict[str, Any] = {"label": words.label, "required": False, "help_text": hint}
    said = dict.fromkeys(("invalid", "invalid_choice", "min_value", "max_value"), wrong)
    if column.kind is Kind.BOOLEAN:
        whether = words.label if words.label.startswith("是否") else f"是否{words.label}"
        return YesNoField(**given | {"label": whether}, error_messages=said)
    if column.kind is Kind.DATE:
        made: forms.Field = f.DateField(**given)
        made.error_messages["invalid"] = wrong
        return made
    if column.kind is Kind.INTEGER and words.unit == FEN:
        return f.MoneyField(**given | {"label": f"{words.label}（元）"})
    if column.kind is Kind.INTEGER:
        unit = f"（{words.unit}）" if words.unit else ""
        return forms.IntegerField(
            **given | {"label": f"{words.label}{unit}"}, min_value=0, max_value=MAX_INTEGER, error_messages=said,
            widget=forms.NumberInput(attrs={"inputmode": "numeric"}),
        )  # fmt: skip
    if column.options:
        chosen = [(code, rulebook.word(code)) for code in column.options]
        return forms.ChoiceField(**given, choices=[("", "请选择"), *chosen], error_messages=said)
    if column.kind is Kind.SET:
        return SeveralField(**given | {"help_text": f"{hint}多项用分号隔开。"}, max_length=MAX)
    return forms.CharField(**given, max_length=MAX)


def own_asked(rulebook: Rulebook, asked: tuple[str, ...]) -> list[str]:
    """Those of its own columns among the columns a scheme's rules use, in the rulebook's order."""
    return [name for name in rulebook.own if name in asked]


class OwnForm(f.Form):
    """These columns alone, of a scheme whose other facts are known already."""

    def __init__(self, *args: Any, rulebook: Rulebook, names: Sequence[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields |= {name: own_field(rulebook, name) for name in names}

    def answers(self) -> dict[str, Any]:
        return own_plain(self.cleaned_data)


def own_facts(rulebook: Rulebook, own: Mapping[str, Any]) -> list[Fact]:
    """Answers given, in words."""
    return [Fact(rulebook.column_label(k), rulebook.show_own(k, own[k])) for k in rulebook.own if k in own]


def own_plain(answers: Mapping[str, Any]) -> dict[str, Any]:
    """Cleaned answers as an application keeps them: days as text."""
    return {k: v.isoformat() if isinstance(v, date) else v for k, v in answers.items()}
