"""需求, 提单, 拟开班, 应培名单 at the bureau; the town's counter."""

from __future__ import annotations

from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from tests.cast import AT, Cast, make_organisation, make_person, outsider, valid_identity
from tests.chain_cast import make_entry, make_occupation, make_order, make_staff_order
from tests.orders.demand.test_filing import filing
from tests.orders.demand.test_roll import book, loading
from wudan.orders.demand.actions.filing import file_order
from wudan.orders.demand.actions.grouping import propose
from wudan.orders.demand.actions.roll import load_roll
from wudan.orders.demand.models import Order, Proposal, RollEntry
from wudan.people.models import Person


def text(response: Any) -> str:
    return str(response.content.decode())


def test_demand_as_a_chart_and_by_town(tez: Cast, as_: Any) -> None:
    make_staff_order(tez, 30, town_code="370405001")
    make_order(tez)
    file_order(**filing(tez, wish="开挖掘机"))
    me: Client = as_(tez.intake)
    shown = text(me.get(reverse("bureau:demand")))
    for words in ("焊工", "31人", "职业还没有确认", "运河街道", "哪里都可以", "拟开班待审定"):
        assert words in shown
    assert "没有等着开班的提单" in text(as_(outsider(tez, "intake")).get(reverse("bureau:demand")))
    assert as_(tez.finance).get(reverse("bureau:demand")).status_code == 403


def test_what_is_short_and_how_many_wait_for_it(tez: Cast, as_: Any) -> None:
    make_staff_order(tez, 30)
    make_entry(tez, make_occupation(), 5, "skill_level", shortage=True)
    make_entry(tez, make_occupation("养老护理员", "4-10-01-05"), 5, "skill_level", shortage=True)
    make_entry(tez, make_occupation("中式烹调师", "4-03-02-01"), 5, "skill_level")
    shown = text(as_(tez.intake).get(reverse("bureau:demand")))
    short = shown[shown.index("急需紧缺职业") :]
    assert "30人" in short and "养老护理员" in short and "没有人在等" in short and "中式烹调师" not in short


def test_the_list_narrowed_and_one_order_handled(tez: Cast, as_: Any) -> None:
    order = file_order(**filing(tez, wish="电焊"))
    weld = make_occupation(aliases=["电焊"], search_text="焊工 电焊")
    make_staff_order(tez, 30)
    me: Client = as_(tez.intake)
    listed = text(me.get(reverse("bureau:orders"), {"by": "person"}))
    assert tez.person.name in listed and tez.enterprise.name not in listed
    one = reverse("bureau:order", args=[order.pk])
    shown = text(me.get(one))
    assert "确认职业" in shown and "焊工" in shown and "不予列单" in shown
    match = reverse("bureau:order_do", args=[order.pk, "match"])
    assert "请先选择职业" in text(me.post(match, {"occupation": "0"}, follow=True))
    assert "职业已确认" in text(me.post(match, {"occupation": weld.pk}, follow=True))
    refuse = reverse("bureau:order_do", args=[order.pk, "refuse"])
    assert "不予列单须写明原因" in text(me.post(refuse, {"reason": "不"}))
    assert "提单人会看到原因" in text(me.post(refuse, {"reason": "本区没有能教的机构"}, follow=True))
    assert me.post(refuse, {"reason": "本区没有能教的机构"}).status_code == 409
    assert as_(outsider(tez, "intake")).get(one).status_code == 404
    assert as_(tez.supervisor).get(one).status_code == 200
    assert as_(tez.supervisor).post(match).status_code == 403


def test_two_wordings_are_put_together(tez: Cast, as_: Any) -> None:
    first, second = file_order(**filing(tez, wish="电焊")), file_order(**filing(tez, wish="烧焊"))
    me: Client = as_(tez.intake)
    assert "是同一件事" in text(me.get(reverse("bureau:order", args=[second.pk])))
    done = me.post(reverse("bureau:order_do", args=[second.pk, "merge"]), {"into": first.pk}, follow=True)
    assert "已合为一单" in text(done)


