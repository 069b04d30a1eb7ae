"""The form a roster is uploaded with."""

from __future__ import annotations

from typing import Any

from django import forms

from wudan.web.shared import forms as f
from wudan.web.shared.applicants.desk import Desk

AUTHORITY_HELP = (
    "代领：学员签字委托贵机构代为申请、由贵机构领取补贴。请填写与学员签订的代领协议编号，"
    "多份协议可填起止号，例如“代领协议〔2020〕1—50号”。协议原件请留存备查。"
)


def authority_field() -> forms.CharField:
    return forms.CharField(label="代领协议编号", max_length=200, help_text=AUTHORITY_HELP)


class UploadForm(f.Form):
    """A table file; from a provider also the agreement it claims on."""

    file = forms.FileField(
        label="名册文件",
        help_text="可用 Excel、WPS 保存的表格（.xlsx、.xls）或文本表格（.csv），不超过30兆字节、6万行。",
        widget=forms.FileInput(attrs={"accept": ".xlsx,.xls,.csv,.txt"}),
        allow_empty_file=True,  # the action says it better
    )

    def __init__(self, *args: Any, desk: Desk, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if desk.on_authority:
            self.fields["authority"] = authority_field()
