# ruff: noqa: E501 rows of examples on purpose
"""The commands on files: formats, statuses, one clear line, DECISIONS untouched."""

from __future__ import annotations

import csv
import io
import json
import os
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import python_calamine
import xlsxwriter

from tests.policy.engine.helpers import Row, claim
from wudan.policy.engine.cli import main

HEAD = "claim_id,person_id,scheme,occupation_code,level,certificate_type,certificate_issued_on,applied_at"
LINE = "A1,#甲,training,X,5,skill_level,2020-05-01,2020-06-01"


def put(path: Path, content: str | bytes) -> str:
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return str(path)


def adjudicate(claims: str, out: Path, *more: str, book: str = "taierzhuang") -> int:
    return main(["adjudicate", claims, "--rulebook", book, "--out", str(out), *more])


def read(path: Path) -> list[list[Any]]:
    if path.suffix == ".parquet":
        return [list(r.values()) for r in pq.read_table(path).to_pylist()]
    if path.suffix == ".xlsx":
        sheet = python_calamine.CalamineWorkbook.from_path(str(path)).get_sheet_by_index(0)
        return sheet.to_python()[1:]
    return list(csv.reader(io.StringIO(path.read_bytes().decode(), newline="")))[1:]


@pytest.mark.parametrize("ending", ["csv", "parquet", "xlsx"])
def test_each_format_out(tmp_path: Path, ending: str, capsys: pytest.CaptureFixture[str]) -> None:
    out = tmp_path / f"d.{ending}"
    assert (
        adjudicate(
            put(tmp_path / "c.csv", f"{HEAD}\n{LINE}\n" + LINE.replace("A1", "=1+1").replace(",5,", ",,")),
            out,
        )
        == 0
    )
    first, second = read(out)
    assert [str(first[0]), first[1], int(first[2]), first[4]] == [
        "A1",
        "approved",
        100_000,
        "taierzhuang@2020.1",
    ]
    assert second[:4] == ["=1+1", "review", None if ending == "parquet" else "", "unpriced"]
    assert "通过 approved：1份，1000元" in capsys.readouterr().err
    assert os.listdir(tmp_path) and not [n for n in os.listdir(tmp_path) if n.startswith(".")]  # noqa: PTH208
    if ending == "parquet":
        assert [str(f.type) for f in pq.read_schema(out)] == [
            "string",
            "string",
            "int64",
            "string",
            "string",
        ] or [str(f.type) for f in pq.read_schema(out)] == [
            "large_string",
            "string",
            "int64",
            "string",
            "string",
        ]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
def test_csv_encodings(tmp_path: Path, encoding: str) -> None:
    out = tmp_path / "d.csv"
    text = f"\n  \n{HEAD},备注,draws_pension\r\n{LINE},𠮷,否\r\n　\r\n" + LINE.replace("A1", "A2")
    assert adjudicate(put(tmp_path / "c.csv", text.encode(encoding)), out) == 0
    assert [row[:2] for row in read(out)] == [["A1", "approved"], ["A2", "rejected"]]


def workbook(path: Path, rows: list[list[Any]]) -> str:
    with xlsxwriter.Workbook(str(path)) as book:
        sheet, day = book.add_worksheet(), book.add_format({"num_format": "yyyy-mm-dd"})
        for y, row in enumerate(rows):
            for x, cell in enumerate(row):
                if hasattr(cell, "year"):
                    sheet.write_datetime(y, x, cell, day)
                elif cell == "#N/A":
                    sheet.write_formula(y, x, "=NA()", None, "#N/A")
                else:
                    sheet.write(y, x, cell)
    return str(path)


def test_xlsx_in(tmp_path: Path) -> None:
    import datetime as dt

    when = dt.datetime(2020, 6, 1, 9)  # noqa: DTZ001
    rows: list[list[Any]] = [
        [],
        [*HEAD.split(","), "draws_pension"],
        [1, "#甲", "training", 12, 5, "skill_level", dt.date(2020, 5, 1), when, False, "beyond"],
        ["  "],
        [2, "#乙", "training", 12, 5.0, "skill_level", "2020/5/1", dt.date(2020, 6, 1), "#N/A"],
        ["", "", "", "", "", "", "", "", "", "note"],
    ]
    out = tmp_path / "d.csv"
    assert adjudicate(workbook(tmp_path / "c.xlsx", rows), out) == 0
    assert [row[:2] + row[3:4] for row in read(out)] == [
        ["1", "approved", ""],
        ["2", "invalid", "bad-input:draws_pension"],
    ]


def test_parquet_in(tmp_path: Path) -> None:
    table = pa.Table.from_pylist([claim(), claim(claim_id="A2")])
    pq.write_table(table.append_column("strange", pa.array([[1], [2]])), tmp_path / "c.parquet")
    out = tmp_path / "d.parquet"
    assert adjudicate(str(tmp_path / "c.parquet"), out) == 0
    assert [row[:4] for row in read(out)] == [
        ["A1", "approved", 100_000, ""],
        ["A2", "rejected", 0, "duplicate"],
    ]


