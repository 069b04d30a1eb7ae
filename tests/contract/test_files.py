# ruff: noqa: DTZ001, E501 - native times without a zone are meant, a case is a line
"""Hostile files, with results derived by hand from the words of contracts/adjudicate.md."""

from __future__ import annotations

import datetime as dt
import json
import random
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.contract import generate, oracle
from tests.contract.command import COLUMNS, Result, read_decisions, read_rows, wudan, wudan_here

PERSON = "11010519491231002X"  # the example of GB 11643
HEAD = "claim_id,person_id,scheme,level,certificate_type,certificate_issued_on,applied_at"
TAIL = f"{PERSON},training,5,skill_level,2020-05-01,2020-06-01"
GOOD = f"A,{TAIL}"
PAID_HEAD = f"{HEAD},amount_fen"
Write = Callable[[str, str | bytes], Path]


@pytest.fixture
def write(tmp_path: Path) -> Write:
    def put(name: str, content: str | bytes) -> Path:
        path = tmp_path / name
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return path

    return put


def adjudicate(
    claims: Path, *more: str | Path, book: str = "taierzhuang", out: str = "out.csv"
) -> tuple[Result, Path]:
    target = claims.parent / out
    return wudan_here("adjudicate", claims, "--rulebook", book, "--out", target, *more), target


def decisions(claims: Path, *more: str | Path, book: str = "taierzhuang", out: str = "out.csv") -> list[Any]:
    result, target = adjudicate(claims, *more, book=book, out=out)
    assert result.status == 0, result.err
    return [row[:4] for row in read_decisions(target)]


def refused(claims: Path, *more: str | Path, **kwargs: Any) -> str:
    """Exit status 2, one clear line, and DECISIONS as it was: here before, or not there at all"""
    old = claims.parent / "old.csv"
    old.write_bytes(b"as it was")
    result, target = adjudicate(claims, *more, **kwargs)
    assert result.refused, result
    assert "Traceback" not in result.err
    assert not target.exists()
    result, _ = adjudicate(claims, *more, **{**kwargs, "out": "old.csv"})
    assert result.refused
    assert old.read_bytes() == b"as it was"
    return result.err


# --------------------------------------------------------------------------------------------- refused


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("empty.csv", ""),
        ("white.csv", " \n\t\n\u3000\n"),
        ("empty.parquet", b""),
        ("empty.xlsx", b""),
        ("words.parquet", "these are words, not a table"),
        ("magic.parquet", b"PAR1" + bytes(100) + b"PAR1"),
        ("words.xlsx", "these are words, not a workbook"),
        ("claims.txt", f"{HEAD}\n{GOOD}\n"),
        ("claims", f"{HEAD}\n{GOOD}\n"),
        ("claims.CSV", f"{HEAD}\n{GOOD}\n"),
        ("claims.csv.gz", f"{HEAD}\n{GOOD}\n"),
        ("missing1.csv", "person_id,scheme,applied_at\n"),
        ("missing2.csv", "claim_id,scheme,applied_at\n"),
        ("missing3.csv", "claim_id,person_id,applied_at\n"),
        ("missing4.csv", "claim_id,person_id,scheme\n"),
        ("case.csv", "Claim_id,person_id,scheme,applied_at\n"),
        ("twice1.csv", f"{HEAD},claim_id\n"),
        ("twice2.csv", f"{HEAD},\u3000claim_id \n{GOOD}\n"),
        ("twice3.csv", f"{HEAD},groups,groups\n"),
        ("longer1.csv", f"{HEAD}\n{GOOD}\n{GOOD},more\n"),
        ("longer2.csv", f"{HEAD}\n{GOOD},\n"),
        ("longer3.csv", f"{HEAD}\n{GOOD}\n,,,,,,,\n"),
        ("unclosed1.csv", f'{HEAD}\n"A,{TAIL}\n'),
        ("unclosed2.csv", f'{HEAD}\n{GOOD}\nB,"'),
        ("unclosed3.csv", f'{HEAD}\n{GOOD}\nB,"x""'),
        ("unclosed4.csv", f'{HEAD},"groups\n'),
        ("neither.csv", f"{HEAD}\n".encode() + b"\xff\xff" + TAIL.encode()),
        ("utf16.csv", f"{HEAD}\n{GOOD}\n".encode("utf-16")),
    ],
)
def test_a_file_that_cannot_be_read(write: Write, name: str, content: str | bytes) -> None:
    refused(write(name, content))


def test_nothing_there(tmp_path: Path) -> None:
    for name in ("missing.csv", "missing.parquet", "missing.xlsx"):
        assert name in refused(tmp_path / name)
    for ending in (".csv", ".parquet", ".xlsx"):
        (tmp_path / f"folder{ending}").mkdir()
        refused(tmp_path / f"folder{ending}")


