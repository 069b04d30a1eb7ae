"""Offers (班次): what anybody may choose, what each desk sees, and the money behind one. Restricted offers never appear in public."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date

from django.db.models import F, Q, QuerySet

from wudan.funds.models import Pool
from wudan.funds.queries import balances_now
from wudan.kernel.actor import SYSTEM, Actor
from wudan.kernel.roles import Role
from wudan.kernel.search import squeezed
from wudan.occupations.queries import search_occupations
from wudan.orders.catalogue.models import Offer
from wudan.orders.catalogue.queries.prices import fund_of
from wudan.orders.catalogue.queries.projects import TRUSTED
from wudan.policy.queries import rulebook_for

CHOOSABLE = ("open",)


def _offers() -> QuerySet[Offer]:
    return Offer.objects.select_related(
        "district", "entry__occupation", "entry__edition", "provider", "employer", "town", "venue__division",
        "teacher__person", "project", "pool", "proposal",
    )  # fmt: skip


def offer(offer_id: int) -> Offer | None:
    """Whoever asks must say what the asker may see; for the public there is `public_offer`."""
    return _offers().filter(pk=offer_id).first()


# --- for anybody --------------------------------------------------------------------------------------------------
def open_offers(
    district_id: str | None,
    on: date,
    *,
    text: str = "",
    town: str = "",
    level: str = "",
    shortage: bool = False,
    local: bool = False,
    free: bool = False,
    mode: str = "",
    line: str = "",
    employer_id: int | None = None,
) -> QuerySet[Offer]:
    """What can be chosen on a day, the soonest to begin first; None is every district.

    `text` is words of two characters and up, pinyin or its initials, of occupation, title, provider or town. Offers for one
    enterprise's staff appear only where it is named; restricted ones never (their learners come by a department's roster).
    """
    found = _public(_offers()).filter(state__in=CHOOSABLE, choose_until__gte=on)
    found = found.filter(Q(employer=None) | Q(employer_id=employer_id) if employer_id else Q(employer=None))
    if district_id:
        found = found.filter(district_id=district_id)
    if town:
        found = found.filter(town_id=town)
    if level.isdigit():
        found = found.filter(entry__level=int(level))
    if line:
        found = found.filter(line=line)
    if mode == "online":
        found = found.filter(mode__in=("online", "blended"))
    elif mode:
        found = found.filter(mode=mode)
    marks = {"entry__shortage": shortage, "entry__local": local}
    found = found.filter(**{name: True for name, wanted in marks.items() if wanted})
    if free:
        found = found.filter(fee_fen=0)
    return _searched(found, text).order_by(F("period").asc(), "choose_until", "pk")


def public_offer(offer_id: int) -> Offer | None:
    """For anybody: published at some time, not restricted, not for one enterprise's staff only."""
    seen = _public(_offers()).filter(pk=offer_id, employer=None).exclude(state__in=("drafted", "reserved"))
    return seen.first()


def _public(found: QuerySet[Offer]) -> QuerySet[Offer]:
    return found.filter(Q(project=None) | Q(project__restricted=False))


def _searched(found: QuerySet[Offer], text: str) -> QuerySet[Offer]:
    wanted = squeezed(text)
    if not wanted:
        return found
    direct = found.filter(
        Q(entry__occupation__search_text__contains=wanted)
        | Q(title__contains=wanted)
        | Q(provider__name__contains=wanted)
        | Q(provider__pinyin__startswith=wanted)
        | Q(town__name__contains=wanted)
    )
    if len(wanted) < 3 or direct.exists():
        return direct
    spoken = [o.pk for o in search_occupations(text)]  # 我想学电焊
    return found.filter(entry__occupation_id__in=spoken)


# --- for a desk ---------------------------------------------------------------------------------------------------
def offers_of(
    actor: Actor, *, state: str = "", search: str = "", line: str = "", town: str = ""
) -> QuerySet[Offer]:
    """An official the district's, a provider those given to it, an enterprise those for its staff; newest first."""
    found = _offers()
    if actor != SYSTEM:
        if actor.is_official:
            found = found.filter(district_id=actor.district_id)
            found = found if actor.role in TRUSTED else _public(found)
        elif actor.role is Role.PROVIDER:
            found = found.filter(provider_id=actor.organisation_id or 0).exclude(state="drafted")
        elif actor.role is Role.ENTERPRISE:
            found = _public(found).filter(employer_id=actor.organisation_id or 0).exclude(state="drafted")
        else:
            return found.none()
    if state:
        found = found.filter(state=state)
    if line:
        found = found.filter(line=line)
    if town:
        found = found.filter(town_id=town)
    return _searched(found, search).order_by("-pk")


def offer_of(actor: Actor, offer_id: int) -> Offer | None:
    return offers_of(actor).filter(pk=offer_id).first()


def offers_by_id(ids: Collection[int]) -> Mapping[int, Offer]:
    return {o.pk: o for o in _offers().filter(pk__in=ids)}


def offers_of_proposal(proposal_id: int) -> QuerySet[Offer]:
    return _offers().filter(proposal_id=proposal_id).order_by("-pk")


def offers_of_project(project_id: int) -> QuerySet[Offer]:
    return _offers().filter(project_id=project_id).order_by("pk")


# --- the money behind one -----------------------------------------------------------------------------------------
@dataclass(frozen=True, slots=True)
class PoolChoice:
    """A pool that may be named: `by_rule` is the one the fund rules choose."""

    pool: Pool
    available_fen: int
    by_rule: bool
    clause: str


@dataclass(frozen=True, slots=True)
class Money:
    """Price × places, what is set aside and what was drawn; `left_fen` is still held."""

    price_fen: int
    places: int
    cost_fen: int
    reserved_fen: int | None
    drawn_fen: int

    @property
    def left_fen(self) -> int:
        return (self.reserved_fen or 0) - self.drawn_fen


def money_of(found: Offer) -> Money:
    cost = found.price_fen * found.places
    project = found.project
    if project is not None and project.contract_fen:
        cost = found.reserved_fen or project.contract_fen * found.places // project.heads
    return Money(found.price_fen, found.places, cost, found.reserved_fen, found.drawn_fen)


def pool_choices(found: Offer, on: date) -> list[PoolChoice]:
    """The payable pools of the year, the one of the rule first."""
    rulebook = rulebook_for(found.district_id)
    line = rulebook.lines.get(found.line)
    choice = fund_of(rulebook, line) if line else None
    pools = list(
        Pool.objects.filter(district_id=found.district_id, year=on.year, payable=True).order_by("pk")
    )
    sums = balances_now([p.pk for p in pools])
    choices = [
        PoolChoice(
            p,
            sums[p.pk].available if p.pk in sums else 0,
            by_rule,
            choice.clause if choice and by_rule else "",
        )
        for p in pools
        for by_rule in (choice is not None and p.source == choice.pool,)
    ]
    return sorted(choices, key=lambda c: not c.by_rule)
