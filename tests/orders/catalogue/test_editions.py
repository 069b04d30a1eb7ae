"""The four catalogues: filled from a file whole or not at all, published for a day, and what was decided keeps its edition."""

from __future__ import annotations

import json
from datetime import date, timedelta
from typing import Any

import pytest
from django.db.utils import IntegrityError

from tests.cast import AT, Cast, cast, outsider
from tests.catalogue_cast import TODAY, a_drafted_offer, a_registration, an_occupation, offer_given
from tests.harness.races import both
from wudan.kernel.errors import Refused
from wudan.orders.catalogue.actions.editions import (
    derive_entries,
    draft_edition,
    drop_edition,
    publish_edition,
    put_entries,
    supersede_due_editions,
)
from wudan.orders.catalogue.actions.offering import draft_offer
from wudan.orders.catalogue.entryfile import as_json, as_xlsx
from wudan.orders.catalogue.models import Edition, Entry
from wudan.orders.catalogue.queries.editions import differences, edition_on, entries_of
from wudan.people.lists import FaultyFile
from wudan.policy.queries import rulebook_for

pytestmark = pytest.mark.django_db

HEAD = "职业（工种）,职业编码,大典版本,等级,证书类别,补贴项目,理论课时,实训课时,安全课时,急需紧缺,备注"
LATHE = "车工,6-18-01-01,2015年版大典,中级工（四级）,职业技能等级证书,职业培训补贴,20,56,4,是,"
WELDER = "焊工,6-18-02-04,,初级,职业技能等级证书,职业培训补贴,20,56,4,,含氩弧焊"


@pytest.fixture
def tez() -> Cast:
    return cast("370405")


@pytest.fixture(autouse=True)
def _occupations(db: None) -> None:
    an_occupation()
    an_occupation("焊工", "6-18-02-04", levels=[5, 4, 3])


def _file(*rows: str) -> bytes:
    return "\n".join((HEAD, *rows)).encode()


def _draft(who: Cast, *rows: str, catalogue: str = "general", copy: bool = False) -> Edition:
    draft = draft_edition(district_id=who.code, catalogue=catalogue, copy=copy, actor=who.intake, at=AT)
    if rows:
        put_entries(edition_id=draft.pk, content=_file(*rows), actor=who.intake, at=AT)
    return draft


def _publish(
    who: Cast, draft: Edition, valid_from: date = TODAY, document: str = "台人社〔2020〕12号", at: Any = AT
) -> Edition:
    return publish_edition(
        edition_id=draft.pk, valid_from=valid_from, document=document, actor=who.reviewer, at=at
    )


def _codes(draft: Edition, who: Cast, *rows: str) -> list[tuple[int, str]]:
    with pytest.raises(FaultyFile) as no:
        put_entries(edition_id=draft.pk, content=_file(*rows), actor=who.intake, at=AT)
    return [(fault.row, fault.column) for fault in no.value.faults]


def test_a_catalogue_is_imported_and_published_at_the_prices_of_the_rulebook(tez: Cast) -> None:
    published = _publish(tez, _draft(tez, LATHE, WELDER))
    assert edition_on(tez.code, "general", TODAY) == published
    assert edition_on(tez.code, "general", TODAY - timedelta(days=1)) is None
    found = {e.occupation.name: e for e in entries_of(published.pk)}
    lathe, welder = found["车工"], found["焊工"]
    assert (lathe.price_fen, lathe.level, lathe.shortage, lathe.certificate_type) == (
        150_000,
        4,
        True,
        "skill_level",
    )
    assert (welder.price_fen, welder.level, welder.shortage, welder.remark) == (100_000, 5, False, "含氩弧焊")
    assert "六（一）" in lathe.price_clause
    assert lathe.release.startswith("taierzhuang@")


def test_where_the_document_states_no_price_there_is_none() -> None:
    zc = cast("370306")
    published = _publish(zc, _draft(zc, LATHE))
    entry = entries_of(published.pk).get()
    assert entry.price_fen is None
    assert b"\xe6\x9c\xaa\xe5\xae\x9a" not in as_json(
        published, [entry], rulebook_for(zc.code)
    )  # null, not words


