"""The log-in page: by login name or number, journalled, and the lock-out with its minutes."""

from __future__ import annotations

from datetime import timedelta

import pytest
from axes.models import AccessAttempt

from tests.cast import PASSWORD, cast, make_actor, make_person, valid_identity, valid_phone
from wudan.kernel.models import JournalEntry
from wudan.kernel.roles import Role

URL = "/account/login/"
pytestmark = pytest.mark.django_db


def enter(client, name: str, password: str = PASSWORD):
    return client.post(URL, {"login": name, "password": password})


def test_logging_in_and_out_is_journalled(client) -> None:
    here = cast(pools=False)
    assert enter(client, "370405-Reviewer").status_code == 302
    assert client.session["_auth_user_id"] == str(here.reviewer.user_id)
    client.post("/account/logout/")
    verbs = JournalEntry.objects.filter(user_id_seen=here.reviewer.user_id).order_by("id")
    assert list(verbs.values_list("verb", flat=True)) == ["login", "logout"]


@pytest.mark.parametrize("typed", [valid_identity(40), valid_phone(40)])
def test_a_worker_types_a_number(client, typed: str) -> None:
    worker = make_actor(Role.WORKER, person=make_person(40))
    assert enter(client, typed).status_code == 302
    assert client.session["_auth_user_id"] == str(worker.user_id)


def test_a_wrong_password_says_so_in_chinese(client) -> None:
    cast(pools=False)
    response = enter(client, "370405-intake", "wrong")
    assert response.status_code == 200
    assert "登录名或密码不对" in response.content.decode()
    assert JournalEntry.objects.get(verb="login-failed").district_code == "370405"


def test_five_failures_lock_with_the_minutes_left(client, settings) -> None:
    settings.AXES_ENABLED = True
    cast(pools=False)
    for _ in range(4):
        assert enter(client, "370405-intake", "wrong").status_code == 200
    locked = enter(client, "370405-intake", "wrong")
    assert locked.status_code == 429
    assert "15分钟" in locked.content.decode()

    AccessAttempt.objects.update(attempt_time=AccessAttempt.objects.get().attempt_time - timedelta(minutes=8))
    still = enter(client, "370405-intake")  # the right password does not help either
    assert still.status_code == 429
    assert "7分钟" in still.content.decode()
    assert "_auth_user_id" not in client.session

    AccessAttempt.objects.update(attempt_time=AccessAttempt.objects.get().attempt_time - timedelta(minutes=8))
    assert enter(client, "370405-intake").status_code == 302


def test_what_was_typed_is_kept_nowhere(client, settings) -> None:
    settings.AXES_ENABLED = True
    number = valid_identity(77)
    enter(client, number, "wrong-secret")
    kept = str(list(AccessAttempt.objects.values())) + str(list(JournalEntry.objects.values()))
    assert number not in kept and "wrong-secret" not in kept


@pytest.mark.parametrize(
    "page", ["email", "login/code", "password/reset", "password/reset/done", "password/reset/key/1-x"]
)
def test_no_page_of_allauth_that_needs_mail(client, page) -> None:
    assert client.get(f"/account/{page}/").status_code == 404


@pytest.mark.parametrize("page", ["login", "password/change", "reauthenticate"])
def test_no_page_leads_to_one_that_is_closed(client, page) -> None:
    if page != "login":
        client.force_login(cast(pools=False).user("intake"))
    words = client.get(f"/account/{page}/").content.decode()
    assert "密码" in words and "password/reset" not in words


def test_nobody_signs_up_on_allauths_page(client) -> None:
    assert client.post("/account/signup/", {"username": "x", "password1": PASSWORD}).status_code == 200
    from wudan.accounts.models import User

    assert not User.objects.exists()
