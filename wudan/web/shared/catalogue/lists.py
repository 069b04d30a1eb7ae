"""The entries of an edition as a list, by kind of catalogue."""

from __future__ import annotations

from datetime import date
from typing import Any

from wudan.kernel.money import in_table
from wudan.kernel.periods import ONE_DAY
from wudan.occupations.queries import level_label
from wudan.orders.catalogue.queries.editions import DERIVED
from wudan.orders.catalogue.queries.prices import UNPRICED
from wudan.policy.engine.rulebook import Rulebook
from wudan.web.shared.lists import Column, Filter, ListPage
from wudan.web.shared.occupations import LEVEL_CHOICES, code_words
from wudan.web.shared.words import cn_date


def entry_list(edition: Any, rulebook: Rulebook) -> ListPage[Any]:
    """Search by name, saying or pinyin initials; filter by level and mark."""
    written = edition.catalogue not in DERIVED
    marks = Filter("mark", "标注", [("shortage", "急需紧缺"), ("local", "地方特色"), ("unpriced", UNPRICED)])
    return ListPage(
        title=edition.title,
        search="职业名称、俗称或拼音首字母" if edition.catalogue != "provider" else "机构、职业或拼音首字母",
        unit="条",
        sort="",
        empty_title="没有符合条件的条目",
        empty_text="换一个词或去掉一些条件再找。",
        filters=[Filter("level", "等级", LEVEL_CHOICES), *([marks] if written else [])],
        columns=_columns(edition.catalogue, rulebook),
    )


def _columns(catalogue: str, rulebook: Rulebook) -> list[Column[Any]]:
    what = [
        Column[Any](
            "职业（工种）",
            lambda e: e.occupation.name,
            "strong",
            note=lambda e: code_words(e.occupation),
            width=24,
        ),
        Column[Any]("等级", lambda e: level_label(e.level), width=16),
    ]
    if catalogue == "demand":
        return [
            *what,
            Column("镇街", lambda e: e.town.name if e.town else "全区"),
            Column("需求人数", lambda e: e.heads or 0, "number", total=True),
        ]
    certificate = Column[Any](
        "证书类别", lambda e: rulebook.word(e.certificate_type) if e.certificate_type else "", width=20
    )
    if catalogue == "provider":
        return [
            Column("培训机构", lambda e: e.provider.name if e.provider else "", "strong", width=30),
            *what,
            certificate,
            Column("同期培训规模", lambda e: e.capacity or 0, "number"),
        ]
    return [
        *what,
        certificate,
        Column("课时", hours_words, width=22, note=split_words),
        Column("补贴标准（元）", price_words, width=14, note=lambda e: e.price_clause),
        Column("标注", marks_words, width=14),
        Column("备注", lambda e: e.remark, width=20),
    ]


def hours_words(entry: Any) -> str:
    return f"{entry.theory_hours + entry.practice_hours + entry.safety_hours}课时"


def split_words(entry: Any) -> str:
    parts = (("理论", entry.theory_hours), ("实训", entry.practice_hours), ("安全", entry.safety_hours))
    return "，".join(f"{name}{n}" for name, n in parts if n)


def price_words(entry: Any) -> str:
    if not entry.scheme:
        return "没有补贴"
    return UNPRICED if entry.price_fen is None else in_table(entry.price_fen)


def marks_words(entry: Any) -> str:
    return "、".join(word for word, on in (("急需紧缺", entry.shortage), ("地方特色", entry.local)) if on)


def standing_words(edition: Any, today: date) -> tuple[str, str]:
    """The badge of an edition and its tone: 施行中, 即将施行, 已被替代, 编制中."""
    if edition.valid is None:
        return ("编制中", "wait") if edition.state == "draft" else ("已放弃", "off")
    if today in edition.valid:
        return "施行中", "now"
    if today < edition.valid.lower:
        return f"自{cn_date(edition.valid.lower)}起施行", "wait"
    return f"施行至{cn_date(edition.valid.upper - ONE_DAY)}", "off"
