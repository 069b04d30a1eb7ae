"""States of a finding (疑点)."""

from __future__ import annotations

from wudan.kernel.roles import Role
from wudan.kernel.states import Move, StateTable

FINDING = StateTable(
    name="finding",
    label="疑点",
    states={"open": "待核实", "closed": "已处理"},
    initial=("open",),
    moves=(Move("close", ("open",), "closed", (Role.SUPERVISOR,), "办结"),),
)
