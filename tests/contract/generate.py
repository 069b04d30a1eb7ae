"""Seeded claims for the contract: realistic ones, and nasty ones that stand on every boundary at once.

A row is a dict from column to a native value (int, bool, date, datetime, text) or, for a dirty cell, the text
as written.  The writers put the same rows into every format the contract knows, so that their decisions must
agree.  `python -m tests.contract.generate` is not needed: the tests call these functions.
"""

from __future__ import annotations

import datetime as dt
import random
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

Row = dict[str, Any]
CLAIM_COLUMNS = [
    "claim_id",
    "person_id",
    "scheme",
    "occupation_code",
    "level",
    "prior_level",
    "certificate_type",
    "certificate_issued_on",
    "class_id",
    "started_on",
    "ended_on",
    "attended_days",
    "insured_months",
    "draws_pension",
    "groups",
    "fee_fen",
    "project_id",
    "project_stage",
    "contract_fen",
    "completed_count",
    "employed_count",
    "applied_at",
]
PAID_COLUMNS = [*CLAIM_COLUMNS, "amount_fen"]
INTEGERS = {
    *("level", "prior_level", "attended_days", "insured_months", "fee_fen"),
    *("contract_fen", "completed_count", "employed_count", "amount_fen"),
}
DATES = {"certificate_issued_on", "started_on", "ended_on"}
TEXTS = set(PAID_COLUMNS) - INTEGERS - DATES - {"draws_pension", "applied_at"}

COMMON = ["training", "startup_training", "pre_job", "technician", "apprenticeship", "project"]
SCHEMES = {
    "taierzhuang": [*COMMON, "skill_upgrade", "living_allowance"],
    "zhoucun": [*COMMON, "transfer", "safety", "labour_reserve_living"],
}
CERTIFICATES = ["qualification", "skill_level", "special_ability", "special_operation", "completion"]
DAY = dt.timedelta(days=1)
D = dt.date
EDGES = [
    *(D(2018, 12, 31), D(2019, 1, 1), D(2019, 12, 31), D(2020, 1, 1), D(2020, 2, 28), D(2020, 2, 29)),
    *(D(2020, 12, 31), D(2021, 1, 1), D(2021, 12, 31), D(2022, 1, 1)),
]
PREFIXES = ["C", "c", "Ａ", "\U00020000", "中", "é", "C", "c", "#"]  # the 4th sorts before the 3rd in UTF-16
SPACES = [" ", "\t", "\u3000", "\xa0", "  "]
RARE_SPACES = ["\x1c", "\x1f", "\x85", "\u2003", "\u2028", "\x0b"]


def identity(rng: random.Random, *, year: str | None = None) -> str:
    born = D(1955, 1, 1) + rng.randrange(18000) * DAY
    day = (year or f"{born.year:04}") + f"{born:%m%d}"
    if day.endswith("0229"):
        day = day[:4] + "0228"
    head = rng.choice(["370405", "370306", "000000"]) + day + f"{rng.randrange(1000):03}"
    return head + "10X98765432"[sum(int(d) * pow(2, 17 - i, 11) for i, d in enumerate(head)) % 11]


def wrong_identity(rng: random.Random) -> str:
    good = identity(rng)
    wrong_check = good[:17] + rng.choice([c for c in "0123456789X" if c != good[17]])
    head = "370405" + "19990230" + "123"
    no_day = head + "10X98765432"[sum(int(d) * pow(2, 17 - i, 11) for i, d in enumerate(head)) % 11]
    wide = good[:16] + chr(ord("０") + int(good[16])) + good[17]
    return rng.choice(
        [wrong_check, no_day, wide, good[:15], good[:17], good + "0", good[:9] + " " + good[9:], "#", "张三"]
    )


# --------------------------------------------------------------------------------------------- spelling

