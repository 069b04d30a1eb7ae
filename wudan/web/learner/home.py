"""The worker's first page: what waits for me, then my claims as cards; and the notices of my district."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_GET

from wudan.kernel.actor import Actor
from wudan.kernel.roles import Role
from wudan.orders.delivery.queries.ratings import to_rate
from wudan.orders.payment.differences import live_lines
from wudan.orders.payment.queries import inquiries_of, open_recoveries
from wudan.orders.subsidy.queries.applicants import PAID
from wudan.orders.subsidy.queries.claims import visible_claims
from wudan.orders.subsidy.queries.notices import notices_of, public_notices
from wudan.policy.queries import rulebook_for
from wudan.web.learner.choosing import courses_now
from wudan.web.learner.dues import due_cards
from wudan.web.learner.frame import Visit, frame
from wudan.web.learner.learning import sittings_today
from wudan.web.learner.words import DONE, Stage, late_stage, stage
from wudan.web.shared.acting import for_roles
from wudan.web.shared.render import page


@dataclass(frozen=True, slots=True)
class Card:
    """One claim on the first page."""

    claim: Any
    label: str
    detail: str
    stage: Stage
    days_left: int | None
    href: str
    late: bool = False


@require_GET
@for_roles(Role.WORKER)
def home(request: HttpRequest, actor: Actor) -> HttpResponse:
    """What waits for me first, then what is under way, then what is over."""
    visit = Visit(actor)
    cards = _cards(visit)
    dues = due_cards(visit)
    waiting = [c for c in cards if c.stage.mine]
    rest = [c for c in cards if not c.stage.mine]
    courses, called_off = courses_now(visit)
    context = frame(
        visit,
        title=f"{visit.me.name}，您好",
        waiting=waiting,
        going=[c for c in rest if c.late or c.claim.state not in DONE or c.claim.receipt_answer == "no"],
        over=[c for c in rest if not c.late and c.claim.state in DONE and c.claim.receipt_answer != "no"],
        dues=[c for c in dues if c.mine],
        other_dues=sum(not c.mine for c in dues),
        courses=courses,
        called_off=called_off,
        sittings=sittings_today(visit),
        to_rate=list(to_rate(actor, visit.today)[:3]),
        unverified=visit.me.assurance == "none",
    )
    return page(request, "learner/home.html", context)


@require_GET
@for_roles(Role.WORKER)
def notices(request: HttpRequest, actor: Actor) -> HttpResponse:
    """The notices of my district, or of another one I choose; mine are marked."""
    visit = Visit(actor)
    code = request.GET.get("d", "")
    place = visit.place(code) if code else visit.home
    shown = public_notices(place.code, visit.today) if place else []
    mine = notices_of(visible_claims(actor).values_list("pk", flat=True)) if place else {}
    context = frame(
        visit, title="补贴公示", place=place, notices=shown, here=place, places=list(visit.places.values()),
        with_me={own.notice_id for own in mine.values()},
    )  # fmt: skip
    return page(request, "learner/notices.html", context)


def _cards(visit: Visit) -> list[Card]:
    claims = list(visible_claims(visit.actor).order_by("-id")[:200])
    noticed = notices_of([c.pk for c in claims if c.state == "noticed"])
    late = live_lines(visit.actor)
    owed: dict[int, list[Any]] = {}
    for one in open_recoveries(visit.actor) if any(c.state in PAID for c in claims) else ():
        owed.setdefault(one.claim_id, []).append(one)
    asked = inquiries_of([c.pk for c in claims if c.receipt_answer == "no"])
    return [
        _card(
            visit,
            claim,
            late.get(claim.pk),
            stage(
                claim,
                noticed[claim.pk].closes_on if claim.pk in noticed else None,
                asked.get(claim.pk),
                owed.get(claim.pk, ()),
            ),
        )
        for claim in claims
    ]


def _card(visit: Visit, claim: Any, late: Any, standing: Stage) -> Card:
    rulebook = rulebook_for(claim.district_id)
    scheme = rulebook.schemes.get(claim.scheme)
    level = rulebook.levels[str(claim.level)].label if claim.level else ""
    now = late_stage(late) if late else standing
    return Card(
        claim=claim,
        label=scheme.label if scheme else claim.scheme,
        detail="　".join(t for t in (claim.occupation_name, level) if t),
        stage=now,
        days_left=visit.left(claim.district_id, now.due),
        href=reverse("learner:claim", args=[claim.pk]),
        late=late is not None,
    )
