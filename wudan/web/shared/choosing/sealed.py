"""What was looked at, carried sealed through the page to the button: nobody reads or changes it, and nothing is kept on the way."""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Sequence
from datetime import datetime, timedelta

from wudan.kernel.actor import Actor
from wudan.kernel.crypto import Unsealable, seal, unseal
from wudan.kernel.errors import refuse
from wudan.orders.enrolment.actions.rosters import RosterRow
from wudan.people.rows import PersonRow

_PURPOSE = "enrolment-roster"
GOOD_FOR = timedelta(hours=4)


def sealed(rows: Sequence[RosterRow], offer_id: int, actor: Actor, at: datetime) -> str:
    """For this user and this offer, for some hours."""
    said = {
        "offer": offer_id,
        "user": actor.user_id,
        "at": at.isoformat(),
        "rows": [
            [r.row, r.person_id, *((r.person.number, r.person.name, r.person.phone) if r.person else ())]
            for r in rows
        ],
    }
    return base64.urlsafe_b64encode(seal(json.dumps(said, ensure_ascii=False), _PURPOSE)).decode()


def unsealed(token: str, offer_id: int, actor: Actor, at: datetime) -> list[RosterRow]:
    """Refuses: stale-roster, where it is another's, another offer's, too old or no roster at all."""
    try:
        said = json.loads(unseal(base64.urlsafe_b64decode(token.encode()), _PURPOSE))
    except (Unsealable, binascii.Error, ValueError):
        said = {}
    fresh = bool(said) and timedelta(0) <= at - datetime.fromisoformat(said["at"]) <= GOOD_FOR
    if not fresh or said["offer"] != offer_id or said["user"] != actor.user_id:
        refuse(
            "stale-roster", "这份名册的核对结果已经失效。", remedy="请重新上传名册或重新勾选。", status=422
        )
    return [
        RosterRow(row, PersonRow("identity", *person) if person else None, person_id)
        for row, person_id, *person in said["rows"]
    ]
