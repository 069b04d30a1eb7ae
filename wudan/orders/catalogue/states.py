"""States of everything that is listed (列单)."""

from __future__ import annotations

from wudan.kernel.roles import Role
from wudan.kernel.states import Move, StateTable

P, S = Role.PROVIDER, Role.SYSTEM
INTAKE, R = Role.INTAKE, Role.REVIEWER
BUREAU = (INTAKE, R)

EDITION = StateTable(
    name="edition",
    label="目录",
    states={"draft": "编制中", "published": "已发布", "superseded": "已被新版替代", "dropped": "已放弃"},
    initial=("draft",),
    moves=(
        Move("publish", ("draft",), "published", (R,), "发布"),
        Move("supersede", ("published",), "superseded", (R, S), "由新版替代"),
        Move("drop", ("draft",), "dropped", BUREAU, "放弃"),
    ),
)

REGISTRATION = StateTable(
    name="registration",
    label="备案",
    states={
        "filed": "待受理",
        "accepted": "审核中",
        "returned": "退回补正",
        "listed": "已备案",
        "refused": "不予备案",
        "suspended": "暂停",
        "ended": "已终止",
        "withdrawn": "已撤回",
    },
    initial=("filed",),
    moves=(
        Move("accept", ("filed",), "accepted", (INTAKE,), "受理"),
        Move("send_back", ("filed", "accepted"), "returned", (INTAKE, R), "退回补正"),
        Move("refile", ("returned",), "filed", (P,), "补正后重新提交"),
        Move("list", ("accepted",), "listed", (R,), "同意备案"),
        Move("refuse", ("filed", "accepted"), "refused", BUREAU, "不予备案"),
        Move("suspend", ("listed",), "suspended", (*BUREAU, S), "暂停"),
        Move("restore", ("suspended",), "listed", (R,), "恢复"),
        Move("end", ("listed", "suspended"), "ended", (R, P, S), "终止"),
        Move("withdraw", ("filed", "returned"), "withdrawn", (P,), "撤回"),
    ),
)

RESOURCE = StateTable(
    name="resource",
    label="三优资源",
    states={
        "collected": "已征集，待评分",
        "selected": "已入选",
        "declined": "未入选",
        "retired": "已退出",
        "withdrawn": "已撤回",
    },
    initial=("collected",),
    moves=(
        Move("select", ("collected",), "selected", (R,), "选入"),
        Move("decline", ("collected",), "declined", (R,), "不选入"),
        Move("retire", ("selected",), "retired", BUREAU, "退出"),
        Move("withdraw", ("collected",), "withdrawn", (P, Role.ENTERPRISE), "撤回"),
    ),
)

SUPPORT = StateTable(
    name="support",
    label="支持申请",
    states={
        "filed": "待受理",
        "accepted": "待初审",
        "first_passed": "待复审",
        "approved": "同意支持",
        "returned": "退回补正",
        "refused": "不予支持",
        "withdrawn": "已撤回",
        "accepted_works": "已验收",
    },
    initial=("filed",),
    moves=(
        Move("accept", ("filed",), "accepted", (INTAKE,), "受理"),
        Move("send_back", ("filed", "accepted"), "returned", (INTAKE,), "退回补正"),
        Move("refile", ("returned",), "filed", (P, Role.ENTERPRISE), "补正后重新提交"),
        Move("pass_first", ("accepted",), "first_passed", (INTAKE,), "初审通过"),
        Move("approve", ("first_passed",), "approved", (R,), "同意支持"),
        Move("refuse", ("filed", "accepted", "first_passed"), "refused", BUREAU, "不予支持"),
        Move("withdraw", ("filed", "returned"), "withdrawn", (P, Role.ENTERPRISE), "撤回"),
        Move("inspect", ("approved",), "accepted_works", BUREAU, "验收"),
    ),
)

ABILITY = StateTable(
    name="ability",
    label="专项职业能力项目",
    states={
        "drafted": "编写中",
        "at_district": "区级审核",
        "at_city": "市级审核",
        "at_province": "省级审核",
        "approved": "已批准",
        "returned": "退回修改",
        "refused": "不予批准",
    },
    initial=("drafted",),
    moves=(
        Move("submit", ("drafted", "returned"), "at_district", (P,), "报送区鉴定机构"),
        Move("to_city", ("at_district",), "at_city", (R,), "报送市级"),
        Move("to_province", ("at_city",), "at_province", (R,), "登记市级同意，报送省级"),
        Move("approve", ("at_province",), "approved", (R,), "登记省级批准"),
        Move("send_back", ("at_district", "at_city", "at_province"), "returned", BUREAU, "退回修改"),
        Move("refuse", ("at_district", "at_city", "at_province"), "refused", (R,), "登记不予批准"),
    ),
)

PROJECT = StateTable(
    name="project",
    label="培训项目",
    states={
        "planned": "拟定中",
        "calling": "征集承训机构",
        "contracted": "已签合同",
        "running": "实施中",
        "finished": "已完成",
        "cancelled": "已取消",
    },
    initial=("planned",),
    moves=(
        Move("call", ("planned",), "calling", BUREAU, "公开征集承训机构"),
        Move("contract", ("planned", "calling"), "contracted", (R,), "登记合同"),
        Move("start", ("contracted",), "running", (*BUREAU, P, S), "开始实施"),
        Move("finish", ("running",), "finished", BUREAU, "完成"),
        Move("cancel", ("planned", "calling", "contracted"), "cancelled", (R,), "取消"),
    ),
)

OFFER = StateTable(
    name="offer",
    label="班次",
    states={
        "drafted": "编制中",
        "reserved": "已落实资金",
        "open": "可选单",
        "closed": "选单截止",
        "running": "已开班",
        "ended": "已结束",
        "cancelled": "已取消",
    },
    initial=("drafted",),
    moves=(
        Move("reserve", ("drafted",), "reserved", (R,), "落实资金"),
        Move("unreserve", ("reserved",), "drafted", (R,), "退回资金"),
        Move("open", ("reserved", "closed"), "open", (R,), "开放选单"),
        Move("close", ("open",), "closed", (*BUREAU, S), "选单截止"),
        Move("run", ("open", "closed"), "running", (*BUREAU, P, S), "开班"),
        Move("end", ("running",), "ended", (*BUREAU, P, S), "结束"),
        Move(
            "cancel", ("drafted", "reserved", "open", "closed", "running"), "cancelled", (*BUREAU, S), "取消"
        ),
    ),
)
FUNDED = ("reserved", "open", "closed", "running")
