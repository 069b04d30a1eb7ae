"""Deployment checks (`wudan manage check --deploy --database default`)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.core import checks
from django.db import DatabaseError, connections

_OWNED = """SELECT count(*) FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
            WHERE c.relkind IN ('r', 'p') AND n.nspname NOT IN ('pg_catalog', 'information_schema')
              AND pg_has_role(current_user, c.relowner, 'USAGE')"""


@checks.register("database", deploy=True)
def owns_no_tables(databases: Sequence[str] | None = None, **_kwargs: Any) -> list[checks.CheckMessage]:
    """The owner of a table can drop its triggers: then history and ledger hold only by good will."""
    found: list[checks.CheckMessage] = []
    for alias in databases or ():
        try:
            with connections[alias].cursor() as cursor:
                cursor.execute(_OWNED)
                owned = cursor.fetchone()
        except DatabaseError:
            continue  # the database check itself reports this
        if owned and owned[0]:
            found.append(
                checks.Warning(
                    f"网站使用的数据库账号拥有 {owned[0]} 张表，可以绕过留痕和账本的保护。",
                    hint="网站与后台任务用 wudan_app（不拥有任何表），升级结构时用 wudan_owner，见 deploy/roles.sql。",
                    id="wudan.W001",
                )
            )
    return found
