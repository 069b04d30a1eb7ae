"""The times a person may be subsidised in a period (每人每年次数): reserved at choosing, used at approval, given back otherwise.

A slot belongs to an enrolment. Claims that came out of no enrolment take up their part of the maximum by being counted
(`ports.claims_of`), without a row of their own: the claims' room stays the only one that knows them.
"""

from __future__ import annotations

from datetime import datetime

from wudan.kernel import bulk
from wudan.kernel.actor import Actor
from wudan.kernel.history import acting
from wudan.orders.enrolment.models import Enrolment, YearSlot
from wudan.orders.enrolment.queries.circle import Circle
from wudan.orders.enrolment.queries.counters import Counter, counted, counters
from wudan.orders.enrolment.states import SLOT
from wudan.policy.engine.rulebook import Rulebook

BASIS = "每人每年享受补贴次数（台政办发〔2020〕4号 六（一）；周政办发〔2020〕2号 二（四））"


def reserve(enrolment: Enrolment, rulebook: Rulebook, circle: Circle, at: datetime) -> list[YearSlot]:
    """One slot in each limit that measures this claim; none where nothing will be paid, and none beyond a maximum. The person is held."""
    evaluation = enrolment.evaluation
    if evaluation is None or evaluation.outcome == "rejected":
        return []
    slots = []
    for counter in counters(rulebook, evaluation.facts):
        ordinal = _free(enrolment, counter, counted(rulebook, counter, circle.outside))
        if ordinal is not None:
            slots.append(
                YearSlot(
                    person_id=enrolment.person_id,
                    district_id=enrolment.district_id,
                    counter=counter.rule,
                    period=counter.period,
                    ordinal=ordinal,
                    enrolment=enrolment,
                    state_since=at,
                )
            )
    return bulk.insert(YearSlot, slots)


def _free(enrolment: Enrolment, counter: Counter, outside: int) -> int | None:
    """The lowest number nobody holds; None when enrolments and outside claims together have reached the maximum."""
    held = set(
        YearSlot.objects.filter(
            person_id=enrolment.person_id,
            district_id=enrolment.district_id,
            counter=counter.rule,
            period=counter.period,
        )
        .exclude(state="released")
        .values_list("ordinal", flat=True)
    )
    if len(held) + outside >= counter.maximum:
        return None
    return next((n for n in range(1, counter.maximum + 1) if n not in held), None)


def consume_slot(*, enrolment_id: int, actor: Actor, at: datetime) -> int:
    """核定使用: the claim of this enrolment was approved. Done again it does nothing; returns how many slots were used."""
    return _move("consume", enrolment_id, ("reserved",), actor, at)


def release_slot(*, enrolment_id: int, actor: Actor, at: datetime) -> int:
    """释放: the claim was rejected, withdrawn or recovered, or never made. Done again it does nothing; returns how many."""
    return _move("release", enrolment_id, ("reserved", "consumed"), actor, at)


def give_up(*, enrolment_id: int, actor: Actor, at: datetime) -> int:
    """As `release_slot`, but what was approved already stays used until the money has come back."""
    return _move("release", enrolment_id, ("reserved",), actor, at)


def _move(verb: str, enrolment_id: int, states: tuple[str, ...], actor: Actor, at: datetime) -> int:
    actor.require(*SLOT.move(verb).who)
    with acting(actor=actor, at=at, basis=BASIS):
        slots = list(
            YearSlot.objects.select_for_update()
            .filter(enrolment_id=enrolment_id, state__in=states)
            .order_by("id")
        )
        for slot in slots:
            slot.state = SLOT.check(verb, slot.state)
            slot.state_since = at
        return bulk.update(YearSlot, slots, ["state", "state_since"])
