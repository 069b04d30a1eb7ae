"""The supervisor's desk: what does not add up, what is late, what people decided against the rules, what must come back."""

from __future__ import annotations

from datetime import timedelta

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.views.decorators.http import require_GET

from wudan.kernel.actor import Actor
from wudan.kernel.money import in_sentence
from wudan.kernel.roles import Role
from wudan.orders.payment import desk as payment_desk
from wudan.orders.subsidy.queries.oversight import overdue_by_step, override_share
from wudan.oversight.queries import visible_findings
from wudan.oversight.records import VERBS, journal_counts
from wudan.web.shared.acting import for_roles
from wudan.web.shared.books.common import Desk
from wudan.web.shared.parts import Bar, Stat
from wudan.web.shared.render import page
from wudan.web.shared.words import cn_date

AREA = "supervisor"
WATCHED = ("unmask", "export", "download", "login-failed")
DAYS = 30


@require_GET
@for_roles(Role.SUPERVISOR)
def home(request: HttpRequest, actor: Actor) -> HttpResponseBase:
    """Five numbers that make someone act, then what is late by step and what people looked at."""
    desk = Desk(actor, AREA)
    findings = list(visible_findings(actor, state="open")[:20])
    money = payment_desk.standing(actor)
    late = overdue_by_step(actor, desk.today)
    overdue = sum(n for _, n, _ in late)
    overrides = override_share(actor)
    since = desk.today - timedelta(days=DAYS)
    seen = journal_counts(actor, since)
    claims, journal = reverse("supervisor:claims"), reverse("supervisor:journal")
    halted = money.batches.get("halted", (0, 0))
    stats = [
        Stat("待核实疑点", f"{len(findings)}", f"{reverse('supervisor:findings')}?state=open",
             f"其中{halted[0]}个批次暂停拨付" if halted[0] else "没有暂停的批次", "wrong" if findings else "plain", "件"),
        Stat("超期未办", f"{overdue:,}", f"{claims}?overdue=1&sort=due_on", "超过办理时限的申请" if overdue else "没有超期",
             "wrong" if overdue else "plain", "件"),
        Stat("人工认定占比", overrides.words, f"{claims}?overridden=1", f"{overrides.overridden:,}件，共{overrides.decided:,}件作出结论",
             "wait" if overrides.overridden else "plain"),
        Stat("追回中", f"{money.recoveries:,}", f"{reverse('supervisor:recoveries')}?state=open",
             f"还应追回{in_sentence(money.recovery_fen)}" if money.recoveries else "没有追回中的资金",
             "wait" if money.recoveries else "plain", "件"),
        Stat("查看完整号码", f"{seen.get('unmask', 0):,}", f"{journal}?verb=unmask&since={since.isoformat()}", f"近{DAYS}天",
             unit="次"),
    ]  # fmt: skip
    context = {
        "title": "监督审计",
        "subtitle": f"今天是{cn_date(desk.today)}",
        "stats": stats,
        "findings": findings,
        "late": [
            Bar(f"{label}环节", n, f"{n:,}件", f"{claims}?state=step{place}&overdue=1&sort=due_on")
            for place, n, label in late
        ],
        "watched": [
            Bar(VERBS[v], seen.get(v, 0), f"{seen.get(v, 0):,}次", f"{journal}?verb={v}&since={since.isoformat()}")
            for v in WATCHED
        ],
        "watched_title": f"近{DAYS}天的敏感操作",
    }  # fmt: skip
    return page(request, "supervisor/home.html", context)
