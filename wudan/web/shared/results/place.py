"""On whose desk a page of results stands."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.http import Http404
from django.urls import reverse

from wudan.kernel.actor import Actor
from wudan.kernel.clock import now
from wudan.kernel.periods import legal_day
from wudan.kernel.roles import Role
from wudan.orders.delivery.queries.after import class_after, sitting
from wudan.web.shared.parts import Crumb, Tone

STAGE_TONES: dict[str, Tone] = {
    "publish": "wait", "enter": "wait", "sit": "now", "plan": "wait", "conclude": "wait", "certify": "wait",
    "register": "wait", "follow": "plain",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Place:
    """`app` is the URL namespace; `roles` may look; `official` is the bureau's side."""

    app: str
    roles: tuple[Role, ...]
    official: bool

    def url(self, name: str, *args: object) -> str:
        return reverse(f"{self.app}:{name}", args=args)

    def may_enter(self, actor: Actor) -> bool:
        """Who plans sittings and reports papers and work."""
        return actor.role in (Role.PROVIDER, Role.INTAKE)

    def crumbs(self, held: Any = None, last: str = "") -> list[Crumb]:
        found = [Crumb("考核结业", self.url("results"))]
        if held is not None:
            found.append(Crumb(held.name, self.url("class_results", held.pk)))
        return [*found, Crumb(last)] if last else found


def today() -> date:
    return legal_day(now())


def one_class(actor: Actor, class_id: int) -> Any:
    found = class_after(actor, class_id, today())
    if found is None:
        raise Http404
    return found


def one_sitting(actor: Actor, assessment_id: int) -> Any:
    found = sitting(actor, assessment_id)
    if found is None:
        raise Http404
    return found
