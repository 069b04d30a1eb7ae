"""The list of an organisation's claims, and one claim with everything that was decided about it."""

from __future__ import annotations

from datetime import date
from functools import cache
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase

from wudan.kernel.actor import Actor
from wudan.kernel.clock import now
from wudan.kernel.identifiers import mask_name
from wudan.kernel.periods import legal_day
from wudan.orders.payment.queries import lines_of_claim, open_recoveries
from wudan.orders.subsidy.queries import applicants
from wudan.orders.subsidy.queries.casefile import claim_page
from wudan.orders.subsidy.queries.claims import Wanted, list_claims
from wudan.orders.subsidy.roster.queries import visible_rosters
from wudan.orders.subsidy.states import CLAIM, FINAL
from wudan.organisations.queries import calendar_overrides, days_left
from wudan.policy.queries import rulebook_for
from wudan.web.shared.applicants import case
from wudan.web.shared.applicants.desk import Desk, frame
from wudan.web.shared.applicants.words import CLAIM_TONES
from wudan.web.shared.late_words import told_late
from wudan.web.shared.lists import Column, Filter, ListPage, Query
from wudan.web.shared.parts import Crumb
from wudan.web.shared.render import page
from wudan.web.shared.words import cn_date

# Several states under one word, as a clerk asks for them.
_TOGETHER: dict[str, tuple[str, tuple[str, ...]]] = {
    "back": ("需要您处理", ("returned", "bounced")),
    "going": ("办理中", tuple(s for s in CLAIM.states if s not in (*FINAL, "returned", "bounced"))),
    "settled": ("已核定（含已拨付）", applicants.APPROVED),
}
ROSTERS_OFFERED = 50


def claims(request: HttpRequest, actor: Actor, *, desk: Desk) -> HttpResponseBase:
    """Search, filter, sort, export; names masked also in the file."""
    today = legal_day(now())
    district = actor.district_id or ""
    overrides = calendar_overrides(district)
    rulebook = rulebook_for(district)
    labels = {code: scheme.label for code, scheme in rulebook.schemes.items()}

    @cache
    def left_until(due_on: date) -> int:
        return days_left(district, today, due_on, overrides)

    def left(claim: Any) -> int | None:
        if claim.due_on is None or claim.state in FINAL:
            return None
        return left_until(claim.due_on)

    spec: ListPage[Any] = ListPage(
        title="申请",
        search="姓名、证件号码、申请编号",
        sort="-applied_at",
        unit="笔",
        empty_title="还没有提交过申请",
        empty_text="上传名册可以一次为多人申请，也可以单笔填报。",
        filters=[
            Filter("state", "状态", [*((k, label) for k, (label, _) in _TOGETHER.items()), *CLAIM.choices()]),
            Filter("scheme", "补贴项目", list(labels.items())),
            Filter("roster", "名册", _rosters(actor)),
            Filter("since", "申请日期不早于", kind="date"),
            Filter("until", "申请日期不晚于", kind="date"),
        ],
        columns=[
            Column(
                "姓名或项目", _who, "strong", "person__name_pinyin", href=lambda c: desk.url("claim", c.pk),
            ),
            Column("申请编号", lambda c: c.number, width=22),
            Column("补贴项目", lambda c: labels.get(c.scheme, c.scheme), sort="scheme", width=24),
            Column("状态", lambda c: CLAIM.states[c.state], "badge", "state", tone=lambda c: CLAIM_TONES[c.state]),
            Column("办理时限", left, "clock", "due_on", due=lambda c: c.due_on if left(c) is not None else None),
            Column("申请日期", lambda c: c.applied_at, "date", "applied_at"),
            Column("金额（元）", lambda c: c.amount_fen, "money", "amount_fen", total=True),
        ],
    )  # fmt: skip

    def fetch(query: Query) -> Any:
        state = query.get("state")
        wanted = Wanted(
            states=_TOGETHER[state][1] if state in _TOGETHER else (state,) if state else (),
            scheme=query.get("scheme"),
            roster_id=int(query.get("roster") or 0) or None,
            since=query.day("since"),
            until=query.day("until"),
            text=query.search,
        )
        return list_claims(actor, wanted, today=today).order_by(query.order_by, "-id")

    context = frame(actor, desk)
    return spec.respond(
        request,
        fetch,
        "shared/applicants/claims.html",
        context,
        district=context["organisation"].district.name,
    )


def _who(claim: Any) -> str:
    return mask_name(claim.person.name) if claim.person else f"项目 {claim.project_id}"


def _rosters(actor: Actor) -> list[tuple[str, str]]:
    found = visible_rosters(actor).filter(state="confirmed")[:ROSTERS_OFFERED]
    return [(str(r.pk), f"{r.file_name}（{cn_date(r.uploaded_at)}）") for r in found]


def claim(request: HttpRequest, actor: Actor, claim_id: int, *, desk: Desk) -> HttpResponse:
    """One claim. Another organisation's is not found."""
    today = legal_day(now())
    seen = claim_page(claim_id, actor, today)
    lines = list(lines_of_claim(claim_id))
    context = frame(
        actor, desk, title=case.title(seen), no_index=True,
        crumbs=[Crumb("申请", desk.url("claims")), Crumb(seen.claim.number)],
    )  # fmt: skip
    context |= case.context(seen, today, lines, desk)
    context["owed"] = [] if seen.claim.payee == "person" else open_recoveries(actor, claim_id)
    context["late"] = told_late(
        seen.claim, statement=desk.url("late_statement", claim_id), mine=seen.claim.payee != "person"
    )
    return page(request, "shared/applicants/claim.html", context)
