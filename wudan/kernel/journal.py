"""Writing to the journal (操作日志) and the outbox (待办消息)."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from wudan.kernel.actor import Actor
from wudan.kernel.models import JournalEntry, OutboxEvent


def note(
    *,
    actor: Actor,
    at: datetime,
    verb: str,
    subject_kind: str,
    subject_id: object = "",
    reason: str = "",
    detail: dict[str, Any] | None = None,
) -> JournalEntry:
    """Record that the actor did something that changes no row. `detail` must hold no personal data."""
    return JournalEntry.objects.create(
        at=at,
        user_id_seen=actor.user_id,
        actor_label=actor.label,
        district_code=actor.district_id or "",
        verb=verb,
        subject_kind=subject_kind,
        subject_id=str(subject_id),
        reason=reason,
        detail=detail or {},
    )


def noted_since(since: datetime, *, district_code: str, verb: str, detail: dict[str, Any]) -> int:
    """How often the verb was noted with this detail in the district since then; looked for among the district's rows."""
    rows = JournalEntry.objects.filter(district_code=district_code, at__gte=since)
    return rows.filter(verb=verb, detail__contains=detail).count()


def tell(topic: str, *, at: datetime, **payload: Any) -> OutboxEvent:
    """Leave a message for a higher room; the worker delivers it after this transaction commits."""
    return OutboxEvent.objects.create(topic=topic, payload=payload, created_at=at)
