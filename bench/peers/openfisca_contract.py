"""OpenFisca: every claim in one simulation, the rules of bench/peers/openfisca_rules.py.

OpenFisca derives no group from a variable, so the groups (a human; a human's calendar year; a human's once-only payment; a human's
living allowances) are made before the simulation, and the order of application is a rank made by Arrow: its numbers are int32. A claim
that no group concerns is a group of its own, since `get_rank` lays out every group as wide as the widest.
"""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from openfisca_core.simulations import Simulation, SimulationBuilder
from openfisca_core.taxbenefitsystems import TaxBenefitSystem
from openfisca_rules import CERTIFICATES, CLAIM, GROUPS, SCHEMES, VARIABLES
from terms import ONCE_PER_SKILL, REVIEWING_BITS, YEARLY, Phases, reason_text, rulebook, start

PERIOD = "2024"
Columns = dict[str, np.ndarray]


def numbers(column: pa.ChunkedArray, empty: int = 0) -> np.ndarray:
    """A column of numbers or days as int32."""
    if pa.types.is_date(column.type):
        column = column.cast(pa.int32())
    return column.fill_null(empty).to_numpy().astype(np.int32)


def codes(column: pa.ChunkedArray, known: tuple[str, ...] | None = None) -> np.ndarray:
    """Texts as numbers, by their place among the known ones or as they come; -1 where empty."""
    found = (
        pc.index_in(column, pa.array(known)) if known else column.combine_chunks().dictionary_encode().indices
    )
    return found.fill_null(-1).to_numpy(zero_copy_only=False).astype(np.int32)


def ymd(days: np.ndarray) -> np.ndarray:
    """20200229 for 29 February 2020."""
    day = days.astype("datetime64[D]")
    month = day.astype("datetime64[M]")
    year = month.astype("datetime64[Y]")
    return (
        (year.astype(int) + 1970) * 10000
        + ((month - year).astype(int) + 1) * 100
        + (day - month).astype(int)
        + 1
    ).astype(np.int32)


def holding(column: pa.ChunkedArray, group: str) -> np.ndarray:
    """Whose groups contain this one: asked of each different text once."""
    texts = column.combine_chunks().dictionary_encode()
    among = np.array([group in text.split(";") for text in texts.dictionary.to_pylist()] + [False])
    return among[texts.indices.fill_null(-1).to_numpy(zero_copy_only=False)]


def inputs(table: pa.Table) -> Columns:
    """What the simulation is given."""
    order = np.empty(len(table), np.int32)
    by_turn = pc.sort_indices(
        table.select(["applied_at", "claim_id"]), [("applied_at", "ascending"), ("claim_id", "ascending")]
    )
    order[by_turn.to_numpy()] = np.arange(len(table), dtype=np.int32)
    scheme, certificate = codes(table["scheme"], SCHEMES), codes(table["certificate_type"], CERTIFICATES)
    started, ended = numbers(table["started_on"]), numbers(table["ended_on"])
    special = (scheme == SCHEMES.index("pre_job")) & (certificate == CERTIFICATES.index("special_ability"))
    given = {
        name: numbers(table[name])
        for name in ("level", "prior_level", "attended_days", "insured_months", "fee_fen")
    }
    return given | {
        "scheme": scheme,
        "certificate": certificate,
        "effective": np.where(special, 5, given["level"]).astype(np.int32),
        "begins": numbers(pc.coalesce(table["started_on"], table["certificate_issued_on"])),
        "started": started,
        "ended": ended,
        "started_ymd": ymd(started),
        "ended_ymd": ymd(ended),
        "order": order,
        "in_class": table["started_on"].is_valid().to_numpy(),
        "pension": table["draws_pension"].fill_null(fill_value=False).to_numpy(),
        "employee": holding(table["groups"], "employee"),
        "poor": holding(table["groups"], "poor"),
        "project": table["project_id"].is_valid().to_numpy(),
    }


def groups(table: pa.Table, given: Columns) -> Columns:
    """The key of each claim's group, by the group's name; also `comparable`: may the claim be paid only once?"""
    human = codes(table["person_id"]).astype(np.int64)
    occupation = codes(table["occupation_code"]).astype(np.int64)
    alone = -1 - np.arange(len(table))
    is_scheme = {name: given["scheme"] == place for place, name in enumerate(SCHEMES)}
    skilled = (
        np.logical_or.reduce([is_scheme[name] for name in ONCE_PER_SKILL])
        & (occupation >= 0)
        & (given["effective"] > 0)
    )
    yearly = np.logical_or.reduce([is_scheme[name] for name in YEARLY])
    year = given["begins"].astype("datetime64[D]").astype("datetime64[Y]").astype(np.int64)
    once = np.where(skilled, (occupation + 1) * 8 + given["effective"], 0)
    given["comparable"] = skilled | is_scheme["startup_training"]
    return {
        "human": human,
        "human_year": np.where(yearly, human * 256 + year, alone),
        "once_only": np.where(given["comparable"], human * (1 << 24) + once, alone),
        "living": np.where(is_scheme["living_allowance"], human, alone),
    }


def simulation(table: pa.Table) -> Simulation:
    """As `declare_entity` and `join_with_persons` would make it, without Python lists of names."""
    system = TaxBenefitSystem([CLAIM, *GROUPS])
    for variable in VARIABLES:
        system.add_variable(variable)
    builder = SimulationBuilder()
    builder.create_entities(system)
    given = inputs(table)
    claims = builder.populations["claim"]
    claims.ids = np.arange(len(table))
    claims.count = len(table)
    for name, keys in groups(table, given).items():
        population = builder.populations[name]
        population.ids, population.members_entity_id = np.unique(keys, return_inverse=True)
        population.count = len(population.ids)
    made = builder.build(system)
    for name, values in given.items():
        made.set_input(name, PERIOD, values)
    return made


def decide(claims: str, out: str, phase: Phases) -> None:
    """Answers in the claims' order."""
    with phase("read and group"):
        table = pq.read_table(claims)
        asked = simulation(table)
    with phase("decide"):
        mask, refused, amount = (asked.calculate(name, PERIOD) for name in ("reasons", "refused", "amount"))
        review = mask & REVIEWING_BITS != 0
    with phase("write"):
        masks, places = np.unique(mask, return_inverse=True)
        answer = {
            "claim_id": table["claim_id"],
            "outcome": pa.array(np.array(["approved", "review", "rejected"])).take(
                pa.array(np.where(refused, 2, review.astype(int)))
            ),
            "amount_fen": pa.array(amount.astype(np.int64), mask=~refused & (amount < 0)),
            "reasons": pa.array([reason_text(int(m)) for m in masks]).take(pa.array(places)),
            "rulebook": pa.repeat(rulebook("openfisca"), len(table)),
        }
        pq.write_table(pa.table(answer), out)


if __name__ == "__main__":
    start(decide)
