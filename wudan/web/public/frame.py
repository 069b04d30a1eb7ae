"""The frame of every public page: which district, its navigation, whom to call."""

from __future__ import annotations

from typing import Any

from django.http import Http404
from django.urls import reverse

from wudan.kernel.errors import Refused
from wudan.organisations import queries as organisations
from wudan.policy.engine.rulebook import Rulebook
from wudan.policy.queries import rulebook_for
from wudan.web.shared.parts import Crumb, NavItem


def frame(code: str, **more: Any) -> dict[str, Any]:
    """Context for `shared/public.html`; a district that does not exist is a page that does not exist."""
    everyone = list(organisations.districts())
    here = next((d for d in everyone if d.code == code), None)
    if here is None:
        raise Http404
    home = reverse("public:home", args=[code])
    crumbs = [Crumb("首页", home), *more.pop("crumbs", [])] if more.get("crumbs") is not None else []
    return {
        "district": here,
        "district_name": here.name,
        "home_url": home,
        "hotline": here.hotline,
        "office_name": f"{here.name}人力资源和社会保障局",
        "office_hours": "工作日 8:30至12:00，13:30至17:30",
        "districts": [
            {"name": d.name, "href": reverse("public:home", args=[d.code]), "here": d.code == code}
            for d in everyone
        ],
        "nav": [
            NavItem("首页", home),
            NavItem("培训班次", reverse("public:courses", args=[code])),
            NavItem("我能领多少", reverse("public:estimate", args=[code])),
            NavItem("培训机构", reverse("public:providers", args=[code])),
            NavItem("公示", reverse("public:notices", args=[code])),
            NavItem("怎么办理", reverse("public:how", args=[code])),
            NavItem("政策条款", reverse("public:policy", args=[code])),
            NavItem("查验证书", reverse("public:check", args=[code])),
        ],
        "crumbs": crumbs,
        **more,
    }


def rulebook_of(code: str) -> Rulebook:
    """A district's rulebook; a district that does not exist is a page that does not exist."""
    try:
        return rulebook_for(code)
    except Refused:
        raise Http404 from None
