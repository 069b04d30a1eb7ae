"""What templates say: money, days, clocks, marks."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from django.template import Context, Template
from django.test import RequestFactory

from wudan.kernel.errors import Refusal
from wudan.kernel.roles import Role
from wudan.web.shared.desks import NAV
from wudan.web.shared.parts import Bar, Event, Fact, Fault, NavItem, Standing, Step, WorkRow

WEB = Path(__file__).resolve().parents[3] / "wudan" / "web"


def drawn(source: str, **context: Any) -> str:
    return Template("{% load wudan %}" + source).render(Context(context))


@pytest.mark.parametrize(
    ("source", "value", "words"),
    [
        ("money", 150000, "¥1,500.00"),
        ("money", -5, "-¥0.05"),
        ("money", None, "—"),
        ("yuan", 150000, "1,500元"),
        ("yuan", 150050, "1,500.50元"),
        ("count", 12345, "12,345"),
        ("cndate", date(2020, 3, 23), "2020年3月23日"),
        ("cndate", datetime(2020, 3, 22, 16, 5, tzinfo=UTC), "2020年3月23日"),
        ("cndate", None, "—"),
        ("cntime", datetime(2020, 3, 22, 16, 5, tzinfo=UTC), "2020年3月23日 00:05"),
        ("when", date(2020, 3, 23), "2020年3月23日"),
        ("when", datetime(2020, 3, 23, 6, 5, tzinfo=UTC), "2020年3月23日 14:05"),
        ("cnmonth", date(2020, 3, 1), "2020年3月"),
        ("clock", 2, "还剩2个工作日"),
        ("clock", 0, "今天到期"),
        ("clock", -3, "已超期3个工作日"),
        ("clock", None, "不限时"),
        ("mask_name", "张小三", "张*三"),
        ("mask_identity", "370405198802121234", "370405********1234"),
        ("mask_phone", "13812345678", "138****5678"),
        ("mask_account", "6222020200001234", "****1234"),
    ],
)
def test_words(source: str, value: object, words: str) -> None:
    assert drawn("{{ value|" + source + " }}", value=value) == words


@pytest.mark.parametrize(
    ("days", "tone"), [(-1, "wrong"), (0, "wait"), (1, "wait"), (2, "plain"), (None, "plain")]
)
def test_a_clock_is_red_only_when_overdue(days: int | None, tone: str) -> None:
    assert f"w-clock w-{tone}" in drawn("{% clock_badge days %}", days=days)


def test_a_badge_has_word_and_shape() -> None:
    text = drawn("{% badge word 'wrong' %}", word="<不予通过>")
    assert "&lt;不予通过&gt;" in text
    assert "#alert-triangle" in text


def test_every_icon_named_anywhere_exists() -> None:
    here = set(re.findall(r'<symbol id="([a-z0-9-]+)"', (WEB / "static/wudan/icons.svg").read_text()))
    named = {item.icon for items in NAV.values() for item in items if item.icon}
    for template in (WEB / "templates").rglob("*.html"):
        named |= set(re.findall(r'{% icon "([a-z0-9-]+)"', template.read_text()))
    assert named <= here


def test_templates_keep_to_the_content_security_policy() -> None:
    for template in (WEB / "templates").rglob("*.html"):
        text = template.read_text()
        assert not re.search(r"\sstyle=|<style|\son[a-z]+=|<script(?![^>]*\ssrc=)|javascript:|hx-on", text), (
            template
        )


def test_our_words_are_calm_and_chinese() -> None:
    for template in (WEB / "templates").rglob("*.html"):
        source = re.sub(r"{% block body_class %}.*?{% endblock %}", "", template.read_text())
        source = re.sub(r"{#.*?#}|{%.*?%}|{{.*?}}", "", source, flags=re.S)
        words = re.sub(r"<[^>]*>", " ", source)
        assert not re.search(r"[!！]", words), template
        assert not re.search(r"[A-Za-z]{3,}", words), (template, re.findall(r"[A-Za-z]{3,}", words))


def test_the_chain_says_where_it_stands() -> None:
    text = drawn(
        "{% chain orders claim standing %}",
        orders=[Step("提单", "done", "/d/", date(2020, 2, 1)), Step("买单", "now", "/m/")],
        claim=[Step("申请", "done", "/a/"), Step("初审", "stopped"), Step("拨付", "todo")],
        standing=Standing("初审中", date(2020, 3, 23), "受理岗", date(2020, 3, 30), 2),
    )
    for words in (
        "自2020年3月23日起",
        "<b>受理岗</b>",
        "2020年3月30日前办结",
        "还剩2个工作日",
        "（已停止）",
        'href="/d/"',
    ):
        assert words in text
    assert text.count("aria-current") == 2


def test_the_working_shows_clause_fact_result_and_amount() -> None:
    rows = [
        WorkRow("四（一）", "属于补贴对象", "农村转移就业劳动者", True, was="未登记"),
        WorkRow("五（三）", "证书真实", "未返回", None),
        WorkRow("附件2", "标准", "五级", False, 150000),
    ]
    text = drawn("{% working rows total=150000 %}", rows=rows)
    for words in ("符合", "待人工认定", "不符合", "¥1,500.00", "申请时：未登记", "核定金额"):
        assert words in text


def test_a_refusal_says_fact_clause_remedy_and_whom_to_ask() -> None:
    one = Refusal("x", "已享受3次。", "六（一）", "2021年再申请。")
    text = drawn("{% refusal one ask='建设科' ask_phone='12333' %}", one=one)
    for words in ("已享受3次。", "六（一）", "2021年再申请。", "建设科", "tel:12333"):
        assert words in text


def test_facts_history_faults_and_bars_are_drawn() -> None:
    text = drawn(
        "{% facts facts %}{% history events %}{% faults faults 30 '/f/' %}{% bars bars '标题' %}",
        facts=[Fact("姓名", "张*三", "身份证", proved_on=date(2020, 3, 1), age="22天前")],
        events=[Event(date(2020, 3, 2), "受理", "李敏", "材料齐全", "六（二）")],
        faults=[Fault(7, "身份证号", "123", "位数不对", "请填18位")],
        bars=[Bar("电工", 4), Bar("保育员", 8, "8人")],
    )
    for words in ("22天前", "材料齐全", "下面列出前1处", "请填18位", 'width="100.0"', "8人"):
        assert words in text


@pytest.mark.parametrize(
    ("done", "total", "failed", "polls"),
    [(3, 10, "", True), (10, 10, "", False), (3, 10, "停了", False), (0, 0, "", False)],
)
def test_progress_asks_again_only_while_it_runs(done: int, total: int, failed: str, polls: bool) -> None:
    text = drawn(
        "{% progress done total '检查' '/p/' failed=failed %}", done=done, total=total, failed=failed
    )
    assert ("hx-get" in text) is polls


def test_navigation_leaves_out_pages_that_do_not_exist_and_marks_the_nearest() -> None:
    request = RequestFactory().get("/a/b/c/")
    items = [NavItem("甲", "/a/"), NavItem("乙", "/a/b/"), NavItem("丙", "nowhere:page")]
    text = drawn(
        "{% nav_items nav as e %}{% for i in e %}{{ i.label }}{{ i.here }} {% endfor %}",
        request=request,
        nav=items,
    )
    assert text.split() == ["甲False", "乙True"]


def test_every_role_has_a_navigation() -> None:
    assert set(NAV) == set(Role)
