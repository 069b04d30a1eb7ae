"""What the database itself refuses, whoever writes and by whatever way."""

from __future__ import annotations

import pytest
from django.db import DatabaseError, connection, transaction

from tests.cast import AT, cast, claim_form
from tests.orders.subsidy.chain import (
    approved,
    first_passed,
    forge,
    noticed,
    person,
    second_passed,
    submitted,
)
from wudan.kernel.actor import SYSTEM
from wudan.kernel.errors import Refused
from wudan.kernel.history import acting
from wudan.orders.subsidy.actions.applying import submit
from wudan.orders.subsidy.actions.reviewing import accept, pass_first
from wudan.orders.subsidy.models import Claim
from wudan.orders.subsidy.states import CLAIM

pytestmark = pytest.mark.django_db


def forged(sql, *values):
    """The code of the refusal, or the database's own words."""
    try:
        with transaction.atomic():
            forge(sql, *values)
    except Refused as no:
        return no.refusal.code
    except DatabaseError as error:
        return str(error)
    return "done"


def test_no_state_is_reached_past_the_table():
    tez = cast()
    claim = submitted(tez)
    steps = {(s, m.target) for m in CLAIM.moves for s in m.sources}
    for state in CLAIM.states:
        if (claim.state, state) not in steps and state != claim.state:
            assert (
                forged("UPDATE subsidy_claim SET state = %s WHERE id = %s", state, claim.pk) == "wrong-state"
            )
    with pytest.raises(Refused), acting(actor=SYSTEM, at=AT, basis="测试"):
        Claim.objects.filter(pk=claim.pk).update(state="paid")


def test_a_claim_is_not_born_approved():
    tez = cast()
    claim = submitted(tez)
    columns = ", ".join(
        f'"{f.column}"'
        for f in Claim._meta.concrete_fields
        if f.name not in ("id", "number", "state", "fingerprint")
    )
    sql = f"""INSERT INTO subsidy_claim (number, fingerprint, state, {columns})
        SELECT 'X', 'X', 'approved', {columns} FROM subsidy_claim WHERE id = %s"""
    assert forged(sql, claim.pk) == "wrong-state"


def test_no_write_without_a_name_and_a_basis():
    tez = cast()
    claim = submitted(tez)
    with pytest.raises(DatabaseError, match="wudan-history"), transaction.atomic():
        Claim.objects.filter(pk=claim.pk).update(level=3)


def test_duties_hold_in_the_database():
    tez = cast()
    own = submitted(tez)
    submitter = own.submitted_by
    assert (
        forged("UPDATE subsidy_claim SET first_by = %s WHERE id = %s", submitter, own.pk)
        == "claim_not_self_reviewed"
    )
    claim = first_passed(tez, person(3))
    assert (
        forged("UPDATE subsidy_claim SET second_by = first_by WHERE id = %s", claim.pk)
        == "claim_two_pairs_of_eyes"
    )
    assert (
        forged("UPDATE subsidy_claim SET first_by = %s WHERE id = %s", tez.worker.user_id, own.pk)
        == "wudan-duty"
    )


def test_no_notice_without_reviews_and_no_override_without_reason():
    tez = cast()
    claim = first_passed(tez)
    sql = "UPDATE subsidy_claim SET state = 'second_passed' WHERE id = %s"
    assert forged(sql, claim.pk) == "claim_reviewed_before_notice"
    sql = "UPDATE subsidy_claim SET override_outcome = 'approved' WHERE id = %s"
    assert forged(sql, claim.pk) == "claim_override_explained"
    done = second_passed(tez, person(3))
    sql = "UPDATE subsidy_claim SET state = 'noticed', amount_fen = NULL WHERE id = %s"
    assert forged(sql, done.pk) == "claim_sum_before_notice"


def test_opinions_evidence_and_published_lines_cannot_be_rewritten():
    tez = cast()
    claim, _ = noticed(tez)
    for sql in (
        "UPDATE subsidy_review SET comment = 'x' WHERE claim_id = %s",
        "DELETE FROM subsidy_evidence WHERE claim_id = %s",
        "UPDATE subsidy_noticeline SET amount_fen = 1 WHERE claim_id = %s",
    ):
        assert forged(sql, claim.pk) == "wudan-append-only"
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")  # else PostgreSQL itself refuses first
    for table in ("claim", "review", "evidence", "notice", "noticeline", "objection", "paidkey", "roster"):
        assert forged(f"TRUNCATE subsidy_{table} CASCADE") == "wudan-append-only"


def test_a_right_used_up_is_not_used_again():
    tez = cast()
    claim = approved(tez)
    sql = """INSERT INTO subsidy_paidkey (district_id, holder, key, claim_id)
        SELECT district_id, holder, key, claim_id FROM subsidy_paidkey WHERE claim_id = %s"""
    assert forged(sql, claim.pk) == "paid_once"
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM subsidy_paidkey")
        assert cursor.fetchone() == (1,)


def test_the_stages_of_a_project_never_reach_above_its_contract():
    tez = cast()
    form = {
        "scheme": "project", "project_id": "XM-1", "contract_fen": 5_000_000, "groups": "", "certificate_type": "",
        "certificate_issued_on": None,
    }  # fmt: skip
    made = [
        submit(
            district_id=tez.code, applied_by="provider", form=claim_form(project_stage=name, **form, **counts),
            person_id=None, organisation_id=tez.provider.pk, actor=tez.provider_clerk, at=AT,
        )
        for name, counts in (("advance", {}), ("balance", {"completed_count": 8, "employed_count": 8}))
    ]  # fmt: skip
    for claim in made:
        accept(claim_id=claim.pk, actor=tez.intake, at=AT)
        pass_first(claim_id=claim.pk, actor=tez.intake, at=AT)
    sql = "UPDATE subsidy_claim SET amount_fen = amount_fen + %s WHERE id = %s"
    assert forged(sql, 1, made[1].pk) == "wudan-ledger"  # the two sums are the whole contract
    assert forged(sql, -1, made[0].pk) == "done"
    assert forged(sql, 1, made[1].pk) == "done"
