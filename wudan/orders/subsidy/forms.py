"""What a person fills in to claim (申请表): the columns of contracts/adjudicate.md with native types, and three names to read."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields
from datetime import date, datetime
from typing import TYPE_CHECKING, Any, NamedTuple
from unicodedata import category

from wudan.kernel.periods import in_words
from wudan.occupations.certificates import Doubt, clean_number, doubts
from wudan.policy.engine.form import check_row

if TYPE_CHECKING:
    from wudan.policy.engine.rulebook import Rulebook

LONGEST_TEXT = 200
LARGEST_COUNT = 1_000_000
"""Days, months and heads beyond this are a slip of the pen, whatever the contract could carry."""

_COUNTS = ("attended_days", "insured_months", "completed_count", "employed_count")
# What the application is about. Sums, attendance and the number on the paper may be corrected; it stays the same application.
_SAME = (
    "scheme", "level", "certificate_type", "certificate_issued_on", "class_id", "started_on", "ended_on",
    "project_id", "project_stage",
)  # fmt: skip


class Fault(NamedTuple):
    """One column that cannot stay as it is: what is wrong, and what to do."""

    column: str
    sentence: str
    remedy: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Override:
    """A reviewer's proposal to pay against, or without, the computed result (人工认定): whole fen, why, on which document."""

    amount_fen: int
    reason: str
    document: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ClaimForm:
    """One application. Texts are stripped and groups sorted on the way in; empty text and None mean not given.

    `own` holds the columns only this district's rulebook has (自有的列), as plain values, empty ones left out.
    """

    scheme: str
    occupation_code: str = ""
    occupation_name: str = ""
    level: int = 0
    prior_level: int = 0
    certificate_type: str = ""
    certificate_number: str = ""
    certificate_issued_on: date | None = None
    class_id: str = ""
    class_name: str = ""
    started_on: date | None = None
    ended_on: date | None = None
    attended_days: int = 0
    insured_months: int = 0
    draws_pension: bool = False
    groups: tuple[str, ...] = ()
    fee_fen: int | None = None
    project_id: str = ""
    project_stage: str = ""
    contract_fen: int | None = None
    completed_count: int = 0
    employed_count: int = 0
    own: Mapping[str, Any] = field(default_factory=dict, hash=False)

    def __post_init__(self) -> None:
        for name in _TEXTS:
            object.__setattr__(self, name, getattr(self, name).strip())
        object.__setattr__(self, "certificate_number", clean_number(self.certificate_number))
        object.__setattr__(self, "groups", tuple(sorted({g.strip() for g in self.groups} - {""})))
        written = {name: _written(value) for name, value in self.own.items()}
        object.__setattr__(self, "own", {k: v for k, v in written.items() if v not in (None, "")})

    @classmethod
    def of(cls, source: object) -> ClaimForm:
        """The form as a claim holds it."""
        values = {name: getattr(source, name) for name in COLUMNS}
        return cls(**{**values, "groups": tuple(values["groups"])})

    def columns(self) -> dict[str, Any]:
        """Column values as a claim keeps them."""
        return {**asdict(self), "groups": list(self.groups)}

    def answers(self) -> dict[str, Any]:
        """What was filled in, each by the name of its field: the rulebook's own columns among the others."""
        columns = self.columns()
        return {**columns.pop("own"), **columns}

    def fingerprint(self, *, person_id: int | None, organisation_id: int | None = None) -> str:
        """The same for the same application made again, by whichever way and whoever hands it in.

        A project has no person: there the claimant's organisation stands in its place.
        """
        holder = f"person:{person_id}" if person_id is not None else f"organisation:{organisation_id}"
        what = {name: str(getattr(self, name) or "") for name in _SAME}
        what["occupation"] = self.occupation_code or self.occupation_name
        text = json.dumps([holder, what], ensure_ascii=False, sort_keys=True)
        return hashlib.sha256(text.encode()).hexdigest()

    def facts(self, claim_id: str, person: str, applied_at: datetime) -> dict[str, object]:
        """A row of the contract for the engine. `person` is a pseudonym such as "#12", empty for a project.

        Values are plain (text, whole numbers, booleans), so that they can be stored as they were decided on.
        """
        return facts_of_columns(self, claim_id, person, applied_at)

    def faults(self, rulebook: Rulebook) -> list[Fault]:
        """Every column with a fault, by the engine's own form check (形式审查) and the checks of paper. Empty when good."""
        found = [*self._text_faults(), *self._pair_faults(rulebook)]
        found += [Fault(d.column, d.sentence, d.remedy) for d in self._doubts(rulebook) if d.hard]
        seen = {fault.column for fault in found}
        return found + [fault for fault in self._engine_faults(rulebook) if fault.column not in seen]

    def warnings(self, rulebook: Rulebook) -> list[Fault]:
        """What a reviewer should look at; none of it stops the application."""
        return [Fault(d.column, d.sentence, d.remedy) for d in self._doubts(rulebook) if not d.hard]

    def _doubts(self, rulebook: Rulebook) -> list[Doubt]:
        return doubts(
            self.certificate_type,
            self.certificate_number,
            self.level,
            self.certificate_issued_on,
            rulebook.district_code,
        )

    def _engine_faults(self, rulebook: Rulebook) -> list[Fault]:
        """The engine's `bad-input` columns in the rulebook's words."""
        row = check_row(self.facts("1", "#1", _ANY_TIME), rulebook.forms)
        return [_in_words(rulebook, column) for column in row.bad]

    def _text_faults(self) -> list[Fault]:
        found = []
        for name in _TEXTS:
            text: str = getattr(self, name)
            if len(text) > LONGEST_TEXT or not _shows(text):
                found.append(
                    Fault(name, f"文字过长（最多{LONGEST_TEXT}字）或含有不能显示的字符", "请缩短或重新录入。")
                )
        if any(";" in g or not _shows(g) or len(g) > LONGEST_TEXT for g in self.groups):
            found.append(
                Fault("groups", "人员类别代码不能含有分号或不能显示的字符", "请从列表中选择人员类别。")
            )
        found += [
            Fault(name, f"文字过长（最多{LONGEST_TEXT}字）或含有不能显示的字符", "请缩短或重新录入。")
            for name, value in self.own.items()
            if isinstance(value, str) and (len(value) > LONGEST_TEXT or not _shows(value))
        ]
        return found

    def _pair_faults(self, rulebook: Rulebook) -> list[Fault]:
        """Columns that belong together, and counts no class ever had."""
        found = []
        if self.started_on and self.ended_on and self.ended_on < self.started_on:
            sentence = f"结业日期{in_words(self.ended_on)}早于开班日期{in_words(self.started_on)}"
            found.append(Fault("ended_on", sentence, "请核对两个日期。"))
        if bool(self.started_on) != bool(self.ended_on):
            empty = "ended_on" if self.started_on else "started_on"
            found.append(Fault(empty, "开班日期和结业日期应同时填写", "请补填；没有开班的，两项都留空。"))
        if self.certificate_type and self.certificate_issued_on is None:
            found.append(Fault("certificate_issued_on", "有证书但没有发证日期", "请按证书填写发证日期。"))
        if self._is_project(rulebook) and self.employed_count > self.completed_count >= 0:
            found.append(Fault("employed_count", "就业人数多于结业人数", "请核对两个人数。"))
        found += [
            Fault(name, f"数字过大（超过{LARGEST_COUNT:,}）", "请核对是否多录了数字。")
            for name in _COUNTS
            if getattr(self, name) > LARGEST_COUNT
        ]
        return found

    def _is_project(self, rulebook: Rulebook) -> bool:
        scheme = rulebook.schemes.get(self.scheme)
        return scheme is not None and scheme.by_provider


