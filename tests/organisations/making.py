"""Factories of this room, through its own actions: forms as a provider fills them in, and what becomes of them."""

from __future__ import annotations

from datetime import date
from typing import Any

from tests.cast import AT, Cast, make_person
from wudan.kernel.actor import SYSTEM
from wudan.occupations.actions import load_occupations
from wudan.occupations.models import Occupation
from wudan.occupations.queries import named
from wudan.organisations.actions import basing, placing, teaching
from wudan.organisations.models import Organisation, Teacher, TrainingBase, Venue
from wudan.people.rows import PersonRow


def occupation(name: str = "焊工", code: str = "6-18-02-04") -> Occupation:
    """An occupation of the 2022 edition; asked for again, the same one."""
    if (found := named(name, "2022")) is None:
        content = f"版本,职业编码,职业名称,出处\n2022,{code},{name},测试\n".encode()
        load_occupations(content=content, file_name="测试.csv", actor=SYSTEM, at=AT)
        found = named(name, "2022")
    assert found is not None
    return found


def teacher_form(*occupations: Occupation, **changes: Any) -> teaching.TeacherForm:
    values: dict[str, Any] = {
        "title": "高级技师",
        "qualification": "高级技师（焊工）1937040012100001",
        "valid_from": date(2020, 1, 1),
        "valid_until": date(2022, 12, 31),
        "subjects": [teaching.Subject(o.pk) for o in occupations],
    }
    return teaching.TeacherForm(**values | changes)


def filed_teacher(
    here: Cast,
    *occupations: Occupation,
    n: int = 700,
    name: str = "李师傅",
    listed: bool = True,
    **changes: Any,
) -> Teacher:
    """A teacher of the cast's provider for these occupations (焊工 where none are named), listed unless told otherwise."""
    number = make_person(n, name=name, account=False).number()
    made = teaching.file_teacher(
        organisation_id=here.provider.pk,
        person=PersonRow("identity", number, name),
        form=teacher_form(*(occupations or (occupation(),)), **changes),
        actor=here.provider_clerk,
        at=AT,
    )
    return teaching.list_teacher(teacher_id=made.pk, actor=here.intake, at=AT) if listed else made


def venue_form(**changes: Any) -> placing.VenueForm:
    values: dict[str, Any] = {
        "name": "焊接实训车间",
        "address": "台儿庄区运河街道金光路6号",
        "kind": "both",
        "capacity": 40,
        "area_m2": 260,
        "workplaces": 20,
    }
    return placing.VenueForm(**values | changes)


def added_venue(here: Cast, organisation: Organisation | None = None, **changes: Any) -> Venue:
    """A workshop for theory and practice, 40 people, 20 benches, of the cast's provider."""
    owner = organisation or here.provider
    return placing.add_venue(organisation_id=owner.pk, form=venue_form(**changes), actor=SYSTEM, at=AT)


def base_form(*occupations: Occupation, **changes: Any) -> basing.BaseForm:
    values: dict[str, Any] = {
        "kind": "public_base",
        "name": "台儿庄区公共实训基地",
        "address": "台儿庄区兴中路18号",
        "description": "焊接、数控车间1200平方米，可供周边企业和培训机构使用。",
        "occupation_ids": [o.pk for o in occupations or (occupation(),)],
    }
    return basing.BaseForm(**values | changes)


def applied_base(here: Cast, *, recognised: bool = True, **changes: Any) -> TrainingBase:
    """A public training base of the cast's provider, recognised for three years unless told otherwise."""
    made = basing.apply_base(
        organisation_id=here.provider.pk, form=base_form(**changes), actor=here.provider_clerk, at=AT
    )
    if not recognised:
        return made
    basing.review_base(base_id=made.pk, actor=here.intake, at=AT)
    return basing.recognise_base(
        base_id=made.pk,
        valid_from=date(2020, 11, 1),
        valid_until=date(2023, 10, 31),
        actor=here.reviewer,
        at=AT,
    )
