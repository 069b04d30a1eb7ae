"""After teaching on the provider's desk: a sitting planned, marks typed or from a file, certificates and work as rows."""

from __future__ import annotations

import io
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import xlsxwriter
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from tests.cast import Cast, make_person, outsider
from tests.orders.delivery.finishing import after, attended, concluded, members_of, planned
from wudan.accounts.models import User
from wudan.orders.delivery.models import Assessment, Certificate, Employment, Score
from wudan.orders.delivery.scorefile import is_mark

pytestmark = pytest.mark.django_db


@pytest.fixture
def later(settings: Any) -> Callable[[Any, int], None]:
    def move(held: Any, days: int) -> None:
        settings.WUDAN_CLOCK_SHIFT = after(held, days) - datetime.now(UTC)

    return move


def book(rows: list[list[object]]) -> SimpleUploadedFile:
    file = io.BytesIO()
    made = xlsxwriter.Workbook(file)
    page = made.add_worksheet()
    for n, row in enumerate(rows):
        page.write_row(n, 0, row)
    made.close()
    return SimpleUploadedFile("成绩.xlsx", file.getvalue())


def text(client: Client, path: str) -> str:
    answer = client.get(f"/provider/{path}")
    assert answer.status_code == 200
    return answer.content.decode()


def marks() -> list[tuple[int | None, int | None, bool]]:
    found = Score.objects.order_by("member_id")
    return list(found.values_list("theory_tenths", "practice_tenths", "absent"))


@pytest.mark.parametrize(
    ("typed", "good"),
    [("0", True), ("100", True), ("100.0", True), ("100.1", False), ("59.5", True), ("59.55", False), ("101", False),
     ("-1", False), ("八十", False), ("٣", False), (".5", False), ("5.", True), ("60.0000", True)],
)  # fmt: skip
def test_what_is_a_mark(typed: str, good: bool) -> None:
    assert is_mark(typed) is good


def test_plan_a_sitting(clerk: Client, tez: Cast, later: Any) -> None:
    held = attended(tez)
    later(held, 0)
    assert "待安排考核" in text(clerk, "results/")
    url = f"/provider/results/{held.pk}/plan/"
    given = {"held_on": held.ended_on.isoformat(), "place": "一号考场", "parts": "both", "assessor": "0"}
    assert clerk.post(url, given).status_code == 422  # no name of the one from outside
    early = {**given, "assessor_name": "李考评", "held_on": (held.ended_on - timedelta(days=1)).isoformat()}
    assert "考核日期早于结业日期" in clerk.post(url, early).content.decode()
    assert clerk.post(url, {**given, "assessor": str(held.head_teacher_id)}).status_code == 422  # not offered
    teacher = held.head_teacher.person.name
    answer = clerk.post(url, {**given, "assessor_name": teacher})  # nor under another heading
    assert answer.status_code == 422 and "不能由本人考核" in answer.content.decode()
    assert "补考" not in text(clerk, f"results/{held.pk}/plan/")
    assert clerk.post(url, {**given, "assessor_name": "李考评"}).status_code == 302
    assert Assessment.objects.get().assessor_name == "李考评"
    shown = text(clerk, f"results/{held.pk}/")
    assert "李考评" in shown and "一号考场" in shown
    clerk.post(f"/provider/results/sittings/{Assessment.objects.get().pk}/drop/")
    assert Assessment.objects.get().state == "dropped"


