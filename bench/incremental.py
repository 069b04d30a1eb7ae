"""A new claim against N stored ones: `DATABASE_URL=... python -m bench.incremental --rows 10000000`.

In a scratch database that has the sample (`bench/pages.sh` makes one): the claims are multiplied in the server to N, in the product's own
table with all its columns, constraints and indexes; every copy is of another person, and one person's claims lie far apart in the
table. Persons are made only for those who then claim. Then, a person drawn at random each time, two ways of the same:

*plain*: two statements on one connection: the person's other claims by the product's own query; the decision by the engine's functions on
those rows; then, whole or not at all, the claim (the product's triggers, history and constraints on) and the evaluation with facts,
the others and the working as data. What is not the product here: its words, and Django's making of the statements.
*product*: `submit`, the action behind every form: form and papers checked, all sentences, fund and payee, history, in Django's ORM.

`synchronous_commit` is off unless `--durable` (waiting for the disk says more of the disk than of us).
"""

from __future__ import annotations

import argparse
import datetime as dt
import json
import os
import random
import statistics
import sys
import time
from itertools import pairwise
from pathlib import Path
from typing import Any

import psycopg

DISTRICT = "370405"
STEPS = ("others read", "decided", "claim and evaluation stored")
KEEP = """
WITH who AS MATERIALIZED (
  SELECT set_config('wudan.actor', %s, true), set_config('wudan.basis', %s, true), set_config('wudan.at', %s, true)
), claim AS (
  INSERT INTO subsidy_claim ({columns}) SELECT {columns} FROM who, json_populate_record(NULL::subsidy_claim, %s) RETURNING id
)
INSERT INTO policy_evaluation (release_id, subject, stage, made_at, facts, others, outcome, amount_fen, reasons, steps,
  amount_steps, would_pass_if)
SELECT %s, 'claim:' || claim.id, 'submit', %s, %s, %s, %s, %s, %s, %s, %s, '[]' FROM claim
"""
"""One statement, so one transaction: who acts is set before the history asks for it."""


