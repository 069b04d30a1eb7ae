"""A second, independent reading of contracts/adjudicate.md: slow, literal, plain Python.

It shares no line with wudan and imports nothing of it.  Every rule stands here as a literal sentence of
the contract, so that a difference between this file and the engine is a question to the contract's words.
"""

from __future__ import annotations

import datetime as dt
import math
import re
from collections import defaultdict
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

SHANGHAI = ZoneInfo("Asia/Shanghai")

# §1, the table of columns
TYPES = {
    "claim_id": "text",
    "person_id": "person",
    "scheme": "text",
    "occupation_code": "text",
    "level": "level",
    "prior_level": "level",
    "certificate_type": "certificate",
    "certificate_issued_on": "date",
    "class_id": "text",
    "started_on": "date",
    "ended_on": "date",
    "attended_days": "count",
    "insured_months": "count",
    "draws_pension": "boolean",
    "groups": "text",
    "fee_fen": "count",
    "project_id": "text",
    "project_stage": "stage",
    "contract_fen": "count",
    "completed_count": "count",
    "employed_count": "count",
    "applied_at": "timestamp",
}
REQUIRED_COLUMNS = ("claim_id", "person_id", "scheme", "applied_at")
CERTIFICATES = ("qualification", "skill_level", "special_ability", "special_operation", "completion")

SCHEMES = {
    "taierzhuang": (
        "training",
        "startup_training",
        "pre_job",
        "skill_upgrade",
        "technician",
        "apprenticeship",
        "project",
        "living_allowance",
    ),
    "zhoucun": (
        "training",
        "startup_training",
        "technician",
        "pre_job",
        "transfer",
        "safety",
        "apprenticeship",
        "project",
        "labour_reserve_living",
    ),
}
YEARLY = {
    "taierzhuang": ("training", "startup_training", "pre_job"),
    "zhoucun": ("training", "startup_training", "pre_job", "transfer", "safety"),
}
DUPLICATE = {
    "taierzhuang": ("training", "pre_job", "skill_upgrade", "technician"),
    "zhoucun": ("training", "pre_job", "transfer", "safety", "technician"),
}


class Unreadable(Exception):
    """The contract says: exit status 2, one clear line, DECISIONS untouched."""


Cell = str | dt.datetime | None
Row = dict[str, Any]


@dataclass(frozen=True)
class Decision:
    claim_id: str
    outcome: str
    amount_fen: int | None
    reasons: str


# ---------------------------------------------------------------------------------------------- values


class Bad:
    """The value of a cell that is there and malformed."""

    def __repr__(self) -> str:
        return "BAD"


BAD = Bad()


def as_cell(value: object) -> Cell:
    """Native numbers, dates and booleans as the text they would be written as; a native date-time as the
    wall clock of Shanghai; empty as None."""
    if value is None:
        return None
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        return str(value)
    if isinstance(value, float):
        if math.isnan(value):
            return None
        if math.isinf(value):
            return str(value)
        return str(int(value)) if value == int(value) else repr(value)
    if isinstance(value, Decimal):
        if value.is_nan():
            return None
        return str(int(value)) if value == int(value) else str(value)
    if isinstance(value, dt.datetime):
        return value.astimezone(SHANGHAI).replace(tzinfo=None) if value.tzinfo else value
    if isinstance(value, dt.date):
        return value.isoformat()
    if isinstance(value, str):
        return value.strip() or None
    return f"not a value of the contract: {value!r}"


def parse_text(cell: Cell) -> Any:
    if isinstance(cell, dt.datetime):  # the contract speaks of dates only: a midnight is read as one
        return cell.date().isoformat() if cell.time() == dt.time(0) else cell.isoformat(sep=" ")
    return cell


