"""The main job from beginning to end: the sample roster of 500 rows, uploaded by its provider's clerk through the pages, to the
last fen in the ledger. Officials act through their actions; what the clerk sees is asked at every turn."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from tests.cast import AT, Cast, cast, valid_account
from tests.orders.payment.making import answer, lines_of
from tests.orders.subsidy.chain import PROOFS
from wudan.funds.queries import balances_now, ledger_check
from wudan.jobs.outbox import HANDLERS
from wudan.kernel.models import OutboxEvent
from wudan.orders.payment.actions.correcting import correct_and_repay
from wudan.orders.payment.actions.gathering import gather
from wudan.orders.payment.actions.returning import record_return, settle
from wudan.orders.payment.actions.sending import send, sign
from wudan.orders.payment.models import Batch
from wudan.orders.payment.queries import compare
from wudan.orders.subsidy.actions.approving import approve
from wudan.orders.subsidy.actions.batches import accept_many, pass_first_many, pass_second_many
from wudan.orders.subsidy.actions.noticing import close_due_notices, open_notice
from wudan.orders.subsidy.actions.reviewing import reject
from wudan.orders.subsidy.models import Claim, NoticeLine, Roster
from wudan.organisations.actions.organising import amend_organisation

pytestmark = pytest.mark.django_db
SAMPLE = Path(__file__).resolve().parents[2] / "samples" / "taierzhuang-500.xlsx"
PROVIDER = "台儿庄区运河职业培训学校"
AUTHORITY = "代领协议〔2020〕运河第1—500号"
NOTICED, APPROVED = AT + timedelta(days=7), AT + timedelta(days=18)
BOUNCED = (0, 7)


def url(name: str, *args: object) -> str:
    return reverse(f"provider:{name}", args=args)


@pytest.fixture
def tez(db: None, settings: Any) -> Cast:
    settings.WUDAN_CLOCK_SHIFT = AT - timezone.now()
    found = cast("370405")
    found.provider = amend_organisation(
        organisation_id=found.provider.pk, name=PROVIDER, actor=found.intake, at=AT
    )
    return found


def work() -> None:
    """What the worker does: every message waiting, oldest first."""
    for event in OutboxEvent.objects.filter(dispatched_at=None).order_by("id"):
        if event.topic in HANDLERS:
            HANDLERS[event.topic](event.payload, AT)
        OutboxEvent.objects.filter(pk=event.pk).update(dispatched_at=AT)


def upload(client: Client) -> Roster:
    file = SimpleUploadedFile(SAMPLE.name, SAMPLE.read_bytes())
    client.post(url("roster_new"), {"file": file, "authority": AUTHORITY})
    work()
    return Roster.objects.latest("id")


def test_five_hundred_rows_from_upload_to_the_last_fen(client: Client, tez: Cast) -> None:
    client.force_login(tez.user("provider_clerk"))
    roster = upload(client)
    _faults_are_seen(client, roster)
    claims = _good_rows_are_submitted(client, roster)
    _the_same_file_again_adds_nothing(client, roster)
    payable = _reviewed(tez, claims)
    _published(tez, payable)
    _approved(tez, payable)
    _paid(tez, payable)
    _the_clerk_sees_it_paid(client, roster, payable)


def _faults_are_seen(client: Client, roster: Roster) -> None:
    page = client.get(url("roster", roster.pk)).content.decode()
    assert (roster.rows_total, roster.rows_good, len(roster.faults)) == (500, 470, 30)
    assert "有30行需要修改" in page
    assert "只提交没有问题的470行" in page
    assert "共<b>30</b>处" in page
    assert client.post(url("roster_confirm", roster.pk, "all")).status_code == 409


def _good_rows_are_submitted(client: Client, roster: Roster) -> list[Claim]:
    client.post(url("roster_confirm", roster.pk, "good"))
    work()
    page = client.get(url("roster", roster.pk)).content.decode()
    assert "已提交470笔申请" in page
    listed = client.get(url("claims") + f"?roster={roster.pk}").content.decode()
    assert "共<b>470</b>笔" in listed
    claims = list(Claim.objects.filter(roster=roster).order_by("pk"))
    assert len(claims) == 470
    assert {c.authority for c in claims} == {AUTHORITY}
    return claims


def _the_same_file_again_adds_nothing(client: Client, roster: Roster) -> None:
    file = SimpleUploadedFile("换个名字.xlsx", SAMPLE.read_bytes())
    again = client.post(url("roster_new"), {"file": file, "authority": AUTHORITY})
    assert again.status_code == 422
    assert (Roster.objects.count(), Claim.objects.count()) == (1, 470)


def _reviewed(tez: Cast, claims: list[Claim]) -> list[int]:
    """受理, 初审, 复审; what the rules refuse is refused with its reason. Gives those that passed twice."""
    ids = [c.pk for c in claims]
    assert all(a.done for a in accept_many(claim_ids=ids, actor=tez.intake, at=AT))
    for claim in claims:
        if claim.outcome == "rejected":
            reject(claim_id=claim.pk, comment="按规则不符合条件", actor=tez.intake, at=AT)
    good = [c.pk for c in claims if c.outcome != "rejected" and c.amount_fen]
    proofs = {group: PROOFS.get(group, "证明材料已核验") for c in claims for group in c.groups}
    first = pass_first_many(
        claim_ids=good, actor=tez.intake, at=AT, comment="材料齐全，事实已核实", verified_groups=proofs
    )
    passed = [a.claim_id for a in first if a.done]
    assert passed == good, [a.refusal for a in first if not a.done][:3]
    assert all(a.done for a in pass_second_many(claim_ids=passed, actor=tez.reviewer, at=AT))
    return passed


def _published(tez: Cast, payable: list[int]) -> None:
    open_notice(
        district_id=tez.code, claim_ids=payable, title="2020年第11期公示", actor=tez.reviewer, at=NOTICED
    )
    assert close_due_notices(at=APPROVED) == 1


def _approved(tez: Cast, payable: list[int]) -> None:
    answers = approve(claim_ids=payable, actor=tez.reviewer2, at=APPROVED)
    assert all(a.done for a in answers), [a.refusal for a in answers if not a.done][:3]


def _batch(tez: Cast, pool_id: int, at: Any) -> Batch:
    batch = gather(district_id=tez.code, pool_id=pool_id, month=date(2020, 12, 1), actor=tez.finance, at=at)
    sign(batch_id=batch.pk, actor=tez.finance2, at=at)
    return send(batch_id=batch.pk, actor=tez.finance, at=at)


def _answered(tez: Cast, batch: Batch, at: Any, bounced: tuple[int, ...] = ()) -> None:
    content = answer(lines_of(batch), bounced=bounced)
    record_return(
        batch_id=batch.pk, file_name="银行回单.csv", content=content, final=True, actor=tez.finance, at=at
    )
    settled = settle(batch_id=batch.pk, actor=tez.finance, at=at)
    assert (settled.state, compare(batch.pk)) == ("settled", [])


def _paid(tez: Cast, payable: list[int]) -> None:
    """Each pool's batch goes out and comes back, with two lines bounced in the first; corrected, they go out again."""
    wanted = Claim.objects.filter(pk__in=payable)
    before = {p.pk: balances_now([p.pk])[p.pk] for p in tez.pools.values()}
    by_pool = {p: wanted.filter(fund=p.source).count() for p in tez.pools.values()}
    at = APPROVED + timedelta(days=1)
    for pool in [p for p, count in by_pool.items() if count]:
        _answered(tez, _batch(tez, pool.pk, at), at, BOUNCED)
        back = list(wanted.filter(state="bounced", fund=pool.source).order_by("pk"))
        assert len(back) == len(BOUNCED)
        for place, claim in enumerate(back):
            who = claim.person if claim.payee == "person" else tez.provider
            assert who is not None
            correct_and_repay(
                claim_id=claim.pk, holder=who.name, bank="中国工商银行", number=valid_account(900 + place),
                reason="本人携新银行卡到场更正", actor=tez.finance, at=at,
            )  # fmt: skip
        _answered(tez, _batch(tez, pool.pk, at + timedelta(days=1)), at + timedelta(days=1))
    assert set(wanted.values_list("state", flat=True)) == {"paid"}
    _reconciled(tez, wanted, before)


def _reconciled(tez: Cast, wanted: Any, before: dict[int, Any]) -> None:
    """Published = approved = paid, claim by claim, and the ledger says the same sum to the fen."""
    published = dict(NoticeLine.objects.filter(claim__in=wanted).values_list("claim_id", "amount_fen"))
    assert published == dict(wanted.values_list("pk", "amount_fen"))
    for pool in tez.pools.values():
        sum_fen = sum(wanted.filter(fund=pool.source).values_list("amount_fen", flat=True))
        now = balances_now([pool.pk])[pool.pk]
        assert now.paid - before[pool.pk].paid == sum_fen
        assert (now.earmarked, now.in_transit) == (0, 0)
    assert ledger_check(tez.code) == []


def _the_clerk_sees_it_paid(client: Client, roster: Roster, payable: list[int]) -> None:
    listed = client.get(url("claims") + f"?roster={roster.pk}&state=paid").content.decode()
    assert f"共<b>{len(payable)}</b>笔" in listed
    claim = client.get(url("claim", payable[0])).content.decode()
    assert "已拨付" in claim
    assert "银行付款" in claim
    assert client.get(url("home")).status_code == 200
