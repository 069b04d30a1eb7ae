"""Districts with their towns and departments; organisations registered, amended, paid, suspended; working days."""

from __future__ import annotations

from datetime import date

import pytest

from tests.cast import AT, cast, make_district, make_organisation, outsider, valid_credit_code, valid_phone
from tests.harness.races import both
from wudan.kernel.actor import SYSTEM
from wudan.kernel.errors import Refused
from wudan.kernel.models import History
from wudan.organisations.actions.organising import (
    amend_organisation,
    load_divisions,
    open_district,
    record_organisation_account,
    register_organisation,
    restore,
    set_calendar_day,
    suspend,
)
from wudan.organisations.data import read_departments, read_divisions
from wudan.organisations.models import Organisation, OrganisationAccount
from wudan.organisations.queries import (
    applicant,
    calendar_overrides,
    current_account,
    days_left,
    deadline,
    districts,
    organisation,
    organisations_of,
    public_organisations,
    works_on,
)
from wudan.people.models import Division
from wudan.people.queries import towns


@pytest.fixture
def here(db):
    return cast(pools=False)


def register(here, actor=None, **more) -> Organisation:
    given = {"kind": "enterprise", "name": "运河酒业有限公司", "credit_code": valid_credit_code(990)} | more
    return register_organisation(district_id=here.code, actor=actor or here.intake, at=AT, **given)


# --- districts ---------------------------------------------------------------------------------------------------
@pytest.mark.django_db
def test_a_district_opens_with_its_departments_and_towns() -> None:
    assert load_divisions(actor=SYSTEM) == len(read_divisions()) == load_divisions(actor=SYSTEM)
    for code, name in (("370405", "台儿庄区"), ("370306", "周村区")):
        for _ in range(2):
            opened = open_district(
                code=code, name=name, rulebook="x", lead_body="工作专班", actor=SYSTEM, at=AT
            )
    assert [d.name for d in districts()] == ["周村区", "台儿庄区"]
    assert [t.name for t in towns("370405")][:2] == ["运河街道", "邳庄镇"]
    kinds = list(Organisation.objects.filter(district="370405").values_list("kind", flat=True))
    assert (kinds.count("department"), kinds.count("town")) == (21, 6)
    staff = Organisation.objects.get(district="370405", name="区人力资源社会保障局")
    assert "企业新型学徒制培训补贴（附件1 培训补贴）" in staff.duties
    assert opened.code == "370306"
    assert public_organisations("370306", "department")[0].name


@pytest.mark.django_db
def test_only_the_system_opens_districts_and_loads_divisions() -> None:
    here = cast(pools=False)
    with pytest.raises(Refused, match="系统安装"):
        open_district(code="370405", name="x", rulebook="x", lead_body="x", actor=here.system, at=AT)
    with pytest.raises(Refused, match="岗位"):
        load_divisions(actor=here.intake)


def test_the_data_files_are_whole() -> None:
    rows = read_divisions()
    codes = {row.code for row in rows}
    assert all(row.parent_code in codes for row in rows if row.parent_code)
    assert len(codes) == len(rows)
    for code in ("370405", "370306"):
        found = read_departments(code)
        assert len({d.name for d in found}) == len(found) >= 18
        assert all(d.duties for d in found)


@pytest.mark.django_db
def test_a_division_renamed_in_the_file_is_renamed_and_a_gone_one_stays() -> None:
    make_district("370405")
    Division.objects.create(code="370499", name="已撤销区", level="district", parent_id="3704")
    Division.objects.filter(code="370405001").update(name="旧名")
    load_divisions(actor=SYSTEM)
    assert Division.objects.get(code="370405001").name == "运河街道"
    assert Division.objects.filter(code="370499").exists()


# --- organisations -----------------------------------------------------------------------------------------------
def test_an_enterprise_is_registered_with_masked_phone(here) -> None:
    made = register(here, phone=valid_phone(3), division_code="370405001", name="运河酒业(山东)有限公司")
    made.refresh_from_db()
    assert (made.name, made.phone_masked) == ("运河酒业（山东）有限公司", "138****0003")
    assert made.pinyin.startswith("yun he")
    assert History.objects.filter(table_name="organisations_organisation", row_id=str(made.pk)).count() == 1
    assert register(here, name="座机", credit_code=valid_credit_code(991), phone="0632-6611234").phone_masked


@pytest.mark.parametrize(
    ("wrong", "code"),
    [
        ({"credit_code": "91370405MA000000XX"}, "bad-credit-code"),
        ({"credit_code": ""}, "bad-credit-code"),
        ({"credit_code": "I" * 18}, "bad-credit-code"),
        ({"phone": "123"}, "bad-phone"),
        ({"name": "  "}, "bad-name"),
    ],
)
def test_what_is_wrong_is_said(here, wrong, code) -> None:
    with pytest.raises(Refused) as caught:
        register(here, **wrong)
    assert caught.value.refusal.code == code


def test_the_same_code_or_name_twice_is_refused_in_words(here) -> None:
    register(here)
    with pytest.raises(Refused, match="统一社会信用代码在本区已经登记"):
        register(here, name="别的名字")
    with pytest.raises(Refused, match="同名单位"):
        register(here, credit_code=valid_credit_code(992))