def parse_integer(cell: Cell, most: int = 10**12) -> Any:
    """ASCII digits, optionally `-` before and `.` with zeros after, at most 10^12; every column is >= 0"""
    if not isinstance(cell, str):
        return BAD
    found = re.fullmatch(r"(-?)([0-9]+)(\.0+)?", cell)
    if not found:
        return BAD
    digits = found[2].lstrip("0") or "0"
    if len(digits) > 13:
        return BAD
    number = int(found[1] + digits)
    return number if 0 <= number <= most else BAD


def parse_boolean(cell: Cell) -> Any:
    if not isinstance(cell, str):
        return BAD
    word = "".join(c.lower() if c.isascii() else c for c in cell)
    if word in ("true", "1", "是"):
        return True
    return False if word in ("false", "0", "否") else BAD


def written_day(text: str) -> Any:
    """YYYY-MM-DD or YYYY/MM/DD, month and day in one or two digits, years 1900-2100"""
    found = re.fullmatch(r"([0-9]{4})-([0-9]{1,2})-([0-9]{1,2})", text)
    found = found or re.fullmatch(r"([0-9]{4})/([0-9]{1,2})/([0-9]{1,2})", text)
    if not found:
        return BAD
    year, month, day = int(found[1]), int(found[2]), int(found[3])
    if not 1900 <= year <= 2100:
        return BAD
    try:
        return dt.date(year, month, day)
    except ValueError:
        return BAD


def parse_date(cell: Cell) -> Any:
    if isinstance(cell, dt.datetime):
        return cell.date() if 1900 <= cell.year <= 2100 else BAD
    return written_day(cell) if cell is not None else BAD


def parse_timestamp(cell: Cell) -> Any:
    """A date, then optionally a space or T and H:MM or H:MM:SS with up to nine decimals, then optionally Z or
    +-HH:MM, as the wall clock of Shanghai in microseconds"""
    if isinstance(cell, dt.datetime):
        return cell if 1900 <= cell.year <= 2100 else BAD
    if cell is None:
        return BAD
    found = re.fullmatch(
        r"([0-9/-]+)(?:[ T]([0-9]{1,2}):([0-9]{2})(?::([0-9]{2})(?:\.([0-9]{1,9}))?)?"
        r"(Z|[+-][0-9]{2}:[0-9]{2})?)?",
        cell,
    )
    if not found:
        return BAD
    day = written_day(found[1])
    if day is BAD:
        return BAD
    hour, minute, second = int(found[2] or 0), int(found[3] or 0), int(found[4] or 0)
    if hour > 23 or minute > 59 or second > 59:
        return BAD
    microsecond = int(((found[5] or "") + "000000")[:6])
    moment = dt.datetime(day.year, day.month, day.day, hour, minute, second, microsecond)  # noqa: DTZ001
    zone = found[6]
    if zone is None:
        return moment
    offset = dt.timedelta(0)
    if zone != "Z":
        hours, minutes = int(zone[1:3]), int(zone[4:6])
        if hours > 23 or minutes > 59:
            return BAD
        offset = dt.timedelta(hours=hours, minutes=minutes) * (1 if zone[0] == "+" else -1)
    moment = moment.replace(tzinfo=dt.timezone(offset)).astimezone(SHANGHAI).replace(tzinfo=None)
    return moment if 1900 <= moment.year <= 2100 else BAD


def days_of_month(year: int, month: int) -> int:
    leap = (year % 4 == 0 and year % 100 != 0) or year % 400 == 0
    return [31, 29 if leap else 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31][month - 1]


def check_digit(seventeen: str) -> str:
    """GB 11643, ISO 7064 MOD 11-2"""
    total = sum(int(d) * (2 ** (17 - i) % 11) for i, d in enumerate(seventeen))
    return "10X98765432"[total % 11]


