"""Certificates: ours by number and once, others' checked against what they say of themselves, revocation, races."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from tests.cast import Cast, cast, outsider
from tests.harness.races import both
from tests.orders.delivery.finishing import after, concluded, members_of
from wudan.kernel.errors import Refused
from wudan.kernel.models import OutboxEvent
from wudan.orders.delivery.actions.certifying import (
    CertificateRow,
    issue_certificates,
    record_certificates,
    revoke_certificate,
)
from wudan.orders.delivery.models import Certificate
from wudan.people.queries import archive_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def tez() -> Cast:
    return cast()


def code(refused: Any) -> str:
    return str(refused.value.refusal.code)


def test_who_completed_gets_one_and_only_one(tez: Cast) -> None:
    held = concluded(tez, members=3, marks=[(80, 80), (80, 80), (40, 40)])
    made = issue_certificates(class_id=held.pk, actor=tez.reviewer, at=after(held, 3))
    assert [c.number for c in made] == ["3704052020000001", "3704052020000002"]
    assert all(c.ours and c.kind == "completion" and len(c.code) >= 16 for c in made)
    assert made[0].code != made[1].code
    assert {e.topic for e in OutboxEvent.objects.filter(payload__certificate=made[0].pk)} == {
        "certificate:issued"
    }
    with pytest.raises(Refused) as refused:
        issue_certificates(class_id=held.pk, actor=tez.reviewer, at=after(held, 4))
    assert code(refused) == "nobody-completed"


@pytest.mark.parametrize("who", ["provider_clerk", "intake", "finance", "outsider"])
def test_others_do_not_issue(tez: Cast, who: str) -> None:
    held = concluded(tez, members=1)
    actor = outsider(tez, "reviewer") if who == "outsider" else getattr(tez, who)
    with pytest.raises(Refused) as refused:
        issue_certificates(class_id=held.pk, actor=actor, at=after(held, 3))
    assert code(refused) == "forbidden"


def test_a_revoked_one_stays_on_record_and_may_be_replaced(tez: Cast) -> None:
    held = concluded(tez, members=1)
    [made] = issue_certificates(class_id=held.pk, actor=tez.reviewer, at=after(held, 3))
    for reason, actor, wanted in ((" ", tez.reviewer, "no-reason"), ("查实代考", tez.intake, "forbidden")):
        with pytest.raises(Refused) as refused:
            revoke_certificate(certificate_id=made.pk, reason=reason, actor=actor, at=after(held, 4))
        assert code(refused) == wanted
    revoke_certificate(certificate_id=made.pk, reason="查实代考", actor=tez.reviewer, at=after(held, 4))
    with pytest.raises(Refused) as refused:
        revoke_certificate(certificate_id=made.pk, reason="再撤", actor=tez.reviewer, at=after(held, 5))
    assert code(refused) == "wrong-state"
    events = (
        archive_of(made.person_id).filter(subject=f"certificate:{made.pk}").values_list("event", flat=True)
    )
    assert set(events) == {"issued", "revoked"}
    [again] = issue_certificates(class_id=held.pk, actor=tez.reviewer, at=after(held, 5))
    assert again.number > made.number


def other(tez: Cast, **changes: Any) -> tuple[Any, CertificateRow]:
    """A concluded class leading to 职业技能等级证书 level 4, and a row that is right but for `changes`."""
    held = concluded(tez, members=1, level=4, certificate_type="skill_level", line="general", sessions=10)
    day = held.ended_on + timedelta(days=3)
    values = {
        "number": f"S000037040520{day:%y}4000001",
        "issued_on": day,
        "issuer": "枣庄市职业技能评价中心",
        **changes,
    }
    return held, CertificateRow(members_of(held)[0].pk, **values)


def test_another_issuers_certificate(tez: Cast) -> None:
    held, row = other(tez)
    with pytest.raises(Refused) as refused:
        issue_certificates(class_id=held.pk, actor=tez.reviewer, at=after(held, 9))
    assert code(refused) == "other-kind"
    [made] = record_certificates(class_id=held.pk, rows=[row], actor=tez.provider_clerk, at=after(held, 9))
    assert (made.ours, made.level, made.number) == (False, 4, row.number)


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"number": "123"}, "1:certificate_number"),
        ({"number": ""}, "1:number"),
        ({"number": "S000037040520203000001"}, "1:level"),  # the number says level 3
        ({"level": 3}, "1:level"),
        ({"issuer": " "}, "1:issuer"),
    ],
)
def test_what_does_not_fit_is_refused_with_its_row(tez: Cast, changes: dict[str, Any], field: str) -> None:
    held, row = other(tez, **changes)
    with pytest.raises(Refused) as refused:
        record_certificates(class_id=held.pk, rows=[row], actor=tez.provider_clerk, at=after(held, 9))
    assert field in {r.field for r in refused.value.refusals}
    assert not Certificate.objects.exists()


@pytest.mark.parametrize(
    ("days", "refused_as"), [(-1, "bad-certificate"), (0, ""), (9, ""), (10, "bad-certificate")]
)
def test_the_day_lies_between_the_end_of_the_class_and_today(tez: Cast, days: int, refused_as: str) -> None:
    held, row = other(tez)
    day = held.ended_on + timedelta(days=days)
    row = CertificateRow(row.member_id, f"S000037040520{day:%y}4000001", day, row.issuer)
    try:
        record_certificates(class_id=held.pk, rows=[row], actor=tez.provider_clerk, at=after(held, 9))
    except Refused as refused:
        assert refused.refusal.code == refused_as
    else:
        assert not refused_as


def test_outsiders_do_not_record(tez: Cast) -> None:
    held, row = other(tez)
    for actor in (outsider(tez, "provider"), outsider(tez, "intake"), tez.worker):
        with pytest.raises(Refused) as refused:
            record_certificates(class_id=held.pk, rows=[row], actor=actor, at=after(held, 9))
        assert code(refused) == "forbidden"


@pytest.mark.django_db(transaction=True)
def test_two_issue_at_once(tez: Cast) -> None:
    held = concluded(tez, members=3)
    given = {"class_id": held.pk, "actor": tez.reviewer, "at": after(held, 3)}
    assert both(*[lambda: issue_certificates(**given)] * 2) == ["done", "nobody-completed"]
    assert Certificate.objects.count() == 3
