"""States of a draft of a rulebook (政策草案)."""

from __future__ import annotations

from wudan.kernel.roles import Role
from wudan.kernel.states import Move, StateTable

DRAFT = StateTable(
    name="draft",
    label="草案",
    states={
        "drafting": "起草中",
        "proposed": "待批准",
        "approved": "已发布",
        "dropped": "已放弃",
    },
    initial=("drafting",),
    moves=(
        Move("propose", ("drafting",), "proposed", (Role.POLICY,), "提请批准"),
        Move("take_back", ("proposed",), "drafting", (Role.POLICY,), "收回修改"),
        Move("send_back", ("proposed",), "drafting", (Role.POLICY,), "退回修改"),
        Move("approve", ("proposed",), "approved", (Role.POLICY,), "批准发布"),
        Move("drop", ("drafting",), "dropped", (Role.POLICY,), "放弃草案"),
    ),
)
