"""A catalogue as a file (目录文件): the columns of its workbook, the same entries as JSON, and reading both back without loss."""

from __future__ import annotations

import io
import json
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from wudan.kernel.errors import INVALID, Refusal, Refused
from wudan.kernel.money import in_table
from wudan.kernel.periods import in_words
from wudan.kernel.sheets import new_book
from wudan.occupations.models import EDITIONS, LEVELS
from wudan.orders.catalogue.models import Edition, Entry
from wudan.people import cells
from wudan.people.cells import CellFault, plain
from wudan.people.lists import ListColumn, ListRow, RowFault, read_list
from wudan.policy.engine.rulebook import Rulebook

MAX_ROWS = 5000
_LEVEL = re.compile(r"(高级技师|一级)|(技师|二级)|(高级|三级)|(中级|四级)|(初级|五级)|(不分等级|无)")
_RANKS = (1, 2, 3, 4, 5, 0)


@dataclass(frozen=True, slots=True)
class EntryRow:
    """One row of a file as read: words resolved to codes, the occupation still to be found."""

    row: int
    occupation_edition: str
    occupation_code: str
    occupation: str
    level: int
    certificate_type: str
    scheme: str
    theory_hours: int
    practice_hours: int
    safety_hours: int
    shortage: bool
    local: bool
    remark: str


def columns(rulebook: Rulebook) -> list[ListColumn]:
    """The columns a file is read by; the first name of each is the one it is written with."""
    kinds = {x.label: code for code, x in rulebook.certificate_types.items()}
    schemes = {x.label: code for code, x in rulebook.schemes.items()}
    editions = {**{label: code for code, label in EDITIONS}, **{code: code for code, _ in EDITIONS}}
    return [
        ListColumn("occupation", ("职业（工种）", "职业工种", "职业名称", "名称"), cells.text, required=True),
        ListColumn("occupation_code", ("职业编码", "编码"), _code),
        ListColumn("occupation_edition", ("大典版本", "版本"), _one_of(editions, "大典版本")),
        ListColumn("level", ("等级", "技能等级", "级别"), _level),
        ListColumn("certificate_type", ("证书类别", "证书", "证书类型"), _one_of(kinds, "证书类别"), required=True),
        ListColumn("scheme", ("补贴项目",), _one_of(schemes, "补贴项目")),
        ListColumn("theory_hours", ("理论课时", "理论"), cells.count),
        ListColumn("practice_hours", ("实训课时", "实操课时", "实训"), cells.count),
        ListColumn("safety_hours", ("安全课时", "安全"), cells.count),
        ListColumn("shortage", ("急需紧缺",), _mark),
        ListColumn("local", ("地方特色", "周村特色"), _mark),
        ListColumn("remark", ("备注",), _free),
    ]  # fmt: skip


def read_entries(content: bytes, rulebook: Rulebook) -> tuple[list[EntryRow], list[RowFault]]:
    """A workbook, a text table or this house's JSON. Refuses (bad-file) what is none of them."""
    if content.lstrip()[:1] in (b"{", b"["):
        found, faults = _read_json(content, columns(rulebook))
    else:
        found, faults = read_list(content, columns(rulebook), what="目录", max_rows=MAX_ROWS)
    return [_entry_row(row) for row in found], faults


def _entry_row(row: ListRow) -> EntryRow:
    def number(name: str) -> int:
        return int(row.get(name, 0))

    return EntryRow(
        row.row, str(row.get("occupation_edition")), str(row.get("occupation_code")), str(row.get("occupation")),
        number("level"), str(row.get("certificate_type")), str(row.get("scheme")), number("theory_hours"),
        number("practice_hours"), number("safety_hours"), bool(row.get("shortage", False)),
        bool(row.get("local", False)), str(row.get("remark")),
    )  # fmt: skip


def _read_json(content: bytes, known: list[ListColumn]) -> tuple[list[ListRow], list[RowFault]]:
    items = _items(content)
    if items is None:
        raise Refused(
            Refusal(
                "bad-file",
                "这个文件不是本系统导出的目录文件。",
                remedy="请使用从目录页面下载的文件，或改用表格。",
                field="file",
                status=INVALID,
            )
        )
    rows, faults = [], []
    for n, item in enumerate(items, 1):
        row = ListRow(n, {})
        for column in known:
            try:
                raw = _from_json(column.field, item)
                if column.required and not plain(raw):
                    faults.append(RowFault(n, column.names[0], "", "没有填写", "请补填。"))
                elif raw not in ("", None):
                    row.values[column.field] = column.read(raw)
            except CellFault as wrong:
                faults.append(
                    RowFault(
                        n, column.names[0], str(item.get(column.field))[:60], wrong.problem, wrong.remedy
                    )
                )
        rows.append(row)
    return rows, faults


def _items(content: bytes) -> list[dict[str, Any]] | None:
    try:
        given = json.loads(content)
    except ValueError:
        return None
    items = given.get("entries") if isinstance(given, dict) else given
    whole = isinstance(items, list) and all(isinstance(item, dict) for item in items)
    return items if whole else None


def _from_json(field: str, item: Mapping[str, Any]) -> Any:
    value = item.get(field, "")
    if isinstance(value, bool):
        return "是" if value else "否"
    return str(value) if isinstance(value, int | float) else value


# --- writing -----------------------------------------------------------------------------------------------------
def as_json(edition: Edition, entries: Iterable[Entry], rulebook: Rulebook) -> bytes:
    """The whole edition; `read_entries` reads its entries back as they are."""
    valid = edition.valid
    whole = {
        "district": edition.district_id,
        "catalogue": edition.catalogue,
        "title": edition.title,
        "number": edition.number,
        "document": edition.document,
        "valid_from": valid.lower.isoformat() if valid else None,
        "valid_until": valid.upper.isoformat() if valid and valid.upper else None,
        "rulebook": rulebook.name,
        "entries": [item_of(entry) for entry in entries],
    }
    return (json.dumps(whole, ensure_ascii=False, indent=1) + "\n").encode()


