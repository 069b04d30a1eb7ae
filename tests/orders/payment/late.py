"""Claims that were decided and paid, and facts that turn out otherwise: for tests of late facts (事后更正)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from tests.cast import AT, BASIS, Cast
from tests.orders.payment.making import CHAIN, answer, lines_of
from tests.orders.subsidy.chain import submitted
from wudan.funds.actions import earmark
from wudan.jobs.outbox import HANDLERS
from wudan.kernel.actor import SYSTEM
from wudan.kernel.history import acting
from wudan.kernel.models import OutboxEvent
from wudan.occupations.models import Occupation
from wudan.orders.delivery.models import Certificate
from wudan.orders.payment.actions.gathering import gather
from wudan.orders.payment.actions.returning import record_return
from wudan.orders.payment.actions.sending import send, sign
from wudan.orders.payment.models import Batch, Difference
from wudan.orders.subsidy.models import Claim, Notice, NoticeLine, PaidKey
from wudan.people.actions import tag_group
from wudan.people.models import GroupTag, Person
from wudan.people.queries import tags_of
from wudan.policy.queries import rulebook_for

TRAINED = date(2020, 9, 1)
"""The first training day of every claim made here."""


def approved(tez: Cast, claims: Sequence[Claim]) -> list[Claim]:
    """Submitted claims brought to approval, published and the money set aside, as two reviewers would have done."""
    mine = Claim.objects.filter(pk__in=[c.pk for c in claims])
    with acting(actor=SYSTEM, at=AT, basis=BASIS):
        mine.update(
            accepted_by=tez.intake.user_id, first_by=tez.intake.user_id, second_by=tez.reviewer.user_id,
            approved_by=tez.reviewer2.user_id,
        )  # fmt: skip
        for state in CHAIN:
            mine.update(state=state, state_since=AT)
        notice = Notice.objects.create(
            district=tez.district,
            title="公示",
            opened_on=AT.date(),
            closes_on=AT.date(),
            expires_on=AT.date(),
        )
        for n, claim in enumerate(mine.order_by("pk")):
            NoticeLine.objects.create(
                notice=notice, claim=claim, position=n, name_masked="学*", number_masked="****", standard="标准",
                amount_fen=claim.amount_fen or 0,
            )  # fmt: skip
            earmark(
                pool_id=tez.pools[claim.fund].pk, amount_fen=claim.amount_fen or 0, subject=f"notice:{notice.pk}",
                memo="核定", basis=BASIS, actor=tez.reviewer2, at=AT,
            )  # fmt: skip
            keys = rulebook_for(tez.code).unique_keys(claim.evaluation.facts if claim.evaluation else {})
            for key in keys:
                PaidKey.objects.create(
                    district=tez.district, holder=f"person:{claim.person_id}", key=key, claim=claim
                )
    return list(mine.order_by("pk"))


def pay_out(tez: Cast, fund: str, *, bounced: Sequence[int] = ()) -> Batch:
    """Everything that waits in this fund's pool: gathered, signed by another, sent, answered by the bank."""
    batch = gather(
        district_id=tez.code, pool_id=tez.pools[fund].pk, month=AT.date(), actor=tez.finance, at=AT
    )
    sign(batch_id=batch.pk, actor=tez.finance2, at=AT)
    send(batch_id=batch.pk, actor=tez.finance, at=AT)
    record_return(
        batch_id=batch.pk, file_name="a", content=answer(lines_of(batch), bounced), actor=tez.finance, at=AT
    )
    return batch


def paid(tez: Cast, *claims: Claim) -> list[Claim]:
    """Approved and paid; claims of one fund."""
    made = approved(tez, claims)
    pay_out(tez, made[0].fund)
    return list(Claim.objects.filter(pk__in=[c.pk for c in made]).order_by("pk"))


def certified(
    tez: Cast, person: Person | None = None, *, n: int = 1, **changes: Any
) -> tuple[Claim, Certificate]:
    """A claim (1,500 yuan as it stands) and the certificate it names, which the house has on record."""
    who = person or tez.person
    claim = submitted(tez, who, certificate_number=f"S000037040520204{n:06d}", **changes)
    return claim, certificate_of(tez, claim)


def certificate_of(tez: Cast, claim: Claim, number: str = "") -> Certificate:
    with acting(actor=SYSTEM, at=AT, basis=BASIS):
        trade, _ = Occupation.objects.get_or_create(
            edition="2015", code="6-18-01-01", name="车工",
            defaults={"kind": "occupation", "levels": [5, 4, 3], "source": BASIS, "recorded_at": AT},
        )  # fmt: skip
        return Certificate.objects.create(
            district=tez.district, person_id=claim.person_id, kind=claim.certificate_type,
            number=number or claim.certificate_number, occupation=trade, level=claim.level,
            issued_on=claim.certificate_issued_on, issuer="枣庄市职业技能鉴定中心", code=f"code{claim.pk}{number}", recorded_at=AT,
        )  # fmt: skip


def proved(tez: Cast, person: Person, group: str = "poor", since: date = date(2020, 1, 1)) -> GroupTag:
    """The person belongs to the group, with a proof."""
    return tag_group(
        person_id=person.pk, group=group, valid_from=since, proof="名册第3页", proved_by="区扶贫办", actor=tez.intake, at=AT
    )  # fmt: skip


def tag(person: Person, group: str = "poor") -> GroupTag:
    return tags_of(person.pk).get(group=group)


def live_line(claim: Claim) -> Difference:
    return Difference.objects.get(claim=claim, state__in=("open", "proposed"))


def deliver() -> None:
    """What the worker would do: every message handled, and handled once more."""
    events = list(OutboxEvent.objects.filter(dispatched_at=None).order_by("pk"))
    for event in [*events, *events]:
        if event.topic in HANDLERS:
            HANDLERS[event.topic](event.payload, AT)
    OutboxEvent.objects.update(dispatched_at=AT)
