"""Chinese search (中文检索): a bigram GIN index on an immutable SQL function.

pg_trgm alone scans the table for two-character words, and most Chinese names have two or three characters. An index on
`Bigrams(...)` answers one character and more; the bigrams narrow, the caller's own comparison decides.
"""

from __future__ import annotations

from typing import Any

from django.contrib.postgres.fields import ArrayField
from django.db import models

# Also run by the kernel's migration. The array holds every character and every pair of neighbours.
BIGRAMS_SQL = r"""
CREATE OR REPLACE FUNCTION wudan_bigrams(t text) RETURNS text[] LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$
    SELECT coalesce(array_agg(DISTINCT substr(s, i, n)), '{}')
    FROM (SELECT lower(regexp_replace(t, '\s', '', 'g')) AS s) squeezed,
         generate_series(1, length(s)) AS i, (VALUES (1), (2)) AS size (n)
    WHERE i + n - 1 <= length(s)
$$
"""


class Bigrams(models.Func):
    """The array to be indexed: `GinIndex(Bigrams("name"), name=...)`."""

    function = "wudan_bigrams"

    def __init__(self, *expressions: Any, **extra: Any) -> None:
        extra.setdefault("output_field", ArrayField(models.TextField()))
        super().__init__(*expressions, **extra)


def squeezed(text: str) -> str:
    """The text as the function sees it."""
    return "".join(text.split()).lower()


def bigrams(text: str) -> list[str]:
    """What a row must contain to hold `text`: its pairs of neighbours, or its only character."""
    s = squeezed(text)
    return sorted({s[i : i + 2] for i in range(len(s) - 1)}) if len(s) > 1 else [s] * bool(s)
