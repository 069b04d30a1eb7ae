"""Identity documents (证件): which kinds there are, and what each number says. One number is one person."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date

from wudan.kernel.identifiers import parse_identity

_PASSPORT = re.compile(r"[A-Z0-9]{5,20}")
_OLD_FOREIGN_PERMIT = re.compile(r"[A-Z]{3}\d{12}")
_HMT_AREAS = ("81", "82", "83")  # 港澳台居民居住证: the permit's own codes, not an area to be looked up


@dataclass(frozen=True, slots=True)
class Document:
    """A well-formed number of a kind of document. A passport says neither birth date nor sex."""

    kind: str
    number: str
    born_on: date | None = None
    sex: str = ""


def read_document(kind: str, number: str) -> Document:
    """Read a number. Raises ValueError with a sentence for the person who typed it.

    18-digit numbers all follow GB 11643, so the number itself tells an identity card from a residence permit; a wrongly
    chosen kind is put right rather than registering the same person twice.
    """
    number = number.strip().upper()
    if kind == "passport":
        if not _PASSPORT.fullmatch(number):
            raise ValueError("护照号码应为5至20位字母和数字")
        return Document(kind, number)
    if kind == "foreign_permit" and _OLD_FOREIGN_PERMIT.fullmatch(number):
        return Document(kind, number)
    identity = parse_identity(number)
    return Document(_kind_of(identity.number), identity.number, identity.born_on, identity.sex)


def _kind_of(number: str) -> str:
    if number.startswith(_HMT_AREAS):
        return "hmt_permit"
    return "foreign_permit" if number.startswith("9") else "identity"
