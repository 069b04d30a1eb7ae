"""What states and outcomes are called for an applicant: the tone, who acts now, what comes next."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from wudan.web.shared.parts import Tone

ROSTER_TONES: Mapping[str, Tone] = {
    "uploaded": "now",
    "checked": "wait",
    "confirming": "now",
    "confirmed": "done",
    "unreadable": "wrong",
    "discarded": "off",
}
CLAIM_TONES: Mapping[str, Tone] = {
    "submitted": "now", "accepted": "now", "first_passed": "now", "second_passed": "now", "noticed": "now",
    "frozen": "wait", "cleared": "now", "approved": "now", "batched": "now", "paid": "done", "bounced": "wrong",
    "recovering": "wrong", "recovered": "off", "returned": "wait", "rejected": "wrong", "withdrawn": "off",
}  # fmt: skip
OUTCOME_TONES: Mapping[str, Tone] = {
    "approved": "done",
    "review": "wait",
    "rejected": "wrong",
    "invalid": "wrong",
}


@dataclass(frozen=True, slots=True)
class Next:
    """Who acts now, and what happens next. `clock` says what the claim's due day is the limit of."""

    who: str
    what: str
    clock: str = ""


OFFICE, US, BANK, FINANCE = "区人社局", "贵单位", "银行", "财务拨付岗"
NEXT: Mapping[str, Next] = {
    "submitted": Next(OFFICE, "工作人员核对材料后受理；缺材料的会退回补正，并写明要补什么。", "受理"),
    "accepted": Next(OFFICE, "工作人员初审：按政策条款逐项核对事实和金额。", "初审"),
    "first_passed": Next(OFFICE, "由另一位工作人员复审。", "复审"),
    "second_passed": Next(OFFICE, "等待列入公示名单。公示后您可以在公示页面看到遮挡姓名的名单。"),
    "noticed": Next("社会公众", "公示期内没有异议的，期满后核定。", "公示"),
    "frozen": Next(OFFICE, "公示期间收到异议，正在核实。核实期间这一笔暂停办理，其他申请不受影响。", "核实"),
    "cleared": Next(OFFICE, "公示期满，等待核定金额。"),
    "approved": Next(FINANCE, "金额已核定，资金已预留，等待列入拨付批次送银行。", "拨付"),
    "batched": Next(BANK, "已列入拨付批次，等待银行付款。", "拨付"),
    "paid": Next("", "补贴已经拨付。收款人没有收到的，请联系区人社局。"),
    "bounced": Next(US, "银行把钱退了回来，资金仍为这笔申请保留。更正收款账户后重新拨付。"),
    "recovering": Next(US, "这笔补贴正在追回，由收款人退回，财务人员登记到账。"),
    "recovered": Next("", "补贴已全部退回，这笔申请办结。"),
    "returned": Next(US, "请按退回意见补正后重新提交，申请的先后次序不变。", "补正"),
    "rejected": Next("", "这笔申请已经办结。情况有变、符合条件的，可以重新申请。"),
    "withdrawn": Next("", "这笔申请已由申请单位撤回，不再办理；需要时可以重新申请。"),
}
