"""Which of the two applicants a page is for, and what every one of its pages reads."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.urls import reverse

from wudan.kernel.actor import Actor
from wudan.kernel.errors import forbid
from wudan.kernel.roles import Role
from wudan.organisations import queries as organisations

NAMES = (
    "home", "rosters", "roster", "roster_new", "roster_template", "roster_progress", "roster_marked", "roster_confirm",
    "roster_discard", "claims", "claim", "claim_new", "claim_form", "claim_correct", "claim_withdraw", "claim_repay",
    "claim_account", "dues", "due", "due_fee", "due_own", "about", "about_account", "about_contact",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Desk:
    """`app` is the URL namespace; `whom` whose subsidies it asks for; a provider claims `on_authority` (代领)."""

    role: Role
    app: str
    whom: str
    on_authority: bool

    def url(self, name: str, *args: object) -> str:
        return reverse(f"{self.app}:{name}", args=args)

    @property
    def names(self) -> dict[str, str]:
        """For templates: {% url names.roster roster.pk %}."""
        return {name: f"{self.app}:{name}" for name in NAMES}


def frame(actor: Actor, desk: Desk, **more: Any) -> dict[str, Any]:
    """Context of an office page with the organisation it is about. One query."""
    organisation = organisations.organisation(actor, actor.organisation_id or 0)
    if organisation is None:
        forbid("您的岗位没有对应的单位。")
    return {
        "desk": desk,
        "names": desk.names,
        "organisation": organisation,
        "office": f"{organisation.district.name}人力资源和社会保障局",
        "hotline": organisation.district.hotline,
        **more,
    }
