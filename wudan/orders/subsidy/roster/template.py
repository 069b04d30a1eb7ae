"""The empty roster of a district (名册模板): its schemes, levels and certificates to choose from, numbers kept as text."""

from __future__ import annotations

import io
from typing import Any

from xlsxwriter.utility import xl_col_to_name

from wudan.kernel.sheets import new_book
from wudan.orders.subsidy.roster.headers import LABELS
from wudan.orders.subsidy.roster.own import FEN, heading
from wudan.people.models import DOCUMENT_KINDS
from wudan.policy.engine.columns import Column, Kind
from wudan.policy.engine.loading_columns import NO_REMEDY
from wudan.policy.engine.rulebook import Rulebook
from wudan.policy.queries import rulebook_for

ROWS = 5000
"""Rows prepared with formats and lists."""
TITLE_ROW, HEADER_ROW = 0, 1
_REQUIRED = ("name", "number", "scheme")
_ALWAYS = (
    "name",
    "number",
    "phone",
    "groups",
    "scheme",
    "occupation_name",
    "bank",
    "account",
    "holder",
    "document_kind",
)
_FOR_FACT = {"fee": "fee_fen", "certificate_number": "certificate_type", "class_name": "class_id"}
_NOT_HERE = ("period", "project_stage", "contract", "completed_count", "employed_count")
_TEXT = ("number", "phone", "account", "certificate_number", "occupation_code", "class_id", "project_id")
_DATES = ("certificate_issued_on", "started_on", "ended_on")
_NOTES = {
    "name": "与证件一致。",
    "number": "18位，末位为X的填大写或小写都可以。证件号码列已设为文本，请不要改成数字。",
    "phone": "本人手机号码，没有的可以留空。",
    "groups": "培训首日的身份，可以填多个，用“;”隔开。可填：{groups}。",
    "scheme": "从下拉列表中选：{schemes}。",
    "occupation_name": "与证书一致，例如“车工”。",
    "occupation_code": "国家职业分类大典编码，例如 6-18-01-01。同一职业同一等级只能享受一次，请务必填写。",
    "level": "证书等级，从下拉列表中选；没有等级的留空。",
    "prior_level": "申领技师培训补贴的，填写原有等级。",
    "certificate_type": "从下拉列表中选；没有证书的留空。",
    "certificate_number": "与证书一致。",
    "certificate_issued_on": "例如 2020-03-23。有证书的必填。",
    "class_id": "开班备案的班级编号。",
    "class_name": "可以留空。",
    "started_on": "例如 2020-03-02。开班、结业日期须同时填写。",
    "ended_on": "例如 2020-03-20。",
    "attended_days": "只填数字。申领生活费补贴的必填。",
    "insured_months": "失业保险累计缴费月数，只填数字。申领技能提升补贴的必填。",
    "draws_pension": "填“是”或“否”，空着表示“否”。",
    "fee": "培训费发票金额，以元为单位。申领企业新型学徒制培训补贴的必填。",
    "project_id": "参加项目制培训的，填写项目编号。",
    "bank": "补贴付给本人的，必填。",
    "account": "本人的社会保障卡或银行卡账号。补贴付给本人的，必填。",
    "holder": "须为本人；空着表示与姓名一致。",
    "document_kind": "空着表示居民身份证。可填：{documents}。",
}


def template_file(district_id: str) -> bytes:
    """XLSX: the sheet 名册 to fill in, 填写说明, and the hidden lists of its drop-downs."""
    rulebook = rulebook_for(district_id)
    fields = columns(rulebook)
    out = io.BytesIO()
    book = new_book(out)
    page, notes, lists = (book.add_worksheet(name) for name in ("名册", "填写说明", "选项"))
    _header(book, page, rulebook, fields)
    _formats(book, page, fields, rulebook)
    _lists(page, lists, fields, rulebook)
    _explain(book, notes, rulebook, fields)
    lists.hide()
    book.close()
    return out.getvalue()


def columns(rulebook: Rulebook) -> list[str]:
    """The columns that some scheme of the district claimed by a person uses."""
    used = {c for s in rulebook.schemes.values() if not s.by_provider for c in s.columns}
    shared = [f for f in LABELS if f not in _NOT_HERE and (f in _ALWAYS or _FOR_FACT.get(f, f) in used)]
    return [*shared, *(name for name in rulebook.own if name in used)]


def label_of(field: str, rulebook: Rulebook) -> str:
    return heading(rulebook, field) if field in rulebook.own else LABELS[field]


