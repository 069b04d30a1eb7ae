"""来龙去脉 of one thing, for whoever may follow it: every step a link to its own trail, and to its own page where there is one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.urls import NoReverseMatch, reverse

from wudan.kernel.actor import Actor
from wudan.kernel.roles import Role
from wudan.orders.payment.trail.queries import READERS, Station, Trail, trail
from wudan.orders.payment.trail.words import TrailStep
from wudan.orders.subsidy.queries.entitled import came_by_the_chain
from wudan.web.shared.orders import orders_of
from wudan.web.shared.parts import Crumb, Step, Tone
from wudan.web.shared.render import page

# The page of a thing in an area, where that area has one; the first name that exists.
PAGES: dict[str, tuple[str, ...]] = {
    "order": ("order",),
    "proposal": ("proposal",),
    "project": ("project",),
    "offer": ("offer",),
    "enrolment": ("enrolment",),
    "class": ("class",),
    "due": ("due",),
    "claim": ("claim",),
    "batch": ("batch",),
}
# What stands for good, what came to nothing; all else is under way.
_DONE = (
    "已付", "已拨付", "已结清", "已结班", "已培训", "已结业", "有效", "成绩已公布", "已提交申请", "已列单", "已发布", "已结束",
    "已完成",
)  # fmt: skip
_OFF = (
    "已取消", "已作废", "已撤销", "已失效", "不予通过", "已撤回", "已退选", "已过期", "不予列单", "已放弃", "银行退票", "已追回",
    "暂不可享",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Shown:
    """A step with its links."""

    step: TrailStep
    tone: Tone
    trail_href: str
    page_href: str


@dataclass(frozen=True, slots=True)
class Block:
    """A station something went through, as the page draws it."""

    station: Station
    steps: Sequence[Shown]
    more: int


def orders_bar(claim: Any, actor: Actor, area: str, *, href: str, note: str = "") -> list[Step]:
    """The five orders above a claim: those of the chain lead to its trail, for who may follow it."""
    kept = came_by_the_chain(claim)
    may = kept and actor.role in (*READERS, Role.WORKER)
    trail_href = trail_url(area, "claim", claim.pk) if may else ""
    return orders_of(claim, href=href, note=note, kept=kept, trail=trail_href)


def trail_url(area: str, kind: str, subject_id: int) -> str:
    """The address; nothing where the area has no such page."""
    try:
        return reverse(f"{area}:trail", args=[kind, subject_id])
    except NoReverseMatch:
        return ""


def show(
    request: HttpRequest,
    actor: Actor,
    kind: str,
    subject_id: int,
    *,
    area: str,
    template: str,
    context: dict[str, Any],
) -> HttpResponse:
    """The page. What is not the actor's is not found."""
    found = trail(actor, kind, subject_id)
    if found is None:
        raise Http404
    label = next(s.label for s in found.stations if s.kind == kind)
    blocks = _blocks(found, actor, area)
    passed, to_come = _not_gone_through(found)
    own = {
        "title": f"来龙去脉：{label}",
        "subtitle": found.here.label,
        "crumbs": [Crumb("来龙去脉"), Crumb(found.here.label)],
        "blocks": blocks,
        "passed": passed,
        "to_come": to_come,
        "ended": all(shown.tone == "off" for shown in blocks[-1].steps),
        "here": found.here,
        "outside": kind in ("claim", "line")
        and not any(s.steps for s in found.stations if s.kind in ("offer", "class", "project")),
    }
    return page(request, template, {**own, **context})


def _blocks(found: Trail, actor: Actor, area: str) -> list[Block]:
    return [
        Block(
            station,
            [_shown(step, actor, area) for step in station.steps],
            station.count - len(station.steps),
        )
        for station in found.stations
        if station.steps
    ]


def _not_gone_through(found: Trail) -> tuple[list[Station], list[Station]]:
    """Stations without a step: those passed by (something later is there already), and those that may still come."""
    gone = [n for n, station in enumerate(found.stations) if station.steps]
    empty = [(n, station) for n, station in enumerate(found.stations) if not station.steps]
    return [s for n, s in empty if n < gone[-1]], [s for n, s in empty if n > gone[-1]]


def _shown(step: TrailStep, actor: Actor, area: str) -> Shown:
    followed = actor.role is not Role.WORKER or step.kind in (
        "order",
        "enrolment",
        "certificate",
        "due",
        "claim",
        "line",
    )
    return Shown(
        step,
        _tone(step.state_label),
        trail_url(area, step.kind, step.subject_id) if followed else "",
        _page_of(step, area),
    )


def _page_of(step: TrailStep, area: str) -> str:
    for name in PAGES.get(step.kind, ()):
        try:
            return reverse(f"{area}:{name}", args=[step.subject_id])
        except NoReverseMatch:
            continue
    return ""


def _tone(state_label: str) -> Tone:
    if state_label in _DONE:
        return "done"
    return "off" if state_label in _OFF else "now"
