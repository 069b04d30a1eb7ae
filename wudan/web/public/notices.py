"""Public notices (公示): masked lines only, not for search engines; anybody with a phone number may object."""

from __future__ import annotations

from datetime import date
from typing import Any, TypeVar

from axes.helpers import get_client_ip_address
from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods

from wudan.kernel.clock import now
from wudan.kernel.errors import Refused
from wudan.kernel.periods import legal_day
from wudan.orders.subsidy.actions.objecting import LONGEST, open_per_phone
from wudan.orders.subsidy.actions.objecting import object_to as object_to_line
from wudan.orders.subsidy.queries.notices import PublicNotice, public_line, public_list, public_notices
from wudan.web.public.frame import frame
from wudan.web.shared import forms as f
from wudan.web.shared.lists import Column, ListPage, Query
from wudan.web.shared.parts import Crumb
from wudan.web.shared.render import page
from wudan.web.shared.words import cn_date

_SHOWN: list[Column[Any]] = [
    Column("序号", lambda x: x.position, "number", "position"),
    Column("姓名或单位", lambda x: x.name_masked, "strong"),
    Column("证件号码", lambda x: x.number_masked),
    Column("补贴标准", lambda x: x.standard),
    Column("金额（元）", lambda x: x.amount_fen, "money", "amount_fen", total=True),
]


def _lines(code: str, found: PublicNotice) -> ListPage[Any]:
    """The list; while objections are taken every line says where to make one."""
    columns = list(_SHOWN)
    if found.taking:
        href = lambda x: reverse("public:object", args=[code, found.id, x.pk])  # noqa: E731
        columns.append(Column("有异议", lambda _: "提出异议", href=href))
    return ListPage(
        title=found.title, search="姓名、号码或补贴标准", sort="position", unit="件", columns=columns,
        empty_title="没有符合条件的名单", empty_text="公示的姓名和号码部分隐藏，请换一个词查找，例如补贴标准。",
    )  # fmt: skip


class ObjectionForm(f.Form):
    """What is wrong, and a number to call back."""

    content = forms.CharField(
        label="您认为哪里不对",
        min_length=4,
        max_length=LONGEST,
        widget=forms.Textarea(attrs={"rows": 4}),
        error_messages={"min_length": "请写清楚哪里不对，至少4个字。"},
    )
    phone = f.PhoneField(
        label="您的手机号码", help_text="只用于核实和告知您结果，不对外公开，也不告诉被公示人。"
    )


@require_GET
def notices(request: HttpRequest, code: str) -> HttpResponse:
    """All notices that may still be seen."""
    shown = public_notices(code, legal_day(now()))
    context = frame(code, title="补贴公示", no_index=True, notices=shown, crumbs=[Crumb("公示")])
    return _unlisted(page(request, "public/notices.html", context))


@require_GET
def notice(request: HttpRequest, code: str, notice_id: int) -> HttpResponseBase:
    """One notice with its lines, paged and searchable; nothing after its last day of display."""
    today = legal_day(now())
    found = _notice(code, notice_id, today)

    def fetch(query: Query) -> Any:
        return public_list(found.id, today, search=query.search, order_by=query.order_by)

    context = frame(
        code, notice=found, no_index=True,
        crumbs=[Crumb("公示", reverse("public:notices", args=[code])), Crumb(found.title)],
    )  # fmt: skip
    lines = _lines(code, found)
    return _unlisted(
        lines.respond(request, fetch, "public/notice.html", context, district=context["district_name"])
    )


@require_http_methods(["GET", "POST"])
def object_to(request: HttpRequest, code: str, notice_id: int, line_id: int) -> HttpResponse:
    """Object to one line: it alone is frozen until somebody has looked into it."""
    at = now()
    found = _notice(code, notice_id, legal_day(at))
    of_line, line = public_line(line_id, legal_day(at))
    if of_line.id != found.id:
        raise Http404
    form = ObjectionForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            made = object_to_line(
                line_id=line_id, content=form.cleaned_data["content"], phone=form.cleaned_data["phone"],
                address=get_client_ip_address(request) or "", at=at,
            )  # fmt: skip
        except Refused as refused:
            form.add_refused(refused)
        else:
            messages.success(
                request,
                f"您的异议已经收到，这一笔已暂停拨付。区人社局最迟在{cn_date(made.due_on)}核实完毕，按您留的电话告知结果。",
            )
            return redirect("public:notice", code, notice_id)
    back = reverse("public:notice", args=[code, notice_id])
    context = frame(
        code, title="提出异议", form=form, line=line, notice=found, no_index=True, back_url=back, most=open_per_phone(code, legal_day(at)),
        crumbs=[Crumb("公示", reverse("public:notices", args=[code])), Crumb(found.title, back), Crumb("提出异议")],
    )  # fmt: skip
    return _unlisted(page(request, "public/object.html", context, status=422 if form.errors else 200))


def _notice(code: str, notice_id: int, today: date) -> PublicNotice:
    """One of this district's notices on display; any other is a page that does not exist."""
    found = next((n for n in public_notices(code, today) if n.id == notice_id), None)
    if found is None:
        raise Http404
    return found


Answer = TypeVar("Answer", bound=HttpResponseBase)


def _unlisted(response: Answer) -> Answer:
    """Not for search engines, and not kept by a cache after the list was taken down."""
    response["X-Robots-Tag"] = "noindex, nofollow, noarchive"
    response["Cache-Control"] = "private, no-store"
    return response
