"""编制和发布目录: a draft is filled from a file or from what the system holds, and published for a day on a document."""

from __future__ import annotations

from datetime import date, datetime

from django.db.backends.postgresql.psycopg_any import DateRange
from django.db.models import Max

from wudan.kernel import bulk
from wudan.kernel.actor import SYSTEM, Actor
from wudan.kernel.errors import refuse
from wudan.kernel.history import acting
from wudan.kernel.journal import tell
from wudan.kernel.periods import in_words, legal_day
from wudan.kernel.roles import Role
from wudan.orders.catalogue.actions.entries import checked, derived
from wudan.orders.catalogue.actions.guards import INVALID, NOT_FOUND
from wudan.orders.catalogue.entryfile import read_entries
from wudan.orders.catalogue.models import Edition, Entry
from wudan.orders.catalogue.queries.editions import DERIVED, NAMES, PUBLIC
from wudan.orders.catalogue.queries.prices import price_of
from wudan.orders.catalogue.states import EDITION
from wudan.policy.queries import rulebook_for

CLAUSE = "台政办发〔2020〕4号 三；周政办发〔2020〕2号 二（二）"
DRAFTERS = (Role.INTAKE, Role.REVIEWER)


def draft_edition(
    *, district_id: str, catalogue: str, title: str = "", copy: bool = False, actor: Actor, at: datetime
) -> Edition:
    """编制新版目录; with `copy` it begins with the entries of the last published edition. One draft of a catalogue at a time.

    Refuses: forbidden, no-catalogue, draft-there, edition_number_once (two at once).
    """
    actor.require(*DRAFTERS, district_id=district_id)
    if catalogue not in NAMES:
        refuse(
            "no-catalogue", "没有这种目录。", remedy="请从四个目录中选择。", field="catalogue", status=INVALID
        )
    with acting(actor=actor, at=at, basis=CLAUSE):
        own = Edition.objects.filter(district_id=district_id, catalogue=catalogue)
        if (there := own.filter(state="draft").first()) is not None:
            refuse(
                "draft-there",
                f"“{NAMES[catalogue]}”第{there.number}版正在编制。",
                remedy="请在这一版上继续，或先放弃它。",
            )
        last = own.filter(state__in=PUBLIC).order_by("-number").first()
        made = Edition.objects.create(
            district_id=district_id,
            catalogue=catalogue,
            number=(own.aggregate(n=Max("number"))["n"] or 0) + 1,
            title=title.strip() or NAMES[catalogue],
            drafted_by=actor.user_id,
        )
        if copy and last is not None:
            _copy(last, made)
    return made


def put_entries(*, edition_id: int, content: bytes, actor: Actor, at: datetime) -> int:
    """导入目录条目 from xlsx, csv or JSON: the draft's entries are replaced, all of them or none. Returns how many.

    Each occupation must be known; hours are checked against the parameters of the split; prices are those of today and asked
    again at publication. Refuses: forbidden, not-found, wrong-state, derived, bad-file, `FaultyFile` with each fault of each row.
    """
    with acting(actor=actor, at=at, basis=CLAUSE):
        draft = locked_draft(edition_id, actor)
        if draft.catalogue in DERIVED:
            refuse(
                "derived",
                f"“{NAMES[draft.catalogue]}”由系统汇总，不能导入。",
                remedy="请点“汇总”，由提单或机构备案生成条目。",
            )
        rulebook = rulebook_for(draft.district_id)
        rows, faults = read_entries(content, rulebook)
        _replace(draft, checked(draft, rows, faults, rulebook, legal_day(at)))
        return draft.entries.count()


def derive_entries(*, edition_id: int, actor: Actor, at: datetime) -> int:
    """汇总: fill the draft of 需求目录 from waiting orders, of 机构目录 from registrations in force. Returns how many.

    Refuses: forbidden, not-found, wrong-state, not-derived.
    """
    with acting(actor=actor, at=at, basis=CLAUSE):
        draft = locked_draft(edition_id, actor)
        if draft.catalogue not in DERIVED:
            refuse("not-derived", "这个目录由经办人编制，不能自动汇总。", remedy="请导入目录文件。")
        _replace(draft, derived(draft, legal_day(at)))
        return draft.entries.count()


