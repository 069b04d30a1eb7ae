"""Tones, verbs and payees in words, as an official reads them."""

from __future__ import annotations

from wudan.kernel.roles import Role
from wudan.web.shared.parts import Tone

PAYEES = {"person": "本人", "enterprise": "申请企业", "provider": "培训机构"}
APPLIED_BY = {"person": "个人申领", "enterprise": "企业申请", "provider": "机构代领"}
OUTCOMES = {
    "approved": "符合条件",
    "rejected": "不符合条件",
    "review": "需人工认定",
    "invalid": "填写有误",
}
OUTCOME_TONES: dict[str, Tone] = {
    "approved": "done",
    "rejected": "wrong",
    "review": "wait",
    "invalid": "wrong",
}
TONES: dict[str, Tone] = {
    "submitted": "wait", "accepted": "wait", "first_passed": "wait", "second_passed": "now", "noticed": "now",
    "frozen": "wrong", "cleared": "wait", "approved": "now", "batched": "now", "paid": "done", "bounced": "wrong",
    "recovering": "wrong", "recovered": "off", "returned": "wait", "rejected": "wrong", "withdrawn": "off",
}  # fmt: skip
# Who is to act on a claim in each state, as the standing line under the chain says it.
ACTS = {
    "submitted": f"区人社局{Role.INTAKE.label}岗",
    "accepted": f"区人社局{Role.INTAKE.label}岗",
    "first_passed": f"区人社局{Role.REVIEWER.label}岗",
    "second_passed": f"区人社局{Role.REVIEWER.label}岗",
    "noticed": "系统（公示期满后自动转核定）",
    "frozen": f"区人社局{Role.REVIEWER.label}岗",
    "cleared": f"区人社局{Role.REVIEWER.label}岗",
    "approved": f"{Role.FINANCE.label}岗",
    "batched": f"{Role.FINANCE.label}岗",
    "bounced": f"{Role.FINANCE.label}岗",
    "recovering": f"收款人和{Role.FINANCE.label}岗",
    "returned": "申请人",
}
VERBS = {
    "accept": "受理",
    "pass_first": "初审通过",
    "pass_second": "复审通过",
    "send_back": "退回补正",
    "return_first": "退回初审",
    "reject": "不予通过",
    "reject_second": "复审不予通过",
    "correct": "补正后重新提交",
    "withdraw": "撤回申请",
    "uphold": "异议成立",
    "dismiss": "异议不成立",
    "approve": "核定",
    "gather": "列入拨付批次",
    "release": "移出拨付批次",
    "pay": "银行已付",
    "bounce": "银行退票",
    "bounce_late": "银行事后退回",
    "repay": "重新拨付",
    "open_recovery": "责令退回",
    "finish_recovery": "已全部追回",
    "submit": "提交申请",
    "lift_recovery": "撤销追回",
    "restore": "恢复享受",
    "reopen": "事后更正，退回重新审核",
}
