"""Facts as they are now (现在的事实): a claim's own columns, less what was found untrue since. The claim itself is never rewritten.

Three things speak against a column: a revoked certificate, a withdrawn proof of a group, a recorded correction. Few claims have
any, so each is asked for in one query over all the claims at hand.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any

from wudan.kernel.periods import legal_day
from wudan.orders.delivery.models import Certificate
from wudan.orders.subsidy.forms import facts_of_columns
from wudan.orders.subsidy.models import Claim, FactCorrection
from wudan.people.models import GroupTag
from wudan.people.queries import withdrawn_groups

Row = dict[str, object]


def facts_of(claim: Claim) -> Row:
    """A claim as a row of the contract, as it was applied for; the person is a pseudonym."""
    person = "" if claim.person_id is None else f"#{claim.person_id}"
    return facts_of_columns(claim, claim.number, person, claim.applied_at)


def facts_now(claims: Sequence[Claim]) -> dict[int, Row]:
    """Claim → its row with what is known now. Three queries, one or two more where something was found untrue."""
    changed = changed_facts(claims)
    return {c.pk: facts_of(c) | changed.get(c.pk, {}) for c in claims}


def changed_facts(claims: Sequence[Claim]) -> dict[int, Row]:
    """Claim → the columns that are otherwise now; claims without any are missing."""
    found: dict[int, Row] = {}
    for part in (_certificates(claims), _groups(claims), _corrections(claims)):
        for pk, columns in part.items():
            found.setdefault(pk, {}).update(columns)
    return found


def first_day(claim: Claim) -> date:
    """The day on which a claimed group must hold: the first day of training, else that of the certificate."""
    return claim.started_on or claim.certificate_issued_on or legal_day(claim.applied_at)


def _certificates(claims: Iterable[Claim]) -> dict[int, Row]:
    """A revoked certificate is none; its day stays where there was no class. One issued in its place stands for it."""
    named = {
        (c.person_id, c.certificate_type, c.certificate_number): c for c in claims if c.certificate_number and c.person_id
    }  # fmt: skip
    if not named:
        return {}
    revoked = Certificate.objects.filter(
        person__in={person for person, _, _ in named}, number__in={number for _, _, number in named}, state="revoked"
    ).order_by("pk")  # fmt: skip
    gone = {(one.person_id, one.kind, one.number): one for one in revoked}
    if not gone:
        return {}
    again = _in_its_place(gone.values())
    found: dict[int, Row] = {}
    for claim in claims:
        old = gone.get((claim.person_id or 0, claim.certificate_type, claim.certificate_number))
        if old is not None:
            new = again.get((old.member_id or 0, old.kind, old.level))
            found[claim.pk] = (
                {"certificate_issued_on": new.issued_on.isoformat()} if new else {"certificate_type": ""}
            )
    return found


def _in_its_place(gone: Iterable[Certificate]) -> dict[tuple[int, str, int], Certificate]:
    members = {one.member_id for one in gone if one.member_id is not None}
    if not members:
        return {}
    issued = Certificate.objects.filter(member__in=members, state="issued").order_by("pk")
    return {(one.member_id or 0, one.kind, one.level): one for one in issued}


def _groups(claims: Sequence[Claim]) -> dict[int, Row]:
    """A group no longer holds where its proof for the first day was withdrawn and no other proof speaks for that day."""
    persons = {c.person_id for c in claims if c.person_id is not None and c.groups}
    gone = withdrawn_groups(persons) if persons else []
    if not gone:
        return {}
    standing = list(GroupTag.objects.filter(person__in={t.person_id for t in gone}).order_by("pk"))
    found: dict[int, Row] = {}
    for claim in claims:
        day = first_day(claim)
        mine = [t for t in standing if t.person_id == claim.person_id]
        lost = {t.group for t in mine if t.withdrawn and day in t.withdrawn}
        lost -= {t.group for t in mine if day in t.valid}
        if lost & set(claim.groups):
            found[claim.pk] = {"groups": ";".join(g for g in sorted(claim.groups) if g not in lost)}
    return found


def _corrections(claims: Iterable[Claim]) -> dict[int, Row]:
    found: dict[int, Row] = {}
    rows: Any = FactCorrection.objects.filter(claim__in=[c.pk for c in claims]).order_by("pk")
    for one in rows:  # the later one counts
        found.setdefault(one.claim_id, {})[one.column] = one.value
    return found
