"""A roster from upload to saved claims: happy, refused, by outsiders, twice, and in races."""

from __future__ import annotations

import io
from dataclasses import replace
from typing import Any

import pytest
from django.db import connection
from python_calamine import CalamineWorkbook

from tests.cast import AT, Cast, cast, claim_form, make_person, outsider, valid_account, valid_identity
from tests.harness.races import at_once, both
from tests.orders.subsidy.roster.files import HEADER, csv, person_name, row, rows, xlsx
from wudan.kernel.errors import Refused
from wudan.kernel.models import History, OutboxEvent
from wudan.orders.subsidy.actions.applying import submit
from wudan.orders.subsidy.models import Claim, Roster
from wudan.orders.subsidy.roster import saving
from wudan.orders.subsidy.roster.actions import (
    check_roster,
    confirm_roster,
    discard_roster,
    save_roster,
    upload_roster,
)
from wudan.orders.subsidy.roster.marked import COLUMN, marked_file
from wudan.orders.subsidy.roster.queries import roster as roster_of
from wudan.orders.subsidy.roster.queries import visible_rosters, waiting_rosters
from wudan.people.models import Person, PersonAccount

pytestmark = pytest.mark.django_db
AUTHORITY = "代领-2020-001"


def upload(who: Cast, content: bytes, **changes: Any) -> Roster:
    arguments: dict[str, Any] = {
        "organisation_id": who.provider.pk,
        "file_name": "名册.xlsx",
        "content": content,
        "authority": AUTHORITY,
        "actor": who.provider_clerk,
        "at": AT,
    }
    return upload_roster(**arguments | changes)


def checked(who: Cast, content: bytes, **changes: Any) -> Roster:
    return check_roster(roster_id=upload(who, content, **changes).pk, at=AT)


def saved(who: Cast, content: bytes, *, good_rows_only: bool = False) -> Roster:
    one = checked(who, content)
    confirm_roster(roster_id=one.pk, actor=who.provider_clerk, at=AT, good_rows_only=good_rows_only)
    return save_roster(roster_id=one.pk, at=AT)


def places(one: Roster) -> list[tuple[int, str]]:
    return [(f["row"], f["column"]) for f in one.faults]


@pytest.fixture
def tez() -> Cast:
    return cast("370405", pools=False)


def test_from_file_to_claims(tez):
    one = checked(tez, xlsx([["申请名册"], HEADER, *rows(12)]))
    assert (one.state, one.rows_total, one.rows_done, one.rows_good, one.faults) == (
        "checked",
        12,
        12,
        12,
        [],
    )
    assert one.preview["outcomes"] == [
        {"outcome": "approved", "label": "符合条件", "rows": 12, "amount_fen": 12 * 150000}
    ]
    assert one.preview["header_row"] == 2
    confirm_roster(roster_id=one.pk, actor=tez.provider_clerk, at=AT)
    done = save_roster(roster_id=one.pk, at=AT)
    assert (done.state, done.rows_done) == ("confirmed", 12)
    claims = list(Claim.objects.filter(roster=one).order_by("roster_row"))
    assert [c.roster_row for c in claims] == list(range(3, 15))
    assert {(c.state, c.outcome, c.amount_fen, c.applied_by, c.authority) for c in claims} == {
        ("submitted", "approved", 150000, "provider", AUTHORITY)
    }
    assert {c.submitted_by for c in claims} == {tez.provider_clerk.user_id}
    assert all(c.evaluation_id for c in claims)
    assert PersonAccount.objects.filter(person__in=[c.person_id for c in claims], current=True).count() == 12
    written = History.objects.filter(table_name="subsidy_claim", row_id=str(claims[0].pk)).get()
    assert written.actor["label"] == tez.provider_clerk.label
    topics = list(OutboxEvent.objects.order_by("id").values_list("topic", flat=True))
    assert topics == ["roster:uploaded", "roster:checked", "roster:confirmed", "roster:saved"]
    assert OutboxEvent.objects.filter(topic="roster:uploaded").get().payload == {"roster": one.pk}


