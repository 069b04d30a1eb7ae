"""What finance types in."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from django import forms

from wudan.web.shared import forms as f


def words(label: str, **more: object) -> forms.CharField:
    return forms.CharField(label=label, max_length=200, **more)  # type: ignore[arg-type]


# The bank's formats by the words an officer knows them by.
FILE_FORMS = [
    ("xlsx", "表格（多数银行）"),
    ("csv-gb18030", "纯文本（网银导入）"),
    ("csv", "纯文本（通用编码）"),
]


class OpenYearForm(f.Form):
    year = forms.IntegerField(
        label="预算年度",
        min_value=2019,
        max_value=2100,
        widget=forms.TextInput(attrs={"inputmode": "numeric", "class": "w-number"}),
        error_messages={
            "invalid": "请填写四位年份，例如2021。",
            "min_value": "请填写2019年以后的四位年份。",
            "max_value": "请填写2100年以前的四位年份。",
        },
    )


class BudgetForm(f.Form):
    amount_fen = f.MoneyField(label="下达金额（元）", help_text="按预算文件填写，例如1500000或1500000.00。")
    on = f.DateField(label="记账日期", help_text="预算文件到达的日期，不能晚于今天。")
    memo = words("摘要", help_text="例如：2021年第一批就业补助资金")
    basis = words("依据", help_text="预算文件的名称和文号。")


class ReverseForm(f.Form):
    memo = words("冲销原因", min_length=4, error_messages={"min_length": "请至少写4个字，说明为什么冲销。"})
    basis = words("依据", help_text="更正通知或会议纪要的名称和文号。")


class FileForm(f.Form):
    format = forms.ChoiceField(label="文件格式", choices=FILE_FORMS)
    reason = words(
        "下载用途",
        min_length=4,
        help_text="文件含完整账号，您的姓名、时间和用途会写入操作日志。",
        error_messages={"min_length": "请至少写4个字，例如“报送银行代发”。"},
    )


class ReturnForm(f.Form):
    file = forms.FileField(
        label="银行回单文件",
        help_text="带“明细号、金额、状态、失败原因”四列的表格（.xlsx或.csv），20兆字节以内。",
        widget=forms.FileInput(attrs={"accept": ".csv,.xlsx"}),
        error_messages={"empty": "这个文件是空的，请重新从银行导出。"},
    )
    final = forms.BooleanField(
        label="银行回单已全部收齐",
        required=False,
        help_text="勾选后，仍没有回单的明细会作为差异，批次暂停拨付。",
    )


class CorrectForm(f.Form):
    holder = words("户名", help_text="应与收款人的姓名或单位名称一致。")
    bank = words("开户银行", help_text="写到支行，例如中国农业银行台儿庄支行。")
    number = forms.CharField(
        label="正确的账号",
        required=False,
        max_length=40,
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off", "class": "w-number"}),
        help_text="账号没有错、是银行原因退回的，可以不填，按原账户重新拨付。",
    )
    reason = words(
        "核实情况",
        min_length=4,
        help_text="例如：本人携身份证和银行卡到场更正。",
        error_messages={"min_length": "请至少写4个字，说明怎样核实的。"},
    )


class InquiryForm(f.Form):
    arrived = forms.ChoiceField(
        label="核实结果",
        choices=[("yes", "已到账"), ("no", "未到账，银行已退回，重新拨付")],
        widget=forms.RadioSelect,
        error_messages={"required": "请选择银行查实的结果。"},
    )
    voucher = words(
        "银行流水号",
        help_text="已到账的，填入账流水号；未到账的，填银行退回款的流水号。",
        error_messages={"required": "请填写银行流水号。"},
    )
    finding = words(
        "核实情况",
        min_length=4,
        help_text="本人会看到，例如：7月2日向农业银行台儿庄支行查询，款项已于6月30日入账。",
        error_messages={"required": "请写明怎样核实的。", "min_length": "请至少写4个字，说明怎样核实的。"},
    )


class ReceiptForm(f.Form):
    received_on = f.DateField(label="到账日期")
    amount_fen = f.MoneyField(label="到账金额（元）")
    voucher = words("凭证号", help_text="银行进账单或缴款书的号码。")


class ReserveForm(f.Form):
    year = forms.IntegerField(
        label="年度",
        min_value=2019,
        max_value=2100,
        widget=forms.TextInput(attrs={"inputmode": "numeric", "class": "w-number"}),
        help_text="同一年度再次填写，会更正原来的数据，原数据留在变更记录里。",
        error_messages={
            "invalid": "请填写四位年份，例如2021。",
            "min_value": "请填写2019年以后的年份。",
            "max_value": "请填写2100年以前的年份。",
        },
    )
    opening_fen = f.MoneyField(label="上年末滚存结余（元）")
    drawn_fen = f.MoneyField(
        label="计提额（元）", help_text="从失业保险基金结余中提取的职业技能提升行动资金。"
    )
    benefits_fen = f.MoneyField(label="年度待遇支出（元）", help_text="失业保险待遇全年支出。")
    source = words("数据来源", help_text="决算报表或文件的名称和文号。")


class GatherForm(f.Form):
    """What to gather: chosen in the address, so that the check page can be opened again."""

    pool = forms.ChoiceField(label="资金池")
    month = forms.ChoiceField(label="月份")

    def __init__(
        self,
        *args: object,
        pools: Sequence[tuple[str, str]],
        months: Sequence[tuple[str, str]],
        **kwargs: object,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.fields["pool"] = forms.ChoiceField(label="资金池", choices=pools)
        self.fields["month"] = forms.ChoiceField(label="月份", choices=months)

    @property
    def first_day(self) -> date:
        return date.fromisoformat(self.cleaned_data["month"])
