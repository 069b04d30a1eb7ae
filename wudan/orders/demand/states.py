"""States of an order (提单), a proposed class (拟开班) and an entry of the roll of people who must be trained (应培尽培名单)."""

from __future__ import annotations

from wudan.kernel.roles import Role
from wudan.kernel.states import Move, StateTable

W, E, T, S = Role.WORKER, Role.ENTERPRISE, Role.TOWN, Role.SYSTEM
FILERS = (W, E, T)
BUREAU = (Role.INTAKE, Role.REVIEWER)

DEMAND = StateTable(
    name="demand",
    label="提单",
    states={
        "filed": "待匹配职业",
        "matched": "待编班",
        "grouped": "已编入拟开班",
        "listed": "已列单，可选单",
        "served": "已选单",
        "trained": "已培训",
        "merged": "已并入另一提单",
        "refused": "不予列单",
        "withdrawn": "已撤回",
        "expired": "已过期",
    },
    initial=("filed", "matched"),
    moves=(
        Move("match", ("filed", "matched"), "matched", (*FILERS, *BUREAU), "确认职业"),
        Move("group", ("matched",), "grouped", BUREAU, "编入拟开班"),
        Move("ungroup", ("grouped",), "matched", BUREAU, "移出拟开班"),
        Move("list", ("grouped",), "listed", BUREAU, "列单"),
        Move("unlist", ("listed",), "matched", (*BUREAU, S), "班次取消，重新编班"),
        Move("serve", ("matched", "grouped", "listed"), "served", (*FILERS, Role.PROVIDER, S), "选单"),
        Move("unserve", ("served",), "matched", (*FILERS, Role.PROVIDER, *BUREAU, S), "退选，重新编班"),
        Move("train", ("served",), "trained", (*BUREAU, Role.PROVIDER, S), "完成培训"),
        Move("merge", ("filed", "matched"), "merged", (*FILERS, *BUREAU, S), "并入"),
        Move("refuse", ("filed", "matched"), "refused", BUREAU, "不予列单"),
        Move("withdraw", ("filed", "matched", "grouped", "listed"), "withdrawn", FILERS, "撤回"),
        Move("expire", ("filed", "matched", "grouped", "listed"), "expired", (S,), "过期"),
        Move("refile", ("withdrawn", "expired", "refused"), "matched", FILERS, "重新提单"),
    ),
)
# An order that still waits for a class.
WAITING = ("filed", "matched", "grouped", "listed")

PROPOSAL = StateTable(
    name="proposal",
    label="拟开班",
    states={"drafted": "待审定", "adopted": "已列单", "dropped": "已放弃"},
    initial=("drafted",),
    moves=(
        Move("adopt", ("drafted",), "adopted", BUREAU, "列单"),
        Move("drop", ("drafted",), "dropped", BUREAU, "放弃"),
    ),
)

ROLL = StateTable(
    name="roll",
    label="应培人员",
    states={"due": "待培训", "enrolled": "已选单", "trained": "已培训", "excused": "不需培训"},
    initial=("due",),
    moves=(
        Move("enrol", ("due",), "enrolled", (*FILERS, Role.PROVIDER, *BUREAU, S), "选单"),
        Move("unenrol", ("enrolled",), "due", (*FILERS, Role.PROVIDER, *BUREAU, S), "退选"),
        Move("train", ("due", "enrolled"), "trained", (*BUREAU, Role.PROVIDER, S), "完成培训"),
        Move("excuse", ("due",), "excused", (*BUREAU, T, E), "注明不需培训"),
    ),
)