def test_marks_are_typed_in_one_table(clerk: Client, tez: Cast, later: Any) -> None:
    held = attended(tez)
    sitting, (a, b, c) = planned(tez, held), members_of(held)
    url = f"/provider/results/sittings/{sitting.pk}/"
    later(held, 0)
    answer = clerk.post(url, {})
    assert "还没有填写成绩" in answer.content.decode()
    wrong = {f"theory{a.pk}": "88", f"practice{a.pk}": "120", f"theory{b.pk}": "70"}
    answer = clerk.post(url, wrong)
    assert answer.status_code == 422 and "“120”不对" in answer.content.decode() and not marks()
    wrong[f"practice{a.pk}"] = "９０.５"  # full width, as input methods type it
    answer = clerk.post(url, wrong)
    assert "没有实操成绩" in answer.content.decode() and not marks()  # of the second; nothing half saved
    wrong |= {f"practice{b.pk}": "缺考"}
    assert "注明了缺考，又有理论成绩" in clerk.post(url, wrong).content.decode()
    good = {f"theory{a.pk}": "88", f"practice{a.pk}": "９０.５", f"a{b.pk}": "on"}
    assert clerk.post(url, good).status_code == 302
    assert marks() == [(880, 905, False), (None, None, True)]
    shown = text(clerk, f"results/sittings/{sitting.pk}/")
    assert 'value="90.5"' in shown and "现在还有1人没有成绩" in shown
    changed = {
        f"theory{a.pk}": "89",
        f"practice{a.pk}": "90.5",
        f"a{b.pk}": "on",
        f"theory{c.pk}": "60",
        f"practice{c.pk}": "60",
    }
    assert "更正已录入的成绩须写明原因" in clerk.post(url, changed).content.decode()
    assert clerk.post(url, {**changed, "reason": "登分错误"}).status_code == 302
    assert marks() == [(890, 905, False), (None, None, True), (600, 600, False)]
    cleared = {f"theory{c.pk}": "60", f"practice{c.pk}": "60", f"a{b.pk}": "on"}
    assert "不能清空" in clerk.post(url, cleared).content.decode()


def test_not_before_the_day(clerk: Client, tez: Cast, later: Any) -> None:
    held = attended(tez)
    sitting = planned(tez, held, held_on=held.ended_on + timedelta(days=2))
    later(held, 1)
    shown = text(clerk, f"results/sittings/{sitting.pk}/")
    assert "考核日还没有到" in shown and "保存成绩</button>" not in shown


def test_a_file_fills_the_table_and_saves_nothing(clerk: Client, tez: Cast, later: Any) -> None:
    twins = [make_person(71, name="王芳"), make_person(72, name="王芳"), make_person(73, name="赵强")]
    held = attended(tez, persons=twins)
    sitting, (a, b, c) = planned(tez, held), members_of(held)
    url = f"/provider/results/sittings/{sitting.pk}/"
    later(held, 0)
    head: list[object] = ["姓名", "证件号码", "理论成绩", "实操成绩"]
    faulty = book([
        head, ["王芳", "", 80, 80], ["王芳", twins[1].number(), 80, "优"], ["钱多", "", 90, 90], ["赵强", "", 70, 70], ["赵强", "", 70, 70],
    ])  # fmt: skip
    answer = clerk.post(url, {"file": faulty})
    shown = answer.content.decode()
    assert answer.status_code == 422
    for words in ("班里有同名学员", "“优”不是成绩", "不在本次考核名单中", "出现了两次"):
        assert words in shown, words
    assert twins[1].number() not in shown
    good = book([
        ["2020年焊工班"],
        head, ["王芳", twins[0].number(), 80, 81.5],
        ["王芳", twins[1].number_masked, 60, 60], ["赵强", "", "缺考", "缺考"],
    ])  # fmt: skip
    shown = clerk.post(url, {"file": good}).content.decode()
    assert "已从文件读到3名学员的成绩" in shown and 'value="81.5"' in shown and not marks()
    unreadable = SimpleUploadedFile("成绩.xlsx", b"%PDF-1.7")
    assert "不是表格" in clerk.post(url, {"file": unreadable}).content.decode()
    given = {
        f"theory{a.pk}": "80",
        f"practice{a.pk}": "81.5",
        f"theory{b.pk}": "60",
        f"practice{b.pk}": "60",
        f"a{c.pk}": "on",
    }
    assert clerk.post(url, given).status_code == 302
    assert marks() == [(800, 815, False), (600, 600, False), (None, None, True)]


