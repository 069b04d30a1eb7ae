"""没有收到, 要求退回 and the check of a certificate, as each of those concerned sees them: wide and on a small phone, no axe
violations, nothing too wide, nothing blocked."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from django.conf import settings as django_settings
from django.test import Client
from django.utils import timezone

from tests.cast import AT, Cast, cast, make_actor
from tests.harness.pages import PHONE, WIDE, faults_at
from tests.orders.delivery.finishing import after, concluded
from tests.orders.payment.making import answer, approved_claims, forge, lines_of, sent
from wudan.accounts.models import User
from wudan.kernel.roles import Role
from wudan.orders.delivery.actions.certifying import issue_certificates
from wudan.orders.payment.actions.inquiring import answer_inquiry, say_received
from wudan.orders.payment.actions.recovering import open_recovery
from wudan.orders.payment.actions.returning import record_return

if TYPE_CHECKING:
    from playwright.sync_api import Page


@pytest.fixture(autouse=True)
def _on_the_day(settings: Any) -> None:
    settings.WUDAN_CLOCK_SHIFT = AT - timezone.now()


def stage(tez: Cast) -> list[tuple[User, str]]:
    """Who looks, at which page."""
    asked, told, back = approved_claims(tez, [150_000, 100_000, 80_000])
    (ours,) = approved_claims(tez, [70_000], payee="enterprise")
    batch = sent(tez)
    record_return(batch_id=batch.pk, file_name="a", content=answer(lines_of(batch)), actor=tez.finance, at=AT)
    workers = {c.pk: make_actor(Role.WORKER, person=c.person) for c in (asked, told, back)}
    found = {}
    for claim in (asked, told):
        made = say_received(claim_id=claim.pk, received=False, actor=workers[claim.pk], at=AT)
        assert made is not None
        found[claim.pk] = made.pk
    answer_inquiry(
        inquiry_id=found[told.pk], arrived=True, voucher="LS20201116000123456789", finding="已于11月13日入账",
        actor=tez.finance, at=AT,
    )  # fmt: skip
    for claim in (back, ours):
        open_recovery(
            claim_id=claim.pk,
            amount_fen=50_000,
            reason="证书已撤销",
            basis="决定书1号",
            actor=tez.reviewer,
            at=AT,
        )
    forge("UPDATE people_person SET assurance = 'none' WHERE id = %s", back.person_id)
    held = concluded(tez, members=1, persons=[tez.person])
    issue_certificates(class_id=held.pk, actor=tez.reviewer, at=after(held, 3))
    finance, clerk = tez.user("finance"), tez.user("enterprise_clerk")
    mine = {pk: User.objects.get(pk=actor.user_id) for pk, actor in workers.items()}
    return [
        (finance, "/finance/"),
        (finance, "/finance/inquiries/"),
        (finance, f"/finance/inquiries/{found[asked.pk]}/"),
        (finance, f"/finance/claims/{told.pk}/"),
        (clerk, "/enterprise/"),
        (clerk, f"/enterprise/claims/{ours.pk}/"),
        *((mine[c.pk], f"/my/claims/{c.pk}/") for c in (asked, told, back)),
        (mine[back.pk], "/my/"),
        (mine[back.pk], "/my/me/account/"),
        (tez.user("worker"), "/my/certificates/"),
        (tez.user("worker"), f"/d/{tez.code}/verify/"),
    ]


def test_every_page_fits_and_is_accessible(page: Page, live_server: Any) -> None:
    complaints: list[str] = []
    page.on("console", lambda m: complaints.append(m.text) if "Content Security" in m.text else None)
    for who, address in stage(cast("370405")):
        client = Client()
        client.force_login(who)
        cookie = client.cookies[django_settings.SESSION_COOKIE_NAME]
        page.context.add_cookies([{"name": cookie.key, "value": cookie.value, "url": live_server.url}])
        page.goto(live_server.url + address)
        page.evaluate("document.querySelectorAll('.l-fold').forEach(one => one.open = true)")
        complaints += [f"{address}: {fault}" for fault in faults_at(page, WIDE, PHONE)]
    assert not complaints, "\n".join(complaints)
