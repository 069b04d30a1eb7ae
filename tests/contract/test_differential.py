"""Two independent readings of the contract meet: the oracle of this folder and the engine, on the same files."""

from __future__ import annotations

import json
import random
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.contract import generate, mutants, oracle
from tests.contract.command import amount, read_decisions, read_rows, wudan, wudan_here

BOOKS = list(oracle.SCHEMES)
OTHER = {"taierzhuang": "zhoucun", "zhoucun": "taierzhuang"}
Rows = list[generate.Row]
Plain = tuple[str, str, int | None, str]


def plain(decision: oracle.Decision) -> Plain:
    return decision.claim_id, decision.outcome, decision.amount_fen, decision.reasons


def from_oracle(book: str, rows: Rows, paid: Rows | None = None) -> list[Plain]:
    return [plain(d) for d in oracle.decide(book, rows, paid)]


def from_engine(book: str, rows: Rows, paid: Rows | None = None) -> list[Plain]:
    from wudan.policy.engine.decide import decide
    from wudan.policy.engine.rulebook import load_rulebook

    found = decide(load_rulebook(book), rows, paid or [])
    return [(d.claim_id, d.outcome, d.amount_fen, ";".join(d.reasons)) for d in found]


def make(book: str, seed: object, n: int, *, dirty: bool) -> tuple[Rows, Rows]:
    rng = random.Random(f"{book} {seed}")
    pool = generate.pools(rng, n)
    rows = generate.nasty(rng, n, book, dirty=dirty, pool=pool)
    return rows, generate.paid(rng, n // 8, book, pool, rows)


def same(expected: list[Plain], got: list[Plain], rows: Rows) -> None:
    """Shows the first rows that differ, not two thousand"""
    assert len(got) == len(expected)
    differ = [
        f"\noracle {a}\nengine {b}\nrow { ({k: v for k, v in row.items() if v not in (None, '')}) }"
        for a, b, row in zip(expected, got, rows, strict=True)
        if a != b
    ]
    assert not differ, f"{len(differ)} differ" + "".join(differ[:3])


# --------------------------------------------------------------------------------------------- in process


@pytest.mark.parametrize("book", BOOKS)
@pytest.mark.parametrize("with_history", [False, True])
def test_nasty_claims(book: str, with_history: bool) -> None:
    rows, paid = make(book, "nasty", 2000, dirty=False)
    paid = paid if with_history else []
    same(from_oracle(book, rows, paid), from_engine(book, rows, paid), rows)


@pytest.mark.parametrize("case", range(2 * len(mutants.SIZES) + 2))
def test_the_data_of_the_mutants(case: int) -> None:
    book, rows, paid = mutants.cases()[case]
    expected = from_oracle(book, rows, paid)
    same(expected, from_engine(book, rows, paid), rows)
    for start in range(0, len(rows), 331):  # the grid's persons never meet, so it can be cut
        if not paid:
            part = slice(start, start + 90)
            same(from_oracle(book, rows[part]), from_engine(book, rows[part]), rows[part])


@settings(max_examples=150, deadline=None, derandomize=True, database=None)
@given(seed=st.integers(0, 2**32), book=st.sampled_from(BOOKS), n=st.integers(1, 45), dirty=st.booleans())
def test_small_cases(seed: int, book: str, n: int, dirty: bool) -> None:
    """Two to a handful of persons, a few claims each"""
    rng = random.Random(seed)
    pool = generate.pools(rng, 28)
    pool["persons"] = rng.sample(pool["persons"], 3)
    rows = generate.nasty(rng, n, book, dirty=dirty, pool=pool)
    paid = generate.paid(rng, rng.choice([0, 0, 1, 5]), book, pool, rows)
    if dirty:
        rows, paid = (list(generate.texts(rng, some, spaces=generate.RARE_SPACES)) for some in (rows, paid))
    same(from_oracle(book, rows, paid), from_engine(book, rows, paid), rows)


@pytest.mark.parametrize("book", BOOKS)
def test_row_order_means_nothing_but_repeats(book: str) -> None:
    rows, paid = make(book, "order", 600, dirty=True)
    unique = list({row["claim_id"]: row for row in reversed(rows)}.values())
    expected = dict(zip(map(str, unique), from_engine(book, unique, paid), strict=True))
    shuffled = random.Random(1).sample(unique, len(unique))
    same([expected[str(r)] for r in shuffled], from_engine(book, shuffled, paid), shuffled)


@pytest.mark.parametrize("book", BOOKS)
def test_history_that_would_be_invalid(book: str) -> None:
    rng = random.Random(5)
    rows, paid = make(book, "history", 200, dirty=False)
    refused = 0
    for _ in range(120):
        spoilt = [dict(row) for row in paid]
        generate.spoil(rng, rng.choice(spoilt))
        try:
            expected: Any = from_oracle(book, rows[:20], spoilt)
        except oracle.Unreadable:
            expected = None
        if expected is None:
            refused += 1
            with pytest.raises(Exception):  # noqa: B017 - any refusal, its words are test_files'
                from_engine(book, rows[:20], spoilt)
        else:
            same(expected, from_engine(book, rows[:20], spoilt), rows[:20])
    assert refused > 60


# --------------------------------------------------------------------------------------------- files


FORMATS = ["native.parquet", "text.parquet", "utf-8.csv", "utf-8-sig.csv", "gb18030.csv", "native.xlsx"]


def put(path: Path, rows: Rows, rng: random.Random) -> Path:
    """The rows in the format the file's name says"""
    encoding, ending = path.stem.split("_")[-1], path.suffix
    if path.name.endswith("native.parquet"):
        generate.write_native_parquet(path, rows, rng)
    elif ending == ".xlsx":
        generate.write_xlsx(path, rows, rng)
    elif ending == ".parquet":
        generate.write_text_parquet(path, generate.texts(rng, rows), rng)
    else:
        spaces = generate.SPACES + generate.RARE_SPACES
        generate.write_csv(path, generate.texts(rng, rows, spaces=spaces), rng, encoding)
    return path


@pytest.mark.parametrize("book", BOOKS)
@pytest.mark.parametrize("form", FORMATS)
def test_files(tmp_path: Path, book: str, form: str) -> None:
    """The oracle's own reading of the very file, and the rows before they were written, both agree"""
    dirty = "native.parquet" not in form
    rows, paid = make(book, form, 2500, dirty=dirty)
    rng = random.Random(form)
    claims = put(tmp_path / f"claims_{form}", rows, rng)
    history = put(tmp_path / f"paid_{form}", paid, rng) if rng.random() < 0.7 else None
    expected = [plain(d) for d in oracle.adjudicate(book, claims, history)]
    same(from_oracle(book, rows, paid if history else None), expected, rows)

    workers, ending = rng.choice(["1", "2"]), rng.choice([".csv", ".parquet", ".xlsx"])
    out = tmp_path / f"decisions{ending}"
    args: list[str | Path] = ["adjudicate", claims, "--rulebook", book, "--out", out, "--workers", workers]
    if history:
        args += ["--history", history]
    done = wudan_here(*args)
    assert done.status == 0, done.err
    decisions = read_decisions(out)
    same(expected, [row[:4] for row in decisions], rows)
    assert {row[4].split("@")[0] for row in decisions} == {book}
    for code in {code for row in expected for code in row[3].split(";") if code}:
        assert code in done.err


@pytest.mark.parametrize("book", BOOKS)
def test_workers_and_order(tmp_path: Path, book: str) -> None:
    """One and two workers, in processes of their own, on rows in two orders"""
    rows, paid = make(book, "workers", 5000, dirty=True)
    rng = random.Random(2)
    history = put(tmp_path / "paid_text.parquet", paid, rng)
    found = []
    for workers in ("1", "2"):
        claims = put(tmp_path / f"{workers}_text.parquet", rows, rng)
        out = tmp_path / f"{workers}.parquet"
        done = wudan(
            "adjudicate",
            claims,
            "--rulebook",
            book,
            "--out",
            out,
            "--history",
            history,
            "--workers",
            workers,
            "--engine",
            "local",
        )
        assert done.status == 0, done.err
        found.append([row[:4] for row in read_decisions(out)])
        same(from_oracle(book, rows, paid), found[-1], rows)
        rows = rng.sample(rows, len(rows))


# --------------------------------------------------------------------------------------------- explain


def spelled(row: generate.Row) -> dict[str, str]:
    return generate.texts(random.Random(1), [row], spaces=[" "])[0]


@pytest.mark.parametrize("book", BOOKS)
def test_explain(tmp_path: Path, book: str) -> None:
    """The decision is adjudicate's, the steps agree with the reasons, and each change of would_pass_if, applied,
    makes the outcome approved or review"""
    rows, paid = make(book, "explain", 260, dirty=True)
    rng = random.Random(3)
    texts, past = generate.texts(rng, rows), generate.texts(rng, paid)
    claims, history = tmp_path / "claims.parquet", tmp_path / "paid.parquet"
    generate.write_text_parquet(claims, texts, rng)
    generate.write_text_parquet(history, past, rng)
    expected = from_oracle(book, texts, past)
    first: dict[str, int] = {}
    for i, row in enumerate(expected):
        first.setdefault(row[0], i)
    chosen = representatives(expected, [i for claim_id, i in first.items() if claim_id], most=40)
    ways = Counter[str]()
    for i in chosen:
        claim_id, outcome, fen, reasons = expected[i]
        done = wudan_here(
            "explain",
            claims,
            "--rulebook",
            book,
            f"--claim={claim_id}",
            "--history",
            history,
            "--format",
            "json",
        )
        assert done.status == 0, done.err
        told = json.loads(done.out)
        assert (told["claim_id"], told["outcome"], told["amount_fen"], told["reasons"]) == (
            claim_id,
            outcome,
            fen,
            reasons,
        )
        assert told["rulebook"].startswith(f"{book}@")
        failing = set()
        for step in told["steps"]:
            assert set(step) >= {"rule", "holds", "clause", "facts"}
            assert isinstance(step["holds"], bool)
            failing |= set() if step["holds"] else {step["rule"]}
        assert bool(failing) == bool(reasons), (reasons, failing)
        if outcome not in ("rejected", "invalid"):
            continue
        ways[outcome] += bool(told["would_pass_if"])
        for change in told["would_pass_if"]:
            assert change
            assert set(change) <= set(generate.CLAIM_COLUMNS)
            changed = [dict(row) for row in texts]
            changed[i].update(change)
            after = oracle.decide(book, changed, past)[i]
            assert after.outcome in ("approved", "review"), (expected[i], change, after)
    assert ways["rejected"] > 5
    assert ways["invalid"] > 2


def representatives(expected: list[Plain], among: list[int], most: int) -> list[int]:
    """Claims of as many kinds of decision as there are, the rare kinds first"""
    kinds = Counter(expected[i][1:4:2] for i in among)
    seen: set[Any] = set()
    chosen = []
    for i in sorted(among, key=lambda i: (kinds[expected[i][1:4:2]], i)):
        if expected[i][1:4:2] not in seen:
            seen.add(expected[i][1:4:2])
            chosen.append(i)
    step = -(-len(chosen) // most)
    return chosen[::step]


# --------------------------------------------------------------------------------------------- simulate

DIFF = ["claim_id", "outcome", "amount_fen", "reasons", "outcome_other", "amount_fen_other", "reasons_other"]


@pytest.mark.parametrize("book", BOOKS)
@pytest.mark.parametrize("ending", [".csv", ".parquet", ".xlsx"])
def test_simulate(tmp_path: Path, book: str, ending: str) -> None:
    """History of a scheme the other rulebook does not know is left out for that one"""
    rows, paid = make(book, f"simulate {ending}", 800, dirty=True)
    rng = random.Random(4)
    texts, past = generate.texts(rng, rows), generate.texts(rng, paid)
    claims, history = tmp_path / "claims.parquet", tmp_path / "paid.parquet"
    generate.write_text_parquet(claims, texts, rng)
    generate.write_text_parquet(history, past, rng)
    # whether a claim is a repeat of a paid row that is left out the contract does not say
    unclear = {p["claim_id"].strip() for p in past if p["scheme"].strip() not in oracle.SCHEMES[OTHER[book]]}
    expected = [
        [*plain(a), *plain(b)[1:]]
        for a, b in oracle.simulate(book, OTHER[book], texts, past)
        if a.claim_id not in unclear
    ]
    out = tmp_path / f"diff{ending}"
    args: list[str | Path] = [
        "simulate",
        claims,
        "--rulebook",
        book,
        "--against",
        OTHER[book],
        "--history",
        history,
    ]
    done = wudan_here(*args, "--out", out)
    assert (done.status, done.out) == (0, ""), done.err
    names, *got = read_rows(out)
    assert list(names) == DIFF
    found = [[r[0], r[1], amount(r[2]), r[3] or "", r[4], amount(r[5]), r[6] or ""] for r in got]
    assert [row for row in found if row[0] not in unclear] == expected
    assert "training" in done.err
    if ending == ".csv":
        assert wudan_here(*args).out.replace("\r\n", "\n") == out.read_bytes().decode().replace("\r\n", "\n")


# --------------------------------------------------------------------------------------------- the data itself


@pytest.mark.slow
def test_each_mutant_is_caught() -> None:
    data = mutants.cases()
    right = [mutants.plain(oracle.decide(*case)) for case in data]
    alive = [
        name
        for name, old, new in mutants.MUTANTS
        if not mutants.caught(mutants.mutate(old, new), data, right)
    ]
    assert not alive


def test_realistic_claims_are_mostly_approved() -> None:
    rows = generate.realistic(random.Random(1), 2000)
    outcomes = Counter(row[1] for row in from_oracle("taierzhuang", rows))
    assert outcomes["approved"] > 1000
    same(from_oracle("taierzhuang", rows), from_engine("taierzhuang", rows), rows)
