"""The public notice (公示) for the public, and its desk for officials."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date

from django.db.models import Count, Q, QuerySet, Sum

from wudan.kernel.actor import Actor
from wudan.kernel.errors import refuse
from wudan.kernel.roles import Role
from wudan.orders.subsidy.models import Claim, Notice, NoticeLine, Objection

OFFICIALS = (Role.INTAKE, Role.REVIEWER, Role.FINANCE, Role.SUPERVISOR, Role.POLICY)


@dataclass(frozen=True, slots=True)
class PublicNotice:
    """A notice as anybody sees it. `taking` is true while objections are taken."""

    id: int
    district_id: str
    title: str
    opened_on: date
    closes_on: date
    taking: bool


@dataclass(frozen=True, slots=True)
class PublicLine:
    """All a line shows (财社〔2023〕181号 第二十八条): nothing here leads to the person or the claim."""

    id: int
    position: int
    name_masked: str
    number_masked: str
    standard: str
    amount_fen: int


def public_notices(district_id: str, today: date) -> list[PublicNotice]:
    """Notices still on display, newest first."""
    found = Notice.objects.filter(district=district_id, expires_on__gt=today).order_by("-opened_on", "-id")
    return [_public(notice, today) for notice in found]


def public_notice(notice_id: int, today: date) -> PublicNotice:
    """One notice on display. Refuses: not-found, also after it was taken down."""
    notice = Notice.objects.filter(pk=notice_id, expires_on__gt=today).first()
    if notice is None:
        refuse("not-found", "这份公示不存在，或者已经撤下。", remedy="请查看正在公示的名单。", status=404)
    return _public(notice, today)


def public_lines(notice_id: int, today: date, *, start: int = 0, count: int = 100) -> list[PublicLine]:
    """A stretch of the list, by position; nothing once the notice has been taken down."""
    columns = ("id", "position", "name_masked", "number_masked", "standard", "amount_fen")
    rows = NoticeLine.objects.filter(
        notice=notice_id, notice__expires_on__gt=today, position__gt=start, position__lte=start + count
    )
    return [PublicLine(**row) for row in rows.order_by("position").values(*columns)]


def public_line(line_id: int, today: date) -> tuple[PublicNotice, PublicLine]:
    """The line somebody wants to object to, with its notice. Refuses: not-found."""
    line = (
        NoticeLine.objects.select_related("notice").filter(pk=line_id, notice__expires_on__gt=today).first()
    )
    if line is None:
        refuse(
            "not-found", "没有找到这条公示，或者公示已经撤下。", remedy="请查看正在公示的名单。", status=404
        )
    shown = PublicLine(
        line.pk, line.position, line.name_masked, line.number_masked, line.standard, line.amount_fen
    )
    return _public(line.notice, today), shown


def lines_count(notice_id: int, today: date) -> int:
    return NoticeLine.objects.filter(notice=notice_id, notice__expires_on__gt=today).count()


def _public(notice: Notice, today: date) -> PublicNotice:
    taking = notice.state == "open" and notice.opened_on <= today <= notice.closes_on
    return PublicNotice(
        notice.pk, notice.district_id, notice.title, notice.opened_on, notice.closes_on, taking
    )


# --- the officials' desk ----------------------------------------------------------------------------------------
def visible_notices(actor: Actor) -> QuerySet[Notice]:
    """The own district's notices, newest first; nothing for others."""
    if actor.role not in OFFICIALS or actor.district_id is None:
        return Notice.objects.none()
    return Notice.objects.filter(district=actor.district_id).order_by("-opened_on", "-id")


@dataclass(frozen=True, slots=True)
class NoticeSummary:
    """A notice with what became of its lines."""

    notice: Notice
    lines: int
    total_fen: int
    by_state: dict[str, int]
    open_objections: int


def notice_summary(notice_id: int, actor: Actor) -> NoticeSummary:
    """Refuses: not-found."""
    notice = visible_notices(actor).filter(pk=notice_id).first()
    if notice is None:
        refuse("not-found", "没有找到这份公示。", remedy="请从列表重新进入。", status=404)
    sums = notice.lines.aggregate(lines=Count("pk"), total=Sum("amount_fen", default=0))
    states = Claim.objects.filter(pk__in=notice.lines.order_by().values("claim"))
    by_state = dict(states.order_by().values_list("state").annotate(count=Count("pk")))
    waiting = Objection.objects.filter(line__notice=notice, state="open").count()
    return NoticeSummary(notice, sums["lines"], sums["total"], by_state, waiting)


def notice_lines(notice_id: int, actor: Actor) -> QuerySet[NoticeLine]:
    """The lines with their claims and the number of objections waiting, for officials."""
    lines = NoticeLine.objects.filter(notice__in=visible_notices(actor).order_by(), notice=notice_id)
    waiting = Count("objections", filter=Q(objections__state="open"))
    return lines.select_related("claim").annotate(open_objections=waiting).order_by("position")


def visible_objections(actor: Actor, *, state: str = "") -> QuerySet[Objection]:
    """Objections in the district, the most urgent first."""
    found = Objection.objects.filter(line__notice__in=visible_notices(actor).order_by())
    if state:
        found = found.filter(state=state)
    return found.select_related("line__notice", "line__claim").order_by("due_on", "id")


# --- an applicant's own line --------------------------------------------------------------------------------------
@dataclass(frozen=True, slots=True)
class OwnNotice:
    """The last notice a claim stood on, for the one it is about."""

    notice_id: int
    opened_on: date
    closes_on: date
    expires_on: date


def notices_of(claim_ids: Collection[int]) -> dict[int, OwnNotice]:
    """Claim → its latest notice; one query. The caller has made sure that the claims are the reader's to see."""
    columns = ("claim_id", "notice_id", "notice__opened_on", "notice__closes_on", "notice__expires_on")
    rows = NoticeLine.objects.filter(claim__in=list(claim_ids)).order_by("id").values_list(*columns)
    return {claim_id: OwnNotice(*rest) for claim_id, *rest in rows}


def public_list(notice_id: int, today: date, *, search: str = "", order_by: str = "") -> QuerySet[NoticeLine]:
    """The list as anybody pages through it, by masked name, number or standard; nothing once it has been taken down.

    Only the published columns are read: nothing here leads to the person or the claim.
    """
    lines = NoticeLine.objects.filter(notice=notice_id, notice__expires_on__gt=today)
    if text := search.strip():
        lines = lines.filter(
            Q(name_masked__icontains=text) | Q(number_masked__icontains=text) | Q(standard__icontains=text)
        )
    order = [order_by] if order_by.lstrip("-") in ("position", "amount_fen") else []
    return lines.only("position", "name_masked", "number_masked", "standard", "amount_fen").order_by(
        *order, "position", "id"
    )
