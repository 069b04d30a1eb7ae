"""Occupations: the starter set, files with faults, search as people speak, and what is one across editions."""

from __future__ import annotations

import csv
import io

import pytest
import xlsxwriter
from django.core.management import CommandError, call_command

from tests.cast import AT, cast, outsider
from tests.harness.races import at_once, code_or
from wudan.kernel.actor import SYSTEM
from wudan.kernel.errors import Refused
from wudan.occupations.actions import LinkRow, link_occupations, load_occupations, register_special
from wudan.occupations.data import OCCUPATIONS
from wudan.occupations.models import Occupation, OccupationLink
from wudan.occupations.queries import (
    canonical_code,
    coded,
    levels,
    named,
    occupations,
    same_occupations,
    search_occupations,
)

HEADER = ["版本", "职业编码", "职业名称", "类别", "所属职业", "技能等级", "俗称", "出处", "说明"]


def _csv(*rows: list[str], header: list[str] = HEADER) -> bytes:
    file = io.StringIO()
    csv.writer(file).writerows([header, *rows])
    return file.getvalue().encode("utf-8-sig")


def _row(name: str, code: str = "", edition: str = "2022", **more: str) -> list[str]:
    values = {"版本": edition, "职业编码": code, "职业名称": name, "出处": "测试用表", **more}
    return [values.get(column, "") for column in HEADER]


def _load(*rows: list[str], actor=SYSTEM):
    return load_occupations(content=_csv(*rows), file_name="职业.csv", actor=actor, at=AT)


@pytest.fixture
def starter(db):
    call_command("load_occupations", stdout=io.StringIO())


class TestStarterSet:
    def test_every_code_is_confirmed_and_every_row_has_its_source(self):
        with OCCUPATIONS.open(encoding="utf-8", newline="") as file:
            rows = list(csv.DictReader(file))
        assert all(row["source"] for row in rows)
        for row in rows:  # a code nobody confirmed is not in the file, and the row says so
            assert bool(row["code"]) is (row["confirmed"] != "待核"), row
            assert row["code"] or "编码待核" in row["note"], row

    def test_loading_twice_changes_nothing(self, starter):
        before = Occupation.objects.count(), OccupationLink.objects.count()
        out = io.StringIO()
        call_command("load_occupations", stdout=out)
        assert (Occupation.objects.count(), OccupationLink.objects.count()) == before
        assert "新增0，更新0" in out.getvalue()

    @pytest.mark.parametrize(
        ("said", "found"),
        [
            ("焊工", "焊工"),
            ("电焊", "焊工"),
            ("叉车", "起重装卸机械操作工"),
            ("月嫂", "家政服务员"),
            ("炒菜", "中式烹调师"),
            ("挖掘机", "挖掘铲运和桩工机械司机"),
            ("hg", "焊工"),
            ("zspts", "中式烹调师"),
            ("6-18-02-04", "焊工"),
            ("我想学电焊", "焊工"),
            ("幼儿园 阿姨", "保育师"),
        ],
    )
    def test_found_as_people_say_it(self, starter, said, found):
        names = [o.name for o in search_occupations(said)]
        assert found in names[:3]

    def test_the_best_comes_first_and_each_family_once_in_its_newest_edition(self, starter):
        hits = search_occupations("焊工")
        assert [(o.name, o.edition) for o in hits if o.name == "焊工"] == [("焊工", "2022")]
        assert hits[0].name == "焊工"
        assert {o.edition for o in search_occupations("焊工", edition="1999")} == {"1999"}

    def test_nonsense_and_nothing_find_nothing(self, starter):
        assert search_occupations("  ") == search_occupations("鸑鷟") == []

    def test_a_file_that_is_not_there_is_said(self, db):
        with pytest.raises(CommandError, match="读不了"):
            call_command("load_occupations", "/nowhere/职业.csv")


@pytest.mark.django_db
class TestLoading:
    def test_every_fault_is_told_with_row_and_field_and_nothing_is_saved(self):
        with pytest.raises(Refused) as caught:
            _load(
                _row("好的", "6-18-02-04"),
                _row("", "6-18-02-05"),
                _row("错码", "61802"),
                _row("没出处", 出处=""),
                _row("错级", 技能等级="超级"),
                _row("数控车工", 类别="工种"),
                _row("错版", edition="1998"),
                _row("好的", "6-18-02-04"),
            )
        fields = [refusal.field for refusal in caught.value.refusals]
        assert fields == ["3:name", "4:code", "5:source", "6:levels", "7:parent", "8:edition", "9:name"]
        assert all(refusal.remedy for refusal in caught.value.refusals)
        assert not Occupation.objects.exists()

    def test_a_trade_needs_an_occupation_that_is_there(self):
        with pytest.raises(Refused, match="没有找到所属职业"):
            _load(_row("数控车工", 类别="工种", 所属职业="车工"))
        _load(_row("数控车工", "6-18-01-01", 类别="工种", 所属职业="车工"), _row("车工", "6-18-01-01"))
        assert Occupation.objects.get(name="数控车工").parent == coded("6-18-01-01", "2022")

    def test_xlsx_gb18030_and_levels_in_words(self):
        file = io.BytesIO()
        book = xlsxwriter.Workbook(file, {"in_memory": True})
        book.add_worksheet().write_column(0, 0, [])
        for r, cells in enumerate([HEADER, _row("焊工", "6-18-02-04", 技能等级="初级工、中级、高级技师")]):
            for c, cell in enumerate(cells):
                book.worksheets()[0].write(r, c, cell)
        book.close()
        load_occupations(content=file.getvalue(), file_name="职业.xlsx", actor=SYSTEM, at=AT)
        assert levels(named("焊工").pk) == [5, 4, 1]
        text = _csv(_row("车工", "6-18-01-01")).decode("utf-8-sig").encode("gb18030")
        load_occupations(content=text, file_name="职业.csv", actor=SYSTEM, at=AT)
        assert levels(named("车工").pk) == [5, 4, 3, 2, 1]  # nobody has recorded them

    @pytest.mark.parametrize("content", [b"", b"PK\x03\x04nothing", b"\xff\xfe\xfd", "版本,名称\n".encode()])
    def test_what_is_no_table_is_refused(self, content):
        with pytest.raises(Refused) as caught:
            load_occupations(content=content, file_name="x", actor=SYSTEM, at=AT)
        assert caught.value.refusal.code == "bad-file"

    def test_a_code_confirmed_later_fills_the_row_and_is_not_lost_again(self):
        _load(_row("育婴员", 说明="编码待核"))
        first = named("育婴员")
        assert _load(_row("育婴员", "4-10-01-02", 出处="官方分类表")).changed == 1
        assert _load(_row("育婴员", 说明="编码待核")).same == 1
        assert (named("育婴员").pk, named("育婴员").code) == (first.pk, "4-10-01-02")

    def test_only_policy_keepers_load(self):
        here = cast(pools=False)
        assert _load(_row("焊工"), actor=here.policy).new == 1
        for who in (here.intake, here.provider_clerk, here.worker, outsider(here, "reviewer")):
            with pytest.raises(Refused):
                _load(_row("车工"), actor=who)


