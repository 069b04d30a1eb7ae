"""The frame of every worker's page: the bottom bar of four, and the district the worker belongs to."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property
from typing import Any

from django.http import Http404

from wudan.kernel.actor import Actor
from wudan.kernel.clock import now
from wudan.kernel.periods import legal_day, working_days_left
from wudan.kernel.roles import Role
from wudan.orders.subsidy.queries.claims import visible_claims
from wudan.organisations import queries as organisations
from wudan.people import queries as people
from wudan.web.shared.desks import NAV


@dataclass(frozen=True, slots=True)
class Place:
    """A district as a worker sees it."""

    code: str
    name: str
    hotline: str


class Visit:
    """What one request of a worker needs again and again: the time, the districts, their days off."""

    def __init__(self, actor: Actor, at: datetime | None = None) -> None:
        self.actor = actor
        self.at = at or now()
        self.today: date = legal_day(self.at)
        self._days_off: dict[str, dict[date, bool]] = {}

    @cached_property
    def places(self) -> dict[str, Place]:
        return {d.code: Place(d.code, d.name, d.hotline) for d in organisations.districts()}

    @cached_property
    def me(self) -> Any:
        """The person behind the log-in."""
        found = people.person(self.actor.person_id) if self.actor.person_id else None
        if found is None:
            raise Http404
        return found

    @cached_property
    def home(self) -> Place | None:
        """The district of the worker's town, else of the newest claim, else the only one there is."""
        code = (self.me.town_id or "")[:6]
        if code not in self.places:
            newest = visible_claims(self.actor).order_by("-id").values_list("district_id", flat=True).first()
            code = newest or (next(iter(self.places)) if len(self.places) == 1 else "")
        return self.places.get(code)

    def place(self, code: str) -> Place:
        """The district of this code. No such district, no such page."""
        found = self.places.get(code)
        if found is None:
            raise Http404
        return found

    def left(self, district_id: str, due: date | None) -> int | None:
        """Working days left, negative when overdue; None without a limit. One query for each district."""
        if due is None:
            return None
        if district_id not in self._days_off:
            self._days_off[district_id] = organisations.calendar_overrides(district_id)
        return working_days_left(self.today, due, self._days_off[district_id])


def frame(visit: Visit, *, title: str, place: Place | None = None, **more: Any) -> dict[str, Any]:
    """Context for `shared/worker.html`."""
    where = place or visit.home
    return {
        "title": title,
        "nav": NAV[Role.WORKER],
        "visit": visit,
        "place": where,
        "district_name": where.name if where else "",
        "hotline": where.hotline if where else "12333",
        **more,
    }
