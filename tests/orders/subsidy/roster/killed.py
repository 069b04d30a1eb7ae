"""A worker that dies: run by test_killed.py as its own process. Arguments: database settings as JSON, roster, where to die."""

from __future__ import annotations

import json
import os
import signal
import sys
from typing import Any


def main() -> None:
    database, roster_id, place = json.loads(sys.argv[1]), int(sys.argv[2]), sys.argv[3]
    os.environ["DJANGO_SETTINGS_MODULE"] = "wudan.config.settings.test"
    import django
    from django.conf import settings

    settings.DATABASES["default"] |= database
    django.setup()

    from tests.cast import AT
    from wudan.orders.subsidy.roster import saving
    from wudan.orders.subsidy.roster.actions import save_roster

    def die_after(name: str) -> None:
        original = getattr(saving, name)

        def dying(*args: Any, **kwargs: Any) -> None:
            original(*args, **kwargs)
            os.kill(os.getpid(), signal.SIGKILL)

        setattr(saving, name, dying)

    if place:
        die_after(place)
    save_roster(roster_id=roster_id, at=AT)


if __name__ == "__main__":
    main()