def test_a_truncated_parquet(tmp_path: Path) -> None:
    path = tmp_path / "a.parquet"
    parquet(path, claim_id=["A"] * 1000)
    path.write_bytes(path.read_bytes()[:-9])
    refused(path)
    parquet(path, claim_id=[f"A{i}" for i in range(1000)])
    data = bytearray(path.read_bytes())
    data[4:400] = bytes(396)
    path.write_bytes(data)
    refused(path)


def test_a_workbook_that_is_none(tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("hello.txt", "not a workbook")
    refused(path)
    path.write_bytes(path.read_bytes()[:50])
    refused(path)


def test_a_parquet_without_columns_or_with_one_twice(tmp_path: Path) -> None:
    import pyarrow as pa
    import pyarrow.parquet as pq

    path = tmp_path / "a.parquet"
    pq.write_table(pa.table({}), path)
    refused(path)
    names = [*oracle.REQUIRED_COLUMNS, "level", "level "]
    pq.write_table(pa.table([pa.array(["x"])] * len(names), names=names), path)
    assert "level" in refused(path)


def test_unknown_rulebook_and_endings(write: Write) -> None:
    claims = write("a.csv", f"{HEAD}\n{GOOD}\n")
    assert "nowhere" in refused(claims, book="nowhere")
    for out in ("out.txt", "out", "out.CSV", "out.json"):
        result, target = adjudicate(claims, out=out)
        assert result.refused
        assert not target.exists()


# --------------------------------------------------------------------------------------------- refused history


@pytest.mark.parametrize(
    ("row", "named"),
    [
        (f"H9,{TAIL},", "H9"),
        (f"H9,{TAIL},-1", "H9"),
        (f"H9,{TAIL},1000.5", "H9"),
        (f"H9,{TAIL},1000000000001", "H9"),
        (f"H1,{TAIL},100", "H1"),
        (f"H9,{PERSON[:-1]}1,training,5,skill_level,2020-05-01,2020-06-01,100", "H9"),
        (f"H9,{PERSON},skill_up,5,skill_level,2020-05-01,2020-06-01,100", "H9"),
        (f"H9,{PERSON},transfer,5,skill_level,2020-05-01,2020-06-01,100", "H9"),
        (f"H9,{PERSON},training,5,skill_level,,2020-06-01,100", "H9"),
        (f"H9,{PERSON},training,5,skill_level,2020-05-01,,100", "H9"),
        (f",{TAIL},100", ""),
        (",,,,,,,", ""),
    ],
)
def test_a_bad_row_of_history_is_named(write: Write, row: str, named: str) -> None:
    claims = write("a.csv", f"{HEAD}\n{GOOD}\n")
    paid = write("paid.csv", f"{PAID_HEAD}\nH1,{TAIL},100\n{row}\n")
    assert named in refused(claims, "--history", paid)


def test_history_needs_its_columns(write: Write) -> None:
    claims = write("a.csv", f"{HEAD}\n{GOOD}\n")
    assert "amount_fen" in refused(claims, "--history", write("p1.csv", f"{HEAD}\nH1,{TAIL}\n"))
    refused(claims, "--history", write("p2.csv", f"{PAID_HEAD},amount_fen\n"))
    refused(claims, "--history", write("p3.csv", ""))
    refused(claims, "--history", claims.parent / "nowhere.csv")
    refused(claims, "--history", write("p4.txt", f"{PAID_HEAD}\n"))


def test_history_with_no_rows(write: Write) -> None:
    claims = write("a.csv", f"{HEAD}\n{GOOD}\n")
    assert decisions(claims, "--history", write("p.csv", f"{PAID_HEAD}\n")) == [("A", "approved", 100000, "")]


def test_a_claim_that_was_paid(write: Write) -> None:
    claims = write("a.csv", f"{HEAD}\n{GOOD}\n A \nB,{TAIL}\n")
    paid = write("p.csv", f"{PAID_HEAD}\n A ,{TAIL},100\n")
    got = decisions(claims, "--history", paid)
    assert got[0] == ("A", "invalid", 0, "bad-input:claim_id")
    assert got[1][3] == "bad-input:applied_at;bad-input:claim_id;bad-input:person_id;bad-input:scheme"
    assert got[2] == ("B", "approved", 100000, "")  # no occupation code: nothing to compare


# --------------------------------------------------------------------------------------------- no rows


@pytest.mark.parametrize("out", ["out.csv", "out.parquet", "out.xlsx"])
def test_a_header_with_no_rows(tmp_path: Path, write: Write, out: str) -> None:
    assert decisions(write("a.csv", "\ufeff" + HEAD), out=out) == []
    assert decisions(write("b.csv", f"\n \n{HEAD}\r\n\r\n\u3000\r\n"), out=out) == []
    parquet(tmp_path / "a.parquet", rows=0)
    assert decisions(tmp_path / "a.parquet", out=out) == []
    xlsx(tmp_path / "a.xlsx", [HEAD.split(",")])
    assert decisions(tmp_path / "a.xlsx", out=out) == []


# --------------------------------------------------------------------------------------------- csv


def ids(claims: Path, **kwargs: Any) -> list[str]:
    return [row[0] for row in decisions(claims, **kwargs)]


@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_white_lines_quotes_and_short_rows(write: Write, end: str) -> None:
    lines = [
        " ",
        f" {HEAD} ".replace(",", " ,\t"),
        GOOD,
        "",
        " \t\u3000 ",
        f'"B, ""b""\n\n \nb",{TAIL}',
        "C",
        ",,,",
        '""',
        f'" D ","{PERSON}","training","5","skill_level","2020-05-01","2020-06-01"',
    ]
    got = decisions(write("a.csv", end.join(lines)))
    missing = "bad-input:applied_at;bad-input:person_id;bad-input:scheme"
    nothing = "bad-input:applied_at;bad-input:claim_id;bad-input:person_id;bad-input:scheme"
    assert got == [
        ("A", "approved", 100000, ""),
        ('B, "b"\n\n \nb', "approved", 100000, ""),
        ("C", "invalid", 0, missing),
        ("", "invalid", 0, nothing),
        ("", "invalid", 0, nothing),
        ("D", "approved", 100000, ""),
    ]


def test_only_line_ends_end_a_line(write: Write) -> None:
    odd = ["a\u2028b", "a\x85b", "a\x0bb", "a\x0cb", "a\x1cb", "a\x1eb", "a\u2029b", "a\x00b"]
    lines = [HEAD, *(f"{name},{TAIL}" for name in odd)]
    assert ids(write("a.csv", "\n".join(lines))) == odd


def test_words_that_other_readers_take_for_nothing(write: Write) -> None:
    names = [
        "NA",
        "N/A",
        "null",
        "NULL",
        "None",
        "nan",
        "NaN",
        "-NaN",
        "#N/A",
        "<NA>",
        "1e5",
        "007",
        "1.0",
        "+1",
        "true",
        "0x10",
        "-",
    ]
    lines = [HEAD, *(f"{name},{TAIL}" for name in names)]
    assert ids(write("a.csv", "\n".join(lines))) == names
    assert ids(write("b.csv", "\n".join(lines)), out="out.parquet") == names
    bad = decisions(
        write("c.csv", "\n".join([HEAD, GOOD.replace(",5,", ",NaN,"), GOOD.replace(",5,", ",NA,")]))
    )
    assert [row[3] for row in bad] == ["bad-input:level", "bad-input:claim_id;bad-input:level"]


def test_unknown_columns_are_nothing(write: Write) -> None:
    head = f",x,x,Level,levels,amount_fen,amount_fen,,{HEAD}"
    got = decisions(write("a.csv", f"{head}\n1,2,3,9,9,-5,-6,4,{GOOD}\n"))
    assert got == [("A", "approved", 100000, "")]


def test_a_very_long_cell(write: Write) -> None:
    long = "长" * 200_000
    got = decisions(write("a.csv", f"{HEAD},note\n{GOOD},{long}\nB,{TAIL},{long}\n"))
    assert [row[:2] for row in got] == [("A", "approved"), ("B", "approved")]


def test_gb18030_that_shows_late(write: Write) -> None:
    many = "".join(f"A{i},{TAIL}\n" for i in range(30_000))
    text = f"{HEAD},备注\n{many}末,{TAIL},𠀀镕\n"
    claims = write("a.csv", text.replace("备注", "note").encode("gb18030"))
    got = ids(claims, out="out.parquet")
    assert len(got) == 30_001
    assert got[-1] == "末"
    got = ids(write("b.csv", text.encode("gb18030")), out="out.parquet")
    assert got[-1] == "末"


def test_bom_and_last_line(write: Write) -> None:
    for k, text in enumerate([f"\ufeff{HEAD}\n{GOOD}", f'\ufeff"claim_id"{HEAD[8:]}\r\n{GOOD}\r\n']):
        assert decisions(write(f"{k}.csv", text)) == [("A", "approved", 100000, "")]


def test_white_space_of_every_kind(write: Write) -> None:
    spaces = "\t\x0b\x0c\x1c\x1d\x1e\x1f \x85\xa0\u1680\u2000\u2003\u200a\u2028\u2029\u202f\u205f\u3000"
    cells = GOOD.split(",")
    row = ",".join(f"{spaces}{cell}{spaces}" for cell in cells)
    assert decisions(write("a.csv", f"{HEAD}\n{row}\n")) == [("A", "approved", 100000, "")]
    joined = TAIL.replace(",5,", ",5\u200b,")
    stays = decisions(write("b.csv", f"{HEAD}\nA\u200b,{TAIL}\nB,{joined}\n"))
    assert stays == [("A\u200b", "approved", 100000, ""), ("B", "invalid", 0, "bad-input:level")]


# --------------------------------------------------------------------------------------------- native cells


def parquet(path: Path, rows: int | None = None, **columns: Any) -> None:
    import pyarrow as pa
    import pyarrow.parquet as pq

    n = rows if rows is not None else max(len(c) for c in columns.values())
    base: dict[str, Any] = {
        "claim_id": [f"A{i}" for i in range(n)],
        "person_id": [PERSON] * n,
        "scheme": ["training"] * n,
        "level": ["5"] * n,
        "certificate_type": ["skill_level"] * n,
        "certificate_issued_on": ["2020-05-01"] * n,
        "applied_at": ["2020-06-01"] * n,
    }
    table = {**base, **columns}
    arrays = {
        k: v if not isinstance(v, list) else pa.array(v, None if n else pa.string()) for k, v in table.items()
    }
    pq.write_table(pa.table(arrays), path)


def xlsx(path: Path, rows: list[list[Any]]) -> None:
    import xlsxwriter

    with xlsxwriter.Workbook(str(path), {"strings_to_numbers": False}) as book:
        day = book.add_format({"num_format": "yyyy-mm-dd"})
        sheet = book.add_worksheet()
        book.add_worksheet().write_string(0, 0, "another")
        for y, row in enumerate(rows):
            for x, cell in enumerate(row):
                if isinstance(cell, bool):
                    sheet.write_boolean(y, x, cell)
                elif isinstance(cell, dt.datetime | dt.date):
                    sheet.write_datetime(y, x, cell, day)
                elif isinstance(cell, int | float):
                    sheet.write_number(y, x, cell)
                elif cell is not None:
                    sheet.write_string(y, x, cell)


def reasons(claims: Path) -> list[str]:
    return [row[3] for row in decisions(claims, out="out.parquet")]


def test_types_of_parquet_text(tmp_path: Path) -> None:
    import pyarrow as pa

    path = tmp_path / "a.parquet"
    texts = ["中文", "b", " c "]
    for kind in (pa.string(), pa.large_string(), pa.string_view(), pa.dictionary(pa.int8(), pa.string())):
        parquet(path, claim_id=pa.array(texts).cast(kind))
        assert ids(path) == ["中文", "b", "c"]
    parquet(path, claim_id=texts, groups=pa.nulls(3), level=pa.nulls(3), unknown=[[{"a": 1}]] * 3)
    assert reasons(path) == ["unpriced"] * 3


def test_numbers_as_text(tmp_path: Path) -> None:
    import pyarrow as pa

    path = tmp_path / "a.parquet"
    parquet(path, claim_id=pa.array([12.0, 12.5, -3.0, 1e15, None]))
    assert ids(path) == ["12", "12.5", "-3", "1000000000000000", ""]
    parquet(path, claim_id=[dt.date(2020, 1, 5), dt.date(1999, 12, 31)])
    assert ids(path) == ["2020-01-05", "1999-12-31"]
    number = int(
        next(p for p in map(generate.identity, [random.Random(1)] * 99) if p.isdigit() and p[0] == "3")
    )
    parquet(path, person_id=pa.array([number, number + 1], pa.int64()))
    assert reasons(path) == ["", "bad-input:person_id"]
    xlsx(
        tmp_path / "a.xlsx",
        [HEAD.split(","), [12, PERSON, "training", 5, "skill_level", "2020-5-1", "2020-6-1"]],
    )
    assert decisions(tmp_path / "a.xlsx") == [("12", "approved", 100000, "")]


def test_integers_as_natives(tmp_path: Path) -> None:
    import pyarrow as pa

    path, bad = tmp_path / "a.parquet", "bad-input:level"
    parquet(path, level=pa.array([5.0, 5.5, float("nan"), float("inf"), -1.0, 1e300, None, 6.0]))
    assert reasons(path) == ["", bad, "unpriced", bad, bad, bad, "unpriced", bad]
    parquet(path, level=pa.array([5, 2**63, 2**64 - 1], pa.uint64()))
    assert reasons(path) == ["", bad, bad]
    parquet(path, level=pa.array([5, 2, 6]).cast(pa.decimal128(30, 10)))
    assert reasons(path) == ["", "unpriced", bad]
    parquet(path, level=pa.array([True, False, None]))
    assert reasons(path) == [bad, bad, "unpriced"]
    parquet(path, level=pa.array([dt.date(2020, 1, 1), None]))
    assert reasons(path) == [bad, "unpriced"]
    parquet(path, fee_fen=pa.array([10**12, 10**12 + 1, -1, 0]))
    assert reasons(path) == ["", "bad-input:fee_fen", "bad-input:fee_fen", ""]
    parquet(path, fee_fen=pa.array([1e12, 1e12 + 1, 0.5, -0.0]))
    assert reasons(path) == ["", "bad-input:fee_fen", "bad-input:fee_fen", ""]


def test_booleans_as_natives(tmp_path: Path) -> None:
    import pyarrow as pa

    path, bad = tmp_path / "a.parquet", "bad-input:draws_pension"
    parquet(path, draws_pension=pa.array([True, False, None]))
    assert reasons(path) == ["draws-pension", "", ""]
    parquet(path, draws_pension=pa.array([1, 0, 2, -1, None], pa.int8()))
    assert reasons(path) == ["draws-pension", "", bad, bad, ""]
    parquet(path, draws_pension=pa.array([1.0, 0.0, 0.5, float("nan")]))
    assert reasons(path) == ["draws-pension", "", bad, ""]


def test_days_as_natives(tmp_path: Path) -> None:
    import pyarrow as pa

    path, bad = tmp_path / "a.parquet", "bad-input:certificate_issued_on"
    days = [dt.date(2019, 1, 1), dt.date(2018, 12, 31), dt.date(2021, 12, 31), dt.date(2022, 1, 1), None]
    expected = ["", "outside-period", "", "outside-period", bad]
    for kind in (pa.date32(), pa.date64(), *(pa.timestamp(u) for u in ("s", "ms", "us", "ns"))):
        parquet(path, certificate_issued_on=pa.array(days, pa.date32()).cast(kind))
        assert reasons(path) == expected, kind
    # 2018-12-31 16:00 UTC is the first moment of 2019 in Shanghai
    edge = pa.array([dt.datetime(2018, 12, 31, 16), dt.datetime(2018, 12, 31, 15, 59, 59, 999999)])
    for zone in ("UTC", "Asia/Shanghai", "America/New_York", "-03:00"):
        parquet(
            path, certificate_issued_on=edge.cast(pa.timestamp("us", "UTC")).cast(pa.timestamp("us", zone))
        )
        assert reasons(path) == ["", "outside-period"], zone
    parquet(path, certificate_issued_on=edge)
    assert reasons(path) == ["outside-period", "outside-period"]
    parquet(
        path,
        certificate_issued_on=pa.array([-(2**31), 2**31 - 1, -25568, 47847, 47846], pa.int32()).cast(
            pa.date32()
        ),
    )
    assert reasons(path) == [bad, bad, bad, bad, "outside-period"]
    parquet(path, certificate_issued_on=pa.array([-(2**63), 2**63 - 1], pa.int64()).cast(pa.timestamp("ms")))
    assert reasons(path) == [bad, bad]
    parquet(path, certificate_issued_on=pa.array([20200501, 43831]))
    assert reasons(path) == [bad, bad]
    parquet(path, certificate_issued_on=pa.array([1, 2], pa.int32()).cast(pa.time32("s")))
    assert reasons(path) == [bad, bad]


def order(path: Path, **columns: Any) -> list[str]:
    """Of two claims for the same occupation and level the earlier is approved"""
    n = len(next(iter(columns.values())))
    parquet(path, occupation_code=["6-18"] * n, **columns)
    return [row[1] for row in decisions(path, out="out.parquet")]


def test_times_as_natives(tmp_path: Path) -> None:
    import pyarrow as pa

    path = tmp_path / "a.parquet"
    first, second = ["approved", "rejected"], ["rejected", "approved"]
    at = dt.datetime(2020, 6, 1)
    for unit in ("s", "ms", "us", "ns"):
        kind = pa.timestamp(unit)
        assert order(path, applied_at=pa.array([at + dt.timedelta(seconds=1), at], kind)) == second
        # a tie goes to the smaller claim_id, whatever the order in the file
        assert order(path, claim_id=["B", "A"], applied_at=pa.array([at, at], kind)) == second
    ns = pa.array([1_000_000_000_000_000_999, 1_000_000_000_000_000_001], pa.int64())
    assert order(path, applied_at=ns.cast(pa.timestamp("ns"))) == first
    ns = pa.array([1_000_000_000_000_001_000, 1_000_000_000_000_000_999], pa.int64())
    assert order(path, applied_at=ns.cast(pa.timestamp("ns"))) == second
    before = pa.array([-1, -1000], pa.int64())  # 23:59:59.999999999 and .999999000 of 1969
    assert order(path, applied_at=before.cast(pa.timestamp("ns"))) == first
    assert order(path, applied_at=pa.array([dt.date(2020, 6, 2), dt.date(2020, 6, 1)])) == second
    parquet(path, applied_at=pa.array([20200601, None]))
    assert reasons(path) == ["bad-input:applied_at"] * 2
    parquet(path, applied_at=pa.array([-(2**63), 2**63 - 1, 2**50], pa.int64()).cast(pa.timestamp("ms")))
    assert reasons(path) == ["bad-input:applied_at"] * 3


def test_times_of_late_years(tmp_path: Path) -> None:
    import pyarrow as pa

    path = tmp_path / "a.parquet"
    days = [dt.datetime(1900, 1, 2), dt.datetime(2043, 1, 26), dt.datetime(2100, 12, 30, 23, 59, 59)]
    for unit in ("s", "ms", "us", "ns"):
        moments = pa.array(days, pa.timestamp(unit))
        for column in (moments, moments.cast(pa.timestamp(unit, "UTC"))):
            parquet(path, applied_at=column)
            assert reasons(path) == [""] * 3, column.type
            parquet(path, certificate_issued_on=column)
            assert reasons(path) == ["outside-period"] * 3, column.type


def test_times_as_text(tmp_path: Path) -> None:
    path = tmp_path / "a.parquet"
    first, second = ["approved", "rejected"], ["rejected", "approved"]
    for late, early in [
        ("2020-06-01 08:00", "2020-05-31T23:59:59Z"),
        ("2020-06-01 10:00", "2020-06-01 9:00"),
        ("2020-06-01 00:00:00.000001", "2020-06-01"),
        ("2020-06-01 08:00:00.000001", "2020-06-01 00:00Z"),
        ("2020-06-01 00:00Z", "2020-06-01 07:59:59.999999"),
        ("2020-06-01 12:00-12:00", "2020/6/1 12:00+12:00"),
        ("2020-06-01 23:59+23:59", "2020-05-31 00:00:00+00:00"),
    ]:
        assert order(path, applied_at=[late, early]) == second, (late, early)
    for one, same in [
        ("2020-06-01 08:00", "2020-06-01 00:00Z"),
        ("2020-06-01", "2020/6/1T0:00:00.000000999"),
        ("2020-06-01 00:00:00.123456789", "2020-06-01 00:00:00.123456"),
        ("2020-06-01 08:00+08:00", "2020-05-31T19:30-04:30"),
    ]:
        assert order(path, applied_at=[one, same]) == first, (one, same)
        assert order(path, claim_id=["B", "A"], applied_at=[one, same]) == second, (one, same)


def test_ties_by_code_point(tmp_path: Path) -> None:
    path = tmp_path / "a.parquet"
    assert order(path, claim_id=["\U00020000", "Ａ"]) == ["rejected", "approved"]
    assert order(path, claim_id=["a", "B"]) == ["rejected", "approved"]
    assert order(path, claim_id=["10", "9"]) == ["approved", "rejected"]
    assert order(path, claim_id=["é", "z"]) == ["rejected", "approved"]
    assert order(path, claim_id=["AA", "A"]) == ["rejected", "approved"]


def test_a_workbook(tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    head = HEAD.split(",")
    day, time = dt.date(2020, 5, 1), dt.datetime(2020, 6, 1, 10, 30)
    xlsx(
        path,
        [
            [],
            [*head, None, "draws_pension"],
            ["001", PERSON, "training", 5, "skill_level", day, time, "beyond"],
            [],
            [
                2.0,
                PERSON,
                "training",
                "5.0",
                "skill_level",
                "2020/5/1",
                "2020-06-01T10:30",
                None,
                True,
                "beyond",
                9,
            ],
            [dt.date(2020, 1, 5), PERSON, "training", 4, "skill_level", time, day],
            ["b", PERSON, "training", True, "skill_level", 43952, 43952.5],
        ],
    )
    assert decisions(path) == [
        ("001", "approved", 100000, ""),
        ("2", "rejected", 0, "draws-pension"),
        ("2020-01-05", "approved", 150000, ""),
        ("b", "invalid", 0, "bad-input:applied_at;bad-input:certificate_issued_on;bad-input:level"),
    ]


@pytest.mark.parametrize("out", ["out.csv", "out.parquet", "out.xlsx"])
def test_claim_ids_are_written_as_they_are(write: Write, out: str) -> None:
    names = [
        "=1+1",
        "http://a.b/c",
        "007",
        "1e5",
        "+86",
        "@x",
        "{=A1}",
        "mailto:x@y",
        "-1",
        "TRUE",
        "'q",
        "中文",
        "a\tb",
        "2020-01-01",
    ]
    text = "\n".join([HEAD, *(f'"{name}",{TAIL}' for name in names), f",{TAIL}"])
    got = decisions(write("a.csv", text), out=out)
    assert [row[0] for row in got] == [*names, ""]
    assert {type(row[0]) for row in got} == {str}
    assert got[-1] == ("", "invalid", 0, "bad-input:claim_id")


@pytest.mark.parametrize("out", ["out.csv", "out.parquet", "out.xlsx"])
def test_an_empty_sum_is_empty_and_not_nothing(write: Write, out: str) -> None:
    text = f"{HEAD}\n{GOOD}\nB,{TAIL.replace(',5,', ',0,')}\nC,{TAIL.replace(',5,', ',9,')}\n"
    expected = [
        ("A", "approved", 100000, ""),
        ("B", "review", None, "unpriced"),
        ("C", "invalid", 0, "bad-input:level"),
    ]
    assert decisions(write("a.csv", text), out=out) == expected


def test_the_rulebook_is_named(write: Write) -> None:
    claims = write("a.csv", f"{HEAD}\n{GOOD}\n")
    for book in oracle.SCHEMES:
        _, target = adjudicate(claims, book=book)
        (row,) = read_decisions(target)
        assert row[4].startswith(f"{book}@20")
    assert read_rows(target)[0] == COLUMNS


# --------------------------------------------------------------------------------------------- a process of its own


def test_a_process(write: Write) -> None:
    claims = write("a.csv", f"{HEAD}\n{GOOD}\nB,{TAIL.replace(',5,', ',0,')}\n")
    out = claims.parent / "out.csv"
    done = wudan("adjudicate", claims, "--rulebook", "taierzhuang", "--out", out, "--workers", "2")
    assert (done.status, done.out) == (0, "")
    assert "unpriced" in done.err
    assert [row[:4] for row in read_decisions(out)] == [
        ("A", "approved", 100000, ""),
        ("B", "review", None, "unpriced"),
    ]
    out.write_text("as it was", encoding="utf-8")
    done = wudan("adjudicate", claims.parent / "no.csv", "--rulebook", "taierzhuang", "--out", out)
    assert done.refused, done
    assert out.read_text(encoding="utf-8") == "as it was"


def test_explain_by_hand(write: Write) -> None:
    claims = write(
        "a.csv", f"{HEAD}\n{GOOD}\nB,{TAIL.replace(',5,', ',9,')}\nA,{TAIL.replace('training', 'x')}\n"
    )
    command: list[str | Path] = [
        "explain",
        claims,
        "--rulebook",
        "taierzhuang",
        "--format",
        "json",
        "--claim",
    ]
    assert wudan_here(*command, "nobody").refused
    first = json.loads(wudan_here(*command, "A").out)
    assert (first["claim_id"], first["outcome"], first["amount_fen"], first["reasons"]) == (
        "A",
        "approved",
        100000,
        "",
    )
    second = json.loads(wudan_here(*command, "B").out)
    assert (second["outcome"], second["amount_fen"], second["reasons"]) == ("invalid", 0, "bad-input:level")
    assert isinstance(second["would_pass_if"], list)
    text = wudan_here("explain", claims, "--rulebook", "taierzhuang", "--claim", "A")
    assert text.status == 0
    assert "A" in text.out


def test_simulate_by_hand(write: Write) -> None:
    claims = write(
        "a.csv", f"{HEAD}\n{GOOD}\nB,{TAIL.replace(',5,', ',9,')}\nC,{TAIL.replace(',5,', ',0,')}\n"
    )
    done = wudan_here("simulate", claims, "--rulebook", "taierzhuang", "--against", "zhoucun")
    assert done.status == 0
    assert done.out.replace("\r\n", "\n") == (
        "claim_id,outcome,amount_fen,reasons,outcome_other,amount_fen_other,reasons_other\nA,approved,100000,,review,,unpriced\n"
    )
    assert "training" in done.err
    out = claims.parent / "diff.parquet"
    done = wudan_here("simulate", claims, "--rulebook", "zhoucun", "--against", "taierzhuang", "--out", out)
    assert (done.status, done.out) == (0, "")
    assert read_rows(out)[1:] == [["A", "review", None, "unpriced", "approved", 100000, ""]]


# --------------------------------------------------------------------------------------------- hand-derived decisions


def claim(scheme: str, **changes: Any) -> dict[str, Any]:
    row = dict.fromkeys(generate.CLAIM_COLUMNS)
    row.update(claim_id="A", person_id=PERSON, scheme=scheme, level="5", applied_at="2020-06-01")
    row.update(certificate_type="skill_level", certificate_issued_on="2020-05-01")
    return {**row, **changes}


CLASS = {"started_on": "2020-02-29", "ended_on": "2022-02-28"}
BY_HAND: list[tuple[str, dict[str, Any], tuple[str, int | None, str]]] = [
    ("taierzhuang", claim("training", level="4.0"), ("approved", 150000, "")),
    ("taierzhuang", claim("training", level="2"), ("review", None, "unpriced")),
    ("taierzhuang", claim("training", certificate_type=""), ("rejected", 0, "no-certificate")),
    ("taierzhuang", claim("startup_training", level=""), ("approved", 160000, "")),
    ("taierzhuang", claim("pre_job", certificate_type="special_ability", level="1"), ("approved", 100000, "")),
    ("taierzhuang", claim("pre_job", certificate_type="completion"), ("rejected", 0, "certificate-kind")),
    ("taierzhuang", claim("skill_upgrade"), ("rejected", 0, "group;insured-months")),
    ("taierzhuang", claim("skill_upgrade", groups="a; employee", insured_months="12", level="3"), ("approved", 200000, "")),
    ("taierzhuang", claim("technician", level="1", prior_level="2"), ("approved", 500000, "")),
    ("taierzhuang", claim("technician", level="2", prior_level="4"), ("review", 200000, "prior-level")),
    ("taierzhuang", claim("technician", level="3", prior_level="1"), ("review", None, "unpriced")),
    ("taierzhuang", claim("apprenticeship", fee_fen="1000001", **CLASS), ("approved", 600000, "")),
    ("taierzhuang", claim("apprenticeship", fee_fen="666666", **CLASS), ("review", 399999, "below-floor")),
    ("taierzhuang", claim("apprenticeship", fee_fen="666667", **{**CLASS, "ended_on": "2022-03-01"}), ("review", 400000, "duration")),
    ("taierzhuang", claim("apprenticeship", draws_pension="是"), ("rejected", 0, "draws-pension;no-fee")),
    ("taierzhuang", claim("apprenticeship", fee_fen="9", certificate_issued_on="", certificate_type=""), ("rejected", 0, "below-floor;outside-period")),
    ("taierzhuang", claim("living_allowance", groups="poor", project_id="P", attended_days="10"), ("approved", 50000, "")),
    ("taierzhuang", claim("living_allowance", groups="poor", project_id="P", attended_days="11"), ("approved", 50000, "person-cap")),
    ("taierzhuang", claim("living_allowance"), ("rejected", 0, "group;no-attendance;no-project")),
    ("taierzhuang", claim("project", person_id="?", project_id="P", project_stage="advance", contract_fen="99"), ("approved", 59, "")),
    ("taierzhuang", claim("project", project_id="P", project_stage="balance", contract_fen="99"), ("rejected", 0, "no-completion")),
    (
        "taierzhuang",
        claim("project", project_id="P", project_stage="balance", contract_fen="99", completed_count="20", employed_count="17"),
        ("approved", 40, ""),
    ),
    (
        "taierzhuang",
        claim("project", project_id="P", project_stage="balance", contract_fen="99", completed_count="20", employed_count="16"),
        ("review", None, "employment-rate"),
    ),
    (
        "taierzhuang",
        claim("project", contract_fen="0", employed_count="1"),
        ("invalid", 0, "bad-input:contract_fen;bad-input:employed_count;bad-input:project_id;bad-input:project_stage"),
    ),
    ("taierzhuang", claim("transfer", person_id=""), ("invalid", 0, "bad-input:person_id;bad-input:scheme")),
    ("taierzhuang", claim("training", started_on="x"), ("invalid", 0, "bad-input:ended_on;bad-input:started_on")),
    ("taierzhuang", claim("training", started_on="x", ended_on="2020-1-1"), ("invalid", 0, "bad-input:started_on")),
    ("taierzhuang", claim("training", certificate_type="x", certificate_issued_on=""), ("invalid", 0, "bad-input:certificate_issued_on;bad-input:certificate_type")),
    ("taierzhuang", claim("training", certificate_type=""), ("rejected", 0, "no-certificate")),
    ("zhoucun", claim("training"), ("review", None, "unpriced")),
    ("zhoucun", claim("apprenticeship", certificate_type=""), ("review", None, "unpriced")),
    ("zhoucun", claim("labour_reserve_living", groups="rural"), ("rejected", 0, "group;unpriced")),
    ("zhoucun", claim("labour_reserve_living", groups="low_income;new_leaver", draws_pension="1"), ("review", None, "unpriced")),
    ("zhoucun", claim("skill_upgrade"), ("invalid", 0, "bad-input:scheme")),
    ("zhoucun", claim("technician", draws_pension="1", certificate_type=""), ("rejected", 0, "draws-pension;no-certificate;unpriced")),
    ("zhoucun", claim("project", project_id="P", project_stage="balance", contract_fen="1"), ("review", None, "unpriced")),
]  # fmt: skip


def test_decisions_by_hand(tmp_path: Path) -> None:
    for book in oracle.SCHEMES:
        cases = [(row, expected) for name, row, expected in BY_HAND if name == book]
        rows = [{**row, "claim_id": f"A{i}"} for i, (row, _) in enumerate(cases)]
        people = random.Random(1)
        for row in rows:  # nobody meets anybody
            row["person_id"] = generate.identity(people) if row["person_id"] == PERSON else row["person_id"]
            row["project_id"] = row["project_id"] and row["claim_id"]
        expected = [(row["claim_id"], *right) for row, (_, right) in zip(rows, cases, strict=True)]
        assert [
            (d.claim_id, d.outcome, d.amount_fen, d.reasons) for d in oracle.decide(book, rows)
        ] == expected
        generate.write_text_parquet(
            tmp_path / "a.parquet", [{k: v or "" for k, v in r.items()} for r in rows], people
        )
        assert decisions(tmp_path / "a.parquet", book=book) == expected
