"""信用记录 of an organisation: recorded with its basis, repaired by another official."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from wudan.kernel.actor import Actor
from wudan.kernel.errors import Refused
from wudan.kernel.roles import Role
from wudan.organisations import queries
from wudan.organisations.actions.crediting import record_credit, repair_credit
from wudan.web.bureau.desk import Desk
from wudan.web.shared import forms as f
from wudan.web.shared.acting import for_roles
from wudan.web.shared.capacity.cases import credit_line
from wudan.web.shared.parts import Crumb
from wudan.web.shared.render import page


class CreditForm(f.Form):
    """An entry of the record."""

    kind = forms.ChoiceField(label="类别")
    description = forms.CharField(
        label="事由",
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="时间、事实和查实的情况。",
    )
    clause = forms.CharField(label="依据", max_length=200, help_text="文件和条款。")
    valid_from = f.DateField(label="有效期自")
    valid_until = f.DateField(label="有效期至", required=False, help_text="长期有效的不填。")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["kind"].choices = [("", "请选择"), *queries.credit_kinds()]  # type: ignore[attr-defined]


def credit_context(desk: Desk, organisation: Any) -> dict[str, Any]:
    """What the organisation's page shows of its record."""
    may = desk.actor.role is Role.REVIEWER
    lines = [credit_line(entry, desk.today) for entry in queries.credit_of(organisation.pk)]
    for line in lines:
        entry = line["entry"]
        open_ = may and entry.repaired_at is None
        line["repair_url"] = (
            reverse("bureau:credit_repair", args=[organisation.pk, entry.pk]) if open_ else ""
        )
    return {
        "credit": lines,
        "credit_new_url": reverse("bureau:credit_new", args=[organisation.pk]) if may else "",
    }


@require_http_methods(["GET", "POST"])
@for_roles(Role.REVIEWER)
def new(request: HttpRequest, actor: Actor, organisation_id: int) -> HttpResponse:
    """记入信用记录."""
    desk = Desk(actor)
    found = _one(actor, organisation_id)
    form = CreditForm(request.POST or None, initial={"valid_from": desk.today})
    if request.method == "POST" and form.is_valid():
        try:
            record_credit(
                district_id=desk.code, organisation_id=found.pk, actor=actor, at=desk.at, **form.cleaned_data
            )
        except Refused as refused:
            form.add_refused(refused)
        else:
            messages.success(request, "已记入信用记录。单位可以在自己的页面陈述申辩。")
            return redirect("bureau:organisation", found.pk)
    note = "违规失信和严重失信在有效期内影响备案、认定和承接班次；单位可以陈述申辩和申请修复。"
    return _form(request, found, form, "记入信用记录", "记入", note)


@require_http_methods(["GET", "POST"])
@for_roles(Role.REVIEWER)
def repair(request: HttpRequest, actor: Actor, organisation_id: int, entry_id: int) -> HttpResponse:
    """信用修复."""
    desk = Desk(actor)
    found = _one(actor, organisation_id)
    entry = queries.credit_entry(actor, entry_id)
    if entry is None or entry.organisation_id != found.pk:
        raise Http404
    form = f.ReasonForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            repair_credit(entry_id=entry.pk, reason=form.cleaned_data["reason"], actor=actor, at=desk.at)
        except Refused as refused:
            form.add_refused(refused)
        else:
            messages.success(request, "信用已修复，记录保留，不再影响办理。")
            return redirect("bureau:organisation", found.pk)
    note = f"修复“{entry.description}”。记录保留，不再影响备案、认定和承接班次。记入人不能自己办理修复。"
    return _form(request, found, form, "信用修复", "修复", note)


def _form(request: HttpRequest, found: Any, form: f.Form, title: str, submit: str, note: str) -> HttpResponse:
    here = reverse("bureau:organisation", args=[found.pk])
    context = {
        "title": title,
        "subtitle": found.name,
        "crumbs": [Crumb("单位", reverse("bureau:organisations")), Crumb(found.name, here), Crumb(title)],
        "form": form,
        "submit": submit,
        "note": note,
        "cancel_url": here,
    }
    return page(request, "bureau/form.html", context, status=422 if form.errors else 200)


def _one(actor: Actor, organisation_id: int) -> Any:
    found = queries.organisation(actor, organisation_id)
    if found is None or found.kind not in ("enterprise", "provider"):
        raise Http404
    return found
