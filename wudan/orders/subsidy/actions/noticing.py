"""公示: opening a notice and closing those whose days are over."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta

from wudan.kernel.actor import SYSTEM, Actor
from wudan.kernel.errors import INVALID, Refusal, Refused, refuse
from wudan.kernel.history import acting
from wudan.kernel.identifiers import mask_name
from wudan.kernel.money import in_sentence
from wudan.kernel.periods import legal_day
from wudan.kernel.roles import Role
from wudan.orders.subsidy.actions.guards import locked_claims, require_official
from wudan.orders.subsidy.models import Claim, Notice, NoticeLine
from wudan.orders.subsidy.states import CLAIM, NOTICE
from wudan.organisations.models import Organisation
from wudan.organisations.queries import deadline
from wudan.people.models import Person
from wudan.policy.engine.rulebook import Rulebook
from wudan.policy.queries import rulebook_for

VISIBLE_DAYS = 30
"""Days a closed notice stays readable where the rulebook does not say (`notice_visible_days`)."""


def open_notice(
    *, district_id: str, claim_ids: Sequence[int], title: str, actor: Actor, at: datetime
) -> Notice:
    """开始公示 of claims passed twice: all of them, or none. Sums are fixed here, in fen.

    Refuses: forbidden, no-title, nothing-to-publish, not-found, wrong-state. Clause: the rulebook's `notice_working_days`.
    """
    actor.require(*CLAIM.move("publish").who, district_id=district_id)
    rulebook, today = rulebook_for(district_id), legal_day(at)
    if not title.strip():
        refuse("no-title", "请填写公示标题。", field="title", status=INVALID)
    days = rulebook.parameter("notice_working_days", today)
    with acting(actor=actor, at=at, basis=days.clause):
        claims = _publishable(district_id, claim_ids, actor)
        closes_on = deadline(district_id, today, int(days.value))
        visible = _visible_days(rulebook, today)
        notice = Notice.objects.create(
            district_id=district_id,
            title=title.strip(),
            opened_on=today,
            closes_on=closes_on,
            expires_on=closes_on + timedelta(days=visible),
            opened_by=actor.user_id,
        )
        NoticeLine.objects.bulk_create(_lines(notice, claims, rulebook), batch_size=2000)
        Claim.objects.filter(pk__in=[c.pk for c in claims]).update(
            state="noticed", state_since=at, due_on=closes_on
        )
    return notice


def _publishable(district_id: str, claim_ids: Sequence[int], actor: Actor) -> list[Claim]:
    claims = locked_claims(claim_ids)
    refusals = []
    for pk in claim_ids:
        try:
            if pk not in claims or claims[pk].district_id != district_id:
                refuse("not-found", f"本区没有编号为{pk}的申请。")
            require_official(actor, "publish", claims[pk])
            CLAIM.check("publish", claims[pk].state)
        except Refused as no:
            seen = no.refusal
            number = claims[pk].number if pk in claims else str(pk)
            refusals.append(
                Refusal(seen.code, f"{number}：{seen.sentence}", seen.clause, seen.remedy, status=seen.status)
            )
    if refusals:
        raise Refused(*refusals)
    if not claims:
        refuse(
            "nothing-to-publish", "没有选择要公示的申请。", remedy="请先选择复审通过的申请。", status=INVALID
        )
    return [claims[pk] for pk in sorted(claims)]


def _visible_days(rulebook: Rulebook, on: date) -> int:
    try:
        return int(rulebook.parameter("notice_visible_days", on).value)
    except LookupError:
        return VISIBLE_DAYS


def _lines(notice: Notice, claims: Sequence[Claim], rulebook: Rulebook) -> list[NoticeLine]:
    """Masked name and number, standard, amount, nothing else; a project shows the provider's whole name."""
    persons = Person.objects.in_bulk({c.person_id for c in claims if c.person_id is not None})
    units = Organisation.objects.in_bulk({c.organisation_id for c in claims if c.person_id is None})
    lines = []
    for position, claim in enumerate(claims, 1):
        if claim.person_id is not None:
            person = persons[claim.person_id]
            name, number = mask_name(person.name), person.number_masked
        else:
            name, number = units[claim.organisation_id].name, ""
        lines.append(
            NoticeLine(
                notice=notice,
                claim=claim,
                position=position,
                name_masked=name,
                number_masked=number,
                standard=standard_of(claim, rulebook),
                amount_fen=claim.amount_fen or 0,
            )
        )
    return lines


def standard_of(claim: Claim, rulebook: Rulebook) -> str:
    """e.g. 中级工职业培训补贴 1,500元/人. Never the person's group: 特定身份 is not published."""
    level = rulebook.levels.get(str(claim.level)) if claim.level else None
    scheme = rulebook.schemes[claim.scheme].label
    each = "/人" if claim.person_id is not None else ""
    return f"{level.label if level else ''}{scheme} {in_sentence(claim.amount_fen or 0)}{each}"


# --- closing ----------------------------------------------------------------------------------------------------
def close_due_notices(*, at: datetime, actor: Actor = SYSTEM) -> int:
    """公示期满: notices whose last day is over; frozen lines stay frozen. Each in its own transaction, so a stop in the
    middle leaves whole notices, and a second run at the same time takes the others. Returns how many were closed."""
    actor.require(Role.SYSTEM)
    due = list(
        Notice.objects.filter(state="open", closes_on__lt=legal_day(at))
        .order_by("pk")
        .values_list("pk", flat=True)
    )
    return sum(_close(notice_id, actor, at) for notice_id in due)


def _close(notice_id: int, actor: Actor, at: datetime) -> bool:
    with acting(actor=actor, at=at, basis="公示期满"):
        notice = (
            Notice.objects.select_for_update(skip_locked=True, of=("self",))
            .filter(pk=notice_id, state="open")
            .first()
        )
        if notice is None:  # closed, or being closed, by another
            return False
        ids = list(notice.lines.order_by("claim_id").values_list("claim_id", flat=True))
        waiting = [c.pk for c in locked_claims(ids).values() if c.state == "noticed"]
        Claim.objects.filter(pk__in=waiting).update(state="cleared", state_since=at, due_on=None)
        notice.state = NOTICE.check("close", notice.state)
        notice.save(update_fields=["state"])
    return True


# --- before it is opened ----------------------------------------------------------------------------------------
def preview_lines(*, claim_ids: Sequence[int], actor: Actor) -> list[NoticeLine]:
    """Exactly the lines `open_notice` would publish of these claims, unsaved; those it would refuse are left out."""
    actor.require(*CLAIM.move("publish").who)
    claims = Claim.objects.filter(pk__in=claim_ids, district=actor.district_id, state="second_passed")
    if actor.user_id is not None:
        claims = claims.exclude(submitted_by=actor.user_id)
    return _lines(Notice(), list(claims.order_by("pk")), rulebook_for(actor.district_id or ""))
