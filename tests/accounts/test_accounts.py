"""Log-ins, roles and the duties that may not meet in one person."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction

from tests.cast import (
    AT,
    LONG_AGO,
    PASSWORD,
    cast,
    make_person,
    make_user,
    outsider,
    valid_identity,
    valid_phone,
)
from tests.harness.races import both
from wudan.accounts.actions import (
    close_account,
    grant,
    note_failed_login,
    note_login,
    open_account,
    register_worker,
    reset_password,
    revoke,
)
from wudan.accounts.models import Membership, User
from wudan.accounts.queries import actor_for, login_name, memberships_of, visible_memberships
from wudan.kernel.errors import Refused
from wudan.kernel.models import JournalEntry
from wudan.kernel.roles import DUTY_SIDE, Role

GOOD = "长江-之歌-8848"


@pytest.fixture
def here(db):
    return cast(pools=False)


def give(here, user: User, role: Role = Role.INTAKE, actor=None, **more) -> Membership:
    given = {"district_id": here.code, "basis": "任命文件"} | more
    return grant(user_id=user.pk, role=role, actor=actor or here.system, at=AT, **given)


# --- log-ins -----------------------------------------------------------------------------------------------------
def test_an_account_is_opened_and_may_do_nothing_yet(here) -> None:
    user = open_account(username=" Li.Min ", display_name="李敏", password=GOOD, actor=here.system, at=AT)
    assert user.username == "li.min" and user.check_password(GOOD)
    assert not memberships_of(user, AT)
    assert JournalEntry.objects.filter(verb="account-opened", subject_id=str(user.pk)).exists()


@pytest.mark.parametrize(
    ("wrong", "code"),
    [
        ({"username": "ab"}, "bad-username"),
        ({"username": valid_identity(3).lower()}, "bad-username"),
        ({"username": valid_phone(3)}, "bad-username"),
        ({"password": "12345678901"}, "weak-password"),
        ({"password": "short"}, "weak-password"),
    ],
)
def test_bad_names_and_weak_passwords(here, wrong, code) -> None:
    with pytest.raises(Refused) as caught:
        open_account(
            **{"username": "limin", "display_name": "李敏", "password": GOOD} | wrong,
            actor=here.system,
            at=AT,
        )
    assert caught.value.refusal.code == code
    assert "This" not in str(caught.value)


def test_names_and_persons_have_one_account(here) -> None:
    with pytest.raises(Refused, match="已被使用"):
        open_account(username=f"{here.code}-intake", display_name="x", actor=here.system, at=AT)
    with pytest.raises(Refused, match="已经有登录账号"):
        open_account(username="other", display_name="x", person_id=here.person.pk, actor=here.system, at=AT)
    with pytest.raises(Refused, match="岗位"):
        open_account(username="other", display_name="x", actor=here.intake, at=AT)


def test_passwords_and_closing_are_for_the_own_districts_administrator(here) -> None:
    user = here.user("intake")
    stranger = outsider(here, "system")
    for act, more in ((reset_password, {"password": GOOD}), (close_account, {"reason": "离职"})):
        for actor in (stranger, here.reviewer):
            with pytest.raises(Refused):
                act(user_id=user.pk, actor=actor, at=AT, **more)
        act(user_id=user.pk, actor=here.system, at=AT, **more)
    user.refresh_from_db()
    assert user.check_password(GOOD) and not user.is_active
    assert not memberships_of(user, AT)


# --- roles -------------------------------------------------------------------------------------------------------
def test_a_role_makes_an_actor(here) -> None:
    user = make_user("new", display_name="孙七")
    membership = give(here, user, Role.TOWN, town_code="370405001", valid_until=AT + timedelta(days=30))
    actor = actor_for(user, membership.pk, AT)
    assert (actor.role, actor.district_id, actor.town_code) == (Role.TOWN, here.code, "370405001")
    assert actor.label == "运河街道 镇街经办 孙七"
    with pytest.raises(Refused, match="到期"):
        actor_for(user, membership.pk, AT + timedelta(days=30))
    with pytest.raises(Refused, match="没有这个岗位"):
        actor_for(here.user("intake"), membership.pk, AT)


def test_the_clerk_of_an_organisation_acts_for_its_district(here) -> None:
    user = make_user("clerk")
    membership = give(here, user, Role.PROVIDER, organisation_id=here.provider.pk)
    actor = actor_for(user, membership.pk, AT)
    assert (actor.organisation_id, actor.district_id) == (here.provider.pk, here.code)


@pytest.mark.parametrize("first", [Role.INTAKE, Role.FINANCE, Role.SUPERVISOR, Role.PROVIDER])
@pytest.mark.parametrize("second", [Role.REVIEWER, Role.FINANCE, Role.SUPERVISOR, Role.ENTERPRISE])
def test_incompatible_duties_are_refused_with_their_sentence(here, first: Role, second: Role) -> None:
    user = make_user("both")
    places = {Role.PROVIDER: here.provider.pk, Role.ENTERPRISE: here.enterprise.pk}
    give(here, user, first, organisation_id=places.get(first))
    if DUTY_SIDE[first] == DUTY_SIDE[second] and first is not second:
        assert give(here, user, second, organisation_id=places.get(second))
        return
    with pytest.raises(Refused) as caught:
        give(here, user, second, organisation_id=places.get(second))
    assert caught.value.refusal.code == ("membership_once" if first is second else "incompatible_duties")


def test_also_by_raw_sql_and_update(here) -> None:
    user = here.user("intake")
    held = Membership.objects.get(user=user)
    with (
        pytest.raises(IntegrityError, match="membership_duty_side"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute("""SELECT set_config('wudan.actor', '{"user":1}', true), set_config('wudan.basis', 'x', true),
                                     set_config('wudan.at', now()::text, true)""")
        cursor.execute("UPDATE accounts_membership SET role = 'finance' WHERE id = %s", [held.pk])
    columns = "user_id, role, duty_side, district_id, valid, basis"
    with (
        pytest.raises(IntegrityError, match="incompatible_duties"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute("""SELECT set_config('wudan.actor', '{"user":1}', true), set_config('wudan.basis', 'x', true),
                                     set_config('wudan.at', now()::text, true)""")
        cursor.execute(
            f"INSERT INTO accounts_membership ({columns}) VALUES (%s, 'finance', 'pay', '370405', '[2020-01-01,)', 'x')",
            [user.pk],
        )
    with pytest.raises(DatabaseError, match="wudan-history"), transaction.atomic():
        Membership.objects.filter(pk=held.pk).update(basis="x")


@pytest.mark.django_db(transaction=True)
def test_two_grants_at_once_leave_one_side() -> None:
    here = cast(pools=False)
    user = make_user("both")
    calls = [lambda role=role: give(here, user, role) for role in (Role.INTAKE, Role.FINANCE)]
    assert both(*calls) == ["done", "incompatible_duties"]
    assert Membership.objects.filter(user=user).count() == 1


def test_after_revoking_the_other_side_is_free(here) -> None:
    user = make_user("moved")
    membership = give(here, user, Role.INTAKE)
    later = AT + timedelta(hours=1)
    with pytest.raises(Refused):
        revoke(membership_id=membership.pk, reason="轮岗", actor=outsider(here, "system"), at=later)
    revoke(membership_id=membership.pk, reason="轮岗", actor=here.system, at=later)
    assert not memberships_of(user, later)
    assert grant(
        user_id=user.pk, role=Role.FINANCE, district_id=here.code, basis="轮岗", actor=here.system, at=later
    )
    with pytest.raises(Refused, match="已经收回"):
        revoke(membership_id=membership.pk, reason="轮岗", actor=here.system, at=later)


def test_who_may_not_grant(here) -> None:
    user = make_user("new")
    for actor in (outsider(here, "system"), here.intake, here.provider_clerk):
        with pytest.raises(Refused) as caught:
            give(here, user, actor=actor)
        assert caught.value.refusal.status == 403
    with pytest.raises(Refused, match="给自己"):
        give(here, here.user("system"))


@pytest.mark.parametrize(
    ("role", "more", "code"),
    [
        (Role.PROVIDER, {}, "wrong-organisation"),
        (Role.TOWN, {}, "no-town"),
        (Role.TOWN, {"town_code": "370306001"}, "no-town"),
        (Role.INTAKE, {"basis": " "}, "no-basis"),
    ],
)
def test_a_role_needs_its_place(here, role, more, code) -> None:
    with pytest.raises(Refused) as caught:
        give(here, make_user("new"), role, **more)
    assert caught.value.refusal.code == code
    with pytest.raises(Refused, match="企业"):
        give(here, make_user("new2"), Role.ENTERPRISE, organisation_id=here.provider.pk)
    with pytest.raises(Refused, match="属于区"):
        give(here, make_user("new3"), Role.INTAKE, organisation_id=here.provider.pk)


def test_roles_of_the_own_district_are_listed(here) -> None:
    there = cast("370306", pools=False)
    listed = visible_memberships(here.system, AT)
    assert {m.user_id for m in listed} >= {here.intake.user_id, here.provider_clerk.user_id}
    assert there.intake.user_id not in {m.user_id for m in listed}
    assert not visible_memberships(here.intake, AT)


# --- workers -----------------------------------------------------------------------------------------------------
def join(n: int = 500, **more: Any) -> User:
    given: dict[str, Any] = {
        "document_kind": "identity",
        "number": valid_identity(n),
        "name": "周自立",
        "phone": valid_phone(n),
        "password": GOOD,
    }
    return register_worker(**given | more, at=AT)


@pytest.mark.django_db
def test_a_worker_registers_and_is_unverified() -> None:
    user = join()
    actor = actor_for(user, memberships_of(user, AT).get().pk, AT)
    assert (actor.role, actor.person_id) == (Role.WORKER, user.person_id)
    assert user.person is not None and user.person.get_assurance_display() == "未核验"
    assert valid_identity(500) not in user.username and valid_phone(500) not in user.username


@pytest.mark.django_db
def test_a_person_known_from_a_claim_needs_the_phone_on_record() -> None:
    make_person(500, name="周自立")
    for wrong in ({"phone": valid_phone(9)}, {"name": "周自强"}):
        with pytest.raises(Refused) as caught:
            join(500, **wrong)
        assert caught.value.refusal.code == "person-known"
        assert not User.objects.exists()
    assert join().person_id
    with pytest.raises(Refused, match="已经有登录账号"):
        join()


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("wrong", "code"),
    [
        ({"phone": ""}, "no-phone"),
        ({"number": "1"}, "bad-number"),
        ({"password": "1"}, "weak-password"),
        ({"name": "1"}, "bad-name"),
    ],
)
def test_bad_registrations_leave_nothing(wrong, code) -> None:
    with pytest.raises(Refused) as caught:
        join(**wrong)
    assert caught.value.refusal.code == code
    assert not User.objects.exists()


@pytest.mark.django_db
def test_what_may_be_typed_to_log_in() -> None:
    user = join()
    assert login_name(valid_identity(500).lower()) == user.username
    assert login_name(f" {valid_phone(500)} ") == user.username
    assert login_name("Li.Min") == "li.min"
    unknown = login_name(valid_identity(501))
    assert unknown.startswith("?") and valid_identity(501)[:10] not in unknown
    join(502, name="周自强", phone=valid_phone(500))
    assert login_name(valid_phone(500)).startswith("?")


def test_log_ins_are_journalled_without_what_was_typed(here) -> None:
    note_login(user=here.user("finance"), at=AT)
    note_failed_login(username=f"{here.code}-finance", at=AT)
    note_failed_login(username=valid_phone(5), at=AT)
    entries = list(JournalEntry.objects.filter(verb__startswith="login").order_by("id"))
    assert [e.verb for e in entries] == ["login", "login-failed", "login-failed"]
    assert [e.district_code for e in entries] == [here.code, here.code, ""]
    assert valid_phone(5) not in str([e.__dict__ for e in entries])


def test_the_cast_logs_in_with_its_password(here) -> None:
    assert here.user("intake").check_password(PASSWORD)
    assert memberships_of(here.user("intake"), LONG_AGO).count() == 1
