"""Sample content for /styleguide/: made-up people and amounts, every state of every part. Developers only."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django import forms

from wudan.kernel.errors import Refusal
from wudan.kernel.periods import SHANGHAI
from wudan.web.shared import forms as our_forms
from wudan.web.shared.lists import Batch, Column, Filter, ListPage, Query
from wudan.web.shared.parts import (
    Bar,
    Crumb,
    Event,
    Fact,
    Fault,
    NavItem,
    Paper,
    Standing,
    Stat,
    Step,
    Tone,
    WorkRow,
)

PAGES = ("parts", "list", "forms", "worker", "public", "print", "large", "refused", "broken")
NAV = [
    NavItem("零件", "shared:styleguide"),
    NavItem("列表", "/styleguide/list/", count=523),
    NavItem("表单", "/styleguide/forms/"),
    NavItem("手机页", "/styleguide/worker/"),
    NavItem("公开页", "/styleguide/public/"),
    NavItem("打印", "/styleguide/print/"),
]
PHONE_NAV = [
    NavItem("首页", "/styleguide/public/", "home"),
    NavItem("学习", "/styleguide/worker/", "school", 1),
    NavItem("扫码", "/styleguide/list/", "qrcode"),
    NavItem("我的", "/styleguide/forms/", "user"),
]
CLAUSE = "台政办发〔2020〕4号 六（一）"


def frame() -> dict[str, Any]:
    return {
        "nav": NAV,
        "district_name": "台儿庄区",
        "who_name": "李敏",
        "who_role": "受理（初审）",
        "todo_count": 12,
        "todo_url": "/styleguide/list/",
        "hotline": "0632-6611234",
        "home_url": "/styleguide/",
        "crumbs": [Crumb("首页", "/styleguide/"), Crumb("样式手册")],
    }


def _chain() -> dict[str, Any]:
    orders = [
        Step("提单", "done", "#chain", date(2020, 2, 10)),
        Step("列单", "done", "#chain", date(2020, 2, 18)),
        Step("选单", "done", "#chain", date(2020, 2, 24)),
        Step("接单", "done", "#chain", date(2020, 3, 2)),
        Step("买单", "now", "#chain", note="初审中"),
    ]
    names = ("申请", "受理", "初审", "复审", "公示", "核定", "拨付")
    claim = [Step(n, "done" if i < 2 else "now" if i == 2 else "todo", "#chain") for i, n in enumerate(names)]
    standing = Standing("初审中", date(2020, 3, 23), "区人社局受理岗", date(2020, 3, 30), 2)
    stopped = [Step(n, "done" if i < 2 else "stopped" if i == 2 else "skipped") for i, n in enumerate(names)]
    over = Standing("退回补正", date(2020, 3, 25), "枣庄鲁南技工培训学校", date(2020, 3, 20), -3, "wait")
    return {"orders": orders, "claim": claim, "standing": standing, "stopped": stopped, "over": over}


def _case() -> dict[str, Any]:
    return {
        "facts": [
            Fact("姓名", "张*三", "居民身份证", proved_on=date(2020, 3, 1)),
            Fact("身份类别", "农村转移就业劳动者", "泥沟镇出具", "#facts", date(2020, 2, 20), "32天前"),
            Fact("培训工种", "保育员（五级）", "培训合格证书", "#facts", date(2020, 3, 15)),
            Fact("本年已领补贴", "3次", "补贴台账", "#facts", date(2020, 3, 23), "今天", "wrong"),
            Fact("社保缴费", "未查到", "等待社保经办机构回复", "", None, "已等2天", "wait"),
            Fact("申请单位", "枣庄市台儿庄区鲁南现代服务职业技能培训学校有限责任公司第二分校"),
        ],
        "rows": [
            WorkRow(
                "台政办发〔2020〕4号 四（一）1",
                "属于补贴对象",
                "农村转移就业劳动者，2020年2月20日证明",
                passed=True,
            ),
            WorkRow(
                "台政办发〔2020〕4号 六（一）",
                "每人每年不超过3次",
                "2020年已享受2次",
                passed=True,
                was="2020年已享受1次",
            ),
            WorkRow(
                "台政办发〔2020〕4号 六（二）", "同一工种同一等级只补一次", "未查到相同记录", passed=True
            ),
            WorkRow("台政办发〔2020〕4号 附件2", "保育员五级标准", "五级，1500元", passed=True, fen=150000),
            WorkRow("台政办发〔2020〕4号 五（三）", "证书真实有效", "联网查询未返回结果", passed=None),
        ],
        "events": [
            Event(
                _at(25, 9),
                "初审未完成，退回补正",
                "李敏（受理）",
                "培训合格证书照片不清楚，请重新拍照上传。",
                tone="wait",
            ),
            Event(_at(24, 16), "受理", "李敏（受理）", tone="done"),
            Event(_at(23, 14), "提交申请", "王芳（枣庄鲁南技工培训学校）", basis="代领授权书 2020年3月1日"),
        ],
        "refusals": [
            Refusal(
                "annual-limit",
                "张*三在2020年已享受3次职业培训补贴。",
                CLAUSE,
                "2021年1月1日后取得证书可再次申请；如有异议，可在公示期内提出。",
            )
        ],
        "fault_rows": [
            Fault(
                7, "身份证号", "37040519880212123X", "校验位不符", "请对照身份证逐位核对，末位可能是数字。"
            ),
            Fault(19, "证书日期", "2020.2.30", "没有这一天", "请填写证书上的日期，例如2020年2月28日。"),
            Fault(42, "手机号", "", "没有填写", "请填写本人正在使用的11位手机号码。"),
        ],
    }


def _at(day: int, hour: int) -> datetime:
    return datetime(2020, 3, day, hour, 5, tzinfo=SHANGHAI)


def _numbers() -> dict[str, Any]:
    return {
        "stat_items": [
            Stat("已超期", "3", "/styleguide/list/?state=late", "最长超期5个工作日", "wrong", "件"),
            Stat("今天到期", "9", "/styleguide/list/", "初审6件，复审3件", "wait", "件"),
            Stat("公示中", "214", "/styleguide/list/", "3月30日期满", unit="人"),
            Stat("待拨付", "¥321,000.00", "/styleguide/list/", "214人"),
            Stat("本年已拨付", "¥1,286,500.00", "/styleguide/list/", "占年度预算64%"),
        ],
        "bar_rows": [
            Bar("保育员", 182, href="/styleguide/list/"),
            Bar("电工", 96, href="/styleguide/list/"),
            Bar("养老护理员", 74, href="/styleguide/list/"),
            Bar("中式面点师", 12, href="/styleguide/list/"),
        ],
    }


class SampleForm(our_forms.Form):
    """One field of each shape."""

    name = forms.CharField(label="姓名", max_length=30, help_text="与身份证上的姓名一致。")
    identity = our_forms.IdentityField(label="身份证号码")
    scheme = forms.ChoiceField(
        label="补贴项目", choices=[("", "请选择"), ("skill", "就业技能培训"), ("start", "创业培训")]
    )
    who = forms.ChoiceField(
        label="由谁申请",
        widget=forms.RadioSelect,
        choices=[("self", "本人申请"), ("enterprise", "企业为职工申请"), ("provider", "培训机构代为申请")],
    )
    certified_on = our_forms.DateField(label="证书日期", help_text="证书上打印的发证日期。")
    amount = our_forms.MoneyField(label="已交学费", required=False)
    roster = forms.FileField(
        label="人员名单",
        help_text="可以是Excel表格或者纯文本表格，最多20,000行。第一行写列名。",
        required=False,
    )
    agree = forms.BooleanField(label="以上内容属实，愿意接受核查")


@dataclass(frozen=True)
class Claim:
    number: int
    name: str
    job: str
    school: str
    fen: int
    state: str
    left: int
    day: date


STATES: list[tuple[str, str, Tone]] = [
    ("first", "待初审", "wait"),
    ("second", "待复审", "now"),
    ("notice", "公示中", "now"),
    ("paid", "已拨付", "done"),
    ("back", "退回补正", "wait"),
    ("refused", "不予通过", "wrong"),
]
_SURNAMES, _JOBS = "张王李赵孙周吴郑", ("保育员", "电工", "养老护理员", "中式面点师", "焊工")


def _claims() -> list[Claim]:
    return [
        Claim(
            i,
            f"{_SURNAMES[i % 8]}*{'三四五六'[i % 4]}",
            _JOBS[i % 5],
            "台儿庄区鲁南职业培训学校" if i % 3 else "枣庄市台儿庄区现代服务业职业技能培训中心有限公司",
            (80000, 150000, 210050)[i % 3],
            STATES[i % 6][0],
            i % 9 - 2,
            date(2020, 1, 6) + timedelta(i % 80),
        )
        for i in range(1, 524)
    ]


def fetch(query: Query) -> list[Claim]:
    """Stands for a `queries` function."""
    rows = [
        c
        for c in _claims()
        if query.search in c.name + c.school
        and query.get("state") in ("", c.state)
        and query.get("job") in ("", c.job)
        and (not query.day("since") or c.day >= (query.day("since") or c.day))
    ]
    keys = {
        "left": lambda c: c.left,
        "fen": lambda c: c.fen,
        "day": lambda c: c.day,
        "name": lambda c: c.name,
    }
    return sorted(rows, key=keys[query.sort or "left"], reverse=query.descending)


_WORDS = {code: word for code, word, _ in STATES}
_TONES = {code: tone for code, _, tone in STATES}
CLAIMS: ListPage[Claim] = ListPage(
    title="补贴申请",
    search="姓名、申请单位",
    sort="left",
    unit="件",
    empty_text="申请单位提交后会出现在这里。",
    filters=[
        Filter("state", "状态", [(code, word) for code, word, _ in STATES]),
        Filter("job", "工种", [(j, j) for j in _JOBS]),
        Filter("since", "申请日期不早于", kind="date"),
        Filter("town", "镇街", [("t1", "泥沟镇"), ("t2", "邳庄镇")]),
    ],
    columns=[
        Column(
            "姓名", lambda c: c.name, "strong", "name", href=lambda c: f"/styleguide/?n={c.number}", width=10
        ),
        Column("工种", lambda c: c.job),
        Column("申请单位", lambda c: c.school, width=36),
        Column("申请日期", lambda c: c.day, "date", "day"),
        Column("状态", lambda c: _WORDS[c.state], "badge", tone=lambda c: _TONES[c.state]),
        Column("办理时限", lambda c: c.left, "clock", "left"),
        Column("金额（元）", lambda c: c.fen, "money", "fen", total=True),
    ],
)
BATCH = Batch(
    "/styleguide/list/",
    [("pass", "初审通过"), ("back", "退回补正")],
    lambda c: str(c.number),
    "提交前会再列出一次，请您核对。",
)


def context(name: str) -> dict[str, Any]:
    bound = SampleForm(
        {"name": "", "identity": "370405198802121234", "certified_on": "2020-13-40", "amount": "一千"}
    )
    title = {
        "parts": "样式手册",
        "forms": "填写补贴申请",
        "worker": "证书是哪一天发的",
        "public": "职业培训补贴公示",
        "large": "职业培训补贴公示",
        "refused": "这项操作没有办理",
    }.get(name, "")
    given = {
        **frame(),
        **_chain(),
        **_case(),
        **_numbers(),
        "title": title,
        "form": SampleForm(),
        "bad_form": bound,
    }
    if name == "worker":
        given |= {"nav": PHONE_NAV, "step": 2, "steps": 3, "back_url": "/styleguide/"}
    if name in ("public", "large"):
        given |= {
            "nav": PHONE_NAV,
            "crumbs": [],
            "no_index": True,
            "office_name": "台儿庄区人力资源和社会保障局",
            "office_hours": "工作日 8:30至12:00，13:30至17:30",
            "districts": [
                {"name": "台儿庄区", "href": "/styleguide/public/", "here": True},
                {"name": "周村区", "href": "/styleguide/public/", "here": False},
            ],
        }
    if name == "large":
        given["large_text"] = True
    if name == "print":
        given |= {
            "paper": Paper("职业培训补贴资金申请汇总表", "枣庄市台儿庄区", "2020年3月", "台培补〔2020〕3号"),
            "people": _claims()[:18],
            "paper_total": sum(c.fen for c in _claims()[:18]),
        }
    return given
