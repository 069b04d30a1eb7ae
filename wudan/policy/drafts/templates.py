"""Where a new rule begins (规则样例): one file of YAML per kind, with every entry the kind needs and a word on each."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Template:
    """One kind of rule; `{schemes}` and `{document}` are filled in from the draft."""

    kind: str
    label: str
    hint: str
    text: str


_HEAD = """# {label}
document: {document}
"""
TO_WRITE = "请改写："
"""Stands before everything a template leaves to the officer; a draft with one left is not released."""
_REASON = """
reasons:
  {reason}:
    label: 请改写：四到八个字的名称
    sentence: 请改写：给申请人看的一句话，可以用花括号引用事项或值
    remedy: 请改写：申请人可以怎么办
"""
_ORIGIN = """    clause: 请改写：条款，如 三（一）
    valid_from: {valid_from}
    reading: 请改写：原文有不同理解时采用的读法，没有就删去这一行
"""

TEMPLATES: dict[str, Template] = {
    one.kind: one
    for one in (
        Template(
            "condition", "申领条件", "一份申请自己应当满足的条件，如缴费月数、等级、证书类型。",
            _HEAD + """
conditions:
  new-condition:
    label: 请改写：条件的名称
    schemes: [{scheme}]                    # 适用的补贴项目；全部项目写 all
    require: insured_months >= 12          # 应当满足的条件
    # when: has(groups, "employee")        # 只在这种情况下才要求
    # effect: review                       # 不满足时交人工复核；不写就不予通过
""" + _ORIGIN + _REASON.replace("{reason}", "new-condition"),
        ),
        Template(
            "amount", "金额", "一个补贴项目的算法，逐步写出，最后一步是应发金额。每个项目只能有一条。",
            _HEAD + """
amounts:
  new-amount:
    schemes: [{scheme}]                    # 已有金额规则的项目，请先在原文件中改
    steps:
      standard:
        label: 按等级的标准
        value: level_standard[level]
      payable:
        label: 应发金额
        value: min(standard, 2000元)
""" + _ORIGIN,
        ),
        Template(
            "limit", "限次", "同一人在一段时间内最多享受几次。",
            _HEAD + """
across:
  new-limit:
    kind: limit
    label: 请改写：限制的名称
    schemes: [{scheme}]
    max: 3                                 # 次数，或值的名称
    period: calendar_year                  # calendar_year 自然年度、lifetime 不分年度、rolling_months 若干个月内（另写 months）
    anchor: begins
""" + _ORIGIN + _REASON.replace("{reason}", "new-limit"),
        ),
        Template(
            "unique", "不重复", "同一内容（如同一职业同一等级）只享受一次。",
            _HEAD + """
across:
  new-unique:
    kind: unique
    label: 请改写：限制的名称
    key_name: new-unique
    schemes: [{scheme}]
    when: given(occupation_code)
    key: [occupation_code, level]          # 这些都相同就算重复
""" + _ORIGIN + _REASON.replace("{reason}", "new-unique"),
        ),
        Template(
            "exclusion", "互斥", "享受过另一些项目的，不再享受这一项。",
            _HEAD + """
across:
  new-exclusion:
    kind: exclusion
    label: 请改写：限制的名称
    schemes: [{scheme}]
    against: [{other}]                     # 享受过这些项目的，不再享受
    period: calendar_year
""" + _ORIGIN + _REASON.replace("{reason}", "new-exclusion"),
        ),
        Template(
            "cap", "累计上限", "一个人的几次补贴合计不超过一个数额，超过的部分不发。",
            _HEAD + """
across:
  new-cap:
    kind: cap
    label: 请改写：上限的名称
    schemes: [{scheme}]
    max: 5000元                            # 数额，或值的名称
""" + _ORIGIN + _REASON.replace("{reason}", "new-cap"),
        ),
        Template(
            "overlap", "时间重叠", "同一人两个班的时间重叠的，交人工核实。",
            _HEAD + """
across:
  new-overlap:
    kind: overlap
    label: 请改写：核实的名称
    effect: review
    schemes: [{scheme}]
    from: started_on
    to: ended_on
    same: class_id                         # 这一项相同的不算重叠
""" + _ORIGIN + _REASON.replace("{reason}", "new-overlap"),
        ),
    )
}  # fmt: skip


def filled(kind: str, *, schemes: list[str], document: str, valid_from: str) -> str:
    """A template with the draft's own schemes, document and day."""
    one = TEMPLATES[kind]
    first = schemes[0] if schemes else "training"
    values = {
        "{label}": one.label,
        "{scheme}": first,
        "{other}": schemes[1] if len(schemes) > 1 else first,
        "{document}": document or f"{TO_WRITE}文号",
        "{valid_from}": valid_from,
    }
    text = one.text
    for place, value in values.items():
        text = text.replace(place, value)
    return text
