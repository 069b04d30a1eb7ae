"""What an officer types about a difference. The forms check what was typed, nothing else."""

from __future__ import annotations

from typing import Any

from django import forms

from wudan.web.shared import forms as f

LONGEST = 500
_SHORT = {"min_length": "请至少写4个字，说明为什么。"}


class ProposeForm(f.Form):
    """Why, on which document, and, where money moves, what the claim should have come to."""

    reason = forms.CharField(
        label="理由", min_length=4, max_length=LONGEST, widget=forms.Textarea(attrs={"rows": 2}), error_messages=_SHORT,
        help_text="写明向谁核实、看了什么材料、结论是什么。",
    )  # fmt: skip

    def __init__(self, *args: Any, proposal: str, line: Any, **kwargs: Any) -> None:
        super().__init__(*args, auto_id=f"id_{proposal}_%s", **kwargs)
        if proposal in ("recover", "pay"):
            self.fields["document"] = forms.CharField(
                label="依据文件", max_length=200, help_text="文件名称或决定书文号，会写进追回或补发的凭证。"
            )
            self.fields["agreed_fen"] = f.MoneyField(
                label="应享受金额（元）", required=line.right_fen is None, initial=line.right_fen,
                help_text="按规则重新核算的结果已填好；有依据另行认定的，在这里改。",
            )  # fmt: skip


class ConfirmForm(f.Form):
    comment = forms.CharField(
        label="复核意见", required=False, max_length=LONGEST, widget=forms.Textarea(attrs={"rows": 2})
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, auto_id="id_confirm_%s", **kwargs)


class ReturnForm(f.Form):
    comment = forms.CharField(
        label="退回的原因", min_length=4, max_length=LONGEST, widget=forms.Textarea(attrs={"rows": 2}),
        error_messages=_SHORT,
    )  # fmt: skip

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, auto_id="id_return_%s", **kwargs)