def test_the_towns_counter_files_for_somebody_in_front_of_it(tez: Cast, as_: Any) -> None:
    weld = make_occupation(aliases=["电焊"], search_text="焊工 电焊")
    me: Client = as_(tez.town)
    url = reverse("bureau:order_new")
    assert "本人怎样同意" in text(me.get(url))
    said = {
        "number": valid_identity(700), "name": "钱七", "phone": "13800000009", "wish": "电焊", "town_code": "370405001",
        "when": "soon", "mode": "any", "consent": "本人到场签字",
    }  # fmt: skip
    asked = me.post(url, said)
    assert asked.status_code == 422 and "请在下面选一个职业" in text(asked) and "焊工" in text(asked)
    assert me.post(url, said | {"occupation": weld.pk, "consent": ""}).status_code == 422
    assert me.post(url, said | {"occupation": weld.pk, "number": "123"}).status_code == 422
    assert not Order.objects.exists() and not Person.objects.filter(name="钱七").exists()
    done = me.post(url, said | {"occupation": weld.pk}, follow=True)
    assert "已代为提单" in text(done) and "本人到场签字" in text(done)
    order = Order.objects.get()
    assert (order.filed_by, order.person.name, order.level) == ("town", "钱七", 5)
    again = me.post(url, said | {"occupation": weld.pk}, follow=True)
    assert "已合为一单" in text(again)
    withdrawn = me.post(
        reverse("bureau:order_do", args=[order.pk, "withdraw"]), {"reason": "本人不想学了"}, follow=True
    )
    assert "提单已撤回" in text(withdrawn)
    assert as_(tez.intake).get(url).status_code == 403


def test_a_town_sees_its_own_orders_only(tez: Cast, as_: Any) -> None:
    mine = make_order(tez)
    other = make_order(tez, make_person(91, name="孙八", town_id="370405100"))
    me: Client = as_(tez.town)
    shown = text(me.get(reverse("bureau:orders")))
    assert mine.person.name in shown and "孙八" not in shown and "代为提单" in shown
    assert me.get(reverse("bureau:order", args=[other.pk])).status_code == 404
    assert me.get(reverse("bureau:proposals")).status_code == 403


def test_classes_are_proposed_adjusted_and_given_up(tez: Cast, as_: Any) -> None:
    first, second = make_staff_order(tez, 20), make_staff_order(tez, 25)
    me: Client = as_(tez.intake)
    assert "没有拟开的班" in text(me.get(reverse("bureau:proposals")))
    done = me.post(reverse("bureau:proposals_run"), follow=True)
    assert "现有1个拟开班，共45人" in text(done)
    one = Proposal.objects.get()
    shown = text(me.get(reverse("bureau:proposal", args=[one.pk])))
    assert "班里的提单" in shown and "放弃这个班" in shown
    do = lambda verb: reverse("bureau:proposal_do", args=[one.pk, verb])  # noqa: E731
    why = {"reason": "企业要求分开上课"}
    assert "还没有勾选" in text(me.post(do("remove"), why))
    assert "请写明原因" in text(me.post(do("remove"), {"chosen": first.pk}))
    assert "已移出1个提单" in text(me.post(do("remove"), why | {"chosen": first.pk}, follow=True))
    assert "可以编入" in text(me.get(reverse("bureau:proposal", args=[one.pk])))
    assert "已编入1个提单" in text(me.post(do("add"), why | {"chosen": first.pk}, follow=True))
    split = me.post(do("split"), why | {"chosen": second.pk}, follow=True)
    assert "已拆成两个班" in text(split)
    new = Proposal.objects.latest("pk")
    assert "与其他班合并" in text(me.get(reverse("bureau:proposal", args=[one.pk])))
    assert "共45人" in text(me.post(do("merge"), why | {"chosen": new.pk}, follow=True))
    setting = why | {
        "since": "2020-12-10",
        "until": "2021-01-31",
        "town_code": "370405001",
        "mode": "offline",
    }
    assert "班次安排已调整" in text(me.post(do("set"), setting, follow=True))
    assert me.post(do("set"), setting | {"since": "", "reason": ""}).status_code == 422
    assert "不能编入这个班" in text(
        me.post(do("set"), setting | {"since": "2022-01-01", "until": "2022-03-01"})
    )
    assert "继续等待编班" in text(me.post(do("drop"), why, follow=True))
    assert me.post(do("sing"), why).status_code == 404
    assert as_(outsider(tez, "intake")).get(reverse("bureau:proposal", args=[one.pk])).status_code == 404
    assert as_(tez.supervisor).post(reverse("bureau:proposals_run")).status_code == 403