def _in_words(rulebook: Rulebook, column: str) -> Fault:
    label = rulebook.columns.get(column)
    if label is None:
        return Fault(column, f"“{column}”不符合填写要求", "请核对后重新填写。")
    return Fault(column, f"“{label.label}”{label.must}", label.remedy)


def _shows(text: str) -> bool:
    """No control, format or broken characters. Unassigned ones may be rare Han newer than this Python."""
    return not any(category(c) in ("Cc", "Cf", "Cs") for c in text)


def facts_of_columns(source: Any, claim_id: str, person: str, applied_at: datetime) -> dict[str, object]:
    """What `ClaimForm.facts` says, of a form or of a stored claim, whose texts were stripped and groups sorted on the way in."""
    return {
        "claim_id": claim_id,
        "person_id": person,
        **source.own,
        **{name: _plain(getattr(source, name)) for name in _FACTS},
        "groups": ";".join(source.groups),
        "applied_at": applied_at.isoformat(),
    }


def _written(value: object) -> object:
    """A value as JSON keeps it: a day as text, several texts as one, in order."""
    if isinstance(value, list | tuple | set | frozenset):
        value = ";".join(sorted({str(part).strip() for part in value} - {""}))
    return value.strip() if isinstance(value, str) else _plain(value)


def _plain(value: object) -> object:
    return value.isoformat() if isinstance(value, date) else value


_ANY_TIME = datetime.fromisoformat("2020-01-01T00:00:00+08:00")
_NAMES = ("occupation_name", "class_name", "certificate_number", "groups", "own")
COLUMNS: tuple[str, ...] = tuple(f.name for f in fields(ClaimForm))
"""The form's columns, which are a claim's columns of the same names."""
_FACTS: tuple[str, ...] = tuple(name for name in COLUMNS if name not in _NAMES)
_TEXTS: tuple[str, ...] = tuple(f.name for f in fields(ClaimForm) if f.type == "str")
