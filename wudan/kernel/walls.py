"""The walls: append-only tables, and the sentence a person reads when a named constraint is hit."""

from __future__ import annotations

from functools import lru_cache

import pgtrigger
import psycopg.errors
from django.apps import apps
from django.db import Error

from wudan.kernel.errors import Refusal
from wudan.kernel.triggers import Wall


def append_only(name: str, what: str) -> list[Wall]:
    """No update, delete or truncate; `what` is the Chinese name of the rows. A correction is a new row."""
    func = f"RAISE EXCEPTION 'wudan-append-only: {what}只能新增，不能修改或删除' USING ERRCODE = 'raise_exception';"
    return [
        Wall(
            name=f"{name}_append_only",
            when=pgtrigger.Before,
            operation=pgtrigger.Update | pgtrigger.Delete,
            func=func,
        ),
        no_truncate(name, what),
    ]


def no_truncate(name: str, what: str) -> Wall:
    return Wall(
        name=f"{name}_no_truncate",
        level=pgtrigger.Statement,
        when=pgtrigger.Before,
        operation=pgtrigger.Truncate,
        func=f"RAISE EXCEPTION 'wudan-append-only: {what}不能整表清空' USING ERRCODE = 'raise_exception';",
    )


@lru_cache(maxsize=1)
def _sentences() -> dict[str, str]:
    """Constraint name → the sentence in its model. `code` beside it, where given, is the refusal's code."""
    return {
        c.name: str(c.violation_error_message)
        for model in apps.get_models()
        for c in model._meta.constraints
        if c.violation_error_message
    }


def refusal_for(error: Error) -> Refusal | None:
    """The refusal for a database error that means "no", or None where it means a fault of ours."""
    cause = error.__cause__
    diag = getattr(cause, "diag", None)
    name = getattr(diag, "constraint_name", None)
    message = str(getattr(diag, "message_primary", "") or "")
    if name and (sentence := _sentences().get(name)):
        return Refusal(name, f"{sentence}。", remedy="请刷新页面，查看最新情况。")
    if name and name.endswith("_state_table"):
        return Refusal(
            "wrong-state", "这条记录的状态刚刚被他人改变，本次操作没有生效。", remedy="请刷新页面后再办理。"
        )
    if isinstance(
        cause, psycopg.errors.DeadlockDetected
    ):  # e.g. two overlapping rows under one exclusion constraint
        return Refusal(
            "busy", "有人同时在办理同一项业务，您这次操作没有生效。", remedy="请刷新页面，再办理一次。"
        )
    if message.startswith(("wudan-append-only:", "wudan-ledger:", "wudan-duty:")):
        return Refusal(message.split(":")[0], message.split(":", 1)[1].strip() + "。")
    return None
