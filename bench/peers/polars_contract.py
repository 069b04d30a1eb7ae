"""Polars: the staged reading as lazy expressions, file to file, on all cores."""

from __future__ import annotations

import datetime as dt

import polars as pl
from polars import col
from terms import (
    APPRENTICE_FLOOR,
    APPRENTICE_MOST,
    APPRENTICE_PERCENT,
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
    REASONS,
    REJECTING,
    REVIEWING,
    SKILLED,
    STARTUP,
    TECHNICIAN,
    YEARLY,
    YEARLY_MOST,
    Phases,
    rulebook,
    start,
)

SCHEME, CERTIFICATE = col("scheme"), col("certificate_type")
LIVING, APPRENTICE, TECHNICIAN_CLAIM = (
    s == SCHEME for s in ("living_allowance", "apprenticeship", "technician")
)
ORDER = ["applied_at", "claim_id"]


def with_facts(claims: pl.LazyFrame) -> pl.LazyFrame:
    """What several rules ask: the day a claim begins, its effective level, its price."""
    share = APPRENTICE_PERCENT * col("fee_fen") // 100
    special = (SCHEME == "pre_job") & (CERTIFICATE == "special_ability").fill_null(value=False)
    level = pl.when(special).then(pl.lit(5, pl.Int8)).otherwise(col("level"))
    price = (
        pl.when(SCHEME.is_in(LEVELLED))
        .then(level.replace_strict(BY_LEVEL, default=None, return_dtype=pl.Int64))
        .when(TECHNICIAN_CLAIM)
        .then(col("level").replace_strict(TECHNICIAN, default=None, return_dtype=pl.Int64))
        .when(SCHEME == "startup_training")
        .then(pl.lit(STARTUP, pl.Int64))
        .when(APPRENTICE)
        .then(share.clip(upper_bound=APPRENTICE_MOST))
        .when(LIVING)
        .then(LIVING_DAY * col("attended_days").fill_null(0).cast(pl.Int64))
    )
    return claims.with_columns(
        begins=pl.coalesce("started_on", "certificate_issued_on"), effective=level, price=price, share=share
    )


def own_rules() -> dict[str, pl.Expr]:
    """Each reason a claim has in itself."""
    first, last = (pl.lit(dt.date.fromisoformat(day)) for day in (FIRST_DAY, LAST_DAY))
    wanted = pl.when(SCHEME == "skill_upgrade").then(pl.lit("employee")).when(LIVING).then(pl.lit("poor"))
    held = col("prior_level").fill_null(0)
    return {
        "outside-period": ~col("begins").is_between(first, last).fill_null(value=False),
        "no-certificate": CERTIFICATE.is_null() & ~SCHEME.is_in(NO_CERTIFICATE_NEEDED),
        "certificate-kind": ((SCHEME == "pre_job") & ~CERTIFICATE.is_in(PRE_JOB))
        | (SCHEME.is_in(["skill_upgrade", "technician"]) & ~CERTIFICATE.is_in(SKILLED)),
        "draws-pension": col("draws_pension"),
        "insured-months": (SCHEME == "skill_upgrade") & (col("insured_months").fill_null(0) < INSURED_MONTHS),
        "group": wanted.is_not_null() & ~col("groups").fill_null("").str.split(";").list.contains(wanted),
        "no-fee": APPRENTICE & (col("fee_fen").fill_null(0) == 0),
        "no-project": LIVING & col("project_id").is_null(),
        "no-attendance": LIVING & (col("attended_days").fill_null(0) == 0),
        "below-floor": APPRENTICE & (col("share") < APPRENTICE_FLOOR) & (col("fee_fen") > 0),
        "duration": APPRENTICE & (col("ended_on") > col("started_on").dt.offset_by("2y")),
        "prior-level": TECHNICIAN_CLAIM
        & pl.any_horizontal(((col("level") == level) & (held != before)) for level, before in HELD_BEFORE.items()),
        "unpriced": col("price").is_null(),
    }  # fmt: skip


def turn(*partition: str) -> pl.Expr:
    """The claim's place, from 0, in the order of application."""
    return pl.int_range(pl.len(), dtype=pl.Int32).over(partition, order_by=ORDER)


def across(claims: pl.LazyFrame) -> pl.LazyFrame:
    """The rules across a person's claims, a stage each."""
    by_start = {"partition_by": ["person_id", "in_class"], "order_by": ["started_on", "ended_on"]}
    claims = claims.with_columns(
        stands=~pl.any_horizontal(r for r in REJECTING if r in own_rules()),
        once=SCHEME.is_in(ONCE_PER_SKILL) & col("occupation_code").is_not_null() & (col("effective") > 0),
        startup=SCHEME == "startup_training",
        in_class=col("started_on").is_not_null(),
    ).with_columns(
        duplicate=(
            col("once")
            & col("stands")
            & (turn("person_id", "occupation_code", "effective", "once", "stands") > 0)
        )
        | (col("startup") & col("stands") & (turn("person_id", "startup", "stands") > 0)),
        living=LIVING & col("stands"),
    )
    before = col("price").cum_sum().shift(1, fill_value=0).over("person_id", "living", order_by=ORDER)
    return claims.with_columns(
        counted=SCHEME.is_in(YEARLY) & col("stands") & ~col("duplicate"), year=col("begins").dt.year()
    ).with_columns(
        pl.when("living").then((LIVING_MOST - before).clip(lower_bound=0)).alias("left"),
        (col("counted") & (turn("person_id", "year", "counted") >= YEARLY_MOST)).alias("yearly-limit"),
        overlap=col("in_class")
        & (
            (col("started_on") <= col("ended_on").cum_max().shift(1).over(**by_start)).fill_null(value=False)
            | (col("ended_on") >= col("started_on").shift(-1).over(**by_start)).fill_null(value=False)
        ),
    )


def decided(claims: pl.LazyFrame) -> pl.LazyFrame:
    """The five columns."""
    capped = (col("left") < col("price")).fill_null(value=False).alias("person-cap")
    refused = pl.any_horizontal(*REJECTING) | (col("left") == 0).fill_null(value=False)
    listed = [pl.when(reason).then(pl.lit(reason)) for reason in REASONS]
    return claims.with_columns(capped).select(
        "claim_id",
        outcome=pl.when(refused).then(pl.lit("rejected")).when(pl.any_horizontal(*REVIEWING)).then(pl.lit("review")).otherwise(pl.lit("approved")),
        amount_fen=pl.when(refused).then(0).otherwise(pl.min_horizontal("price", "left")),
        reasons=pl.concat_str(listed, separator=";", ignore_nulls=True),
        rulebook=pl.lit(rulebook("polars")),
    )  # fmt: skip


def decide(claims: str, out: str, phase: Phases) -> None:
    """The in-memory engine: on these rules its streaming one gained nothing."""
    with phase("all"):
        facts = with_facts(pl.scan_parquet(claims))
        judged = facts.with_columns(
            reason.fill_null(value=False).alias(name) for name, reason in own_rules().items()
        )
        decided(across(judged)).collect().write_parquet(out)


if __name__ == "__main__":
    start(decide)
