"""The way in, a district's front page, and its policy rendered from the rulebook."""

from __future__ import annotations

from django.core.cache import cache
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.http import require_GET

from wudan.kernel.clock import now
from wudan.kernel.money import in_sentence
from wudan.kernel.periods import legal_day
from wudan.orders.subsidy.queries.figures import ProgrammeFigures, programme_figures
from wudan.orders.subsidy.queries.notices import public_notices
from wudan.organisations import queries as organisations
from wudan.policy.engine.model import ClauseValue, Parameter
from wudan.policy.queries import rulebook_for
from wudan.web.public.frame import frame, rulebook_of
from wudan.web.shared.parts import Bar, Crumb, Stat
from wudan.web.shared.policy_words import fact_words, has_amounts, outcome_words, reason_words
from wudan.web.shared.render import page

FIGURES_FOR = 60  # seconds: the numbers run over every claim, and nobody acts on the last minute's


def _figures(code: str) -> ProgrammeFigures:
    """The district's numbers, at most a minute old, kept in each process."""
    key = f"public-figures:{code}:{legal_day(now()).isoformat()}"
    kept: ProgrammeFigures | None = cache.get(key)
    if kept is None:
        kept = programme_figures(code)
        cache.set(key, kept, FIGURES_FOR)
    return kept


@require_GET
def districts(request: HttpRequest) -> HttpResponse:
    """Which district: straight on where there is but one."""
    known = list(organisations.districts())
    if len(known) == 1:
        return redirect("public:home", known[0].code)
    rows = [(d, rulebook_for(d.code)) for d in known]
    return page(
        request, "public/districts.html", {"title": "请选择您所在的区", "rows": rows, "home_url": "/"}
    )


@require_GET
def home(request: HttpRequest, code: str) -> HttpResponse:
    """What the programme offers here, with live figures."""
    rulebook = rulebook_of(code)
    today = legal_day(now())
    notices = public_notices(code, today)
    context = frame(
        code,
        title=f"{rulebook.title}",
        rulebook=rulebook,
        schemes=list(rulebook.schemes.values()),
        stats=_stats(code, _figures(code), len([n for n in notices if n.taking])),
        notices=notices[:3],
        priced=has_amounts(rulebook),
        targets=[_target(one) for one in rulebook.targets],
    )
    return page(request, "public/home.html", context)


def _target(one: Parameter) -> dict[str, str]:
    """A target in words; shares are kept as fractions of one."""
    share = one.unit == "%" and not isinstance(one.value, bool | str)
    amount = (
        f"{one.value * 100:.0f}%"
        if share
        else f"{one.value:,}{one.unit}"
        if isinstance(one.value, int)
        else str(one.value)
    )
    return {"label": one.label, "amount": amount, "clause": one.clause, "reading": one.reading}


def _stats(code: str, figures: ProgrammeFigures, taking: int) -> list[Stat]:
    """Five numbers, each opening what stands behind it."""
    behind = reverse("public:figures", args=[code])
    return [
        Stat("已拨付补贴", in_sentence(figures.paid_fen), behind, "看各项目的数字"),
        Stat("享受补贴", f"{figures.person_times:,}", behind, "一人一次算1人次", unit="人次"),
        Stat("享受补贴的人", f"{figures.persons:,}", behind, "同一个人只数一次", unit="人"),
        Stat("正在办理", f"{figures.in_progress:,}", reverse("public:how", args=[code]) + "#steps", "看办到哪一步要多久", unit="件"),
        Stat(
            "可以提异议的公示", f"{taking:,}", reverse("public:notices", args=[code]), "任何人都可以看",
            tone="now" if taking else "plain", unit="批",
        ),
    ]  # fmt: skip


@require_GET
def figures(request: HttpRequest, code: str) -> HttpResponse:
    """What stands behind the numbers of the front page: each subsidy's person-times, persons and sum."""
    rulebook_of(code)
    shown = _figures(code)
    context = frame(
        code, title="补贴用到了哪里", subtitle="按补贴项目统计，只计银行已经付出的；已追回和正在追回的不算。", figures=shown,
        bars=[Bar(s.label, s.paid_fen, in_sentence(s.paid_fen)) for s in shown.schemes],
        crumbs=[Crumb("补贴用到了哪里")],
    )  # fmt: skip
    return page(request, "public/figures.html", context)


@require_GET
def policy(request: HttpRequest, code: str) -> HttpResponse:
    """Every value of the rulebook: clause, valid from, reading."""
    rulebook = rulebook_of(code)
    topics: dict[str, list[ClauseValue]] = {}
    for row in rulebook.clauses():
        topics.setdefault(row.topic, []).append(row)
    context = frame(
        code, title="政策条款", subtitle=f"{rulebook.law} · 版本 {rulebook.release}", rulebook=rulebook,
        topics=list(topics.items()), crumbs=[Crumb("政策条款")],
    )  # fmt: skip
    return page(request, "public/policy.html", context)


@require_GET
def cases(request: HttpRequest, code: str) -> HttpResponse:
    """The officials' own cases: facts, and what the rules say of them."""
    rulebook = rulebook_of(code)
    shown = [
        {
            "name": case.name,
            "note": case.note,
            "rows": [
                {
                    "paid": row.paid,
                    "facts": fact_words(rulebook, row.facts),
                    "outcome": "已发放" if row.paid else outcome_words(row.outcome),
                    "amount_fen": row.amount_fen if row.amount_stated else None,
                    "reasons": reason_words(rulebook, sorted(row.reasons or ())),
                }
                for row in case.rows
            ],
        }
        for case in rulebook.cases
    ]
    context = frame(
        code, title="政策案例", subtitle="每次修改政策规则，系统都用这些案例核对一遍。", shown=shown,
        crumbs=[Crumb("政策条款", reverse("public:policy", args=[code])), Crumb("政策案例")],
    )  # fmt: skip
    return page(request, "public/cases.html", context)
