"""The e-archive (劳动者职业培训电子档案) as paper and as data: the same lines for its owner and for an official who may look."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any

from wudan.kernel.money import in_sentence
from wudan.orders.delivery.papers import archive_pdf
from wudan.web.shared.words import cn_date

TITLE = "劳动者职业培训电子档案"
NOTE = "本档案由系统随提单、选单、培训、考核、证书、补贴和就业的办理自动记入，任何人不能手工添加或修改。"


def archive_paper(person: Any, lines: Iterable[Any], today: date) -> bytes:
    """PDF of the archive; the number stays masked."""
    facts = [
        ("姓名", person.name),
        (person.get_document_kind_display(), person.number_masked),
        ("打印日期", cn_date(today)),
    ]
    rows: list[Sequence[str]] = [("日期", "类别", "内容", "明细")]
    rows += [(cn_date(x.on), x.get_kind_display(), x.title, _detail(x)) for x in lines]
    return archive_pdf(title=TITLE, facts=facts, rows=rows, note=NOTE)


def archive_json(person: Any, lines: Iterable[Any]) -> dict[str, Any]:
    """The same for other systems: ISO days, money in fen."""
    return {
        "title": TITLE,
        "person": {"name": person.name, "document": person.get_document_kind_display(), "number": person.number_masked},
        "entries": [
            {
                "on": x.on.isoformat(), "district": x.district_code, "kind": x.kind, "kind_label": x.get_kind_display(),
                "subject": x.subject, "event": x.event, "title": x.title, "detail": x.detail, "amount_fen": x.amount_fen,
            }
            for x in lines
        ],
    }  # fmt: skip


def _detail(line: Any) -> str:
    said = [f"{label}：{value}" for label, value in line.detail.items()]
    if line.amount_fen is not None:
        said.append(f"金额：{in_sentence(line.amount_fen)}")
    return "\n".join(said)
