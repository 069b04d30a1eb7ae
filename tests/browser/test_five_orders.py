"""The five orders in a browser (issue 3, "Done means" 1): what the main person of each journey does and sees, on the pages.

Officials and other people act by their actions, with the stepper of tests/journeys; two journeys are a test.
The pages' clock is moved to the walk's day before every visit.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest
from django.utils import timezone

from tests.browser.seats import Seat
from tests.cast import cast, make_organisation, valid_identity
from tests.harness.clocks import Standing
from tests.harness.pages import follow
from tests.journeys.walking import Walk
from wudan.orders.catalogue.actions.editions import draft_edition, publish_edition, put_entries
from wudan.orders.catalogue.actions.projects import (
    call_project,
    contract_project,
    finish_project,
    plan_project,
    start_project,
)
from wudan.orders.catalogue.models import Edition, Offer, Project
from wudan.orders.delivery.actions.employing import EmploymentRow, record_employment
from wudan.orders.delivery.models import Member, Session, TrainingClass
from wudan.orders.delivery.queries.screens import screen_code
from wudan.orders.demand.actions.roll import RollRow, load_roll
from wudan.orders.enrolment.actions.picking import pick
from wudan.orders.subsidy.actions.entitling import prepare_project_dues
from wudan.orders.subsidy.models import Claim
from wudan.people.rows import PersonRow

if TYPE_CHECKING:
    from playwright.sync_api import Page

pytestmark = [pytest.mark.django_db(transaction=True)]
LOCAL = "周村烧饼制作"
EARLY = timedelta(minutes=20)
"""Before a sitting begins: who comes at the hour finds the sign-in open."""


@pytest.fixture
def seat(page: Page, live_server: Any, settings: Any) -> Iterator[Seat]:
    made = Seat(page, live_server.url, settings, Walk(cast()))
    page.on("console", lambda m: made.wrong.append(m.text) if "Content Security" in m.text else None)
    yield made
    assert made.wrong == []


# --- 1 and 6: a laid-off worker; her first class is called off half-way, the second takes her to the money ----------
def test_a_laid_off_worker_from_the_wish_to_the_money(seat: Seat) -> None:
    walk = seat.walk
    tez = walk.tez
    walk.publish()
    walk.tag(tez.person, "unemployed")
    order = _wish(seat)
    walk.go(1)
    first = walk.offer("unemployed", first=walk.day + timedelta(days=30))
    walk.go(1)
    _choose(seat, first)
    walk.go(1)
    _another(walk, first)
    _called_off(seat, walk.opened(first))

    walk.go(1)
    second = walk.offer("unemployed", first=walk.day + timedelta(days=30))
    walk.go(1)
    _choose(seat, second)
    walk.go(1)
    held = walk.opened(second)
    _sign_in(seat, held)
    walk.taught(held)
    walk.finished(held)
    _to_the_money(seat, order)


def _wish(seat: Seat) -> str:
    """提单 in three steps; gives its number as the page prints it."""
    page = seat.take("worker", phone=True).page
    seat.go("learner:home")
    seat.link("我想学技能")
    seat.link("我想学技能，现在提单")
    page.get_by_label("您想学什么").fill("电工")  # asks once: a second answer would undo the choice
    page.get_by_role("radio", name="电工").first.check()
    seat.look("wish")
    seat.button("下一步")
    page.get_by_text("第2步，共3步").wait_for()
    page.get_by_label("中级工").check()
    page.get_by_text("半年内都可以").click()
    seat.button("下一步")
    seat.button("提交提单")
    seat.sees("提单成功")
    seat.look("order")
    seat.go("learner:orders")
    seat.look("orders")
    page.locator(".l-card", has_text="电工").get_by_text("待编班", exact=True).first.wait_for()
    follow(page, page.locator(".l-card a").first)
    seat.sees("报提单编号")
    return page.url


def _choose(seat: Seat, offer: Offer) -> None:
    """From the list of classes to a place, three taps; what it will pay is said before."""
    seat.take("worker", phone=True)
    seat.go("learner:courses")
    seat.look("courses")
    seat.link(offer.title)
    seat.sees("预计可为您补贴1,500元")
    seat.look("course")
    seat.asked("选这个班次")
    seat.sees("已选上")
    seat.look("enrolment")


def _another(walk: Walk, offer: Offer) -> None:
    person = walk.person(2001, "unemployed")
    pick(offer_id=offer.pk, person_id=person.pk, chosen_by="town", consent="本人当面同意", actor=walk.tez.town, at=walk.at)  # fmt: skip


def _called_off(seat: Seat, held: TrainingClass) -> None:
    walk = seat.walk
    walk.taught(held, until=2)
    walk.go(1)
    seat.take("intake")
    seat.go("bureau:class", held.pk)
    seat.look("bureau class")
    seat.asked("取消班级", "承训机构场地停用")
    seat.sees("班级已取消，学员名额、次数和预留资金已释放。")
    walk.work()
    seat.take("worker", phone=True)
    seat.go("learner:home")
    card = seat.page.get_by_role("region", name="班次取消了")
    card.get_by_text("承训机构场地停用").wait_for()
    card.get_by_text("您的提单重新等待编班").wait_for()
    assert seat.page.get_by_text("今天上课").count() == 0
    seat.look("home after a class called off")
    seat.go("learner:orders")
    seat.page.locator(".l-card", has_text="电工").get_by_text("待编班", exact=True).first.wait_for()


def _sign_in(seat: Seat, held: TrainingClass) -> None:
    """The first sitting: today on the home page, the digits on the teacher's screen typed in."""
    session = Session.objects.filter(training_class=held).select_related("training_class").earliest("during")
    seat.take("provider_clerk")
    begins = session.during.lower - EARLY
    seat.go("provider:today", at=begins)
    seat.look("today")
    seat.link("打开课堂")
    seat.button("开始签到")
    seat.page.locator(".s-digits").wait_for()
    seat.look("classroom")
    seat.take("worker", phone=True)
    seat.go("learner:home", at=begins + timedelta(minutes=5))  # the opening itself took a while
    seat.page.get_by_role("heading", name="今天上课").wait_for()
    seat.look("home on a day of class")
    follow(seat.page, seat.page.get_by_role("link", name="签到").first)
    seat.sees("现在可以签到")
    seat.settings.WUDAN_CLOCK_SHIFT = Standing(_now(seat))
    shown = screen_code(Session.objects.select_related("training_class").get(pk=session.pk), _now(seat))
    assert shown is not None
    seat.page.get_by_label("屏幕上正在显示的6位数字").fill(shown.digits)
    seat.page.get_by_role("button", name="用数字签到").click()  # answered on the page itself
    seat.sees("签到成功")
    assert not seat.page.get_by_text("现在可以签到").is_visible()
    seat.look("signed")


