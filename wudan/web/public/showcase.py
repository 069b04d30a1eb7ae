"""示范培训项目 and 三优资源 for the public: what departments show, and what was selected."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_GET

from wudan.kernel.clock import now
from wudan.kernel.periods import legal_day
from wudan.orders.catalogue.queries.resources import KINDS, demonstrations, selected_resources
from wudan.organisations.queries import listed_teachers
from wudan.web.public.frame import frame
from wudan.web.shared.capacity.cases import days, subjects, table, teacher_name
from wudan.web.shared.parts import Crumb
from wudan.web.shared.render import page


@require_GET
def showcase(request: HttpRequest, code: str) -> HttpResponse:
    """Those on show today, and every selected resource by kind."""
    today = legal_day(now())
    here = reverse("public:providers", args=[code])
    title = "示范项目和三优资源"
    context = frame(code, title=title, crumbs=[Crumb("培训机构", here), Crumb(title)])
    chosen = list(selected_resources(code))
    context |= {
        "shown": [{"one": one, "days": days(one.shown)} for one in demonstrations(code, today)],
        "kinds": [
            {"key": kind, "label": label, "rows": rows}
            for kind, label in KINDS
            if (rows := [_row(one) for one in chosen if one.kind == kind])
        ],
        "teachers": table(
            "区级师资",
            ("姓名", "职称或等级", "任教职业"),
            [
                (teacher_name(one, full=False), one.title or "未填写", subjects(one))
                for one in listed_teachers(code, on=today)
                if one.organisation_id is None
            ],
            "目前没有区级师资。各机构的教师列在机构页面。",
        ),
    }
    return page(request, "public/showcase.html", context)


def _row(one: Any) -> dict[str, Any]:
    title = teacher_name(one.teacher, full=False) if one.teacher else one.title
    who = one.author or (one.offered_by.name if one.offered_by else "")
    return {
        "title": title,
        "who": "" if one.teacher else who,
        "occupation": one.occupation.name if one.occupation else "",
        "summary": one.summary,
        "url": one.url,
    }
