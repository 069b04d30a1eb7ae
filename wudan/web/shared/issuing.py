"""Who signs credentials: this site, with a key that comes from the house's own secret."""

from __future__ import annotations

from django.conf import settings
from django.http import HttpRequest

from wudan.orders.delivery.credentials import Issuer, seed_from


def issuer(request: HttpRequest, name: str = "五单职业技能培训平台") -> Issuer:
    """The issuer at the address the request came to; `name` is the body that issued the certificate."""
    return Issuer(f"{request.scheme}://{request.get_host()}", name, seed_from(settings.WUDAN_DATA_KEY))
