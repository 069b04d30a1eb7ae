"""Facts, outcomes, reasons and clauses in words, as a citizen reads them. Pages of several audiences say them alike."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date

from wudan.kernel.money import in_sentence
from wudan.policy.engine.rulebook import Rulebook
from wudan.web.shared.words import cn_date, day_words

OUTCOMES = {
    "approved": "可以领取",
    "rejected": "不能领取",
    "review": "需要人工核定",
    "invalid": "填写有误",
}
_HIDDEN = ("claim_id", "person_id", "scheme", "applied_at")


def outcome_words(outcome: str) -> str:
    return OUTCOMES.get(outcome, outcome)


def reason_words(rulebook: Rulebook, codes: Iterable[str]) -> list[str]:
    return [rulebook.reason(code).label for code in codes]


def has_amounts(rulebook: Rulebook) -> bool:
    """Whether the document sets any sum at all; 周村区's sets none."""
    return any(plan.amount is not None for plan in rulebook.plans.values())


def value_words(rulebook: Rulebook, column: str, value: object) -> str:
    """One fact's value in words: a level's name, 元 for fen, 是 or 否."""
    if value is None or value == "":
        return "未填写"
    if column in rulebook.own:
        return rulebook.show_own(column, value)
    if isinstance(value, bool):
        return "是" if value else "否"
    if column in ("level", "prior_level"):
        level = rulebook.levels.get(str(value))
        return level.label if level else "无等级"
    if column == "groups":
        parts = value if isinstance(value, list | tuple) else str(value).split(";")
        return "、".join(_label(rulebook.groups, str(part)) for part in parts if part) or "未填写"
    if column == "certificate_type":
        return _label(rulebook.certificate_types, str(value))
    if column.endswith("_fen") and isinstance(value, int):
        return in_sentence(value)
    if isinstance(value, date):
        return cn_date(value)
    if isinstance(value, str) and value[:2] in ("19", "20"):
        return day_words(value)
    unit = rulebook.columns[column].unit if column in rulebook.columns else ""
    return f"{value}{unit}" if isinstance(value, int) else rulebook.word(str(value))


def fact_words(rulebook: Rulebook, facts: Mapping[str, object]) -> list[tuple[str, str]]:
    """(label, value) of every fact given, but for the ones that only say which row it is."""
    scheme = rulebook.schemes.get(str(facts.get("scheme", "")))
    head = [("补贴项目", scheme.label)] if scheme else []
    return head + [
        (rulebook.column_label(name), value_words(rulebook, name, value))
        for name, value in facts.items()
        if name not in _HIDDEN and value not in (None, "", 0, False)
    ]


def change_words(rulebook: Rulebook, change: Mapping[str, object]) -> str:
    """What would have to differ, e.g. “失业保险累计缴费月数”为12个月."""
    return "，并且".join(
        f"“{rulebook.column_label(name)}”为{value_words(rulebook, name, value)}"
        for name, value in change.items()
    )


def _label(labels: Mapping[str, object], code: str) -> str:
    found = labels.get(code)
    return str(getattr(found, "label", code))
