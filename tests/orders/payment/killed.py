"""A process to be killed (run by test_kill.py): it does an action, and halfway says READY and waits for its end.

python -m tests.orders.payment.killed DATABASE ACTION ARGUMENTS-AS-JSON
"""

from __future__ import annotations

import json
import os
import sys
import time
from typing import Any

import django


def main() -> None:
    database, verb, given = sys.argv[1], sys.argv[2], json.loads(sys.argv[3])
    os.environ["DJANGO_SETTINGS_MODULE"] = "wudan.config.settings.test"
    django.setup()
    from django.db import connection

    connection.settings_dict["NAME"] = database
    from tests.cast import AT
    from wudan.kernel.actor import Actor
    from wudan.kernel.roles import Role
    from wudan.orders.payment.actions import gathering, returning, sending

    actor = Actor(given.pop("user_id"), Role.FINANCE, "财务", given["district_id"])
    # Each waits after some of its writes and before others: the worst moment.
    if verb == "gather":
        halfway(gathering, "compare")
        from tests.orders.payment.making import MONTH

        gathering.gather(month=MONTH, actor=actor, at=AT, **given)
    elif verb == "send":
        halfway(sending, "send_to_bank")
        sending.send(batch_id=given["batch_id"], actor=actor, at=AT)
    else:
        halfway(returning, "settle_paid")
        content = given["content"].encode()
        returning.record_return(
            batch_id=given["batch_id"], file_name="a.csv", content=content, actor=actor, at=AT
        )


def halfway(module: Any, name: str) -> None:
    """Replace a step of the action by the step, a word to the parent, and a long wait with the transaction open."""
    step = getattr(module, name)

    def waiting(*args: Any, **kwargs: Any) -> None:
        step(*args, **kwargs)
        sys.stdout.write("READY\n")
        sys.stdout.flush()
        time.sleep(120)

    setattr(module, name, waiting)


if __name__ == "__main__":
    main()
