"""States of a provider's answer (接单), a class (班级), its members, attendance, amendments, inspections, assessments, certificates."""

from __future__ import annotations

from wudan.kernel.roles import Role
from wudan.kernel.states import Move, StateTable

W, E, P, T, S = Role.WORKER, Role.ENTERPRISE, Role.PROVIDER, Role.TOWN, Role.SYSTEM
INTAKE, R = Role.INTAKE, Role.REVIEWER
BUREAU = (INTAKE, R)

ANSWER = StateTable(
    name="answer",
    label="接单",
    states={
        "asked": "待机构答复",
        "bid": "已报方案，待选定",
        "accepted": "已接单",
        "refused": "不接单",
        "lapsed": "逾期未答复",
        "not_chosen": "未选定",
        "withdrawn": "已撤回",
        "released": "已退单",
    },
    initial=("asked", "bid"),
    moves=(
        Move("accept", ("asked",), "accepted", (P,), "接单"),
        Move("refuse", ("asked",), "refused", (P,), "不接单"),
        Move("lapse", ("asked",), "lapsed", (S,), "逾期未答复"),
        Move("choose", ("bid",), "accepted", (R,), "选定"),
        Move("decline", ("bid",), "not_chosen", (R, S), "未选定"),
        Move("withdraw", ("bid",), "withdrawn", (P,), "撤回方案"),
        Move("release", ("accepted",), "released", (*BUREAU, P), "退单"),
    ),
)

CLASS = StateTable(
    name="class",
    label="班级",
    states={
        "planning": "编写计划",
        "applied": "已申请开班，待答复",
        "returned": "退回补正",
        "approved": "同意开班",
        "running": "教学中",
        "taught": "教学结束，待考核",
        "assessed": "已考核",
        "closed": "已结班",
        "refused": "不同意开班",
        "cancelled": "已取消",
        "void": "已作废",
    },
    initial=("planning",),
    moves=(
        Move("apply", ("planning", "returned"), "applied", (P,), "申请开班"),
        Move("send_back", ("applied",), "returned", (INTAKE, R), "退回补正"),
        Move("approve", ("applied",), "approved", (INTAKE, R), "同意开班"),
        Move("approve_tacitly", ("applied",), "approved", (S,), "逾期未答复，视为同意"),
        Move("refuse", ("applied",), "refused", (INTAKE, R), "不同意开班"),
        Move("withdraw", ("applied",), "planning", (P,), "撤回申请"),
        Move("start", ("approved",), "running", (P, S), "开班"),
        Move("finish", ("running",), "taught", (P, S), "教学结束"),
        Move("assess", ("taught",), "assessed", (*BUREAU, P, S), "考核完成"),
        Move("close", ("assessed",), "closed", (*BUREAU, P, S), "结班"),
        Move(
            "cancel",
            ("planning", "applied", "returned", "approved", "running"),
            "cancelled",
            (P, *BUREAU, S),
            "取消",
        ),
        Move("void", ("running", "taught", "assessed", "closed"), "void", (R, S), "作废"),
    ),
)
TEACHING = ("approved", "running")

MEMBER = StateTable(
    name="member",
    label="学员",
    states={
        "in_class": "在班",
        "interrupted": "中断",
        "left": "已退出",
        "transferred": "已转班",
        "completed": "已结业",
        "failed": "未结业",
    },
    initial=("in_class",),
    moves=(
        Move("interrupt", ("in_class",), "interrupted", (P, *BUREAU), "中断"),
        Move("resume", ("interrupted",), "in_class", (P, *BUREAU), "恢复"),
        Move("leave", ("in_class", "interrupted"), "left", (P, *BUREAU, W, S), "退出"),
        Move("transfer", ("in_class", "interrupted"), "transferred", (P, *BUREAU), "转班"),
        Move("rejoin", ("left",), "in_class", (P, *BUREAU, S), "重新入班"),
        Move("complete", ("in_class",), "completed", (P, *BUREAU, S), "结业"),
        Move("fail", ("in_class", "interrupted"), "failed", (P, *BUREAU, S), "未结业"),
    ),
)

ATTENDANCE = StateTable(
    name="attendance",
    label="出勤",
    states={
        "expected": "待签到",
        "present": "出勤",
        "absent": "缺勤",
        "made_up": "已补课",
        "excused": "不计",
    },
    initial=("expected",),
    moves=(
        Move("sign", ("expected", "absent"), "present", (W, P, INTAKE, S), "签到"),
        Move("miss", ("expected",), "absent", (S, P), "缺勤"),
        Move("make_up", ("absent",), "made_up", (P, *BUREAU), "补课"),
        Move("excuse", ("expected", "absent"), "excused", (S, P, *BUREAU), "不计出勤"),
        Move("strike", ("present", "made_up"), "absent", (INTAKE, R), "签到无效"),
        Move("recall", ("excused",), "expected", (S, P, *BUREAU), "恢复出勤要求"),
    ),
)

AMENDMENT = StateTable(
    name="amendment",
    label="变更",
    states={"asked": "待答复", "approved": "同意变更", "refused": "不同意变更", "withdrawn": "已撤回"},
    initial=("asked",),
    moves=(
        Move("approve", ("asked",), "approved", (INTAKE, R), "同意变更"),
        Move("approve_tacitly", ("asked",), "approved", (S,), "逾期未答复，视为同意"),
        Move("refuse", ("asked",), "refused", (INTAKE, R), "不同意变更"),
        Move("withdraw", ("asked",), "withdrawn", (P,), "撤回"),
    ),
)

INSPECTION = StateTable(
    name="inspection",
    label="巡查",
    states={"planned": "待巡查", "done": "已巡查", "dropped": "已取消"},
    initial=("planned",),
    moves=(
        Move("record", ("planned",), "done", (INTAKE, R, Role.SUPERVISOR), "登记巡查结果"),
        Move("drop", ("planned",), "dropped", (R, Role.SUPERVISOR), "取消"),
    ),
)

ASSESSMENT = StateTable(
    name="assessment",
    label="考核",
    states={"planned": "待考核", "held": "已录成绩", "published": "成绩已公布", "dropped": "已取消"},
    initial=("planned",),
    moves=(
        Move("record", ("planned", "held"), "held", (P, INTAKE, R), "录入成绩"),
        Move("publish", ("held",), "published", (INTAKE, R), "公布成绩"),
        Move("drop", ("planned",), "dropped", (P, INTAKE, R), "取消"),
    ),
)

CERTIFICATE = StateTable(
    name="certificate",
    label="证书",
    states={"issued": "有效", "revoked": "已撤销"},
    initial=("issued",),
    moves=(Move("revoke", ("issued",), "revoked", (R,), "撤销"),),
)