@pytest.mark.django_db
class TestSameAcrossEditions:
    @pytest.fixture(autouse=True)
    def _three(self):
        _load(
            _row("焊工", "6-04-02-05", "1999"), _row("焊工", "", "2015"), _row("焊工", "6-18-02-04"), _row("钎焊工")
        )  # fmt: skip
        self._link(("1999", "焊工"), ("2015", "焊工"), "same")
        self._link(("2015", "焊工"), ("2022", "焊工"), "same")
        self._link(("1999", "焊工"), ("2022", "钎焊工"), "part")

    def _link(self, old, new, kind, actor=SYSTEM, source="测试"):
        return link_occupations(links=[LinkRow(old, new, kind, source)], actor=actor, at=AT)

    def test_same_is_transitive_and_part_does_not_count(self):
        ids = {o.pk for o in occupations() if o.name == "焊工"}
        assert len(ids) == 3
        for pk in ids:
            assert same_occupations(pk) == ids
            assert canonical_code(pk) == "6-18-02-04"
        lone = named("钎焊工")
        assert same_occupations(lone.pk) == {lone.pk}
        assert canonical_code(lone.pk) == "钎焊工"  # uncoded: the name stands in

    def test_a_trade_counts_as_its_occupation(self):
        _load(_row("氩弧焊工", "6-18-02-04", 类别="工种", 所属职业="焊工"))
        assert canonical_code(named("氩弧焊工").pk) == "6-18-02-04"

    def test_linking_refuses_strangers_and_links_without_source(self):
        with pytest.raises(Refused, match="没有找到"):
            self._link(("1999", "无此工"), ("2022", "焊工"), "same")
        with pytest.raises(Refused, match="出处"):
            self._link(("1999", "焊工"), ("2022", "焊工"), "same", source=" ")
        with pytest.raises(Refused, match="自己"):
            self._link(("2022", "焊工"), ("2022", "焊工"), "same")
        here = cast(pools=False)
        with pytest.raises(Refused):
            self._link(("1999", "焊工"), ("2022", "焊工"), "same", actor=here.intake)


@pytest.mark.django_db
class TestSpecialSkill:
    def test_approved_once_and_found(self):
        here = cast(pools=False)
        made = register_special(name="周村烧饼制作", source="鲁职鉴〔2020〕9号", actor=here.reviewer, at=AT)
        again = register_special(name="周村烧饼 制作", source="鲁职鉴〔2020〕9号", actor=here.reviewer, at=AT)
        assert (made.pk, made.kind, levels(made.pk)) == (again.pk, "special", [0])
        assert search_occupations("烧饼") == search_occupations("zcsb") == [made]
        assert search_occupations("烧饼", kinds=["occupation"]) == []

    def test_not_without_the_approval_and_not_by_anybody(self):
        here = cast(pools=False)
        with pytest.raises(Refused, match="批准文号"):
            register_special(name="烧饼", source=" ", actor=here.reviewer, at=AT)
        with pytest.raises(Refused):
            register_special(name="烧饼", source="文", actor=here.provider_clerk, at=AT)


@pytest.mark.django_db(transaction=True)
def test_two_districts_register_one_special_skill_at_once():
    who = [cast(code, pools=False).reviewer for code in ("370405", "370306")]
    calls = [
        lambda n=n, actor=actor: register_special(
            name="烧饼制作", code=f"Z-{n}", source="文", actor=actor, at=AT
        )
        for n, actor in enumerate(who)
    ]
    one, other = at_once(*calls)
    assert one == other == Occupation.objects.get(kind="special")


@pytest.mark.django_db(transaction=True)
def test_two_load_the_same_file_at_once():
    found = at_once(*[lambda: _load(_row("焊工", "6-18-02-04"))] * 2)
    assert Occupation.objects.count() == 1
    answers = [code_or(one) if isinstance(one, Refused) else f"new {one.new}" for one in found]
    assert set(answers) <= {"new 1", "new 0", "occupation_once"}
    assert answers.count("new 1") == 1
