"""The template goes out and comes back filled in; the sample files hold exactly the faults they say."""

from __future__ import annotations

import io
import re
import zipfile
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from typing import Any

import pytest
from python_calamine import CalamineWorkbook, SheetVisibleEnum

from tests.cast import AT, cast, make_district, valid_account, valid_identity
from tests.orders.subsidy.roster.files import xlsx
from wudan.orders.subsidy.models import Claim
from wudan.orders.subsidy.roster import headers, vocabulary
from wudan.orders.subsidy.roster.actions import check_roster, confirm_roster, save_roster, upload_roster
from wudan.orders.subsidy.roster.template import choices, template_file
from wudan.policy.queries import rulebook_for

pytestmark = pytest.mark.django_db
SAMPLES = Path(__file__).resolve().parents[4] / "samples"
_SPEC = spec_from_file_location("samples_make", SAMPLES / "make.py")
assert _SPEC
assert _SPEC.loader
make: Any = module_from_spec(_SPEC)
_SPEC.loader.exec_module(make)
FILLED = {
    "name": "张三", "number": valid_identity(5), "phone": "13800000005", "groups": "农村劳动力（含农民工）",
    "scheme": "职业培训补贴",
    "occupation_name": "车工", "occupation_code": "6-18-01-01", "level": "中级工", "prior_level": "初级工",
    "certificate_type": "职业资格证书",
    "certificate_number": "2037040000400001", "certificate_issued_on": "2020-10-30", "class_id": "K1", "class_name": "一班",
    "started_on": "2020-09-01", "ended_on": "2020-09-20", "attended_days": 18, "insured_months": 24, "draws_pension": "否", "fee": 1200.5,
    "project_id": "P1", "bank": "中国农业银行", "account": valid_account(5), "holder": "张三", "document_kind": "居民身份证",
}  # fmt: skip


def checked(district, content, name="名册.xlsx"):
    roster = upload_roster(
        organisation_id=district.provider.pk, file_name=name, content=content, authority="代领-1",
        actor=district.provider_clerk, at=AT,
    )  # fmt: skip
    return check_roster(roster_id=roster.pk, at=AT)


@pytest.mark.parametrize("code", ["370405", "370306"])
def test_template_round_trip(code):
    district = cast(code, pools=False)
    book = CalamineWorkbook.from_filelike(io.BytesIO(template_file(code)))
    assert [(m.name, m.visible) for m in book.sheets_metadata] == [
        ("名册", SheetVisibleEnum.Visible), ("填写说明", SheetVisibleEnum.Visible), ("选项", SheetVisibleEnum.Hidden),
    ]  # fmt: skip
    lines = book.get_sheet_by_name("名册").to_python()
    fields = [headers.field_of(name) for name in lines[1]]
    assert None not in fields
    assert len(set(fields)) == len(fields)
    explained = [line[0] for line in book.get_sheet_by_name("填写说明").to_python()[1 : len(fields) + 1]]
    assert explained == lines[1]
    one = checked(district, xlsx([*lines, [FILLED[str(f)] for f in fields]]))
    assert (one.state, one.rows_good, one.faults) == ("checked", 1, [])


def test_an_empty_template_is_not_a_roster():
    district = cast("370405", pools=False)
    one = checked(district, template_file("370405"))
    assert one.state == "unreadable"
    assert "没有人员" in one.problem


def test_template_choices_are_understood():
    for code in ("370405", "370306"):
        make_district(code)
        rulebook = rulebook_for(code)
        words = vocabulary.vocabulary(rulebook)
        offered = choices(rulebook)
        assert {words.scheme(w) for w in offered["scheme"]} | {"project"} == set(rulebook.schemes)
        assert {vocabulary.level(w) for w in offered["level"]} == {1, 2, 3, 4, 5}
        assert {words.certificate_type(w) for w in offered["certificate_type"]} == set(
            rulebook.certificate_types
        )
        assert len({vocabulary.document_kind(w) for w in offered["document_kind"]}) == 4
        assert all(words.group(g.label) == (group,) for group, g in rulebook.groups.items())


def test_template_keeps_numbers_as_text_and_offers_lists():
    make_district("370405")
    archive = zipfile.ZipFile(io.BytesIO(template_file("370405")))
    sheet = archive.read("xl/worksheets/sheet1.xml").decode()
    assert sheet.count("<dataValidation ") == 6
    styles = archive.read("xl/styles.xml").decode()
    assert 'formatCode="@"' in styles
    columns = re.findall(r'<col min="(\d+)"[^>]* style="(\d+)"', sheet)
    assert columns[0][0] == "3"  # 身份证号, after 姓名 and 证件类型


def test_samples_are_as_made():
    content, _ = make.roster_500()
    assert content == (SAMPLES / "taierzhuang-500.xlsx").read_bytes()
    assert make.roster_zhoucun() == (SAMPLES / "zhoucun-20.csv").read_bytes()


def test_the_sample_of_500_has_exactly_its_30_faults():
    tez = cast("370405", pools=False)
    _, expected = make.roster_500()
    one = checked(tez, (SAMPLES / "taierzhuang-500.xlsx").read_bytes())
    assert (one.rows_total, one.rows_good, len(expected)) == (500, 470, 30)
    assert [(f["row"], f["column"].replace(" ", "")) for f in one.faults] == sorted(
        (row, column) for row, column, _ in expected
    )
    listed = re.findall(r"^\| (\d+) \| (\S+) \|", (SAMPLES / "README.md").read_text(), re.MULTILINE)
    assert [(int(r), c) for r, c in listed] == [(row, column) for row, column, _ in expected]
    assert {o["outcome"] for o in one.preview["outcomes"]} == {"approved", "rejected"}
    confirm_roster(roster_id=one.pk, actor=tez.provider_clerk, at=AT, good_rows_only=True)
    assert save_roster(roster_id=one.pk, at=AT).state == "confirmed"
    assert Claim.objects.filter(roster=one).count() == 470


def test_the_sample_of_zhoucun():
    zc = cast("370306", pools=False)
    one = checked(zc, (SAMPLES / "zhoucun-20.csv").read_bytes(), "zhoucun-20.csv")
    assert (one.rows_good, one.faults) == (20, [])
    assert [o["outcome"] for o in one.preview["outcomes"]] == ["review"]
