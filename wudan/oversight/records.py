"""操作日志 and 变更留痕 as the supervisor reads them: who looked, took away and logged in; what changed in one record."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Count, Model, Q, QuerySet

from wudan.accounts.queries import names_of
from wudan.kernel.actor import Actor
from wudan.kernel.changes import Change, changes_of, users_in
from wudan.kernel.models import JournalEntry
from wudan.kernel.roles import Role
from wudan.orders.payment.models import PaymentLine, Recovery
from wudan.orders.payment.queries import visible_batches, visible_recoveries
from wudan.orders.subsidy.queries.claims import visible_claims
from wudan.organisations.queries import organisations_of
from wudan.oversight.models import Finding
from wudan.oversight.queries import visible_findings

VERBS = {
    "unmask": "查看完整号码",
    "export": "导出列表",
    "download": "下载文件",
    "login": "登录",
    "logout": "退出",
    "login-failed": "登录失败",
    "password-reset": "重置密码",
    "account-opened": "开通账号",
    "account-closed": "关闭账号",
    "clear": "办结差异核查",
    "object": "提出异议",
}
SUBJECTS = {
    "user": "账号",
    "list": "列表",
    "batch": "拨付批次",
    "person-identity": "人员身份证号码",
    "person-phone": "人员手机号码",
    "person-account": "人员收款账号",
    "organisation-phone": "单位电话",
    "objection-phone": "异议人电话",
    "roster": "名册",
    "objection": "异议",
}


def journal(
    actor: Actor, *, verb: str = "", since: date | None = None, until: date | None = None, word: str = ""
) -> QuerySet[JournalEntry]:
    """The district's journal, newest first, for the supervisor alone. `word` is looked for in who and why."""
    if actor.role is not Role.SUPERVISOR or actor.district_id is None:
        return JournalEntry.objects.none()
    found = JournalEntry.objects.filter(district_code=actor.district_id)
    if verb:
        found = found.filter(verb=verb)
    if since:
        found = found.filter(at__date__gte=since)
    if until:
        found = found.filter(at__date__lte=until)
    if word:
        found = found.filter(Q(actor_label__icontains=word) | Q(reason__icontains=word))
    return found.order_by("-at", "-pk")


def journal_counts(actor: Actor, since: date) -> dict[str, int]:
    """Verb → how often since that day. One query."""
    rows = journal(actor, since=since).order_by().values_list("verb").annotate(n=Count("pk"))
    return dict(rows)


# --- the history of one record ------------------------------------------------------------------------------------
@dataclass(frozen=True, slots=True)
class Record:
    """A record found by what people call it, with all that changed in it."""

    kind: str
    label: str
    title: str
    pk: int
    changes: tuple[Change, ...]


def _claims(actor: Actor, text: str) -> QuerySet[Any]:
    return visible_claims(actor).filter(number=text)


def _batches(actor: Actor, text: str) -> QuerySet[Any]:
    return visible_batches(actor).filter(number=text)


def _lines(actor: Actor, text: str) -> QuerySet[Any]:
    return PaymentLine.objects.filter(batch__in=visible_batches(actor).order_by(), reference=text)


def _recoveries(actor: Actor, text: str) -> QuerySet[Any]:
    found: QuerySet[Recovery] = visible_recoveries(actor).filter(claim__number=text)
    return found


def _organisations(actor: Actor, text: str) -> QuerySet[Any]:
    return organisations_of(actor).filter(Q(name=text) | Q(credit_code=text.upper()))


def _findings(actor: Actor, text: str) -> QuerySet[Finding]:
    return visible_findings(actor).filter(pk=int(text)) if text.isdecimal() else Finding.objects.none()


KINDS: dict[str, tuple[str, str, Callable[[Actor, str], QuerySet[Any]]]] = {
    "claim": ("申请", "申请编号", _claims),
    "batch": ("拨付批次", "批次号", _batches),
    "line": ("拨付明细", "明细号", _lines),
    "recovery": ("追回", "申请编号", _recoveries),
    "organisation": ("单位", "单位全称或统一社会信用代码", _organisations),
    "finding": ("疑点", "疑点编号", _findings),
}
MOST = 5


def records(actor: Actor, kind: str, text: str) -> list[Record]:
    """The records of that kind called so, each with its history; of the supervisor's own district only."""
    text = text.strip()
    if actor.role is not Role.SUPERVISOR or kind not in KINDS or not text or len(text) > 60:
        return []
    label, _, find = KINDS[kind]
    found = []
    for row in find(actor, text)[:MOST]:
        model: type[Model] = type(row)
        names = names_of(users_in(model, row.pk))
        found.append(Record(kind, label, str(row), row.pk, tuple(changes_of(model, row.pk, names=names))))
    return found
