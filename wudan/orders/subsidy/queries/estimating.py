"""试算: what the rules would say to an application not made yet, beside the person's other claims. Nothing is kept."""

from __future__ import annotations

from datetime import datetime

from wudan.kernel.actor import Actor
from wudan.kernel.roles import Role
from wudan.orders.subsidy.forms import ClaimForm, facts_of_columns
from wudan.orders.subsidy.models import Claim
from wudan.orders.subsidy.states import DECIDED, PLACED
from wudan.people.queries import find_by_number
from wudan.policy.engine.explain import Explanation, explain
from wudan.policy.queries import rulebook_for

_NEW = "~试算"  # sorts behind every number of this moment


def estimate(
    *, district_id: str, form: ClaimForm, number: str = "", name: str = "", actor: Actor, at: datetime
) -> Explanation:
    """The decision with its working. A registered person's other claims count only where the name fits the number: nobody
    learns by guessing numbers what somebody else has received. Refuses: forbidden."""
    actor.require(Role.ENTERPRISE, Role.PROVIDER)
    others = _others(district_id, form, number, name)
    history = [{**_row(c), "amount_fen": c.amount_fen or 0} for c in others if c.state in DECIDED]
    pending = [_row(c) for c in others if c.state not in DECIDED]
    rulebook = rulebook_for(district_id)
    holder = "" if rulebook.schemes[form.scheme].by_provider else _holder(others)
    return explain(rulebook, [*pending, form.facts(_NEW, holder, at)], _NEW, history)


def _others(district_id: str, form: ClaimForm, number: str, name: str) -> list[Claim]:
    placed = Claim.objects.filter(district_id=district_id, state__in=PLACED).order_by("pk")
    if number:
        person = find_by_number(number)
        same = person is not None and person.name == name.strip()
        return list(placed.filter(person=person)) if same else []
    return list(placed.filter(person=None, project_id=form.project_id)) if form.project_id else []


def _holder(others: list[Claim]) -> str:
    return f"#{others[0].person_id}" if others else "#新"


def _row(claim: Claim) -> dict[str, object]:
    person = "" if claim.person_id is None else f"#{claim.person_id}"
    return facts_of_columns(claim, claim.number, person, claim.applied_at)


def estimate_own(
    *, district_id: str, form: ClaimForm, claim_id: int | None = None, actor: Actor, at: datetime
) -> Explanation:
    """The same for the worker's own application, beside the own claims; `claim_id` is the one being corrected, which keeps its
    place in the order of applications. Refuses: forbidden."""
    actor.require(Role.WORKER)
    placed = Claim.objects.filter(district_id=district_id, state__in=PLACED, person_id=actor.person_id or 0)
    own = placed.order_by("pk")
    mended = next((c for c in own if c.pk == claim_id), None)
    others = [c for c in own if c.pk != claim_id]
    history = [{**_row(c), "amount_fen": c.amount_fen or 0} for c in others if c.state in DECIDED]
    pending = [_row(c) for c in others if c.state not in DECIDED]
    number, applied_at = (mended.number, mended.applied_at) if mended else (_NEW, at)
    facts = form.facts(number, f"#{actor.person_id}", applied_at)
    return explain(rulebook_for(district_id), [*pending, facts], number, history)
