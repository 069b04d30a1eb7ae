"""Reading runs: only policy officers of the district; the persons behind a change as the claims' room shows them."""

from __future__ import annotations

from django.db.models import QuerySet

from wudan.kernel.actor import Actor
from wudan.kernel.roles import Role
from wudan.laboratory.facts import years_of
from wudan.laboratory.models import Change, Run
from wudan.orders.subsidy.queries.claims import visible_claims

SIDES = {
    "gain": "增加",
    "lose": "减少",
    "newly": "由不发变为发",
    "no_longer": "由发变为不发",
    "same": "只有理由或结论不同",
}


def visible_runs(actor: Actor) -> QuerySet[Run]:
    """The own district's, newest first; without the text that was tried."""
    if actor.role is not Role.POLICY or actor.district_id is None:
        return Run.objects.none()
    runs = Run.objects.filter(district=actor.district_id).select_related("draft", "release")
    return runs.defer("files", "release__files").order_by("-id")


def run_of(actor: Actor, run_id: int) -> Run | None:
    return visible_runs(actor).filter(pk=run_id).first()


def runs_of(actor: Actor, draft_id: int) -> QuerySet[Run]:
    """The runs of a draft, newest first; without their figures."""
    return visible_runs(actor).filter(draft=draft_id).defer("figures")


def changes_of(actor: Actor, run_id: int, side: str = "") -> QuerySet[Change]:
    """The claims of a run that the draft decides otherwise, as far as the actor may see claims at all; the most first."""
    found = Change.objects.filter(run__in=visible_runs(actor).filter(pk=run_id).order_by().values("pk"))
    found = found.filter(claim__in=visible_claims(actor).order_by().values("pk")).select_related(
        "claim__person", "claim__organisation"
    )
    narrowed = {
        "gain": found.filter(delta_fen__gt=0),
        "lose": found.filter(delta_fen__lt=0),
        "newly": found.filter(before_fen=0, after_fen__gt=0),
        "no_longer": found.filter(before_fen__gt=0, after_fen=0),
        "same": found.filter(delta_fen=0),
    }
    return narrowed.get(side, found)


def choosable_years(actor: Actor) -> list[tuple[int, int]]:
    """The years with claims in the district, the latest first, each with how many."""
    return years_of(actor.district_id) if actor.role is Role.POLICY and actor.district_id else []
