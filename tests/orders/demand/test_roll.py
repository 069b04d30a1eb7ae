"""应培尽培: lists with faults, who is on the roll, who is missing."""

from __future__ import annotations

import io
from datetime import date, timedelta

import pytest
import xlsxwriter

from tests.cast import AT, cast, make_organisation, make_person, outsider, valid_identity
from tests.chain_cast import make_occupation
from tests.orders.subsidy.chain import both, refusal
from wudan.kernel.errors import Refused
from wudan.orders.demand import files
from wudan.orders.demand.actions.roll import Loaded, RollRow, excuse, load_roll, roll_columns
from wudan.orders.demand.actions.serving import enrol_roll, mark_trained, unenrol_roll
from wudan.orders.demand.models import RollEntry
from wudan.orders.demand.queries.roll import Wanted, coverage, coverage_by_employer, list_roll, visible_roll
from wudan.people.lists import FaultyFile
from wudan.people.models import Person
from wudan.people.rows import PersonRow

pytestmark = pytest.mark.django_db
TODAY = date(2020, 11, 16)
HEAD = ["姓名", "身份证号", "联系电话", "镇街", "岗位职业", "应完成日期"]


def book(*rows, head=HEAD) -> bytes:
    file = io.BytesIO()
    workbook = xlsxwriter.Workbook(file, {"in_memory": True})
    sheet = workbook.add_worksheet()
    for n, row in enumerate([head, *rows]):
        for i, cell in enumerate(row):
            sheet.write(n, i, cell)
    workbook.close()
    return file.getvalue()


def people(count, first=300):
    return [
        RollRow(PersonRow("identity", valid_identity(first + n), "赵一二", "", "370405001"))
        for n in range(count)
    ]


def loading(tez, **given):
    department = given.pop("department", None) or make_organisation(tez.code, "department", 5)
    kept = {
        "district_id": tez.code, "category": "veteran_before", "source_id": department.pk, "rows": people(2),
        "actor": tez.intake, "at": AT,
    }  # fmt: skip
    return kept | given


def test_a_departments_list_registers_its_people_and_a_second_time_adds_nobody():
    tez = cast()
    given = loading(tez, content=book(
        HEAD, ["张三丰", valid_identity(300), "13800000001", "运河街道", "焊工", "2021-03-31"],
        ["李 四", valid_identity(301), "", "邳庄", "", ""], ["合计", "", "", "", "", "2人"],
        head=["2020年退役军人名单"],
    ))  # fmt: skip
    weld = make_occupation()
    assert load_roll(**given) == Loaded(2, 0)
    first, second = RollEntry.objects.order_by("pk")
    assert (first.person.name, first.person.town_id, first.occupation_id, first.due_on) == (
        "张三丰",
        "370405001",
        weld.pk,
        date(2021, 3, 31),
    )
    assert (second.person.name, second.person.town_id, second.state) == ("李四", "370405100", "due")
    assert second.due_on == TODAY + timedelta(days=365)
    assert load_roll(**given) == Loaded(0, 2)


def test_high_risk_staff_are_due_within_thirty_days_from_their_enterprise():
    tez = cast()
    load_roll(**loading(
        tez, category="safety", source_id=tez.enterprise.pk, employer_id=tez.enterprise.pk, actor=tez.enterprise_clerk
    ))  # fmt: skip
    entry = RollEntry.objects.first()
    assert (entry.due_on, entry.employer_id) == (TODAY + timedelta(days=30), tez.enterprise.pk)
    assert (
        visible_roll(tez.enterprise_clerk).count() == 2
        and not visible_roll(outsider(tez, "enterprise")).exists()
    )


def test_every_fault_of_every_row_is_told_and_nothing_saved():
    tez = cast()
    make_person(310, name="王五")
    content = book(
        ["张三", "37040519900101123X", "", "", "", ""],
        ["", valid_identity(302), "12", "", "", ""],
        ["李四", valid_identity(303), "", "某某镇", "", "2020-11-16"],
        ["赵六", valid_identity(304), "", "", "", "2020-11-16"],
        ["孙七", valid_identity(305), "", "", "", ""],
        ["孙七", valid_identity(305), "", "", "", ""],
    )
    before = Person.objects.count()
    with pytest.raises(FaultyFile) as told:
        load_roll(**loading(tez, content=content))
    found = [(f.row, f.column) for f in told.value.faults]
    assert found == [
        (2, "身份证号"),
        (3, "姓名"),
        (3, "联系电话"),
        (4, "镇街"),
        (5, "应完成日期"),
        (7, "身份证号"),
    ]
    assert all(f.problem and f.remedy for f in told.value.faults)
    assert "19900101" not in told.value.faults[0].shown
    with pytest.raises(FaultyFile) as told:
        load_roll(
            **loading(
                tez,
                content=book(["王六", valid_identity(310), "", "", "", ""]),
                source_id=make_organisation(tez.code, "department", 6).pk,
                department=tez.enterprise,
            )
        )
    assert [(f.row, f.column) for f in told.value.faults] == [(2, "姓名")]
    assert Person.objects.count() == before and not RollEntry.objects.exists()


def test_what_is_no_list_is_refused():
    tez = cast()
    department = make_organisation(tez.code, "department", 5)
    for content in (b"", b"%PDF-1.4", book(head=["甲", "乙"]), book(), book(["张三"], head=["姓名"])):
        assert refusal(load_roll, **loading(tez, content=content, department=department)).code == "bad-file"