def test_the_file_is_sealed_and_faults_hold_nobodys_number(tez):
    number = valid_identity(1)
    wrong = number[:-1] + ("0" if number[-1] != "0" else "1")
    one = checked(tez, xlsx([HEADER, row(1, 身份证号=wrong, 证书编号=f"{number}张三"), row(2, 户名=1)]))
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT file_sealed, faults::text || preview::text FROM subsidy_roster WHERE id = %s", [one.pk]
        )
        sealed, text = cursor.fetchone()
    assert number.encode() not in bytes(sealed)
    assert not bytes(sealed).startswith(b"PK")
    assert wrong not in text
    assert number not in text
    assert wrong[-4:] in text


def test_faults_name_row_column_and_remedy(tez):
    content = xlsx(
        [
            ["名册"],
            [{"身份证号": "公民身份\n号码"}.get(h, h) for h in HEADER],
            row(1),
            row(2, 身份证号="37040519900101"),
            row(3, 结业日期="2020-08-01", 等级="六级"),
            row(4, 补贴项目="企业新型学徒制培训补贴", 证书类型="", 证书编号="", 发证日期=""),
        ]
    )
    one = checked(tez, content)
    assert places(one) == [(4, "公民身份号码"), (5, "等级"), (5, "结业日期"), (6, "补贴项目")]
    assert all(f["problem"] and f["remedy"] for f in one.faults)
    assert one.faults[1]["value"] == "六级"
    assert (one.rows_good, one.preview["faulty_rows"]) == (1, 3)


def test_confirming_with_faults_needs_a_decision(tez):
    one = checked(tez, xlsx([HEADER, row(1), row(2, 姓名="")]))
    with pytest.raises(Refused) as caught:
        confirm_roster(roster_id=one.pk, actor=tez.provider_clerk, at=AT)
    assert caught.value.refusal.code == "roster-has-faults"
    confirm_roster(roster_id=one.pk, actor=tez.provider_clerk, at=AT, good_rows_only=True)
    save_roster(roster_id=one.pk, at=AT)
    assert Claim.objects.filter(roster=one).count() == 1


def test_nothing_to_submit(tez):
    one = checked(tez, xlsx([HEADER, row(1, 姓名="")]))
    with pytest.raises(Refused, match="没有可以提交"):
        confirm_roster(roster_id=one.pk, actor=tez.provider_clerk, at=AT, good_rows_only=True)


def test_the_same_file_twice_adds_nothing(tez):
    content = xlsx([HEADER, *rows(5)])
    saved(tez, content)
    with pytest.raises(Refused, match="已经上传过"):
        upload(tez, content)
    again = checked(tez, content + b"\x00")  # the same rows in another file
    assert (again.rows_known, again.rows_good, again.faults) == (5, 0, [])
    with pytest.raises(Refused, match="都已经提交过"):
        confirm_roster(roster_id=again.pk, actor=tez.provider_clerk, at=AT)
    more = saved(tez, xlsx([HEADER, *rows(7)]))
    assert (more.state, more.rows_known) == ("confirmed", 5)
    assert Claim.objects.count() == 7


def test_duplicates_within_the_file(tez):
    lines = [
        row(1),
        row(2),
        row(1),
        row(3, 银行账号=valid_account(2)),
        row(5, 身份证号=valid_identity(6), 班级编号="K9"),
        row(6),
    ]
    one = checked(tez, xlsx([HEADER, *lines]))
    problems = {f["row"]: f["problem"] for f in one.faults}
    assert "第4行与第2行重复" in problems[4]
    assert "第3行与第5行银行账号相同" in problems[3]
    assert "第5行与第3行银行账号相同" in problems[5]
    assert "第6行与第7行证件号码相同而姓名不同" in problems[6]
    assert set(problems) == {3, 4, 5, 6, 7}


def test_against_the_registry(tez):
    make_person(1, name=person_name(1), account=True)
    make_person(2, name="别人")
    make_person(3, name=person_name(3))
    one = checked(tez, xlsx([HEADER, row(1), row(2), row(3, 银行账号=valid_account(77)), row(4)]))
    assert places(one) == [(3, "姓名"), (4, "银行账号")]
    assert "已登记另一个收款账户" in one.faults[1]["problem"]


def test_payment_in_person_needs_an_account(tez):
    living = {"补贴项目": "生活费补贴", "人员类别": "贫困劳动力", "银行账号": "", "开户银行": ""}
    header = [*HEADER, "项目编号"]
    make_person(2, name=person_name(2), account=True)
    one = checked(tez, xlsx([header, [*row(1, **living), "P1"], [*row(2, **living), "P1"]]))
    assert places(one) == [(2, "银行账号")]


