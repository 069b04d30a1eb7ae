"""What the tests of both applicants need: rosters on the way, and claims that came back."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile

from tests.cast import AT, Cast
from tests.orders.payment.making import answer, lines_of, sent
from tests.orders.subsidy.roster.files import HEADER, row, rows, xlsx
from wudan.orders.payment.actions.returning import record_return
from wudan.orders.subsidy.models import Claim, Roster
from wudan.orders.subsidy.roster.actions import check_roster, upload_roster

AUTHORITY = "代领协议〔2020〕1—50号"


def file(data: Sequence[Sequence[Any]] | None = None, name: str = "十一月名册.xlsx") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, xlsx([HEADER, *(data or rows(3))]))


def with_fault(count: int = 3) -> list[list[Any]]:
    """So many good rows and one whose number has a wrong check digit."""
    return [*rows(count), row(900, 身份证号="370405199001010000")]


def uploaded(who: Cast, data: Sequence[Sequence[Any]] | None = None, *, as_: str = "provider") -> Roster:
    organisation = getattr(who, as_)
    return upload_roster(
        organisation_id=organisation.pk,
        file_name="十一月名册.xlsx",
        content=xlsx([HEADER, *(data or rows(3))]),
        authority=AUTHORITY if as_ == "provider" else "",
        actor=getattr(who, f"{as_}_clerk"),
        at=AT,
    )


def checked(who: Cast, data: Sequence[Sequence[Any]] | None = None, *, as_: str = "provider") -> Roster:
    return check_roster(roster_id=uploaded(who, data, as_=as_).pk, at=AT)


def bounce(who: Cast, claims: Sequence[Claim]) -> None:
    """Every one of these approved claims sent to the bank and sent back by it."""
    batch = sent(who, claim_ids=[c.pk for c in claims])
    lines = lines_of(batch)
    content = answer(lines, bounced=range(len(lines)))
    record_return(batch_id=batch.pk, file_name="回单.csv", content=content, actor=who.finance, at=AT)
