"""kill -9 in the middle of gathering, sending and booking a return: nothing half, the rerun completes, nobody is paid twice."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from django.db import connection

from tests.cast import AT, Cast, cast
from tests.orders.payment.making import FUND, answer, approved_claims, gathered, lines_of, sent
from wudan.funds import queries as funds
from wudan.orders.payment import queries
from wudan.orders.payment.actions.returning import record_return
from wudan.orders.payment.actions.sending import send, sign
from wudan.orders.payment.models import BankReturn, Batch, PaymentLine
from wudan.orders.subsidy.models import Claim

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]
PROJECT = Path(__file__).resolve().parents[3]


def kill_halfway(tez: Cast, verb: str, **given: Any) -> None:
    """Let another process do `verb` as finance, and kill it by SIGKILL when it is halfway."""
    arguments = json.dumps({"user_id": tez.finance.user_id, "district_id": tez.code, **given})
    command = [
        sys.executable,
        "-m",
        "tests.orders.payment.killed",
        str(connection.settings_dict["NAME"]),
        verb,
        arguments,
    ]
    with subprocess.Popen(command, cwd=PROJECT, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "READY\n"
        process.send_signal(signal.SIGKILL)
        assert process.wait(120) == -signal.SIGKILL


def standing(tez: Cast) -> tuple[int, int, int]:
    b = funds.balances_now([tez.pools[FUND].pk])[tez.pools[FUND].pk]
    return b.earmarked, b.in_transit, b.paid


def states() -> set[str]:
    return set(Claim.objects.order_by("pk").values_list("state", flat=True))


def test_gathering() -> None:
    tez = cast("370405")
    approved_claims(tez)
    kill_halfway(tez, "gather", pool_id=tez.pools[FUND].pk)
    assert states() == {"approved"} and not Batch.objects.exists() and not PaymentLine.objects.exists()
    assert gathered(tez).lines_count == 3


def test_sending() -> None:
    tez = cast("370405")
    approved_claims(tez)
    batch = gathered(tez)
    sign(batch_id=batch.pk, actor=tez.finance2, at=AT)
    kill_halfway(tez, "send", batch_id=batch.pk)
    batch.refresh_from_db()
    assert (batch.state, batch.sent_at) == ("signed", None) and standing(tez) == (450_000, 0, 0)
    send(batch_id=batch.pk, actor=tez.finance, at=AT)
    assert standing(tez) == (0, 450_000, 0)


def test_booking_a_return() -> None:
    tez = cast("370405")
    approved_claims(tez)
    batch = sent(tez)
    content = answer(lines_of(batch), bounced=[1])
    kill_halfway(tez, "record_return", batch_id=batch.pk, content=content.decode())
    assert states() == {"batched"} and {line.state for line in lines_of(batch)} == {"pending"}
    assert standing(tez) == (0, 450_000, 0) and not BankReturn.objects.exists()
    for _ in range(2):
        record_return(batch_id=batch.pk, file_name="a.csv", content=content, actor=tez.finance, at=AT)
    assert states() == {"paid", "bounced"} and standing(tez) == (100_000, 0, 350_000)
    assert BankReturn.objects.count() == 1 and queries.compare(batch.pk) == []
