"""办学结果 of a provider in words; what too few people stand behind is not said."""

from __future__ import annotations

from datetime import date
from typing import Any

from wudan.orders.delivery.queries.quality import Quality, Share, held, quality_of


def quality_context(provider_id: int, on: date, *, official: bool = False) -> dict[str, Any]:
    """What `shared/quality.html` prints; to officials also whether it is below a line."""
    found = quality_of(provider_id, on)
    hold = held(provider_id, on) if official else None
    return {
        "quality_rows": quality_rows(found),
        "quality_since": found.since,
        "quality_classes": found.classes,
        "quality_hold": "；".join(hold.reasons) if hold else "",
    }


def quality_rows(found: Quality) -> list[tuple[str, str]]:
    """Label and figure, with the heads behind it."""
    shares = (("结业率", found.completed), ("考核合格率", found.passed), ("培训后就业率", found.employed))
    rows = [(label, _share(share)) for label, share in shares if share is not None]
    if found.rating_tenths is not None:
        mean = f"{found.rating_tenths // 10}.{found.rating_tenths % 10}"
        rows.append(("学员评价", f"{mean}分（满分5分，{found.ratings}份）"))
    return rows


def _share(share: Share) -> str:
    return f"{share.percent}%（{share.count}/{share.total}人）"