def _now(seat: Seat) -> datetime:
    return timezone.now() + seat.settings.WUDAN_CLOCK_SHIFT  # type: ignore[no-any-return]


def _to_the_money(seat: Seat, order: str) -> None:
    walk, page = seat.walk, seat.page
    seat.take("worker", phone=True)
    seat.go("learner:certificates")
    page.get_by_role("heading", name="电工").get_by_text("有效").wait_for()
    seat.look("certificates")
    seat.go("learner:home")
    seat.sees("1,500元待您确认")
    seat.link("职业培训补贴")
    seat.sees("中国农业银行")
    seat.look("due")
    seat.button("账户没错，确认申请")
    seat.sees("申请已提交")
    [due] = walk.dues(person=walk.tez.person)
    assert due.claim_id is not None
    walk.go(1)
    walk.reviewed([due.claim_id])
    walk.paid([due.claim_id])
    walk.go(1)
    seat.take("worker", phone=True)
    seat.go("learner:claim", due.claim_id)
    seat.sees("已拨付，请确认是否到账")
    seat.look("claim")
    follow(page, page.locator(".w-chain-orders").get_by_role("link", name="提单"))
    page.get_by_role("heading", name="来龙去脉").wait_for()
    seat.look("trail")
    follow(page, page.locator("#order").get_by_role("link", name="查看").first)
    assert page.url == order
    seat.sees("培训已经完成")


# --- 2 and 3: an enterprise's new hires; a project for poor workers ----------------------------------------------------
def test_new_hires_and_a_project(seat: Seat) -> None:
    seat.walk.publish(level="五级")
    _new_hires(seat)
    seat.walk.go(3)
    _project(seat)