def _header(book: Any, page: Any, rulebook: Rulebook, fields: list[str]) -> None:
    title = book.add_format({"bold": True, "font_size": 14})
    plain = {
        "bold": True,
        "border": 1,
        "align": "center",
        "valign": "vcenter",
        "text_wrap": True,
        "num_format": "@",
    }
    normal = book.add_format({**plain, "bg_color": "#EEF2F6"})
    must = book.add_format({**plain, "bg_color": "#EEF2F6", "font_color": "#8A1C1C"})
    page.write_string(
        TITLE_ROW,
        0,
        f"{rulebook.title.removesuffix('规则')}申请名册（红色为必填，说明见“填写说明”表）",
        title,
    )
    for i, field in enumerate(fields):
        page.write_string(HEADER_ROW, i, label_of(field, rulebook), must if field in _REQUIRED else normal)
    page.set_row(HEADER_ROW, 32)
    page.freeze_panes(HEADER_ROW + 1, 1)


def _formats(book: Any, page: Any, fields: list[str], rulebook: Rulebook) -> None:
    text, day = book.add_format({"num_format": "@"}), book.add_format({"num_format": "yyyy-mm-dd"})
    own = {name: column.kind for name, column in rulebook.own.items()}
    for i, field in enumerate(fields):
        texts = field in _TEXT or own.get(field) in (Kind.TEXT, Kind.SET)
        dates = field in _DATES or own.get(field) is Kind.DATE
        wide = 22 if field in ("number", "account", "scheme", "certificate_number", "groups") else 13
        page.set_column(i, i, wide, text if texts else day if dates else None)


def choices(rulebook: Rulebook) -> dict[str, list[str]]:
    """What may be chosen in a column."""
    levels = [label.label for code, label in rulebook.levels.items() if code != "0"]
    return {
        "scheme": [s.label for s in rulebook.schemes.values() if not s.by_provider],
        "level": levels,
        "prior_level": levels,
        "certificate_type": [c.label for c in rulebook.certificate_types.values()],
        "draws_pension": ["是", "否"],
        "document_kind": [label for _, label in DOCUMENT_KINDS],
        **{name: words for name, column in rulebook.own.items() if (words := _own_choices(rulebook, column))},
    }


def _own_choices(rulebook: Rulebook, column: Column) -> list[str]:
    return ["是", "否"] if column.kind is Kind.BOOLEAN else [rulebook.word(code) for code in column.options]


def _note(field: str, rulebook: Rulebook, words: dict[str, str]) -> str:
    """How to fill in the column; one of the rulebook's own in its words."""
    if field not in rulebook.own:
        return _NOTES.get(field, "").format(**words)
    label = rulebook.columns[field]
    said = "" if label.remedy == NO_REMEDY else f"{label.remedy}。"
    return f"以元为单位。{said}" if label.unit == FEN else f"{label.must}。{said}"


def _lists(page: Any, lists: Any, fields: list[str], rulebook: Rulebook) -> None:
    for place, (field, words) in enumerate(choices(rulebook).items()):
        if field not in fields:
            continue
        letter, column = xl_col_to_name(place), fields.index(field)
        for r, word in enumerate(words):
            lists.write_string(r, place, word)
        rule = {
            "validate": "list",
            "source": f"=选项!${letter}$1:${letter}${len(words)}",
            "error_type": "warning",
            "error_title": "不在列表中",
            "error_message": "请从下拉列表中选择。",
        }
        page.data_validation(HEADER_ROW + 1, column, HEADER_ROW + ROWS, column, rule)


def _explain(book: Any, notes: Any, rulebook: Rulebook, fields: list[str]) -> None:
    wrap, bold = book.add_format({"text_wrap": True, "valign": "top"}), book.add_format({"bold": True})
    words = {
        "schemes": "、".join(choices(rulebook)["scheme"]),
        "groups": "、".join(g.label for g in rulebook.groups.values()),
        "documents": "、".join(choices(rulebook)["document_kind"]),
    }
    notes.write_row(0, 0, ["列", "是否必填", "怎样填写"], bold)
    for r, field in enumerate(fields, start=1):
        notes.write_string(r, 0, label_of(field, rulebook))
        notes.write_string(r, 1, "必填" if field in _REQUIRED else "")
        notes.write_string(r, 2, _note(field, rulebook, words), wrap)
    last = len(fields) + 2
    notes.write_string(
        last,
        0,
        f"依据：{rulebook.document}。一人一行，一项补贴一行；每份名册最多6万行。项目制培训补贴请在“申请”页面单独填报。",
    )
    notes.set_column(0, 0, 22)
    notes.set_column(1, 1, 10)
    notes.set_column(2, 2, 90)
