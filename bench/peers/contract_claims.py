# A peer, kept as it was measured.
# ruff: noqa: E401, E501, E702, E731, I001
"""Claims in the columns of contracts/adjudicate.md, many and fast: python bench/peers/contract_claims.py N OUT.parquet [SEED]

Realistic rather than nasty: valid identity numbers, 2.2 claims a person with a long tail, clean rows. Written in row groups of 500,000 as they are made.
"""
import sys
import numpy as np, pyarrow as pa, pyarrow.parquet as pq

SCHEMES = np.array(["training", "pre_job", "skill_upgrade", "technician", "startup_training", "apprenticeship", "living_allowance"])
WEIGHTS = [.46, .15, .17, .04, .06, .05, .07]
CERTS = np.array(["qualification", "skill_level", "special_ability", "special_operation", "completion"])
GROUPS = np.array(["poor", "unemployed", "rural", "employee", "employee;rural", "veteran", "low_income;rural", ""])
W = np.array([7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2])
D = lambda s: np.datetime64(s, "D").astype(int)


def identity_numbers(k):
    """k person numbers -> 18-character identity numbers, distinct, right check digit"""
    k = k.astype(np.int64)
    area = np.where(k % 2 == 0, 370405, 370306)
    born = (np.datetime64("1955-01-01") + (k // 1000 * 7919 % 18000)).astype("datetime64[D]")
    y, m = born.astype("datetime64[Y]").astype(int) + 1970, born.astype("datetime64[M]").astype(int) % 12 + 1
    d = (born - born.astype("datetime64[M]")).astype(int) + 1
    n = ((area * 10000 + y) * 10000 + m * 100 + d) * 1000 + k % 1000
    digits = (n[:, None] // 10 ** np.arange(16, -1, -1, dtype=np.int64)) % 10
    check = np.array(list("10X98765432"))[(digits @ W) % 11]
    return np.char.add(n.astype("U17"), check)


def chunk(r, n, first, persons):
    scheme = r.choice(SCHEMES, n, p=WEIGHTS)
    k = np.where(r.random(n) < .05, r.integers(0, max(persons // 200, 1), n), r.integers(0, persons, n))
    has_class = ~np.isin(scheme, ["skill_upgrade", "technician"]) | (r.random(n) < .2)
    start = r.integers(D("2018-12-20"), D("2021-12-25"), n)
    end = start + np.where(scheme == "apprenticeship", r.integers(300, 800, n), r.integers(3, 40, n))
    cert = (scheme != "living_allowance") & (scheme != "apprenticeship") & (r.random(n) < .96)
    issued = np.where(has_class, end + r.integers(0, 30, n), start)
    kind = r.choice(CERTS, n, p=[.2, .55, .12, .03, .1])
    level = np.where(scheme == "technician", r.choice([2, 1], n), r.choice([5, 4, 3, 0], n, p=[.5, .25, .15, .1]))
    applied = (issued + r.integers(1, 200, n)) * 86_400_000_000 + r.integers(0, 86_400, n) * 1_000_000
    s = lambda a, keep: pa.array(a, mask=~keep)
    date = lambda a, keep: pa.array(a.astype("datetime64[D]"), pa.date32(), mask=~keep)
    liv = scheme == "living_allowance"
    return pa.table({
        "claim_id": pa.array(np.char.add("C", np.char.zfill((first + r.permutation(n)).astype("U10"), 10))),
        "person_id": pa.array(identity_numbers(k)), "scheme": pa.array(scheme),
        "occupation_code": s(np.array([f"6-{a:02d}-{b:02d}-{c:02d}" for a in range(1, 33) for b in range(1, 11) for c in range(1, 6)])[r.integers(0, 1600, n)], ~liv),
        "level": pa.array(level, pa.int8()), "prior_level": pa.array(np.where(r.random(n) < .9, level + 1, 0).clip(0, 5), pa.int8()),
        "certificate_type": s(kind, cert), "certificate_issued_on": date(issued, cert),
        "class_id": s(np.char.add("K", (start * 40 + r.integers(0, 40, n)).astype("U8")), has_class), "started_on": date(start, has_class), "ended_on": date(end, has_class),
        "attended_days": pa.array(r.integers(0, 25, n), pa.int16()), "insured_months": pa.array(r.integers(0, 60, n), pa.int16()),
        "draws_pension": pa.array(r.random(n) < .04), "groups": pa.array(r.choice(GROUPS, n, p=[.15, .1, .15, .25, .1, .05, .05, .15])),
        "fee_fen": pa.array(np.exp(r.normal(13.6, .3, n)).astype(np.int64), mask=scheme != "apprenticeship"),
        "project_id": s(np.char.add("P", r.integers(0, 5000, n).astype("U4")), liv & (r.random(n) < .95)),
        "applied_at": pa.array(applied.astype("datetime64[us]"))})


if __name__ == "__main__":
    n, out, seed = int(float(sys.argv[1])), sys.argv[2], int(sys.argv[3]) if len(sys.argv) > 3 else 7
    r = np.random.default_rng(seed); w = None
    for first in range(0, n, 500_000):
        t = chunk(r, min(500_000, n - first), first, max(int(n / 2.2), 1))
        w = w or pq.ParquetWriter(out, t.schema)
        w.write_table(t)
    w.close()
