"""The functions that run inside Spark's tasks decide as one machine does, wherever the persons are: without Spark, called as it calls them.

`make spark` runs the same on `local[*]` and on a cluster of two workers (bench/scale/).
"""

from __future__ import annotations

import pickle
import random
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from tests.contract import generate
from tests.policy.engine.helpers import claim
from wudan.policy.engine.cli import main
from wudan.policy.engine.files import open_file
from wudan.policy.engine.problems import InputError
from wudan.policy.engine.rulebook import Rulebook, load_rulebook
from wudan.policy.engine.spark import exchange, job, run, splits
from wudan.policy.engine.spark.carried import Parcel
from wudan.policy.engine.table.run import Tally, decide_source, tables_of

HASHES = [933211791, -559580957, 29417773, 133916647]
BOOKS = ("taierzhuang", "zhoucun")


class Shuffle:
    """What a cluster does, by hand: every function by way of bytes, every place's parcels in any order."""

    def __init__(self, cores: int, seed: int = 1) -> None:
        self.parallelism, self.rng, self.called = cores, random.Random(seed), 0

    def run(self, start: run.Start, tasks: int, steps: list[tuple[int, run.Step]]) -> Iterator[Parcel]:
        first = pickle.dumps(start)
        sent = [parcel for number in range(tasks) for parcel in pickle.loads(first)(number)]
        for places, step in steps:
            self.called += places
            self.rng.shuffle(sent)
            by_place = defaultdict(list)
            for place, data in sent:
                assert 0 <= place < places
                by_place[place].append(data)
            work = pickle.dumps(step)
            sent = [p for place in range(places) for p in pickle.loads(work)(iter(by_place[place]))]
        yield from sent


@pytest.fixture
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    """Few rows in a chunk, a split and a group, so that a small file is cut as a province's would be."""
    monkeypatch.setattr(splits, "_ROWS_A_CHUNK", 90)
    monkeypatch.setattr(splits, "_ROWS_A_GROUP", 120)
    monkeypatch.setattr(run, "_FEWEST_ROWS", 100)


