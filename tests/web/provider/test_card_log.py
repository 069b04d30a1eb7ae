"""导入刷卡机记录 on the provider's page: all rows or none, and the faults beside what to do."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone

from tests.cast import cast
from tests.chain_cast import running_class
from tests.orders.delivery.test_cardlog import log
from wudan.orders.delivery.models import Attendance

pytestmark = pytest.mark.django_db


def test_a_log_is_loaded_or_told_row_by_row(client: Client, settings: Any) -> None:
    tez = cast()
    held = running_class(tez, members=2)
    good, end = log(held)
    bad, _ = log(held, who=["370405"])
    settings.WUDAN_CLOCK_SHIFT = end + timedelta(hours=1) - timezone.now()
    client.force_login(tez.user("provider_clerk"))
    url = f"/provider/attendance/{held.pk}/card-log/"
    assert client.get(url).status_code == 200
    told = client.post(url, {"file": SimpleUploadedFile("log.csv", bad)})
    assert told.status_code == 422 and "没有记任何一次签到" in told.content.decode()
    assert client.post(url, {"file": SimpleUploadedFile("log.csv", good)}).status_code == 302
    assert Attendance.objects.filter(state="present", method="card").count() == 2
    assert "导入刷卡机记录" in client.get(f"/provider/attendance/{held.pk}/").content.decode()