BAD_INTEGERS = [
    "-1",
    "12.5",
    "1e3",
    "abc",
    "１２",
    "12.",
    "+5",
    "1000000000001",
    "0x1",
    "1,000",
    "--1",
    "true",
    "99999999999999999999999",
    "٣",
    ".0",
    "1.0.0",
    "NaN",
    "2020-01-01",
]
BAD_LEVELS = ["6", "-1", "3.5", "高级", "5级", "10", "1000000000000"]
BAD_DATES = [
    *[
        "2020-02-30",
        "2020-13-01",
        "20200101",
        "2020.1.1",
        "2020-1",
        "2020/01-02",
        "1899-12-31",
        "2101-01-01",
        "２０２０-01-01",
        "0000-00-00",
    ],
    *[
        "2020-00-10",
        "2020-01-001",
        "2019-02-29",
        "2100-02-29",
        "-2020-01-01",
        "2020-01-01T00:00:00",
        "43831",
        "20-01-01",
        "2020年1月1日",
    ],
    *("2020-01-01 10:00", "not a day", "2020-01-00", "2020- 1-01"),
]
BAD_BOOLEANS = ["yes", "y", "t", "2", "真", "1.0", "tru", "-1", "０", "01", "trueno", "2020-01-01"]
BAD_TIMES = [
    "2020-01-01 24:00", "2020-01-01 10:60", "2020-01-01 10:00:60", "2020-01-01T", "2020-01-01  10:00",
    "2020-01-01 10", "2020-01-01Z", "2020-01-01+08:00", "2020-01-01 10:00+24:00", "2020-01-01 10:00+8:00",
    "2020-01-01 10:00+0800", "2020-01-01 10:00:00.", "2020-01-01 10:00:00.1234567890", "2020-01-01t10:00",
    "2020-01-01 10:00z", "2020-01-01 010:00", "2020-01-01 10:0", "2020-01-01 10:00 Z", "1899-12-31 23:59:59",
    "2101-01-01 00:00", "2020-02-30 10:00", "2020-01-01 10:00:0", "2020-01-01 １0:00", "20200101 10:00",
    "2020-01-01 10:00:00,5", "2020-01-01 10:00:00+08", "2020-01-01 -1:00", "2020-01-01 10.00",
    "2020-01-01 10:00+08:60", "1577836800", "2020-01-01 10:00:00.+08:00", "2020-01-01_10:00",
]  # fmt: skip


def spell(rng: random.Random, column: str, value: Any, *, spaces: Sequence[str] = SPACES) -> str:
    """One of the ways the contract lets this value be written"""
    if value is None:
        return "" if rng.random() < 0.9 else rng.choice(spaces)
    text = value if isinstance(value, str) else written(rng, column, value)
    if rng.random() < 0.04:
        text = rng.choice(["", rng.choice(spaces)]) + text + rng.choice(spaces)
    return text


def written(rng: random.Random, column: str, value: Any) -> str:
    if isinstance(value, bool):
        return rng.choice(
            ["true", "True", "TRUE", "tRuE", "1", "是"] if value else ["false", "False", "0", "否"]
        )
    if isinstance(value, int):
        sign = "-" if value == 0 and rng.random() < 0.1 else ""
        zeros = rng.choice(["", "", "", "", ".0", ".000"])
        return sign + rng.choice(["", "", "", "", "0", "0" * 30]) + str(value) + zeros
    if isinstance(value, dt.datetime):
        return written_time(rng, value)
    if isinstance(value, dt.date):
        return written_day(rng, value)
    raise TypeError(column)


def written_day(rng: random.Random, day: dt.date) -> str:
    mark = rng.choice("--/")
    month, number = (f"{x:02}" if rng.random() < 0.8 else f"{x}" for x in (day.month, day.day))
    return f"{day.year}{mark}{month}{mark}{number}"


def written_time(rng: random.Random, moment: dt.datetime) -> str:
    zone = ""
    if rng.random() < 0.4:
        offset = rng.choice([0, 0, 480, -480, 330, 23 * 60 + 59, -23 * 60 - 59, 1])
        moment = moment - dt.timedelta(hours=8) + dt.timedelta(minutes=offset)
        sign, ahead = "-" if offset < 0 else "+", abs(offset)
        zone = "Z" if offset == 0 and rng.random() < 0.7 else f"{sign}{ahead // 60:02}:{ahead % 60:02}"
    day = written_day(rng, moment.date())
    if not zone and moment.time() == dt.time(0) and rng.random() < 0.7:
        return day
    hour = f"{moment.hour:02}" if rng.random() < 0.7 else f"{moment.hour}"
    text = f"{day}{rng.choice(' T')}{hour}:{moment.minute:02}"
    if moment.second or moment.microsecond or rng.random() < 0.7:
        text += f":{moment.second:02}"
        if moment.microsecond:
            text += f".{moment.microsecond:06}" + rng.choice(["", "", "9", "999", "001"])
        elif rng.random() < 0.2:
            text += rng.choice([".0", ".000000", ".0000009", ".000000001"])
    return text + zone


# --------------------------------------------------------------------------------------------- realistic


