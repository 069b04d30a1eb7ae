"""An applicant's first page: what came back and why, the rosters under way, the sums, and the way to the next application."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse

from wudan.kernel.actor import Actor
from wudan.kernel.clock import now
from wudan.kernel.identifiers import mask_name
from wudan.kernel.money import in_sentence
from wudan.kernel.periods import legal_day
from wudan.kernel.roles import Role
from wudan.orders.delivery.queries.answers import provider_waits
from wudan.orders.delivery.queries.screens import sessions_on
from wudan.orders.payment.queries import bounced_lines, open_recoveries
from wudan.orders.subsidy.queries import applicants
from wudan.orders.subsidy.queries.dues import waiting
from wudan.orders.subsidy.states import ROSTER
from wudan.organisations.queries import calendar_overrides, days_left
from wudan.policy.queries import rulebook_for
from wudan.web.shared.applicants.desk import Desk, frame
from wudan.web.shared.applicants.words import ROSTER_TONES
from wudan.web.shared.parts import Stat
from wudan.web.shared.render import page

SHOWN = 5


def home(request: HttpRequest, actor: Actor, *, desk: Desk) -> HttpResponse:
    """What came back first; a fixed number of queries, whatever there is."""
    tallies = applicants.tallies(actor)
    context = frame(actor, desk)
    context |= {
        "title": context["organisation"].name,
        "subtitle": f"为{desk.whom}申请职业培训补贴",
        "back": _back(actor, desk, tallies),
        "dues": waiting(actor),
        "chain_waits": provider_waits(actor),
        "lessons": len(sessions_on(legal_day(now()), actor)) if actor.role is Role.PROVIDER else 0,
        "rosters": [
            {"roster": r, "label": ROSTER.states[r.state], "tone": ROSTER_TONES[r.state]}
            for r in applicants.rosters_under_way(actor)[:SHOWN]
        ],
        "sums": _sums(desk, tallies),
        "first_time": not tallies,
    }
    return page(request, "shared/applicants/home.html", context)


def _back(actor: Actor, desk: Desk, tallies: Any) -> list[dict[str, Any]]:
    """Returned with their deadlines, bounced waiting for an account, refused with their reasons: each with its first few."""
    today = legal_day(now())
    overrides = calendar_overrides(actor.district_id or "")
    rulebook = rulebook_for(actor.district_id or "")

    def row(claim: Any, comment: str, due: Any = None) -> dict[str, Any]:
        scheme = rulebook.schemes.get(claim.scheme)
        return {
            "name": mask_name(claim.person.name) if claim.person else f"项目 {claim.project_id}",
            "scheme": scheme.label if scheme else claim.scheme,
            "comment": comment,
            "href": desk.url("claim", claim.pk),
            "due": due,
            "left": days_left(actor.district_id or "", today, due, overrides) if due else None,
            "since": claim.state_since,
        }

    groups: list[dict[str, Any]] = []
    if "returned" in tallies:
        rows = [
            row(b.claim, b.comment, b.claim.due_on) for b in applicants.came_back(actor, "returned", SHOWN)
        ]
        groups.append(
            {"state": "returned", "title": "退回补正", "tone": "wait", "act": "去补正", "rows": rows}
        )
    if "bounced" in tallies:
        rows = [row(line.claim, line.bank_reason) for line in bounced_lines(actor)[:SHOWN]]
        groups.append(
            {"state": "bounced", "title": "银行退票", "tone": "wrong", "act": "去更正账户", "rows": rows}
        )
    if "rejected" in tallies:
        rows = [
            row(b.claim, "；".join([rulebook.reason(c).label for c in b.claim.reasons] or [b.comment]))
            for b in applicants.came_back(actor, "rejected", SHOWN)
        ]
        groups.append(
            {"state": "rejected", "title": "不予通过", "tone": "off", "act": "看原因", "rows": rows}
        )
    for group in groups:
        group["count"] = tallies[group["state"]].count
        group["href"] = f"{desk.url('claims')}?state={group['state']}"
    had = any(state in tallies for state in applicants.PAID)
    owed = [one for one in open_recoveries(actor) if one.claim.payee != "person"] if had else []
    if owed:
        rows = [
            row(one.claim, f"还要退回{in_sentence(one.left_fen)}：{one.reason}") | {"since": one.opened_at}
            for one in owed[:SHOWN]
        ]
        group = {
            "state": "recovering",
            "title": "要求退回",
            "tone": "wrong",
            "act": "看怎么退回",
            "rows": rows,
        }
        groups.insert(0, group | {"count": len(owed), "href": f"{desk.url('claims')}?state=recovering"})
    return groups


def _sums(desk: Desk, tallies: Any) -> list[Stat]:
    applied = applicants.total(tallies, tallies)
    approved, paid = (applicants.total(tallies, s) for s in (applicants.APPROVED, applicants.PAID))
    claims = desk.url("claims")
    return [
        Stat("已申请", f"{applied.count:,}", claims, unit="笔"),
        Stat(
            "已核定", in_sentence(approved.fen), f"{claims}?state=settled", f"{approved.count:,}笔，含已拨付"
        ),
        Stat("已拨付", in_sentence(paid.fen), f"{claims}?state=paid", f"{paid.count:,}笔"),
    ]
