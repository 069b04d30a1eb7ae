"""No index is written for nothing: each of ours begins otherwise than every other of its table."""

from __future__ import annotations

import pytest
from django.apps import apps
from django.db import connection

INDEXES = """
SELECT t.relname, i.relname, string_to_array(x.indkey::text, ' '), x.indisunique
FROM pg_index x JOIN pg_class t ON t.oid = x.indrelid JOIN pg_class i ON i.oid = x.indexrelid JOIN pg_am m ON m.oid = i.relam
WHERE t.relname = ANY(%s) AND m.amname = 'btree' AND x.indpred IS NULL AND x.indexprs IS NULL
  AND pg_get_indexdef(i.oid) NOT LIKE '%%pattern_ops%%' ORDER BY 1, 2
"""


@pytest.mark.django_db
def test_no_index_is_the_beginning_of_another() -> None:
    """A foreign key gets an index from Django by itself; where one of ours begins with it, it needs `db_index=False`."""
    ours = [m._meta.db_table for m in apps.get_models() if m.__module__.startswith("wudan.")]
    with connection.cursor() as cursor:
        cursor.execute(INDEXES, [ours])
        found = cursor.fetchall()
    assert len({table for table, *_ in found}) == len(ours)
    useless = {
        f"{table}: {one} is in {other}"
        for table, one, key, unique in found
        for table2, other, longer, _ in found
        if table == table2 and one != other and not unique and longer[: len(key)] == key
    }
    assert useless == set()
