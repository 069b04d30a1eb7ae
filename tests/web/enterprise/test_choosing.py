"""选课 of an enterprise: the roster row by row, all or none, by ticking, and leaving again."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from tests.cast import AT, Cast, make_person, outsider, valid_identity
from tests.catalogue_cast import an_open_offer
from tests.chain_cast import as_staff
from wudan.accounts.models import User
from wudan.orders.catalogue.models import Offer
from wudan.orders.enrolment.models import Enrolment
from wudan.people.models import Person


def text(response: Any) -> str:
    return str(response.content.decode())


def roster(*rows: tuple[str, str]) -> SimpleUploadedFile:
    lines = ["姓名,身份证号码", *(f"{name},{number}" for name, number in rows)]
    return SimpleUploadedFile("职工名册.csv", "\n".join(lines).encode())


def hires(count: int) -> SimpleUploadedFile:
    return roster(*(("赵一二", valid_identity(700 + n)) for n in range(count)))


def for_staff(tez: Cast, **more: Any) -> Offer:
    return an_open_offer(tez, line="pre_job", employer_id=tez.enterprise.pk, **more)


def test_from_the_list_to_thirty_enrolled(tez: Cast, clerk: Client) -> None:
    offer = for_staff(tez, places=30, title="新员工岗前班")
    an_open_offer(tez, offer.entry, line="veteran_before", title="退役军人班")
    shown = text(clerk.get(reverse("enterprise:courses")))
    assert "新员工岗前班" in shown
    assert "退役军人班" not in shown
    url = reverse("enterprise:course", args=[offer.pk])
    assert "上传职工名册" in text(clerk.get(url))
    answered = clerk.post(url, {"file": hires(30)})
    shown = text(answered)
    assert "30人都可以选单" in shown
    assert "45,000元" in shown
    assert not Enrolment.objects.exists()
    token = answered.context["token"]
    assert valid_identity(700) not in shown
    done = clerk.post(reverse("enterprise:course_confirm", args=[offer.pk]), {"roster": token}, follow=True)
    assert "已为30人选单" in text(done)
    assert "本单位已选的职工（30人）" in text(done)
    assert Enrolment.objects.filter(state="enrolled").count() == 30


def test_faults_and_answers_row_by_row(tez: Cast, clerk: Client) -> None:
    offer = for_staff(tez)
    make_person(701, name="钱三")
    url = reverse("enterprise:course", args=[offer.pk])
    people = Person.objects.count()
    given = roster(
        ("赵一二", valid_identity(700)), ("赵一二", valid_identity(701)), ("孙四", "370405199001011")
    )
    shown = text(clerk.post(url, {"file": given}))
    assert "有2人需要修改" in shown
    assert "登记的姓名与所填姓名不一致" in shown
    assert "15位旧身份证号码已停用" in shown
    assert "确认为" not in shown
    assert Person.objects.count() == people


def test_a_file_that_is_none_and_no_file_at_all(tez: Cast, clerk: Client) -> None:
    url = reverse("enterprise:course", args=[for_staff(tez).pk])
    wrong = clerk.post(url, {"file": SimpleUploadedFile("a.pdf", b"%PDF-1.4")})
    assert wrong.status_code == 422
    assert "不是表格" in text(wrong)
    assert clerk.post(url, {}).status_code == 422


def test_ticking_staff_and_leaving_again(tez: Cast, clerk: Client) -> None:
    offer = for_staff(tez)
    mine, other = make_person(710, name="李小红"), make_person(711, name="外面的人")
    as_staff(tez, mine)
    url = reverse("enterprise:course", args=[offer.pk])
    shown = text(clerk.get(url))
    assert "李小红" in shown
    assert "外面的人" not in shown
    assert clerk.post(url, {"person": [other.pk]}).status_code == 422
    token = clerk.post(url, {"person": [mine.pk]}).context["token"]
    clerk.post(reverse("enterprise:course_confirm", args=[offer.pk]), {"roster": token})
    made = Enrolment.objects.get()
    left = clerk.post(reverse("enterprise:course_withdraw", args=[made.pk]), follow=True)
    assert "已为李小红退选" in text(left)
    made.refresh_from_db()
    assert made.state == "withdrawn"


def test_a_token_is_for_one_user_one_offer_and_some_hours(tez: Cast, clerk: Client, settings: Any) -> None:
    offer = for_staff(tez)
    another = for_staff(tez, entry=offer.entry)
    token = clerk.post(reverse("enterprise:course", args=[offer.pk]), {"file": hires(2)}).context["token"]
    for target, said in ((another, token), (offer, token[:-8] + "AAAAAAA="), (offer, ""), (offer, "x")):
        url = reverse("enterprise:course_confirm", args=[target.pk])
        assert clerk.post(url, {"roster": said}).status_code == 422
    settings.WUDAN_CLOCK_SHIFT = AT + timedelta(hours=5) - timezone.now()
    url = reverse("enterprise:course_confirm", args=[offer.pk])
    assert clerk.post(url, {"roster": token}).status_code == 422
    assert not Enrolment.objects.exists()


def test_outsiders(tez: Cast, clerk: Client, client: Client) -> None:
    offer = for_staff(tez)
    token = clerk.post(reverse("enterprise:course", args=[offer.pk]), {"file": hires(1)}).context["token"]
    clerk.post(reverse("enterprise:course_confirm", args=[offer.pk]), {"roster": token})
    made = Enrolment.objects.get()
    client.force_login(User.objects.get(pk=outsider(tez, "enterprise").user_id))
    assert client.get(reverse("enterprise:course", args=[offer.pk])).status_code == 404
    assert client.post(reverse("enterprise:course_withdraw", args=[made.pk])).status_code == 404
    client.force_login(tez.user("worker"))
    assert client.get(reverse("enterprise:courses")).status_code == 403


def test_the_template_is_a_workbook(tez: Cast, clerk: Client) -> None:
    got = clerk.get(reverse("enterprise:course_template"))
    assert got.status_code == 200
    assert got.content[:2] == b"PK"
