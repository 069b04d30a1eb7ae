"""Words of lists (补贴项目, 人员类别, 等级, 证书类型) as offices write them, to the rulebook's codes."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from wudan.people.cells import CellFault, plain, text
from wudan.people.models import DOCUMENT_KINDS
from wudan.policy.engine.rulebook import Rulebook

# Other words for a group than the rulebook's label; only those whose group the rulebook knows are used.
_GROUP_WORDS = {
    "poor": "贫困劳动力 建档立卡 建档立卡贫困户 建档立卡贫困人员 贫困户 贫困人员 脱贫人口 脱贫劳动力",
    "unemployed": "城镇登记失业人员 登记失业人员 失业 城镇失业人员 企业失业人员 下岗失业人员",
    "veteran": "退役士兵 退伍军人 复员军人 转业军人 退役",
    "rural": "农村劳动力 农民工 农村转移就业劳动者 农村转移劳动力 农村转移就业人员 农村劳动者 农民 新生代农民工",
    "low_income": "低保 低保家庭 低保人员 城市低保家庭 城市低保家庭学员 城乡低保 低保家庭成员 低保户",
    "disabled": "残疾 残疾人员",
    "student": "学生 大学生 在校大学生 高校毕业生 毕业年度高校毕业生 在校生 高校学生",
    "new_leaver": "两后生 城乡未继续升学的应届初高中毕业生 未升学初高中毕业生 应届初高中毕业生",
    "employee": "职工 在职职工 在岗职工 企业在职职工 企业员工 员工 企业在岗职工 新录用职工 企业新录用人员",
    "returnee": "返乡创业人员 返乡下乡人员 返乡创业",
    "hard_to_employ": "就业困难 困难人员 就业援助对象",
}
# Without the words that say nothing: 职业培训补贴, 职业培训 and 职业培训补助 are one.
_SCHEME_NOISE = re.compile(r"(补贴|补助|资金|费用|\(.*?\)|企业|新录用人员|新录用)")
_LEVELS = (("高级技师", 1), ("技师", 2), ("高级", 3), ("中级", 4), ("初级", 5))
_LEVEL_DIGIT = re.compile(r"([一二三四五1-5])级")
_NUMERALS = {"一": 1, "二": 2, "三": 3, "四": 4, "五": 5}
_NO_LEVEL = frozenset({"", "0", "无", "无等级", "-", "/", "—", "不分等级", "无级别"})
_CERTIFICATES = (
    ("special_operation", r"特种作业|特种设备|操作证"),
    ("special_ability", r"专项"),
    ("skill_level", r"技能等级|等级证|等级认定"),
    ("qualification", r"职业资格|资格证|国家资格"),
    ("completion", r"合格证|结业证|培训证"),
)
_STAGES = {
    "advance": "advance 预拨 先行拨付 首付 预付 第一次 60%",
    "balance": "balance 结算 尾款 余款 全额 第二次 清算",
}


@dataclass(frozen=True)
class Vocabulary:
    """The words of one rulebook."""

    schemes: Mapping[str, str]
    groups: Mapping[str, str]
    certificate_types: frozenset[str]
    scheme_choices: str
    group_choices: str
    certificate_choices: str

    def scheme(self, raw: object) -> str:
        value = _key(text(raw))
        if not value:
            raise CellFault("补贴项目为空", f"请从本区的项目中选填：{self.scheme_choices}。")
        found = self.schemes.get(value) or self.schemes.get(_bare(value))
        if found is None:
            raise CellFault("不是本区的补贴项目", f"请从本区的项目中选填：{self.scheme_choices}。")
        return found

    def group(self, raw: object) -> tuple[str, ...]:
        """Several groups may stand in a cell; the label itself may hold a bracket with a separator in it."""
        whole = text(raw)
        if not whole or whole in {"无", "-", "/", "—"}:
            return ()
        if code := self.groups.get(_key(whole)):
            return (code,)
        parts = [p for p in re.split(r"[;；,，、/+|]|\s+", whole) if p.strip()]
        unknown = [p for p in parts if _key(p) not in self.groups]
        if unknown:
            raise CellFault(
                f"“{unknown[0][:20]}”不在本区的人员类别中", f"请选填：{self.group_choices}；多个用“;”隔开。"
            )
        return tuple(sorted({self.groups[_key(p)] for p in parts}))

    def certificate_type(self, raw: object) -> str:
        value = _key(text(raw))
        if not value or value in {"无", "-", "/", "—", "没有"}:
            return ""
        if value in self.certificate_types:
            return value
        found = next((code for code, words in _CERTIFICATES if re.search(words, value)), None)
        if found is None or found not in self.certificate_types:
            raise CellFault("看不出是哪一类证书", f"请选填：{self.certificate_choices}；没有证书的留空。")
        return found


def level(raw: object) -> int:
    """初级, 初级工, 五级, 5, 五级/初级工 → 5; nothing or 无 → 0."""
    value = plain(text(raw)).replace(" ", "")
    if value in _NO_LEVEL:
        return 0
    value = value.removesuffix(".0")
    if value in {"1", "2", "3", "4", "5"}:
        return int(value)
    found, rest = set(), value
    for word, number in _LEVELS:
        if word in rest:
            found.add(number)
            rest = rest.replace(word, "")
    found |= {_NUMERALS.get(d) or int(d) for d in _LEVEL_DIGIT.findall(rest)}
    if not found and value in _NUMERALS:
        found = {_NUMERALS[value]}
    if len(found) != 1:
        problem = "写了两个不同的等级" if found else "看不出是哪个等级"
        raise CellFault(
            problem, "请填“初级工”“中级工”“高级工”“技师”“高级技师”或5、4、3、2、1，没有等级的留空。"
        )
    return found.pop()


def stage(raw: object) -> str:
    value = _key(text(raw))
    if not value:
        return ""
    for code, words in _STAGES.items():
        if value in words.split():
            return code
    raise CellFault("项目阶段应为“预拨”或“结算”", "请填“预拨”或“结算”。")


def document_kind(raw: object) -> str:
    """证件类型; empty is the resident identity card."""
    value = _key(text(raw))
    if not value or value in {"身份证", "二代身份证", "公民身份证", "identity"}:
        return "identity"
    for code, label in DOCUMENT_KINDS:
        if value in {code, label}:
            return code
    raise CellFault("看不出是哪一种证件", f"请填：{'、'.join(label for _, label in DOCUMENT_KINDS)}。")


def vocabulary(rulebook: Rulebook) -> Vocabulary:
    schemes: dict[str, str] = {}
    for code, scheme in rulebook.schemes.items():
        schemes |= {_key(code): code, _key(scheme.label): code}
    for code, scheme in rulebook.schemes.items():  # short forms yield to full names
        short = _bare(_key(scheme.label))
        schemes.setdefault(short, code)
        if (
            len(shorter := short.replace("培训", "")) >= 3
        ):  # 项目制, 转岗转业; 职业 alone would say too little
            schemes.setdefault(shorter, code)
    groups: dict[str, str] = {}
    for code, label in rulebook.groups.items():
        groups |= {_key(code): code, _key(label.label): code, _key(re.sub(r"（.*?）", "", label.label)): code}
    for code, words in _GROUP_WORDS.items():
        if code in rulebook.groups:
            for word in words.split():
                groups.setdefault(_key(word), code)
    return Vocabulary(
        schemes,
        groups,
        frozenset(rulebook.certificate_types),
        _choices(s.label for s in rulebook.schemes.values()),
        _choices(g.label for g in rulebook.groups.values()),
        _choices(c.label for c in rulebook.certificate_types.values()),
    )


def _choices(labels: Iterable[str]) -> str:
    return "、".join(labels)


def _key(value: str) -> str:
    return re.sub(r"\s", "", plain(value)).lower()


def _bare(value: str) -> str:
    return _SCHEME_NOISE.sub("", value)
