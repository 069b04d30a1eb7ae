"""培训场地: classrooms and workshops of a provider or an enterprise."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from wudan.kernel.actor import Actor
from wudan.kernel.errors import INVALID, refuse
from wudan.kernel.history import acting
from wudan.organisations.actions.guards import choice, filled, own_organisation
from wudan.organisations.models import SIDES, Venue
from wudan.people.models import Division

BASIS = "培训场地登记"


@dataclass(frozen=True, slots=True)
class VenueForm:
    """What is said of a place. Area in m², `workplaces` are benches; a place for theory alone needs none."""

    name: str
    address: str
    kind: str
    capacity: int
    area_m2: int
    workplaces: int = 0
    barrier_free: bool = False
    division_code: str | None = None
    in_use: bool = True


def add_venue(*, organisation_id: int, form: VenueForm, actor: Actor, at: datetime) -> Venue:
    """登记场地. Refuses: forbidden, organisation-suspended; no-name, no-address, bad-kind, unknown-town; venue_once,
    venue_holds_people, venue_needs_workplaces."""
    with acting(actor=actor, at=at, basis=BASIS):
        own_organisation(actor, organisation_id)
        made = _fill(Venue(organisation_id=organisation_id, recorded_at=at), form)
        made.save()
    return made


def amend_venue(*, venue_id: int, form: VenueForm, actor: Actor, at: datetime) -> Venue:
    """更正场地, or put it out of use; sessions already planned keep it. Refuses as `add_venue`."""
    with acting(actor=actor, at=at, basis=f"{BASIS}：更正"):
        found = Venue.objects.select_for_update().get(pk=venue_id)
        own_organisation(actor, found.organisation_id)
        _fill(found, form).save(
            update_fields=[
                "name", "address", "division", "kind", "capacity", "area_m2", "workplaces", "barrier_free", "in_use",
            ]
        )  # fmt: skip
    return found


def _fill(found: Venue, form: VenueForm) -> Venue:
    found.name = filled("name", "场地名称", form.name)
    found.address = filled("address", "地址", form.address, "请写到门牌号。")
    found.kind = choice("kind", "用途", form.kind, SIDES)
    found.capacity, found.area_m2 = max(form.capacity, 0), max(form.area_m2, 0)
    found.workplaces = 0 if form.kind == "theory" else max(form.workplaces, 0)
    found.barrier_free, found.in_use = form.barrier_free, form.in_use
    if form.division_code and not Division.objects.filter(pk=form.division_code, level="town").exists():
        refuse("unknown-town", "没有这个镇街。", remedy="请从列表中选择。", field="division", status=INVALID)
    found.division_id = form.division_code or None
    return found
