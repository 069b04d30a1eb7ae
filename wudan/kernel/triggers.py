"""Database triggers nobody can switch off from a session.

django-pgtrigger lets a session ignore any trigger by a setting; a wall must not have such a door, and its check costs time on
every row. These triggers are declared and migrated by django-pgtrigger all the same, only their SQL is without the door.
"""

from __future__ import annotations

from typing import Any

import pgtrigger
from django.db import models
from pgtrigger import compiler
from pgtrigger import migrations as operations


class WallSql(compiler.UpsertTriggerSql):
    """The SQL of a wall, as migrations store it."""

    def get_template(self) -> str:
        return """
            CREATE OR REPLACE FUNCTION {pgid}() RETURNS TRIGGER AS $$
                BEGIN
                    {func}
                END;
            $$ LANGUAGE plpgsql;

            DROP TRIGGER IF EXISTS {pgid} ON {table};
            CREATE {constraint} TRIGGER {pgid} {when} {operation} ON {table} {timing}
                FOR EACH {level} {condition} EXECUTE PROCEDURE {execute};

            COMMENT ON TRIGGER {pgid} ON {table} IS '{hash}';
        """


class Wall(pgtrigger.Trigger):
    """A trigger that holds for every session. Use it instead of `pgtrigger.Trigger`."""

    def compile(self, model: models.Model) -> compiler.Trigger:
        return compiler.Trigger(
            name=self.name,
            sql=WallSql(
                pgid=self.get_pgid(model),
                func=self.render_func(model),
                table=model._meta.db_table,
                constraint="CONSTRAINT" if self.timing else "",
                when=self.when,
                operation=self.operation,
                timing=f"DEFERRABLE INITIALLY {self.timing}" if self.timing else "",
                level=self.level,
                condition=self.render_condition(model),
                execute=self.render_execute(model),
            ),
        )


def lighten_migrations() -> None:
    """A trigger changes nothing of a model's fields or relations, so migrations need not build the model and all its neighbours
    anew for each; that took a quarter of the time of migrating an empty database. What is written is the same."""

    def add(self: Any, app_label: str, state: Any) -> None:
        options = state.models[app_label, self.model_name].options
        options["triggers"] = [*options.get("triggers", []), self.trigger]

    def remove(self: Any, app_label: str, state: Any) -> None:
        options = state.models[app_label, self.model_name].options
        options["triggers"] = [kept for kept in options.get("triggers", []) if kept.name != self.name]

    operations.AddTrigger.state_forwards = add  # type: ignore[method-assign]
    operations.RemoveTrigger.state_forwards = remove  # type: ignore[method-assign]
