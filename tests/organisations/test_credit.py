"""Credit records: recorded with a basis, answered, repaired by another; what stands against an organisation on a day."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest

from tests.cast import AT, cast, outsider
from wudan.kernel.errors import Refused
from wudan.organisations.actions import crediting
from wudan.organisations.actions.organising import restore, suspend
from wudan.organisations.models import CreditEntry
from wudan.organisations.queries import credit_entry, credit_of, standing_of

DAY = date(2020, 11, 16)


@pytest.fixture
def here(db):
    return cast(pools=False)


def _record(here, *, actor=None, **changes):
    values = {
        "district_id": here.code,
        "organisation_id": here.provider.pk,
        "kind": "breach",
        "description": "超班额开班",
        "clause": "枣庄市培训班红黄牌办法",
        "valid_from": DAY,
        "valid_until": date(2021, 5, 15),
    } | changes
    return crediting.record_credit(**values, actor=actor or here.reviewer, at=AT)


def _code(call) -> str:
    with pytest.raises(Refused) as caught:
        call()
    return caught.value.refusal.code


def test_a_breach_stands_on_its_first_and_last_day_and_not_beyond(here):
    _record(here)
    stands = lambda day: not standing_of(here.provider.pk, day).good  # noqa: E731
    assert [stands(d) for d in (DAY - timedelta(1), DAY, date(2021, 5, 15), date(2021, 5, 16))] == [
        False, True, True, False,
    ]  # fmt: skip
    assert "超班额开班" in standing_of(here.provider.pk, DAY).reasons[0]
    assert "2021年5月15日" in standing_of(here.provider.pk, DAY).reasons[0]


@pytest.mark.parametrize(
    ("kind", "good"), [("praise", True), ("reminder", True), ("breach", False), ("serious", False)]
)
def test_which_kinds_stand_in_the_way(here, kind, good):
    _record(here, kind=kind)
    assert standing_of(here.provider.pk, DAY).good is good
    assert standing_of(here.enterprise.pk, DAY).good


def test_suspended_is_not_good_and_restored_is(here):
    suspend(organisation_id=here.provider.pk, reason="整改", actor=here.reviewer, at=AT)
    assert "暂停受理" in standing_of(here.provider.pk, DAY).reasons[0]
    restore(organisation_id=here.provider.pk, reason="整改完毕", actor=here.reviewer, at=AT)
    assert standing_of(here.provider.pk, DAY).good


def test_repaired_by_another_and_kept(here):
    entry = _record(here)
    same = lambda: crediting.repair_credit(entry_id=entry.pk, reason="已整改", actor=here.reviewer, at=AT)  # noqa: E731
    assert _code(same) == "credit_repaired_by_another"
    crediting.repair_credit(entry_id=entry.pk, reason="已整改", actor=here.reviewer2, at=AT)
    assert standing_of(here.provider.pk, DAY).good
    assert [e.repair_reason for e in credit_of(here.provider.pk)] == ["已整改"]
    again = lambda: crediting.repair_credit(entry_id=entry.pk, reason="再来", actor=here.reviewer2, at=AT)  # noqa: E731
    assert _code(again) == "already-repaired"


def test_the_one_it_is_about_replies(here):
    entry = _record(here)
    crediting.reply_credit(entry_id=entry.pk, reply="当日多出两人为旁听", actor=here.provider_clerk, at=AT)
    assert credit_entry(here.provider_clerk, entry.pk).reply == "当日多出两人为旁听"
    assert (
        _code(lambda: crediting.reply_credit(entry_id=entry.pk, reply=" ", actor=here.provider_clerk, at=AT))
        == "no-reply"
    )
    for who in (outsider(here, "provider"), here.enterprise_clerk, here.intake):
        assert (
            _code(lambda who=who: crediting.reply_credit(entry_id=entry.pk, reply="不", actor=who, at=AT))
            == "forbidden"
        )
    assert credit_entry(here.enterprise_clerk, entry.pk) is None


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"kind": "bad"}, "bad-kind"),
        ({"description": " "}, "no-description"),
        ({"clause": ""}, "no-clause"),
        ({"valid_until": date(2020, 1, 1)}, "bad-period"),
        ({"organisation_id": None}, "credit_about_one"),
    ],
)
def test_nothing_without_basis(here, changes, code):
    assert _code(lambda: _record(here, **changes)) == code
    assert not CreditEntry.objects.exists()


def test_only_officials_of_the_district_record(here):
    for who in (here.intake, here.provider_clerk, here.finance, outsider(here, "reviewer")):
        assert _code(lambda who=who: _record(here, actor=who)) == "forbidden"
    other = outsider(here, "reviewer")
    foreign = lambda: _record(here, actor=replace(other), district_id=other.district_id)  # noqa: E731
    assert _code(foreign) == "other-district"
    assert _record(here, actor=here.supervisor).pk
