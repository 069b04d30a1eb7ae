"""Every address that exists, read as everybody there is: nothing writes, nothing breaks.

Addresses with arguments are read with the cast's district and with values that nobody has.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.conf import settings
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, resolve

from tests import cast
from wudan.config.middleware import WITHOUT_DATABASE
from wudan.kernel.roles import Role

WHO = (
    "nobody",
    "intake",
    "reviewer",
    "finance",
    "policy",
    "supervisor",
    "town",
    "system",
    "provider_clerk",
    "enterprise_clerk",
    "worker",
)
NOBODYS = {
    "int": 999_999,
    "str": "none",
    "slug": "none",
    "uuid": "00000000-0000-0000-0000-000000000000",
    "path": "none",
}


def addresses(resolver: Any = None, before: str = "") -> Iterator[tuple[str, dict[str, str]]]:
    """The path of each pattern with `{name}` for its arguments, and the kind of each argument."""
    for entry in (resolver or get_resolver()).url_patterns:
        if isinstance(entry, URLResolver):
            yield from addresses(entry, before + str(entry.pattern))
        elif (
            isinstance(entry, URLPattern)
            and "(?P" not in str(entry.pattern)
            and "^" not in str(entry.pattern)
        ):
            path, kinds = "/" + before + str(entry.pattern), {}
            for name, converter in entry.pattern.converters.items():
                kind = type(converter).__name__.removesuffix("Converter").lower()
                kinds[name] = {"string": "str"}.get(kind, kind)
                path = path.replace(f"<{kinds[name]}:{name}>", f"{{{name}}}").replace(
                    f"<{name}>", f"{{{name}}}"
                )
            yield path, kinds


def gate(path: str) -> frozenset[Role]:
    """The roles that reach the page; none where everybody does. `for_roles` leaves them on the view it guards."""
    return frozenset(getattr(resolve(path).func, "roles", ()))


@pytest.mark.django_db
@pytest.mark.parametrize("who", WHO)
def test_no_address_writes_when_read(client: Client, who: str):
    """Whom the gate turns away never reaches the page, so one of the addresses behind the same gate is enough for them."""
    here = cast.cast()
    role = None if who == "nobody" else getattr(here, who).role
    if role:
        client.force_login(here.user(who))
    turned_away: set[frozenset[Role]] = set()
    read = 0
    for path, kinds in addresses():
        nobodys = path.format(**{name: NOBODYS[kind] for name, kind in kinds.items()})
        known = path.format(**{name: here.code if name == "code" else NOBODYS[kinds[name]] for name in kinds})
        for address in sorted({nobodys, known}):
            roles = gate(address)
            outside = bool(roles) and role not in roles
            if outside and roles in turned_away:
                continue
            answer = client.get(address)  # an exception, such as the database's refusal, comes out here
            assert answer.status_code < 500, address
            if outside and answer.status_code != 405:  # 405: an address for sending only
                assert answer.status_code == (403 if role else 302), address
                turned_away.add(roles)
            if answer.streaming:
                b"".join(answer)
            read += 1
    assert read > 20


def test_the_wall_is_the_last_middleware():
    assert settings.MIDDLEWARE[-1] == "wudan.config.middleware.ReadOnlyGet"


def test_only_the_monitors_addresses_go_around_it():
    assert {"/healthz", "/readyz", "/metrics"} == WITHOUT_DATABASE
