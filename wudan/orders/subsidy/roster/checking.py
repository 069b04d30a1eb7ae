"""检查: read the file, find every fault, ask the rulebook. Progress is committed as it goes, the result all at once."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from wudan.kernel.actor import SYSTEM
from wudan.kernel.crypto import unseal_bytes
from wudan.kernel.history import acting
from wudan.kernel.journal import tell
from wudan.kernel.periods import legal_day
from wudan.kernel.tables.anyfile import is_workbook
from wudan.kernel.tables.grid import Unreadable
from wudan.kernel.tables.workbook import SAVE_AGAIN
from wudan.orders.subsidy.models import Claim, Roster
from wudan.orders.subsidy.queries.now import facts_of
from wudan.orders.subsidy.roster.examine import Applicant, Examined, examine
from wudan.orders.subsidy.roster.headers import NO_HEADER
from wudan.orders.subsidy.roster.own import with_own
from wudan.orders.subsidy.roster.preview import preview
from wudan.orders.subsidy.roster.reading import Sheet, read
from wudan.orders.subsidy.states import DECIDED, PLACED, ROSTER
from wudan.policy.queries import rulebook_for

FILE = "roster-file"
"""The purpose under which roster files are sealed."""


def check(roster_id: int, at: datetime) -> Roster:
    """Move an uploaded roster to `checked` or `unreadable`; any other is left as it is."""
    roster = Roster.objects.select_related("organisation").get(pk=roster_id)
    if roster.state != "uploaded":
        return roster
    try:
        sheet = read_file(roster)
    except Unreadable as error:
        return _finish(roster, "fail", at, problem=str(error))
    waiting = Roster.objects.filter(pk=roster_id, state="uploaded")
    waiting.update(rows_total=len(sheet.rows), rows_done=0)

    def progress(done: int) -> None:
        waiting.update(rows_done=done)

    # Reading is most of the work; the decision of all good rows at the end is one stroke.
    found = examine(
        sheet,
        rulebook_for(roster.district_id),
        applicant_of(roster, at),
        progress=progress,
    )
    note_result(roster, found, at)
    return _finish(roster, "check", at)


def note_result(roster: Roster, found: Examined, at: datetime) -> None:
    """Put what was found on the roster (not saved)."""
    others = _others(roster.district_id, found)
    rulebook = rulebook_for(roster.district_id)
    history = [{**facts_of(c), "amount_fen": c.amount_fen or 0} for c in others if c.state in DECIDED]
    pending = [facts_of(c) for c in others if c.state not in DECIDED]
    roster.rows_total = roster.rows_done = len(found.rows)
    roster.rows_good, roster.rows_known = len(found.good), len(found.known)
    roster.faults = found.faults_json()
    roster.preview = preview(found, rulebook, at=at, others=pending, history=history)


RESULT = ["rows_total", "rows_done", "rows_good", "rows_known", "faults", "preview", "problem", "state"]


def _finish(roster: Roster, verb: str, at: datetime, *, problem: str = "") -> Roster:
    """Save the result, unless somebody discarded the roster or another worker was quicker."""
    with acting(actor=SYSTEM, at=at, basis=rulebook_for(roster.district_id).document):
        now = Roster.objects.select_for_update().defer("file_sealed").get(pk=roster.pk)
        if now.state != "uploaded":
            return now
        roster.state, roster.problem = ROSTER.check(verb, now.state), problem
        roster.save(update_fields=RESULT)
        tell(f"roster:{'unreadable' if problem else 'checked'}", at=at, roster=roster.pk)
    return roster


def read_file(roster: Roster) -> Sheet:
    """The roster's sheet. Raises Unreadable; a file that is a workbook by its name alone is told so."""
    content = unseal_bytes(bytes(roster.file_sealed), FILE)
    try:
        return with_own(read(content), rulebook_for(roster.district_id))
    except Unreadable as error:
        named = roster.file_name.lower().endswith((".xlsx", ".xlsm", ".xls", ".et"))
        if str(error) == NO_HEADER and named and not is_workbook(content):
            raise Unreadable(
                f"这个文件的名字是Excel表格，内容却不是：可能已经损坏，或者只是改了扩展名。{SAVE_AGAIN}"
            ) from None
        raise


def applicant_of(roster: Roster, at: datetime) -> Applicant:
    return Applicant(roster.district_id, roster.organisation_id, roster.organisation.kind, legal_day(at))


def _others(district_id: str, found: Examined) -> Sequence[Claim]:
    """What the same persons and projects already have in this district and what holds a place in their limits."""
    persons = {p.pk for p in found.persons.values()}
    projects = {r.form.project_id for r in found.good if r.is_project and r.form}
    placed = Claim.objects.filter(district_id=district_id, state__in=PLACED)
    claims = list(placed.filter(person__in=persons).order_by("pk")) if persons else []
    if projects:
        claims += placed.filter(person=None, project_id__in=projects).order_by("pk")
    return claims