def _new_hires(seat: Seat) -> None:
    walk = seat.walk
    _staff_order(seat)
    proposal = walk.proposal()
    assert proposal.heads == 30
    offer = walk.offer(
        "pre_job", first=walk.day + timedelta(days=30), places=30, employer_id=walk.tez.enterprise.pk,
        proposal_id=proposal.pk, answered=False,
    )  # fmt: skip
    _take_the_order(seat, offer)
    _roster(seat, offer)
    walk.go(1)
    held = walk.opened(offer)
    walk.taught(held)
    walk.finished(held, marks={0: 40})  # one fails and has nothing due
    seat.take("enterprise_clerk")
    seat.go("enterprise:home")
    seat.link("可享补贴", exact=True)
    seat.look("enterprise dues")
    seat.link(held.name)
    seat.look("enterprise due")
    seat.sees("共2项，合计2,000元")
    seat.button("确认提交选中的申请")
    seat.sees("已提交2笔申请，合计2,000元")
    ids = list(Claim.objects.values_list("pk", flat=True))
    walk.go(1)
    walk.reviewed(ids)
    walk.paid(ids)
    walk.go(1)
    seat.go("enterprise:claims", query="?state=paid")
    seat.page.get_by_text(re.compile(r"共\s*2\s*笔")).wait_for()


def _staff_order(seat: Seat) -> None:
    page = seat.take("enterprise_clerk").page
    seat.go("enterprise:home")
    seat.link("提单", exact=True)
    seat.go("enterprise:order_new")
    seat.look("enterprise order")
    row = page.get_by_role("group", name="第1行")
    row.get_by_label("职业（工种）或培训内容").fill("电工")
    row.get_by_label("等级").select_option("5")
    row.get_by_label("人数").fill("30")
    row.get_by_label("培训类别").select_option(label="企业新录用职工岗前培训")
    seat.button("提交提单")
    seat.sees("已提单1件，共30人")
    seat.walk.go(1)


def _take_the_order(seat: Seat, offer: Offer) -> None:
    """接单 at the provider."""
    seat.take("provider_clerk")
    seat.go("provider:home")
    seat.link("去答复")
    seat.look("provider orders")
    seat.link(offer.title)
    seat.asked("接单")
    seat.sees(f"已接单“{offer.title}”")
    seat.walk.go(1)


def _roster(seat: Seat, offer: Offer) -> None:
    """选单 by a file: one row with a wrong number is told and nothing is saved, then all three."""
    numbers = [valid_identity(7000 + n) for n in range(3)]
    seat.take("enterprise_clerk")
    seat.go("enterprise:courses")
    seat.sees("本企业专班")
    seat.link(offer.title)
    _upload(seat, [*numbers[:2], "370405199001010000"])
    seat.sees("有1人需要修改")
    seat.look("roster with a fault")
    seat.link("返回重新上传")
    _upload(seat, numbers)
    seat.sees("3人都可以选单")
    seat.look("roster")
    seat.button("确认为3人选单")
    seat.sees("已为3人选单")
    seat.sees("本单位已选的职工（3人）")


def _upload(seat: Seat, numbers: list[str]) -> None:
    text = "姓名,身份证号码\n" + "".join(f"钱一二,{number}\n" for number in numbers)
    file: Any = {"name": "新录用职工.csv", "mimeType": "text/csv", "buffer": text.encode()}
    seat.page.set_input_files("input[type=file]", file)
    seat.button("上传并逐人核对")


