"""pandas: the staged reading on columns, reasons as bits, texts as categories where they repeat."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from terms import (
    APPRENTICE_FLOOR,
    APPRENTICE_MOST,
    APPRENTICE_PERCENT,
    BIT,
    BY_LEVEL,
    FIRST_DAY,
    HELD_BEFORE,
    INSURED_MONTHS,
    LAST_DAY,
    LEVELLED,
    LIVING_DAY,
    LIVING_MOST,
    NO_CERTIFICATE_NEEDED,
    ONCE_PER_SKILL,
    PRE_JOB,
    REJECTING_BITS,
    REVIEWING_BITS,
    SKILLED,
    STARTUP,
    TECHNICIAN,
    YEARLY,
    YEARLY_MOST,
    Phases,
    reason_text,
    rulebook,
    start,
)

REPEATED = ["scheme", "certificate_type", "groups", "occupation_code", "person_id"]
READ = [
    *REPEATED, "claim_id", "level", "prior_level", "certificate_issued_on", "started_on", "ended_on", "attended_days",
    "insured_months", "draws_pension", "fee_fen", "project_id", "applied_at",
]  # fmt: skip


def read(claims: str) -> pd.DataFrame:
    """The claims in the order of application (Arrow sorts texts faster than pandas), texts that repeat as categories."""
    table = pq.read_table(claims, columns=READ)
    order = pc.sort_indices(
        table.select(["applied_at", "claim_id"]), [("applied_at", "ascending"), ("claim_id", "ascending")]
    )
    table = table.drop_columns(["applied_at"]).take(order)
    for name in REPEATED:
        table = table.set_column(
            table.column_names.index(name), name, pc.dictionary_encode(table[name].combine_chunks())
        )
    table = table.set_column(
        table.column_names.index("project_id"), "project_id", table["project_id"].is_valid()
    )
    frame = table.to_pandas(date_as_object=False, self_destruct=True)
    for count in ("level", "prior_level", "attended_days", "insured_months", "fee_fen"):
        frame[count] = frame[count].fillna(0).astype("int64" if count == "fee_fen" else "int32")
    return frame


def price(t: pd.DataFrame, effective: pd.Series, share: pd.Series) -> np.ndarray:
    """Fen; -1 where there is none."""
    s = t["scheme"]
    cases = {
        "technician": t["level"].map(TECHNICIAN).fillna(-1),
        "startup_training": STARTUP,
        "apprenticeship": share.clip(upper=APPRENTICE_MOST),
        "living_allowance": LIVING_DAY * t["attended_days"],
    }
    by_level = effective.map(BY_LEVEL).fillna(-1).where(s.isin(LEVELLED), -1)
    return np.select([s == scheme for scheme in cases], list(cases.values()), by_level).astype(np.int64)


def holding(t: pd.DataFrame, group: str) -> pd.Series:
    """Whose groups contain this one: asked of each different text once."""
    texts = t["groups"].cat.categories
    among = np.array([group in text.split(";") for text in texts] + [False])
    return pd.Series(among[t["groups"].cat.codes.to_numpy()], index=t.index)


def own_rules(t: pd.DataFrame, share: pd.Series) -> dict[str, pd.Series]:
    """Each reason a claim has in itself."""
    s, certificate, begins = t["scheme"], t["certificate_type"], t["begins"]
    living, apprentice, technician = (
        s == name for name in ("living_allowance", "apprenticeship", "technician")
    )
    upgrade, none = s == "skill_upgrade", certificate.isna()
    with_class = apprentice & t["started_on"].notna()
    two_years = t.loc[with_class, "started_on"] + pd.DateOffset(years=2)
    prior = t["level"].map(HELD_BEFORE)
    return {
        "outside-period": ~begins.between(FIRST_DAY, LAST_DAY),
        "no-certificate": none & ~s.isin(NO_CERTIFICATE_NEEDED),
        "certificate-kind": ~none
        & (((s == "pre_job") & ~certificate.isin(PRE_JOB)) | ((upgrade | technician) & ~certificate.isin(SKILLED))),
        "draws-pension": t["draws_pension"].fillna(value=False).astype(bool),
        "insured-months": upgrade & (t["insured_months"] < INSURED_MONTHS),
        "group": (upgrade & ~holding(t, "employee")) | (living & ~holding(t, "poor")),
        "no-fee": apprentice & (t["fee_fen"] == 0),
        "no-project": living & ~t["project_id"],
        "no-attendance": living & (t["attended_days"] == 0),
        "below-floor": apprentice & (share < APPRENTICE_FLOOR) & (t["fee_fen"] > 0),
        "duration": (t.loc[with_class, "ended_on"] > two_years).reindex(t.index, fill_value=False),
        "prior-level": technician & prior.notna() & (t["prior_level"] != prior),
        "unpriced": t["price"] < 0,
    }  # fmt: skip


def across(t: pd.DataFrame, mask: np.ndarray) -> np.ndarray:
    """The rules across a person's claims, a stage each; what is left of the living allowance's cap, -1 where it is not asked."""
    s, person = t["scheme"], t["person_id"].cat.codes
    occupation = t["occupation_code"].cat.codes
    stands = (mask & REJECTING_BITS) == 0
    skill = (
        stands
        & s.isin(ONCE_PER_SKILL).to_numpy()
        & (occupation >= 0).to_numpy()
        & (t["effective"] > 0).to_numpy()
    )
    startup = stands & (s == "startup_training").to_numpy()
    mask[skill] |= BIT["duplicate"] * repeated(skill, [person, occupation, t["effective"]])
    mask[startup] |= BIT["duplicate"] * repeated(startup, [person])
    yearly = stands & (mask & BIT["duplicate"] == 0) & s.isin(YEARLY).to_numpy()
    turn = person[yearly].groupby([person[yearly], t["begins"][yearly].dt.year], sort=False).cumcount()
    mask[yearly] |= BIT["yearly-limit"] * (turn >= YEARLY_MOST).to_numpy()
    living = stands & (s == "living_allowance").to_numpy()
    asked, left = t["price"][living], np.full(len(t), -1)
    left[living] = (LIVING_MOST - (asked.groupby(person[living], sort=False).cumsum() - asked)).clip(lower=0)
    mask[living] |= BIT["person-cap"] * (left[living] < asked)
    return left


def repeated(asked: np.ndarray, keys: list[pd.Series]) -> np.ndarray:
    """Of the claims asked, which have the keys of an earlier one."""
    return pd.DataFrame({str(place): key[asked] for place, key in enumerate(keys)}).duplicated().to_numpy()


def overlapping(t: pd.DataFrame) -> np.ndarray:
    """Which claims share a day with another of the same person."""
    spans = pd.DataFrame({"person": t["person_id"].cat.codes, "start": t["started_on"], "end": t["ended_on"]})
    spans = spans[spans["start"].notna()].sort_values(["person", "start", "end"])
    first = spans["person"] != spans["person"].shift()
    latest = spans.groupby("person", sort=False)["end"].cummax().shift()
    after = (latest >= spans["start"]) & ~first
    before = (spans["start"].shift(-1) <= spans["end"]) & ~first.shift(-1, fill_value=True)
    return (after | before).reindex(t.index, fill_value=False).to_numpy()


def judged(t: pd.DataFrame) -> tuple[np.ndarray, np.ndarray]:
    """Reasons as bits, and what is left of the cap."""
    special = (t["scheme"] == "pre_job") & (t["certificate_type"] == "special_ability")
    t["effective"] = t["level"].where(~special, 5)
    t["begins"] = t["started_on"].fillna(t["certificate_issued_on"])
    share = APPRENTICE_PERCENT * t["fee_fen"] // 100
    t["price"] = price(t, t["effective"], share)
    mask = np.zeros(len(t), np.int32)
    for reason, found in own_rules(t, share).items():
        mask |= BIT[reason] * found.to_numpy()
    left = across(t, mask)
    mask |= BIT["overlap"] * overlapping(t)
    return mask, left


def decide(claims: str, out: str, phase: Phases) -> None:
    """Answers in the order of application."""
    with phase("read"):
        t = read(claims)
    with phase("decide"):
        mask, left = judged(t)
        refused = (mask & REJECTING_BITS != 0) | (left == 0)
        review = mask & REVIEWING_BITS != 0
        amount = np.where(left >= 0, np.minimum(left, t["price"]), t["price"])
    with phase("write"):
        masks, places = np.unique(mask, return_inverse=True)
        answer = {
            "claim_id": pa.array(t["claim_id"]),
            "outcome": pa.array(np.array(["approved", "review", "rejected"])).take(
                pa.array(np.where(refused, 2, review.astype(int)))
            ),
            "amount_fen": pa.array(np.where(refused, 0, amount), mask=~refused & (amount < 0)),
            "reasons": pa.array([reason_text(int(m)) for m in masks]).take(pa.array(places)),
            "rulebook": pa.repeat(rulebook("pandas"), len(t)),
        }
        pq.write_table(pa.table(answer), out)


if __name__ == "__main__":
    start(decide)