@pytest.mark.parametrize(
    ("row", "column"),
    [
        (LATHE.replace("车工", "车公"), "职业编码"),
        (LATHE.replace("6-18-01-01", "6-18-01-99"), "职业编码"),
        (WELDER.replace("6-18-02-04", "").replace("焊工", "气焊工"), "职业（工种）"),
        (WELDER.replace("初级", "技师"), "等级"),
        (WELDER.replace("初级", ""), "等级"),
        (WELDER.replace("初级", "超级"), "等级"),
        (LATHE.replace("职业技能等级证书", "荣誉证书"), "证书类别"),
        (LATHE.replace("职业培训补贴", "住房补贴"), "补贴项目"),
        (LATHE.replace("20,56,4", "15,57,8"), "理论课时"),  # 18 of a hundred
        (LATHE.replace("20,56,4", "40,39,4"), "实训课时"),  # 46
        (LATHE.replace("20,56,4", "20,57,3"), "安全课时"),
        (LATHE.replace("20,56,4", "0,0,0"), "理论课时"),
        (LATHE.replace("20,56,4", "二十,56,4"), "理论课时"),
    ],
)
def test_each_fault_is_said_with_row_and_column_and_nothing_is_kept(tez: Cast, row: str, column: str) -> None:
    draft = _draft(tez, WELDER)
    assert _codes(draft, tez, LATHE if "焊" in row else WELDER, row) == [(3, column)]
    assert [e.occupation.name for e in entries_of(draft.pk)] == ["焊工"]


def test_the_split_of_hours_counts_its_edges_in(tez: Cast) -> None:
    draft = _draft(
        tez, LATHE.replace("20,56,4", "20,76,4"), WELDER.replace("20,56,4", "46,50,4")
    )  # 20 % and 50 %
    assert entries_of(draft.pk).count() == 2


def test_the_same_entry_twice(tez: Cast) -> None:
    assert _codes(_draft(tez), tez, LATHE, WELDER, LATHE) == [(4, "职业（工种）")]


def test_out_and_in_again_is_the_same(tez: Cast) -> None:
    first = _publish(tez, _draft(tez, LATHE, WELDER))
    rulebook = rulebook_for(tez.code)
    entries = list(entries_of(first.pk))
    out = json.loads(as_json(first, entries, rulebook))
    for file in (as_json(first, entries, rulebook), as_xlsx(first, entries, rulebook)):
        draft = _draft(tez)
        put_entries(edition_id=draft.pk, content=file, actor=tez.intake, at=AT)
        again = json.loads(as_json(draft, entries_of(draft.pk), rulebook))
        assert again["entries"] == out["entries"]
        assert differences(draft, first, rulebook) == []
        drop_edition(edition_id=draft.pk, actor=tez.intake, at=AT)
    assert as_xlsx(first, entries, rulebook) == as_xlsx(first, entries, rulebook)


@pytest.mark.parametrize(
    "content", [b"{", b'{"entries": 3}', b"[1]", b"\x00\x01", b"", "职业\n车工".encode()]
)
def test_what_is_no_catalogue_is_refused(tez: Cast, content: bytes) -> None:
    draft = _draft(tez)
    with pytest.raises(Refused) as no:
        put_entries(edition_id=draft.pk, content=content, actor=tez.intake, at=AT)
    assert no.value.refusal.code == "bad-file"


def test_a_new_edition_follows_on_its_day_and_old_offers_keep_theirs(tez: Cast) -> None:
    first = _publish(tez, _draft(tez, LATHE))
    offer = a_drafted_offer(tez, entries_of(first.pk).get())
    later = TODAY + timedelta(days=30)
    second = _publish(
        tez, _draft(tez, LATHE.replace("20,56,4", "20,60,5"), WELDER, copy=True), later, "台人社〔2020〕20号"
    )
    assert edition_on(tez.code, "general", later - timedelta(days=1)) == first
    assert edition_on(tez.code, "general", later) == second
    assert offer.entry.edition == first
    draft_offer(
        **offer_given(offer.entry, provider_id=tez.provider.pk), actor=tez.intake, at=AT
    )  # still in force
    first.refresh_from_db()
    assert first.state == "published"
    assert supersede_due_editions(AT + timedelta(days=29)) == 0
    assert supersede_due_editions(AT + timedelta(days=30)) == 1
    with pytest.raises(Refused) as no:
        draft_offer(
            **offer_given(offer.entry, provider_id=tez.provider.pk),
            actor=tez.intake,
            at=AT + timedelta(days=30),
        )
    assert no.value.refusal.code in ("entry-not-in-force", "period-over")
    said = differences(second, first, rulebook_for(tez.code))
    assert [(d.kind, d.entry.occupation.name) for d in said] == [("new", "焊工"), ("changed", "车工")]
    assert ("实训课时", "56", "60") in said[1].changes


