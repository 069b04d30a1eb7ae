"""Reading persons, their accounts and groups. Which persons a caller may show is for the room that knows their claims."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import date

from django.db.models import Q, QuerySet

from wudan.kernel.crypto import blind_index
from wudan.kernel.identifiers import check_phone, parse_identity
from wudan.kernel.models import JournalEntry
from wudan.kernel.search import Bigrams, bigrams, squeezed
from wudan.people.models import (
    PLAIN_PINYIN,
    SEARCHED,
    ArchiveEntry,
    Division,
    GroupTag,
    Person,
    PersonAccount,
)


def person(person_id: int) -> Person | None:
    return Person.objects.filter(pk=person_id).first()


def find_by_number(number: str) -> Person | None:
    """The person with this identity number or other document's number."""
    return Person.objects.filter(number_index=Person.index_of(number)).order_by("id").first()


def find_by_numbers(numbers: Iterable[str]) -> dict[str, Person]:
    """Number as given → person; those not registered are missing. One query for a whole roster."""
    index_of = {number: Person.index_of(number) for number in numbers}
    found = {
        bytes(p.number_index): p
        for p in Person.objects.filter(number_index__in=set(index_of.values())).order_by("-id")
    }
    return {number: found[index] for number, index in index_of.items() if index in found}


def search(text: str) -> QuerySet[Person]:
    """Persons by a full document or phone number, or by part of a name or its pinyin (张小, zhangxiao, zxs)."""
    text = text.strip()
    if not text:
        return Person.objects.none()
    if exact := _exactly(text):
        return Person.objects.filter(exact)
    squeezed_text = squeezed(text)
    return Person.objects.annotate(_grams=Bigrams(SEARCHED), _plain_pinyin=PLAIN_PINYIN).filter(
        Q(name__contains=text.replace(" ", ""))
        | Q(name__icontains=text)
        | Q(name_initials__startswith=squeezed_text)
        | Q(_plain_pinyin__startswith=squeezed_text),
        _grams__contains=bigrams(text),  # type: ignore[misc]  # an array: contains all of these
    )


def _exactly(text: str) -> Q | None:
    try:
        return Q(number_index=Person.index_of(parse_identity(text).number))
    except ValueError:
        pass
    try:
        return Q(phone_index=blind_index(check_phone(text), "phone"))
    except ValueError:
        return None


def groups_on(person_ids: Collection[int], day: date) -> dict[int, dict[str, GroupTag]]:
    """Person → group → the tag that proves it, on that day. Everybody asked for is in the answer."""
    found: dict[int, dict[str, GroupTag]] = {person_id: {} for person_id in person_ids}
    for tag in GroupTag.objects.filter(person_id__in=person_ids, valid__contains=day).order_by("id"):
        found[tag.person_id][tag.group] = tag
    return found


def withdrawn_groups(person_ids: Collection[int]) -> list[GroupTag]:
    """Tags of these persons whose proof was withdrawn for some days (`withdrawn`); few, mostly none."""
    return list(GroupTag.objects.filter(person_id__in=person_ids, withdrawn__isnull=False).order_by("id"))


def tags_of(person_id: int) -> QuerySet[GroupTag]:
    return GroupTag.objects.filter(person_id=person_id).order_by("group", "valid")


def current_account(person_id: int) -> PersonAccount | None:
    return PersonAccount.objects.filter(person_id=person_id, current=True).first()


def current_accounts(person_ids: Collection[int]) -> dict[int, PersonAccount]:
    return {a.person_id: a for a in PersonAccount.objects.filter(person_id__in=person_ids, current=True)}


def towns(district_id: str) -> QuerySet[Division]:
    return Division.objects.filter(parent_id=district_id, level="town").order_by("code")


def divisions(level: str) -> QuerySet[Division]:
    return Division.objects.filter(level=level).order_by("code")


def looks_at(person_id: int, count: int = 50) -> list[JournalEntry]:
    """Who saw this person's numbers in full (谁看过我的信息), newest first; the person's own looks are left out."""
    accounts = PersonAccount.objects.filter(person_id=person_id).values_list("pk", flat=True)
    own = Q(subject_kind__in=["person-identity", "person-phone"], subject_id=str(person_id))
    banked = Q(subject_kind="person-account", subject_id__in=[str(pk) for pk in accounts])
    seen = JournalEntry.objects.filter(own | banked, verb="unmask").exclude(actor_label__startswith="劳动者")
    return list(seen.order_by("-at", "-id")[:count])


def archive_of(person_id: int) -> QuerySet[ArchiveEntry]:
    """The e-archive of a person, newest first, across districts. `people.actions.look_into_archive` first, unless it is one's own."""
    return ArchiveEntry.objects.filter(person_id=person_id).order_by("-on", "-id")


def archive_looks(person_id: int) -> QuerySet[JournalEntry]:
    """Who has looked at a person's archive, newest first: for its owner."""
    return JournalEntry.objects.filter(
        subject_kind="archive", subject_id=str(person_id), verb="archive-view"
    ).order_by("-at", "-id")