def test_the_roll_is_loaded_with_its_faults_shown(tez: Cast, as_: Any) -> None:
    department = make_organisation(tez.code, "department", 5)
    me: Client = as_(tez.intake)
    assert me.get(reverse("bureau:roll_template"))["Content-Disposition"].startswith("attachment")
    url = reverse("bureau:roll_load")
    assert "名单怎样填" in text(me.get(url))

    def upload(content: bytes, **more: Any) -> Any:
        file = SimpleUploadedFile("名单.xlsx", content)
        given = {"category": "veteran_before", "source": department.pk, "employer": "", "file": file}
        return me.post(url, given | more, follow=True)

    wrong = upload(book(["张三", "123", "", "", "", ""], ["李四", valid_identity(710), "", "", "", ""]))
    assert wrong.status_code == 422 and "请先改正这些问题" in text(wrong) and not RollEntry.objects.exists()
    assert upload(b"nonsense").status_code == 422
    assert upload(b"", category="").status_code == 422
    both = [
        ["张三", valid_identity(711), "", "运河街道", "", ""],
        ["李四", valid_identity(710), "", "", "", ""],
    ]
    done = upload(book(*both))
    assert "已登记2人" in text(done) and "退役军人前置性培训" in text(done) and "覆盖0%" in text(done)
    assert "2人已在名单中" in text(upload(book(*both)))
    entry = RollEntry.objects.get(person__name="张三")
    shown = text(me.get(reverse("bureau:roll_entry", args=[entry.pk])))
    assert "注明不需培训" in shown and entry.person.number() not in shown
    excuse = reverse("bureau:roll_excuse", args=[entry.pk])
    assert me.post(excuse, {"reason": ""}).status_code == 422
    assert "不再计入应培人数" in text(me.post(excuse, {"reason": "已迁往外省居住"}, follow=True))
    assert as_(outsider(tez, "intake")).get(reverse("bureau:roll_entry", args=[entry.pk])).status_code == 404
    assert as_(tez.town).get(url).status_code == 403


def test_the_roll_of_a_town_and_who_is_late(tez: Cast, as_: Any, settings: Any) -> None:
    load_roll(**loading(tez))
    me: Client = as_(tez.town)
    assert "赵一二" in text(me.get(reverse("bureau:roll")))
    assert "没有符合条件的人" in text(me.get(reverse("bureau:roll"), {"lacking": "overdue"}))
    settings.WUDAN_CLOCK_SHIFT += AT.replace(year=2022) - AT
    assert "待培训，已超期" in text(me.get(reverse("bureau:roll"), {"lacking": "overdue"}))


def test_pages_ask_no_more_with_more_rows(tez: Cast, as_: Any, django_assert_max_num_queries: Any) -> None:
    for n in range(6):
        make_order(tez, make_person(720 + n, name="吴九"))
    make_staff_order(tez, 30)
    propose(district_id=tez.code, actor=tez.intake, at=AT)
    me: Client = as_(tez.intake)
    for name, args in (
        ("orders", []),
        ("demand", []),
        ("proposals", []),
        ("proposal", [Proposal.objects.get().pk]),
    ):
        with django_assert_max_num_queries(26):
            me.get(reverse(f"bureau:{name}", args=args))
