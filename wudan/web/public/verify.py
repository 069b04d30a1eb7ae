"""查验证书: the box for a code or number, what a QR code opens, the issuer's key and what was revoked."""

from __future__ import annotations

from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_GET, require_http_methods

from wudan.kernel.identifiers import mask_name
from wudan.orders.delivery import credentials
from wudan.orders.delivery.queries.certificates import (
    achievement_of,
    certificate_by_code,
    certificate_of_holder,
    revoked_codes,
)
from wudan.web.public.frame import frame
from wudan.web.shared import forms as f
from wudan.web.shared.issuing import issuer
from wudan.web.shared.parts import Crumb, Fact
from wudan.web.shared.render import page
from wudan.web.shared.words import cn_date


class CheckForm(f.Form):
    """What stands on the paper: the code below its picture, or its number with the holder's name."""

    what = forms.CharField(
        label="查验码或证书编号",
        max_length=300,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
        help_text="查验码印在证书的二维码旁边，也可以粘贴查验网址；有手机的，直接扫二维码就行。",
        error_messages={"required": "请填写查验码或证书编号。"},
    )
    name = forms.CharField(
        label="证书上的姓名",
        max_length=50,
        required=False,
        help_text="用证书编号查的，还要填写完整的姓名；用查验码查的不用填。",
    )

    def found(self, district_id: str) -> Any:
        """The certificate asked for, None where there is none."""
        what, name = self.cleaned_data["what"].strip(), self.cleaned_data["name"].strip()
        code = what.rstrip("/").rsplit("/", 1)[-1]
        return certificate_by_code(code) or (certificate_of_holder(what, name, district_id) if name else None)


@require_http_methods(["GET", "POST"])
def check(request: HttpRequest, code: str) -> HttpResponse:
    """The way in for who has a paper in hand. Posted, so that no name stands in an address."""
    form = CheckForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        one = form.found(code)
        if one is not None:
            return redirect("public:verify", one.code)
        asked = "姓名和编号" if form.cleaned_data["name"].strip() else "查验码"
        more = "" if form.cleaned_data["name"].strip() else "；用证书编号查的，请再填写证书上的姓名"
        form.add_error(
            "what", f"没有查到这张证书。请对照证书核对{asked}{more}。其他机构核发的，也可以向发证单位查询。"
        )
    context = frame(code, title="查验证书", form=form, crumbs=[Crumb("查验证书")])
    return page(request, "public/check.html", context, status=422 if form.errors else 200)


@require_GET
def verify(request: HttpRequest, code: str) -> HttpResponse:
    """Name masked, state loud. A code never given says so, with 404."""
    found = certificate_by_code(code)
    if found is None:
        response = page(
            request,
            "public/verify.html",
            {"title": "查验证书", "certificate": None, "no_index": True, "facts": []},
            status=404,
        )
    else:
        what = achievement_of(found)
        facts = [
            Fact("姓名", mask_name(found.person.name)),
            Fact("证书", what.kind),
            Fact("证书编号", found.number),
            Fact("职业（工种）", found.occupation.name),
            Fact("等级", what.level or "无等级"),
            Fact("发证单位", found.issuer),
            Fact("发证日期", cn_date(found.issued_on)),
        ]
        if what.started_on and what.ended_on:
            hours = f"，共{what.hours}课时" if what.hours else ""
            facts.append(Fact("培训期间", f"{cn_date(what.started_on)}至{cn_date(what.ended_on)}{hours}"))
        context = frame(
            found.district_id, title="查验证书", certificate=found, revoked=found.state == "revoked", facts=facts,
            no_index=True, crumbs=[Crumb("查验证书")],
        )  # fmt: skip
        response = page(request, "public/verify.html", context)
    response["X-Robots-Tag"] = "noindex"
    return response


@require_GET
def did(request: HttpRequest) -> HttpResponse:
    """The issuer's key, for whoever checks a credential."""
    return _json(issuer(request).document())


@require_GET
@cache_control(max_age=300)
def revoked(request: HttpRequest) -> HttpResponse:
    """The status list of what we issued."""
    return _json(credentials.revocation_list(issuer(request), revoked_codes()))


def _json(data: dict[str, object]) -> JsonResponse:
    response = JsonResponse(data, json_dumps_params={"ensure_ascii": False, "indent": 1})
    response["Access-Control-Allow-Origin"] = "*"
    return response
