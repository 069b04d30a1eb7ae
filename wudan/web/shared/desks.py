"""Each role's desk (工作台): where it lands after log-in, and what stands in its navigation. URL names only, no imports."""

from __future__ import annotations

from wudan.kernel.roles import Role
from wudan.web.shared.parts import NavItem

HOME: dict[Role, str] = {
    Role.WORKER: "learner:home",
    Role.ENTERPRISE: "enterprise:home",
    Role.PROVIDER: "provider:home",
    Role.INTAKE: "bureau:home",
    Role.REVIEWER: "bureau:home",
    Role.POLICY: "bureau:policy",
    Role.TOWN: "bureau:home",
    Role.SYSTEM: "bureau:accounts",
    Role.FINANCE: "finance:home",
    Role.SUPERVISOR: "supervisor:home",
}

_CLASSES = NavItem("开班", "bureau:openings", "clipboard-check")
_CLAIMS = NavItem("申请", "bureau:claims", "files")
_NOTICES = NavItem("公示", "bureau:notices", "speakerphone")
_DIFFERENCES = NavItem("差额", "bureau:differences", "arrows-exchange")
_PEOPLE = NavItem("人员", "bureau:people", "users")
_ORGANISATIONS = NavItem("单位", "bureau:organisations", "building")
_CAPACITY = NavItem("办学条件", "bureau:registrations", "school")
_DEMAND = NavItem("需求", "bureau:demand", "chart-bar")
_RESULTS = NavItem("考核结业", "bureau:results", "certificate")
_LISTING = NavItem("列单", "bureau:offers", "list-check")
_FUNNEL = NavItem("五单总览", "bureau:funnel", "chart-bar")
_POLICY = NavItem("政策", "bureau:policy", "book")
_LABORATORY = NavItem("政策实验室", "bureau:laboratory", "scale")

NAV: dict[Role, tuple[NavItem, ...]] = {
    Role.WORKER: (
        NavItem("首页", "learner:home", "home"),
        NavItem("学习", "learner:learning", "school"),
        NavItem("扫码", "learner:sign", "qrcode"),
        NavItem("我的", "learner:me", "user"),
    ),
    Role.ENTERPRISE: (
        NavItem("首页", "enterprise:home", "home"),
        NavItem("提单", "enterprise:orders", "clipboard-list"),
        NavItem("选课", "enterprise:courses", "school"),
        NavItem("班级", "enterprise:classes", "users"),
        NavItem("可享补贴", "enterprise:dues", "wallet"),
        NavItem("名册", "enterprise:rosters", "upload"),
        NavItem("申请", "enterprise:claims", "files"),
        NavItem("场地和载体", "enterprise:capacity", "school"),
        NavItem("单位信息", "enterprise:about", "building"),
    ),
    Role.PROVIDER: (
        NavItem("首页", "provider:home", "home"),
        NavItem("接单", "provider:orders", "inbox"),
        NavItem("班级", "provider:classes", "users"),
        NavItem("今日课堂", "provider:today", "calendar"),
        NavItem("考核结业", "provider:results", "certificate"),
        NavItem("可享补贴", "provider:dues", "wallet"),
        NavItem("名册", "provider:rosters", "upload"),
        NavItem("申请", "provider:claims", "files"),
        NavItem("办学条件", "provider:capacity", "school"),
        NavItem("单位信息", "provider:about", "building"),
    ),
    Role.INTAKE: (
        NavItem("待办", "bureau:home", "inbox"),
        _FUNNEL,
        _DEMAND,
        _CLASSES,
        _RESULTS,
        _LISTING,
        _CLAIMS,
        _NOTICES,
        _DIFFERENCES,
        _PEOPLE,
        _ORGANISATIONS,
        _CAPACITY,
        _POLICY,
    ),
    Role.REVIEWER: (
        NavItem("待办", "bureau:home", "inbox"),
        _FUNNEL,
        _DEMAND,
        _CLASSES,
        _RESULTS,
        _LISTING,
        _CLAIMS,
        _NOTICES,
        _DIFFERENCES,
        _PEOPLE,
        _ORGANISATIONS,
        _CAPACITY,
        _POLICY,
    ),
    Role.POLICY: (_POLICY, _LABORATORY, NavItem("职业目录", "bureau:occupations", "list"), _FUNNEL, _CLAIMS),
    Role.TOWN: (
        NavItem("待办", "bureau:home", "inbox"),
        NavItem("提单", "bureau:orders", "clipboard-list"),
        _CLAIMS,
        _PEOPLE,
        _POLICY,
    ),
    Role.SYSTEM: (NavItem("账号与岗位", "bureau:accounts", "users"), _ORGANISATIONS),
    Role.FINANCE: (
        NavItem("首页", "finance:home", "home"),
        NavItem("资金池", "finance:pools", "wallet"),
        NavItem("拨付批次", "finance:batches", "send"),
        NavItem("到账核实", "finance:inquiries", "help-circle"),
        NavItem("追回", "finance:recoveries", "receipt-refund"),
        NavItem("补发", "finance:supplements", "cash"),
        NavItem("支付能力", "finance:reserve", "shield-check"),
    ),
    Role.SUPERVISOR: (
        NavItem("首页", "supervisor:home", "home"),
        NavItem("疑点", "supervisor:findings", "alert-triangle"),
        NavItem("五单总览", "supervisor:funnel", "chart-bar"),
        NavItem("申请", "supervisor:claims", "files"),
        NavItem("拨付", "supervisor:batches", "send"),
        NavItem("资金", "supervisor:pools", "wallet"),
        NavItem("操作日志", "supervisor:journal", "history"),
    ),
}
