"""The forms in which an officer gives an opinion on one claim or on like claims. They check what was typed, nothing else."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms

from wudan.orders.subsidy.forms import Override
from wudan.web.shared import forms as f

LONGEST = 500


def _comment(*, required: bool, label: str = "意见", help_text: str = "") -> forms.CharField:
    return forms.CharField(
        label=label,
        required=required,
        min_length=4 if required else None,
        max_length=LONGEST,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=help_text,
        error_messages={"min_length": "请至少写4个字，说明为什么。"},
    )


class BackForm(f.Form):
    """A way back: why."""

    comment = _comment(required=True, label="原因")

    def __init__(self, *args: Any, help_text: str = "", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["comment"].help_text = help_text


class PassForm(f.Form):
    """受理, 初审通过 or 复审通过, with exactly what the claim asks of this step.

    `unproved` are (code, label, department) of groups without a proof. A refusal `decision-changed` opens `acknowledged`.
    """

    def __init__(
        self,
        *args: Any,
        unproved: Sequence[tuple[str, str, str]] = (),
        may_override: bool = False,
        override_open: bool = False,
        to_confirm: str = "",
        changed: bool = False,
        comment_label: str = "意见",
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.unproved, self.may_override, self.override_open = unproved, may_override, override_open
        self.to_confirm = to_confirm
        for code, label, department in unproved:
            self.fields[f"proof_{code}"] = forms.CharField(
                label=f"“{label}”的证明材料",
                required=False,
                max_length=200,
                help_text=f"由{department or '主管部门'}证明。请写材料名称和编号，例如“户口簿第3页”。",
            )
        if may_override:
            self.fields["override_yuan"] = f.MoneyField(label="认定金额", required=False)
            self.fields["override_reason"] = forms.CharField(
                label="认定理由",
                required=False,
                max_length=LONGEST,
                widget=forms.Textarea(attrs={"rows": 2}),
            )
            self.fields["override_document"] = forms.CharField(
                label="依据文件",
                required=False,
                max_length=200,
                help_text="文件名称和文号。没有文件的，不能人工认定。",
            )
        if to_confirm:
            self.fields["confirm_override"] = forms.BooleanField(label=to_confirm, required=False)
        if changed:
            self.fields["acknowledged"] = forms.BooleanField(
                label="已核对上面的差异，按新的核算结果办理", required=False
            )
        self.fields["comment"] = _comment(required=False, label=comment_label)

    @property
    def proof_fields(self) -> list[Any]:
        return [self[f"proof_{code}"] for code, _, _ in self.unproved]

    @property
    def override_fields(self) -> list[Any]:
        return [self["override_reason"], self["override_document"]] if self.may_override else []

    @property
    def override_given(self) -> bool:
        """Whether the folded part should stand open."""
        names = ("override_yuan", "override_reason", "override_document")
        return self.override_open or any(self.data.get(name) for name in names)

    def clean(self) -> dict[str, Any]:
        """人工认定 is whole or not there at all."""
        data: dict[str, Any] = super().clean() or {}
        parts = {name: data.get(name) for name in ("override_yuan", "override_reason", "override_document")}
        given = [name for name, value in parts.items() if value not in (None, "")]
        if given and len(given) < len(parts):
            for name in parts:
                if name not in given and name not in self.errors:
                    self.add_error(name, "人工认定须同时写明金额、理由和依据文件。")
        return data

    def opinion(self) -> dict[str, Any]:
        """What the action of the step is given, less what that step does not ask."""
        data = self.cleaned_data
        given: dict[str, Any] = {"comment": data["comment"], "acknowledged": data.get("acknowledged", False)}
        if self.may_override:
            given["verified_groups"] = {code: data[f"proof_{code}"] for code, _, _ in self.unproved}
            given["override"] = self._override()
        if "confirm_override" in self.fields:
            given["confirm_override"] = data["confirm_override"]
        return given

    def _override(self) -> Override | None:
        data = self.cleaned_data
        if data.get("override_yuan") is None:
            return None
        return Override(
            amount_fen=data["override_yuan"],
            reason=data["override_reason"],
            document=data["override_document"],
        )


class EvidenceForm(f.Form):
    """Where a fact was seen (证明)."""

    fact = forms.ChoiceField(label="证明哪一项")
    value = forms.CharField(label="查到的内容", max_length=200)
    source = forms.CharField(label="来源", max_length=200, help_text="例如“社保系统查询”“证书原件”。")
    reference = forms.CharField(label="编号或页码", max_length=200, required=False)

    def __init__(self, *args: Any, choices: Sequence[tuple[str, str]], **kwargs: Any) -> None:
        kwargs.setdefault("auto_id", "id_evidence_%s")
        super().__init__(*args, **kwargs)
        field = self.fields["fact"]
        assert isinstance(field, forms.ChoiceField)  # noqa: S101 - for the type
        field.choices = [("", "请选择"), *choices]
