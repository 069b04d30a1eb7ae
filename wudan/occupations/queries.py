"""Finding occupations as people say them, and which of several editions are one and the same."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from django.db import connection
from django.db.models import Case, QuerySet, When

from wudan.kernel.search import Bigrams, bigrams, squeezed
from wudan.occupations.models import EDITIONS, LEVELS, Occupation

_NEWEST = {"2022": 0, "local": 1, "2015": 2, "1999": 3}
ALL_LEVELS = (5, 4, 3, 2, 1)


def occupation(occupation_id: int) -> Occupation | None:
    return Occupation.objects.select_related("parent").filter(pk=occupation_id).first()


def occupations_by_id(ids: Collection[int]) -> dict[int, Occupation]:
    return {o.pk: o for o in Occupation.objects.filter(pk__in=ids)}


def occupations(edition: str | None = None) -> QuerySet[Occupation]:
    """A whole edition in the order of its codes, uncoded rows (编码待核) last."""
    found = Occupation.objects.select_related("parent")
    if edition is not None:
        found = found.filter(edition=edition)
    return found.order_by(Case(When(code="", then=1), default=0), "code", "pinyin", "id")


def named(name: str, edition: str | None = None) -> Occupation | None:
    """The occupation of exactly this name, of the newest edition that has one."""
    found = Occupation.objects.filter(name=name)
    if edition is not None:
        found = found.filter(edition=edition)
    return min(found, key=lambda o: (_NEWEST[o.edition], o.kind != "occupation", o.pk), default=None)


def coded(code: str, edition: str) -> Occupation | None:
    """The occupation (not one of its trades) with this code in this edition."""
    return (
        Occupation.objects.filter(code=code, edition=edition).order_by("kind", "id").first() if code else None
    )


def search_occupations(
    text: str, limit: int = 20, edition: str | None = None, kinds: Collection[str] | None = None
) -> list[Occupation]:
    """By name, the way people say it, pinyin, initials or code; best first.

    Without `edition` what is the same in several editions appears once, in its newest. Where nothing holds the text, the
    text itself is searched for names and sayings: “我想学电焊” finds 焊工.
    """
    wanted = squeezed(text)
    if not wanted:
        return []
    found = Occupation.objects.annotate(_grams=Bigrams("search_text")).select_related("parent")
    if edition is not None:
        found = found.filter(edition=edition)
    if kinds is not None:
        found = found.filter(kind__in=kinds)
    hits = list(found.filter(_grams__contains=bigrams(text), search_text__contains=wanted))  # type: ignore[misc]  # an array: contains all of these
    ranked = [(_rank(o, wanted), o) for o in hits]
    if not hits and len(wanted) > 2:
        spoken = found.filter(_grams__overlap=bigrams(text))
        ranked = [(place, o) for o in spoken if (place := _mentioned(o, wanted)) is not None]
    ranked.sort(key=lambda pair: (pair[0], _NEWEST[pair[1].edition], len(pair[1].name), pair[1].pk))
    best: list[Occupation] = [o for _, o in ranked]
    return (best if edition is not None else _newest_only(best))[:limit]


def _rank(found: Occupation, wanted: str) -> int:
    name, aliases = found.name.lower(), [alias.lower() for alias in found.aliases]
    tests = (
        name == wanted,
        wanted in aliases,
        name.startswith(wanted),
        found.code == wanted,
        wanted in name,
        any(wanted in alias for alias in aliases),
        found.initials == wanted,
        found.pinyin.startswith(wanted) or found.initials.startswith(wanted),
    )
    return next((place for place, test in enumerate(tests) if test), len(tests))


def _mentioned(found: Occupation, wanted: str) -> int | None:
    """How good a mention of it in a longer text is: the longer the word, the better; None where there is none."""
    words = [
        w for w in (found.name.lower(), *(a.lower() for a in found.aliases)) if len(w) > 1 and w in wanted
    ]
    return -max(map(len, words)) if words else None


def _newest_only(found: Sequence[Occupation]) -> list[Occupation]:
    """Each family once: the best-placed of them, as its newest edition shows it."""
    families = families_of([o.pk for o in found])
    newest: dict[frozenset[int], Occupation] = {}
    for one in found:
        family = families[one.pk]
        if family not in newest or _NEWEST[one.edition] < _NEWEST[newest[family].edition]:
            newest[family] = one
    seen: set[frozenset[int]] = set()
    return [
        newest[family]
        for o in found
        if (family := families[o.pk]) not in seen and not seen.add(family)  # type: ignore[func-returns-value]
    ]


# --- one and the same --------------------------------------------------------------------------------------------
def families_of(ids: Collection[int]) -> dict[int, frozenset[int]]:
    """Occupation → all that are the same by links (transitively, both ways), itself included. One query."""
    family: dict[int, set[int]] = {pk: {pk} for pk in ids}
    if family:
        with connection.cursor() as cursor:
            cursor.execute(_FAMILIES, [list(family)])
            for root, member in cursor.fetchall():
                family[root].add(member)
    return {pk: frozenset(members) for pk, members in family.items()}


def same_occupations(occupation_id: int) -> set[int]:
    """All ids that mean the same occupation, this one included; "part" links do not count."""
    return set(families_of([occupation_id])[occupation_id])


def canonical_code(occupation_id: int) -> str:
    """The key under which one occupation counts once across editions: its code in the newest edition that has one.

    A trade (工种) counts as its occupation. Where no edition has a confirmed code, the name stands in for it, so that two
    uncoded rows of one name still count as one.
    """
    with connection.cursor() as cursor:  # asked for every claim: one statement, not one a step
        cursor.execute(_FAMILY, [occupation_id])
        family = sorted(cursor.fetchall(), key=lambda row: (_NEWEST[row[0]], row[1]))
    return next((code for _, _, code, _ in family if code), family[0][3] if family else "")


# One step along the links to what is the same, either way, from whatever the recursion has reached.
_LINKED = """CASE WHEN link.old_id = family.id THEN link.new_id ELSE link.old_id END
        FROM family JOIN occupations_occupationlink link
            ON link.kind = 'same' AND family.id IN (link.old_id, link.new_id)"""
_FAMILIES = f"""
    WITH RECURSIVE family (root, id) AS (
        SELECT one, one FROM unnest(%s::bigint[]) one
        UNION
        SELECT family.root, {_LINKED}
    )
    SELECT root, id FROM family
"""  # noqa: S608 - a constant
_FAMILY = f"""
    WITH RECURSIVE family (id) AS (
        SELECT CASE WHEN kind = 'trade' THEN coalesce(parent_id, id) ELSE id END
        FROM occupations_occupation WHERE id = %s
        UNION
        SELECT {_LINKED}
    )
    SELECT edition, id, code, name FROM family JOIN occupations_occupation USING (id)
"""  # noqa: S608 - a constant


def levels(occupation_id: int) -> list[int]:
    """The levels it has, lowest (5) first; all five where nobody has recorded them, none (0) for a special skill."""
    own = occupation(occupation_id)
    if own is None:
        return []
    if own.levels:
        return sorted(own.levels, reverse=True)
    return [0] if own.kind == "special" else list(ALL_LEVELS)


def level_label(level: int) -> str:
    """初级工（五级） for 5."""
    return LEVELS.get(level, "不分等级")


def editions() -> list[tuple[str, str]]:
    return list(EDITIONS)
