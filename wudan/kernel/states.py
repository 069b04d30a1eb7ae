"""A state machine is one table (状态表): verb → from, to, who, Chinese label.

The action asks it, a database trigger generated from it refuses any other move, and the docs' diagram is drawn from it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import pgtrigger

from wudan.kernel.errors import refuse
from wudan.kernel.roles import Role
from wudan.kernel.triggers import Wall


@dataclass(frozen=True, slots=True)
class Move:
    """One verb: from any of `sources` to `target`, by any of `who`; `label` is the word on the button."""

    verb: str
    sources: tuple[str, ...]
    target: str
    who: tuple[Role, ...]
    label: str


@dataclass(frozen=True)
class StateTable:
    """All states (code → Chinese label), where rows may begin, and every permitted move."""

    name: str
    label: str
    states: Mapping[str, str]
    initial: tuple[str, ...]
    moves: tuple[Move, ...]

    def __post_init__(self) -> None:
        verbs = [m.verb for m in self.moves]
        unknown = {s for m in self.moves for s in (*m.sources, m.target)} | set(self.initial)
        if len(set(verbs)) != len(verbs) or not unknown <= set(self.states):
            raise ValueError(f"{self.name}: a verb occurs twice, or a move names a state that does not exist")

    def move(self, verb: str) -> Move:
        return next(m for m in self.moves if m.verb == verb)

    def check(self, verb: str, state: str) -> str:
        """The state after `verb`. Refuses where the table has no such move."""
        move = self.move(verb)
        if state not in move.sources:
            wanted = "、".join(f"“{self.states[s]}”" for s in move.sources)
            refuse(
                "wrong-state",
                f"{self.label}现处于“{self.states[state]}”，不能“{move.label}”。",
                remedy=f"只有处于{wanted}时才能办理，请刷新页面查看最新状态。",
            )
        return move.target

    def choices(self) -> list[tuple[str, str]]:
        return list(self.states.items())

    def allowed(self, state: str, role: Role) -> tuple[Move, ...]:
        """What this role may do from here: the buttons to show."""
        return tuple(m for m in self.moves if state in m.sources and role in m.who)

    def trigger(self, column: str = "state") -> Wall:
        """The wall: inserts begin at an initial state, updates follow a move; also for raw SQL."""
        pairs = sorted({(s, m.target) for m in self.moves for s in m.sources})
        listed = ", ".join(f"('{a}', '{b}')" for a, b in pairs)
        first = ", ".join(f"'{s}'" for s in self.initial)
        func = f"""
            IF TG_OP = 'INSERT' THEN
                IF NEW.{column} NOT IN ({first}) THEN
                    RAISE EXCEPTION 'wudan-state: {self.label}不能以状态“%”新建', NEW.{column}
                        USING ERRCODE = 'check_violation', CONSTRAINT = '{self.name}_state_table';
                END IF;
            ELSIF NEW.{column} IS DISTINCT FROM OLD.{column}
                AND (OLD.{column}, NEW.{column}) NOT IN ({listed}) THEN
                RAISE EXCEPTION 'wudan-state: {self.label}不能由“%”变为“%”', OLD.{column}, NEW.{column}
                    USING ERRCODE = 'check_violation', CONSTRAINT = '{self.name}_state_table';
            END IF;
            RETURN NEW;
        """
        return Wall(
            name=f"{self.name}_states",
            when=pgtrigger.Before,
            operation=pgtrigger.Insert | pgtrigger.Update,
            func=func,
        )

    def mermaid(self) -> str:
        """The diagram of docs/chain.md."""
        lines = ["stateDiagram-v2"]
        lines += [f"    {code}: {label}" for code, label in self.states.items()]
        lines += [f"    [*] --> {s}" for s in self.initial]
        lines += [f"    {s} --> {m.target}: {m.label}" for m in self.moves for s in m.sources]
        return "\n".join(lines)
