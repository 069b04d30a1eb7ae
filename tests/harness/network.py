"""No test reaches beyond this machine."""

from __future__ import annotations

import ipaddress
import sys
from typing import Any


class ReachedOut(AssertionError):
    pass


def keep_inside() -> None:
    """An audit hook sees every socket Python opens, whichever library asks; it cannot be taken down again."""
    sys.addaudithook(_hook)


def _hook(event: str, arguments: tuple[Any, ...]) -> None:
    if event == "socket.connect" and isinstance(arguments[1], tuple):
        _check(arguments[1][0])
    elif event == "socket.getaddrinfo":
        _check(arguments[0])


def _check(host: object) -> None:
    text = host.decode() if isinstance(host, bytes) else str(host or "localhost")
    try:
        inside = ipaddress.ip_address(text).is_loopback or ipaddress.ip_address(text).is_unspecified
    except ValueError:
        inside = text in {"localhost", "testserver"}
    if not inside:
        raise ReachedOut(f"a test tried to reach {text}")
