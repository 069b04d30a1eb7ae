"""怎么办理: who applies where, what to bring, and how long each step may take, by the rulebook's procedure."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_GET

from wudan.organisations.queries import public_organisations
from wudan.policy.engine.model import Parameter, Scheme
from wudan.policy.engine.rulebook import Rulebook
from wudan.web.public.frame import frame, rulebook_of
from wudan.web.shared.parts import Crumb
from wudan.web.shared.render import page

# Step, what happens, who does it, and the parameter of procedure that limits it.
STEPS = (
    ("申请", "在网上填写，或到镇街窗口由工作人员代填。提交时当场算出结论和金额。", "申请人", ""),
    ("受理", "看材料是否齐全；不齐全的退回补正，一次说清。", "区人社局", "accept_working_days"),
    (
        "补正",
        "只在退回时才有：按写明的问题修改后重新提交，原来的顺序不变。",
        "申请人",
        "correction_working_days",
    ),
    ("初审", "核对证书、培训班和身份。", "区人社局", "first_review_working_days"),
    ("复审", "由另一位工作人员再审一遍。", "区人社局", "second_review_working_days"),
    ("公示", "姓名和号码部分隐藏，任何人都可以提出异议。", "区人社局", "notice_working_days"),
    ("异议核实", "只在有人提出异议时才有，只停这一笔。", "区人社局", "objection_working_days"),
    ("核定和拨付", "公示期满没有异议的，核定后由银行付款。", "区人社局", "payment_working_days"),
)
_ELSEWHERE = re.compile(r"（参考配置[^）]*）")
_PAPERS = {
    "certificate_type": "证书原件（职业资格证书、职业技能等级证书等），没有证书的项目不用带",
    "started_on": "参加过培训班的，班级名称和开班、结业日期（培训机构可以告诉您）",
    "insured_months": "失业保险缴费月数（工作人员也会核对）",
    "fee_fen": "培训费发票",
    "contract_fen": "项目合同、结业人员名册和就业情况",
    "attended_days": "项目编号和出勤天数（培训机构可以告诉您）",
}


@dataclass(frozen=True, slots=True)
class Clock:
    """One step with its time limit; `limit` is None where none is set."""

    label: str
    what: str
    who: str
    limit: Parameter | None

    @property
    def basis(self) -> str:
        """The clause; where a practice elsewhere was taken, whose it was stands on the policy page."""
        return _ELSEWHERE.sub("", self.limit.clause) if self.limit else ""


@require_GET
def how(request: HttpRequest, code: str) -> HttpResponse:
    """Channels, papers, clocks, windows."""
    rulebook = rulebook_of(code)
    limits = {p.code: p for p in rulebook.parameters}
    personal = _open_to(rulebook, "person")
    others = [s for s in rulebook.schemes.values() if s not in personal]
    context = frame(
        code, title="怎么办理", subtitle="在网上办，或到镇街窗口办，不用开证明。", rulebook=rulebook,
        clocks=[Clock(label, what, who, limits.get(name)) for label, what, who, name in STEPS],
        papers=_papers(personal), more_papers=_papers(others, personal),
        by_person=[s.label for s in personal], by_enterprise=[s.label for s in _open_to(rulebook, "enterprise")],
        by_provider=[s.label for s in rulebook.schemes.values() if s.by_provider],
        towns=list(public_organisations(code, "town")),
        crumbs=[Crumb("怎么办理")],
    )  # fmt: skip
    return page(request, "public/how.html", context)


def _open_to(rulebook: Rulebook, who: str) -> list[Scheme]:
    """Subsidies this kind of applicant may ask for, for itself: where the money goes to it or to the person."""
    return [
        s
        for s in rulebook.schemes.values()
        if not s.by_provider and rulebook.payee_for({"scheme": s.code}, who).kind in ("person", who)
    ]


def _papers(schemes: Sequence[Scheme], besides: Sequence[Scheme] = ()) -> list[str]:
    """What the rules of these subsidies look at decides what to bring; what not all of them ask says which do. What any of
    `besides` asks too is left out."""
    found = []
    for column, words in _PAPERS.items():
        if any(column in scheme.columns for scheme in besides):
            continue
        asking = [scheme.label for scheme in schemes if column in scheme.columns]
        if asking:
            found.append(words if len(asking) == len(schemes) else f"{words}（申请{'、'.join(asking)}的）")
    return found
