"""单位信息: what the bureau holds of the organisation, its account (masked), whom to call, and what 暂停受理 means."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

from wudan.kernel.actor import Actor
from wudan.kernel.clock import now
from wudan.kernel.errors import Refused
from wudan.organisations import queries
from wudan.organisations.actions import organising as actions
from wudan.web.shared.applicants.claim_forms import AccountForm, ContactForm
from wudan.web.shared.applicants.desk import Desk, frame
from wudan.web.shared.parts import Crumb, Fact
from wudan.web.shared.render import page


def about(request: HttpRequest, actor: Actor, *, desk: Desk) -> HttpResponse:
    """The organisation as it is registered."""
    context = frame(actor, desk, title="单位信息")
    seen = context["organisation"]
    rows = [
        Fact("单位名称", seen.name),
        Fact("统一社会信用代码", seen.credit_code),
        Fact("所属区", seen.district.name),
        Fact("所在镇街", seen.division.name if seen.division else "未登记"),
        Fact("单位性质", seen.nature or "未登记"),
    ]
    if desk.on_authority:
        rows.append(Fact("办学许可证号", seen.licence or "未登记"))
    context |= {
        "facts": rows,
        "contact": [
            Fact("联系人", seen.contact or "未登记"),
            Fact("联系电话", seen.phone_masked or "未登记"),
        ],
        "account": queries.current_account(seen.pk),
    }
    return page(request, "shared/applicants/about.html", context)


def account(request: HttpRequest, actor: Actor, *, desk: Desk) -> HttpResponse:
    """Another account for sums paid from now on; the reason stays in history."""
    form = AccountForm(request.POST if request.method == "POST" else None)
    context = _frame(actor, desk, "变更对公账户")
    if form.is_bound and form.is_valid():
        try:
            made = actions.record_organisation_account(
                organisation_id=actor.organisation_id or 0,
                holder=context["organisation"].name,
                actor=actor,
                at=now(),
                **form.cleaned_data,
            )
            messages.success(
                request, f"对公账户已登记为{made.bank} {made.number_masked}，此后送银行的补贴付到这个账户。"
            )
            return redirect(desk.url("about"))
        except Refused as refused:
            form.add_refused(refused)
    context |= {"form": form, "current": queries.current_account(actor.organisation_id or 0)}
    return page(request, "shared/applicants/about_account.html", context, status=422 if form.errors else 200)


def contact(request: HttpRequest, actor: Actor, *, desk: Desk) -> HttpResponse:
    """Whom the bureau calls."""
    context = _frame(actor, desk, "修改联系人")
    form = ContactForm(
        request.POST if request.method == "POST" else None,
        initial={"contact": context["organisation"].contact},
    )
    if form.is_bound and form.is_valid():
        try:
            actions.amend_organisation(
                organisation_id=actor.organisation_id or 0, actor=actor, at=now(), **form.cleaned_data
            )
            messages.success(request, "联系人已更新，区人社局从现在起按新的电话联系您。")
            return redirect(desk.url("about"))
        except Refused as refused:
            form.add_refused(refused)
    context |= {"form": form}
    return page(request, "shared/applicants/about_contact.html", context, status=422 if form.errors else 200)


def _frame(actor: Actor, desk: Desk, title: str) -> dict[str, Any]:
    return frame(actor, desk, title=title, crumbs=[Crumb("单位信息", desk.url("about")), Crumb(title)])
