"""States of a trial run (试算)."""

from __future__ import annotations

from wudan.kernel.roles import Role
from wudan.kernel.states import Move, StateTable

RUN = StateTable(
    name="run",
    label="试算",
    states={"waiting": "排队中", "running": "正在试算", "done": "已完成", "failed": "未能完成"},
    initial=("waiting",),
    moves=(
        Move("begin", ("waiting",), "running", (Role.SYSTEM,), "开始试算"),
        Move("finish", ("running",), "done", (Role.SYSTEM,), "试算完成"),
        Move("fail", ("waiting", "running"), "failed", (Role.SYSTEM,), "未能完成"),
    ),
)
