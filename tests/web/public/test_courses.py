"""What anybody sees of classes and catalogues: found, explained, taken away; nothing that is restricted."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from tests.cast import AT, Cast
from tests.catalogue_cast import (
    TODAY,
    a_contracted_project,
    a_registration,
    an_entry,
    an_occupation,
    an_open_offer,
)
from wudan.orders.catalogue.actions.editions import draft_edition, publish_edition, put_entries
from wudan.orders.catalogue.actions.opening import cancel_offer
from wudan.orders.catalogue.models import Edition

pytestmark = pytest.mark.django_db


def url(name: str, *args: Any) -> str:
    return reverse(f"public:{name}", args=args)


def text(response: Any) -> str:
    assert response.status_code == 200
    return str(response.content.decode())


def published(who: Cast) -> Edition:
    an_occupation()
    draft = draft_edition(district_id=who.code, catalogue="general", actor=who.intake, at=AT)
    rows = "职业,等级,证书类别,补贴项目,理论课时,实训课时,安全课时\n车工,中级,职业技能等级证书,职业培训补贴,20,56,4"
    put_entries(edition_id=draft.pk, content=rows.encode(), actor=who.intake, at=AT)
    return publish_edition(
        edition_id=draft.pk, valid_from=TODAY, document="人社〔2020〕12号", actor=who.reviewer, at=AT
    )


def test_the_list_says_what_it_gives_costs_when_and_where(tez: Cast, client: Client) -> None:
    offer = an_open_offer(tez, schedule_note="每周二、四晚上", town_code="370405100", mode="blended")
    shown = text(client.get(url("courses", tez.code)))
    for words in (
        "车工中级工培训班", "80课时", "不收学费", "补贴1,500元", "2020年12月1日至12月20日，每周二、四晚上", "邳庄镇", tez.provider.name,
        "还有20个名额", "2020年11月25日截止选单", "1个班次可以选", url("course", tez.code, offer.pk),
    ):  # fmt: skip
        assert words in shown, words


def test_searching_and_narrowing(tez: Cast, client: Client) -> None:
    an_open_offer(tez)
    nurse = an_occupation(
        "养老护理员", "4-10-01-05", search_text="养老护理员|yanglaohuliyuan|ylhly", levels=[5]
    )
    an_open_offer(
        tez,
        an_entry(tez, nurse, level=5, shortage=True),
        fee_fen=10_000,
        mode="online",
        town_code="370405001",
    )
    page = url("courses", tez.code)
    both = ("车工中级工培训班", "养老护理员初级工培训班")
    cases: list[tuple[dict[str, str], tuple[bool, bool]]] = [
        ({"q": "护理"}, (False, True)), ({"q": "ylhly"}, (False, True)), ({"level": "4"}, (True, False)), ({"free": "1"}, (True, False)),
        ({"shortage": "1"}, (False, True)), ({"online": "1"}, (False, True)), ({"town": "370405001"}, (False, True)),
        ({"level": "9", "town": "x", "page": "-1"}, (True, True)), ({"q": "\x00"}, (True, True)),
    ]  # fmt: skip
    for asked, seen in cases:
        shown = text(client.get(page, asked))
        assert tuple(title in shown for title in both) == seen, asked
    assert "没有找到合适的班次" in text(client.get(page, {"q": "厨师"}))


def test_the_sum_told_is_what_will_be_decided_not_what_the_edition_was_priced_with(
    tez: Cast, client: Client
) -> None:
    offer = an_open_offer(tez, an_entry(tez, price_fen=100_000, theory_hours=21))
    for page in (url("courses", tez.code), url("course", tez.code, offer.pk)):
        shown = text(client.get(page))
        assert "1,500元" in shown, page
        assert "1,000元" not in shown, page


def test_one_class(tez: Cast, client: Client) -> None:
    offer = an_open_offer(tez)
    shown = text(client.get(url("course", tez.code, offer.pk)))
    for words in (
        "每人职业培训补贴1,500元",
        "六（一）",
        "理论20课时、实训56课时、安全4课时",
        "登录后选这个班次",
        "暂不公布",
        "20人，还有20个名额",
    ):
        assert words in shown, words
    cancel_offer(offer_id=offer.pk, reason="机构停业", actor=tez.intake, at=AT)
    shown = text(client.get(url("course", tez.code, offer.pk)))
    assert "这个班次已经取消：机构停业" in shown
    assert "登录后选这个班次" not in shown
    assert client.get(url("course", "370306", offer.pk)).status_code == 404


def test_where_nothing_is_decided_it_says_so(zc: Cast, client: Client) -> None:
    a_registration(zc)
    offer = an_open_offer(zc, an_entry(zc), budget_fen=120_000, budget_basis="纪要")
    shown = text(client.get(url("course", zc.code, offer.pk)))
    assert "金额由工作人员核定" in shown
    assert "1,200" not in shown  # set aside, not promised
    assert "有补贴，未定标准" in text(client.get(url("courses", zc.code)))


def test_restricted_classes_do_not_exist_here(zc: Cast, client: Client) -> None:
    project = a_contracted_project(zc, line="project_custodial", restricted=True, title="某所项目")
    a_registration(zc)
    offer = an_open_offer(zc, an_entry(zc), line="project_custodial", project_id=project.pk, title="某所一班")
    staff = an_open_offer(
        zc, an_entry(zc), employer_id=zc.enterprise.pk, budget_fen=1, budget_basis="纪要", title="企业内部班"
    )
    shown = text(client.get(url("courses", zc.code)))
    assert "某所" not in shown and "企业内部班" not in shown
    assert "现在没有可选的班次" in shown
    for hidden in (offer, staff):
        assert client.get(url("course", zc.code, hidden.pk)).status_code == 404


def test_the_four_catalogues_and_their_files(tez: Cast, client: Client) -> None:
    assert text(client.get(url("catalogues", tez.code))).count("还没有公布。") == 4
    edition = published(tez)
    shown = text(client.get(url("catalogues", tez.code)))
    assert "第1版，共1条，自2020年11月16日起施行，人社〔2020〕12号" in shown
    assert shown.count("还没有公布。") == 3
    listed = text(client.get(url("catalogue", tez.code, edition.pk)))
    for words in ("车工", "中级工（四级）", "80课时", "1,500.00", "施行中"):
        assert words in listed, words
    assert "没有符合条件的条目" in text(client.get(url("catalogue", tez.code, edition.pk), {"q": "厨师"}))
    data = client.get(url("catalogue_file", tez.code, edition.pk, "json"))
    assert json.loads(data.content)["entries"][0]["price_fen"] == 150_000
    assert client.get(url("catalogue_file", tez.code, edition.pk, "xlsx")).content[:2] == b"PK"
    assert client.get(url("catalogue_file", tez.code, edition.pk, "pdf")).status_code == 404


def test_drafts_and_other_districts_are_not_there(tez: Cast, zc: Cast, client: Client) -> None:
    edition = published(tez)
    draft = draft_edition(district_id=tez.code, catalogue="general", copy=True, actor=tez.intake, at=AT)
    assert client.get(url("catalogue", tez.code, draft.pk)).status_code == 404
    assert client.get(url("catalogue_file", tez.code, draft.pk, "json")).status_code == 404
    assert client.get(url("catalogue", zc.code, edition.pk)).status_code == 404
    publish_edition(
        edition_id=draft.pk,
        valid_from=TODAY + timedelta(days=9),
        document="人社〔2020〕20号",
        actor=tez.reviewer,
        at=AT,
    )
    assert "自2020年11月25日起施行" in text(client.get(url("catalogue", tez.code, draft.pk)))
    assert "其他版次（1）" in text(client.get(url("catalogues", tez.code)))


def test_the_list_asks_the_same_few_questions_whatever_its_length(
    tez: Cast, client: Client, django_assert_max_num_queries: Any
) -> None:
    entry = an_entry(tez)
    for _ in range(6):
        an_open_offer(tez, entry, places=5)
    with django_assert_max_num_queries(14):
        client.get(url("courses", tez.code))