def tables(
    book: str, seed: int, rows: int, *, dirty: bool = True
) -> tuple[list[generate.Row], list[generate.Row]]:
    rng = random.Random(f"{book} {seed}")
    pool = generate.pools(rng, rows)
    claims = generate.nasty(rng, rows, book, dirty=dirty, pool=pool)
    return claims, generate.paid(rng, rows // 8, book, pool, claims)


def spread(rulebook: Rulebook, claims: Path, history: Path | None, shuffle: Shuffle, span: int) -> pa.Table:
    columns = rulebook.forms.columns
    given: dict[bool, Any] = {False: open_file(str(claims), columns=columns)}
    if history is not None:
        given[True] = open_file(str(history), paid=True, columns=columns)
    with splits.on_disk(given, columns, str(claims)) as files:
        spread = run.Spread(rulebook, files[False], files.get(True), shuffle, span=span)
        return pa.concat_tables(plain(t) for t in tables_of(spread, Tally()))


def plain(table: pa.Table) -> pa.Table:
    kinds = [(name, pa.int64() if name == "amount_fen" else pa.large_string()) for name in table.column_names]
    return table.cast(pa.schema(kinds))


def local(rulebook: Rulebook, claims: Path, history: Path | None) -> pa.Table:
    columns = rulebook.forms.columns
    paid = [open_file(str(history), paid=True, columns=columns)] if history else []
    return plain(decide_source(rulebook, open_file(str(claims), columns=columns), *paid))


@pytest.mark.parametrize(
    ("book", "ending"),
    [
        ("taierzhuang", "csv"),
        ("zhoucun", "texts.parquet"),
        ("taierzhuang", "xlsx"),
        ("taierzhuang", "natives.parquet"),
    ],
)
def test_persons_apart_decide_as_together(book: str, ending: str, tmp_path: Path, small: None) -> None:
    """Hostile rows with history, cut into many splits, persons at several places, decisions in several spans."""
    dirty = ending != "natives.parquet"
    rows, history = tables(book, len(ending), 500, dirty=dirty)
    claims, paid = tmp_path / f"claims.{ending}", tmp_path / f"paid.{ending}"
    for path, content in ((claims, rows), (paid, history)):
        rng = random.Random(5)
        if ending == "xlsx":
            generate.write_xlsx(path, content, rng)
        elif ending == "natives.parquet":
            generate.write_native_parquet(path, content, rng)
        else:
            write = generate.write_csv if ending == "csv" else generate.write_text_parquet
            write(path, generate.texts(rng, content), rng)
    rulebook, shuffle = load_rulebook(book), Shuffle(cores=4)
    found = spread(rulebook, claims, paid, shuffle, span=150)
    assert found.equals(local(rulebook, claims, paid))
    assert shuffle.called > 15
    assert sorted(p.name for p in tmp_path.iterdir()) == sorted(
        [claims.name, paid.name]
    )  # nothing staged stays
    outcomes = {"rejected", "review"} | {"taierzhuang": {"approved"}, "zhoucun": set()}[book]
    assert outcomes | ({"invalid"} if dirty else set()) <= set(found["outcome"].to_pylist())


def test_neither_cores_nor_spans_nor_order_change_a_decision(tmp_path: Path, small: None) -> None:
    rulebook = load_rulebook("taierzhuang")
    rows, _ = tables("taierzhuang", 3, 300)
    claims = tmp_path / "c.parquet"
    generate.write_text_parquet(claims, generate.texts(random.Random(1), rows), random.Random(1))
    expected = local(rulebook, claims, None)
    for cores, span in ((1, 10_000), (3, 64), (16, 299), (7, 300)):
        assert spread(rulebook, claims, None, Shuffle(cores, seed=cores), span).equals(expected)


def write(path: Path, rows: list[dict[str, Any]], size: int = 40) -> Path:
    names = list(dict.fromkeys(name for row in rows for name in row))
    table = pa.table(
        {name: [None if row.get(name) is None else str(row[name]) for row in rows] for name in names}
    )
    pq.write_table(table, path, row_group_size=size)
    return path


def test_a_number_repeated_in_another_split_is_found_and_takes_no_place(tmp_path: Path, small: None) -> None:
    """The later row of the file is the repeat, wherever it is read; its person's other claims are as if it were not there."""
    rows = [claim(claim_id=f"C{n}", person_id=f"#{n % 50}", occupation_code=f"X{n}") for n in range(200)]
    rows[180]["claim_id"] = " C3 "
    rows[180] |= {"person_id": "#3", "occupation_code": "X103", "applied_at": "2020-05-01"}
    found = spread(
        load_rulebook("taierzhuang"), write(tmp_path / "c.parquet", rows), None, Shuffle(4), 64
    ).to_pylist()
    assert (found[180]["outcome"], found[180]["reasons"]) == ("invalid", "bad-input:claim_id")
    assert [found[3]["outcome"], found[103]["reasons"]] == ["approved", ""]


def test_all_projects_are_one_unit_wherever_they_are_read(tmp_path: Path, small: None) -> None:
    facts = {"scheme": "project", "project_id": "P", "project_stage": "advance", "contract_fen": 100}
    rows = [claim(claim_id=f"C{n:03}", person_id=f"#{n}") for n in range(200)]
    for place in (7, 90, 199):
        rows[place] |= facts
    found = spread(
        load_rulebook("taierzhuang"), write(tmp_path / "c.parquet", rows), None, Shuffle(8), 50
    ).to_pylist()
    assert [found[n]["reasons"] for n in (7, 90, 199)] == ["", "duplicate", "duplicate"]


def test_a_history_that_cannot_be_used_is_refused_with_its_first_rows(tmp_path: Path, small: None) -> None:
    good = [claim(claim_id=f"H{n}", person_id=f"#{n}", amount_fen=100) for n in range(300)]
    for place in (250, 120, 121, 201):
        good[place] |= {"amount_fen": "x"}
    good[299]["claim_id"] = "H1"
    claims, paid = write(tmp_path / "c.parquet", [claim()]), write(tmp_path / "p.parquet", good)
    with pytest.raises(InputError) as refused:
        spread(load_rulebook("taierzhuang"), claims, paid, Shuffle(4), 64)
    named = "；".join(f"第{place + 1}条“H{place}”（已发放金额）" for place in (120, 121, 201))
    assert named in str(refused.value)
    assert "5条" in str(refused.value)


@pytest.mark.parametrize("rows", [0, 1])
def test_a_file_of_nothing_or_one(tmp_path: Path, rows: int) -> None:
    claims = tmp_path / "c.csv"
    claims.write_text("claim_id,person_id,scheme,applied_at\n" + "A,#甲,training,2020-06-01\n" * rows)
    rulebook = load_rulebook("taierzhuang")
    assert spread(rulebook, claims, None, Shuffle(2), 64).equals(local(rulebook, claims, None))


def test_a_lost_row_is_no_decision(tmp_path: Path, small: None) -> None:
    class Loses(Shuffle):
        def run(self, start: run.Start, tasks: int, steps: list[tuple[int, run.Step]]) -> Iterator[Parcel]:
            return super().run(start, tasks - 1 if len(steps) == 2 else tasks, steps)

    claims = write(tmp_path / "c.parquet", [claim(claim_id=f"C{n}") for n in range(200)])
    with pytest.raises(RuntimeError, match="decisions for"):
        spread(load_rulebook("taierzhuang"), claims, None, Loses(4), 1000)


def test_a_worker_with_another_wudan_refuses(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    claims = write(tmp_path / "c.parquet", [claim()])
    monkeypatch.setattr(run, "fingerprint", lambda: "another")
    with pytest.raises(InputError, match="不是同一版本"):
        spread(load_rulebook("taierzhuang"), claims, None, Shuffle(1), 64)


def test_the_workers_read_the_rulebook_they_are_sent() -> None:
    for book in BOOKS:
        rulebook = load_rulebook(book)
        sent = pickle.loads(pickle.dumps(job.book_of(rulebook))).rulebook
        assert (sent.id, sent.content_hash) == (rulebook.id, rulebook.content_hash)


@pytest.mark.parametrize(("missing", "remedy"), [("pyspark", "wudan[spark]"), ("java", "openjdk")])
def test_what_spark_needs_is_said_in_one_line(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    missing: str,
    remedy: str,
) -> None:
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None if missing == "pyspark" else object())
    monkeypatch.setattr("shutil.which", lambda name: None)
    monkeypatch.delenv("JAVA_HOME", raising=False)
    claims, out = write(tmp_path / "c.parquet", [claim()]), tmp_path / "d.parquet"
    asked = ["adjudicate", str(claims), "--rulebook", "taierzhuang", "--out", str(out), "--engine", "spark"]
    assert main(asked) == 2
    said = capsys.readouterr().err.strip().splitlines()
    assert len(said) == 1
    assert remedy in said[0]
    assert not out.exists()


def test_every_place_has_a_partition_of_its_own() -> None:
    """Values of Spark 4.0's `hash`; `make spark` sees to it that spans come in order."""
    assert [exchange.murmur3(n) for n in (0, 1, 42, 2**31 - 1)] == HASHES
    for places in (1, 2, 7, 64, 1000):
        found = exchange.labels(places)
        assert [exchange.murmur3(label) % places for label in found] == list(range(places))


def test_a_refusal_inside_a_task_is_told_as_it_was_said() -> None:
    told = "PythonException: \n  An exception was thrown from the Python worker.\nTraceback (most recent call last):\n  File x\n"
    error = RuntimeError(f"{told}wudan.policy.engine.problems.InputError: 无法读取 a.parquet：坏了\n")
    assert exchange._refusal(error) == "无法读取 a.parquet：坏了"
    assert exchange._refusal(RuntimeError("java.lang.OutOfMemoryError")) is None