def parse_person(cell: Cell) -> Any:
    """The person, X and x being the same"""
    text = parse_text(cell)
    if text.startswith("#"):
        return text if len(text) > 1 else BAD
    if not re.fullmatch(r"[0-9]{17}[0-9Xx]", text):
        return BAD
    number = text[:17] + text[17].replace("x", "X")
    year, month, day = int(number[6:10]), int(number[10:12]), int(number[12:14])
    if not 1 <= month <= 12 or not 1 <= day <= days_of_month(year, month):
        return BAD
    return number if check_digit(number[:17]) == number[17] else BAD


def parse(kind: str, cell: Cell) -> Any:
    """The value, None if empty, BAD if malformed"""
    if cell is None:
        return None
    if kind == "text":
        return parse_text(cell)
    if kind == "person":
        return parse_person(cell)
    if kind == "level":
        return parse_integer(cell, most=5)
    if kind == "count":
        return parse_integer(cell)
    if kind == "boolean":
        return parse_boolean(cell)
    if kind == "date":
        return parse_date(cell)
    if kind == "timestamp":
        return parse_timestamp(cell)
    allowed = CERTIFICATES if kind == "certificate" else ("advance", "balance")
    return cell if cell in allowed else BAD


# ---------------------------------------------------------------------------------------------- rows


@dataclass
class Claim:
    values: dict[str, Any]
    bad: set[str]
    rejecting: set[str] = field(default_factory=set)
    review: set[str] = field(default_factory=set)
    listed: set[str] = field(default_factory=set)  # listed, but neither rejecting nor leading to review
    sum_fen: int | None = None

    def __post_init__(self) -> None:
        self.__dict__.update(self.values)

    def __getattr__(self, name: str) -> Any:
        try:
            return self.values[name]
        except KeyError:
            raise AttributeError(name) from None

    @property
    def has_class(self) -> bool:
        return self.started_on is not None and self.ended_on is not None

    @property
    def begins(self) -> Any:
        return self.started_on if self.started_on is not None else self.certificate_issued_on

    @property
    def group_set(self) -> set[str]:
        return {part.strip() for part in (self.groups or "").split(";")} - {""}

    def count(self, column: str) -> int:
        return self.values[column] or 0


def read_claim(row: Row, schemes: tuple[str, ...], *, history: bool) -> Claim:
    types = {**TYPES, "amount_fen": "count"} if history else TYPES
    scheme = parse("text", as_cell(row.get("scheme")))
    v: dict[str, Any] = {}
    given: dict[str, bool] = {}
    bad: set[str] = set()
    for column, kind in types.items():
        cell = as_cell(row.get(column))
        if column == "person_id" and scheme == "project":
            cell = None  # "the claimant is the provider and person_id is not read"
        given[column] = cell is not None
        v[column] = parse(kind, cell)
        if v[column] is BAD:
            bad.add(column)

    # a required field is missing
    required = ["claim_id", "scheme", "applied_at"]
    if scheme != "project":
        required.append("person_id")
    else:
        required += ["project_id", "project_stage", "contract_fen"]
    if history:
        required.append("amount_fen")
    bad |= {column for column in required if not given[column]}

    if scheme is not None and scheme not in schemes:
        bad.add("scheme")
    if given["started_on"] and not given["ended_on"]:
        bad.add("ended_on")
    if given["ended_on"] and not given["started_on"]:
        bad.add("started_on")
    both = isinstance(v["started_on"], dt.date) and isinstance(v["ended_on"], dt.date)
    if both and v["ended_on"] < v["started_on"]:
        bad.add("ended_on")
    if given["certificate_type"] and not given["certificate_issued_on"]:
        bad.add("certificate_issued_on")
    if scheme == "project":
        if v["contract_fen"] == 0:
            bad.add("contract_fen")
        comparable = v["employed_count"] is not BAD and v["completed_count"] is not BAD
        if comparable and (v["employed_count"] or 0) > (v["completed_count"] or 0):
            bad.add("employed_count")
    return Claim(v, bad)