def item_of(entry: Entry) -> dict[str, Any]:
    """One entry in the public data's names; money in whole fen."""
    found: dict[str, Any] = {
        "occupation_edition": entry.occupation.edition,
        "occupation_code": entry.occupation.code,
        "occupation": entry.occupation.name,
        "level": entry.level,
        "certificate_type": entry.certificate_type,
        "scheme": entry.scheme,
        "theory_hours": entry.theory_hours,
        "practice_hours": entry.practice_hours,
        "safety_hours": entry.safety_hours,
        "shortage": entry.shortage,
        "local": entry.local,
        "remark": entry.remark,
        "price_fen": entry.price_fen,
        "price_clause": entry.price_clause,
    }
    if entry.heads is not None:
        found |= {"town": entry.town.name if entry.town else "", "heads": entry.heads}
    if entry.provider is not None:
        found |= {"provider": entry.provider.name, "capacity": entry.capacity}
    return found


def as_xlsx(edition: Edition, entries: Iterable[Entry], rulebook: Rulebook) -> bytes:
    """The catalogue as a workbook: title, document and days above, one row an entry; every cell is text."""
    parts = _sheet_columns(edition.catalogue, rulebook)
    file = io.BytesIO()
    book = new_book(file, created=edition.published_at, title=edition.title)
    sheet = book.add_worksheet("目录")
    head = book.add_format(
        {"bold": True, "bg_color": "#e8f0fa", "border": 1, "text_wrap": True, "valign": "vcenter"}
    )
    text = book.add_format({"num_format": "@", "border": 1, "text_wrap": True, "valign": "vcenter"})
    bold = book.add_format({"bold": True, "font_size": 14})
    sheet.write_string(0, 0, edition.title, bold)
    sheet.write_string(1, 0, _standing(edition))
    for place, (name, width, _) in enumerate(parts):
        sheet.set_column(place, place, width)
        sheet.write_string(2, place, name, head)
    for n, entry in enumerate(entries, 3):
        for place, (_, _, say) in enumerate(parts):
            sheet.write_string(n, place, say(entry), text)
    sheet.freeze_panes(3, 1)
    book.close()
    return file.getvalue()


def _standing(edition: Edition) -> str:
    valid = edition.valid
    if valid is None:
        return f"第{edition.number}版（编制中）"
    return f"第{edition.number}版　{edition.document}　自{in_words(valid.lower)}起施行"


def _sheet_columns(catalogue: str, rulebook: Rulebook) -> list[tuple[str, int, Callable[[Entry], str]]]:
    editions, kinds = dict(EDITIONS), rulebook.certificate_types
    what: list[tuple[str, int, Callable[[Entry], str]]] = [
        ("职业（工种）", 22, lambda e: e.occupation.name),
        ("职业编码", 14, lambda e: e.occupation.code),
        ("大典版本", 14, lambda e: editions[e.occupation.edition]),
        ("等级", 16, lambda e: LEVELS[e.level]),
    ]
    if catalogue == "demand":
        return [
            *what,
            ("镇街", 14, lambda e: e.town.name if e.town else "全区"),
            ("需求人数", 10, lambda e: str(e.heads)),
        ]
    what.append(("证书类别", 18, lambda e: kinds[e.certificate_type].label if e.certificate_type else ""))
    if catalogue == "provider":
        return [
            ("培训机构", 30, lambda e: e.provider.name if e.provider else ""),
            *what,
            ("同期培训规模", 12, lambda e: str(e.capacity or "")),
        ]
    return [
        *what,
        ("补贴项目", 20, lambda e: rulebook.schemes[e.scheme].label if e.scheme else ""),
        ("理论课时", 10, lambda e: str(e.theory_hours)),
        ("实训课时", 10, lambda e: str(e.practice_hours)),
        ("安全课时", 10, lambda e: str(e.safety_hours)),
        ("急需紧缺", 10, lambda e: "是" if e.shortage else "否"),
        ("地方特色", 10, lambda e: "是" if e.local else "否"),
        ("补贴标准（元）", 14, lambda e: "未定标准" if e.price_fen is None else in_table(e.price_fen)),
        ("标准依据", 30, lambda e: e.price_clause),
        ("备注", 30, lambda e: e.remark),
    ]


# --- cells -------------------------------------------------------------------------------------------------------
def _level(raw: object) -> int:
    """中级工（四级）, 四级, 4: the number; 0 where none is said."""
    text = plain(raw).removesuffix(".0")
    if not text or text in {"0", "1", "2", "3", "4", "5"}:
        return int(text or 0)
    if match := _LEVEL.match(text):
        return _RANKS[(match.lastindex or 1) - 1]
    raise CellFault("看不懂这个等级", f"请填写{'、'.join(LEVELS[n] for n in (5, 4, 3, 2, 1))}或“不分等级”。")


def _code(raw: object) -> str:
    return plain(raw).replace("－", "-").replace("—", "-")


def _free(raw: object) -> str:
    return str(raw or "").strip()


def _mark(raw: object) -> bool:
    return cells.yes_or_no(raw)


def _one_of(words: Mapping[str, str], what: str) -> Callable[[object], str]:
    codes, labels = set(words.values()), {plain(label): code for label, code in words.items()}

    def read(raw: object) -> str:
        text = plain(raw)
        if not text or text in codes:
            return text
        if text in labels:
            return labels[text]
        raise CellFault(f"没有这种{what}", f"请填写{'、'.join(list(words)[:10])}。")

    return read
