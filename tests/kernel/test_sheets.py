"""The same content gives the same bytes, whatever the clock says."""

from __future__ import annotations

import io
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from xlsxwriter import core

from wudan.kernel.sheets import new_book
from wudan.policy.engine.writing import write_file

HOUSE = Path(__file__).parents[2] / "wudan"


class _Movable(type):
    """XlsxWriter asks whether a value is a `datetime`; the stand-in answers for real ones."""

    def __instancecheck__(cls, instance: object) -> bool:
        return isinstance(instance, datetime)


class Moving(metaclass=_Movable):
    """A clock that is elsewhere each time somebody reads it."""

    at = datetime(2021, 1, 1, tzinfo=UTC)

    @classmethod
    def now(cls, _zone: object = None) -> datetime:
        cls.at += timedelta(days=1)
        return cls.at


@pytest.fixture(autouse=True)
def _moving(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(core, "datetime", Moving)


def book(**options: Any) -> bytes:
    out = io.BytesIO()
    made = new_book(out, **options)
    made.add_worksheet("名册").write_string(0, 0, "=1+1")
    made.close()
    return out.getvalue()


def test_a_book_is_the_same_every_time():
    assert book() == book()
    assert book(title="代发明细") == book(title="代发明细")


def test_its_own_time_is_kept():
    at = datetime(2021, 3, 4, 5, 6, 7, tzinfo=UTC)
    assert book(created=at) == book(created=at)
    assert book(created=at) != book(created=at + timedelta(seconds=1))


def test_decisions_of_the_engine_are_the_same_every_time(tmp_path: Path):
    found = []
    for name in ("a.xlsx", "b.xlsx"):
        write_file([pa.table({"claim_id": ["C1"], "amount_fen": [150000]})], str(tmp_path / name))
        found.append((tmp_path / name).read_bytes())
    assert found[0] == found[1]


def test_nobody_else_makes_books():
    makers = {
        str(p.relative_to(HOUSE))
        for p in HOUSE.rglob("*.py")
        if "xlsxwriter.Workbook(" in p.read_text("utf-8")
    }
    assert makers == {"kernel/sheets.py", "policy/engine/writing.py"}