def read_claims(
    rows: list[Row], rulebook: str, *, history: bool, paid_ids: frozenset[str] = frozenset()
) -> list[Claim]:
    seen: set[str] = set()
    claims = []
    for row in rows:
        claim = read_claim(row, SCHEMES[rulebook], history=history)
        if claim.claim_id is not None:
            if claim.claim_id in seen or claim.claim_id in paid_ids:
                claim.bad.add("claim_id")
            seen.add(claim.claim_id)
        claims.append(claim)
    return claims


# ---------------------------------------------------------------------------------------------- own rules


def certificate_rule(c: Claim, *kinds: str) -> None:
    if c.certificate_type is None:
        c.rejecting.add("no-certificate")
    elif c.certificate_type not in kinds:
        c.rejecting.add("certificate-kind")


def pension_rule(c: Claim) -> None:
    if c.draws_pension:
        c.rejecting.add("draws-pension")


def period_rule(c: Claim) -> None:
    if c.begins is None or not dt.date(2019, 1, 1) <= c.begins <= dt.date(2021, 12, 31):
        c.rejecting.add("outside-period")


def effective_level(c: Claim, rulebook: str) -> int | None:
    if rulebook == "taierzhuang" and c.scheme == "pre_job" and c.certificate_type == "special_ability":
        return 5
    return c.level  # type: ignore[no-any-return]


def priced(c: Claim, table: dict[int, int], level: int | None) -> None:
    if level in table:
        c.sum_fen = table[level] * 100
    else:
        c.review.add("unpriced")


def two_years_on(day: dt.date) -> dt.date:
    if (day.month, day.day) == (2, 29):
        return dt.date(day.year + 2, 2, 28)
    return dt.date(day.year + 2, day.month, day.day)


def own_taierzhuang(c: Claim) -> None:
    period_rule(c)
    basic = {5: 1000, 4: 1500, 3: 2000}
    level = effective_level(c, "taierzhuang")
    if c.scheme == "training":
        certificate_rule(c, *CERTIFICATES)
        pension_rule(c)
        priced(c, basic, level)
    elif c.scheme == "startup_training":
        certificate_rule(c, *CERTIFICATES)
        pension_rule(c)
        c.sum_fen = 160000
    elif c.scheme == "pre_job":
        certificate_rule(c, "qualification", "skill_level", "special_ability")
        pension_rule(c)
        priced(c, basic, level)
    elif c.scheme == "skill_upgrade":
        certificate_rule(c, "qualification", "skill_level")
        pension_rule(c)
        if "employee" not in c.group_set:
            c.rejecting.add("group")
        if c.count("insured_months") < 12:
            c.rejecting.add("insured-months")
        priced(c, basic, level)
    elif c.scheme == "technician":
        certificate_rule(c, "qualification", "skill_level")
        pension_rule(c)
        if (c.level == 2 and c.prior_level != 3) or (c.level == 1 and c.prior_level != 2):
            c.review.add("prior-level")
        priced(c, {2: 2000, 1: 5000}, level)
    elif c.scheme == "apprenticeship":
        own_apprenticeship(c)
    elif c.scheme == "project":
        own_project(c)
    elif c.scheme == "living_allowance":
        if "poor" not in c.group_set:
            c.rejecting.add("group")
        pension_rule(c)
        if c.project_id is None:
            c.rejecting.add("no-project")
        if not c.count("attended_days") > 0:
            c.rejecting.add("no-attendance")
        c.sum_fen = 5000 * c.count("attended_days")


