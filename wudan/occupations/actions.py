"""Where occupations change: a file is loaded, editions are linked, an approved special skill is registered."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import connection

from wudan.kernel.actor import Actor
from wudan.kernel.errors import INVALID, Refusal, Refused, refuse
from wudan.kernel.history import acting
from wudan.kernel.roles import Role
from wudan.occupations.models import Occupation, OccupationLink
from wudan.occupations.names import pinyin, plain, searched
from wudan.occupations.rows import OccupationRow, check_rows, fault, table

_KEEPERS = (Role.POLICY, Role.SYSTEM)
BASIS = "国家职业分类大典：职业目录维护"


@dataclass(frozen=True, slots=True)
class Loaded:
    """How many rows of a file were new, changed, and there already."""

    new: int
    changed: int
    same: int


@dataclass(frozen=True, slots=True)
class LinkRow:
    """What became what: edition and name on both sides; `kind` is "same" or "part"."""

    old: tuple[str, str]
    new: tuple[str, str]
    kind: str
    source: str


def load_occupations(*, content: bytes, file_name: str, actor: Actor, at: datetime) -> Loaded:
    """装入职业目录 from csv or xlsx, all rows or none; loading again changes nothing.

    A row whose code was 编码待核 takes over the code a later file brings. Refuses: forbidden; bad-file; bad-row (each fault of
    each row: place, field, what is wrong, what to do).
    """
    actor.require(*_KEEPERS)
    rows = check_rows(table(content, file_name))
    with acting(actor=actor, at=at, basis=f"{BASIS}：装入“{file_name}”"):
        there = {
            (o.edition, o.code, o.name): o for o in Occupation.objects.select_for_update().order_by("pk")
        }
        _parents_exist(rows, there)
        coded = {(edition, name) for edition, code, name in there if code}
        fresh: list[Occupation] = []
        changed = same = 0
        for row in sorted(rows, key=lambda r: r.kind == "trade"):
            if not row.code and (row.edition, row.name) in coded:  # somebody has confirmed it since
                same += 1
                continue
            found = there.get(row.key) or there.pop((row.edition, "", row.name), None)
            if found is None:
                found = Occupation(edition=row.edition, name=row.name, recorded_at=at)
                fresh.append(found)
            elif not _differs(found, row, _parent(row, there)):
                same += 1
                continue
            else:
                changed += 1
            there[row.key] = _fill(found, row, _parent(row, there))
            there[row.key].save()
    return Loaded(len(fresh), changed, same)


def link_occupations(*, links: Sequence[LinkRow], actor: Actor, at: datetime) -> int:
    """登记新旧对应; how many were new or changed. Refuses: forbidden; unknown-occupation; bad-link (no source, itself)."""
    actor.require(*_KEEPERS)
    with acting(actor=actor, at=at, basis=f"{BASIS}：新旧版本对应"):
        ids = {
            (edition, name): pk
            for edition, name, pk in Occupation.objects.exclude(kind="trade")
            .order_by("-code")
            .values_list("edition", "name", "pk")
        }
        unknown = [end for link in links for end in (link.old, link.new) if end not in ids]
        if unknown:
            raise Refused(*(_unknown(edition, name) for edition, name in dict.fromkeys(unknown)))
        there = {(x.old_id, x.new_id): x for x in OccupationLink.objects.select_for_update()}
        moved = 0
        for link in links:
            if link.kind not in ("same", "part") or not link.source.strip():
                refuse(
                    "bad-link", "新旧对应须写明对应关系和出处。", remedy="请补全后再登记。", status=INVALID
                )
            old, new = ids[link.old], ids[link.new]
            found = there.get((old, new)) or OccupationLink(old_id=old, new_id=new)
            if (found.kind, found.source) != (link.kind, link.source):
                found.kind, found.source = link.kind, link.source
                found.save()
                moved += 1
    return moved


def register_special(
    *,
    name: str,
    code: str = "",
    source: str,
    aliases: Sequence[str] = (),
    note: str = "",
    actor: Actor,
    at: datetime,
) -> Occupation:
    """登记获批的专项职业能力 as something that can be listed; `source` is the approval's document number.

    Registering it again gives what is there. Refuses: forbidden; no-source. Clause: 周政办发〔2020〕2号 二（一）9.
    """
    actor.require(Role.REVIEWER, *_KEEPERS)
    if not plain(name) or not source.strip():
        refuse(
            "no-source",
            "登记专项职业能力须写明名称和批准文号。",
            clause="周政办发〔2020〕2号 二（一）9",
            remedy="请填写上级鉴定机构的批准文号。",
            field="source",
            status=INVALID,
        )
    with acting(
        actor=actor, at=at, basis=f"周政办发〔2020〕2号 二（一）9：登记专项职业能力（{source.strip()}）"
    ):
        # Two districts may have one skill approved at once: the second waits here, then is given the first's.
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [f"special {plain(name)}"]
            )
        found = Occupation.objects.filter(edition="local", kind="special", name=plain(name)).first()
        if found is not None:
            return found
        row = OccupationRow(
            1, "local", code.strip(), plain(name), "special", "", (0,), tuple(aliases), source.strip(), note
        )
        made = _fill(Occupation(edition="local", name=row.name, recorded_at=at), row, None)
        made.save()
    return made


def _fill(found: Occupation, row: OccupationRow, parent: Occupation | None) -> Occupation:
    found.code, found.kind, found.parent = row.code, row.kind, parent
    found.levels, found.aliases = list(row.levels), list(row.aliases)
    found.source, found.note = row.source, row.note
    found.pinyin, found.initials = pinyin(row.name)
    found.search_text = searched(row.name, row.code, row.aliases)
    return found


def _differs(found: Occupation, row: OccupationRow, parent: Occupation | None) -> bool:
    is_there = (
        found.code,
        found.kind,
        found.parent_id,
        found.levels,
        found.aliases,
        found.source,
        found.note,
    )
    wanted = (
        row.code,
        row.kind,
        parent and parent.pk,
        list(row.levels),
        list(row.aliases),
        row.source,
        row.note,
    )
    return is_there != wanted


def _parent(row: OccupationRow, there: dict[tuple[str, str, str], Occupation]) -> Occupation | None:
    if not row.parent:
        return None
    return next(
        (o for (edition, _, name), o in there.items() if (edition, name) == (row.edition, row.parent)), None
    )


def _parents_exist(rows: Sequence[OccupationRow], there: dict[tuple[str, str, str], Occupation]) -> None:
    known = {(e, n) for e, _, n in there} | {(r.edition, r.name) for r in rows if r.kind != "trade"}
    orphans = [r for r in rows if r.parent and (r.edition, r.parent) not in known]
    if orphans:
        remedy = "请先加入所属职业，或改正名称"
        raise Refused(*(fault(r.place, "parent", f"没有找到所属职业“{r.parent}”", remedy) for r in orphans))


def _unknown(edition: str, name: str) -> Refusal:
    return Refusal(
        "unknown-occupation",
        f"没有找到{edition}版的“{name}”。",
        remedy="请先装入这个职业，再登记对应关系。",
        field="name",
        status=INVALID,
    )