def realistic(rng: random.Random, n: int, rulebook: str = "taierzhuang") -> list[Row]:
    """Clean rows, about 2.2 claims a person, most of them approved"""
    persons = [identity(rng) for _ in range(max(1, int(n / 2.2)))]
    return [likely(rng, f"C{i:07}", rng.choice(persons), rng.choice(SCHEMES[rulebook])) for i in range(n)]


def likely(rng: random.Random, claim_id: str, person: str, scheme: str) -> Row:
    """A claim of this scheme that passes its own rules"""
    row: Row = dict.fromkeys(CLAIM_COLUMNS)
    start = D(2019, 1, 1) + rng.randrange(1095) * DAY
    end = min(start + rng.randrange(1, 6) * DAY, D(2021, 12, 31))
    row.update(
        claim_id=claim_id,
        person_id=person,
        scheme=scheme,
        occupation_code=f"6-{rng.randrange(1, 30):02}-{rng.randrange(1, 20):02}",
        level=rng.choice([5, 5, 4, 3]),
        certificate_type=rng.choice(["qualification", "skill_level"]),
        certificate_issued_on=end,
        attended_days=rng.choice([2, 3, 5]),
        insured_months=rng.randrange(12, 60),
        draws_pension=False,
        groups="poor;employee;new_leaver;rural",
        project_id=f"P{rng.randrange(10**6)}",
        applied_at=dt.datetime.combine(end, dt.time(9)) + rng.randrange(200) * DAY,
    )
    if scheme == "technician":
        row["level"] = rng.choice([2, 1])
        row["prior_level"] = row["level"] + 1
    if scheme == "project":
        row.update(project_stage=rng.choice(["advance", "balance"]), contract_fen=rng.randrange(1, 10**8))
        row["completed_count"] = rng.randrange(10, 50)
        row["employed_count"] = row["completed_count"]
    if scheme == "apprenticeship":
        row["fee_fen"] = rng.randrange(700000, 1200000)
    if scheme not in ("skill_upgrade", "technician"):
        row.update(class_id=f"K{rng.randrange(10**6)}", started_on=start, ended_on=end)
    return row


# --------------------------------------------------------------------------------------------- nasty

FEES = [None, 0, 1, 2, 666665, 666666, 666667, 666668, 999999, 1000000, 1000001, 1500000, 10**12]
FEES += [*range(666660, 666663), 10**12 + 1]
CONTRACTS = [1, 2, 3, 4, 5, 99, 101, 333333, 10**12, 10**12 - 1, 0, None, 10**12 + 1]
RATES = [
    *((20, 17), (100, 85), (100, 84), (0, 0), (None, 0), (None, None), (1, 1), (1, 0), (7, 6), (13, 11)),
    *(
        (20, 16),
        (20, 18),
        (10**12, 85 * 10**10),
        (10**12, 85 * 10**10 - 1),
        (3, 4),
        (None, 1),
        (40, 33),
        (40, 34),
    ),
]
GROUPS = [
    *(
        "poor",
        "employee",
        "new_leaver;rural",
        "new_leaver;low_income",
        "new_leaver",
        "rural;low_income",
        None,
    ),
    *(
        " poor ; employee;;",
        "Poor;Employee",
        "poor；employee",
        "贫困;poor",
        "poorer",
        "new_leaver; rural ;x",
        ";;",
    ),
    "poor;employee;new_leaver;rural",
]
PERIODS = [
    *((D(2019, 3, 1), D(2021, 3, 1)), (D(2019, 3, 1), D(2021, 3, 2)), (D(2020, 2, 29), D(2022, 2, 28))),
    *((D(2020, 2, 29), D(2022, 3, 1)), (D(2019, 2, 28), D(2021, 2, 28)), (D(2019, 2, 28), D(2021, 3, 1))),
    *((D(2018, 2, 28), D(2020, 2, 29)), (D(2018, 2, 28), D(2020, 2, 28)), (D(2020, 1, 1), D(2021, 12, 31))),
    *((D(2020, 1, 1), D(2022, 1, 1)), (D(2020, 1, 1), D(2022, 1, 2)), (D(2018, 3, 1), D(2020, 2, 29))),
]


def some_day(rng: random.Random) -> dt.date:
    if rng.random() < 0.25:
        return rng.choice(EDGES)
    return D(2019, 1, 1) + rng.randrange(1095) * DAY


