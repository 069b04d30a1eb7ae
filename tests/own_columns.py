"""A district whose rulebook has columns of its own (自有的列), made as a policy officer makes it: a draft, proposed, approved."""

from __future__ import annotations

from tests.cast import AT, Cast, make_actor
from wudan.kernel.roles import Role
from wudan.policy.drafts.actions import add_file, copy_rulebook
from wudan.policy.drafts.releasing import approve, propose
from wudan.policy.engine.rulebook import Rulebook
from wudan.policy.queries import forget_seen, rulebook_for

NOTICE = "台人社发〔2020〕12号"
TEXT = """document: 台人社发〔2020〕12号
own_columns:
  contract_months: {label: 劳动合同期限, kind: integer, unit: 个月, clause: 三, valid_from: 2020-01-01, must: 应为不小于0的整数, remedy: 没有签订劳动合同的不填}
  contract_signed_on: {label: 劳动合同签订日期, kind: date, clause: 三, valid_from: 2020-01-01}
  fiscal_payroll: {label: 财政供养人员, kind: boolean, clause: 三, valid_from: 2020-01-01}
  tool_fee_fen: {label: 工具费, kind: integer, unit: 分, clause: 三, valid_from: 2020-01-01}
  lessons: {label: 上课方式记录, kind: set, clause: 三, valid_from: 2020-01-01}
  delivery:
    label: 培训方式
    kind: text
    options: {offline: 线下集中, blended: 线上线下结合}
    clause: 三
    valid_from: 2020-01-01
conditions:
  short-contract:
    {label: 劳动合同不少于12个月, schemes: [training], when: given(contract_months), require: contract_months >= 12, clause: 三, valid_from: 2020-01-01}
  fiscal-payroll:
    {label: 不是财政供养人员, schemes: [training], require: not fiscal_payroll, clause: 三, valid_from: 2020-01-01}
  signed-late:
    {label: 先签合同后发证, schemes: [training], when: given(contract_signed_on), require: contract_signed_on <= certificate_issued_on, clause: 三, valid_from: 2020-01-01}
  dear-tools:
    {label: 工具费不超过500元, schemes: [training], when: given(tool_fee_fen), require: tool_fee_fen <= 50000, clause: 三, valid_from: 2020-01-01}
  blended-only:
    {label: 线上线下结合的要有线下课, schemes: [training], when: 'delivery == "blended"', require: 'has(lessons, "线下")', clause: 三, valid_from: 2020-01-01}
reasons:
  short-contract: {label: 合同太短, sentence: "劳动合同{contract_months}，不足12个月", remedy: 请核对合同}
  fiscal-payroll: {label: 财政供养, sentence: 申请人是财政供养人员, remedy: 请核对}
  signed-late: {label: 合同晚于发证, sentence: "劳动合同于{contract_signed_on}签订，晚于发证", remedy: 请核对}
  dear-tools: {label: 工具费过高, sentence: "工具费{tool_fee_fen}，超过500元", remedy: 请核对}
  blended-only: {label: 没有线下课, sentence: "{delivery}的培训没有线下课", remedy: 请核对}
"""  # noqa: E501 - as a rulebook is written


def with_own_columns(tez: Cast) -> Rulebook:
    """The district's rulebook after the notice; in force from its first day on."""
    draft = copy_rulebook(district_id=tez.code, title="按通知核对劳动合同", actor=tez.policy, at=AT)
    found = add_file(draft_id=draft.pk, revision=0, name="notice12.yaml", text=TEXT, actor=tez.policy, at=AT)
    assert found.rulebook is not None, found.problems
    draft.refresh_from_db()
    second = make_actor(Role.POLICY, district_id=tez.code, username="policy-second")
    draft = propose(
        draft_id=draft.pk, revision=draft.revision, number="2020.2", document=NOTICE, valid_from=AT.date(), actor=tez.policy, at=AT
    )  # fmt: skip
    approve(draft_id=draft.pk, revision=draft.revision, actor=second, at=AT)
    forget_seen()
    return rulebook_for(tez.code)
