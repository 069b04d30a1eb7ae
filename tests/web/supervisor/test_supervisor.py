"""The supervisor reads everything of the district, changes nothing but findings, and sees who looked at what."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from tests.cast import AT, Cast, cast, outsider
from tests.orders.delivery.finishing import concluded, members_of
from tests.orders.payment.making import FUND, approved_claims, gathered, lines_of
from tests.web.supervisor.conftest import signed_in
from wudan.accounts.models import User
from wudan.kernel.actor import SYSTEM
from wudan.kernel.history import acting
from wudan.kernel.models import JournalEntry
from wudan.orders.delivery.models import Rating
from wudan.orders.payment.actions.halting import stop
from wudan.orders.payment.actions.sending import send, sign
from wudan.oversight.actions import finding_from_batch, finding_from_rating
from wudan.oversight.models import Finding
from wudan.people.actions import unmask
from wudan.people.queries import current_account


def text(answered: Any) -> str:
    return str(answered.content.decode())


def found(tez: Cast) -> Finding:
    approved_claims(tez)
    batch = gathered(tez)
    stop(batch_id=batch.pk, reason="名单与公示不符", actor=tez.finance, at=AT)
    finding = finding_from_batch(batch.pk, AT)
    assert finding is not None
    return finding


def paths(tez: Cast, finding: Finding) -> list[str]:
    batch = finding.subject.partition(":")[2]
    return [
        "", "findings/", f"findings/{finding.pk}/", "claims/", f"claims/{lines_of_batch(int(batch))}/", "batches/",
        f"batches/{batch}/", "recoveries/", "pools/", f"pools/{tez.pools[FUND].pk}/", f"pools/{tez.pools[FUND].pk}/print/",
        "journal/", "history/",
    ]  # fmt: skip


def lines_of_batch(batch_id: int) -> int:
    from wudan.orders.payment.models import Batch

    return lines_of(Batch.objects.get(pk=batch_id))[0].claim_id


def test_everything_is_read(tez: Cast) -> None:
    finding = found(tez)
    client = signed_in(tez)
    for path in paths(tez, finding):
        answered = client.get(f"/supervisor/{path}")
        assert answered.status_code == 200, path
    home = text(client.get("/supervisor/"))
    assert "名单与公示不符" in home and "其中1个批次暂停拨付" in home


def test_batch_pages_have_no_buttons_to_act(tez: Cast) -> None:
    batch = found(tez).subject.partition(":")[2]
    seen = text(signed_in(tez).get(f"/supervisor/batches/{batch}/"))
    assert "/finance/" not in seen
    for word in ("送银行</button>", "取消批次", "移出批次", "下载银行文件"):
        assert word not in seen


@pytest.mark.parametrize("who", ["finance", "reviewer", "intake", "worker", "provider_clerk"])
def test_other_roles_are_turned_away(tez: Cast, who: str) -> None:
    finding = found(tez)
    client = signed_in(tez, who)
    for path in paths(tez, finding):
        assert client.get(f"/supervisor/{path}").status_code == 403, path
    assert (
        client.post(f"/supervisor/findings/{finding.pk}/close/", {"conclusion": "没有问题"}).status_code
        == 403
    )


def test_another_district_s_records_do_not_exist(tez: Cast) -> None:
    finding = found(tez)
    stranger = signed_in(cast("370306"))
    for path in paths(tez, finding):
        answered = stranger.get(f"/supervisor/{path}")
        if any(c.isdigit() for c in path):
            assert answered.status_code == 404, path
        else:
            assert "名单与公示不符" not in text(answered)
    for verb, field in (("explain", "text"), ("close", "conclusion")):
        answered = stranger.post(f"/supervisor/findings/{finding.pk}/{verb}/", {field: "看一看吧"})
        assert answered.status_code == 404
    number = lines_of_batch(int(finding.subject.partition(":")[2]))
    assert "没有找到" in text(stranger.get(f"/supervisor/history/?kind=claim&q=370405-{number}"))


def test_a_finding_is_explained_and_closed_with_a_conclusion(tez: Cast) -> None:
    finding = found(tez)
    client, url = signed_in(tez), f"/supervisor/findings/{finding.pk}/"
    assert client.post(url + "explain/", {"text": ""}).status_code == 422
    assert client.post(url + "explain/", {"text": "已调阅名册"}).status_code == 302
    assert "已调阅名册" in text(client.get(url))
    assert client.post(url + "close/", {"conclusion": "好"}).status_code == 422
    assert client.post(url + "close/", {"conclusion": "核实无误，可以恢复"}).status_code == 302
    finding.refresh_from_db()
    assert finding.state == "closed"
    seen = text(client.get(url))
    assert "处理结论" in seen and "办结疑点</button>" not in seen
    again = client.post(url + "close/", {"conclusion": "再办一次"})
    assert again.status_code == 409 and "不能“办结”" in text(again)


def test_the_journal_says_who_looked_and_who_took_away(tez: Cast) -> None:
    approved_claims(tez)
    unmask(kind="identity", subject_id=tez.person.pk, reason="核对证件", actor=tez.intake, at=AT)
    client = signed_in(tez)
    file = client.get("/supervisor/claims/?export=csv&q=学员")
    assert b"".join(file)  # type: ignore[call-overload]
    seen = text(client.get("/supervisor/journal/"))
    assert "核对证件" in seen and "查看完整号码" in seen and "导出列表" in seen and "3行" in seen
    only = text(client.get("/supervisor/journal/?verb=export"))
    assert "核对证件" not in only
    assert "核对证件" not in text(signed_in(cast("370306")).get("/supervisor/journal/"))


def test_the_history_of_a_record_is_in_words(tez: Cast) -> None:
    approved_claims(tez)
    batch = gathered(tez)
    sign(batch_id=batch.pk, actor=tez.finance2, at=AT)
    send(batch_id=batch.pk, actor=tez.finance, at=AT)
    client = signed_in(tez)
    seen = text(client.get(f"/supervisor/history/?kind=batch&q={batch.number}"))
    assert "拟制中" in seen and "已签批" in seen and "李敏" in seen and "状态" in seen
    line = lines_of(batch)[0]
    for kind, word in (
        ("line", line.reference),
        ("claim", line.claim.number),
        ("organisation", tez.provider.name),
    ):
        assert "变更内容" in text(client.get("/supervisor/history/", {"kind": kind, "q": word})), kind
    sealed = text(client.get("/supervisor/history/", {"kind": "line", "q": line.reference}))
    assert "加密" not in sealed and line.number() not in sealed
    for bad in ("kind=nothing&q=x", "kind=claim&q=%00", "kind=finding&q=abc", "q=" + "9" * 300):
        assert client.get(f"/supervisor/history/?{bad}").status_code == 200


def test_queries_do_not_grow(tez: Cast, django_assert_max_num_queries: Any) -> None:
    approved_claims(tez, [100] * 40)
    client = signed_in(tez)
    for path in ("", "claims/", "journal/", "findings/", "batches/", "pools/"):
        with django_assert_max_num_queries(20):
            client.get(f"/supervisor/{path}")


@pytest.mark.parametrize(
    ("who", "kinds"), [("supervisor", ("identity", "phone", "account")), ("finance", ("account",))]
)
def test_a_number_in_full_for_a_reason(tez: Cast, who: str, kinds: tuple[str, ...]) -> None:
    claim = approved_claims(tez)[0]
    account = current_account(claim.person.pk)
    assert account is not None
    whole = {"identity": claim.person.number(), "phone": claim.person.phone(), "account": account.number()}
    client = signed_in(tez, who)
    here = f"/{who}/claims/{claim.pk}/"
    seen = text(client.get(here))
    assert all(number not in seen for number in whole.values() if number)
    for kind in ("identity", "phone", "account"):
        url = f"{here}reveal/{kind}/"
        assert (url in seen) == (kind in kinds)
        if kind not in kinds:
            assert client.post(url, {"reason": "核对收款账户"}).status_code == 404
            continue
        assert client.post(url, {"reason": ""}).status_code == 422
        shown = client.post(url, {"reason": "核对收款账户"})
        assert whole[kind] in text(shown) and shown["Cache-Control"] == "no-store"
    assert JournalEntry.objects.filter(verb="unmask", reason="核对收款账户").count() == len(kinds)
    stranger = Client()
    stranger.force_login(User.objects.get(pk=outsider(tez, who).user_id))
    assert stranger.post(f"{here}reveal/account/", {"reason": "核对收款账户"}).status_code in (403, 404)


def test_what_learners_said_is_read_without_their_names(tez: Cast) -> None:
    held = concluded(tez, members=2)
    first, second = members_of(held)
    with acting(actor=SYSTEM, at=AT, basis="测试"):
        for member, honest, comment in ((first, False, "另外收了五十元"), (second, True, "教得很好")):
            Rating.objects.create(
                member=member, overall=2, teaching=3, practice=3, honest=honest, comment=comment, at=AT
            )
    finding = finding_from_rating(held.pk, AT)
    assert finding is not None
    shown = text(signed_in(tez).get(f"/supervisor/findings/{finding.pk}/"))
    assert "另外收了五十元" in shown and "教得很好" not in shown and first.person.name not in shown
