"""Accounts money may go to, target groups with proof, and showing sealed numbers."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from tests.cast import AT, cast, make_person, outsider, valid_account, valid_identity
from tests.harness.races import both
from wudan.kernel.actor import SYSTEM
from wudan.kernel.errors import Refused
from wudan.kernel.models import JournalEntry
from wudan.people.actions import (
    end_group,
    record_account,
    record_accounts,
    tag_group,
    unmask,
)
from wudan.people.models import PersonAccount
from wudan.people.queries import current_account, current_accounts, groups_on, tags_of
from wudan.people.rows import AccountRow


@pytest.fixture
def here(db):
    return cast(pools=False)


def record(person, n: int, actor=SYSTEM, **more):
    given = {"holder": person.name, "bank": "中国农业银行", "number": valid_account(n)} | more
    return record_account(person_id=person.pk, actor=actor, at=AT, **given)


def test_a_new_account_replaces_the_old_and_the_old_stays(here) -> None:
    first = current_account(here.person.pk)
    second = record(here.person, 900, actor=here.worker)
    assert current_account(here.person.pk) == second != first
    assert PersonAccount.objects.filter(person=here.person).count() == 2
    assert record(here.person, 900, actor=here.worker).pk == second.pk
    assert second.number() == valid_account(900)


def test_only_into_ones_own_account(here) -> None:
    with pytest.raises(Refused) as caught:
        record(here.person, 900, holder="李四")
    assert caught.value.refusal.code == "holder-mismatch"
    with pytest.raises(Refused, match="校验位"):
        record(here.person, 900, number=valid_account(900)[:-1] + str((int(valid_account(900)[-1]) + 1) % 10))
    with pytest.raises(Refused, match="开户银行"):
        record(here.person, 900, bank=" ")


def test_a_provider_cannot_turn_somebodys_money_elsewhere(here) -> None:
    with pytest.raises(Refused) as caught:
        record(here.person, 900, actor=here.provider_clerk)
    assert caught.value.refusal.code == "account-differs"
    fresh = make_person(77, name="赵六", account=False)
    assert record(fresh, 901, actor=here.provider_clerk).current


def test_a_log_in_nobody_has_verified_cannot_either(here) -> None:
    here.person.assurance = "none"
    from wudan.kernel.history import acting

    with acting(actor=SYSTEM, at=AT, basis="测试"):
        here.person.save()
    with pytest.raises(Refused) as caught:
        record(here.person, 900, actor=here.worker)
    assert caught.value.refusal.code == "identity-unverified"


def test_outsiders_record_nothing(here) -> None:
    with pytest.raises(Refused, match="本人"):
        record(here.person, 900, actor=outsider(here, "worker"))
    with pytest.raises(Refused, match="岗位"):
        record(here.person, 900, actor=here.supervisor)


def test_many_accounts_whole_or_not_at_all(here) -> None:
    people = [make_person(n, account=False) for n in range(20, 30)]
    rows = [AccountRow(p.pk, p.name, "中国银行", valid_account(p.pk)) for p in people]
    rows[3] = AccountRow(people[3].pk, "别人", "中国银行", "1")
    with pytest.raises(Refused, match="第4人"):
        record_accounts(rows=rows, actor=SYSTEM, at=AT)
    assert current_accounts([p.pk for p in people]) == {}
    rows[3] = AccountRow(people[3].pk, people[3].name, "中国银行", valid_account(3))
    assert record_accounts(rows=rows, actor=SYSTEM, at=AT).keys() == {p.pk for p in people}


@pytest.mark.django_db(transaction=True)
def test_two_accounts_at_once_leave_one_current() -> None:
    person = make_person(1, account=False)
    assert both(*(lambda n=n: record(person, n) for n in (1, 2))) == ["done", "done"]  # type: ignore[misc]
    assert PersonAccount.objects.filter(person=person, current=True).count() == 1
    assert PersonAccount.objects.filter(person=person).count() == 2


# --- groups ------------------------------------------------------------------------------------------------------
def tag(here, group: str = "poor", actor=None, **more):
    given: dict[str, Any] = {
        "valid_from": date(2020, 1, 1),
        "valid_until": date(2021, 1, 1),
        "proof": "建档立卡手册",
        "proved_by": "区扶贫办",
    } | more
    return tag_group(person_id=here.person.pk, group=group, actor=actor or here.intake, at=AT, **given)


def test_several_groups_at_a_time_each_with_its_proof(here) -> None:
    poor, rural = tag(here), tag(here, "rural", valid_until=None, proved_by="运河街道", actor=here.town)
    on = lambda day: groups_on([here.person.pk, 999], day)  # noqa: E731
    assert on(date(2020, 12, 31)) == {here.person.pk: {"poor": poor, "rural": rural}, 999: {}}
    assert on(date(2021, 1, 1))[here.person.pk].keys() == {"rural"}
    assert on(date(2019, 12, 31))[here.person.pk] == {}


def test_the_same_group_twice_at_a_time_is_refused_in_words(here) -> None:
    tag(here)
    with pytest.raises(Refused, match="已有同一类别"):
        tag(here, valid_from=date(2020, 12, 31), valid_until=None)
    assert tag(here, valid_from=date(2021, 1, 1), valid_until=None)
    assert tags_of(here.person.pk).count() == 2


def test_no_group_without_proof_or_with_a_backward_period(here) -> None:
    for wrong, code in (
        ({"proof": " "}, "no-proof"),
        ({"proved_by": ""}, "no-proof"),
        ({"valid_until": date(2020, 1, 1)}, "bad-period"),
    ):
        with pytest.raises(Refused) as caught:
            tag(here, **wrong)
        assert caught.value.refusal.code == code


def test_ending_a_group(here) -> None:
    made = end_group(tag_id=tag(here).pk, on=date(2020, 7, 1), reason="脱贫", actor=here.intake, at=AT)
    assert groups_on([here.person.pk], date(2020, 7, 1))[here.person.pk] == {}
    with pytest.raises(Refused, match="终止日"):
        end_group(tag_id=made.pk, on=date(2021, 7, 1), reason="x", actor=here.intake, at=AT)


def test_providers_do_not_prove_groups(here) -> None:
    for actor in (here.provider_clerk, here.worker, here.finance):
        with pytest.raises(Refused, match="岗位"):
            tag(here, actor=actor)
        with pytest.raises(Refused, match="岗位"):
            end_group(tag_id=1, on=date(2020, 7, 1), reason="x", actor=actor, at=AT)


# --- unmasking ---------------------------------------------------------------------------------------------------
def show(here, kind: str = "identity", actor=None, **more) -> str:
    account = PersonAccount.objects.get(person=here.person, current=True)
    given: dict[str, Any] = {
        "subject_id": account.pk if kind == "account" else here.person.pk,
        "reason": "核对身份",
    } | more
    return unmask(kind=kind, actor=actor or here.intake, at=AT, **given)


def test_unmasking_is_journalled_without_the_number(here) -> None:
    number = valid_identity(int(here.code) % 1000, area=here.code)
    assert show(here, reason=f"与来访人{number}核对") == number
    entry = JournalEntry.objects.get(verb="unmask")
    assert (entry.subject_kind, entry.subject_id, entry.district_code) == (
        "person-identity",
        str(here.person.pk),
        here.code,
    )
    assert number not in str(entry.__dict__) and number[:17] not in str(entry.__dict__)


def test_each_kind_has_its_roles(here) -> None:
    assert (
        show(here, "account", here.finance)
        == PersonAccount.objects.get(person=here.person, current=True).number()
    )
    assert show(here, "phone", here.supervisor).startswith("138")
    for kind, actor in (
        ("identity", here.finance),
        ("phone", here.provider_clerk),
        ("identity", here.policy),
    ):
        with pytest.raises(Refused) as caught:
            show(here, kind, actor)
        assert caught.value.refusal.status == 403
    assert JournalEntry.objects.filter(verb="unmask").count() == 2


def test_the_reason_is_required(here) -> None:
    with pytest.raises(Refused, match="事由"):
        show(here, reason=" ")
    assert not JournalEntry.objects.filter(verb="unmask").exists()


def test_officials_of_another_district_see_nothing(here) -> None:
    stranger = outsider(here, "intake")
    with pytest.raises(Refused, match="不属于您所在的区"):
        show(here, actor=stranger)
    # The room above found this person in a claim of the stranger's own district.
    assert show(here, actor=stranger, district_id=stranger.district_id)
    with pytest.raises(Refused, match="不属于您所在的区"):
        show(here, actor=here.intake, district_id=stranger.district_id)


def test_without_a_town_and_without_a_claim_nobody_sees(here) -> None:
    person = make_person(321)
    with pytest.raises(Refused, match="不属于您所在的区"):
        unmask(kind="identity", subject_id=person.pk, reason="核对", actor=here.intake, at=AT)


def test_everybody_may_see_their_own(here) -> None:
    assert show(here, "account", here.worker)
    with pytest.raises(Refused):
        show(here, "account", outsider(here, "worker"))
