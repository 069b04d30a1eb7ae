"""自助注册: a worker opens a log-in. Nobody has verified the identity, and the page says so plainly."""

from __future__ import annotations

from allauth.core import ratelimit
from django import forms
from django.contrib import messages
from django.contrib.auth import login
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from wudan.accounts.actions import register_worker
from wudan.kernel.clock import now
from wudan.kernel.errors import Refused
from wudan.organisations.queries import districts
from wudan.people.queries import towns
from wudan.web.shared import forms as f
from wudan.web.shared.render import page

BACKEND = "allauth.account.auth_backends.AuthenticationBackend"
TOO_MANY = 429


class RegisterForm(f.Form):
    """Identity number, name, phone, password twice."""

    name = forms.CharField(
        label="姓名", max_length=60, widget=forms.TextInput(attrs={"autocomplete": "name"})
    )
    number = f.IdentityField(label="身份证号码", help_text="18位，最后一位可以是X。")
    phone = f.PhoneField(label="手机号码", help_text="登录和联系都用它。")
    town = forms.ChoiceField(
        label="户籍或常住镇街", required=False, help_text="选了镇街，登录后先看到所在区的补贴。"
    )
    password = forms.CharField(
        label="设置密码", strip=False, help_text="至少10位，要含字母，不要用生日或手机号。",
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )  # fmt: skip
    again = forms.CharField(
        label="再输一遍密码", strip=False, widget=forms.PasswordInput(attrs={"autocomplete": "new-password"})
    )

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)
        found = [(d.name, [(t.code, t.name) for t in towns(d.code)]) for d in districts()]
        self.fields["town"].choices = [("", "先不选"), *found]  # type: ignore[attr-defined]

    def clean(self) -> dict[str, object]:
        data: dict[str, object] = super().clean() or {}
        if data.get("password") and data.get("again") and data["password"] != data["again"]:
            self.add_error("again", "两遍密码不一样，请重新输入。")
        return data


@sensitive_post_parameters("number", "name", "phone", "password", "again")
@require_http_methods(["GET", "POST"])
def register(request: HttpRequest) -> HttpResponse:
    """Open a log-in and be logged in at once. For anybody; so many attempts an hour from one address."""
    if request.user.is_authenticated:
        return redirect("shared:desk")
    form = RegisterForm(request.POST or None)
    status = 200
    if request.method == "POST":
        if not ratelimit.consume(request, action="signup"):
            form.is_valid()
            form.add_error(None, "这个网络刚才注册的次数太多，请几分钟后再试，或到镇街便民服务中心办理。")
            status = TOO_MANY
        elif form.is_valid() and (done := _open(request, form)):
            return done
    context = {"title": "注册", "form": form, "no_index": True, "back_url": "/"}
    return page(
        request, "learner/register.html", context, status=status if not form.errors or status != 200 else 422
    )


def _open(request: HttpRequest, form: RegisterForm) -> HttpResponse | None:
    data = form.cleaned_data
    try:
        user = register_worker(
            document_kind="identity", number=data["number"], name=data["name"], phone=data["phone"],
            password=data["password"], town_code=data["town"] or None, at=now(),
        )  # fmt: skip
    except Refused as refused:
        form.add_refused(refused)
        return None
    login(request, user, backend=BACKEND)
    messages.success(request, "账号已开通并已登录。下次用身份证号码或手机号码加密码登录。")
    return redirect("learner:home")
