"""提单: a person, a town clerk for somebody, an enterprise. Two orders of one person for the same thing become one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from wudan.kernel import bulk
from wudan.kernel.actor import Actor
from wudan.kernel.errors import INVALID, forbid, refuse
from wudan.kernel.history import acting
from wudan.kernel.periods import legal_day
from wudan.kernel.roles import Role
from wudan.occupations.queries import occupation
from wudan.orders.demand import rules
from wudan.orders.demand.actions.checks import (
    checked_level,
    checked_line,
    checked_town,
    checked_window,
    expiry,
)
from wudan.orders.demand.actions.merging import MergeInto, twin_of
from wudan.orders.demand.models import FILED_BY, MODES, Order, YearPlan
from wudan.organisations.models import Organisation
from wudan.organisations.queries import applicant
from wudan.people.actions import archive
from wudan.people.models import Person
from wudan.people.queries import groups_on
from wudan.policy.engine.lines import line_for
from wudan.policy.queries import rulebook_for

BY_ROLE = {Role.WORKER: "person", Role.TOWN: "town", Role.ENTERPRISE: "enterprise"}
MAX_HEADS = 5000


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What is wanted: the wish in own words, what it was matched to, where, when (half-open) and how."""

    wish: str
    since: date
    until: date
    occupation_id: int | None = None
    level: int = 0
    line: str = ""
    town_code: str = ""
    mode: str = "any"
    heads: int = 1


def file_order(
    *,
    district_id: str,
    filed_by: str,
    person_id: int | None = None,
    organisation_id: int | None = None,
    heads: int = 1,
    wish: str,
    occupation_id: int | None = None,
    level: int = 0,
    line: str = "",
    town_code: str = "",
    wanted: tuple[date, date],
    mode: str = "any",
    consent: str = "",
    plan_id: int | None = None,
    actor: Actor,
    at: datetime,
) -> Order:
    """提单. Without an occupation the order waits to be matched. Answers with the order that waits: where the person already has
    one for the same occupation and level, the new one is merged into it and its wishes about time and place count.

    `wanted` is half-open. Refuses: forbidden, organisation-suspended, no-consent, bad-window, bad-level, bad-line, bad-town,
    bad-heads, no-wish, order-again (an enterprise's same order twice). Clause: 台政办发〔2020〕4号 三；周政办发〔2020〕2号 二（一）.
    """
    one = Wanted(
        wish=wish, since=wanted[0], until=wanted[1], occupation_id=occupation_id, level=level, line=line,
        town_code=town_code, mode=mode, heads=heads,
    )  # fmt: skip
    return file_many(
        district_id=district_id, filed_by=filed_by, person_id=person_id, organisation_id=organisation_id, rows=[one],
        consent=consent, plan_id=plan_id, actor=actor, at=at,
    )[0]  # fmt: skip


def file_many(
    *,
    district_id: str,
    filed_by: str,
    person_id: int | None = None,
    organisation_id: int | None = None,
    rows: Sequence[Wanted],
    consent: str = "",
    plan_id: int | None = None,
    actor: Actor,
    at: datetime,
) -> list[Order]:
    """提多个单, all of one call or none; as `file_order`."""
    _may_file(actor, district_id, filed_by, person_id, organisation_id, consent)
    with acting(actor=actor, at=at, basis=rules.BASIS):
        person = _locked_person(person_id)
        if organisation_id is not None:
            Organisation.objects.select_for_update(no_key=True).get(pk=organisation_id)
        _require_plan(plan_id, organisation_id)
        orders = []
        for row in rows:
            order = _order(row, district_id, filed_by, person, at)
            order.organisation_id, order.plan_id = organisation_id, plan_id
            order.consent, order.filed_by_user = consent.strip(), actor.user_id
            orders.append(_saved(order, at))
    return orders


