"""Files handed out with Chinese names."""

from __future__ import annotations

from urllib.parse import quote

from django.http import HttpResponse


def attachment(content: bytes, name: str, kind: str) -> HttpResponse:
    """A file to keep, never shown in the browser nor held in a cache."""
    response = HttpResponse(content, content_type=kind)
    response["Content-Disposition"] = f"attachment; filename*=UTF-8''{quote(name)}"
    response["Cache-Control"] = "private, no-store"
    return response


def bare_name(name: str) -> str:
    """A file's name without its ending."""
    return name.rsplit(".", 1)[0] or name
