"""选单 as the bureau sees it: the list and its file, one with its working, an institution's list, a choice at the counter."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from tests.cast import AT, Cast, cast, make_person, outsider, valid_identity
from tests.catalogue_cast import a_contracted_project, an_entry, an_open_offer
from wudan.accounts.models import User
from wudan.orders.enrolment.actions.picking import pick
from wudan.orders.enrolment.models import Enrolment


@pytest.fixture(autouse=True)
def _on_the_day(settings: Any) -> None:
    settings.WUDAN_CLOCK_SHIFT = AT - timezone.now()


@pytest.fixture
def tez(db: None) -> Cast:
    return cast("370405")


def text(response: Any) -> str:
    return str(response.content.decode())


def chosen(tez: Cast, **more: Any) -> Enrolment:
    offer = an_open_offer(tez, **more)
    return pick(offer_id=offer.pk, person_id=tez.person.pk, chosen_by="person", actor=tez.worker, at=AT)


def test_the_list_its_file_and_one_with_its_working(tez: Cast, client: Client) -> None:
    one = chosen(tez)
    client.force_login(tez.user("intake"))
    for url in (reverse("bureau:enrolments"), reverse("bureau:offer_enrolments", args=[one.offer_id])):
        shown = text(client.get(url))
        assert "王小明" in shown
        assert tez.person.number_masked in shown
        assert tez.person.number() not in shown
    taken = client.get(reverse("bureau:offer_enrolments", args=[one.offer_id]), {"export": "csv"})
    rows = b"".join(taken.streaming_content).decode("utf-8-sig")  # type: ignore[attr-defined]
    assert "王小明" in rows
    assert tez.person.number() not in rows
    shown = text(client.get(reverse("bureau:enrolment", args=[one.pk])))
    assert "1,500元" in shown
    assert "每人每年不超过规定次数" in shown
    none = client.get(reverse("bureau:enrolments"), {"state": "waiting"})
    assert "王小明" not in text(none)


def test_another_district_sees_nothing(tez: Cast, client: Client) -> None:
    one = chosen(tez)
    client.force_login(User.objects.get(pk=outsider(tez, "intake").user_id))
    assert client.get(reverse("bureau:enrolment", args=[one.pk])).status_code == 404
    assert client.get(reverse("bureau:offer_enrolments", args=[one.offer_id])).status_code == 404
    assert "王小明" not in text(client.get(reverse("bureau:enrolments")))


def test_an_institutions_list(client: Client, db: None) -> None:
    zc = cast("370306")
    project = a_contracted_project(zc, line="project_custodial", restricted=True)
    offer = an_open_offer(zc, line="project_custodial", project_id=project.pk)
    client.force_login(zc.user("intake"))
    assert "上传监管场所名单" in text(client.get(reverse("bureau:offer_enrolments", args=[offer.pk])))
    url = reverse("bureau:offer_roster", args=[offer.pk])
    assert "名单只有经办和复审人员看得到" in text(client.get(url))
    file = SimpleUploadedFile("名单.csv", f"姓名,身份证号码\n赵一二,{valid_identity(800)}\n".encode())
    answered = client.post(url, {"file": file})
    assert "1人都可以选单" in text(answered)
    done = client.post(
        reverse("bureau:offer_roster_confirm", args=[offer.pk]),
        {"roster": answered.context["token"]},
        follow=True,
    )
    assert "已为1人选单" in text(done)
    assert Enrolment.objects.get().chosen_by == "institution"
    client.force_login(zc.user("town"))
    assert client.get(reverse("bureau:offer_enrolments", args=[offer.pk])).status_code == 404
    assert "赵一二" not in text(client.get(reverse("bureau:enrolments")))
    usual = an_open_offer(zc, an_entry(zc, level=5), budget_fen=1, budget_basis="区里另行发文")
    client.force_login(zc.user("intake"))
    assert client.get(reverse("bureau:offer_roster", args=[usual.pk])).status_code == 404


def test_a_choice_at_the_counter_with_the_consent(tez: Cast, client: Client) -> None:
    offer = an_open_offer(tez, town_code="370405001", title="运河街道车工班")
    client.force_login(tez.user("town"))
    assert "为本人选课" in text(client.get(reverse("bureau:person", args=[tez.person.pk])))
    assert "运河街道车工班" in text(client.get(reverse("bureau:person_courses", args=[tez.person.pk])))
    url = reverse("bureau:person_course", args=[tez.person.pk, offer.pk])
    assert "预计可为该学员补贴1,500元" in text(client.get(url))
    assert client.post(url, {"consent": "", "pension": "no"}).status_code == 422
    done = client.post(url, {"consent": "本人到场签字", "pension": "no"}, follow=True)
    assert "王小明已选上：运河街道车工班" in text(done)
    made = Enrolment.objects.get()
    assert (made.chosen_by, made.consent) == ("town", "本人到场签字")
    assert client.post(url, {"consent": "本人到场签字", "pension": "no"}).status_code == 422
    leave = reverse("bureau:person_course_withdraw", args=[tez.person.pk, made.pk])
    assert "已退选" in text(client.post(leave, {"reason": "本人要外出务工"}, follow=True))
    made.refresh_from_db()
    assert made.state == "withdrawn"


def test_only_the_town_chooses_for_somebody_and_only_for_its_own(tez: Cast, client: Client) -> None:
    offer = an_open_offer(tez)
    elsewhere = make_person(900, name="别镇的人", town_id="370405100")
    client.force_login(tez.user("town"))
    assert client.get(reverse("bureau:person_courses", args=[elsewhere.pk])).status_code == 404
    client.force_login(tez.user("intake"))
    url = reverse("bureau:person_course", args=[tez.person.pk, offer.pk])
    assert client.post(url, {"consent": "本人到场签字", "pension": "no"}).status_code == 403
