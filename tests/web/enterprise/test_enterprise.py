"""The same pages for an enterprise: no agreement to state, its own schemes, its own claims only."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from tests.cast import AT, Cast, outsider, valid_account, valid_identity, valid_phone
from tests.orders.payment.making import answer, approved_claims, lines_of, sent
from tests.orders.subsidy.chain import submitted
from tests.web.provider.making import checked, file
from wudan.accounts.models import User
from wudan.orders.payment.actions.recovering import open_recovery, record_recovery
from wudan.orders.payment.actions.returning import record_return
from wudan.orders.subsidy.models import Claim, Roster
from wudan.orders.subsidy.roster.actions import confirm_roster, save_roster

pytestmark = pytest.mark.django_db


def url(name: str, *args: object) -> str:
    return reverse(f"enterprise:{name}", args=args)


def test_every_page_opens(clerk: Client, tez: Cast) -> None:
    made = checked(tez, as_="enterprise")
    for address in [
        *(url(n) for n in ("home", "rosters", "roster_new", "claims", "claim_new", "about", "about_account", "about_contact")),
        url("roster", made.pk), url("claim_form", "skill_upgrade"),
    ]:  # fmt: skip
        assert clerk.get(address).status_code == 200, address


def test_a_roster_without_agreement_to_its_claims(clerk: Client, tez: Cast) -> None:
    assert "代领" not in clerk.get(url("roster_new")).content.decode()
    clerk.post(url("roster_new"), {"file": file()})
    assert Roster.objects.get().organisation_id == tez.enterprise.pk
    Roster.objects.all().update(state="discarded")
    made = checked(tez, as_="enterprise")
    confirm_roster(roster_id=made.pk, actor=tez.enterprise_clerk, at=AT)
    save_roster(roster_id=made.pk, at=AT)
    assert set(Claim.objects.values_list("applied_by", flat=True)) == {"enterprise"}
    assert "已提交3笔申请" in clerk.get(url("roster", made.pk)).content.decode()


@pytest.mark.parametrize(("fen", "stands"), [(150_000, "追回中"), (50_000, "已拨付")])
def test_money_that_has_to_go_back_is_told_with_the_way(
    clerk: Client, tez: Cast, fen: int, stands: str
) -> None:
    (claim,) = approved_claims(tez, [150_000], payee="enterprise")
    batch = sent(tez)
    record_return(batch_id=batch.pk, file_name="a", content=answer(lines_of(batch)), actor=tez.finance, at=AT)
    assert "没有退回、退票、追回或不予通过的申请" in clerk.get(url("home")).content.decode()
    asked = open_recovery(
        claim_id=claim.pk, amount_fen=fen, reason="证书已撤销", basis="决定书1号", actor=tez.reviewer, at=AT
    )
    record_recovery(
        recovery_id=asked.pk, received_on=AT.date(), amount_fen=20_000, voucher="P1", actor=tez.finance, at=AT
    )
    left = f"还要退回{(fen - 20_000) // 100:,}元"
    home = clerk.get(url("home")).content.decode()
    assert "没有退回" not in home
    assert left in home and url("claim", claim.pk) in home
    shown = clerk.get(url("claim", claim.pk)).content.decode()
    for words in (left, "证书已撤销", "附言写申请编号", "这是核定时的结果", stands):
        assert words in shown, words
    if stands == "追回中":
        assert '拨付</span><span class="visually-hidden">（已停止）' in shown


def test_a_single_application_for_an_employee(clerk: Client, tez: Cast) -> None:
    given: dict[str, Any] = {
        "name": "周小燕", "number": valid_identity(60), "phone": valid_phone(60), "bank": "中国农业银行",
        "account": valid_account(60), "certificate_type": "skill_level", "certificate_number": "S000037040520204000060",
        "certificate_issued_on": "2020-10-30", "occupation_code": "6-18-01-01", "occupation_name": "车工", "level": "4",
        "insured_months": "36", "groups": ["employee"], "do": "submit",
    }  # fmt: skip
    answer = clerk.post(url("claim_form", "skill_upgrade"), given, follow=True).content.decode()
    assert "申请已提交" in answer, answer
    assert Claim.objects.get().payee == "person"


def test_a_project_is_the_providers(clerk: Client) -> None:
    assert "项目制培训补贴" not in clerk.get(url("claim_new")).content.decode()
    assert clerk.get(url("claim_form", "project")).status_code == 404


def test_the_providers_claims_are_not_there(clerk: Client, tez: Cast) -> None:
    claim = submitted(tez)
    assert clerk.get(url("claim", claim.pk)).status_code == 404
    assert "共<b>0</b>笔" in clerk.get(url("claims")).content.decode()


@pytest.mark.parametrize("who", ["provider_clerk", "worker", "reviewer"])
def test_other_roles_are_told_whose_page_it_is(client: Client, tez: Cast, who: str) -> None:
    client.force_login(tez.user(who))
    answer = client.get(url("home"))
    assert answer.status_code == 403
    assert "企业经办人" in answer.content.decode()


def test_another_districts_enterprise_sees_its_own(client: Client, tez: Cast) -> None:
    made = checked(tez, as_="enterprise")
    client.force_login(User.objects.get(pk=outsider(tez, "enterprise").user_id))
    assert client.get(url("roster", made.pk)).status_code == 404
    assert client.get(url("home")).status_code == 200
