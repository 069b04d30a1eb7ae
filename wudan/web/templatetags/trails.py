"""{% trail_link "class" class.pk %}: a button to the way something came, for those who may follow it; nothing for others."""

from __future__ import annotations

from typing import Any

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString

from wudan.orders.payment.trail.queries import READERS
from wudan.web.shared.trails import trail_url

register = template.Library()


@register.simple_tag(takes_context=True)
def trail_link(context: Any, kind: str, subject_id: int) -> SafeString | str:
    """In the area of the page it stands on."""
    request = context.get("request")
    actor = getattr(request, "actor", None)
    match = getattr(request, "resolver_match", None)
    if actor is None or match is None or actor.role not in READERS:
        return ""
    href = trail_url(match.namespace, kind, subject_id)
    return format_html('<a class="btn" href="{}">来龙去脉</a>', href) if href else ""
