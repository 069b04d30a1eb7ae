"""学员变动 in words and forms."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django import forms

from wudan.web.shared import forms as f

MEMBER_ACTS = {
    "interrupt": ("中断学习", "以后的课暂不计出勤，恢复后重新计算。"),
    "resume": ("恢复学习", "从现在起以后的课重新计出勤。"),
    "transfer": ("转班", "转入班级的名册，已上的课保留在本班。"),
    "employer": ("变更用人单位", "名册和以后的补贴材料按新的用人单位。"),
    "leave": ("退出班级", "名额和本年补贴次数释放，已上的课保留记录。退出后不能恢复。"),
}


class ReasonForm(f.Form):
    reason = forms.CharField(
        label="原因", min_length=2, max_length=200, widget=forms.Textarea(attrs={"rows": 2})
    )


class TransferForm(ReasonForm):
    to_class = forms.ChoiceField(label="转入的班级")

    def __init__(self, *args: Any, targets: Iterable[Any], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        named: Any = self.fields["to_class"]
        named.choices = [
            (t.pk, f"{t.name}（{t.provider.name}，还有{t.capacity - t.inside}个名额）") for t in targets
        ]
        self.order_fields(["to_class", "reason"])


class EmployerForm(ReasonForm):
    employer = forms.ChoiceField(label="现在的用人单位", required=False)

    def __init__(self, *args: Any, firms: Iterable[Any], now_at: int | None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        named: Any = self.fields["employer"]
        named.choices = [("", "没有用人单位"), *((o.pk, o.name) for o in firms)]
        self.initial["employer"] = now_at or ""
        self.order_fields(["employer", "reason"])