def change_class(rng: random.Random, row: Row) -> None:
    kind = rng.random()
    if kind < 0.35:
        row["started_on"], row["ended_on"] = rng.choice(PERIODS)
    elif kind < 0.75:
        start = some_day(rng)
        row["started_on"], row["ended_on"] = start, start + rng.choice([0, 0, 1, 5, 30]) * DAY
    elif kind < 0.95:
        row["started_on"] = row["ended_on"] = None
    else:
        row["ended_on"] = row["started_on"] and row["started_on"] - DAY


def change_certificate(rng: random.Random, row: Row) -> None:
    kind = rng.random()
    if kind < 0.4:
        row["certificate_type"] = rng.choice(CERTIFICATES)
        row["certificate_issued_on"] = row["certificate_issued_on"] or some_day(rng)
    elif kind < 0.6:
        row["certificate_type"] = None
    elif kind < 0.85:
        row["certificate_type"] = row["certificate_issued_on"] = None
    elif kind < 0.93:
        row["certificate_issued_on"] = None
    else:
        row["certificate_issued_on"] = rng.choice(EDGES)
        row["started_on"] = row["ended_on"] = None


def change_rate(rng: random.Random, row: Row) -> None:
    row["completed_count"], row["employed_count"] = rng.choice(RATES)


def setter(column: str, values: Sequence[Any]) -> Callable[[random.Random, Row], None]:
    def change(rng: random.Random, row: Row) -> None:
        row[column] = rng.choice(values)

    return change


CHANGES: list[Callable[[random.Random, Row], None]] = [
    change_class,
    change_class,
    change_certificate,
    change_certificate,
    change_rate,
    setter("level", [None, 0, 1, 2, 3, 4, 5, 6, -1]),
    setter("level", [None, 0, 1, 2, 3, 4, 5]),
    setter("prior_level", [None, 0, 1, 2, 3, 4, 5]),
    setter("attended_days", [None, 0, 1, 9, 10, 11, 4, 6, 10**12]),
    setter("insured_months", [None, 0, 11, 12, 13, 10**12]),
    setter("draws_pension", [None, False, True, True]),
    setter("groups", GROUPS),
    setter("fee_fen", FEES),
    setter("contract_fen", CONTRACTS),
    setter("occupation_code", [None, "6-01", "6-1", "a", "A"]),
    setter("project_id", [None, "P1", "p1"]),
    setter("project_stage", ["advance", "balance", None, "Advance"]),
    setter("class_id", [None, "K1", "k1", "K2"]),
]


def fit(rng: random.Random, row: Row) -> None:
    """Values near the boundary that the row's own scheme asks about"""
    scheme = row["scheme"]
    if scheme == "apprenticeship" and rng.random() < 0.7:
        row["fee_fen"] = rng.choice(FEES)
        if rng.random() < 0.4:
            row["started_on"], row["ended_on"] = rng.choice(PERIODS)
    if scheme == "project":
        if rng.random() < 0.7:
            row["contract_fen"] = rng.choice(CONTRACTS[:10])
        if rng.random() < 0.6:
            change_rate(rng, row)
    if scheme == "living_allowance" and rng.random() < 0.8:
        row["attended_days"] = rng.choice([1, 2, 3, 3, 4, 5, 6, 9, 10, 11])
    if scheme == "pre_job" and rng.random() < 0.4:
        row.update(
            certificate_type=rng.choice(CERTIFICATES[2:3] * 3 + CERTIFICATES[3:]),
            level=rng.choice([None, 0, 3, 4, 5]),
        )
    if scheme == "technician" and rng.random() < 0.5:
        row["level"], row["prior_level"] = rng.choice(
            [(2, 3), (1, 2), (2, 2), (1, 3), (2, 4), (3, 4), (2, None)]
        )


def theme(rng: random.Random, row: Row, liked: str) -> None:
    """What this person does again and again, so that every comparison across claims is met"""
    if liked == "levels":
        row.update(level=rng.choice([0, None, 5]), occupation_code="6-01")
        if row["scheme"] == "technician":
            row.update(level=rng.choice([0, None, 1]), prior_level=2)
    elif liked == "occupations":
        row.update(level=rng.choice([5, 4]), occupation_code=rng.choice([None, "a", "A", "6-01"]))
    elif liked == "ties":
        row.update(level=5, occupation_code=rng.choice(["6-01", "6-02"]))
    elif liked == "years":
        row.update(occupation_code=f"7-{rng.randrange(10**6)}")
    elif liked == "allowance" and row["scheme"] == "living_allowance":
        row["attended_days"] = rng.choice([None, 0, 1, 2, 3, 4, 10, 11])
    if rng.random() < 0.15:
        row["groups"] = rng.choice(GROUPS)


