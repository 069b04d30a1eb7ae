"""选单: one person, or a whole roster, chooses an offer; a place while there is one, else the waiting list in order."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NoReturn

from wudan.kernel import bulk
from wudan.kernel.actor import Actor
from wudan.kernel.errors import INVALID, Refusal, Refused, forbid, refuse
from wudan.kernel.history import acting
from wudan.kernel.journal import tell
from wudan.kernel.periods import legal_day
from wudan.kernel.roles import Role
from wudan.orders.catalogue.models import Offer
from wudan.orders.enrolment.actions import behind, slots
from wudan.orders.enrolment.actions.holding import hold_offer, hold_persons, hold_places, save_places
from wudan.orders.enrolment.models import Enrolment, Places
from wudan.orders.enrolment.queries.circle import Circle, circles, first_day
from wudan.orders.enrolment.queries.foresight import (
    NOTHING_TOLD,
    Told,
    code_of,
    groups_in,
    line_of,
    prospect,
)
from wudan.orders.enrolment.queries.obstacles import Choice, obstacles
from wudan.orders.enrolment.queries.staff import staff_of
from wudan.policy.actions import evaluate
from wudan.policy.engine.rulebook import Rulebook

BASIS = "选单：台政办发〔2020〕4号 五（四）；周政办发〔2020〕2号 二（三）2"
CHOOSER = {
    "person": (Role.WORKER,),
    "town": (Role.TOWN,),
    "enterprise": (Role.ENTERPRISE,),
    "institution": (Role.INTAKE, Role.REVIEWER),
}


@dataclass(frozen=True, slots=True)
class By:
    """How it was chosen: the columns an enrolment keeps of it."""

    chosen_by: str
    employer_id: int | None = None
    consent: str = ""
    told: Told = NOTHING_TOLD


def pick(
    *,
    offer_id: int,
    person_id: int,
    chosen_by: str,
    employer_id: int | None = None,
    consent: str = "",
    told: Told = NOTHING_TOLD,
    actor: Actor,
    at: datetime,
) -> Enrolment:
    """选单 for one person: `enrolled` while there is a place, else `waiting`. That it will not be paid for is no reason to refuse.

    An enterprise names by key only whom a roster of its own named before. Refuses: forbidden, not-staff, no-consent, no-person,
    no-offer, offer-not-open, choosing-over, other-employer, not-by-you, too-young, line-group (without a fee of its own),
    enrolment_once, enrolment_not_double_booked, line-once, waiting-list-full.
    Clause: 台政办发〔2020〕4号 五（四）.
    """
    by = By(chosen_by, employer_id, consent.strip(), told)
    own = employer_id is not None and employer_id == actor.organisation_id
    if own and not staff_of(employer_id or 0).filter(pk=person_id).exists():
        refuse(
            "not-staff",
            "这个人不在本单位报送过的名册里。",
            remedy="请先上传名册，再办理选单。",
            status=INVALID,
        )
    return pick_many(offer_id=offer_id, person_ids=[person_id], by=by, actor=actor, at=at)[0]


def pick_many(
    *,
    offer_id: int,
    person_ids: Sequence[int],
    by: By,
    rows: Sequence[int] = (),
    actor: Actor,
    at: datetime,
) -> list[Enrolment]:
    """选单 for many, all or none, in the order given; `rows` are their rows in a file. Refuses as `pick`, naming the rows."""
    with acting(actor=actor, at=at, basis=BASIS):
        hold_persons(person_ids)
        offer = hold_offer(offer_id)
        _may(actor, offer, person_ids, by)
        rulebook, line = line_of(offer)
        found = circles(offer, person_ids)
        choice = Choice(by.chosen_by, by.employer_id, legal_day(at))
        refusals: list[Refusal] = []
        for place, person_id in enumerate(person_ids):
            circle = found.get(person_id)
            wrong = [_NOBODY] if circle is None else obstacles(offer, rulebook, line, circle, choice)
            refusals += [_named(refusal, rows[place] if rows else None) for refusal in wrong]
        if refusals:
            raise Refused(*refusals)
        _not_full(offer, rulebook)
        made = _evaluated(offer, person_ids, found, by, actor, at)
        return _seated(made, offer, rulebook, found, actor, at)


_NOBODY = Refusal("no-person", "没有找到这个人的实名登记。", remedy="请先实名登记。", status=INVALID)


def _named(refusal: Refusal, row: int | None) -> Refusal:
    if row is None:
        return refusal
    return Refusal(
        refusal.code,
        f"第{row}行：{refusal.sentence}",
        refusal.clause,
        refusal.remedy,
        str(row),
        refusal.status,
    )


def _may(actor: Actor, offer: Offer, person_ids: Collection[int], by: By) -> None:
    if by.chosen_by not in CHOOSER:
        refuse("bad-input:chosen_by", "请写明选单方式。", status=INVALID)
    actor.require(*CHOOSER[by.chosen_by], district_id=offer.district_id)
    if actor.role is Role.WORKER and set(person_ids) != {actor.person_id}:
        forbid("只能为本人选单。", remedy="为他人办理，请到镇街便民服务窗口。")
    if actor.role is Role.ENTERPRISE and (by.employer_id is None or by.employer_id != actor.organisation_id):
        forbid("只能以本单位的名义为职工选单。")
    if actor.role is not Role.ENTERPRISE and by.employer_id is not None:
        forbid("只有企业能以用人单位的名义选单。")
    if by.chosen_by == "town" and not by.consent:
        refuse(
            "no-consent",
            "代为选单须写明本人同意的方式（例如“本人到场签字”）。",
            remedy="请补填后再提交。",
            field="consent",
            status=INVALID,
        )


def _evaluated(
    offer: Offer,
    person_ids: Sequence[int],
    found: Mapping[int, Circle],
    by: By,
    actor: Actor,
    at: datetime,
) -> list[Enrolment]:
    """Unsaved enrolments with their key and their stored evaluation. Nobody waits for this work: the places are not held yet."""
    code = code_of(offer)
    made = []
    for key, person_id in zip(bulk.take_keys(Enrolment, len(person_ids)), person_ids, strict=True):
        one = Enrolment(
            pk=key,
            number=f"X{offer.district_id}{legal_day(at).year}{key:07d}",
            district_id=offer.district_id,
            offer=offer,
            person=found[person_id].person,
            chosen_by=by.chosen_by,
            employer_id=by.employer_id,
            consent=by.consent,
            period=offer.period,
            state_since=at,
            chosen_at=at,
            chosen_by_user=actor.user_id,
        )
        judge(one, found[person_id], code, by.told, at)
        made.append(one)
    return made


def judge(one: Enrolment, circle: Circle, code: str, told: Told, at: datetime) -> None:
    """核算 what the class would bring, stored with its working under the enrolment's own name; written to the enrolment, unsaved.

    `at` is the moment of the seat: who moved up from the waiting list stands behind what was chosen meanwhile.
    """
    subject = f"enrolment:{one.pk}"
    claim_id = f"enrolment:{one.pk:010d}"  # among claims of one moment the engine goes by this text, so 9 stands before 10
    seen = prospect(one.offer, circle, code, told=told, employer_id=one.employer_id, claim_id=claim_id, at=at)
    one.groups = sorted(groups_in(seen.rulebook, circle, one.employer_id))
    if seen.facts is None:
        one.outcome, one.evaluation, one.expected_fen, one.reasons = seen.outcome, None, None, []
        return
    one.evaluation = evaluate(
        rulebook=seen.rulebook,
        claims=[*circle.pending, seen.facts],
        claim_id=claim_id,
        history=circle.history,
        subject=subject,
        stage="preview",
        at=at,
    )
    one.outcome, one.expected_fen = one.evaluation.outcome, one.evaluation.amount_fen
    one.reasons = list(one.evaluation.reasons)


def _seated(
    made: list[Enrolment],
    offer: Offer,
    rulebook: Rulebook,
    found: Mapping[int, Circle],
    actor: Actor,
    at: datetime,
) -> list[Enrolment]:
    """Places and turns are given here, and only here is anybody kept waiting."""
    concerned = behind.concerned(offer, list(found))
    places = hold_places(offer)
    queued = _queued(offer)
    longest = _longest(offer, rulebook)
    for one in made:
        places.turns += 1
        one.turn = places.turns
        if places.taken < places.places and not queued:
            one.state = "enrolled"
            places.taken += 1
        else:
            one.state, queued = "waiting", queued + 1
            if queued > longest:
                _full(places.places, longest)
    save_places(places)
    bulk.insert(Enrolment, made)
    for one in made:
        if one.state == "enrolled":
            slots.reserve(one, rulebook, found[one.person_id], at)
            if one.person_id in concerned:
                behind.serve(one, actor, at)
        tell("enrolment:picked", at=at, enrolment=one.pk)
    for event in ("enrolled", "waiting"):
        behind.remember([one for one in made if one.state == event], event, at)
    return made


def _queued(offer: Offer) -> int:
    return Enrolment.objects.filter(offer=offer, state="waiting").count()


def _not_full(offer: Offer, rulebook: Rulebook) -> None:
    """Nobody is kept waiting to hear that nothing is left; without the lock this may be a moment old, so the lock asks again."""
    places = Places.objects.filter(pk=offer.pk).first()
    longest = _longest(offer, rulebook)
    if places and places.taken >= max(offer.places, places.taken) and _queued(offer) >= longest:
        _full(places.places, longest)


def _longest(offer: Offer, rulebook: Rulebook) -> int:
    """How many may wait: a percentage of the places, rounded up."""
    percent = int(rulebook.parameter("waiting_list_percent", first_day(offer)).value)
    return -(-offer.places * percent // 100)


def _full(places: int, longest: int) -> NoReturn:
    refuse(
        "waiting-list-full",
        f"{places}个名额已满，候补的{longest}人也已排满。",
        remedy="请选择其他班次，或先提单，人数够了就为您开新班。",
    )
