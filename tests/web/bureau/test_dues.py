"""可享补贴 at the counter."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from tests.cast import AT, BASIS, Cast, cast, make_person
from tests.orders.subsidy.certified import chain
from wudan.kernel.actor import SYSTEM
from wudan.kernel.history import acting
from wudan.orders.subsidy.actions.entitling import prepare_due
from wudan.orders.subsidy.models import Claim, Due
from wudan.people.models import PersonAccount


@pytest.fixture
def tez(db: None, settings: Any) -> Cast:
    settings.WUDAN_CLOCK_SHIFT = AT - timezone.now()
    return cast("370405")


def sitting(tez: Cast, who: str) -> Client:
    client = Client()
    client.force_login(tez.user(who))
    return client


def ready(tez: Cast, *people: Any) -> Due:
    made = chain(tez, *people)
    return prepare_due(certificate_id=made.certificate.pk, at=AT)[0]


def text(response: Any) -> str:
    return str(response.content.decode())


def test_the_towns_clerk_confirms_with_the_person_present(tez: Cast) -> None:
    due = ready(tez)
    clerk = sitting(tez, "town")
    listed = reverse("bureau:person_dues", args=[tez.person.pk])
    assert listed in text(clerk.get(reverse("bureau:person", args=[tez.person.pk])))
    assert "替本人确认申请" in text(clerk.get(listed))
    do = reverse("bureau:person_due_confirm", args=[tez.person.pk, due.pk])
    assert clerk.post(do, {"authority": ""}).status_code == 422
    clerk.post(do, {"authority": "本人到场签字"})
    claim = Claim.objects.get()
    assert (claim.authority, claim.person_id) == ("本人到场签字", tez.person.pk)
    assert reverse("bureau:claim", args=[claim.pk]) in text(clerk.get(listed))


def test_without_an_account_it_is_recorded_first(tez: Cast) -> None:
    due = ready(tez)
    with acting(actor=SYSTEM, at=AT, basis=BASIS):
        PersonAccount.objects.filter(person=tez.person).update(current=False)
    clerk = sitting(tez, "town")
    assert "请先" in text(clerk.get(reverse("bureau:person_dues", args=[tez.person.pk])))
    do = reverse("bureau:person_due_confirm", args=[tez.person.pk, due.pk])
    assert clerk.post(do, {"authority": "本人到场签字"}).status_code == 422
    assert not Claim.objects.exists()


def test_the_bureau_looks_and_does_not_confirm(tez: Cast) -> None:
    due = ready(tez)
    intake = sitting(tez, "intake")
    shown = text(intake.get(reverse("bureau:person_dues", args=[tez.person.pk])))
    assert "1,500元" in shown
    assert "替本人确认申请" not in shown
    do = reverse("bureau:person_due_confirm", args=[tez.person.pk, due.pk])
    assert intake.post(do, {"authority": "x"}).status_code == 403


def test_another_towns_person_and_nothing_due(tez: Cast) -> None:
    towns = list(tez.towns)
    other = make_person(66, name="吴十", town_id=towns[1])
    due = ready(tez, other)
    clerk = sitting(tez, "town")
    do = reverse("bureau:person_due_confirm", args=[other.pk, due.pk])
    assert clerk.post(do, {"authority": "本人到场签字"}).status_code == 404
    assert "还没有可享的补贴" in text(clerk.get(reverse("bureau:person_dues", args=[tez.person.pk])))