THEMES = {
    "levels": ["training", "pre_job", "technician"],
    "occupations": ["training", "pre_job", "technician", "skill_upgrade"],
    "years": ["training", "pre_job", "training", "startup_training"],
    "allowance": ["living_allowance", "labour_reserve_living"],
    "ties": ["training", "startup_training", "pre_job", "living_allowance"],
    "any": [],
}


def nasty_row(rng: random.Random, i: int, pools: dict[str, list[Any]], rulebook: str) -> Row:
    person = rng.choice(pools["persons"])
    schemes = SCHEMES[rulebook]
    # a person keeps to few schemes, so that the counters across claims fill up
    habit = random.Random(person).choice(list(THEMES))
    liked = [s for s in THEMES[habit] if s in schemes] or random.Random(person).sample(schemes, 3)
    scheme = rng.choice(liked) if rng.random() < 0.75 else rng.choice(schemes)
    row = likely(rng, f"{rng.choice(PREFIXES)}{i:05}", person, scheme)
    row["occupation_code"] = rng.choice([f"6-0{k}" for k in range(8)])
    row["project_id"] = rng.choice(pools["projects"])
    row["class_id"] = row["class_id"] and rng.choice(["K1", "K2", "K3", None])
    if row["started_on"] is not None and rng.random() < 0.3:
        start = some_day(rng)
        row.update(started_on=start, ended_on=start + rng.choice([0, 1, 2, 9]) * DAY)
    fit(rng, row)
    theme(rng, row, habit)
    if rng.random() < 0.4:
        for change in rng.sample(CHANGES, rng.choice([1, 1, 2, 4])):
            change(rng, row)
    row["applied_at"] = rng.choice(pools["close"] if habit == "ties" else pools["times"])
    if row["person_id"][-1] == "X" and rng.random() < 0.5:
        row["person_id"] = row["person_id"][:17] + "x"
    if scheme == "project" and rng.random() < 0.6:
        row["person_id"] = rng.choice([None, None, wrong_identity(rng), row["person_id"]])
    return row