def test_an_edition_is_not_published_for_the_past_nor_before_one_that_is_there(tez: Cast) -> None:
    draft = _draft(tez, LATHE)
    cases = [({"valid_from": TODAY - timedelta(days=1)}, "day-over"), ({"document": "  "}, "no-document")]
    for given, code in cases:
        with pytest.raises(Refused) as no:
            _publish(tez, draft, **given)
        assert no.value.refusal.code == code
    _publish(tez, draft, TODAY + timedelta(days=5))
    for day in (4, 5):
        other = _draft(tez, WELDER)
        with pytest.raises(Refused) as no:
            _publish(tez, other, TODAY + timedelta(days=day))
        assert no.value.refusal.code == "later-edition"
        drop_edition(edition_id=other.pk, actor=tez.intake, at=AT)


def test_two_editions_never_hold_on_one_day_not_even_by_hand(tez: Cast) -> None:
    from wudan.kernel.actor import SYSTEM
    from wudan.kernel.history import acting

    first = _publish(tez, _draft(tez, LATHE))
    second = _draft(tez, WELDER)
    with pytest.raises((Refused, IntegrityError)) as no, acting(actor=SYSTEM, at=AT, basis="测试"):
        Edition.objects.filter(pk=second.pk).update(state="published", valid=first.valid, published_at=AT)
    assert "同一天只能有一个版次" in str(no.value)


def test_who_may_and_when(tez: Cast) -> None:
    draft = _draft(tez)
    given: dict[str, Any] = {"district_id": tez.code, "catalogue": "general", "at": AT}
    for actor in (tez.provider_clerk, tez.worker, tez.policy, outsider(tez, "intake")):
        with pytest.raises(Refused) as no:
            draft_edition(**given, actor=actor)
        assert no.value.refusal.code == "forbidden"
        with pytest.raises(Refused) as no:
            put_entries(edition_id=draft.pk, content=_file(LATHE), actor=actor, at=AT)
        assert no.value.refusal.code == "forbidden"
    with pytest.raises(Refused) as no:
        draft_edition(**given, actor=tez.reviewer)
    assert no.value.refusal.code == "draft-there"
    with pytest.raises(Refused) as no:
        _publish(tez, draft)
    assert no.value.refusal.code == "no-entries"
    put_entries(edition_id=draft.pk, content=_file(LATHE), actor=tez.intake, at=AT)
    for actor in (tez.intake, outsider(tez, "reviewer")):
        with pytest.raises(Refused) as no:
            publish_edition(edition_id=draft.pk, valid_from=TODAY, document="x", actor=actor, at=AT)
        assert no.value.refusal.code == "forbidden"
    _publish(tez, draft)
    with pytest.raises(Refused) as no:
        put_entries(edition_id=draft.pk, content=_file(LATHE), actor=tez.intake, at=AT)
    assert no.value.refusal.code == "wrong-state"


def test_the_providers_catalogue_is_made_of_registrations(tez: Cast) -> None:
    a_registration(tez, capacity=40)
    a_registration(tez, level=5)
    draft = _draft(tez, catalogue="provider")
    assert derive_entries(edition_id=draft.pk, actor=tez.intake, at=AT) == 2
    assert {(e.level, e.provider, e.capacity) for e in entries_of(draft.pk)} == {
        (4, tez.provider, 40),
        (5, tez.provider, 50),
    }
    with pytest.raises(Refused) as no:
        put_entries(edition_id=draft.pk, content=_file(LATHE), actor=tez.intake, at=AT)
    assert no.value.refusal.code == "derived"
    assert _publish(tez, draft).state == "published"
    other = _draft(tez)
    with pytest.raises(Refused) as no:
        derive_entries(edition_id=other.pk, actor=tez.intake, at=AT)
    assert no.value.refusal.code == "not-derived"


@pytest.mark.django_db(transaction=True)
def test_two_drafts_and_two_publications_at_once() -> None:
    tez = cast("370405", pools=False)
    an_occupation()
    given: dict[str, Any] = {"district_id": tez.code, "catalogue": "general", "at": AT}
    done = both(*[lambda who=who: draft_edition(**given, actor=who) for who in (tez.intake, tez.reviewer)])
    assert done.count("done") == 1
    assert set(done) <= {"done", "draft-there", "edition_one_draft", "edition_number_once"}
    draft = Edition.objects.get()
    put_entries(edition_id=draft.pk, content=_file(LATHE), actor=tez.intake, at=AT)
    assert both(*[
        lambda who=who: publish_edition(edition_id=draft.pk, valid_from=TODAY, document="文", actor=who, at=AT)
        for who in (tez.reviewer, tez.reviewer2)
    ]) == ["done", "wrong-state"]  # fmt: skip
    assert Entry.objects.get().price_fen == 150_000