def _project(seat: Seat) -> None:
    walk = seat.walk
    tez = walk.tez
    project = _contracted(walk)
    offer = walk.offer(
        "project", first=walk.day + timedelta(days=30), places=3, project_id=project.pk, provider_id=tez.provider.pk
    )  # fmt: skip
    for n in range(3):
        pick(
            offer_id=offer.pk, person_id=walk.person(3000 + n, "poor").pk, chosen_by="town", consent="本人当面同意",
            actor=tez.town, at=walk.at,
        )  # fmt: skip
    seat.take("provider_clerk")
    seat.go("provider:orders")
    seat.sees("已接单，待建班")
    seat.sees(offer.title)
    held = walk.opened(offer)
    walk.work()
    _card(seat, held)
    walk.taught(held)
    walk.go(1)
    _confirm(seat, "预拨", "30,000元")
    walk.finished(held)
    walk.go(1)
    _confirm(seat, "生活费", "1,500元", authority="代领协议〔2020〕1号")
    _settle(walk)
    walk.go(60)
    members = Member.objects.filter(training_class=held).values_list("pk", flat=True)
    rows = [
        EmploymentRow(m, employed=True, since=walk.day, employer_name="鲁南纺织公司", kind="contract", proof="insurance", insured_months=2)
        for m in members
    ]  # fmt: skip
    record_employment(class_id=held.pk, rows=rows, actor=tez.intake, at=walk.at)
    walk.work()
    finish_project(project_id=project.pk, actor=tez.intake, at=walk.at)
    prepare_project_dues(project_id=project.pk, at=walk.at)
    _confirm(seat, "结算", "20,000.01元")
    _settle(walk)


def _contracted(walk: Walk) -> Project:
    tez = walk.tez
    made = plan_project(
        district_id=tez.code, title="贫困劳动力电工培训", line="project", group="poor", heads=3, actor=tez.intake, at=walk.at
    )  # fmt: skip
    call_project(project_id=made.pk, until=walk.day + timedelta(days=10), actor=tez.intake, at=walk.at)
    walk.go(12)
    contract_project(
        project_id=made.pk, provider_id=tez.provider.pk, contract_number="台培合〔2020〕1号", contract_fen=5_000_001,
        procurement="竞争性磋商", period=(walk.day, walk.day + timedelta(days=200)), actor=tez.reviewer, at=walk.at,
    )  # fmt: skip
    return start_project(project_id=made.pk, actor=tez.intake, at=walk.at)


def _card(seat: Seat, held: TrainingClass) -> None:
    """Today's class, and one learner's card at its screen."""
    session = Session.objects.filter(training_class=held).earliest("during")
    seat.take("provider_clerk")
    seat.go("provider:today", at=session.during.lower - EARLY)
    seat.look("today")
    seat.link("打开课堂")
    seat.button("开始签到")
    member = Member.objects.filter(training_class=held).select_related("person").earliest("pk")
    seat.page.get_by_label("身份证号码").fill(member.person.number())
    follow(seat.page, seat.page.locator("form", has_text="刷证").get_by_role("button", name="签到"))
    seat.sees("签到成功")
    seat.sees("已签到1人，应到3人")
    seat.look("classroom")


def _confirm(seat: Seat, stage: str, amount: str, authority: str = "") -> None:
    """One line of 可享补贴, looked at and confirmed."""
    seat.take("provider_clerk")
    seat.go("provider:dues")
    seat.look("provider dues")
    follow(seat.page, seat.page.get_by_role("row").filter(has_text=stage).get_by_role("link"))
    seat.sees(f"合计{amount}")
    seat.look(f"due {stage}")
    if authority:
        seat.page.get_by_label("代领协议编号").fill(authority)
    seat.button("确认提交选中的申请")
    seat.sees("笔申请，合计" + amount)
    seat.walk.go(1)


def _settle(walk: Walk) -> None:
    """The officials' part for whatever waits."""
    ids = list(Claim.objects.filter(state="submitted").values_list("pk", flat=True))
    assert ids
    walk.reviewed(ids)
    walk.paid(ids)
    walk.go(1)


# --- 4 and 5: a veteran on the roll; a special ability filed upward -----------------------------------------------------
def test_a_veteran_and_a_special_ability(seat: Seat) -> None:
    _veteran(seat)
    seat.walk = Walk(cast("370306"))
    _ability(seat)


def _veteran(seat: Seat) -> None:
    walk = seat.walk
    tez = walk.tez
    walk.publish()
    walk.tag(tez.person, "veteran")
    office = make_organisation(tez.code, "department", 7, name="区退役军人局")
    load_roll(
        district_id=tez.code, category="veteran_before", source_id=office.pk, actor=tez.intake, at=walk.at,
        rows=[RollRow(PersonRow("identity", tez.person.number(), tez.person.name))],
    )  # fmt: skip
    offer = walk.offer("veteran_before", first=walk.day + timedelta(days=30))
    _on_the_roll(seat, "待培训")
    seat.take("worker", phone=True)
    seat.go("learner:orders")
    seat.sees("退役军人前置性培训")
    seat.sees("区退役军人局列入")
    _choose(seat, offer)
    walk.go(1)
    _on_the_roll(seat, "已选单")
    held = walk.opened(offer)
    walk.taught(held)
    walk.finished(held)
    _on_the_roll(seat, "已培训")


