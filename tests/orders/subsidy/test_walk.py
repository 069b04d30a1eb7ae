"""Random walks: any verb, by anybody, in any order. The table is never left, no limit is broken, nothing is paid twice."""

from __future__ import annotations

from collections import Counter
from datetime import date, timedelta

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.cast import AT, cast, claim_form, valid_phone
from tests.orders.subsidy.chain import PROOFS, person
from wudan.funds.models import Account
from wudan.kernel.errors import Refused
from wudan.orders.subsidy.actions.applying import submit
from wudan.orders.subsidy.actions.approving import approve
from wudan.orders.subsidy.actions.batches import accept_many, pass_first_many, pass_second_many
from wudan.orders.subsidy.actions.correcting import correct, withdraw
from wudan.orders.subsidy.actions.noticing import close_due_notices, open_notice
from wudan.orders.subsidy.actions.objecting import dismiss, object_to, uphold
from wudan.orders.subsidy.actions.reviewing import (
    accept,
    pass_first,
    pass_second,
    reject,
    return_first,
    send_back,
)
from wudan.orders.subsidy.models import Claim, NoticeLine, Objection, PaidKey
from wudan.orders.subsidy.states import CLAIM, DECIDED

pytestmark = pytest.mark.django_db
STEPS = {(s, m.target) for m in CLAIM.moves for s in m.sources} | {("noticed", "cleared")}
ACTORS = [
    "intake",
    "intake2",
    "reviewer",
    "reviewer2",
    "provider_clerk",
    "worker",
    "finance",
    "town",
    "supervisor",
]

forms = st.one_of(
    st.builds(
        lambda place, level, month, pension: claim_form(
            occupation_code=f"6-18-02-0{place}", level=level, class_id=f"K{place}{level}{month}", groups="rural",
            started_on=date(2020, month, 1), ended_on=date(2020, month, 20), draws_pension=pension,
        ),
        st.integers(1, 3), st.integers(3, 5), st.integers(1, 4), st.sampled_from([False, False, False, True]),
    ),
    st.builds(
        lambda days, month: claim_form(
            scheme="living_allowance", project_id="XM-1", groups="poor", attended_days=days, level=0,
            started_on=date(2020, month, 1), ended_on=date(2020, month, 20), class_id=f"L{month}",
            certificate_type="", certificate_issued_on=None,
        ),
        st.integers(3, 8), st.integers(5, 8),
    ),
)  # fmt: skip
VERBS = [
    "submit", "submit", "accept", "accept", "first", "first", "second", "second", "forward", "forward", "back", "correct",
    "correct", "withdraw", "reject", "return", "publish", "publish", "object", "uphold", "dismiss", "close", "approve", "approve",
]  # fmt: skip
walks = st.lists(
    st.tuples(st.sampled_from(VERBS), st.sampled_from(ACTORS), st.integers(0, 5), forms),
    min_size=25,
    max_size=40,
)


class World:
    """The cast, two learners, a clock that only goes forward, and what anybody may try."""

    def __init__(self, tez, people):
        self.tez, self.people, self.at = tez, people, AT

    def try_(self, verb, who, place, form):
        tez, at = self.tez, self.at
        self.at += timedelta(minutes=7)
        actor = getattr(tez, who)
        ids = list(Claim.objects.order_by("id").values_list("pk", flat=True))
        one = ids[place % len(ids)] if ids else 0
        ask = {"claim_id": one, "actor": actor, "at": at}
        desk = {"actor": tez.reviewer, "at": at}
        match verb:
            case "submit":
                learner = self.people[place % 2]
                submit(
                    district_id=tez.code, applied_by="provider", form=form, person_id=learner.pk,
                    organisation_id=tez.provider.pk, authority="代领-1", actor=tez.provider_clerk, at=at,
                )  # fmt: skip
            case "forward":  # a tidy district: everything as far as it goes
                accept_many(claim_ids=ids, actor=tez.intake, at=at, acknowledged=True)
                pass_first_many(
                    claim_ids=ids,
                    actor=tez.intake,
                    at=at,
                    acknowledged=True,
                    comment="同意",
                    verified_groups=PROOFS,
                )
                pass_second_many(
                    claim_ids=ids, actor=tez.reviewer, at=at, acknowledged=True, confirm_override=True
                )
            case "accept":
                accept(acknowledged=True, **ask)
            case "first":
                pass_first(acknowledged=True, comment="同意", verified_groups=PROOFS, **ask)
            case "second":
                pass_second(acknowledged=True, **ask)
            case "back":
                send_back(comment="请补正", **ask)
            case "correct":
                correct(form=form, **(ask | {"actor": tez.provider_clerk}))
            case "withdraw":
                withdraw(**ask)
            case "reject":
                reject(comment="不符", **ask)
            case "return":
                return_first(comment="再核", **ask)
            case "publish":
                open_notice(
                    district_id=tez.code,
                    claim_ids=ids[place % len(ids) :] if ids else [],
                    title="公示",
                    **desk,
                )
            case "object":
                line = NoticeLine.objects.order_by("-id").first()
                object_to(line_id=line.pk if line else 0, content="不实", phone=valid_phone(place), at=at)
            case "uphold" | "dismiss":
                objection = Objection.objects.order_by("-id").first()
                action = uphold if verb == "uphold" else dismiss
                action(objection_id=objection.pk if objection else 0, answer="已核实", actor=actor, at=at)
            case "close":
                self.at += timedelta(days=9)
                close_due_notices(at=self.at)
            case "approve":
                approve(claim_ids=ids, **desk)


def check(tez):
    """What must hold after any step."""
    decided = list(Claim.objects.filter(state__in=DECIDED).order_by("id"))
    years = Counter((c.person_id, c.started_on.year) for c in decided if c.scheme == "training")
    assert all(count <= 3 for count in years.values()), years
    rights = Counter((c.person_id, c.occupation_code, c.level) for c in decided if c.scheme == "training")
    assert all(count == 1 for count in rights.values()), rights
    living: Counter[int | None] = Counter()
    for claim in decided:
        if claim.scheme == "living_allowance":
            living[claim.person_id] += claim.amount_fen or 0
    assert all(total <= 50_000 for total in living.values()), living
    approved = [c for c in decided if c.state == "approved"]
    keys = PaidKey.objects.values_list("holder", "key")
    assert len(set(keys)) == len(keys) == sum(c.scheme == "training" for c in approved)
    accounts = Account.objects.filter(pool__district=tez.code, kind="earmarked")
    assert sum(a.balance_fen for a in accounts) == sum(c.amount_fen or 0 for c in approved)
    assert all(c.first_by != c.second_by for c in decided)


def test_no_walk_leaves_the_table_or_breaks_a_limit():
    tez = cast()
    people = [person(3), person(4)]
    done: Counter[str] = Counter()

    @settings(max_examples=6, deadline=None, suppress_health_check=list(HealthCheck))
    @given(walks)
    def walk(steps):
        with transaction.atomic():
            world = World(tez, people)
            for step in steps:
                before = dict(Claim.objects.values_list("pk", "state"))
                try:
                    with transaction.atomic():
                        world.try_(*step)
                    done[step[0]] += 1
                except Refused as no:
                    assert no.refusal.sentence
                after = dict(Claim.objects.values_list("pk", "state"))
                if step[0] != "forward":  # goes several steps at once
                    changed = {
                        (before[pk], state)
                        for pk, state in after.items()
                        if pk in before and before[pk] != state
                    }
                    assert changed <= STEPS | {("frozen", "cleared")}
                check(tez)
            transaction.set_rollback(True)

    walk()
    assert done["approve"] and done["forward"], done