def test_preview_counts_what_the_person_already_has(tez):
    person = make_person(1, name=person_name(1))
    for n in range(3):
        form = claim_form(occupation_code=f"6-01-0{n}", class_id=f"Z{n}", started_on=None, ended_on=None)
        submit(
            district_id=tez.code, applied_by="provider", form=form, person_id=person.pk,
            organisation_id=tez.provider.pk, authority=AUTHORITY, actor=tez.provider_clerk, at=AT,
        )  # fmt: skip
    one = checked(tez, xlsx([HEADER, row(1), row(2), row(3, 是否领取养老金="是")]))
    assert {o["outcome"]: (o["rows"], o["amount_fen"]) for o in one.preview["outcomes"]} == {
        "approved": (1, 150000),
        "rejected": (2, 0),
    }
    reasons = {r["code"]: r for r in one.preview["reasons"]}
    assert set(reasons) == {"yearly-limit", "draws-pension"}
    assert all(r["label"] and r["clause"] and r["rows"] == 1 for r in reasons.values())


def test_preview_says_what_saving_will_say(tez):
    lines = [row(n, 班级编号=f"K{n % 7}", 是否领取养老金="是" if n % 5 == 0 else "否") for n in range(1, 30)]
    lines += [row(1, 班级编号="Q", 职业编码="6-01"), row(2, 等级="技师", 证书编号="")]
    one = saved(tez, xlsx([HEADER, *lines]))
    counted: dict[str, list[int]] = {}
    for outcome, fen in Claim.objects.filter(roster=one).order_by().values_list("outcome", "amount_fen"):
        counted.setdefault(outcome, []).append(fen or 0)
    assert {o["outcome"]: (o["rows"], o["amount_fen"]) for o in one.preview["outcomes"]} == {
        outcome: (len(fens), sum(fens)) for outcome, fens in counted.items()
    }


def test_projects_of_a_provider(tez):
    header = [
        "补贴项目",
        "项目编号",
        "项目阶段",
        "合同金额（元）",
        "结业人数",
        "就业人数",
        "开班日期",
        "结业日期",
    ]
    days = ["2020-9-1", "2020-9-20"]
    first = ["项目制培训补贴", "P-1", "预拨", "100,000元", "", "", *days]
    content = xlsx([header, first, ["项目制", "P-2", "结算", 50000, 40, 41, *days]])
    one = checked(tez, content)
    assert places(one) == [(3, "就业人数")]
    confirm_roster(roster_id=one.pk, actor=tez.provider_clerk, at=AT, good_rows_only=True)
    save_roster(roster_id=one.pk, at=AT)
    claim = Claim.objects.get(roster=one)
    assert (claim.person_id, claim.amount_fen, claim.payee) == (None, 6_000_000, "provider")


def test_an_enterprise_for_its_staff(tez):
    trade = {"补贴项目": "企业新录用人员岗前培训补贴", "人员类别": "企业职工"}
    clerk = {"organisation_id": tez.enterprise.pk, "actor": tez.enterprise_clerk, "authority": ""}
    one = checked(tez, xlsx([HEADER, row(1, **trade), row(2, 补贴项目="项目制培训补贴")]), **clerk)
    assert places(one) == [(3, "补贴项目")]
    confirm_roster(roster_id=one.pk, actor=tez.enterprise_clerk, at=AT, good_rows_only=True)
    save_roster(roster_id=one.pk, at=AT)
    claim = Claim.objects.get(roster=one)
    assert (claim.applied_by, claim.payee) == ("enterprise", "enterprise")


def test_uploads_that_are_refused(tez):
    for changes in (
        {"authority": " "},
        {"content": b""},
        {"content": b"x" * (31 * 1024 * 1024)},
        {"organisation_id": tez.enterprise.pk},
        {"actor": tez.worker},
        {"actor": tez.intake},
        {"actor": outsider(tez, "provider")},
        {"actor": replace(tez.provider_clerk, role=tez.enterprise_clerk.role)},
    ):
        with pytest.raises(Refused):
            upload(tez, **{"content": xlsx([HEADER, *rows(1)])} | changes)
    assert not Roster.objects.exists()