BAD_FILES: list[tuple[str, str | bytes]] = [
    ("c.csv", b""),
    ("c.csv", "claim_id,person_id,scheme\n1,#a,training\n"),
    ("c.csv", f"{HEAD}, claim_id \n{LINE},A1\n"),
    ("c.csv", f"{HEAD}\n{LINE},too,many\n"),
    ("c.csv", f'{HEAD}\n"A1,#a\n'),
    ("c.csv", b"\xff\xfeA\x00"),
    ("c.CSV", f"{HEAD}\n{LINE}\n"),
    ("c.txt", f"{HEAD}\n{LINE}\n"),
    ("c.parquet", "not parquet"),
    ("c.xlsx", "not a workbook"),
]


@pytest.mark.parametrize(("name", "content"), BAD_FILES)
def test_bad_files(
    tmp_path: Path, name: str, content: str | bytes, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "d.csv"
    out.write_text("as it was")
    assert adjudicate(put(tmp_path / name, content), out) == 2
    assert len(capsys.readouterr().err.splitlines()) == 1
    assert out.read_text() == "as it was"


@pytest.mark.parametrize(
    "change",
    [{"amount_fen": ""}, {"amount_fen": "-1"}, {"scheme": "unknown"}, {"person_id": "#"}, {"applied_at": "2020"}, {"claim_id": ""}, {"claim_id": "H1"}],
)  # fmt: skip
def test_history_that_cannot_be_used(tmp_path: Path, change: Row, capsys: pytest.CaptureFixture[str]) -> None:
    good = claim(claim_id="H1", amount_fen="1")
    rows = [good, {**good, "claim_id": "H2", **change}]
    head = list(good)
    text = "\n".join([",".join(head), *(",".join(str(row[n]) for n in head) for row in rows)])
    out = tmp_path / "d.csv"
    claims = put(tmp_path / "c.csv", f"{HEAD}\n{LINE}\n")
    assert adjudicate(claims, out, "--history", put(tmp_path / "p.csv", text)) == 2
    assert "第2条" in capsys.readouterr().err
    assert not out.exists()


@pytest.mark.parametrize(
    "arguments",
    [[], ["adjudicate"], ["adjudicate", "c.csv", "--rulebook", "taierzhuang", "--out", "d.csv", "--workers", "0"], ["nothing"], ["adjudicate", "c.csv", "--rulebook", "taierzhuang", "--out", "nowhere/d.csv"], ["adjudicate", "c.csv", "--rulebook", "taierzhuang", "--out", "d.csv", "--engine", "spark"], ["adjudicate", "c.csv", "--rulebook", "common", "--out", "d.csv"]],
)  # fmt: skip
def test_usage(
    tmp_path: Path, arguments: list[str], capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert main(arguments) == 2
    assert len(capsys.readouterr().err.splitlines()) == 1


def test_empty_table(tmp_path: Path) -> None:
    for ending in ("csv", "parquet", "xlsx"):
        assert adjudicate(put(tmp_path / "c.csv", HEAD), tmp_path / f"d.{ending}") == 0
        assert read(tmp_path / f"d.{ending}") == []


def test_explain(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    rows = [
        LINE,
        LINE.replace("A1", "A2"),
        LINE.replace("A1", "A3").replace("training", "pre_job").replace(",5,", ",9,"),
    ]
    claims = put(tmp_path / "c.csv", "\n".join([HEAD, *rows]))
    assert main(["explain", claims, "--rulebook", "taierzhuang", "--claim", "A2", "--format", "json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert (found["outcome"], found["reasons"], found["amount_fen"]) == ("rejected", "duplicate", 0)
    assert [s["rule"] for s in found["steps"] if not s["holds"]] == ["duplicate"]
    assert found["would_pass_if"]
    assert main(["explain", claims, "--rulebook", "taierzhuang", "--claim", "A3", "--format", "json"]) == 0
    assert json.loads(capsys.readouterr().out)["outcome"] == "invalid"
    assert main(["explain", claims, "--rulebook", "taierzhuang", "--claim", "A1"]) == 0
    assert "通过，金额1000元" in capsys.readouterr().out
    assert main(["explain", claims, "--rulebook", "taierzhuang", "--claim", "nobody"]) == 2


def test_simulate(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    paid = put(
        tmp_path / "p.csv",
        f"{HEAD},amount_fen\n" + LINE.replace("A1", "H1").replace("training", "skill_upgrade") + ",5\n",
    )
    claims = put(
        tmp_path / "c.csv", f"{HEAD}\n{LINE}\n" + LINE.replace("A1", "A2").replace("training", "unknown")
    )
    arguments = ["simulate", claims, "--rulebook", "taierzhuang", "--against", "zhoucun", "--history", paid]
    assert main([*arguments, "--out", str(tmp_path / "x.csv")]) == 0
    assert read(tmp_path / "x.csv") == [["A1", "rejected", "0", "duplicate", "review", "", "unpriced"]]
    capsys.readouterr()
    assert main(arguments) == 0
    shown = capsys.readouterr()
    assert (
        shown.out.splitlines()[0]
        == "claim_id,outcome,amount_fen,reasons,outcome_other,amount_fen_other,reasons_other"
    )
    assert "training 职业培训补贴" in shown.err
