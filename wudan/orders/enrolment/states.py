"""States of an enrolment (选单) and of a yearly slot (年度次数)."""

from __future__ import annotations

from wudan.kernel.roles import Role
from wudan.kernel.states import Move, StateTable

W, E, T, P, S = Role.WORKER, Role.ENTERPRISE, Role.TOWN, Role.PROVIDER, Role.SYSTEM
BUREAU = (Role.INTAKE, Role.REVIEWER)
CHOOSERS = (W, E, T)
CHOSEN_BY = [
    ("person", "本人选单"),
    ("town", "镇街代选"),
    ("enterprise", "企业选单"),
    ("institution", "监管场所名单"),
]

ENROLMENT = StateTable(
    name="enrolment",
    label="选单",
    states={
        "waiting": "候补中",
        "enrolled": "已选单",
        "in_class": "在班学习",
        "completed": "已结业",
        "failed": "未结业",
        "withdrawn": "已退选",
        "lapsed": "候补未成",
        "cancelled": "班次取消",
        "dropped": "中途退出",
        "transferred": "已转班",
    },
    initial=("waiting", "enrolled"),
    moves=(
        Move("promote", ("waiting",), "enrolled", (S, *CHOOSERS, P, *BUREAU), "候补转正"),
        Move("lapse", ("waiting",), "lapsed", (S, *BUREAU, P), "候补未成"),
        Move("withdraw", ("waiting", "enrolled"), "withdrawn", CHOOSERS, "退选"),
        Move("cancel", ("waiting", "enrolled", "in_class"), "cancelled", (S, P, *BUREAU), "班次取消"),
        Move("start", ("enrolled",), "in_class", (S, P, *BUREAU), "开班"),
        Move("complete", ("in_class",), "completed", (S, P, *BUREAU), "结业"),
        Move("fail", ("in_class",), "failed", (S, P, *BUREAU), "未结业"),
        Move("drop", ("in_class",), "dropped", (S, P, *BUREAU, W), "中途退出"),
        Move("transfer", ("enrolled", "in_class"), "transferred", (S, P, *BUREAU), "转班"),
    ),
)
# Holds a place; holds the person's time.
SEATED = ("enrolled", "in_class")
LIVE = ("waiting", "enrolled", "in_class")

SLOT = StateTable(
    name="slot",
    label="年度次数",
    states={"reserved": "已占用", "consumed": "已使用", "released": "已释放"},
    initial=("reserved",),
    moves=(
        Move("consume", ("reserved",), "consumed", (S, *BUREAU), "核定使用"),
        Move("release", ("reserved", "consumed"), "released", (S, *CHOOSERS, P, *BUREAU), "释放"),
    ),
)
