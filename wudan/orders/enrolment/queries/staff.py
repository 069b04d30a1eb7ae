"""Staff an enterprise has named before (职工): on its roll of those who must be trained, or enrolled by it earlier."""

from __future__ import annotations

from django.db.models import Exists, OuterRef, QuerySet

from wudan.orders.demand.models import RollEntry
from wudan.orders.enrolment.models import Enrolment
from wudan.people.models import Person


def staff_of(employer_id: int) -> QuerySet[Person]:
    """By pinyin. Nobody gets here by a guessed key: a roster with name and number came first."""
    rolled = RollEntry.objects.filter(employer_id=employer_id, person=OuterRef("pk"))
    enrolled = Enrolment.objects.filter(employer_id=employer_id, person=OuterRef("pk"))
    return Person.objects.filter(Exists(rolled) | Exists(enrolled)).order_by("name_pinyin", "id")
