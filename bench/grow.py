"""Multiplies the seeded sample to about N claims: `DATABASE_URL=... .venv/bin/python -m bench.grow --claims 300000`.

For a scratch database only: the walls of the tables it fills (ours, not the foreign keys) are taken down while it copies.
Every copy is another person with another number, and the claim's whole life is copied with it: reviews, evaluations with
their facts, evidence, paid keys, notice lines, payment lines, recoveries, change history. Ten copies share a notice and a batch,
so both get longer as well as more; ledger entries grow by the same factor and every account is the sum of its legs.
Organisations, officials and pools stay as many as they are. Open work grows like everything else, which is harsher than
a real district, where what is finished outgrows what is open.
"""

from __future__ import annotations

import argparse
import os
import sys
import time

import psycopg

SHARED = 10  # copies that share one clone of a notice or a batch
ROUND = f"((k - 1) / {SHARED} + 1)"  # which clone copy k belongs to

# Told once a copy (k = 1…copies) or once a round (k = 1…rounds, `times` = copies in that round); the order is that of the foreign keys.
COPIED = (
    "people_person", "people_personaccount", "people_grouptag", "policy_evaluation", "subsidy_roster", "subsidy_claim",
    "subsidy_review", "subsidy_evidence", "subsidy_paidkey", "subsidy_notice", "subsidy_noticeline", "subsidy_objection",
    "payment_batch", "payment_bankreturn", "payment_paymentline", "payment_recovery", "payment_recoveryreceipt",
    "funds_entry", "funds_leg", "kernel_history", "kernel_journalentry",
)  # fmt: skip
BY_ROUND = {"subsidy_notice", "payment_batch", "payment_bankreturn", "funds_entry", "funds_leg"}
HISTORY_OF = tuple(
    t for t in COPIED if t.startswith(("people_", "subsidy_", "payment_")) and t not in BY_ROUND
)
_WITH_CLAIMS = "(SELECT person_id FROM subsidy_claim WHERE person_id IS NOT NULL)"

# column → what a copy has in its place, where that is neither the same value nor a moved key
CHANGED: dict[str, dict[str, str]] = {
    "people_person": {
        "name": "left(t.name, 1) || substr(o.name, 2)",
        "name_pinyin": "split_part(t.name_pinyin, ' ', 1) || substr(o.name_pinyin, strpos(o.name_pinyin, ' '))",
        "name_initials": "left(t.name_initials, 1) || substr(o.name_initials, 2)",
        "number_index": "sha256(t.number_index || k::text::bytea)",
        "phone_index": "sha256(t.phone_index || k::text::bytea)",
    },
    "people_personaccount": {"number_index": "sha256(t.number_index || k::text::bytea)"},
    "policy_evaluation": {
        "subject": "'claim:' || split_part(t.subject, ':', 2)::bigint + k * {subsidy_claim}",
        "facts": "t.facts || jsonb_build_object('claim_id', t.facts->>'claim_id' || lpad(k::text, 3, '0')) || CASE WHEN"
        " t.facts ? 'person_id' THEN jsonb_build_object('person_id', '#' || substr(t.facts->>'person_id', 2)::bigint"
        " + k * {people_person}) ELSE '{{}}' END",
    },
    "subsidy_roster": {"file_hash": "t.file_hash || k"},
    "subsidy_claim": {
        "number": "t.number || lpad(k::text, 3, '0')",
        "fingerprint": "encode(sha256((t.fingerprint || k)::bytea), 'hex')",
        "class_id": "CASE t.class_id WHEN '' THEN '' ELSE t.class_id || '-' || k END",
        "project_id": "CASE t.project_id WHEN '' THEN '' ELSE t.project_id || '-' || k END",
    },
    "subsidy_paidkey": {
        "holder": "CASE WHEN t.holder LIKE 'person:%%' THEN 'person:' || substr(t.holder, 8)::bigint + k * {people_person}"
        " ELSE t.holder END",
        "key": "CASE WHEN t.holder LIKE 'person:%%' THEN t.key ELSE t.key || '-' || k END",
    },
    "subsidy_notice": {"title": "t.title || '（第' || k + 1 || '批）'"},
    "subsidy_noticeline": {"position": f"t.position + (k - 1) %% {SHARED} * 200"},
    "payment_batch": {
        "number": "t.number || '-' || k",
        "lines_count": "t.lines_count * times",
        "total_fen": "t.total_fen * times",
    },
    "payment_paymentline": {"reference": "t.reference || '-' || k"},
    "payment_bankreturn": {
        "file_hash": "t.file_hash || k",
        "paid_count": "t.paid_count * times",
        "paid_fen": "t.paid_fen * times",
        "bounced_count": "t.bounced_count * times",
    },
    "funds_entry": {
        "subject": "CASE split_part(t.subject, ':', 1)"
        " WHEN 'batch' THEN 'batch:' || split_part(t.subject, ':', 2)::bigint + k * {payment_batch}"
        " WHEN 'notice' THEN 'notice:' || split_part(t.subject, ':', 2)::bigint + k * {subsidy_notice} ELSE t.subject END",
    },
    "funds_leg": {"amount_fen": "t.amount_fen * times"},
    "kernel_history": {
        "row_id": "(t.row_id::bigint + k * (CASE t.table_name "
        + " ".join(f"WHEN '{name}' THEN {{{name}}}" for name in HISTORY_OF)
        + " END))::text"
    },
}  # fmt: skip

