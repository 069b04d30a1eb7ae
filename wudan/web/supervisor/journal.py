"""操作日志: who looked at full numbers, took lists away, downloaded, logged in; and the history of any one record."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.views.decorators.http import require_GET

from wudan.kernel.actor import Actor
from wudan.kernel.roles import Role
from wudan.oversight import records
from wudan.web.shared.acting import for_roles
from wudan.web.shared.books.common import Desk
from wudan.web.shared.lists import Column, Filter, ListPage, Query
from wudan.web.shared.parts import Crumb, Tone
from wudan.web.shared.render import page

AREA = "supervisor"
TONES: dict[str, Tone] = {"unmask": "wait", "export": "wait", "download": "wait", "login-failed": "wrong"}


@require_GET
@for_roles(Role.SUPERVISOR)
def journal(request: HttpRequest, actor: Actor) -> HttpResponseBase:
    """The journal, newest first."""
    desk = Desk(actor, AREA)
    spec: ListPage[Any] = ListPage(
        title="操作日志",
        search="经办人或事由",
        sort="-at",
        unit="条",
        empty_title="没有符合条件的日志",
        empty_text="登录、查看完整号码、导出和下载都会记在这里，任何人不能修改或删除。",
        filters=[
            Filter("verb", "操作", list(records.VERBS.items())),
            Filter("since", "日期不早于", kind="date"),
            Filter("until", "日期不晚于", kind="date"),
        ],
        columns=[
            Column("时间", lambda j: j.at, "time", "at", width=20),
            Column("经办人", lambda j: j.actor_label, "strong", "actor_label", width=34),
            Column("操作", lambda j: records.VERBS.get(j.verb, j.verb), "badge", tone=lambda j: TONES.get(j.verb, "plain")),
            Column("对象", _subject, href=lambda j: _subject_url(j, desk), width=30),
            Column("事由", lambda j: j.reason or "—", width=40),
            Column("说明", _detail, width=40),
        ],
    )  # fmt: skip

    def fetch(query: Query) -> QuerySet[Any]:
        found = records.journal(
            actor,
            verb=query.get("verb"),
            since=query.day("since"),
            until=query.day("until"),
            word=query.search,
        )
        return found.order_by(query.order_by, "-pk")

    return spec.respond(
        request,
        fetch,
        "supervisor/journal.html",
        {"history_url": reverse("supervisor:history")},
        district=desk.name,
    )


def _subject(row: Any) -> str:
    kind = records.SUBJECTS.get(row.subject_kind, "记录")
    if row.subject_kind == "list":
        return str(row.subject_id)
    return f"{kind}第{row.subject_id}号" if row.subject_id else kind


def _subject_url(row: Any, desk: Desk) -> str:
    if row.subject_kind == "batch" and row.subject_id.isdecimal():
        return desk.url("batch", row.subject_id)
    return ""


_FORMS = {"csv": "纯文本表格", "csv-gb18030": "纯文本表格", "xlsx": "表格"}


def _detail(row: Any) -> str:
    """The few things a detail may say, in words; never raw keys."""
    said = []
    if form := row.detail.get("format"):
        said.append(_FORMS.get(form, ""))
    if (rows := row.detail.get("rows", row.detail.get("lines"))) is not None:
        said.append(f"{rows}行")
    if conditions := row.detail.get("conditions"):
        said.append(f"条件：{conditions}")
    return "，".join(s for s in said if s) or "—"


@require_GET
@for_roles(Role.SUPERVISOR)
def history(request: HttpRequest, actor: Actor) -> HttpResponseBase:
    """Every change of one record, old value and new."""
    kind = request.GET.get("kind", "claim")
    kind = kind if kind in records.KINDS else "claim"
    text = request.GET.get("q", "").replace("\x00", "").strip()[:60]
    context = {
        "title": "变更记录查询",
        "crumbs": [Crumb("操作日志", reverse("supervisor:journal")), Crumb("变更记录查询")],
        "kinds": [(code, label, by, code == kind) for code, (label, by, _) in records.KINDS.items()],
        "q": text,
        "found": records.records(actor, kind, text) if text else [],
        "asked_for": f"{records.KINDS[kind][0]}的{records.KINDS[kind][1]}",
    }
    return page(request, "supervisor/history.html", context)
