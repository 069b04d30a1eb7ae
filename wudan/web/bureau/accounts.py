"""账号与岗位: who may log in and in which role; incompatible duties are refused in words."""

from __future__ import annotations

from datetime import datetime, time
from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from wudan.accounts import actions
from wudan.accounts.queries import roles_of, visible_memberships, visible_users
from wudan.kernel.actor import Actor
from wudan.kernel.errors import Refused
from wudan.kernel.periods import SHANGHAI
from wudan.kernel.roles import Role
from wudan.organisations.queries import organisations_of
from wudan.people.queries import towns
from wudan.web.bureau.desk import Desk
from wudan.web.shared import forms as f
from wudan.web.shared.acting import for_roles
from wudan.web.shared.lists import Column, Filter, ListPage, Query
from wudan.web.shared.parts import Crumb
from wudan.web.shared.render import page

ROLES = [r for r in Role if r is not Role.WORKER]
_PASSWORD = {"autocomplete": "new-password"}
RULE = "申报、审核、拨付、监督四类岗位，同一个人只能在其中一类（行政事业单位内部控制规范（试行）（财会〔2012〕21号））。"


class AccountForm(f.Form):
    username = forms.CharField(
        label="登录名", max_length=40, help_text="3至40位小写字母、数字，不能用身份证号码或手机号码。"
    )
    display_name = forms.CharField(label="姓名", max_length=50)
    password = forms.CharField(
        label="初始密码", max_length=128, help_text="至少10位，含有字母。请当面交给本人，并请本人登录后修改。",
        widget=forms.PasswordInput(attrs=_PASSWORD),
    )  # fmt: skip