def _on_the_roll(seat: Seat, state: str) -> None:
    seat.take("intake")
    seat.go("bureau:roll")
    seat.page.locator("#list tbody tr", has_text="王小明").get_by_text(state, exact=True).wait_for()
    seat.look("roll")


def _ability(seat: Seat) -> None:
    walk, page = seat.walk, seat.page
    seat.take("provider_clerk")
    seat.go("provider:abilities")
    seat.link("申报项目")
    page.get_by_label("项目名称").fill(LOCAL)
    page.get_by_label("考核评价内容").fill("和面、揉剂、贴饼、烤制")
    page.get_by_label("课时").fill("80")
    page.get_by_label("地方特色项目").check()
    seat.look("ability form")
    seat.button("保存")
    seat.sees("已保存")
    seat.button("报送区鉴定机构")
    seat.sees("还不能报送")  # no question bank yet
    seat.link("修改", exact=True)
    file: Any = {"name": "题库.xlsx", "mimeType": "application/octet-stream", "buffer": b"1"}
    page.set_input_files("input[type=file]", file)
    page.get_by_label("试题数").fill("120")
    seat.button("保存")
    seat.sees("题库.xlsx，120题")
    seat.button("报送区鉴定机构")
    seat.sees("已报送区鉴定机构")
    seat.look("ability")
    walk.go(1)
    _upward(seat)
    _published(seat)


def _upward(seat: Seat) -> None:
    """Returned by the district once, mended, then to city and province."""
    walk, page = seat.walk, seat.page
    _case(seat)
    seat.look("ability at the bureau")
    seat.folded("退回修改", 原因="市级要求补充食品安全内容")
    seat.take("provider_clerk")
    seat.go("provider:abilities")
    seat.sees("市级要求补充食品安全内容")
    seat.link(LOCAL)
    seat.look("ability returned")
    seat.link("修改", exact=True)
    page.get_by_label("考核评价内容").fill("和面、揉剂、贴饼、烤制、食品安全")
    seat.button("保存")
    seat.button("报送区鉴定机构")
    seat.sees("已报送区鉴定机构")
    walk.go(1)
    _case(seat)
    seat.button("同意，报送市级")
    seat.folded("登记市级同意，报送省级", 市级文号="淄人社鉴〔2020〕3号")
    seat.folded("登记省级批准", 省级批准文号="鲁人社鉴〔2020〕9号", 批准编码="ZC-001")
    seat.sees("已批准")
    walk.go(1)


def _case(seat: Seat) -> None:
    seat.take("reviewer")
    seat.go("bureau:abilities")
    seat.link(LOCAL)


def _published(seat: Seat) -> None:
    """Anybody reads it among the approved, and, once an edition holds it, in the catalogue."""
    walk = seat.walk
    zc = walk.tez
    header = "职业（工种）,职业编码,大典版本,等级,证书类别,补贴项目,理论课时,实训课时,安全课时,地方特色"
    line = f"{LOCAL},ZC-001,,,专项职业能力证书,职业培训补贴,24,48,8,是"
    draft = draft_edition(
        district_id=zc.code, catalogue="general", title="一般性职业技能培训目录", copy=False, actor=zc.intake, at=walk.at
    )  # fmt: skip
    put_entries(edition_id=draft.pk, content=f"{header}\n{line}\n".encode(), actor=zc.intake, at=walk.at)
    publish_edition(
        edition_id=draft.pk,
        valid_from=walk.day,
        document="周人社字〔2020〕8号",
        actor=zc.reviewer,
        at=walk.at,
    )
    seat.page.context.clear_cookies()
    seat.go("public:catalogues", zc.code)
    seat.page.get_by_role("row", name=LOCAL).get_by_text("地方特色").wait_for()
    seat.look("public catalogues")
    seat.link("一般性职业技能培训目录")
    seat.page.get_by_role("row", name=LOCAL).first.wait_for()
    seat.look("public catalogue")
    assert Edition.objects.filter(state="published", district=zc.district).count() == 1
