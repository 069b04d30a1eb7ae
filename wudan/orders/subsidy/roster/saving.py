"""保存: all rows to be submitted in one transaction. Killed in the middle it leaves nothing, and can be run again.

Everything saved is invisible to others until the commit, so progress is written on a connection of its own.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from datetime import datetime

from django.db import Error, connection

from wudan.kernel.actor import SYSTEM, Actor
from wudan.kernel.errors import Refused
from wudan.kernel.history import acting
from wudan.kernel.journal import tell
from wudan.kernel.roles import Role
from wudan.orders.subsidy.actions.applying import submit_many
from wudan.orders.subsidy.models import Roster
from wudan.orders.subsidy.roster.checking import RESULT, applicant_of, note_result, read_file
from wudan.orders.subsidy.roster.examine import Examined, Progress, examine
from wudan.orders.subsidy.roster.rows import RosterRow
from wudan.orders.subsidy.states import ROSTER
from wudan.people.actions import record_accounts, register_people
from wudan.people.rows import AccountRow, PersonRow
from wudan.policy.queries import rulebook_for

_ONE_AT_A_TIME = 20_200_323
"""Advisory lock: rosters are saved one after another, so that the later sees what the earlier applied for."""
CHANGED = "检查之后情况有变（例如有人员刚被登记或申请过），已重新检查，请核对后再确认。没有保存任何一行。"
BROKEN = "保存时系统出错，没有保存任何一行。请稍后再确认；仍不成功的，请联系管理员。"


def save(roster_id: int, at: datetime) -> Roster:
    """Move a confirming roster to `confirmed`, or back to `checked` with the reason; any other is left as it is."""
    try:
        return _save(roster_id, at)
    except Refused as refused:
        first = refused.refusals[0]
        return _reopen(roster_id, at, f"{first}没有保存任何一行。")
    except Exception:
        # Where even this fails (the database is gone) the roster stays `confirming` and the worker tries again.
        with contextlib.suppress(Error):
            _reopen(roster_id, at, BROKEN)
        raise


def _save(roster_id: int, at: datetime) -> Roster:
    rulebook = rulebook_for(Roster.objects.values_list("district_id", flat=True).get(pk=roster_id))
    with _progress(roster_id) as progress, acting(actor=SYSTEM, at=at, basis=rulebook.document):
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_ONE_AT_A_TIME])
        roster = Roster.objects.select_related("organisation").get(pk=roster_id)
        if roster.state != "confirming":
            return roster
        rows, good = max(roster.rows_total, 1), roster.rows_good  # the page counts what will be submitted
        found = examine(
            read_file(roster),
            rulebook,
            applicant_of(roster, at),
            lambda done: progress(good * done // rows // 5),
        )
        if _changed(roster, found):
            note_result(roster, found, at)
            return _write(roster, "reopen", at, problem=CHANGED)
        _submit(roster, found, at, progress)
        roster.rows_done = roster.rows_total = len(found.rows)
        roster.rows_known = len(found.known)
        return _write(roster, "save", at)


def _changed(roster: Roster, found: Examined) -> bool:
    """Is something wrong that was not when the user confirmed? That more rows are known by now harms nobody."""
    seen = {(f["row"], f["problem"]) for f in roster.faults}
    return any((f.row, f.problem) not in seen for f in found.faults)


def _submit(roster: Roster, found: Examined, at: datetime, progress: Progress) -> None:
    """Persons, accounts, claims: each one bulk action, inside our transaction."""
    clerk, total, rows = _clerk(roster), len(found.good), found.good
    learners = [r for r in rows if not r.is_project]
    persons = register_people(rows=[_person_row(r) for r in learners], actor=clerk, at=at) if learners else {}
    progress(total * 2 // 5)
    accounts = [AccountRow(persons[r.number].pk, r.holder, r.bank, r.account) for r in learners if r.account]
    if accounts:
        record_accounts(rows=accounts, actor=clerk, at=at)
    progress(total // 2)
    submit_many(
        district_id=roster.district_id,
        applied_by=roster.organisation.kind,
        forms=[(r.form, None if r.is_project else persons[r.number].pk) for r in rows if r.form],
        organisation_id=roster.organisation_id,
        authority=roster.authority,
        roster_id=roster.pk,
        rows=[r.row for r in rows],
        actor=clerk,
        at=at,
    )


def _person_row(row: RosterRow) -> PersonRow:
    return PersonRow(row.document_kind, row.number, row.name, row.phone)


def _clerk(roster: Roster) -> Actor:
    """Whoever confirmed: the claims are theirs, not the worker's, in history and for the separation of duties."""
    return Actor(
        user_id=roster.confirmed_by,
        role=Role(roster.organisation.kind),
        label=roster.confirmed_label,
        district_id=roster.district_id,
        organisation_id=roster.organisation_id,
    )


def _write(roster: Roster, verb: str, at: datetime, *, problem: str = "") -> Roster:
    """The last statement of the transaction: only now is the row locked, so that progress could be written until here."""
    now = Roster.objects.select_for_update().defer("file_sealed").get(pk=roster.pk)
    roster.state, roster.problem = ROSTER.check(verb, now.state), problem
    roster.save(update_fields=RESULT)
    tell(f"roster:{'reopened' if problem else 'saved'}", at=at, roster=roster.pk)
    return roster


def _reopen(roster_id: int, at: datetime, problem: str) -> Roster:
    roster = Roster.objects.select_related("organisation").get(pk=roster_id)
    rulebook = rulebook_for(roster.district_id)
    with acting(actor=SYSTEM, at=at, basis=rulebook.document):
        now = Roster.objects.select_for_update().get(pk=roster_id)
        if now.state != "confirming":
            return now
        return _write(roster, "reopen", at, problem=problem)


@contextlib.contextmanager
def _progress(roster_id: int) -> Iterator[Progress]:
    """Writes `rows_done` on its own connection, at once visible to the page that asks."""
    own = connection.copy()

    def write(done: int) -> None:
        sql = "UPDATE subsidy_roster SET rows_done = %s WHERE id = %s AND state = 'confirming'"
        with contextlib.suppress(Error), own.cursor() as cursor:  # the save matters, its progress does not
            cursor.execute(sql, [done, roster_id])

    try:
        yield write
    finally:
        own.close()
