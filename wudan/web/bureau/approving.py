"""核定: what has stood its notice, pool by pool, with the money before and after."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST

from wudan.funds.queries import balances_now, visible_pools
from wudan.kernel.actor import Actor
from wudan.kernel.roles import Role
from wudan.orders.subsidy.actions.approving import approve as approve_claims
from wudan.orders.subsidy.queries.claims import queue
from wudan.policy.queries import rulebook_for
from wudan.web.bureau.batches import keep_answers
from wudan.web.bureau.desk import Desk, about, claim_url
from wudan.web.shared.acting import for_roles
from wudan.web.shared.parts import Crumb
from wudan.web.shared.render import page

MOST = 1000


@dataclass
class PoolRow:
    """One fund of this year: what it has free, what these claims take."""

    label: str
    count: int = 0
    fen: int = 0
    available: int | None = None

    @property
    def after(self) -> int | None:
        return None if self.available is None else self.available - self.fen

    @property
    def short(self) -> bool:
        return self.available is None or self.available < self.fen


@require_GET
@for_roles(Role.REVIEWER)
def approve(request: HttpRequest, actor: Actor) -> HttpResponse:
    """Everything that waits (or, with `?fund=`, one fund's), and what the pools will look like."""
    desk = Desk(actor)
    rulebook = rulebook_for(desk.code)
    claims = list(queue(actor, "cleared").order_by("id")[:MOST])
    context = {
        "title": "核定",
        "subtitle": "公示期满、没有未核实异议的申请。",
        "crumbs": [Crumb("待办", reverse("bureau:home")), Crumb("核定")],
        "pools": _pools(desk, claims),
        "rows": [
            {
                "claim": c,
                "about": about(c),
                "href": claim_url(c),
                "scheme": rulebook.schemes[c.scheme].label if c.scheme in rulebook.schemes else c.scheme,
                "fund": rulebook.pools[c.fund].label if c.fund in rulebook.pools else c.fund,
            }
            for c in claims
        ],
        "count": len(claims),
        "total_fen": sum(c.amount_fen or 0 for c in claims),
    }
    return page(request, "bureau/approve.html", context)


@require_POST
@for_roles(Role.REVIEWER)
def approve_do(request: HttpRequest, actor: Actor) -> HttpResponse:
    """核定 what is ticked; an answer for each."""
    desk = Desk(actor)
    ids = [
        int(raw)
        for raw in request.POST.getlist("selected")
        if raw.isascii() and raw.isdigit() and len(raw) < 19
    ]
    if not ids:
        return redirect("bureau:approve")
    answers = approve_claims(claim_ids=ids, actor=actor, at=desk.at)
    effect = "资金已从可用余额转为已核定，由财务列入拨付批次。"
    keep_answers(request, "核定", answers, reverse("bureau:approve"), effect)
    return redirect("bureau:result")


def _pools(desk: Desk, claims: list[Any]) -> list[PoolRow]:
    labels = {code: pool.label for code, pool in rulebook_for(desk.code).pools.items()}
    rows: dict[str, PoolRow] = {}
    for claim in claims:
        row = rows.setdefault(claim.fund, PoolRow(labels.get(claim.fund, claim.fund)))
        row.count += 1
        row.fen += claim.amount_fen or 0
    pools = {
        p.source: p.pk for p in visible_pools(desk.actor).filter(year=desk.today.year, source__in=list(rows))
    }
    free = balances_now(pools.values())
    for source, row in rows.items():
        if source in pools and pools[source] in free:
            row.available = free[pools[source]].available
    return list(rows.values())
