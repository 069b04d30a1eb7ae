"""`wudan seed`: fill an empty database with the sample districts."""

from __future__ import annotations

from datetime import datetime, time
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import connection, transaction

from wudan.config.sample.capacity import furnish, lately
from wudan.config.sample.cast import (
    ENTERPRISE_LOGIN,
    OFFICIALS,
    PASSWORD,
    PREFIX,
    PROVIDER_LOGIN,
    WORKER_LOGIN,
)
from wudan.config.sample.late import learn_late
from wudan.config.sample.listing import publish
from wudan.config.sample.schedule import present
from wudan.config.sample.setting import DISTRICTS, set_stage
from wudan.config.sample.story import SHANGHAI, TODAY, months, tell
from wudan.organisations.queries import districts

OPENED = datetime(2020, 7, 1, 9, 0, tzinfo=SHANGHAI)
LISTED = datetime(2020, 8, 1, 9, 0, tzinfo=SHANGHAI)
FURNISHED = datetime(2020, 7, 31, 9, 0, tzinfo=SHANGHAI)


class Command(BaseCommand):
    """Whole or not at all; refuses a database that has a district in it."""

    help = "装入演示数据（台儿庄区、周村区）"

    def handle(self, *args: Any, **options: Any) -> None:  # noqa: ARG002 - Django's signature
        if districts():
            raise CommandError("数据库中已有数据，演示数据只能装入空数据库。")
        with transaction.atomic():
            stages = [set_stage(code, OPENED) for code in DISTRICTS]
            furnish(stages, FURNISHED)
            for stage in stages:
                publish(stage, LISTED)
            for month in months():
                for stage in stages:
                    tell(stage, month)
            for stage in stages:
                learn_late(stage, TODAY)
                present(stage, TODAY)
            lately(stages, datetime.combine(TODAY, time(9), tzinfo=SHANGHAI))
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE")


def print_accounts() -> None:
    """The demonstration's log-ins, for whoever started it."""
    print(f"\n演示账号（密码都是 {PASSWORD}）：")
    for login in (*OFFICIALS, PROVIDER_LOGIN, ENTERPRISE_LOGIN, WORKER_LOGIN):
        names = "  ".join(f"{login.username(PREFIX[code]):14}" for code in DISTRICTS)
        print(f"  {login.role.label:　<10}{names}")
    print(f"  {'':　<10}{'  '.join(f'{DISTRICTS[code][0]:　<11}' for code in DISTRICTS)}")