# More of the FROM clause than the table and the copies.
JOINED = {
    "people_person": """
        JOIN ranked r ON r.id = t.id
        JOIN ranked s ON s.rank = (r.rank + 37 * k) % (SELECT count(*) FROM ranked)
        JOIN people_person o ON o.id = s.id""",
    "people_personaccount": f"JOIN (SELECT DISTINCT p.person_id FROM {_WITH_CLAIMS} p) w ON w.person_id = t.person_id",
    "people_grouptag": f"JOIN (SELECT DISTINCT p.person_id FROM {_WITH_CLAIMS} p) w ON w.person_id = t.person_id",
    "kernel_history": "JOIN unnest(%(history_of)s::text[]) h ON h = t.table_name AND (t.table_name NOT LIKE 'people_%%'"
    " OR t.table_name = 'people_person' AND t.row_id::bigint IN (SELECT id FROM ranked))",
}


def main() -> None:
    asked = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    asked.add_argument("--claims", type=int, default=300_000)
    wanted = asked.parse_args().claims
    url = os.environ["DATABASE_URL"]
    if "bench" not in url.rpartition("/")[2]:
        sys.exit("The database's name must contain “bench”: this takes down the walls of its tables.")
    with psycopg.connect(url, autocommit=True) as db:
        grow(db, wanted)


def grow(db: psycopg.Connection, wanted: int) -> None:
    have = _one(db, "SELECT count(*) FROM subsidy_claim")
    copies = round(wanted / have) - 1
    if copies < 1:
        sys.exit(f"There are {have:,} claims already.")
    prepare(db)
    strides = {t: _one(db, f"SELECT coalesce(max(id), 0) + 1 FROM {t}") for t in COPIED}
    moved = _keys(db)
    for table in COPIED:
        started = time.perf_counter()
        made = copy(db, table, copies, strides, moved)
        print(f"{table:24} {made:>10,} rows {time.perf_counter() - started:6.1f} s", flush=True)
    finish(db)


def prepare(db: psycopg.Connection) -> None:
    """One roster an organisation, which the sample's claims have not; and the persons who claim, numbered."""
    db.execute(
        "ALTER TABLE subsidy_roster DISABLE TRIGGER USER; ALTER TABLE subsidy_claim DISABLE TRIGGER USER"
    )
    db.execute("""
        INSERT INTO subsidy_roster (district_id, organisation_id, file_name, file_hash, file_sealed, authority, state, uploaded_at,
            uploaded_by, rows_total, rows_done, rows_good, rows_known, faults, problem, preview, good_rows_only, confirmed_at,
            confirmed_by, confirmed_label)
        SELECT district_id, organisation_id, '学员名册.xlsx', md5(organisation_id::text), decode(repeat(md5(organisation_id::text), 400),
            'hex'), '', 'confirmed', min(applied_at), min(submitted_by), count(*), count(*), count(*), 0, '[]', '', '{}', false,
            min(applied_at), min(submitted_by), ''
        FROM subsidy_claim WHERE organisation_id IS NOT NULL AND roster_id IS NULL GROUP BY 1, 2""")
    db.execute("""
        UPDATE subsidy_claim c SET roster_id = r.id FROM subsidy_roster r
        WHERE c.roster_id IS NULL AND r.organisation_id = c.organisation_id AND r.file_name = '学员名册.xlsx'""")
    db.execute(
        "ALTER TABLE subsidy_roster ENABLE TRIGGER USER; ALTER TABLE subsidy_claim ENABLE TRIGGER USER"
    )
    db.execute(f"""
        CREATE TEMP TABLE ranked AS
        SELECT person_id AS id, row_number() OVER (ORDER BY person_id) - 1 AS rank
        FROM (SELECT DISTINCT person_id FROM {_WITH_CLAIMS} p) p""")
    db.execute("ALTER TABLE ranked ADD PRIMARY KEY (id)")
    db.execute("CREATE UNIQUE INDEX ON ranked (rank)")
    db.execute("ANALYZE")