def main() -> None:
    asked = argparse.ArgumentParser()
    asked.add_argument("--rows", type=int, default=1_000_000)
    asked.add_argument("--calls", type=int, default=1_000)
    asked.add_argument("--durable", action="store_true", help="wait for the disk at every commit")
    given = asked.parse_args()
    if "bench" not in os.environ.get("DATABASE_URL", "").rpartition("/")[2]:
        sys.exit("The database's name must contain “bench”: its claims are multiplied.")
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "wudan.config.settings.dev")
    import django

    django.setup()
    from django.db import connection

    with connection.cursor() as cursor:
        stored = fill(cursor, given.rows)
        persons = claimants(cursor, given.calls * 2)
        cursor.execute(f"SET synchronous_commit = {'on' if given.durable else 'off'}")
    load = os.getloadavg()[0]
    plain(persons[:20])  # warm
    print(
        f"{stored:,} claims stored; {len(persons[0][1])} to {max(len(own) for _, own in persons)} of the person's own\n"
    )
    found, work = plain(persons[: given.calls], durable=given.durable)
    report("plain", [sum(steps) for steps in found])
    print(f"  CPU of a call: {work[0]:.3f} ms here, {work[1]:.3f} ms in its server process")
    for name, times in zip(STEPS, zip(*found, strict=True), strict=True):
        report(f"  {name}", times)
    product(persons[:5])
    report("product: submit", product(persons[given.calls :][: given.calls // 4]))
    print(f"{time.strftime('%Y-%m-%d %H:%M %Z')}, load {load:.1f} before, {os.getloadavg()[0]:.1f} after")


def report(name: str, times: Any) -> None:
    found = sorted(times)
    low, middle, late = found[len(found) // 10], statistics.median(found), found[int(len(found) * 0.99)]
    print(f"{name:30} p10 {low:8.3f} ms   p50 {middle:8.3f} ms   p99 {late:8.3f} ms   ({len(found)})")


# --- the stored claims ----------------------------------------------------------------------------------------------
def fill(cursor: Any, rows: int) -> int:
    """Multiply the sample's claims to so many; a database that has them already is taken as it is."""
    cursor.execute("SELECT count(*), max(id) + 1, max(person_id) + 1 FROM subsidy_claim WHERE id < 1000000")
    sample, stride, persons = cursor.fetchone()
    cursor.execute("SELECT reltuples::bigint FROM pg_class WHERE relname = 'subsidy_claim'")
    if cursor.fetchone()[0] < rows * 0.95:
        copies = rows // sample
        moved = {
            "id": f"1000000 + t.id + k * {stride}",
            "number": "t.number || '-' || k",
            "fingerprint": "t.fingerprint || k",
            "class_id": "CASE t.class_id WHEN '' THEN '' ELSE t.class_id || '-' || k END",
            "project_id": "CASE t.project_id WHEN '' THEN '' ELSE t.project_id || '-' || k END",
            "person_id": f"t.person_id + (1 + (k * 7919 + t.id * 104729) % {copies}) * {persons}",
        }
        cursor.execute(
            "SELECT attname FROM pg_attribute WHERE attrelid = 'subsidy_claim'::regclass AND attnum > 0 AND NOT attisdropped"
        )
        names = [name for (name,) in cursor.fetchall()]
        values = [moved.get(name, f't."{name}"') for name in names]
        started = time.perf_counter()
        cursor.execute(
            "SET session_replication_role = replica"
        )  # walls and foreign keys are down while it copies
        cursor.execute("SET maintenance_work_mem = '1GB'")
        cursor.execute(
            "SELECT indexrelid::regclass::text, pg_get_indexdef(indexrelid) FROM pg_index"
            " WHERE indrelid = 'subsidy_claim'::regclass AND NOT indisunique"
        )
        indexes = cursor.fetchall()
        for name, _ in indexes:
            cursor.execute(f"DROP INDEX {name}")
        cursor.execute(
            f"INSERT INTO subsidy_claim ({', '.join(names)}) SELECT {', '.join(values)}"
            f" FROM generate_series(1, {copies}) k CROSS JOIN subsidy_claim t WHERE t.id < {stride}"
        )
        print(f"{cursor.rowcount:,} rows in {time.perf_counter() - started:.0f} s", flush=True)
        for _, definition in indexes:
            cursor.execute(definition)
        cursor.execute("SET session_replication_role = origin")
        cursor.execute("VACUUM (ANALYZE) subsidy_claim")
        print(f"indexes after {time.perf_counter() - started:.0f} s", flush=True)
    cursor.execute("SELECT count(*) FROM subsidy_claim")
    return int(cursor.fetchone()[0])


def claimants(cursor: Any, wanted: int) -> list[tuple[int, list[int]]]:
    """Persons drawn evenly, with the ids of their claims; each is made a copy of a registered one."""
    cursor.execute("SELECT min(id), max(id) FROM subsidy_claim WHERE id > 1000000")
    low, high = cursor.fetchone()
    draw = random.Random()  # others each time: a person who claimed has more claims
    found: dict[int, list[int]] = {}
    while len(found) < wanted:
        cursor.execute(
            "SELECT person_id, array_agg(id) FROM subsidy_claim WHERE district_id = %s AND person_id IN (SELECT person_id FROM"
            " subsidy_claim WHERE id = ANY(%s) AND person_id IS NOT NULL) GROUP BY 1 ORDER BY 1",
            [DISTRICT, [draw.randrange(low, high) for _ in range(wanted * 2)]],
        )
        found |= dict(cursor.fetchall())
    persons = draw.sample(sorted(found.items()), wanted)
    cursor.execute(
        "SELECT attname FROM pg_attribute WHERE attrelid = 'people_person'::regclass AND attnum > 0 AND NOT attisdropped"
    )
    names = [name for (name,) in cursor.fetchall()]
    moved = {"id": "n", "number_index": "sha256(t.number_index || n::text::bytea)"}
    cursor.execute("SET session_replication_role = replica")
    cursor.execute(
        f"INSERT INTO people_person ({', '.join(names)}) SELECT {', '.join(moved.get(c, f't.{c}') for c in names)}"
        " FROM unnest(%s::bigint[]) n CROSS JOIN (SELECT * FROM people_person ORDER BY id LIMIT 1) t ON CONFLICT DO NOTHING",
        [[person for person, _ in persons]],
    )
    cursor.execute("SET session_replication_role = origin")
    return persons


# --- the two ways ---------------------------------------------------------------------------------------------------
def plain(
    persons: list[tuple[int, list[int]]], *, durable: bool = False
) -> tuple[list[list[float]], list[float]]:
    """Milliseconds of each step, for each person."""
    from wudan.orders.subsidy.forms import COLUMNS
    from wudan.orders.subsidy.models import Claim
    from wudan.orders.subsidy.queries.now import facts_of
    from wudan.orders.subsidy.states import DECIDED, PLACED
    from wudan.policy.actions import record_release
    from wudan.policy.engine.compiled.person import decide_unit
    from wudan.policy.engine.compiled.schemes import compiled
    from wudan.policy.engine.form import check_row
    from wudan.policy.queries import rulebook_for

    rulebook, at = rulebook_for(DISTRICT), dt.datetime.now(dt.UTC)
    book, release = compiled(rulebook), record_release(rulebook, at).pk
    attributes = [field.attname for field in Claim._meta.concrete_fields]
    others = Claim.objects.filter(district_id=DISTRICT, state__in=PLACED, person__in=[0]).order_by("pk")
    facts = ("id", "number", "person", "state", "amount_fen", "applied_at", *COLUMNS)  # what `facts_of` reads
    asked, given = others.only(*facts).query.sql_with_params()
    read = [f.attname for f in Claim._meta.concrete_fields if f.name in facts]
    made = [name for name in attributes if name != "id"]
    keep = KEEP.format(columns=", ".join(f'"{name}"' for name in made))
    news = [new_claim(person, own[0], at, i) for i, (person, own) in enumerate(persons)]
    who = json.dumps({"user": 1, "role": "worker", "label": "bench"})
    times = []
    line = psycopg.connect(os.environ["DATABASE_URL"], autocommit=True, prepare_threshold=0)
    line.execute(f"SET synchronous_commit = {'on' if durable else 'off'}")
    cursor, before = line.cursor(), used(line)
    for new in news:
        clock = [time.perf_counter()]
        cursor.execute(asked, [new.person_id if value == 0 else value for value in given])
        beside = [Claim.from_db("default", read, row) for row in cursor.fetchall()]
        clock.append(time.perf_counter())
        paid = [{**facts_of(c), "amount_fen": c.amount_fen or 0} for c in beside if c.state in DECIDED]
        pending = [facts_of(c) for c in (*beside, new) if c.state not in DECIDED]
        history = [check_row(raw, rulebook.forms, paid=True).facts for raw in paid]
        checked = [check_row(raw, rulebook.forms) for raw in pending]
        working = decide_unit(book, history, [row.facts for row in checked if not row.bad])[-1]
        new.outcome, new.amount_fen, new.reasons = working.outcome, working.amount_fen, working.reasons
        steps = [[held, saw] for held, saw in zip(working.held, working.seen, strict=True)]
        clock.append(time.perf_counter())
        claim = as_json({name: getattr(new, name) for name in made})
        cursor.execute(keep, (
            who, "bench", at.isoformat(), claim, release, at, as_json(pending[-1]), as_json([*paid, *pending[:-1]]),
            working.outcome, working.amount_fen, working.reasons, as_json(steps), as_json(working.steps),
        ))  # fmt: skip
        clock.append(time.perf_counter())
        times.append([(later - earlier) * 1000 for earlier, later in pairwise(clock)])
    return times, [(now - then) / len(news) for then, now in zip(before, used(line), strict=True)]


as_json = json.JSONEncoder(
    ensure_ascii=False,
    default=lambda other: sorted(other) if isinstance(other, frozenset) else str(other),
).encode


def used(line: Any) -> tuple[float, float]:
    """Milliseconds of CPU so far, of this process and of the connection's server process (on this machine)."""
    stat = Path(f"/proc/{line.info.backend_pid}/stat")
    ticks = sum(map(int, stat.read_text().rpartition(")")[2].split()[11:13])) if stat.exists() else 0
    return time.process_time() * 1000, ticks * 1000 / os.sysconf("SC_CLK_TCK")


def product(persons: list[tuple[int, list[int]]]) -> list[float]:
    """Milliseconds of `submit` for each person."""
    from wudan.kernel.actor import Actor
    from wudan.kernel.roles import Role
    from wudan.orders.subsidy.actions.applying import submit
    from wudan.orders.subsidy.forms import ClaimForm

    at, times = dt.datetime.now(dt.UTC), []
    for i, (person, own) in enumerate(persons):
        form = ClaimForm.of(new_claim(person, own[0], at, i))
        actor = Actor(user_id=1, role=Role.WORKER, label="bench", district_id=DISTRICT, person_id=person)
        started = time.perf_counter()
        submit(district_id=DISTRICT, applied_by="person", form=form, person_id=person, actor=actor, at=at)
        times.append((time.perf_counter() - started) * 1000)
    return times


def new_claim(person: int, like: int, at: dt.datetime, place: int) -> Any:
    """A training claim of this person, otherwise like one of theirs."""
    from wudan.orders.subsidy.models import Claim

    claim = Claim.objects.get(pk=like)
    stamp = f"{time.time_ns():x}-{place}"
    claim.pk, claim.number, claim.fingerprint, claim.person_id = None, f"B{stamp}", stamp, person
    claim.scheme, claim.level, claim.occupation_code, claim.class_id = (
        "training",
        5,
        "6-18-02-04",
        f"K{stamp}",
    )
    claim.certificate_type, claim.certificate_number = "completion", f"P{stamp}"
    claim.started_on, claim.ended_on = dt.date(2021, 3, 1), dt.date(2021, 3, 20)
    claim.certificate_issued_on, claim.project_id, claim.project_stage = dt.date(2021, 3, 25), "", ""
    claim.state, claim.applied_by, claim.organisation_id, claim.roster_id, claim.authority = (
        "submitted",
        "person",
        None,
        None,
        "",
    )
    claim.override_outcome, claim.override_reason, claim.override_document, claim.override_fen = (
        "",
        "",
        "",
        None,
    )
    claim.first_by = claim.second_by = claim.approved_by = claim.accepted_by = claim.evaluation_id = None
    claim.applied_at = claim.state_since = at
    return claim


if __name__ == "__main__":
    main()
