"""查验证书: what a QR code opens, the issuer's key and what was revoked."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_GET

from wudan.kernel.identifiers import mask_name
from wudan.orders.delivery import credentials
from wudan.orders.delivery.queries.certificates import achievement_of, certificate_by_code, revoked_codes
from wudan.web.public.frame import frame
from wudan.web.shared.issuing import issuer
from wudan.web.shared.parts import Crumb, Fact
from wudan.web.shared.render import page
from wudan.web.shared.words import cn_date


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
