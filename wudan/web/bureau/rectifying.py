"""更正事实: a fact of an application found to be otherwise, with where it was seen; what was decided on it is looked at again."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from wudan.kernel.actor import Actor
from wudan.kernel.errors import FORBIDDEN, Refused
from wudan.kernel.roles import Role
from wudan.orders.subsidy.actions.rectifying import correct_fact
from wudan.orders.subsidy.actions.rectifying import rectifiable as correctable
from wudan.orders.subsidy.queries.casefile import claim_page
from wudan.policy.engine.rulebook import Rulebook
from wudan.policy.queries import rulebook_for
from wudan.web.bureau.desk import Desk, about, chain, claim_url
from wudan.web.shared import forms as f
from wudan.web.shared.acting import for_roles
from wudan.web.shared.own_fields import own_field, own_plain
from wudan.web.shared.parts import Crumb
from wudan.web.shared.render import page

ENOUGH = 10**7


class RectifyForm(f.Form):
    """One value, in the unit of its column; a column of the rulebook's own as the application asks for it."""

    source = forms.CharField(label="来源", max_length=200, help_text="在哪里查到的，例如“社保系统查询”。")
    reference = forms.CharField(label="编号或页码", max_length=100, required=False)

    def __init__(self, *args: Any, column: str, rulebook: Rulebook, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        unit = rulebook.columns[column].unit if column in rulebook.columns else ""
        value: forms.Field
        if column in rulebook.own:
            value = own_field(rulebook, column)
            value.label, value.required = f"更正为：{value.label}", True
        elif column == "draws_pension":
            value = forms.ChoiceField(label="更正为", choices=[("yes", "是"), ("no", "否")])
        elif column.endswith("_fen"):
            value = f.MoneyField(label="更正为（元）")
        elif column == "prior_level":
            levels = [(code, level.label) for code, level in rulebook.levels.items()]
            value = forms.TypedChoiceField(label="更正为", choices=levels, coerce=int)
        else:
            value = forms.IntegerField(
                label=f"更正为（{unit}）" if unit else "更正为", min_value=0, max_value=ENOUGH
            )
        self.fields = {"value": value, **self.fields}

    def given(self) -> dict[str, Any]:
        data = dict(self.cleaned_data)
        if data["value"] in ("yes", "no"):
            data["value"] = data["value"] == "yes"
        return own_plain(data)


@require_http_methods(["GET", "POST"])
@for_roles(Role.INTAKE, Role.REVIEWER)
def rectify(request: HttpRequest, actor: Actor, claim_id: int, column: str) -> HttpResponse:
    """One fact of one application of the district."""
    desk = Desk(actor)
    found = claim_page(claim_id, actor, desk.today)
    label = dict(rectifiable(found)).get(column)
    if label is None:
        raise Http404
    claim = found.claim
    form = RectifyForm(request.POST or None, column=column, rulebook=rulebook_for(desk.code))
    if request.method == "POST" and form.is_valid():
        try:
            correct_fact(claim_id=claim.pk, column=column, actor=actor, at=desk.at, **form.given())
        except Refused as refused:
            if refused.refusal.status == FORBIDDEN:
                raise
            form.add_refused(refused)
        else:
            messages.success(
                request,
                f"“{label}”的更正已登记。已经办理的，系统马上重新核算，有差额的出现在“差额”中；在办的，下次审核时使用。",
            )
            return redirect(claim_url(claim))
    now = next((fact.text for fact in found.facts if fact.column == column), "—")
    context = {
        "title": f"更正“{label}”：{about(claim)}",
        "subtitle": f"申请时填写：{now}。原申请不改动，更正连同证明另记一条。",
        "crumbs": [
            Crumb("申请", reverse("bureau:claims")),
            Crumb(claim.number, claim_url(claim)),
            Crumb("更正事实"),
        ],
        "form": form,
        "submit": "登记更正",
        "note": "同一个人受影响的申请都会重新核算，其他人的不受影响。",
        "cancel_url": claim_url(claim),
        **chain(claim, desk),
    }
    return page(request, "bureau/recover.html", context, status=422 if form.errors else 200)


def rectifiable(found: Any) -> list[tuple[str, str]]:
    """The facts of this application that may be corrected, each with its label."""
    if found.claim.state == "withdrawn":
        return []
    here = {fact.column for fact in found.facts}
    labels = correctable(rulebook_for(found.claim.district_id))
    return [(column, label) for column, label in labels.items() if column in here]