def test_unreadable_files_say_why_and_may_come_again(tez):
    one = checked(tez, b"%PDF-1.4 ...")
    assert one.state == "unreadable"
    assert "PDF" in one.problem
    assert upload(tez, b"%PDF-1.4 ...").state == "uploaded"


@pytest.mark.parametrize(
    "content", ["会议通知，请各位准时参加".encode(), b"\x01\x02\x03\x04\x05 abc" * 40, b"\x00\x07" * 400]
)
def test_a_workbook_by_its_name_alone_is_told_so(tez, content):
    one = checked(tez, content, file_name="名册.XLSX")
    assert one.state == "unreadable"
    assert "损坏" in one.problem
    assert "另存为" in one.problem
    assert "表头" not in one.problem


def test_a_text_without_header_is_told_so(tez):
    assert "没有找到表头" in checked(tez, "会议通知".encode(), file_name="名册.csv").problem


def test_outsiders(tez):
    one = checked(tez, xlsx([HEADER, *rows(1)]))
    stranger = outsider(tez, "provider")
    for actor in (stranger, tez.enterprise_clerk, tez.worker, tez.intake):
        for verb in (confirm_roster, discard_roster):
            with pytest.raises(Refused) as caught:
                verb(roster_id=one.pk, actor=actor, at=AT)
            assert caught.value.refusal.code == "forbidden"
    assert not visible_rosters(stranger).exists()
    assert not visible_rosters(tez.worker).exists()
    assert roster_of(outsider(tez, "intake"), one.pk) is None
    assert roster_of(tez.provider_clerk, one.pk) == one
    assert roster_of(tez.supervisor, one.pk) == one


def test_discarding_lets_the_file_come_again(tez):
    content = xlsx([HEADER, *rows(1)])
    one = upload(tez, content)
    discard_roster(roster_id=one.pk, actor=tez.provider_clerk, at=AT)
    assert check_roster(roster_id=one.pk, at=AT).state == "discarded"
    assert upload(tez, content).pk != one.pk


def test_check_and_save_again_do_nothing(tez):
    one = saved(tez, xlsx([HEADER, *rows(3)]))
    assert check_roster(roster_id=one.pk, at=AT).state == "confirmed"
    assert save_roster(roster_id=one.pk, at=AT).state == "confirmed"
    assert Claim.objects.count() == 3
    assert not waiting_rosters().exists()


def test_what_changed_since_the_check_is_shown_not_saved(tez):
    one = checked(tez, xlsx([HEADER, *rows(3)]))
    confirm_roster(roster_id=one.pk, actor=tez.provider_clerk, at=AT)
    make_person(2, name="别人")
    back = save_roster(roster_id=one.pk, at=AT)
    assert (back.state, places(back), back.rows_good) == ("checked", [(3, "姓名")], 2)
    assert "没有保存任何一行" in back.problem
    assert not Claim.objects.exists()


def test_a_fault_of_ours_leaves_nothing_and_is_raised(tez, monkeypatch):
    one = checked(tez, xlsx([HEADER, *rows(3)]))
    confirm_roster(roster_id=one.pk, actor=tez.provider_clerk, at=AT)

    def broken(**_: Any) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(saving, "submit_many", broken)
    with pytest.raises(ZeroDivisionError):
        save_roster(roster_id=one.pk, at=AT)
    one.refresh_from_db()
    assert (one.state, Claim.objects.count(), Person.objects.count()) == ("checked", 0, 1)
    assert "系统出错" in one.problem
    monkeypatch.undo()
    confirm_roster(roster_id=one.pk, actor=tez.provider_clerk, at=AT)
    assert save_roster(roster_id=one.pk, at=AT).state == "confirmed"


def test_suspended_while_waiting(tez):
    one = checked(tez, xlsx([HEADER, *rows(3)]))
    confirm_roster(roster_id=one.pk, actor=tez.provider_clerk, at=AT)
    from wudan.kernel.actor import SYSTEM
    from wudan.kernel.history import acting

    with acting(actor=SYSTEM, at=AT, basis="测试"):
        tez.provider.suspended = True
        tez.provider.save(update_fields=["suspended"])
    back = save_roster(roster_id=one.pk, at=AT)
    assert back.state == "checked"
    assert "暂停受理" in back.problem


