"""Forms of results: a sitting, one learner's marks, a certificate number, work after training."""

from __future__ import annotations

from typing import Any

from django import forms

from wudan.orders.delivery.actions.employing import KINDS, PROOFS, EmploymentRow
from wudan.web.shared import forms as f

PARTS = [("both", "理论和实操"), ("theory", "理论"), ("practice", "实操")]
OUTSIDE = "0"
STATUS = [("", "暂不登记"), ("yes", "已就业"), ("no", "未就业")]


class SittingForm(f.Form):
    """When, where, what and by whom."""

    held_on = f.DateField(label="考核日期", help_text="教学结束当天或以后。")
    place = forms.CharField(label="考核地点", max_length=100)
    parts = forms.ChoiceField(label="科目", choices=PARTS, initial="both")
    assessor = forms.ChoiceField(label="考评员", help_text="本班的授课教师和班主任不能考核本班。")
    assessor_name = forms.CharField(
        label="外聘考评员姓名", required=False, max_length=50, help_text="考评员不在名单中的，选“外聘”并填写姓名。"
    )  # fmt: skip
    make_up = forms.BooleanField(label="补考", required=False, help_text="只有还没有合格的学员参加。")

    def __init__(self, *args: Any, assessors: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["assessor"]
        field.choices = [("", "请选择"), *assessors, (OUTSIDE, "外聘考评员")]  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if data.get("assessor") == OUTSIDE and not data.get("assessor_name"):
            self.add_error("assessor_name", "请填写外聘考评员的姓名。")
        return data

    def values(self) -> dict[str, Any]:
        data = dict(self.cleaned_data)
        chosen = data.pop("assessor")
        if chosen == OUTSIDE:
            return data | {"assessor_id": None}
        return data | {"assessor_id": int(chosen), "assessor_name": ""}


class MarkFileForm(f.Form):
    file = forms.FileField(
        label="成绩登记表",
        help_text="可以用下载的登记表，也可以用自己的表格，须有“姓名”“理论成绩”“实操成绩”列。",
        widget=forms.FileInput(attrs={"accept": ".xlsx,.xls,.csv"}),
    )


class CorrectForm(f.Form):
    """更正: new marks and why."""

    theory = forms.DecimalField(
        label="理论成绩", required=False, min_value=0, max_value=100, decimal_places=1
    )
    practice = forms.DecimalField(
        label="实操成绩", required=False, min_value=0, max_value=100, decimal_places=1
    )
    reason = forms.CharField(
        label="更正原因", min_length=4, max_length=300, widget=forms.Textarea(attrs={"rows": 2}),
        help_text="写明依据。写入办理记录，不能删改。", error_messages={"min_length": "请至少写4个字，说明原因。"},
    )  # fmt: skip

    def __init__(self, *args: Any, parts: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for other, part in (("practice", "theory"), ("theory", "practice")):
            if parts == other:
                del self.fields[part]


class CertificatesForm(f.Form):
    """What the certificates of one class have in common."""

    issuer = forms.CharField(label="发证单位", max_length=100, help_text="按证书上的发证单位填写。")
    issued_on = f.DateField(label="发证日期", help_text="日期不同的，请分几次登记。")


class WorkForm(f.Form):
    """One learner's work; `official` may also read the insurance register."""

    status = forms.ChoiceField(label="就业情况", choices=STATUS, required=False)
    since = f.DateField(label="就业日期", required=False)
    kind = forms.ChoiceField(
        label="就业方式", choices=[("", "请选择"), *((k, v) for k, v in KINDS.items() if k)], required=False
    )
    employer_name = forms.CharField(label="用人单位", max_length=100, required=False)
    proof = forms.ChoiceField(label="证明", required=False)
    reference = forms.CharField(label="证明编号", max_length=60, required=False)
    insured_months = forms.IntegerField(label="缴费月数", min_value=0, max_value=600, required=False)

    def __init__(self, *args: Any, name: str, official: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        kept = [(k, v) for k, v in PROOFS.items() if k != "none" and (official or k != "insurance")]
        self.fields["proof"].choices = [("", "请选择"), *kept]  # type: ignore[attr-defined]
        if not official:
            del self.fields["insured_months"]
        for field in self.fields.values():
            field.widget.attrs["aria-label"] = f"{name}的{field.label}"

    @property
    def said(self) -> str:
        return str(self.cleaned_data.get("status") or "")

    def row(self, member_id: int) -> EmploymentRow:
        data = self.cleaned_data
        if self.said == "no":
            return EmploymentRow(member_id, employed=False)
        return EmploymentRow(
            member_id,
            employed=True,
            since=data["since"],
            employer_name=data["employer_name"],
            kind=data["kind"],
            proof=data["proof"] or "none",
            reference=data["reference"],
            insured_months=data.get("insured_months") or 0,
        )
