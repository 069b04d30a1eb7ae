"""The e-archive: written once, never changed, and its owner sees who looked."""

from __future__ import annotations

from datetime import date

import pytest
from django.db import Error, connection, transaction

from tests.cast import AT, cast, outsider
from wudan.kernel.errors import Refused
from wudan.people.actions import archive, look_into_archive
from wudan.people.models import ArchiveEntry
from wudan.people.queries import archive_looks, archive_of

pytestmark = pytest.mark.django_db


def line(person_id: int, event: str = "issued") -> None:
    archive(
        person_id=person_id, district_code="370405", kind="certificate", subject="certificate:1", event=event,
        on=date(2020, 10, 30), title="取得培训合格证书", detail={"证书编号": "370405200001"}, at=AT,
    )  # fmt: skip


def test_the_same_thing_is_written_once() -> None:
    tez = cast(pools=False)
    line(tez.person.pk)
    line(tez.person.pk)
    line(tez.person.pk, "revoked")
    assert [e.event for e in archive_of(tez.person.pk)] == ["revoked", "issued"]


@pytest.mark.parametrize(
    "sql", ["UPDATE people_archiveentry SET title = 'x'", "DELETE FROM people_archiveentry"]
)
def test_no_line_is_changed(sql: str) -> None:
    line(cast(pools=False).person.pk)
    with pytest.raises(Error, match="只能新增"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql)
    assert ArchiveEntry.objects.count() == 1


def test_the_owner_sees_who_looked() -> None:
    tez = cast(pools=False)
    line(tez.person.pk)
    look_into_archive(person_id=tez.person.pk, reason="", actor=tez.worker, at=AT)
    assert not archive_looks(tez.person.pk).exists()
    look_into_archive(person_id=tez.person.pk, reason="核对培训经历", actor=tez.intake, at=AT)
    look = archive_looks(tez.person.pk).get()
    assert (look.actor_label, look.reason) == (tez.intake.label, "核对培训经历")


@pytest.mark.parametrize(
    ("who", "code"), [("intake", "no-reason"), ("finance", "forbidden"), ("provider_clerk", "forbidden")]
)
def test_looking_needs_a_duty_and_a_reason(who: str, code: str) -> None:
    tez = cast(pools=False)
    with pytest.raises(Refused) as refused:
        look_into_archive(person_id=tez.person.pk, reason=" ", actor=getattr(tez, who), at=AT)
    assert refused.value.refusal.code == code


def test_another_district_does_not_look() -> None:
    tez = cast(pools=False)
    with pytest.raises(Refused):
        look_into_archive(person_id=tez.person.pk, reason="核对", actor=outsider(tez, "intake"), at=AT)
