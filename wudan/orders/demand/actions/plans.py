"""An enterprise's yearly training plan (企业年度职工培训计划), and its orders by rows or by a file."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from wudan.kernel.actor import Actor
from wudan.kernel.errors import INVALID, Refused, refuse
from wudan.kernel.history import acting
from wudan.kernel.periods import legal_day
from wudan.kernel.roles import Role
from wudan.occupations.queries import levels
from wudan.orders.demand import files, rules
from wudan.orders.demand.actions.checks import named_exactly
from wudan.orders.demand.actions.filing import Wanted, file_many
from wudan.orders.demand.models import Order, YearPlan
from wudan.organisations.queries import applicant
from wudan.people.lists import FaultyFile, ListColumn, ListRow, RowFault, read_list
from wudan.people.queries import towns
from wudan.policy.queries import rulebook_for

MAX_ROWS = 500
_WHERE = {"until": "希望结束", "level": "等级"}


def file_plan(
    *,
    organisation_id: int,
    year: int,
    staff_count: int,
    budget_fen: int = 0,
    summary: str = "",
    actor: Actor,
    at: datetime,
) -> YearPlan:
    """报送年度培训计划, or amend the one of that year; `budget_fen` is recorded, never paid from.

    Refuses: forbidden, organisation-suspended, bad-year, bad-number. Clause: 台政办发〔2020〕4号 三（一）；周政办发〔2020〕2号 二（一）1.
    """
    actor.require(Role.ENTERPRISE)
    applicant(organisation_id, actor)
    this_year = legal_day(at).year
    if year not in (this_year - 1, this_year, this_year + 1):
        refuse(
            "bad-year", f"只能报送{this_year - 1}年至{this_year + 1}年的计划。", field="year", status=INVALID
        )
    if staff_count < 1 or budget_fen < 0:
        refuse("bad-number", "职工人数至少为1，经费预算不能小于0。", field="staff_count", status=INVALID)
    with acting(
        actor=actor,
        at=at,
        basis="职工培训制度（台政办发〔2020〕4号 三（一）；周政办发〔2020〕2号 二（一）1）",
    ):
        plan = YearPlan.objects.select_for_update().filter(organisation=organisation_id, year=year).first()
        plan = plan or YearPlan(organisation_id=organisation_id, year=year)
        plan.staff_count, plan.budget_fen, plan.summary = staff_count, budget_fen, summary.strip()
        plan.filed_at, plan.filed_by = at, actor.user_id or 0
        plan.save()
    return plan


@dataclass(frozen=True, slots=True)
class OrderFile:
    """An enterprise's file as read: what each row asks for; rows whose words fit no occupation exactly stay to be matched."""

    rows: tuple[Wanted, ...]
    unmatched: tuple[str, ...]


def load_orders(
    *, organisation_id: int, content: bytes, plan_id: int | None = None, actor: Actor, at: datetime
) -> list[Order]:
    """企业用文件提单, all rows or none. Words that name exactly one occupation are matched, others wait for somebody to confirm.

    Refuses: as `file_order`; bad-file; `FaultyFile` with every fault of every row.
    """
    actor.require(Role.ENTERPRISE)
    organisation = applicant(organisation_id, actor)
    read = read_orders(organisation.district_id, content, legal_day(at))
    return file_many(
        district_id=organisation.district_id, filed_by="enterprise", organisation_id=organisation_id, rows=read.rows,
        plan_id=plan_id, actor=actor, at=at,
    )  # fmt: skip


def order_columns(district_id: str) -> list[ListColumn]:
    """The columns of the district's file of orders."""
    names = {t.name: t.code for t in towns(district_id)}
    lines = rulebook_for(district_id).lines.values()
    return files.order_columns(
        names, {x.label: x.code for x in lines if "enterprise" in x.filed_by and not x.restricted}
    )


def read_orders(district_id: str, content: bytes, today: date) -> OrderFile:
    """The file's rows. Raises as `load_orders`."""
    found, faults = read_list(content, order_columns(district_id), what="提单表", max_rows=MAX_ROWS)
    rows, unmatched = [], []
    for row in found:
        try:
            rows.append(_wanted(district_id, row, today))
        except Refused as no:
            faults.append(
                RowFault(
                    row.row,
                    _WHERE.get(no.refusal.field, "职业（工种）"),
                    "",
                    no.refusal.sentence.rstrip("。"),
                    no.refusal.remedy,
                )
            )
            continue
        if rows[-1].occupation_id is None:
            unmatched.append(rows[-1].wish)
    if faults:
        raise FaultyFile(sorted(faults, key=lambda f: f.row))
    return OrderFile(tuple(rows), tuple(unmatched))


def _wanted(district_id: str, row: ListRow, today: date) -> Wanted:
    since = max(row.get("since", today), today)
    last = row.get("until", None)
    until = last + timedelta(days=1) if last else since + timedelta(days=rules.valid_days(district_id, today))
    if (until - since).days < rules.shared_days(district_id, today):
        refuse(
            "bad-window",
            "希望培训的时段太短或已经过去。",
            remedy="请把时段放宽一些。",
            field="until",
            status=INVALID,
        )
    wish, level = str(row.get("wish")), int(row.get("level", 0))
    occupation_id = named_exactly(wish)
    if occupation_id and level and level not in levels(occupation_id):
        refuse(
            "bad-level",
            "这个职业没有所填的等级。",
            remedy="请核对等级，不清楚的留空。",
            field="level",
            status=INVALID,
        )
    return Wanted(
        wish=wish,
        since=since,
        until=until,
        occupation_id=occupation_id,
        level=level,
        line=row.get("line", ""),
        town_code=row.get("town", ""),
        mode=row.get("mode", "any"),
        heads=int(row.get("heads", 1)),
    )
