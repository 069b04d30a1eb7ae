"""我的: what the house holds about me, my phone and account, and who has looked at my numbers."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods

from wudan.kernel.actor import Actor
from wudan.kernel.errors import Refused
from wudan.kernel.roles import Role
from wudan.orders.payment.queries import bounced_lines
from wudan.people.actions import amend_person, record_account
from wudan.people.queries import current_account, looks_at, tags_of, towns
from wudan.policy.queries import rulebook_for
from wudan.web.learner.frame import Visit, frame
from wudan.web.shared import forms as f
from wudan.web.shared.acting import for_roles
from wudan.web.shared.parts import Fact
from wudan.web.shared.render import page

KINDS = {"person-identity": "证件号码", "person-phone": "手机号码", "person-account": "收款账号"}


class PhoneForm(f.Form):
    """A new phone number."""

    phone = f.PhoneField(label="新手机号码", help_text="工作人员用它联系您，您也可以用它登录。")


class TownForm(f.Form):
    """Which town one lives in."""

    town = forms.ChoiceField(label="户籍或常住镇街", help_text="您的申请由这里的便民服务中心协助办理。")


class AccountForm(f.Form):
    """The account the subsidy is paid to; always the person's own."""

    bank = forms.CharField(
        label="开户银行", max_length=60, help_text="写到银行名称即可，例如：中国农业银行。"
    )
    number = forms.CharField(
        label="银行卡号或账号", max_length=40, help_text="建议填写社会保障卡的银行账号。请对照卡面逐位核对。",
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off", "class": "w-number"}),
    )  # fmt: skip


@require_GET
@for_roles(Role.WORKER)
def me(request: HttpRequest, actor: Actor) -> HttpResponse:
    """Everything at a glance, numbers masked."""
    visit = Visit(actor)
    one = visit.me
    account_now = current_account(one.pk)
    context = frame(
        visit,
        title="我的",
        person=one,
        facts=[
            Fact("姓名", one.name),
            Fact(one.get_document_kind_display(), one.number_masked),
            Fact(
                "实名核验", one.get_assurance_display(), tone="wait" if one.assurance == "none" else "plain"
            ),
        ],
        account=account_now,
        bounced=bool(bounced_lines(actor).exists()),
        groups=_groups(visit),
        looks=[_look(entry) for entry in looks_at(one.pk)],
    )
    return page(request, "learner/me.html", context)


@require_http_methods(["GET", "POST"])
@for_roles(Role.WORKER)
def phone(request: HttpRequest, actor: Actor) -> HttpResponse:
    """Another phone number."""
    visit = Visit(actor)
    form = PhoneForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            amend_person(
                person_id=visit.me.pk,
                phone=form.cleaned_data["phone"],
                reason="本人更正手机号码",
                actor=actor,
                at=visit.at,
            )
        except Refused as refused:
            form.add_refused(refused)
        else:
            messages.success(request, "手机号码已更正，从现在起用新号码联系您，登录也用新号码。")
            return redirect("learner:me")
    return _form(
        request, visit, form, "更正手机号码", f"现在登记的是{visit.me.phone_masked or '（没有登记）'}。"
    )


@require_http_methods(["GET", "POST"])
@for_roles(Role.WORKER)
def town(request: HttpRequest, actor: Actor) -> HttpResponse:
    """Which town one lives in: it decides which district's pages are shown first."""
    visit = Visit(actor)
    form = TownForm(request.POST or None, initial={"town": visit.me.town_id or ""})
    found = [(p.name, [(t.code, t.name) for t in towns(p.code)]) for p in visit.places.values()]
    form.fields["town"].choices = [("", "请选择"), *found]  # type: ignore[attr-defined]
    if request.method == "POST" and form.is_valid():
        try:
            amend_person(
                person_id=visit.me.pk,
                town_code=form.cleaned_data["town"],
                reason="本人更正所在镇街",
                actor=actor,
                at=visit.at,
            )
        except Refused as refused:
            form.add_refused(refused)
        else:
            messages.success(request, "所在镇街已更正。以前提交的申请仍由原来的区办理。")
            return redirect("learner:me")
    return _form(request, visit, form, "更正所在镇街", "")


@require_http_methods(["GET", "POST"])
@for_roles(Role.WORKER)
def account(request: HttpRequest, actor: Actor) -> HttpResponse:
    """The account one is paid to. The holder is always oneself."""
    visit = Visit(actor)
    form = AccountForm(request.POST or None)
    now = current_account(visit.me.pk)
    back = _own_path(request.GET.get("next") or request.POST.get("next") or "")
    if request.method == "GET" and now is not None and visit.me.assurance == "none":
        return _not_online(request, visit, now, back)
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        try:
            record_account(
                person_id=visit.me.pk, holder=visit.me.name, bank=data["bank"], number=data["number"], actor=actor,
                at=visit.at,
            )  # fmt: skip
        except Refused as refused:
            form.add_refused(refused)
        else:
            messages.success(request, "收款账户已登记，以后的补贴打进这个账户。")
            return redirect(back or _after_account(actor))
    note = (
        f"现在登记的是{now.bank} {now.number_masked}。"
        if now
        else "您还没有登记收款账户，登记后补贴才能打给您。"
    )
    return _form(
        request,
        visit,
        form,
        "登记收款账户",
        f"户名必须是您本人：{visit.me.name}。{note}",
        back or reverse("learner:me"),
        back,
    )


def _not_online(request: HttpRequest, visit: Visit, now: Any, back: str) -> HttpResponse:
    """Said instead of the form that would be refused: what keeps it from being changed here, and where it is changed."""
    context = frame(
        visit, title="登记收款账户", back_url=back or reverse("learner:me"), account=now, holder=visit.me.name
    )
    return page(request, "learner/account_locked.html", context)


def _after_account(actor: Actor) -> str:
    """Where money came back, on to the claim it belongs to; else to one's own page."""
    line = bounced_lines(actor).first()
    return reverse("learner:claim", args=[line.claim_id]) if line else reverse("learner:me")


def _own_path(path: str) -> str:
    """Only a worker's own page, so that the address cannot lead elsewhere."""
    return path if path.startswith(reverse("learner:home")) and "//" not in path and "\\" not in path else ""


def _form(
    request: HttpRequest,
    visit: Visit,
    form: f.Form,
    title: str,
    note: str,
    back: str = "",
    next_url: str = "",
) -> HttpResponse:
    context = frame(
        visit, title=title, form=form, note=note, back_url=back or reverse("learner:me"), next_url=next_url
    )
    return page(request, "learner/mend.html", context, status=422 if form.errors else 200)


def _groups(visit: Visit) -> list[dict[str, Any]]:
    rulebook = rulebook_for(visit.home.code) if visit.home else None
    return [
        {
            "label": rulebook.word(tag.group) if rulebook else tag.group,
            "since": tag.valid.lower or tag.withdrawn.lower,
            "until": tag.valid.upper,
            "over": tag.valid.isempty or bool(tag.valid.upper and tag.valid.upper <= visit.today),
            "withdrawn": tag.valid.isempty,
            "proof": tag.proof,
            "by": tag.proved_by,
        }
        for tag in tags_of(visit.me.pk)
    ]


def _look(entry: Any) -> dict[str, Any]:
    what = KINDS.get(entry.subject_kind, "个人信息")
    return {"at": entry.at, "who": entry.actor_label, "what": what, "why": entry.reason}
