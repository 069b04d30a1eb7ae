"""Which classes the sample tells of, and what stands on every desk today (演示当天)."""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import date, timedelta

from wudan.config.sample.courses import (
    CONSENT,
    Course,
    at,
    counter,
    employed,
    hold,
    taught,
    work,
)
from wudan.config.sample.listing import publish_demand
from wudan.config.sample.setting import Stage
from wudan.occupations.queries import named
from wudan.orders.catalogue.actions.projects import (
    call_project,
    contract_project,
    finish_project,
    plan_project,
    start_project,
)
from wudan.orders.catalogue.models import Project
from wudan.orders.delivery.models import TrainingClass
from wudan.orders.demand.actions.filing import file_order
from wudan.orders.demand.actions.grouping import propose
from wudan.orders.demand.actions.keeping import expire_orders
from wudan.orders.subsidy.actions.confirming import confirm_dues
from wudan.orders.subsidy.actions.entitling import prepare_project_dues
from wudan.orders.subsidy.models import Claim, Due
from wudan.people.models import Person

# The month (from 0) in whose first days the claims of a class are on the desk.
COURSES: dict[str, dict[int, Course]] = {
    "370405": {
        2: Course(0, "电工", 4, "skill_level", "rural", "rural", date(2020, 9, 7)),
        4: Course(4, "焊工", 5, "skill_level", "pre_job", "employee", date(2020, 11, 2), employer=0),
        6: Course(5, "电子商务师", 5, "completion", "startup", "", date(2021, 1, 4), days=3),
        7: Course(1, "焊工", 5, "skill_level", "project", "poor", date(2021, 1, 18), heads=8),
        9: Course(3, "家政服务员", 5, "skill_level", "unemployed", "unemployed", date(2021, 4, 5)),
        10: Course(0, "焊工", 4, "skill_level", "veteran_before", "veteran", date(2021, 5, 24)),
    },
    "370306": {
        3: Course(3, "养老护理员", 5, "skill_level", "rural", "rural", date(2020, 10, 12)),
        7: Course(0, "缝纫工", 5, "skill_level", "unemployed", "unemployed", date(2021, 2, 22)),
        10: Course(4, "车工", 4, "skill_level", "rural", "rural", date(2021, 5, 24)),
    },
}


WISHES = 20
"""As many as make a class (group_heads_min)."""


def due(stage: Stage, month: int) -> list[Course]:
    """The courses whose claims come in this month; the demonstration's worker sat in the first."""
    course = COURSES[stage.code].get(month)
    if course is None:
        return []
    course = replace(course, wishes=WISHES)
    if month == min(COURSES[stage.code]):
        course = replace(course, known=(stage.persons[0],))
    if course.line == "project":
        course = replace(course, project=_contracted(stage, course))
    return [course]


def _contracted(stage: Stage, course: Course) -> Project:
    """Planned, called for and contracted before anybody is asked to choose."""
    moment, intake = at(course.asked - timedelta(days=20)), stage.actors["shouli"]
    made = plan_project(
        district_id=stage.code, title="贫困劳动力焊工技能培训项目", line="project", group="poor", heads=course.heads,
        actor=intake, at=moment,
    )  # fmt: skip
    call_project(project_id=made.pk, until=course.asked - timedelta(days=8), actor=intake, at=moment)
    contract_project(
        project_id=made.pk, provider_id=stage.providers[course.provider], contract_number="台培合〔2020〕第3号（演示）",
        contract_fen=4_800_000, procurement="竞争性磋商（演示数据）", period=(course.first, date(2021, 12, 31)),
        actor=stage.actors["fushen"], at=at(course.asked - timedelta(days=5)),
    )  # fmt: skip
    start_project(project_id=made.pk, actor=intake, at=at(course.asked - timedelta(days=4)))
    return Project.objects.get(pk=made.pk)


def balance(stage: Stage, month: int) -> list[Claim]:
    """Two months after its class a project's employment is counted, and the rest of the contract is applied for."""
    course = COURSES[stage.code].get(month - 2)
    if course is None or course.line != "project":
        return []
    held = TrainingClass.objects.get(offer__project__isnull=False, district_id=stage.code)
    if held.project_id is None:
        return []
    day = date(2021, 5, 3)
    employed(stage, held, 0.85, day)
    finish_project(project_id=held.project_id, actor=stage.actors["shouli"], at=at(day, 13))
    prepare_project_dues(project_id=held.project_id, at=at(day, 14))
    ids = list(
        Due.objects.filter(subject=f"project:{held.project_id}:balance", state="ready").values_list(
            "pk", flat=True
        )
    )
    return confirm_dues(
        due_ids=ids, actor=stage.clerks[held.provider_id], at=at(day, 15), authority="台培合〔2020〕第3号（演示）"
    ) if ids else []  # fmt: skip


# --- today -------------------------------------------------------------------------------------------------------
def present(stage: Stage, today: date) -> None:
    """A class being taught with its card reader read up to yesterday, one applied for, one to be chosen, wishes not grouped yet."""
    r = random.Random(f"{stage.code}-today")  # noqa: S311 - sample data
    trades = {"370405": ("电工", "焊工", "起重装卸机械操作工"), "370306": ("缫丝工", "织布工", "缝纫工")}[
        stage.code
    ]
    running = Course(
        0, trades[0], 5, "skill_level", "rural", "rural", today - timedelta(days=3), heads=9, stop="running",
        known=(stage.persons[0],),
    )  # fmt: skip
    hold(stage, running, r)
    held = TrainingClass.objects.filter(district_id=stage.code, state="running").order_by("-pk")[0]
    taught(stage, held, r, until=today - timedelta(days=1))
    hold(
        stage,
        replace(running, trade=trades[1], first=today + timedelta(days=11), stop="applied", known=()),
        r,
    )
    hold(
        stage,
        replace(running, trade=trades[2], first=today + timedelta(days=25), stop="open", known=(), wishes=0),
        r,
    )
    expire_orders(at=at(today - timedelta(days=7), 0))
    _wishes(stage, today - timedelta(days=6))
    publish_demand(stage, at(today - timedelta(days=1)))
    work(at(today, 8))


def _wishes(stage: Stage, day: date) -> None:
    """Enough for one class, and a few for another that must wait."""
    for trade, level, count in (("养老护理员", 5, 22), ("中式面点师", 5, 7)):
        found = named(trade)
        if found is None:
            continue
        people = stage.take(count, ("rural",))
        towns = dict(Person.objects.filter(pk__in=people).values_list("pk", "town_id"))
        for person in people:
            file_order(
                district_id=stage.code, filed_by="town", person_id=person, wish=f"想学{trade}", occupation_id=found.pk, level=level,
                line="rural", town_code=towns[person] or "", consent=CONSENT,
                wanted=(day + timedelta(days=40), day + timedelta(days=100)), actor=counter(stage), at=at(day),
            )  # fmt: skip
    propose(district_id=stage.code, actor=stage.actors["shouli"], at=at(day + timedelta(days=1)))
