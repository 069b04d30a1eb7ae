"""企业提单: by rows, by a file, with a yearly plan; staff who must be trained."""

from __future__ import annotations

from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from tests.cast import Cast, make_person, valid_identity
from tests.chain_cast import make_occupation, make_order, make_staff_order
from tests.orders.demand.test_plans import HEAD
from tests.orders.demand.test_roll import book
from wudan.orders.demand.models import Order, RollEntry, YearPlan


def text(response: Any) -> str:
    return str(response.content.decode())


def test_rows_become_orders_and_unclear_words_are_confirmed(tez: Cast, clerk: Client) -> None:
    weld = make_occupation(search_text="焊工 电焊", aliases=["电焊"])
    assert "还没有提过单" in text(clerk.get(reverse("enterprise:orders")))
    url = reverse("enterprise:order_new")
    assert "第3行" in text(clerk.get(url))
    assert "请至少填写一行" in text(clerk.post(url, {}))
    assert "请填写人数" in text(clerk.post(url, {"r0-wish": "焊工"}))
    assert clerk.post(url, {"r0-wish": "焊工", "r0-heads": 5, "r0-until": "2020-11-20"}).status_code == 422
    assert clerk.post(url, {"r0-wish": "焊工", "r0-heads": 5, "r0-level": "1"}).status_code == 422
    assert not Order.objects.exists()
    rows = {
        "r0-wish": "焊工", "r0-heads": "30", "r0-level": "5", "r0-town_code": "370405001", "r0-mode": "offline",
        "r0-line": "pre_job", "r2-wish": "电焊机器人", "r2-heads": "12",
    }  # fmt: skip
    done = clerk.post(url, rows, follow=True)
    assert "已提单2件，共42人，其中1件的职业还要确认" in text(done)
    unclear = Order.objects.get(state="filed")
    page = reverse("enterprise:order", args=[unclear.pk])
    assert "确认职业" in text(clerk.get(page)) and "焊工" in text(clerk.get(page, {"wish": "电焊"}))
    match = reverse("enterprise:order_match", args=[unclear.pk])
    assert "没有改动" in text(clerk.post(match, {"occupation": "0"}, follow=True))
    assert "职业已确认" in text(clerk.post(match, {"occupation": weld.pk}, follow=True))
    assert "提单已撤回" in text(
        clerk.post(reverse("enterprise:order_withdraw", args=[unclear.pk]), follow=True)
    )


def test_a_file_with_its_faults_then_without(tez: Cast, clerk: Client) -> None:
    make_occupation()
    url = reverse("enterprise:order_file")
    assert "提单表怎样填" in text(clerk.get(url))
    assert clerk.get(reverse("enterprise:order_template"))["Content-Disposition"].startswith("attachment")

    def upload(*rows: list[Any]) -> Any:
        return clerk.post(url, {"file": SimpleUploadedFile("提单.xlsx", book(*rows, head=HEAD))}, follow=True)

    wrong = upload(["焊工", "九级", 30, "", "", "", "", ""])
    assert wrong.status_code == 422 and "看不懂这个等级" in text(wrong) and not Order.objects.exists()
    assert clerk.post(url, {"file": SimpleUploadedFile("x.xlsx", b"x")}).status_code == 422
    assert "已提单1件，共30人" in text(upload(["焊工", "", 30, "", "", "", "", ""]))


def test_the_yearly_plan_and_the_orders_under_it(tez: Cast, clerk: Client) -> None:
    make_occupation()
    url = reverse("enterprise:plans")
    assert "还没有报送过计划" in text(clerk.get(url))
    assert clerk.post(url, {"year": "2021", "staff_count": "0"}).status_code == 422
    said = {"year": "2021", "staff_count": "300", "budget_fen": "120000", "summary": "岗前培训和在岗培训"}
    assert "年度培训计划已报送" in text(clerk.post(url, said, follow=True))
    plan = YearPlan.objects.get()
    assert "岗前培训和在岗培训" in text(clerk.get(url, {"year": "2021"}))
    clerk.post(reverse("enterprise:order_new"), {"r0-wish": "焊工", "r0-heads": "30", "plan": plan.pk})
    assert "1件，30人" in text(clerk.get(url))
    assert "焊工" in text(clerk.get(reverse("enterprise:orders"), {"plan": plan.pk}))


def test_staff_who_must_be_trained(tez: Cast, clerk: Client) -> None:
    assert "没有符合条件的职工" in text(clerk.get(reverse("enterprise:roll")))
    url = reverse("enterprise:roll_load")
    assert "名单怎样填" in text(clerk.get(url))
    assert clerk.get(reverse("enterprise:roll_template"))["Content-Disposition"].startswith("attachment")
    row = ["张三", valid_identity(800), "", "", "", ""]
    wrong = clerk.post(
        url, {"category": "safety", "file": SimpleUploadedFile("a.xlsx", book(["", *row[1:]]))}
    )
    assert wrong.status_code == 422 and "没有填写" in text(wrong)
    done = clerk.post(
        url, {"category": "safety", "file": SimpleUploadedFile("a.xlsx", book(row))}, follow=True
    )
    assert "已登记1人" in text(done) and "张三" in text(done)
    assert RollEntry.objects.get().employer_id == tez.enterprise.pk


def test_other_peoples_orders_are_not_there(tez: Cast, clerk: Client) -> None:
    theirs = make_order(tez, make_person(92, name="孙八"))
    make_staff_order(tez, 30)
    assert "孙八" not in text(clerk.get(reverse("enterprise:orders")))
    assert clerk.get(reverse("enterprise:order", args=[theirs.pk])).status_code == 404
    assert clerk.post(reverse("enterprise:order_withdraw", args=[theirs.pk])).status_code == 404
    clerk.force_login(tez.user("provider_clerk"))
    assert clerk.get(reverse("enterprise:orders")).status_code == 403