def publish_edition(
    *, edition_id: int, valid_from: date, document: str, actor: Actor, at: datetime
) -> Edition:
    """发布 from a day on, by a document; the former edition ends the day before. Prices are those of the day of publication.

    Tells "edition:published". Refuses: forbidden, not-found, wrong-state, no-entries, no-document, day-over, later-edition;
    two at once: edition_one_at_a_time or wrong-state.
    """
    with acting(actor=actor, at=at, basis=document.strip() or CLAUSE):
        draft = _locked(edition_id)
        actor.require(*EDITION.move("publish").who, district_id=draft.district_id)
        state, on = EDITION.check("publish", draft.state), legal_day(at)
        _check_publishable(draft, valid_from, document, on)
        _end_former(draft, valid_from, on)
        _price(draft, on)
        draft.state, draft.published_at, draft.published_by = state, at, actor.user_id
        draft.valid, draft.document = DateRange(valid_from, None, "[)"), document.strip()
        draft.save(update_fields=["state", "published_at", "published_by", "valid", "document"])
        tell("edition:published", at=at, edition=draft.pk)
    return draft


def drop_edition(*, edition_id: int, actor: Actor, at: datetime) -> Edition:
    """放弃 a draft. Refuses: forbidden, not-found, wrong-state."""
    with acting(actor=actor, at=at, basis=CLAUSE):
        draft = locked_draft(edition_id, actor)
        draft.state = EDITION.check("drop", draft.state)
        draft.save(update_fields=["state"])
    return draft


def supersede_due_editions(at: datetime) -> int:
    """Editions whose last day has passed are marked as followed by another; done again it does nothing."""
    with acting(actor=SYSTEM, at=at, basis=CLAUSE):
        over = Edition.objects.filter(state="published", valid__fully_lt=DateRange(legal_day(at), None, "[)"))
        return over.update(state="superseded")


def locked_draft(edition_id: int, actor: Actor) -> Edition:
    """Refuses: not-found, forbidden, wrong-state."""
    draft = _locked(edition_id)
    actor.require(*DRAFTERS, district_id=draft.district_id)
    if draft.state != "draft":
        refuse(
            "wrong-state",
            f"“{draft}”{EDITION.states[draft.state]}，不能再修改。",
            remedy="请另编新的一版；已作出的决定仍依据当时的版本。",
        )
    return draft


def _locked(edition_id: int) -> Edition:
    draft = Edition.objects.select_for_update().filter(pk=edition_id).first()
    if draft is None:
        refuse("not-found", "没有找到这一版目录。", remedy="请从列表重新进入。", status=NOT_FOUND)
    return draft


def _copy(last: Edition, made: Edition) -> None:
    entries = []
    for one in Entry.objects.filter(edition=last).order_by("pk"):
        one.pk, one.edition = None, made  # a new row like the old one
        entries.append(one)
    bulk.insert(Entry, entries)


def _replace(draft: Edition, entries: list[Entry]) -> None:
    draft.entries.all().delete()
    bulk.insert(Entry, entries)


def _check_publishable(draft: Edition, valid_from: date, document: str, on: date) -> None:
    if not draft.entries.exists():
        refuse("no-entries", "目录里还没有条目。", remedy="请先导入或汇总条目。")
    if not document.strip():
        refuse("no-document", "请填写发布文号。", field="document", status=INVALID)
    if valid_from < on:
        refuse(
            "day-over",
            f"施行日期{in_words(valid_from)}已经过去，已作出的决定不能改用新的目录。",
            remedy="请填写今天或以后的日期。",
            field="valid_from",
            status=INVALID,
        )


def _end_former(draft: Edition, valid_from: date, on: date) -> None:
    """The edition in force ends where this one begins. Refuses: later-edition."""
    own = Edition.objects.select_for_update().filter(
        district_id=draft.district_id, catalogue=draft.catalogue, state__in=PUBLIC
    )
    for former in own.order_by("pk"):
        if former.valid.lower >= valid_from:
            refuse(
                "later-edition",
                f"“{former}”自{in_words(former.valid.lower)}起施行，不早于这一版。",
                remedy="请把施行日期定在它之后。",
                field="valid_from",
                status=INVALID,
            )
        if former.valid.upper is None or former.valid.upper > valid_from:
            former.valid = DateRange(former.valid.lower, valid_from, "[)")
            if valid_from <= on and former.state == "published":
                former.state = EDITION.check("supersede", former.state)
            former.save(update_fields=["valid", "state"])


def _price(draft: Edition, on: date) -> None:
    """What the rulebook pays on the day, written into each entry with its clause and release."""
    if draft.catalogue in DERIVED:
        return
    rulebook = rulebook_for(draft.district_id)
    changed = []
    for entry in draft.entries.order_by("pk"):
        price = price_of(rulebook, entry.scheme, entry.level, entry.certificate_type, on)
        seen = (entry.price_fen, entry.price_clause, entry.release)
        if seen != (price.fen, price.clause, price.release):
            entry.price_fen, entry.price_clause, entry.release = price.fen, price.clause, price.release
            changed.append(entry)
    bulk.update(Entry, changed, ["price_fen", "price_clause", "release"])