def test_the_sheet_to_fill_in_can_be_read_again(clerk: Client, tez: Cast, later: Any) -> None:
    held = attended(tez)
    sitting, members = planned(tez, held), members_of(held)
    later(held, 0)
    clerk.post(
        f"/provider/results/sittings/{sitting.pk}/",
        {f"theory{members[0].pk}": "77", f"practice{members[0].pk}": "66"},
    )
    file = b"".join(clerk.get(f"/provider/results/sittings/{sitting.pk}/file/"))  # type: ignore[arg-type]
    upload = SimpleUploadedFile("登记表.xlsx", file)
    shown = clerk.post(f"/provider/results/sittings/{sitting.pk}/", {"file": upload}).content.decode()
    assert "已从文件读到3名学员的成绩" in shown and 'value="77"' in shown


def test_certificates_of_another_issuer(clerk: Client, tez: Cast, later: Any) -> None:
    held = concluded(tez, members=2, level=4, certificate_type="skill_level", line="general", sessions=10)
    later(held, 10)
    first, second = members_of(held)
    url, day = f"/provider/results/{held.pk}/certificates/", held.ended_on + timedelta(days=5)
    assert "待登记证书" in text(clerk, f"results/{held.pk}/")
    common = {"issuer": "台儿庄区职业技能评价中心", "issued_on": day.isoformat()}
    assert "请至少填写一名学员的编号" in clerk.post(url, common).content.decode()
    good = f"S000037040520{day:%y}4000001"
    answer = clerk.post(url, {**common, f"n{first.pk}": good, f"n{second.pk}": "S0000370405"})
    assert answer.status_code == 422 and not Certificate.objects.exists()
    early = {**common, "issued_on": held.started_on.isoformat(), f"n{first.pk}": good}
    assert "发证日期早于结业日期" in clerk.post(url, early).content.decode()
    assert clerk.post(url, {**common, f"n{first.pk}": good}).status_code == 302
    assert Certificate.objects.get().number == good
    shown = text(clerk, f"results/{held.pk}/certificates/")
    assert f"n{first.pk}" not in shown and f"n{second.pk}" in shown


def test_work_is_reported_on_papers(clerk: Client, tez: Cast, later: Any) -> None:
    held = concluded(tez, members=2)
    later(held, 30)
    first = members_of(held)[0].pk
    url = f"/provider/results/{held.pk}/employment/"
    assert "社保缴费记录</option>" not in text(clerk, f"results/{held.pk}/employment/")
    assert "还没有填写" in clerk.post(url, {}).content.decode()
    given = {f"m{first}-status": "yes", f"m{first}-since": "2021-13-40"}
    assert "日期没有读懂" in clerk.post(url, given).content.decode()
    given = {
        f"m{first}-status": "yes", f"m{first}-since": (held.ended_on + timedelta(days=9)).isoformat(), f"m{first}-kind": "self",
        f"m{first}-proof": "insurance",
    }  # fmt: skip
    assert clerk.post(url, given).status_code == 422 and not Employment.objects.exists()
    assert clerk.post(url, {**given, f"m{first}-proof": "licence"}).status_code == 302
    assert Employment.objects.get().kind == "self"


def test_another_provider_finds_nothing(tez: Cast, later: Any) -> None:
    held = attended(tez)
    sitting = planned(tez, held)
    later(held, 1)
    other = Client()
    other.force_login(User.objects.get(pk=outsider(tez, "provider").user_id))
    paths = [f"results/{held.pk}/{part}" for part in ("", "plan/", "certificates/", "employment/")]
    for path in [*paths, f"results/sittings/{sitting.pk}/", f"results/sittings/{sitting.pk}/file/"]:
        assert other.get(f"/provider/{path}").status_code == 404, path
    assert other.post(f"/provider/results/sittings/{sitting.pk}/drop/").status_code == 404
    assert held.name not in text(other, "results/")
