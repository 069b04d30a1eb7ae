"""Workbooks (电子表格) as the house writes them: text stays text, and the same content gives the same bytes.

Left alone, XlsxWriter writes the second of the wall clock into every file, so that two files of the same rows differ.
`policy.engine.writing`, which may import no room, does the same by itself.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import IO, Any

import xlsxwriter

TIMELESS = datetime(2020, 1, 1)  # noqa: DTZ001 - a workbook's own time is UTC and says so by itself
"""The time of a file that has none of its own."""
_SAFE = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}


def new_book(file: IO[bytes], *, created: datetime | None = None, title: str = "", **options: Any) -> Any:
    """An open workbook; `created` (aware) is written into it as its time, `options` are XlsxWriter's own."""
    book = xlsxwriter.Workbook(file, {"in_memory": True, **_SAFE, **options})
    moment = created.astimezone(UTC).replace(tzinfo=None) if created else TIMELESS
    book.set_properties({"created": moment, **({"title": title} if title else {})})
    return book