def test_outsiders_register_and_amend_nothing(here) -> None:
    for actor in (outsider(here, "intake"), here.provider_clerk, here.finance):
        with pytest.raises(Refused) as caught:
            register(here, actor)
        assert caught.value.refusal.status == 403
    for actor in (outsider(here, "intake"), outsider(here, "provider"), here.enterprise_clerk):
        with pytest.raises(Refused):
            amend_organisation(organisation_id=here.provider.pk, contact="李四", actor=actor, at=AT)


def test_a_clerk_amends_the_contact_an_official_the_name(here) -> None:
    amend = {"organisation_id": here.provider.pk, "at": AT}
    assert amend_organisation(contact=" 李四 ", actor=here.provider_clerk, **amend).contact == "李四"
    with pytest.raises(Refused, match="岗位"):
        amend_organisation(name="新名", actor=here.provider_clerk, **amend)
    assert (
        amend_organisation(name="新名学校", licence="370405-1", actor=here.intake, **amend).licence
        == "370405-1"
    )


@pytest.mark.django_db(transaction=True)
def test_two_registrations_at_once_make_one() -> None:
    here = cast(pools=False)
    found = both(*[lambda: register(here)] * 2)
    found.remove("done")
    assert found[0] in ("organisation_once", "organisation_name_once")


def test_money_goes_to_the_organisations_own_name_only(here) -> None:
    before = current_account(here.provider.pk)
    given = {
        "organisation_id": here.provider.pk,
        "bank": "建设银行",
        "number": "3700 1234 5678 9012",
        "at": AT,
    }
    with pytest.raises(Refused, match="户名应与单位名称"):
        record_organisation_account(holder="王校长", actor=here.provider_clerk, **given)
    with pytest.raises(Refused, match="12至32位"):
        record_organisation_account(holder=here.provider.name, actor=here.intake, **given | {"number": "12"})
    with pytest.raises(Refused):
        record_organisation_account(holder=here.provider.name, actor=outsider(here, "provider"), **given)
    made = record_organisation_account(holder=here.provider.name, actor=here.provider_clerk, **given)
    again = record_organisation_account(holder=here.provider.name, actor=here.finance, **given)
    assert current_account(here.provider.pk) == made == again != before
    assert OrganisationAccount.objects.filter(organisation=here.provider).count() == 2


def test_a_suspended_organisation_cannot_apply(here) -> None:
    assert applicant(here.provider.pk, here.provider_clerk) == here.provider
    suspend(organisation_id=here.provider.pk, reason="虚报学时", actor=here.reviewer, at=AT)
    with pytest.raises(Refused, match="暂停受理") as caught:
        applicant(here.provider.pk, here.provider_clerk)
    assert caught.value.refusal.remedy
    with pytest.raises(Refused, match="已经是"):
        suspend(organisation_id=here.provider.pk, reason="虚报学时", actor=here.reviewer, at=AT)
    restore(organisation_id=here.provider.pk, reason="整改完毕", actor=here.reviewer, at=AT)
    assert applicant(here.provider.pk, here.provider_clerk)
    assert History.objects.filter(basis="暂停受理：虚报学时").exists()


def test_who_may_not_suspend_or_apply(here) -> None:
    for actor in (outsider(here, "reviewer"), here.intake, here.provider_clerk):
        with pytest.raises(Refused):
            suspend(organisation_id=here.provider.pk, reason="x", actor=actor, at=AT)
    with pytest.raises(Refused, match="理由"):
        suspend(organisation_id=here.provider.pk, reason=" ", actor=here.reviewer, at=AT)
    for actor in (outsider(here, "provider"), here.enterprise_clerk):
        with pytest.raises(Refused, match="不能代表"):
            applicant(here.provider.pk, actor)


def test_who_sees_which_organisations(here) -> None:
    there = cast("370306", pools=False)
    assert set(organisations_of(here.intake)) == {here.provider, here.enterprise}
    assert list(organisations_of(here.intake, "provider")) == [here.provider]
    assert list(organisations_of(here.provider_clerk)) == [here.provider]
    assert not organisations_of(here.worker)
    assert organisation(here.intake, there.provider.pk) is None
    assert organisations_of(SYSTEM).count() == 4


# --- working days ------------------------------------------------------------------------------------------------
def test_a_districts_own_days_move_its_deadlines_only(here) -> None:
    there = cast("370306", pools=False)
    assert deadline(here.code, date(2020, 9, 28), 5) == date(
        2020, 10, 12
    )  # 国庆: 10 October is a make-up day
    with pytest.raises(Refused):
        set_calendar_day(
            district_id=here.code,
            day=date(2020, 9, 29),
            working=False,
            basis="防汛",
            actor=there.policy,
            at=AT,
        )
    for working in (True, False):
        set_calendar_day(
            district_id=here.code,
            day=date(2020, 9, 29),
            working=working,
            basis="防汛",
            actor=here.policy,
            at=AT,
        )
    assert calendar_overrides(here.code) == {date(2020, 9, 29): False}
    assert deadline(here.code, date(2020, 9, 28), 5) == date(2020, 10, 13)
    assert deadline(there.code, date(2020, 9, 28), 5) == date(2020, 10, 12)
    assert days_left(here.code, date(2020, 9, 28), date(2020, 9, 30)) == 1
    assert not works_on(here.code, date(2020, 9, 29))


def test_a_town_has_no_credit_code(here) -> None:
    assert make_organisation(here.code, "town").credit_code == ""
