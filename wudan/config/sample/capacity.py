"""办学条件 of the sample: occupations, and for each provider places, teachers, registrations and a base; some still waiting."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from datetime import date, datetime, timedelta

from wudan.config.sample.setting import Stage
from wudan.kernel.actor import SYSTEM
from wudan.occupations.actions import LinkRow, link_occupations, load_occupations
from wudan.occupations.data import LINKS, OCCUPATIONS
from wudan.occupations.models import Occupation
from wudan.occupations.queries import named
from wudan.orders.catalogue.actions import registering
from wudan.orders.catalogue.queries.registrations import due
from wudan.organisations.actions import basing, placing, teaching
from wudan.organisations.models import Organisation, Teacher, Venue
from wudan.people.queries import person
from wudan.people.rows import PersonRow

# What the n-th provider of each district teaches.
TAUGHT: dict[str, Sequence[Sequence[str]]] = {
    "370405": (
        ("焊工", "电工", "起重装卸机械操作工"), ("电子商务师", "家政服务员", "焊工"), ("中式烹调师", "中式面点师"),
        ("家政服务员", "养老护理员", "保育师"), ("焊工", "车工"), ("互联网营销师", "电子商务师"),
        ("农机驾驶操作员", "农机修理工", "园艺工"), ("电工", "焊工", "起重装卸机械操作工"),
    ),
    "370306": (
        ("缫丝工", "织布工", "缝纫工"), ("电子商务师", "保安员", "焊工"), ("中式烹调师", "中式面点师", "西式面点师"),
        ("养老护理员", "家政服务员"), ("车工", "铣工", "工具钳工"), ("互联网营销师", "电子商务师"),
        ("园艺工", "农业经理人"), ("电工", "焊工", "化工总控工"),
    ),
}  # fmt: skip
LEVELS = (5, 4)
BASES = {
    "370405": (4, "talent_base", "鲁南焊接高技能人才培养基地", "焊接车间1600平方米、工位60个，与3家企业共建。"),
    "370306": (0, "public_base", "周村丝绸公共实训基地", "缫丝、织造、缝制实训线各一条，可供周边企业和院校使用。"),
}  # fmt: skip


def furnish(stages: Sequence[Stage], at: datetime) -> None:
    """Everything a provider needs to be registered, and the registrations, which last a year."""
    load_occupations(content=OCCUPATIONS.read_bytes(), file_name=OCCUPATIONS.name, actor=SYSTEM, at=at)
    link_occupations(links=_links(), actor=SYSTEM, at=at)
    for stage in stages:
        for n, provider in enumerate(stage.providers):
            trades = [one for name in TAUGHT[stage.code][n] if (one := named(name)) is not None]
            _place(stage, provider, n, at)
            _teach(stage, provider, n, trades, at)
            for trade in trades:
                for level in LEVELS:
                    _register(stage, provider, trade, level, at)
                if trade.name == "电子商务师":  # 创业培训
                    _register(stage, provider, trade, 5, at, kind="completion")
        _found_base(stage, at)


def lately(stages: Sequence[Stage], at: datetime) -> None:
    """What the bureau finds on its desk today: registrations in each stage of their way, a teacher and a base to be looked at."""
    for stage in stages:
        provider = stage.providers[0]
        clerk = stage.clerks[provider]
        trades = [one for name in TAUGHT[stage.code][0] if (one := named(name)) is not None]
        for answered, trade in enumerate(trades):
            _register(stage, provider, trade, 3, at, answered=answered)
        _file_teacher(stage, provider, clerk, -40, trades[:1], "技师", at)
        form = basing.BaseForm(
            "master_studio", "技能大师工作室", "文化路18号", "带头人1名，工位12个。", [trades[0].pk]
        )
        limit = due(stage.code, "base_review_working_days", at.date())
        made = basing.apply_base(organisation_id=provider, form=form, due_on=limit, actor=clerk, at=at)
        basing.review_base(base_id=made.pk, actor=stage.actors["shouli"], at=at)


def _links() -> list[LinkRow]:
    with LINKS.open(encoding="utf-8", newline="") as file:
        return [
            LinkRow(
                (r["old_edition"], r["old_name"]), (r["new_edition"], r["new_name"]), r["kind"], r["source"]
            )
            for r in csv.DictReader(file)
        ]


def _place(stage: Stage, provider: int, n: int, at: datetime) -> None:
    town = Organisation.objects.get(pk=provider).division
    code = town.pk if town else None
    where = f"{town.name if town else ''}文化路{18 + n}号"
    forms = (
        placing.VenueForm("理论教室", where, "theory", 60, 110, 0, barrier_free=n % 2 == 0, division_code=code),
        placing.VenueForm("实训车间", where, "both", 50, 420, 25, barrier_free=n % 3 == 0, division_code=code),
    )  # fmt: skip
    for form in forms:
        placing.add_venue(organisation_id=provider, form=form, actor=stage.clerks[provider], at=at)


def _teach(stage: Stage, provider: int, n: int, trades: Sequence[Occupation], at: datetime) -> None:
    for k, title in enumerate(("高级技师", "讲师")):
        made = _file_teacher(stage, provider, stage.clerks[provider], -1 - 2 * n - k, trades, title, at)
        teaching.list_teacher(teacher_id=made.pk, actor=stage.actors["shouli"], at=at + timedelta(days=1))


def _file_teacher(
    stage: Stage,
    provider: int,
    clerk: object,
    at_end: int,
    trades: Sequence[Occupation],
    title: str,
    at: datetime,
) -> Teacher:
    who = person(stage.persons[at_end])
    assert who is not None  # noqa: S101 - the sample made them
    return teaching.file_teacher(
        organisation_id=provider,
        person=PersonRow("identity", who.number(), who.name),
        form=teaching.TeacherForm(
            title=title,
            qualification=f"{title}证书 {stage.code}{at.year}{abs(at_end):06d}",
            valid_from=date(2020, 1, 1),
            valid_until=date(2026, 12, 31),
            subjects=[teaching.Subject(one.pk) for one in trades],
            publish_name=at_end % 2 == 0,
        ),
        due_on=due(stage.code, "teacher_review_working_days", at.date()),
        actor=clerk,  # type: ignore[arg-type]
        at=at,
    )


def _register(
    stage: Stage,
    provider: int,
    trade: Occupation,
    level: int,
    at: datetime,
    *,
    kind: str = "skill_level",
    answered: int = 2,
) -> None:
    """Filed; answered once, accepted; twice, listed."""
    teachers = Teacher.objects.filter(organisation_id=provider, state="listed", subjects__occupation=trade)
    proofs = [
        registering.Proof("licence", "民办学校办学许可证", f"{stage.code}4{provider:05d}"),
        *(registering.Proof("teacher", teacher_id=one.pk) for one in teachers.order_by("pk")),
        *(registering.Proof("venue", venue_id=v.pk) for v in Venue.objects.filter(organisation_id=provider)),
        registering.Proof("equipment", f"{trade.name}实训设备25套"),
    ]
    form = registering.RegistrationForm(trade.pk, level, kind, 50, "", proofs)
    made = registering.file_registration(provider_id=provider, form=form, actor=stage.clerks[provider], at=at)
    if answered > 0:
        registering.accept_registration(registration_id=made.pk, actor=stage.actors["shouli"], at=at)
    if answered > 1:
        registering.list_registration(registration_id=made.pk, actor=stage.actors["fushen"], at=at)


def _found_base(stage: Stage, at: datetime) -> None:
    n, kind, name, description = BASES[stage.code]
    provider = stage.providers[n]
    trade = named(TAUGHT[stage.code][n][0])
    form = basing.BaseForm(kind, name, "工业园路1号", description, [trade.pk] if trade else [])
    made = basing.apply_base(organisation_id=provider, form=form, actor=stage.clerks[provider], at=at)
    basing.review_base(base_id=made.pk, actor=stage.actors["shouli"], at=at)
    basing.recognise_base(
        base_id=made.pk,
        valid_from=at.date(),
        valid_until=date(at.year + 3, 12, 31),
        actor=stage.actors["fushen"],
        at=at,
    )