def test_who_may_load_what():
    tez = cast()
    department = make_organisation(tez.code, "department", 5)
    other = make_organisation("370405", "enterprise", 7)
    own = {"source_id": tez.enterprise.pk, "employer_id": tez.enterprise.pk, "actor": tez.enterprise_clerk}
    for changes, code in [
        ({"actor": outsider(tez, "intake")}, "forbidden"),
        ({"actor": tez.town}, "forbidden"),
        ({"actor": tez.worker}, "forbidden"),
        ({"category": "general"}, "bad-category"),
        ({"source_id": 10**9}, "bad-source"),
        ({"employer_id": department.pk}, "bad-source"),
        ({**own, "category": "poor"}, "forbidden"),
        ({**own, "category": "pre_job", "employer_id": other.pk}, "forbidden"),
    ]:
        assert refusal(load_roll, **loading(tez, department=department, **changes)).code == code, changes
    assert load_roll(**loading(tez, department=department, **own, category="pre_job")).added == 2


def test_coverage_by_category_and_who_is_missing():
    tez = cast()
    load_roll(**loading(tez, rows=people(5)))
    ids = list(RollEntry.objects.order_by("pk").values_list("person", flat=True))
    lines = ["veteran_before"]
    assert enrol_roll(person_id=ids[0], lines=lines, actor=tez.worker, at=AT) == 1
    assert enrol_roll(person_id=ids[1], lines=lines, actor=tez.worker, at=AT) == 1
    assert unenrol_roll(person_id=ids[1], lines=lines, actor=tez.worker, at=AT) == 1
    mark_trained(person_id=ids[0], on=TODAY, lines=lines, actor=tez.system, at=AT)
    excuse(entry_id=RollEntry.objects.get(person=ids[2]).pk, reason="已迁往外省", actor=tez.town, at=AT)
    late = TODAY + timedelta(days=366)
    row = next(c for c in coverage(tez.intake, today=late) if c.line.code == "veteran_before")
    assert (row.total, row.trained, row.enrolled, row.due, row.overdue, row.excused, row.percent) == (
        4,
        1,
        0,
        3,
        3,
        1,
        25,
    )
    missing = list_roll(tez.intake, Wanted(missing=True, category="veteran_before"), today=late)
    assert [e.person_id for e in missing] == [ids[1], ids[3], ids[4]]
    assert list_roll(tez.intake, Wanted(overdue=True), today=late - timedelta(days=1)).count() == 0
    assert list_roll(tez.intake, Wanted(overdue=True), today=late).count() == 3


def test_coverage_of_each_enterprise_the_least_covered_first():
    tez = cast()
    own = {"category": "safety", "source_id": tez.enterprise.pk, "employer_id": tez.enterprise.pk}
    load_roll(**loading(tez, **own, actor=tez.enterprise_clerk, rows=people(4)))
    other = make_organisation(tez.code, "enterprise", 7)
    load_roll(**loading(tez, category="safety", department=other, employer_id=other.pk, rows=people(2, 350)))
    someone = RollEntry.objects.filter(employer=tez.enterprise).first()
    mark_trained(person_id=someone.person_id, on=TODAY, lines=["safety"], actor=tez.system, at=AT)
    late = TODAY + timedelta(days=31)
    found = coverage_by_employer(tez.intake, "safety", today=late)
    rows = [(c.employer_id, c.total, c.trained, c.overdue, c.percent) for c in found]
    assert rows == [(other.pk, 2, 0, 2, 0), (tez.enterprise.pk, 4, 1, 3, 25)]
    assert coverage_by_employer(outsider(tez, "intake"), "safety", today=late) == []


def test_excused_with_a_reason_by_those_concerned():
    tez = cast()
    load_roll(**loading(tez))
    entry = RollEntry.objects.first()
    assert refusal(excuse, entry_id=entry.pk, reason="", actor=tez.intake, at=AT).code == "no-reason"
    for actor in (outsider(tez, "intake"), outsider(tez, "town"), tez.enterprise_clerk, tez.worker):
        assert refusal(excuse, entry_id=entry.pk, reason="已迁往外省", actor=actor, at=AT).code == "forbidden"
    assert excuse(entry_id=entry.pk, reason="已迁往外省", actor=tez.intake, at=AT).state == "excused"
    assert (
        refusal(excuse, entry_id=entry.pk, reason="已迁往外省", actor=tez.intake, at=AT).code == "wrong-state"
    )


def test_a_town_sees_its_own_people_and_no_closed_roster():
    zc = cast("370306")
    given = loading(zc, category="veteran_before", rows=[
        RollRow(PersonRow("identity", valid_identity(320), "赵一二", "", "370306001")),
        RollRow(PersonRow("identity", valid_identity(321), "赵一二", "", "370306100")),
    ])  # fmt: skip
    load_roll(**given)
    assert visible_roll(zc.town).count() == 1 and visible_roll(zc.intake).count() == 2


def test_the_template_can_be_read_again():
    tez = cast()
    content = files.template("应培人员名单", roll_columns(tez.code), ["张三"])
    with pytest.raises(Refused) as no:
        load_roll(**loading(tez, content=content))
    assert "只有表头" in no.value.refusal.sentence


@pytest.mark.django_db(transaction=True)
def test_two_lists_at_once_put_nobody_on_the_roll_twice():
    tez = cast(pools=False)
    given = loading(tez)
    assert both(lambda: load_roll(**given), lambda: load_roll(**given)) == ["done", "done"]
    assert RollEntry.objects.count() == 2
