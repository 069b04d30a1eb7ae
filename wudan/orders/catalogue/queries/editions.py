"""The four catalogues by edition: which one holds on a day, what stands in it, and what a draft changes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from django.db.models import Count, F, QuerySet

from wudan.kernel.actor import Actor
from wudan.kernel.money import in_sentence
from wudan.kernel.search import squeezed
from wudan.orders.catalogue.models import CATALOGUES, Edition, Entry
from wudan.orders.catalogue.queries.prices import UNPRICED
from wudan.policy.engine.rulebook import Rulebook

NAMES: Mapping[str, str] = dict(CATALOGUES)
DERIVED = ("demand", "provider")
"""Catalogues made from what the system holds; the others are written by officials."""
PUBLIC = ("published", "superseded")


def edition_on(district_id: str, catalogue: str, day: date) -> Edition | None:
    """The edition in force on a day, which a decision of that day keeps."""
    return Edition.objects.filter(
        district_id=district_id, catalogue=catalogue, state__in=PUBLIC, valid__contains=day
    ).first()


def public_editions(district_id: str, catalogue: str = "") -> QuerySet[Edition]:
    """All published editions, the newest first, with the number of their entries in `size`."""
    found = Edition.objects.filter(district_id=district_id, state__in=PUBLIC)
    if catalogue:
        found = found.filter(catalogue=catalogue)
    return found.annotate(size=Count("entries")).order_by("catalogue", "-number")


def editions_of(actor: Actor) -> QuerySet[Edition]:
    """Every edition of the official's district, drafts included."""
    if not actor.is_official or actor.district_id is None:
        return Edition.objects.none()
    found = Edition.objects.filter(district_id=actor.district_id).annotate(size=Count("entries"))
    return found.order_by("catalogue", "-number")


def edition(actor: Actor, edition_id: int) -> Edition | None:
    return editions_of(actor).filter(pk=edition_id).first()


def entry(entry_id: int) -> Entry | None:
    return _entries().filter(pk=entry_id).first()


def entries_of(edition_id: int, *, search: str = "", level: str = "", mark: str = "") -> QuerySet[Entry]:
    """In the order a file is written: by occupation, the lowest level first. `mark`: shortage, local or unpriced."""
    found = _entries().filter(edition_id=edition_id)
    if wanted := squeezed(search):
        found = found.filter(search_text__contains=wanted)
    if level.isdigit():
        found = found.filter(level=int(level))
    if mark in ("shortage", "local"):
        found = found.filter(**{mark: True})
    elif mark == "unpriced":
        found = found.filter(price_fen=None).exclude(scheme="")
    return found.order_by(
        "occupation__code", "occupation__pinyin", "occupation_id", F("level").desc(), "certificate_type",
        "provider__pinyin", "town_id", "pk",
    )  # fmt: skip


def entries_to_offer(district_id: str, on: date) -> QuerySet[Entry]:
    """What an offer may be drafted from on a day: the two written catalogues in force."""
    found = _entries().filter(
        edition__district_id=district_id,
        edition__catalogue__in=("key_industry", "general"),
        edition__state__in=PUBLIC,
        edition__valid__contains=on,
    )
    return found.order_by("occupation__pinyin", "occupation_id", F("level").desc(), "certificate_type", "pk")


def _entries() -> QuerySet[Entry]:
    return Entry.objects.select_related("edition", "occupation", "provider", "town")


LABELS = {
    "scheme": "补贴项目", "theory_hours": "理论课时", "practice_hours": "实训课时", "safety_hours": "安全课时",
    "price_fen": "补贴标准", "shortage": "急需紧缺", "local": "地方特色", "heads": "需求人数", "capacity": "同期培训规模",
    "remark": "备注",
}  # fmt: skip


# --- what a draft changes ----------------------------------------------------------------------------------------
@dataclass(frozen=True, slots=True)
class Difference:
    """One entry that comes, goes or changes; `changes` are (what, before, after) in words."""

    kind: str
    entry: Entry
    changes: tuple[tuple[str, str, str], ...] = ()


def differences(draft: Edition, former: Edition | None, rulebook: Rulebook) -> list[Difference]:
    """A draft against the edition it would follow: what comes first, then what goes, then what changes."""
    new = {key_of(e): e for e in entries_of(draft.pk)}
    old = {key_of(e): e for e in entries_of(former.pk)} if former else {}
    found = [Difference("new", e) for key, e in new.items() if key not in old]
    found += [Difference("gone", e) for key, e in old.items() if key not in new]
    for key, e in new.items():
        if key in old and (changes := _changes(old[key], e, rulebook)):
            found.append(Difference("changed", e, changes))
    return found


def key_of(entry: Entry) -> tuple[object, ...]:
    return entry.occupation_id, entry.level, entry.certificate_type, entry.provider_id, entry.town_id


def _changes(old: Entry, new: Entry, rulebook: Rulebook) -> tuple[tuple[str, str, str], ...]:
    found = []
    for name in LABELS:
        before, after = getattr(old, name), getattr(new, name)
        if before != after:
            found.append((LABELS[name], _word(name, before, rulebook), _word(name, after, rulebook)))
    return tuple(found)


def _word(name: str, value: object, rulebook: Rulebook) -> str:
    if name == "price_fen":
        return UNPRICED if value is None else in_sentence(int(str(value)))
    if isinstance(value, bool):
        return "是" if value else "否"
    if name == "scheme":
        return rulebook.word(str(value)) if value else "没有补贴"
    return str(value) if value not in (None, "") else "（空）"
