"""At the counter (窗口): the person stands there with the papers, and phone, name, town or account is put right."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from wudan.kernel.actor import Actor
from wudan.kernel.errors import FORBIDDEN, Refused
from wudan.people.actions import amend_person, record_account
from wudan.people.queries import current_account, towns
from wudan.web.bureau.desk import Desk
from wudan.web.bureau.people import KEEPERS, one_person
from wudan.web.shared import forms as f
from wudan.web.shared.acting import for_roles
from wudan.web.shared.parts import Crumb
from wudan.web.shared.render import page


class AmendForm(f.Form):
    name = forms.CharField(label="姓名", max_length=50, help_text="与证件一致。")
    phone = f.PhoneField(label="新的手机号码", required=False, help_text="不改的不填。")
    town_code = forms.ChoiceField(label="户籍或常住镇街", required=False)
    papers_seen = forms.BooleanField(
        label="已核对本人证件原件", required=False, help_text="核对过的，此人可以自己在网上更改收款账户。"
    )
    reason = forms.CharField(
        label="更正原因", min_length=4, max_length=200, help_text="例如：本人持身份证到窗口更换手机号码。"
    )

    def __init__(self, *args: Any, desk: Desk, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["town_code"]
        assert isinstance(field, forms.ChoiceField)  # noqa: S101 - for the type
        field.choices = [("", "不更改"), *towns(desk.code).values_list("code", "name")]


class AccountForm(f.Form):
    bank = forms.CharField(label="开户银行", max_length=60, help_text="例如：中国农业银行台儿庄支行。")
    number = forms.CharField(
        label="银行卡号或账号", max_length=40, help_text="请对照卡面逐位核对。户名须为本人。",
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off", "class": "w-number"}),
    )  # fmt: skip
    reason = forms.CharField(
        label="登记依据", min_length=4, max_length=200, help_text="例如：本人持身份证和社会保障卡到窗口登记。"
    )


@require_http_methods(["GET", "POST"])
@for_roles(*KEEPERS)
def amend(request: HttpRequest, actor: Actor, person_id: int) -> HttpResponse:
    """更正个人信息; the number itself is never amended."""
    desk = Desk(actor)
    found = one_person(request, actor, person_id)
    start = {"name": found.name, "papers_seen": found.assurance == "papers"}
    form = AmendForm(request.POST or None, desk=desk, initial=start)
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        try:
            amend_person(
                person_id=found.pk, name=data["name"], phone=data["phone"] or None, town_code=data["town_code"] or None,
                papers_seen=data["papers_seen"], reason=data["reason"], actor=actor, at=desk.at,
            )  # fmt: skip
        except Refused as refused:
            _beside(form, refused)
        else:
            messages.success(request, "个人信息已更正，原来的内容和更正原因留在记录里。")
            return redirect("bureau:person", found.pk)
    note = f"现在登记的手机号码：{found.phone_masked or '没有'}。证件号码登记错了的，请按正确的号码重新登记。"
    return _page(request, found, form, "更正个人信息", "更正", note)


@require_http_methods(["GET", "POST"])
@for_roles(*KEEPERS)
def account(request: HttpRequest, actor: Actor, person_id: int) -> HttpResponse:
    """登记收款账户: the person's own; a new number replaces the one before."""
    desk = Desk(actor)
    found = one_person(request, actor, person_id)
    form = AccountForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        try:
            record_account(
                person_id=found.pk, holder=found.name, bank=data["bank"], number=data["number"], reason=data["reason"],
                actor=actor, at=desk.at,
            )  # fmt: skip
        except Refused as refused:
            _beside(form, refused)
        else:
            messages.success(request, "收款账户已登记，以后核定的补贴付到这个账户。")
            return redirect("bureau:person", found.pk)
    now = current_account(found.pk)
    held = f"现在登记的是{now.bank}{now.number_masked}，登记后由新账户代替。" if now else "还没有登记过账户。"
    return _page(request, found, form, "登记收款账户", "登记账户", f"户名：{found.name}。{held}")


def _beside(form: f.Form, refused: Refused) -> None:
    if refused.refusal.status == FORBIDDEN:
        raise refused
    form.add_refused(refused)


def _page(request: HttpRequest, found: Any, form: f.Form, title: str, submit: str, note: str) -> HttpResponse:
    here = reverse("bureau:person", args=[found.pk])
    context = {
        "title": title,
        "subtitle": f"{found.name} · {found.get_document_kind_display()} {found.number_masked}",
        "crumbs": [Crumb("人员", reverse("bureau:people")), Crumb(found.name, here), Crumb(title)],
        "form": form,
        "submit": submit,
        "note": note,
        "cancel_url": here,
    }
    return page(request, "bureau/form.html", context, status=422 if form.errors else 200)