def pools(rng: random.Random, n: int) -> dict[str, list[Any]]:
    persons: list[Any] = [identity(rng) for _ in range(max(2, n // 14))]
    persons += ["#a", "#A", "#张三", "##", *(identity(rng, year=y) for y in ("0001", "1899", "2101", "9999"))]
    start = dt.datetime(2020, 6, 1)  # noqa: DTZ001
    times = [start + dt.timedelta(hours=rng.randrange(100)) for _ in range(30)]
    times += [start + dt.timedelta(microseconds=k) for k in (0, 1, 2, 3)]
    times += [dt.datetime(1993, 1, 1), dt.datetime(2099, 12, 31, 23, 59, 59)]  # noqa: DTZ001
    close = [start + dt.timedelta(microseconds=k) for k in (0, 0, 0, 1, 1, 1, 2, 2, 999_999, 1_000_000)]
    return {
        "persons": persons,
        "times": times,
        "close": close,
        "projects": [f"P{k}" for k in range(max(2, n // 40))],
    }


def nasty(
    rng: random.Random, n: int, rulebook: str, *, dirty: bool, pool: dict[str, Any] | None = None
) -> list[Row]:
    """Few persons, many claims each.  `dirty` puts malformed text into typed cells, which native columns
    cannot hold; wrong texts, ranges and repeats occur either way."""
    pool = pool or pools(rng, n)
    rows = [nasty_row(rng, i, pool, rulebook) for i in range(n)]
    for i, row in enumerate(rows):
        if rng.random() < 0.04 and i:
            row["claim_id"] = rng.choice([rows[rng.randrange(i)]["claim_id"], None])
        if rng.random() < 0.07:
            spoil_text(rng, row)
        if dirty and rng.random() < 0.1:
            for _ in range(rng.choice([1, 1, 2, 5])):
                spoil(rng, row)
    return rows


def spoil_text(rng: random.Random, row: Row) -> None:
    column = rng.choice(
        ["person_id", "person_id", "scheme", "scheme", "certificate_type", "project_stage", "applied_at"]
    )
    if column == "person_id":
        row[column] = rng.choice([None, wrong_identity(rng), wrong_identity(rng)])
    elif column == "scheme":
        row[column] = rng.choice(
            [None, "Training", "train ing", "transfer", "skill_upgrade", "living_allowance", "培训"]
        )
        row["person_id"] = rng.choice([None, row["person_id"]])
    elif column == "certificate_type":
        row[column] = rng.choice(["Qualification", "职业资格", "skill level", "none"])
        row["certificate_issued_on"] = rng.choice([None, row["certificate_issued_on"]])
    elif column == "project_stage":
        row[column] = rng.choice(["Advance", "BALANCE", "预付"])
    else:
        row[column] = None


def spoil(rng: random.Random, row: Row) -> None:
    column = rng.choice(
        [*sorted(INTEGERS - {"amount_fen"}), *sorted(DATES) * 2, "draws_pension", "applied_at"]
    )
    if column in ("level", "prior_level"):
        row[column] = rng.choice(BAD_LEVELS + BAD_INTEGERS)
    elif column in INTEGERS:
        row[column] = rng.choice(BAD_INTEGERS)
    elif column in DATES:
        row[column] = rng.choice(BAD_DATES)
        if column != "certificate_issued_on" and rng.random() < 0.3:
            row["started_on" if column == "ended_on" else "ended_on"] = None
    elif column == "draws_pension":
        row[column] = rng.choice(BAD_BOOLEANS)
    else:
        row[column] = rng.choice(BAD_TIMES)


def paid(rng: random.Random, n: int, rulebook: str, pool: dict[str, Any], claims: list[Row]) -> list[Row]:
    """Valid history of the same persons; now and then a claim_id that occurs in the claims"""
    rows: list[Row] = []
    taken = set()
    while len(rows) < n:
        row = nasty_row(rng, 90000 + len(rows), pool, rulebook)
        if rng.random() < 0.05:
            row["claim_id"] = rng.choice(claims)["claim_id"]
        row["applied_at"] = dt.datetime(2030, 1, 1) if rng.random() < 0.5 else row["applied_at"]  # noqa: DTZ001
        row["amount_fen"] = rng.choice([0, 1, 5000, 15000, 20000, 49999, 50000, 50001, 10**12])
        if row["scheme"] == "living_allowance":
            row["amount_fen"] = rng.choice([0, 5000, 10000, 15000, 35000, 45000, 49999, 50000])
        if row["claim_id"] is not None and row["claim_id"] not in taken and plainly_valid(row):
            taken.add(row["claim_id"])
            rows.append(row)
    return rows


def plainly_valid(row: Row) -> bool:
    numbers = [row[c] for c in INTEGERS if c != "amount_fen" and row[c] is not None]
    if any(not 0 <= x <= 10**12 for x in numbers) or any((row[c] or 0) > 5 for c in ("level", "prior_level")):
        return False
    if row["project_stage"] not in ("advance", "balance", None):
        return False
    if row["certificate_type"] and not row["certificate_issued_on"]:
        return False
    if (row["started_on"] is None) != (row["ended_on"] is None):
        return False
    if row["started_on"] and row["ended_on"] < row["started_on"]:
        return False
    if row["scheme"] != "project":
        return True
    counts = (row["employed_count"] or 0) <= (row["completed_count"] or 0)
    return bool(row["project_id"] and row["project_stage"] and row["contract_fen"] and counts)


# --------------------------------------------------------------------------------------------- grid


def grid(rng: random.Random, rulebook: str, *, dirty: bool) -> list[Row]:
    """Every boundary of every own rule and every malformed cell once, each on a person of its own"""
    rows: list[Row] = []

    def add(likely_as: str, **changes: Any) -> None:
        row = likely(rng, f"G{len(rows):05}", identity(rng), likely_as)
        row["project_id"] = f"G{len(rows)}"
        row.update(changes)
        rows.append(row)

    for scheme in SCHEMES[rulebook]:
        grid_of_scheme(scheme, add)
    for column in (*sorted(INTEGERS - {"amount_fen"}), *sorted(DATES), "draws_pension", "applied_at"):
        for value in bad_cells(column) if dirty else []:
            for scheme in ("training", "project"):
                add(scheme, **{column: value})
            if column in ("started_on", "ended_on"):
                add("training", **{"started_on": None, "ended_on": None, column: value})
    for column in sorted(INTEGERS - {"amount_fen"}):
        for number in (0, 5, 6, -1, 10**12, 10**12 + 1):
            add("training", **{column: number})
    for _ in range(60):
        add("training", person_id=wrong_identity(rng))
    for person in ("#", "##", "#x", None, *(identity(rng, year=y) for y in ("0001", "1000", "2500", "9999"))):
        for written_scheme in ("training", "Training", None):
            add("training", person_id=person, scheme=written_scheme)
    for stage in ("advance", "balance", "Advance", None):
        for scheme in ("training", "project"):
            add(scheme, project_stage=stage)
    for day in EDGES:
        add("training", started_on=day, ended_on=day)
        add("training", started_on=None, ended_on=None, certificate_issued_on=day)
        add("training", started_on=None, ended_on=None, certificate_issued_on=day, certificate_type=None)
    return rows


def grid_of_scheme(scheme: str, add: Callable[..., None]) -> None:
    for kind in (*CERTIFICATES, None, "Qualification"):
        for day in (D(2020, 5, 5), None):
            add(scheme, certificate_type=kind, certificate_issued_on=day)
            add(scheme, certificate_type=kind, certificate_issued_on=day, started_on=None, ended_on=None)
    for level in (None, 0, 1, 2, 3, 4, 5, 6):
        for prior in (None, 0, 1, 2, 3, 4, 5):
            add(scheme, level=level, prior_level=prior)
        add(scheme, level=level, certificate_type="special_ability")
    for fee in FEES:
        add(scheme, fee_fen=fee)
    for begin, end in PERIODS:
        add(scheme, started_on=begin, ended_on=end)
    for months in (None, 0, 11, 12, 13):
        add(scheme, insured_months=months)
    for groups in GROUPS:
        add(scheme, groups=groups)
    for days in (None, 0, 1, 9, 10, 11, 10**12):
        add(scheme, attended_days=days)
    for draws in (None, False, True):
        add(scheme, draws_pension=draws, groups=None)
    add(scheme, project_id=None)
    if scheme == "project":
        for completed, employed in RATES:
            for stage in ("advance", "balance"):
                add(scheme, completed_count=completed, employed_count=employed, project_stage=stage)
        for contract in CONTRACTS:
            for stage in ("advance", "balance"):
                add(scheme, contract_fen=contract, project_stage=stage)


def bad_cells(column: str) -> list[str]:
    if column in ("level", "prior_level"):
        return BAD_LEVELS + BAD_INTEGERS
    if column in INTEGERS:
        return BAD_INTEGERS
    if column in DATES:
        return BAD_DATES
    return BAD_BOOLEANS if column == "draws_pension" else BAD_TIMES


# --------------------------------------------------------------------------------------------- writers


def columns_of(rows: list[Row], rng: random.Random) -> list[str]:
    names = list(PAID_COLUMNS if rows and "amount_fen" in rows[0] else CLAIM_COLUMNS)
    rng.shuffle(names)
    return names


def texts(rng: random.Random, rows: list[Row], *, spaces: Sequence[str] = SPACES) -> list[dict[str, str]]:
    return [{c: spell(rng, c, v, spaces=spaces) for c, v in row.items()} for row in rows]


def write_csv(path: Path, rows: list[dict[str, str]], rng: random.Random, encoding: str = "utf-8") -> None:
    names = columns_of(rows, rng)
    names.insert(rng.randrange(len(names)), "备注")
    names.append(" 其他 ")
    end = rng.choice(["\n", "\r\n"])
    lines = [",".join(f" {n} " if rng.random() < 0.2 else n for n in names)]
    for row in rows:
        cells = [row.get(n, rng.choice(["", "", "x", 'a "q"', "l1\nl2"])) for n in names]
        while len(cells) > 2 and cells[-1] == "" and rng.random() < 0.5:
            cells.pop()
        lines.append(",".join(quoted(rng, c) for c in cells))
        if rng.random() < 0.02:
            lines.append(rng.choice(["", " ", "\t \u3000"]))
    path.write_bytes((end.join(lines) + rng.choice(["", end])).encode(encoding))


def quoted(rng: random.Random, cell: str) -> str:
    if any(c in cell for c in ',"\r\n') or rng.random() < 0.05:
        return '"' + cell.replace('"', '""') + '"'
    return cell


def write_text_parquet(path: Path, rows: list[dict[str, str]], rng: random.Random) -> None:
    import pyarrow as pa
    import pyarrow.parquet as pq

    arrays = {}
    for name in columns_of(rows, rng):
        values = [row[name] if row[name] or rng.random() < 0.5 else None for row in rows]
        kind = rng.choice([pa.string(), pa.large_string(), pa.dictionary(pa.int32(), pa.string())])
        arrays[name] = pa.array(values, pa.string()).cast(kind)
    arrays["unknown"] = pa.array([["nested"]] * len(rows))
    pq.write_table(pa.table(arrays), path, row_group_size=max(1, len(rows) // rng.choice([1, 2, 5])))


def write_native_parquet(path: Path, rows: list[Row], rng: random.Random) -> None:
    """Rows of `dirty=False` in typed columns: integers also as floats and decimals, days also as date-times
    with and without a zone, times in every unit"""
    import pyarrow as pa
    import pyarrow.parquet as pq

    arrays = {}
    for name in columns_of(rows, rng):
        values = [row[name] for row in rows]
        if name in INTEGERS:
            kind = rng.choice([pa.int64(), pa.float64(), pa.decimal128(24, 2), pa.int64()])
            array = pa.array(values, pa.int64())
            arrays[name] = (
                pa.array([None if v is None else float(v) for v in values])
                if kind == pa.float64()
                else array.cast(kind)
            )
            if kind == pa.float64() and rng.random() < 0.5:
                arrays[name] = pa.array([float("nan") if v is None else float(v) for v in values])
        elif name in DATES:
            arrays[name] = native_days(rng, values)
        elif name == "draws_pension":
            numbers = [None if v is None else int(v) for v in values]
            arrays[name] = (
                pa.array(numbers, pa.int8()) if rng.random() < 0.3 else pa.array(values, pa.bool_())
            )
        elif name == "applied_at":
            arrays[name] = native_times(rng, values)
        else:
            arrays[name] = pa.array(values, pa.string())
    pq.write_table(pa.table(arrays), path)


def native_days(rng: random.Random, values: list[Any]) -> Any:
    import pyarrow as pa

    kind = rng.choice(["date32", "date64", "naive", "zoned"])
    if kind == "date32":
        return pa.array(values, pa.date32())
    if kind == "date64":
        return pa.array(values, pa.date64())
    late = [
        v and dt.datetime.combine(v, rng.choice([dt.time(0), dt.time(7, 59), dt.time(23, 59, 59)]))
        for v in values
    ]
    if kind == "naive":
        return pa.array(late, pa.timestamp(rng.choice(["s", "ms", "us", "ns"])))
    utc = [v and v - dt.timedelta(hours=8) for v in late]
    zone = rng.choice(["UTC", "America/New_York", "+05:30"])
    return pa.array(utc, pa.timestamp("us")).cast(pa.timestamp("us", "UTC")).cast(pa.timestamp("us", zone))


def native_times(rng: random.Random, values: list[Any]) -> Any:
    import pyarrow as pa

    if rng.random() < 0.6:
        below = pa.array(
            [None if v is None else nanoseconds(v) + rng.randrange(1000) for v in values], pa.int64()
        )
        return below.cast(pa.timestamp("ns"))
    utc = [v and v - dt.timedelta(hours=8) for v in values]
    zone = rng.choice(["UTC", "America/New_York", "Asia/Shanghai"])
    return pa.array(utc, pa.timestamp("us")).cast(pa.timestamp("us", "UTC")).cast(pa.timestamp("us", zone))


def nanoseconds(moment: dt.datetime) -> int:
    return (moment - dt.datetime(1970, 1, 1)) // dt.timedelta(microseconds=1) * 1000  # noqa: DTZ001


def write_xlsx(path: Path, rows: list[Row], rng: random.Random) -> None:
    """Native where a cell can be, text otherwise, both mixed in one column"""
    import xlsxwriter

    with xlsxwriter.Workbook(str(path)) as book:
        day = book.add_format({"num_format": "yyyy-mm-dd"})
        moment = book.add_format({"num_format": "yyyy/m/d hh:mm:ss"})
        sheet = book.add_worksheet("申请")
        book.add_worksheet("second").write_string(0, 0, "not read")
        names = columns_of(rows, rng)
        for x, name in enumerate(names):
            sheet.write_string(0, x, name)
        y = 0
        for row in rows:
            y += 1 if rng.random() < 0.98 else 2
            for x, name in enumerate(names):
                value = row[name]
                exact = not isinstance(value, dt.datetime) or value.microsecond == 0
                if not isinstance(value, str) and value is not None and (rng.random() < 0.2 or not exact):
                    value = spell(rng, name, value)
                if isinstance(value, bool):
                    sheet.write_boolean(y, x, value)
                elif isinstance(value, int):
                    sheet.write_number(y, x, value)
                elif isinstance(value, dt.datetime):
                    sheet.write_datetime(y, x, value, moment)
                elif isinstance(value, dt.date):
                    sheet.write_datetime(y, x, dt.datetime.combine(value, dt.time(0)), day)
                elif value:
                    sheet.write_string(y, x, value)
            if rng.random() < 0.05:
                sheet.write_string(y, len(names) + 1, "beyond the header")
