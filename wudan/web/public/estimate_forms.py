"""The situation one describes for 我能领多少: only the facts the chosen scheme asks about."""

from __future__ import annotations

from datetime import date
from typing import Any

from django import forms

from wudan.policy.engine.model import Scheme
from wudan.policy.engine.rulebook import Rulebook
from wudan.web.shared import forms as f
from wudan.web.shared.own_fields import own_field

_NUMBERS = ("attended_days", "insured_months", "completed_count", "employed_count")
_DATES = ("certificate_issued_on", "started_on", "ended_on")
_TEXTS = {"project_id": "P1", "occupation_code": ""}
NONE = "none"
_ORDER = (
    "project_stage",
    "contract_fen",
    "certificate_type",
    "level",
    "prior_level",
    "certificate_issued_on",
    "started_on",
    "ended_on",
)
_YES_NO = [("false", "否"), ("true", "是")]


class EstimateForm(f.Form):
    """Built from the rulebook: labels, lists and units are the policy's own."""

    def __init__(self, *args: Any, rulebook: Rulebook, scheme: Scheme, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.rulebook, self.scheme = rulebook, scheme
        paired = ("ended_on",) if "started_on" in scheme.columns and "ended_on" not in scheme.columns else ()
        for column in (*scheme.columns, *paired):  # the form check wants both days of a class
            made = self._field(column)
            if made is not None:
                self.fields[column] = made
        if not scheme.by_provider:
            self.fields["earlier"] = forms.TypedChoiceField(
                label="同一年度内已享受过几次职业培训补贴",
                coerce=int,
                choices=[(n, "没有" if n == 0 else f"{n}次") for n in range(4)],
                initial=0,
            )
        self.order_fields(_ORDER)

    def _field(self, column: str) -> forms.Field | None:
        if column in self.rulebook.own:
            return own_field(self.rulebook, column)
        label = self.rulebook.column_label(column)
        if column in ("level", "prior_level"):
            levels = [(int(code), one.label) for code, one in self.rulebook.levels.items() if code != "0"]
            return forms.TypedChoiceField(
                label=label,
                choices=[(0, "没有等级"), *sorted(levels, reverse=True)],
                coerce=int,
                initial=0,
            )
        if column == "certificate_type":
            kinds = [(code, one.label) for code, one in self.rulebook.certificate_types.items()]
            return forms.ChoiceField(label=label, choices=[*kinds, (NONE, "没有证书")])
        if column == "groups":
            groups = [(code, one.label) for code, one in self.rulebook.groups.items()]
            return forms.MultipleChoiceField(
                label=f"{label}（可多选）",
                choices=groups,
                widget=forms.CheckboxSelectMultiple,
                required=False,
            )
        if column == "project_stage":
            stages = [(code, self.rulebook.word(code)) for code in ("advance", "balance")]
            return forms.ChoiceField(label=label, choices=stages)
        if column == "draws_pension":
            return forms.ChoiceField(label=label, choices=_YES_NO)
        if column == "certificate_issued_on" and "certificate_type" in self.scheme.columns:
            without = self.data.get("certificate_type") == NONE
            missing = f"请填写{label}；没有证书的，请把上面的证书类别改为“没有证书”。"
            return f.DateField(
                label=label,
                required=not without,
                help_text="没有证书的不填。",
                error_messages={"required": missing},
            )
        if column in _DATES:
            return f.DateField(label=label, required=False)
        if column.endswith("_fen"):
            return f.MoneyField(label=f"{label}（元）", required=column == "contract_fen")
        if column in _NUMBERS:
            unit = self.rulebook.columns[column].unit
            return forms.IntegerField(
                label=f"{label}（{unit}）" if unit else label, min_value=0, max_value=100_000, required=False
            )
        return None

    def clean(self) -> dict[str, Any]:
        """Both days of a class or neither."""
        data: dict[str, Any] = super().clean() or {}
        both = "started_on" in self.fields and "ended_on" in self.fields
        if both and bool(data.get("started_on")) != bool(data.get("ended_on")):
            empty = "ended_on" if data.get("started_on") else "started_on"
            if empty not in self.errors:
                self.add_error(empty, "开班日期和结业日期请都填写，或都不填。")
        if data.get("started_on") and data.get("ended_on") and data["ended_on"] < data["started_on"]:
            self.add_error("ended_on", "结业日期早于开班日期，请核对。")
        if data.get("certificate_type") == NONE:
            data["certificate_type"] = ""
        if (data.get("employed_count") or 0) > (data.get("completed_count") or 0):
            self.add_error("employed_count", "就业人数多于结业人数，请核对。")
        return data

    def facts(self, today: date) -> dict[str, object]:
        """A row of the contract for the engine."""
        data = {k: v for k, v in self.cleaned_data.items() if k != "earlier" and v not in (None, "")}
        data["groups"] = ";".join(self.cleaned_data.get("groups") or [])
        given = {k: v for k, v in _TEXTS.items() if k in self.scheme.columns and v}
        return {
            **given, **data, "claim_id": "1", "person_id": "#我", "scheme": self.scheme.code,
            "applied_at": today.isoformat(),
        }  # fmt: skip

    def history(self, facts: dict[str, object]) -> list[dict[str, object]]:
        """As many subsidies already received in the year of the training as the person says."""
        day = facts.get("started_on") or facts.get("certificate_issued_on")
        if not isinstance(day, date):
            return []
        code = "training" if "training" in self.rulebook.schemes else self.scheme.code
        return [
            {
                "claim_id": f"以前{n}", "person_id": "#我", "scheme": code, "certificate_issued_on": date(day.year, 1, 1),
                "applied_at": date(day.year, 1, 1).isoformat(), "amount_fen": 0,
            }
            for n in range(self.cleaned_data.get("earlier") or 0)
        ]  # fmt: skip
