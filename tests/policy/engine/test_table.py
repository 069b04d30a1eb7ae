"""Parts of deciding tables that the whole seldom shows: ties, large units, repeated numbers, broken files."""

from __future__ import annotations

import random
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from tests.policy.engine.helpers import claim
from wudan.policy.engine.cli import main
from wudan.policy.engine.decide import decide_table, source_of
from wudan.policy.engine.rulebook import load_rulebook
from wudan.policy.engine.table import fast, kernels, run
from wudan.policy.engine.table.cells import Coded
from wudan.policy.engine.table.repeats import occurred, repeated
from wudan.policy.engine.table.source import ParquetSource
from wudan.policy.engine.table.store import Piece
from wudan.policy.engine.table.texts import Hashing

BOOK = "taierzhuang"


def test_claims_of_one_moment_go_by_their_numbers(monkeypatch: pytest.MonkeyPatch) -> None:
    """Sixty persons with four claims of one day each: the number last by code point is one too many, wherever it stands."""
    monkeypatch.setattr(run, "CHUNK", 37)
    names = ["C10", "C2", "c1", "中"]
    rows = [
        claim(
            claim_id=f"{name}-{person}", person_id=f"#{person}", occupation_code=name, applied_at="2020-06-01"
        )
        for person in range(60)
        for name in names
    ]
    random.Random(3).shuffle(rows)
    found = decide_table(load_rulebook(BOOK), source_of(rows)).to_pylist()
    refused = {row["claim_id"] for row in found if row["reasons"] == "yearly-limit"}
    assert refused == {f"中-{person}" for person in range(60)}


@pytest.mark.parametrize("size", [kernels.FEW - 1, kernels.FEW, kernels.FEW + 1, 90])
def test_overlaps_of_large_and_small_units(size: int) -> None:
    """Pair by pair, or counted: the periods of one person that meet another class are flagged."""
    rng = random.Random(size)
    days = [
        (first, first + rng.randrange(9), rng.choice(["A", "B", None]))
        for first in rng.choices(range(600), k=size)
    ]
    start = np.datetime64("2019-03-01")
    rows = [
        claim(
            claim_id=f"C{place:03}", person_id="#a", scheme="training", occupation_code=f"O{place}", class_id=same,
            started_on=str(start + first), ended_on=str(start + last), certificate_issued_on="2020-12-01",
        )
        for place, (first, last, same) in enumerate(days)
    ]  # fmt: skip
    met = {
        f"C{one:03}"
        for one, (a, b, own) in enumerate(days)
        for two, (c, d, other) in enumerate(days)
        if one != two and a <= d and c <= b and (own is None or own != other)
    }
    found = decide_table(load_rulebook(BOOK), source_of(rows)).to_pylist()
    assert {row["claim_id"] for row in found if "overlap" in row["reasons"]} == met


def test_numbers_are_the_same_only_letter_by_letter() -> None:
    """Hashes that meet by chance say where to look, no more."""

    def piece(ids: list[str | None], hashes: list[int]) -> Piece:
        made = Piece.__new__(Piece)
        made.rows, made.ids, made.hashes, made.region = len(ids), pa.array(ids), np.array(hashes), None
        return made

    first, second = piece(["A", "B", None], [7, 7, 0]), piece(["C", "B", None, "D"], [7, 7, 0, 9])
    assert {number: rows.tolist() for number, rows in repeated([first, second]).items()} == {1: [1]}
    assert occurred([pa.array(["A", None, "A", None, "B"])]).tolist() == [False, False, True, False, False]


def test_one_key_a_person_however_the_number_is_written() -> None:
    """A small x is the same person; pseudonyms are not numbers; what is wrong has no key. Compiled and plain alike."""
    texts = pa.array(
        ["11010519491231002X", "11010519491231002x", "110105194912310021", "#1", "#2", "#", None, "1101"]
    )
    for way in (kernels, fast.compiled()):
        keys, more, bad = Hashing(way).persons(texts)
        assert keys[0] == keys[1] >= 0
        assert keys[3] != keys[4]
        assert more is not None
        assert keys[[2, 5, 6, 7]].tolist() == [-1] * 4
        assert bad.tolist() == [False, False, True, False, False, True, False, True]


def test_texts_kept_by_dictionary_stay_codes_and_mean_the_same(tmp_path: Path) -> None:
    rows = [
        claim(
            claim_id=f"C{place}",
            person_id=f"#{place % 9}",
            certificate_type=[" qualification", "qualification ", ""][place % 3],
        )
        for place in range(400)
    ]
    table = pa.Table.from_pylist(rows)
    path = tmp_path / "claims.parquet"
    pq.write_table(table, path, row_group_size=150)
    with pq.ParquetFile(path) as file:
        places = {name: name for name in table.column_names}
        source = ParquetSource(str(path), file, places, ["scheme", "certificate_type", "occupation_code"])
    assert isinstance(next(source.groups()).columns["certificate_type"], Coded)
    book = load_rulebook(BOOK)
    assert decide_table(book, source).to_pylist() == decide_table(book, source_of(rows)).to_pylist()


def test_a_file_broken_in_the_middle_leaves_the_decisions_alone(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    rows = [claim(claim_id=f"C{place:06}", person_id=f"#{place}") for place in range(3_000)]
    path, out = tmp_path / "claims.parquet", tmp_path / "decisions.parquet"
    pq.write_table(
        pa.Table.from_pylist(rows), path, row_group_size=1_000, compression="snappy", use_dictionary=False
    )
    content = bytearray(path.read_bytes())
    middle = len(content) // 2
    content[middle : middle + 400] = b"\xff" * 400
    path.write_bytes(bytes(content))
    out.write_bytes(b"before")
    assert main(["adjudicate", str(path), "--rulebook", BOOK, "--out", str(out)]) == 2
    assert out.read_bytes() == b"before"
    said = capsys.readouterr().err
    assert said.count("\n") == 1
    assert str(path) in said
