"""Providers for the public: found by what one wants to learn, shown as registered, teachers as they agreed to be named."""

from __future__ import annotations

import io
from typing import Any

import pytest
from django.core.management import call_command
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from tests.cast import AT, Cast, cast
from tests.organisations.making import added_venue, applied_base, filed_teacher
from wudan.occupations.queries import named
from wudan.orders.catalogue.actions.registering import (
    Proof,
    RegistrationForm,
    accept_registration,
    file_registration,
    list_registration,
    suspend_registration,
)
from wudan.orders.catalogue.models import Registration
from wudan.organisations.actions.organising import suspend


@pytest.fixture
def tez(db: None, settings: Any) -> Cast:
    settings.WUDAN_CLOCK_SHIFT = AT - timezone.now()
    call_command("load_occupations", stdout=io.StringIO())
    return cast("370405", pools=False)


def listed(tez: Cast) -> Registration:
    welder = named("焊工")
    assert welder is not None
    teachers = [
        filed_teacher(tez, welder, n=700, name="李建国", publish_name=True).pk,
        filed_teacher(tez, welder, n=701, name="欧阳文静").pk,
    ]
    proofs = [
        Proof("licence", "办学许可证", "鲁民3704050001号"),
        *(Proof("teacher", teacher_id=pk) for pk in teachers),
        Proof("venue", venue_id=added_venue(tez, barrier_free=True).pk),
        Proof("equipment", "氩弧焊机20台"),
    ]
    form = RegistrationForm(welder.pk, 4, "skill_level", 40, "", proofs)
    made = file_registration(provider_id=tez.provider.pk, form=form, actor=tez.provider_clerk, at=AT)
    accept_registration(registration_id=made.pk, actor=tez.intake, at=AT)
    return list_registration(registration_id=made.pk, actor=tez.reviewer, at=AT)


def get(client: Client, name: str, *args: Any, **query: Any) -> str:
    return client.get(reverse(f"public:{name}", args=args), query).content.decode()


def test_found_by_the_trade_as_people_say_it_by_name_and_by_initials(tez: Cast, client: Client) -> None:
    listed(tez)
    for words in ("", "电焊", "焊工", "hg", tez.provider.name[:4]):
        shown = get(client, "providers", tez.code, q=words)
        assert tez.provider.name in shown, words
        assert "焊工（中级工）" in shown
    nothing = get(client, "providers", tez.code, q="面点")
    assert tez.provider.name not in nothing
    assert "没有找到这样的机构" in nothing
    assert "<script>" not in get(client, "providers", tez.code, q="<script>")


def test_one_provider_with_teachers_named_as_they_agreed(tez: Cast, client: Client) -> None:
    made = listed(tez)
    shown = get(client, "provider", tez.code, tez.provider.pk)
    assert "6-18-02-04（2022年版大典）" in shown
    assert "李建国" in shown
    assert "欧阳文静" not in shown
    assert "欧**静" in shown
    assert "有无障碍设施" in shown
    assert "2021年11月15日" in shown
    assert "鲁民3704050001号" not in shown  # evidence is for the bureau
    suspend_registration(registration_id=made.pk, reason="抽查不合格", actor=tez.intake, at=AT)
    assert "目前没有在有效期内的备案" in get(client, "provider", tez.code, tez.provider.pk)
    assert "抽查不合格" not in get(client, "provider", tez.code, tez.provider.pk)


def test_recognised_bases_are_shown_to_everybody(tez: Cast, client: Client) -> None:
    made = applied_base(tez, recognised=False)
    assert made.name not in get(client, "providers", tez.code)
    other = applied_base(tez, name="运河公共实训基地")
    assert other.name in get(client, "providers", tez.code)
    assert other.name in get(client, "provider", tez.code, tez.provider.pk)


def test_who_is_suspended_or_elsewhere_is_not_there(tez: Cast, client: Client) -> None:
    listed(tez)
    other = cast("370306", pools=False)
    address = reverse("public:provider", args=[other.code, tez.provider.pk])
    assert client.get(address).status_code == 404
    suspend(organisation_id=tez.provider.pk, reason="整改", actor=tez.reviewer, at=AT)
    assert tez.provider.name not in get(client, "providers", tez.code)
    assert client.get(reverse("public:provider", args=[tez.code, tez.provider.pk])).status_code == 404


def test_empty(tez: Cast, client: Client) -> None:
    shown = get(client, "providers", tez.code)
    assert "目前没有已备案的机构" in shown
    assert "目前没有已认定的培训载体" in shown
