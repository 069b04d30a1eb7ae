"""States of a teacher's entry (师资入库) and of a training base (实训基地)."""

from __future__ import annotations

from wudan.kernel.roles import Role
from wudan.kernel.states import Move, StateTable

P, I, R = Role.PROVIDER, Role.INTAKE, Role.REVIEWER  # noqa: E741
HOLDERS = (Role.PROVIDER, Role.ENTERPRISE)

TEACHER = StateTable(
    name="teacher",
    label="师资",
    states={"filed": "待审核", "listed": "已入库", "returned": "退回补正", "removed": "已出库"},
    initial=("filed",),
    moves=(
        Move("list", ("filed",), "listed", (I,), "审核通过，入库"),
        Move("send_back", ("filed",), "returned", (I,), "退回补正"),
        Move("refile", ("returned",), "filed", (P,), "补正后重新提交"),
        Move("remove", ("filed", "listed", "returned"), "removed", (P, I, R), "移出师资库"),
    ),
)

BASE = StateTable(
    name="training_base",
    label="培训载体",
    states={
        "applied": "已申报，待初审",
        "reviewed": "初审通过，待认定",
        "recognised": "已认定",
        "returned": "退回补正",
        "refused": "不予认定",
        "revoked": "已撤销认定",
    },
    initial=("applied",),
    moves=(
        Move("review", ("applied",), "reviewed", (I,), "初审通过"),
        Move("recognise", ("reviewed",), "recognised", (R,), "认定"),
        Move("send_back", ("applied",), "returned", (I,), "退回补正"),
        Move("return_second", ("reviewed",), "returned", (R,), "复核退回补正"),
        Move("reapply", ("returned",), "applied", HOLDERS, "补正后重新申报"),
        Move("refuse", ("applied",), "refused", (I,), "不予认定"),
        Move("refuse_second", ("reviewed",), "refused", (R,), "复核不予认定"),
        Move("revoke", ("recognised",), "revoked", (R,), "撤销认定"),
    ),
)
