"""History (留痕): the database writes who, when, on what legal basis and what changed, or refuses the write.

`acting` opens the only kind of transaction in which a recorded table may be written. Every action begins with it.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime

import pgtrigger
from django.db import DatabaseError, connection, transaction

from wudan.kernel.actor import Actor
from wudan.kernel.errors import Refusal, Refused
from wudan.kernel.triggers import Wall
from wudan.kernel.walls import refusal_for

_SET = """SELECT set_config('wudan.actor', %s, true), set_config('wudan.basis', %s, true), set_config('wudan.at', %s, true)"""
_EARLIER = ", ".join(f"current_setting('wudan.{name}', true) AS {name}" for name in ("actor", "basis", "at"))
_TAKE_OVER = f"WITH earlier AS MATERIALIZED (SELECT {_EARLIER}) {_SET}, earlier.* FROM earlier"  # noqa: S608 - constants

_RECORD = """
    IF coalesce(current_setting('wudan.actor', true), '') = '' OR coalesce(current_setting('wudan.basis', true), '') = '' THEN
        RAISE EXCEPTION 'wudan-history: 未说明经办人和依据，不能写入 %', TG_TABLE_NAME
            USING ERRCODE = 'raise_exception';
    END IF;
    DECLARE
        was jsonb := CASE WHEN TG_OP <> 'INSERT' THEN to_jsonb(OLD) END;
        changes jsonb := '{{}}';
        key text;
    BEGIN
        IF TG_OP = 'DELETE' THEN
            changes := was;
            key := OLD.{meta.pk.column}::text;
        ELSE
            key := NEW.{meta.pk.column}::text;
        END IF;
        IF TG_OP = 'UPDATE' THEN  -- looked up by key: a join of both sides costs more than the whole write
            SELECT coalesce(jsonb_object_agg(n.key, jsonb_build_array(was -> n.key, n.value)), '{{}}') INTO changes
            FROM jsonb_each(to_jsonb(NEW)) n WHERE n.value IS DISTINCT FROM was -> n.key;
        END IF;
        INSERT INTO kernel_history (table_name, row_id, operation, actor, basis, acted_at, written_at, changes)
        VALUES (TG_TABLE_NAME, key, TG_OP,
                current_setting('wudan.actor')::jsonb,
                current_setting('wudan.basis'),
                current_setting('wudan.at')::timestamptz,
                clock_timestamp(), changes);
    END;
    RETURN NULL;
"""


def recorded(name: str) -> Wall:
    """The trigger of a recorded table; `name` is its own name, unique in the model."""
    return Wall(
        name=f"{name}_history",
        when=pgtrigger.After,
        operation=pgtrigger.Insert | pgtrigger.Update | pgtrigger.Delete,
        func=pgtrigger.Func(_RECORD),  # type: ignore[no-untyped-call]
    )


@contextmanager
def acting(*, actor: Actor, at: datetime, basis: str) -> Iterator[None]:
    """One transaction, known to the database as `actor` acting at `at` on `basis` (a clause, or the rule of the house).

    A violated named constraint comes out as `Refused` with the sentence that stands beside it in the model.
    """
    who = json.dumps({"user": actor.user_id, "role": actor.role, "label": actor.label}, ensure_ascii=False)
    try:
        outermost = not connection.in_atomic_block  # what is set for a transaction begins and ends with it
        with transaction.atomic():
            inner: tuple[str, ...] = (who, basis, at.isoformat())
            outer: tuple[str, ...] = ("", "", "")
            with connection.cursor() as cursor:
                cursor.execute(_SET if outermost else _TAKE_OVER, inner)
                if not outermost:
                    outer = tuple(value or "" for value in cursor.fetchone()[3:])
            yield
            if (
                inner != outer and not outermost
            ):  # an inner action must not leave its name behind in the outer one
                with connection.cursor() as cursor:
                    cursor.execute(_SET, outer)
    except DatabaseError as error:
        refusal: Refusal | None = refusal_for(error)
        if refusal is None:
            raise
        raise Refused(refusal) from error
