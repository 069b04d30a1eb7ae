"""Sign-in codes (签到码): pure. A code names its session, its room and its time step, signed with the session's own secret.

HMAC-SM3 over session, step and room: whoever has the secret can say later whether a code was ours and when it was shown,
without having been asked at the time. That is what makes signing in without a network possible.
"""

from __future__ import annotations

import hmac
import re
import secrets
from base64 import urlsafe_b64encode
from dataclasses import dataclass
from datetime import UTC, datetime

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.hmac import HMAC

DIGITS = 6
_MAC_BYTES = 15  # 120 bits in 20 characters
_CODE = re.compile(r"([0-9a-z]{1,13})\.([0-9a-z]{1,13})\.([A-Za-z0-9_-]{20})", re.ASCII)
_LETTERS = "0123456789abcdefghijklmnopqrstuvwxyz"


@dataclass(frozen=True, slots=True)
class Code:
    """What a code says. Nothing of it is true until `genuine` says so."""

    session_id: int
    step: int
    mac: str


def new_secret() -> bytes:
    return secrets.token_bytes(32)


def step_at(at: datetime, seconds: int) -> int:
    """The number of the time step on the screen at that moment."""
    return int(at.timestamp()) // seconds


def shown_from(step: int, seconds: int) -> datetime:
    """When the code of this step came onto the screen."""
    return datetime.fromtimestamp(step * seconds, UTC)


def make(secret: bytes, session_id: int, step: int, room: str) -> str:
    """The code as the QR picture carries it."""
    return f"{_short(session_id)}.{_short(step)}.{_mac_of(secret, session_id, step, room)}"


def read(text: str) -> Code | None:
    """The code, taken apart; None where it does not look like one."""
    found = _CODE.fullmatch(text.strip())
    return Code(int(found[1], 36), int(found[2], 36), found[3]) if found else None


def genuine(secret: bytes, code: Code, room: str) -> bool:
    """Whether this session's screen showed this code in this room at that step."""
    return hmac.compare_digest(_mac_of(secret, code.session_id, code.step, room), code.mac)


def digits(secret: bytes, session_id: int, step: int, room: str) -> str:
    """The same code in short, for typing. Six digits can be guessed: who takes them limits the tries."""
    return _digits(_sign(secret, f"digits|{session_id}|{step}|{room}"))


def pin(secret: bytes, session_id: int, member_id: int) -> str:
    """One learner's PIN (口令) for one session."""
    return _digits(_sign(secret, f"pin|{session_id}|{member_id}"))


def same(a: str, b: str) -> bool:
    return hmac.compare_digest(a.encode(), b.encode())


def _mac_of(secret: bytes, session_id: int, step: int, room: str) -> str:
    return urlsafe_b64encode(_sign(secret, f"code|{session_id}|{step}|{room}")[:_MAC_BYTES]).decode()


def _digits(signed: bytes) -> str:
    return f"{int.from_bytes(signed[:8], 'big') % 10**DIGITS:0{DIGITS}d}"


def _sign(secret: bytes, text: str) -> bytes:
    mac = HMAC(secret, hashes.SM3())
    mac.update(text.encode())
    return mac.finalize()


def _short(number: int) -> str:
    out = ""
    while True:
        number, digit = divmod(number, 36)
        out = _LETTERS[digit] + out
        if not number:
            return out