def test_the_marked_file(tez):
    evil = '=HYPERLINK("http://x","y")'
    content = xlsx(
        [["名册"], HEADER, row(1, 班级名称=evil), row(2, 姓名="", 证书编号="S1"), row(3, 出勤天数=3.5)]
    )
    one = checked(tez, content)
    back = marked_file(one.pk)
    lines = CalamineWorkbook.from_filelike(io.BytesIO(back)).get_sheet_by_index(0).to_python()
    assert lines[1][: len(HEADER)] == HEADER
    assert lines[1][len(HEADER)] == COLUMN
    assert lines[2][HEADER.index("班级名称")] == evil
    assert "姓名：姓名为空" in str(lines[3][len(HEADER)])
    assert lines[4][HEADER.index("出勤天数")] == 3.5
    assert lines[2][len(HEADER)] == ""
    import zipfile

    archive = zipfile.ZipFile(io.BytesIO(back))
    xml = archive.read("xl/worksheets/sheet1.xml").decode()
    assert "<f>" not in xml
    assert "<hyperlink" not in xml
    assert "没有" not in xml
    assert b"quotePrefix" in archive.read("xl/styles.xml")
    assert archive.read("xl/comments1.xml").decode().count("<comment ") == len(one.faults)


def test_the_marked_file_comes_back(tez):
    one = checked(tez, csv([["名册"], HEADER, row(1), row(2, 姓名="")]), file_name="名册.csv")
    again = checked(tez, marked_file(one.pk))
    assert places(again) == places(one)
    assert again.preview["unused_columns"].count(COLUMN) == 1
    assert marked_file(again.pk) == marked_file(one.pk)


@pytest.mark.parametrize("kind", ["xlsx", "csv"])
def test_zhoucun_sets_no_amounts(kind):
    zc = cast("370306", pools=False)
    data = [HEADER, *rows(3)]
    one = saved(zc, xlsx(data) if kind == "xlsx" else csv(data, "gb18030"))
    assert one.preview["outcomes"] == [
        {"outcome": "review", "label": "需人工核实", "rows": 3, "amount_fen": 0}
    ]
    assert set(Claim.objects.values_list("outcome", "amount_fen")) == {("review", None)}


@pytest.mark.django_db(transaction=True)
def test_progress_is_visible_while_saving(monkeypatch):
    tez = cast("370405", pools=False)
    one = checked(tez, xlsx([HEADER, *rows(10), *[row(n, 姓名="") for n in range(20, 26)]]))
    confirm_roster(roster_id=one.pk, actor=tez.provider_clerk, at=AT, good_rows_only=True)
    seen: list[Any] = []

    def watched(**arguments: Any) -> Any:
        made = original(**arguments)
        elsewhere = connection.copy()
        with elsewhere.cursor() as cursor:
            cursor.execute(
                "SELECT rows_done, state, (SELECT count(*) FROM subsidy_claim) FROM subsidy_roster"
            )
            seen.extend(cursor.fetchall())
        elsewhere.close()
        return made

    original = vars(saving)["submit_many"]
    monkeypatch.setattr(saving, "submit_many", watched)
    save_roster(roster_id=one.pk, at=AT)
    assert seen == [(5, "confirming", 0)]


@pytest.mark.django_db(transaction=True)
def test_races():
    tez = cast("370405", pools=False)
    content = xlsx([HEADER, *rows(20)])
    uploads = at_once(*[lambda: upload(tez, content)] * 3)
    assert sorted(isinstance(u, Roster) for u in uploads) == [False, False, True]
    (one,) = Roster.objects.all()
    at_once(*[lambda: check_roster(roster_id=one.pk, at=AT)] * 2)
    confirming = {"roster_id": one.pk, "actor": tez.provider_clerk, "at": AT}
    assert both(*[lambda: confirm_roster(**confirming)] * 3) == ["done", "wrong-state", "wrong-state"]
    other = checked(tez, xlsx([HEADER, *rows(20), *rows(5, 101)]))
    confirm_roster(roster_id=other.pk, actor=tez.provider_clerk, at=AT)
    saved_ = at_once(*[lambda pk=r.pk: save_roster(roster_id=pk, at=AT) for r in (one, other) * 2])
    assert [r.state for r in saved_] == ["confirmed"] * 4
    assert Claim.objects.count() == 25
