"""Names of occupations as people look for them: squeezed, with pinyin and initials."""

from __future__ import annotations

import re
from collections.abc import Iterable

from pypinyin import lazy_pinyin

from wudan.kernel.search import squeezed

_PARTS = re.compile(r"[\s、，,；;/]+")


def plain(name: str) -> str:
    """One way of writing: no spaces, full-width brackets."""
    return "".join(name.split()).replace("(", "（").replace(")", "）")


def parts(text: str) -> list[str]:
    """电焊 电焊工、焊接 → the words, each once, in their order."""
    return list(dict.fromkeys(part for part in _PARTS.split(text.strip()) if part))


def pinyin(name: str) -> tuple[str, str]:
    """("hangong", "hg") for 焊工."""
    words = [w for s in lazy_pinyin(name) for w in re.findall(r"[a-zü0-9]+", s.lower())]
    return "".join(words), "".join(word[0] for word in words)


def searched(name: str, code: str, aliases: Iterable[str]) -> str:
    """What the search index holds; parts are kept apart so that no match runs over two of them."""
    held = [name, code, *aliases]
    for word in (name, *aliases):
        held += pinyin(word)
    return "|".join(dict.fromkeys(squeezed(part) for part in held if part))