def copy(
    db: psycopg.Connection,
    table: str,
    copies: int,
    strides: dict[str, int],
    moved: dict[tuple[str, str], str],
) -> int:
    """All copies of one table in one statement; its own triggers are off meanwhile, foreign keys stay on."""
    by_round = table in BY_ROUND
    rounds = -(-copies // SHARED)
    times = f"LEAST({SHARED}, {copies} - (k - 1) * {SHARED})"
    columns, values = [], []
    for column in _columns(db, table):
        columns.append(f'"{column}"')
        if column == "id":
            values.append(f"t.id + k * {strides[table]}")
        elif (made := CHANGED.get(table, {}).get(column)) is not None:
            values.append(made.format(**strides).replace("times", times).replace("%%", "%"))
        elif (target := moved.get((table, column))) is not None:
            k = ROUND if target in BY_ROUND and not by_round else "k"
            values.append(f"t.{column} + {k} * {strides[target]}")
        else:
            values.append(f't."{column}"')
    first = "AND t.id < %(stride)s" if table != "kernel_history" else ""
    sql = (
        f"INSERT INTO {table} ({', '.join(columns)}) SELECT {', '.join(v.replace('%', '%%') for v in values)}"
        f" FROM generate_series(1, %(copies)s) k CROSS JOIN {table} t {_escaped(JOINED.get(table, ''))} WHERE true {first} ORDER BY k, t.id"
    )
    with db.transaction():
        db.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
        given = {
            "copies": rounds if by_round else copies,
            "stride": strides[table],
            "history_of": list(HISTORY_OF),
        }
        made = db.execute(sql, given).rowcount
        db.execute("SET CONSTRAINTS ALL IMMEDIATE")
        db.execute(f"ALTER TABLE {table} ENABLE TRIGGER USER")
    db.execute(f"SELECT setval(pg_get_serial_sequence('{table}', 'id'), (SELECT max(id) FROM {table}))")
    return made


def finish(db: psycopg.Connection) -> None:
    """Account balances from the legs, notices and rounds counted again, what a night's autovacuum would have done."""
    db.execute("ALTER TABLE funds_account DISABLE TRIGGER USER")
    db.execute("""
        UPDATE funds_account a SET balance_fen = s.total
        FROM (SELECT account_id, sum(amount_fen) total FROM funds_leg GROUP BY 1) s WHERE s.account_id = a.id""")
    db.execute("ALTER TABLE funds_account ENABLE TRIGGER USER")
    for what, sql in CHECKS.items():
        if wrong := _one(db, sql):
            sys.exit(f"Not consistent: {what}: {wrong}")
    db.execute("VACUUM ANALYZE")
    size = _one(db, "SELECT pg_size_pretty(pg_database_size(current_database()))")
    print(f"{_one(db, 'SELECT count(*) FROM subsidy_claim'):,} claims, {size}")


CHECKS = {
    "entries out of balance": "SELECT count(*) FROM (SELECT entry_id FROM funds_leg GROUP BY 1 HAVING sum(amount_fen) <> 0) x",
    "batches that are not the sum of their lines": """SELECT count(*) FROM payment_batch b JOIN (SELECT batch_id, count(*) n,
        sum(amount_fen) s FROM payment_paymentline GROUP BY 1) l ON l.batch_id = b.id WHERE (b.lines_count, b.total_fen) <> (l.n, l.s)""",
    "claims whose evaluation is of another claim": """SELECT count(*) FROM subsidy_claim c JOIN policy_evaluation e
        ON e.id = c.evaluation_id WHERE e.subject <> 'claim:' || c.id""",
    "overdrawn accounts": "SELECT count(*) FROM funds_account WHERE kind <> 'granted' AND balance_fen < 0",
}


def _columns(db: psycopg.Connection, table: str) -> list[str]:
    sql = """SELECT column_name FROM information_schema.columns
        WHERE table_schema = 'public' AND table_name = %s AND is_generated = 'NEVER' ORDER BY ordinal_position"""
    return [name for (name,) in db.execute(sql, [table])]


def _keys(db: psycopg.Connection) -> dict[tuple[str, str], str]:
    """(table, column) → the copied table its foreign key names."""
    sql = """SELECT c.conrelid::regclass::text, a.attname, c.confrelid::regclass::text FROM pg_constraint c
        JOIN pg_attribute a ON a.attrelid = c.conrelid AND a.attnum = c.conkey[1] WHERE c.contype = 'f'"""
    return {(t, column): target for t, column, target in db.execute(sql) if target in COPIED}


def _escaped(sql: str) -> str:
    return (
        sql.replace("%%", "%")
        .replace("%(history_of)s", "\0")
        .replace("%", "%%")
        .replace("\0", "%(history_of)s")
    )


def _one(db: psycopg.Connection, sql: str) -> object:
    return db.execute(sql).fetchone()[0]


if __name__ == "__main__":
    main()