def _may_file(
    actor: Actor,
    district_id: str,
    filed_by: str,
    person_id: int | None,
    organisation_id: int | None,
    consent: str,
) -> None:
    actor.require(*BY_ROLE, district_id=district_id)
    if BY_ROLE[actor.role] != filed_by:
        forbid("提单方式与您的身份不符。", remedy="请从自己的首页进入提单。")
    if filed_by == "enterprise":
        if organisation_id is None or applicant(organisation_id, actor).district_id != district_id:
            forbid("企业只能在所在的区提单。", remedy="请在本单位所在的区办理。")
        return
    if organisation_id is not None or person_id is None:
        forbid("个人提单须写明本人，不写单位。", remedy="请从自己的首页进入提单。")
    if actor.role is Role.WORKER and person_id != actor.person_id:
        forbid("只能为本人提单。", remedy="为他人提单，请本人到镇街便民服务窗口办理。")
    if actor.role is Role.TOWN and len(consent.strip()) < 4:
        refuse(
            "no-consent",
            "代为提单须记录本人是怎样同意的。",
            remedy="请至少写4个字，例如“本人到场签字”。",
            field="consent",
            status=INVALID,
        )


def _locked_person(person_id: int | None) -> Person | None:
    """The row is held so that two filings for one person come one after the other."""
    if person_id is None:
        return None
    return Person.objects.select_for_update(no_key=True).get(pk=person_id)


def _require_plan(plan_id: int | None, organisation_id: int | None) -> None:
    if plan_id is not None and not YearPlan.objects.filter(pk=plan_id, organisation=organisation_id).exists():
        forbid("这份年度计划不是本单位的。")


def _order(row: Wanted, district_id: str, filed_by: str, person: Person | None, at: datetime) -> Order:
    """Not saved yet."""
    today = legal_day(at)
    found = occupation(row.occupation_id) if row.occupation_id else None
    if row.occupation_id and found is None:
        refuse(
            "no-occupation", "没有找到这个职业。", remedy="请重新搜索后选择。", field="wish", status=INVALID
        )
    wish = " ".join(row.wish.split()) or (found.name if found else "")
    if not wish:
        refuse("no-wish", "请写明想学什么。", remedy="例如“想学电焊”。", field="wish", status=INVALID)
    if not 1 <= row.heads <= MAX_HEADS:
        refuse("bad-heads", f"人数应为1至{MAX_HEADS}。", remedy="请核对人数。", field="heads", status=INVALID)
    if row.mode not in dict(MODES) or filed_by not in dict(FILED_BY):
        refuse("bad-mode", "请选择培训方式。", field="mode", status=INVALID)
    window = checked_window(district_id, row.since, row.until, today)
    line = checked_line(district_id, row.line, filed_by) or (
        _own_line(district_id, person.pk, today) if person else ""
    )
    return Order(
        district_id=district_id,
        filed_by=filed_by,
        person=person,
        heads=row.heads,
        wish=wish[:200],
        occupation=found,
        level=checked_level(found, row.level),
        line=line,
        town_id=checked_town(district_id, row.town_code),
        wanted=window,
        mode=row.mode,
        state="matched" if found else "filed",
        state_since=at,
        filed_at=at,
        expires_on=expiry(district_id, window, today),
    )


def _own_line(district_id: str, person_id: int, today: date) -> str:
    """The line made for the person's own groups, else the general one."""
    found = line_for(rulebook_for(district_id), groups_on([person_id], today)[person_id], on=today)
    return found.code if found else ""


def _saved(order: Order, at: datetime) -> Order:
    twin = twin_of(order)
    (order.pk,) = bulk.take_keys(Order, 1)
    order.number = f"T{order.district_id}{legal_day(at).year}{order.pk:07d}"
    if twin is None:
        order.save(force_insert=True)
        _archive(order, at)
        return order
    if order.person_id is None:
        refuse(
            "order-again",
            f"本单位已提过同样的单（提单编号{twin.number}），正在等待编班，不会重复登记。",
            remedy="人数或时间有变化的，请先撤回原提单再重新提单。",
            field="wish",
        )
    occupation_id, order.occupation, order.state = order.occupation_id, None, "filed"
    order.save(force_insert=True)  # waiting without its occupation, so that it never stands beside its twin
    order.occupation_id = occupation_id
    MergeInto(twin, at)(order)
    return twin


def _archive(order: Order, at: datetime) -> None:
    if order.person_id is None:
        return
    archive(
        person_id=order.person_id,
        district_code=order.district_id,
        kind="order",
        subject=f"order:{order.pk}",
        event="filed",
        on=legal_day(at),
        title=f"提单：{order.occupation.name if order.occupation else order.wish}",
        detail={
            "提单编号": order.number,
            "想学什么": order.wish,
            "提单方式": dict(FILED_BY)[order.filed_by],
            **({"上课镇街": order.town.name} if order.town else {}),
        },
        at=at,
    )
