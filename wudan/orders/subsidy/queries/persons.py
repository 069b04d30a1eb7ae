"""Which persons an official may look up: a person belongs to no district, a town and claims do."""

from __future__ import annotations

from django.db.models import Exists, OuterRef, Q, QuerySet

from wudan.kernel.actor import Actor
from wudan.kernel.roles import Role
from wudan.orders.subsidy.models import Claim
from wudan.orders.subsidy.queries.claims import visible_claims
from wudan.people.models import Person

LOOKERS = (Role.INTAKE, Role.REVIEWER, Role.TOWN)


def visible_persons(actor: Actor) -> QuerySet[Person]:
    """Persons of the own district's towns (a town clerk: of the own town), those with a claim the actor may see, and those
    registered nowhere yet: no town and no claim anywhere."""
    if actor.role not in LOOKERS or actor.district_id is None:
        return Person.objects.none()
    place = actor.town_code if actor.role is Role.TOWN and actor.town_code else actor.district_id
    here = Exists(visible_claims(actor).filter(person=OuterRef("pk")))
    nowhere = Q(town=None) & ~Exists(Claim.objects.filter(person=OuterRef("pk")))
    return Person.objects.select_related("town").filter(Q(town__code__startswith=place) | here | nowhere)
