"""录入成绩: one table of everybody who sits, typed or filled from a file, saved whole or not at all."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from wudan.kernel.errors import Refused
from wudan.orders.delivery.actions.assessing import ScoreRow
from wudan.orders.delivery.scorefile import MISSED, Learner, Written, is_mark
from wudan.people.cells import plain
from wudan.web.shared.results.showing import marks

PART_WORDS = {"theory": "理论成绩", "practice": "实操成绩"}


@dataclass(slots=True)
class MarkRow:
    """One learner's line of the table, as typed; `known` where marks are saved already."""

    member: Any
    theory: str = ""
    practice: str = ""
    absent: bool = False
    known: Any = None
    errors: dict[str, list[str]] = field(default_factory=dict)

    @property
    def empty(self) -> bool:
        return not (self.theory or self.practice or self.absent)

    def cells(self, parts: Sequence[str]) -> list[dict[str, Any]]:
        return [
            {"part": p, "label": PART_WORDS[p], "value": getattr(self, p), "errors": self.errors.get(p, [])}
            for p in parts
        ]


def parts_of(sitting: Any) -> list[str]:
    return ["theory", "practice"] if sitting.parts == "both" else [sitting.parts]


def saved_rows(members: Sequence[Any], known: Mapping[int, Any]) -> list[MarkRow]:
    rows = []
    for member in members:
        one = known.get(member.pk)
        if one is None:
            rows.append(MarkRow(member))
        else:
            rows.append(
                MarkRow(member, marks(one.theory_tenths), marks(one.practice_tenths), one.absent, one)
            )
    return rows


def filled_rows(
    members: Sequence[Any], known: Mapping[int, Any], written: Mapping[int, Written]
) -> list[MarkRow]:
    """The table with what a file says; who is not in it stays as saved."""
    rows = saved_rows(members, known)
    for row in rows:
        if said := written.get(row.member.pk):
            row.theory, row.practice, row.absent = said.theory, said.practice, said.absent
    return rows


def typed_rows(
    members: Sequence[Any], known: Mapping[int, Any], post: Mapping[str, str], parts: Sequence[str]
) -> list[MarkRow]:
    """The table as posted, each cell looked at; 缺考 written in a cell counts as the tick."""
    rows = []
    for member in members:
        row = MarkRow(member, known=known.get(member.pk), absent=f"a{member.pk}" in post)
        for part in parts:
            text = plain(post.get(f"{part}{member.pk}", "")).replace("分", "").strip()[:20]
            if text == MISSED:
                row.absent, text = True, ""
            setattr(row, part, text)
            if text and not is_mark(text):
                row.errors[part] = [f"“{text}”不对，请填写0到100，最多一位小数。"]
        if row.empty and row.known is not None:
            row.errors[parts[0]] = ["已录入的成绩不能清空；没有参加的请勾选缺考。"]
        rows.append(row)
    return rows


def to_save(rows: Sequence[MarkRow]) -> list[MarkRow]:
    return [row for row in rows if not row.empty]


def as_score(row: MarkRow) -> ScoreRow:
    theory, practice = (Decimal(text) if text else None for text in (row.theory, row.practice))
    return ScoreRow(row.member.pk, theory, practice, row.absent)


def put_beside(refused: Refused, sent: Sequence[MarkRow]) -> list[str]:
    """Sentences beside the cells they are about; what is about no cell comes back."""
    rest = []
    for one in refused.refusals:
        place, _, part = one.field.partition(":")
        if place.isdigit() and 0 < int(place) <= len(sent) and part in PART_WORDS:
            said = one.sentence.removeprefix(f"第{place}行")
            sent[int(place) - 1].errors.setdefault(part, []).append(f"{said}{one.remedy}")
        else:
            rest.append(str(one))
    return rest


def learners(members: Sequence[Any]) -> list[Learner]:
    return [Learner(m.pk, m.person.name, m.person.number(), m.person.number_masked) for m in members]
