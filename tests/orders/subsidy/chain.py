"""Bringing a claim along the chain, for tests of what comes next. Each step by the cast's own people, a working day apart."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from django.db import connection

from tests.cast import AT, Cast, claim_form, make_person
from tests.harness.races import at_once, code_or
from wudan.kernel.actor import SYSTEM
from wudan.kernel.errors import Refused
from wudan.kernel.history import acting
from wudan.orders.subsidy.actions.applying import submit
from wudan.orders.subsidy.actions.approving import approve
from wudan.orders.subsidy.actions.batches import Answer
from wudan.orders.subsidy.actions.noticing import close_due_notices, open_notice
from wudan.orders.subsidy.actions.reviewing import accept, pass_first, pass_second
from wudan.orders.subsidy.models import Claim, Notice, NoticeLine
from wudan.people.models import Person

PROOFS = {
    "rural": "户口簿",
    "poor": "扶贫名册第3页",
    "employee": "社保参保证明",
    "new_leaver": "毕业证",
    "low_income": "低保证",
}
LATER = AT + timedelta(days=20)  # after the notice, in the same year


def refusal(call: Any, **arguments: Any) -> Any:
    """The refusal an action answers with; fails where it does not refuse."""
    try:
        call(**arguments)
    except Refused as no:
        return no.refusal
    raise AssertionError(f"{call.__name__} was not refused")


def person(n: int = 1, **fields: Any) -> Person:
    return make_person(n, **{"name": "赵一二", **fields})


def submitted(tez: Cast, who: Person | None = None, *, at: datetime = AT, **changes: Any) -> Claim:
    """A claim by the provider for a person of its class (1,500 yuan as it stands)."""
    who = who or tez.person
    return submit(
        district_id=tez.code,
        applied_by="provider",
        form=claim_form(**changes),
        person_id=who.pk,
        organisation_id=tez.provider.pk,
        authority="代领-2020-001",
        actor=tez.provider_clerk,
        at=at,
    )


def accepted(tez: Cast, who: Person | None = None, **changes: Any) -> Claim:
    return accept(claim_id=submitted(tez, who, **changes).pk, actor=tez.intake, at=AT)


def first_passed(
    tez: Cast, who: Person | None = None, *, review: dict[str, Any] | None = None, **changes: Any
) -> Claim:
    claim = accepted(tez, who, **changes)
    return pass_first(claim_id=claim.pk, actor=tez.intake, at=AT, verified_groups=PROOFS, **(review or {}))


def second_passed(
    tez: Cast, who: Person | None = None, *, review: dict[str, Any] | None = None, **changes: Any
) -> Claim:
    claim = first_passed(tez, who, review=review, **changes)
    confirm = bool(claim.override_outcome)
    return pass_second(claim_id=claim.pk, actor=tez.reviewer, at=AT, confirm_override=confirm)


def publish(tez: Cast, *claims: Claim, at: datetime = AT) -> Notice:
    return open_notice(
        district_id=tez.code,
        claim_ids=[c.pk for c in claims],
        title="2020年第11期公示",
        actor=tez.reviewer,
        at=at,
    )


def noticed(tez: Cast, who: Person | None = None, **changes: Any) -> tuple[Claim, NoticeLine]:
    claim = second_passed(tez, who, **changes)
    notice = publish(tez, claim)
    claim.refresh_from_db()
    return claim, notice.lines.get()


def cleared(tez: Cast, who: Person | None = None, **changes: Any) -> Claim:
    claim, _ = noticed(tez, who, **changes)
    close_due_notices(at=LATER)
    claim.refresh_from_db()
    return claim


def approved(tez: Cast, who: Person | None = None, **changes: Any) -> Claim:
    claim = cleared(tez, who, **changes)
    (answer,) = approve(claim_ids=[claim.pk], actor=tez.reviewer, at=LATER)
    assert answer.done, answer.refusal
    claim.refresh_from_db()
    return claim


def forge(sql: str, *values: Any) -> None:
    """Raw SQL with history's context set: what a rogue administrator could do."""
    with acting(actor=SYSTEM, at=AT, basis="测试"), connection.cursor() as cursor:
        cursor.execute(sql, values)


def both(*calls: Callable[[], Any]) -> list[str]:
    """The calls at the same moment: "done" or the refusal's code, sorted; of a batch, its first answer's."""

    def said(answer: Any) -> str:
        if isinstance(answer, list) and answer and isinstance(answer[0], Answer) and answer[0].refusal:
            return answer[0].refusal.code
        return code_or(answer)

    return sorted(said(answer) for answer in at_once(*calls))