def own_apprenticeship(c: Claim) -> None:
    pension_rule(c)
    if c.has_class and c.ended_on > two_years_on(c.started_on):
        c.review.add("duration")
    fee = c.count("fee_fen")
    c.sum_fen = min(fee * 60 // 100, 600000)
    if fee == 0:
        c.rejecting.add("no-fee")
    elif fee * 60 < 400000 * 100:
        c.review.add("below-floor")


def own_project(c: Claim) -> None:
    advance = c.contract_fen * 60 // 100
    completed, employed = c.count("completed_count"), c.count("employed_count")
    if c.project_stage == "advance":
        c.sum_fen = advance
    elif completed == 0:
        c.rejecting.add("no-completion")
    elif employed * 100 >= completed * 85:
        c.sum_fen = c.contract_fen - advance
    else:
        c.review.add("employment-rate")


def own_zhoucun(c: Claim) -> None:
    period_rule(c)
    c.review.add("unpriced")
    if c.scheme in ("training", "startup_training", "technician", "pre_job", "transfer", "safety"):
        certificate_rule(c, *CERTIFICATES)
        pension_rule(c)
    elif c.scheme == "apprenticeship":
        pension_rule(c)
    elif c.scheme == "labour_reserve_living" and (
        "new_leaver" not in c.group_set or not c.group_set & {"rural", "low_income"}
    ):
        c.rejecting.add("group")


# ---------------------------------------------------------------------------------------------- across claims


def same_payment(a: Claim, b: Claim, rulebook: str) -> bool:
    """Would b pay what a paid already?"""
    if a.scheme == "startup_training" and b.scheme == "startup_training":
        return True
    if a.scheme == "project" and b.scheme == "project":
        return (a.project_id, a.project_stage) == (b.project_id, b.project_stage)
    if a.scheme in DUPLICATE[rulebook] and b.scheme in DUPLICATE[rulebook]:
        if a.occupation_code is None or b.occupation_code is None:
            return False
        level_a, level_b = effective_level(a, rulebook), effective_level(b, rulebook)
        if not level_a or not level_b:
            return False
        return a.occupation_code == b.occupation_code and level_a == level_b
    return False


def measure(c: Claim, earlier: list[Claim], rulebook: str) -> None:
    """c against the earlier claims that hold a place, and history, of the same person"""
    if c.scheme in YEARLY[rulebook] and c.begins is not None:
        used = [
            e
            for e in earlier
            if e.scheme in YEARLY[rulebook] and e.begins is not None and e.begins.year == c.begins.year
        ]
        if len(used) >= 3:
            c.rejecting.add("yearly-limit")
    if any(same_payment(e, c, rulebook) for e in earlier):
        c.rejecting.add("duplicate")
    if rulebook == "taierzhuang" and c.scheme == "living_allowance":
        taken = sum(e.amount_taken for e in earlier if e.scheme == "living_allowance")
        left = max(0, 50000 - taken)
        if c.sum_fen is not None and c.sum_fen > left:
            c.listed.add("person-cap")
            if left == 0:
                c.rejecting.add("person-cap")
            c.sum_fen = left


def overlapping(a: Claim, b: Claim) -> bool:
    if not a.has_class or not b.has_class:
        return False
    if a.class_id is not None and b.class_id is not None and a.class_id == b.class_id:
        return False
    return a.started_on <= b.ended_on and b.started_on <= a.ended_on  # type: ignore[no-any-return]


def flag_overlaps(claims: list[Claim], history: list[Claim]) -> None:
    by_person: dict[str, list[Claim]] = defaultdict(list)
    for h in history:
        if h.scheme != "project":
            by_person[h.person_id].append(h)
    for c in claims:
        if c.scheme != "project":
            by_person[c.person_id].append(c)
    for several in by_person.values():
        for i, a in enumerate(several):
            for b in several[i + 1 :]:
                if overlapping(a, b):
                    a.review.add("overlap")
                    b.review.add("overlap")


def decide(rulebook: str, claim_rows: list[Row], history_rows: list[Row] | None = None) -> list[Decision]:
    """The decisions in the claims' order; rows are dicts from column to native value or text"""
    history = read_claims(history_rows or [], rulebook, history=True)
    wrong = [h for h in history if h.bad]
    if wrong:
        raise Unreadable(f"PAID has rows that would be invalid: {[h.claim_id for h in wrong][:3]}")
    paid_ids = frozenset(h.claim_id for h in history)
    claims = read_claims(claim_rows, rulebook, history=False, paid_ids=paid_ids)
    valid = [c for c in claims if not c.bad]

    for c in valid:
        if rulebook == "taierzhuang":
            own_taierzhuang(c)
        else:
            own_zhoucun(c)
    flag_overlaps(valid, history)

    places: dict[Any, list[Claim]] = defaultdict(list)
    for h in history:
        h.values["amount_taken"] = h.amount_fen
        places["project" if h.scheme == "project" else ("person", h.person_id)].append(h)
    for c in sorted(valid, key=lambda c: (c.applied_at, c.claim_id)):
        held = places["project" if c.scheme == "project" else ("person", c.person_id)]
        measure(c, held, rulebook)
        if not c.rejecting:
            c.values["amount_taken"] = c.sum_fen
            held.append(c)
    return [decision(c) for c in claims]


def decision(c: Claim) -> Decision:
    claim_id = c.claim_id or ""
    if c.bad:
        return Decision(claim_id, "invalid", 0, ";".join(sorted(f"bad-input:{b}" for b in c.bad)))
    reasons = ";".join(sorted(c.rejecting | c.review | c.listed))
    if c.rejecting:
        return Decision(claim_id, "rejected", 0, reasons)
    return Decision(claim_id, "review" if c.review else "approved", c.sum_fen, reasons)


# ---------------------------------------------------------------------------------------------- files


def read_csv_text(text: str) -> list[list[str]]:
    """RFC 4180 by hand; lines of white space alone are skipped, a quoted cell never closed is unreadable"""
    rows: list[list[str]] = []
    i, n = 0, len(text)
    while i < n:
        end = i
        while end < n and text[end] not in "\r\n":
            end += 1
        if not text[i:end].strip():
            i = end + 1
            continue
        row: list[str] = []
        while True:
            cell = ""
            if i < n and text[i] == '"':
                i += 1
                while True:
                    close = text.find('"', i)
                    if close < 0:
                        raise Unreadable("a quoted cell is never closed")
                    cell += text[i:close]
                    i = close + 1
                    if i < n and text[i] == '"':
                        cell += '"'
                        i += 1
                        continue
                    break
            start = i
            while i < n and text[i] not in ",\r\n":
                i += 1
            row.append(cell + text[start:i])
            if i < n and text[i] == ",":
                i += 1
                continue
            break
        i += 2 if text[i : i + 2] == "\r\n" else 1
        rows.append(row)
    return rows


def read_csv(path: Path) -> tuple[list[str], list[list[Any]]]:
    data = path.read_bytes()
    if data.startswith(b"\xef\xbb\xbf"):
        data = data[3:]
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError:
        try:
            text = data.decode("gb18030")
        except UnicodeDecodeError as error:
            raise Unreadable("neither UTF-8 nor GB18030") from error
    rows = read_csv_text(text)
    header = rows[0] if rows else []
    if any(len(row) > len(header) for row in rows[1:]):
        raise Unreadable("a row has more cells than the header")
    return header, [row + [None] * (len(header) - len(row)) for row in rows[1:]]


def read_xlsx(path: Path) -> tuple[list[str], list[list[Any]]]:
    import python_calamine

    try:
        book = python_calamine.CalamineWorkbook.from_path(str(path))
        rows = book.get_sheet_by_index(0).to_python(skip_empty_area=False)
    except Exception as error:
        raise Unreadable(str(error)) from error
    full = [row for row in rows if any(cell not in ("", None) for cell in row)]
    header = [cell if isinstance(cell, str) else "" for cell in (full[0] if full else [])]
    return header, [row[: len(header)] for row in full[1:]]


EPOCH = dt.datetime(1970, 1, 1)  # noqa: DTZ001


def parquet_cells(column: Any) -> list[Any]:
    """pyarrow's natives as Python's, by whole microseconds rounded down, with nothing lost on the way"""
    import pyarrow as pa

    kind = column.type
    if pa.types.is_dictionary(kind):
        return parquet_cells(column.cast(kind.value_type))
    if pa.types.is_date(kind):
        days = column.cast(pa.date32()).cast(pa.int32()).to_pylist()
        return [None if d is None else moment_of(d * 86_400_000_000, as_day=True) for d in days]
    if pa.types.is_timestamp(kind):
        numbers = column.cast(pa.int64()).to_pylist()
        num, den = {"s": (10**6, 1), "ms": (10**3, 1), "us": (1, 1), "ns": (1, 1000)}[kind.unit]
        return [None if x is None else moment_of(x * num // den, zoned=kind.tz is not None) for x in numbers]
    return list(column.to_pylist())


def moment_of(microseconds: int, *, as_day: bool = False, zoned: bool = False) -> Any:
    try:
        moment = EPOCH + dt.timedelta(microseconds=microseconds)
        if zoned:
            return moment.replace(tzinfo=dt.UTC)
    except OverflowError:
        return "a year Python has not"
    return moment.date() if as_day else moment


def read_parquet(path: Path) -> tuple[list[str], list[list[Any]]]:
    import pyarrow.parquet as pq

    try:
        file = pq.ParquetFile(path)
        table = file.read()
    except Exception as error:
        raise Unreadable(str(error)) from error
    known = {*TYPES, "amount_fen"}
    names = list(table.column_names)
    cells = [
        parquet_cells(column) if name.strip() in known else [None] * table.num_rows
        for name, column in zip(names, table.columns, strict=True)
    ]
    return names, [list(row) for row in zip(*cells, strict=True)] if cells else []


def read_table(path: str | Path, *, history: bool = False) -> list[Row]:
    """Rows as dicts of the contract's columns, or Unreadable"""
    path = Path(path)
    readers = {".csv": read_csv, ".xlsx": read_xlsx, ".parquet": read_parquet}
    if path.suffix not in readers:
        raise Unreadable(f"unknown ending: {path.suffix!r}")
    try:
        header, rows = readers[path.suffix](path)
    except OSError as error:
        raise Unreadable(str(error)) from error
    names = [name.strip() for name in header]
    contract = [*TYPES, "amount_fen"] if history else list(TYPES)
    for column in contract:
        if names.count(column) > 1:
            raise Unreadable(f"column twice: {column}")
    for column in [*REQUIRED_COLUMNS, "amount_fen"] if history else REQUIRED_COLUMNS:
        if column not in names:
            raise Unreadable(f"required column missing: {column}")
    places = [(column, names.index(column)) for column in contract if column in names]
    return [{column: row[i] if i < len(row) else None for column, i in places} for row in rows]


def adjudicate(rulebook: str, claims: str | Path, history: str | Path | None = None) -> list[Decision]:
    if rulebook not in SCHEMES:
        raise Unreadable(f"unknown rulebook: {rulebook}")
    return decide(
        rulebook, read_table(claims), read_table(history, history=True) if history is not None else None
    )


def simulate(
    rulebook: str, against: str, claim_rows: list[Row], history_rows: list[Row] | None = None
) -> list[tuple[Decision, Decision]]:
    """§5: the pairs that differ, in the claims' order.  A row of PAID whose scheme is unknown to one of the
    rulebooks is left out for that one."""

    def known(name: str) -> list[Row]:
        keep = []
        for row in history_rows or []:
            scheme = parse("text", as_cell(row.get("scheme")))
            if scheme is None or scheme in SCHEMES[name]:
                keep.append(row)
        return keep

    one = decide(rulebook, claim_rows, known(rulebook))
    other = decide(against, claim_rows, known(against))
    return [(a, b) for a, b in zip(one, other, strict=True) if a != b]