class GrantForm(f.Form):
    role = forms.ChoiceField(label="岗位", choices=[("", "请选择"), *((r.value, r.label) for r in ROLES)])
    organisation_id = forms.TypedChoiceField(
        label="所在单位", required=False, coerce=int, help_text="只有企业经办人、培训机构经办人需要选择。"
    )
    town_code = forms.ChoiceField(label="所在镇街", required=False, help_text="只有镇街经办需要选择。")
    valid_until = f.DateField(label="到哪一天为止（不含当天）", required=False, help_text="不限期的不填。")
    basis = forms.CharField(label="授权依据", max_length=200, help_text="任命或委托文件的名称、文号。")

    def __init__(self, *args: Any, desk: Desk, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        units = organisations_of(desk.actor).filter(kind__in=["enterprise", "provider"])
        for name, first, choices in (
            ("organisation_id", "不属于单位", units.values_list("pk", "name")),
            ("town_code", "不属于镇街", towns(desk.code).values_list("code", "name")),
        ):
            field = self.fields[name]
            assert isinstance(field, forms.ChoiceField)  # noqa: S101 - for the type
            field.choices = [("", first), *choices]


class PasswordForm(f.Form):
    password = forms.CharField(
        label="新密码",
        max_length=128,
        widget=forms.PasswordInput(attrs=_PASSWORD),
        help_text="至少10位，含有字母。",
    )


# --- the list ---------------------------------------------------------------------------------------------------
@require_GET
@for_roles(Role.SYSTEM)
def accounts(request: HttpRequest, actor: Actor) -> HttpResponseBase:
    """Every role held in the district now."""
    desk = Desk(actor)
    spec: ListPage[Any] = ListPage(
        title="账号与岗位",
        search="姓名或登录名",
        sort="role",
        unit="项授权",
        empty_title="没有符合条件的授权",
        filters=[Filter("role", "岗位", [(r.value, r.label) for r in ROLES])],
        columns=[
            Column(
                "姓名", lambda m: m.user.display_name, "strong", "user__display_name",
                href=lambda m: reverse("bureau:account", args=[m.user_id]),
            ),
            Column("登录名", lambda m: m.user.username, sort="user__username"),
            Column("岗位", lambda m: Role(m.role).label, sort="role"),
            Column("单位或镇街", lambda m: str(m.organisation or m.town or "本区"), width=32),
            Column("开始", lambda m: m.valid.lower, "date"),
            Column("到期", lambda m: m.valid.upper or "不限期", "text" ),
            Column(
                "账号", lambda m: "可用" if m.user.is_active else "已停用", "badge",
                tone=lambda m: "done" if m.user.is_active else "off",
            ),
        ],
    )  # fmt: skip

    def fetch(query: Query) -> Any:
        found = visible_memberships(actor, desk.at)
        if role := query.get("role"):
            found = found.filter(role=role)
        if text := query.search:
            found = found.filter(user__display_name__icontains=text) | found.filter(
                user__username__icontains=text
            )
        return found.order_by(query.order_by or "role", "id")

    waiting = list(visible_users(actor).filter(memberships=None, is_active=True).order_by("-id")[:20])
    return spec.respond(
        request, fetch, "bureau/accounts.html", {"waiting": waiting, "rule": RULE}, district=desk.name
    )


@require_http_methods(["GET", "POST"])
@for_roles(Role.SYSTEM)
def open_account(request: HttpRequest, actor: Actor) -> HttpResponse:
    """开通账号; its role is granted on the next page."""
    desk = Desk(actor)
    form = AccountForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            made = actions.open_account(actor=actor, at=desk.at, **form.cleaned_data)
        except Refused as refused:
            form.add_refused(refused)
        else:
            messages.success(request, f"{made.display_name}的账号已开通。接下来请授予岗位，授予后才能办事。")
            return redirect("bureau:account", made.pk)
    context = {
        "title": "开通账号",
        "subtitle": "",
        "crumbs": [Crumb("账号与岗位", reverse("bureau:accounts")), Crumb("开通账号")],
        "form": form,
        "submit": "开通账号",
        "note": "开通后还没有任何岗位，下一步授予。",
        "cancel_url": reverse("bureau:accounts"),
    }
    return page(request, "bureau/form.html", context, status=422 if form.errors else 200)


# --- one log-in -------------------------------------------------------------------------------------------------
@require_GET
@for_roles(Role.SYSTEM)
def account(request: HttpRequest, actor: Actor, user_id: int) -> HttpResponse:
    """Its roles, now and before, and what may be done with it."""
    return _show(request, Desk(actor), user_id)


@require_POST
@for_roles(Role.SYSTEM)
def grant(request: HttpRequest, actor: Actor, user_id: int) -> HttpResponse:
    """授予岗位; what is refused is said in words above the form."""
    desk = Desk(actor)
    found = _one(actor, user_id)
    form = GrantForm(request.POST, desk=desk)
    if form.is_valid():
        data = form.cleaned_data
        until = data["valid_until"]
        try:
            actions.grant(
                user_id=found.pk, role=Role(data["role"]), district_id=desk.code,
                organisation_id=data["organisation_id"] or None, town_code=data["town_code"] or None,
                valid_until=datetime.combine(until, time.min, SHANGHAI) if until else None, basis=data["basis"],
                actor=actor, at=desk.at,
            )  # fmt: skip
        except Refused as refused:
            form.add_refused(refused)
        else:
            messages.success(
                request, f"已授予{found.display_name}“{Role(data['role']).label}”岗位，即时生效。"
            )
            return redirect("bureau:account", found.pk)
    return _show(request, desk, user_id, grant_form=form, status=422)


@require_POST
@for_roles(Role.SYSTEM)
def revoke(request: HttpRequest, actor: Actor, user_id: int, membership_id: int) -> HttpResponse:
    """收回岗位."""
    desk = Desk(actor)
    found = _one(actor, user_id)
    if not roles_of(found.pk).filter(pk=membership_id).exists():
        raise Http404
    form = f.ReasonForm(request.POST)
    if not form.is_valid():
        return _show(request, desk, user_id, reason_form=form, status=422)
    actions.revoke(membership_id=membership_id, reason=form.cleaned_data["reason"], actor=actor, at=desk.at)
    messages.success(request, "岗位已收回，即时生效；以前办理的事项和记录不变。")
    return redirect("bureau:account", found.pk)


@require_POST
@for_roles(Role.SYSTEM)
def password(request: HttpRequest, actor: Actor, user_id: int) -> HttpResponse:
    """重置密码."""
    desk = Desk(actor)
    found = _one(actor, user_id)
    form = PasswordForm(request.POST)
    if form.is_valid():
        try:
            actions.reset_password(
                user_id=found.pk, password=form.cleaned_data["password"], actor=actor, at=desk.at
            )
        except Refused as refused:
            form.add_refused(refused)
        else:
            messages.success(request, f"{found.display_name}的密码已重置，请当面交给本人。")
            return redirect("bureau:account", found.pk)
    return _show(request, desk, user_id, password_form=form, status=422)


@require_POST
@for_roles(Role.SYSTEM)
def close(request: HttpRequest, actor: Actor, user_id: int) -> HttpResponse:
    """停用账号."""
    desk = Desk(actor)
    found = _one(actor, user_id)
    form = f.ReasonForm(request.POST)
    if not form.is_valid():
        return _show(request, desk, user_id, reason_form=form, status=422)
    actions.close_account(user_id=found.pk, reason=form.cleaned_data["reason"], actor=actor, at=desk.at)
    messages.success(request, f"{found.display_name}的账号已停用，不能再登录；以前办理的事项和记录不变。")
    return redirect("bureau:account", found.pk)


def _one(actor: Actor, user_id: int) -> Any:
    found = visible_users(actor).filter(pk=user_id).first()
    if found is None:
        raise Http404
    return found


def _show(
    request: HttpRequest,
    desk: Desk,
    user_id: int,
    *,
    grant_form: GrantForm | None = None,
    password_form: PasswordForm | None = None,
    reason_form: f.ReasonForm | None = None,
    status: int = 200,
) -> HttpResponse:
    found = _one(desk.actor, user_id)
    context = {
        "title": found.display_name,
        "subtitle": f"登录名 {found.username}",
        "crumbs": [Crumb("账号与岗位", reverse("bureau:accounts")), Crumb(found.display_name)],
        "account": found,
        "roles": [_role(desk, one) for one in roles_of(found.pk)],
        "grant_form": grant_form or GrantForm(desk=desk),
        "password_form": password_form or PasswordForm(),
        "password_open": password_form is not None,
        "reason_form": reason_form,
        "myself": found.pk == desk.actor.user_id,
        "rule": RULE,
    }
    return page(request, "bureau/account.html", context, status=status)


def _role(desk: Desk, held: Any) -> dict[str, Any]:
    upper = held.valid.upper
    over = held.valid.isempty or (upper is not None and upper <= desk.at)
    place = held.organisation or held.town or held.district or ""
    home = held.organisation.district_id if held.organisation else held.district_id
    return {
        "held": held,
        "label": Role(held.role).label,
        "place": str(place),
        "since": held.valid.lower,
        "until": upper,
        "over": over,
        "ours": home == desk.code,
    }
