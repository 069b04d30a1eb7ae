"""Claims for tests of the engine: a plain approved one, and a strategy for nasty ones."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

Row = dict[str, Any]
PERSONS = ("#甲", "#乙", "11010519491231002X", "11010519491231002x", "440524188001010014")


def claim(**facts: Any) -> Row:
    """An approved claim under taierzhuang, changed as asked."""
    return {
        "claim_id": "A1",
        "person_id": "#甲",
        "scheme": "training",
        "occupation_code": "6-18-02-04",
        "level": 5,
        "certificate_type": "skill_level",
        "certificate_issued_on": "2020-05-01",
        "applied_at": "2020-06-01 09:00:00",
        **facts,
    }


def _texts(*options: str) -> st.SearchStrategy[Any]:
    return st.sampled_from([*options, "", None, " "])


_DAYS = _texts(
    "2020-01-01",
    "2020/1/9",
    "2020-01-10",
    "2020-12-31",
    "2021-01-01",
    "2018-12-31",
    "2022-01-01",
    "x",
    "2020-02-30",
)
_SCHEMES = {
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


def rows(book: str, *, most: int = 12) -> st.SearchStrategy[list[Row]]:
    """Tables of claims that meet each other often, some of them faulty."""
    one = st.fixed_dictionaries(
        {
            "claim_id": st.one_of(
                st.integers(1, 40).map(lambda n: f"C{n}"), st.sampled_from(["C1", "", None, " C2 "])
            ),
            "person_id": st.sampled_from([*PERSONS, *PERSONS, *PERSONS, "", "#", "110105194912310021"]),
            "scheme": st.sampled_from([*_SCHEMES[book], *_SCHEMES[book], "unknown", ""]),
            "occupation_code": _texts("A", "B"),
            "level": _texts("5", "4", "3.0", "2", "1", "0", "6"),
            "prior_level": _texts("2", "3", "4", "-1"),
            "certificate_type": _texts("qualification", "skill_level", "special_ability", "completion", "no"),
            "certificate_issued_on": _DAYS,
            "class_id": _texts("K1", "K2"),
            "started_on": _DAYS,
            "ended_on": _DAYS,
            "attended_days": _texts("0", "3", "9", "10", "11", "1e3"),
            "insured_months": _texts("11", "12", "13"),
            "draws_pension": _texts("是", "FALSE", "0", "maybe"),
            "groups": _texts("poor;employee", " employee ; ", "new_leaver;rural", ";"),
            "fee_fen": _texts("0", "1", "666666", "666667", "1000001", "1000000000000", "1000000000001"),
            "project_id": _texts("P1", "P2"),
            "project_stage": _texts("advance", "balance", "Advance"),
            "contract_fen": _texts("0", "101", "1000000"),
            "completed_count": _texts("0", "20", "100"),
            "employed_count": _texts("0", "17", "84", "85", "101"),
            "applied_at": st.sampled_from(
                [
                    "2020-06-01",
                    "2020-06-01T00:00:00Z",
                    "2020/6/1 8:00",
                    "2020-06-02 10:00:00.1234567",
                    "",
                    "x",
                ]
            ),
        },
    )
    return st.lists(one, max_size=most)


def paid_rows(book: str) -> st.SearchStrategy[list[Row]]:
    """A usable history."""
    one = st.fixed_dictionaries(
        {
            "person_id": st.sampled_from(PERSONS),
            "scheme": st.sampled_from(_SCHEMES[book]),
            "occupation_code": _texts("A", "B"),
            "level": _texts("5", "4"),
            "started_on": st.sampled_from(["2020-01-05", "2020-12-31"]),
            "ended_on": st.sampled_from(["2021-01-05"]),
            "class_id": _texts("K1"),
            "project_id": st.sampled_from(["P1", "P2"]),
            "project_stage": st.sampled_from(["advance", "balance"]),
            "contract_fen": st.just("100"),
            "applied_at": st.just("2020-05-01"),
            "amount_fen": st.sampled_from(["0", "20000", "49999", "100000"]),
        },
    )
    return st.lists(one, max_size=4).map(
        lambda found: [{**row, "claim_id": f"H{i}"} for i, row in enumerate(found)]
    )
