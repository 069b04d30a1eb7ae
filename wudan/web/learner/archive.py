"""我的培训档案 (一人一档): what the chain wrote down, who has looked, to take away as PDF or JSON; and rating a class."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_GET, require_http_methods

from wudan.kernel.actor import Actor
from wudan.kernel.clock import now
from wudan.kernel.errors import Refused
from wudan.kernel.periods import legal_day
from wudan.kernel.roles import Role
from wudan.orders.delivery.actions.rating import rate
from wudan.orders.delivery.queries.ratings import to_rate
from wudan.people.queries import archive_looks, archive_of
from wudan.web.learner.frame import Visit, frame
from wudan.web.shared import forms as f
from wudan.web.shared.acting import for_roles
from wudan.web.shared.archives import archive_json, archive_paper
from wudan.web.shared.render import page

MARKS = [("5", "很满意"), ("4", "满意"), ("3", "一般"), ("2", "不满意"), ("1", "很不满意")]


def _marks(label: str) -> Any:
    return forms.TypedChoiceField(label=label, choices=MARKS, coerce=int, widget=forms.RadioSelect)


class RatingForm(f.Form):
    """Three marks, one honest question, a word if wanted."""

    overall = _marks("总体怎么样")
    teaching = _marks("老师教得怎么样")
    practice = _marks("实训条件怎么样")
    honest = forms.TypedChoiceField(
        label="课时、地点、老师是不是和说好的一样，也没有另外收钱", coerce=lambda said: said == "yes",
        choices=[("yes", "是"), ("no", "不是，请工作人员了解")], widget=forms.RadioSelect,
    )  # fmt: skip
    comment = forms.CharField(
        label="还想说什么", required=False, max_length=500, widget=forms.Textarea(attrs={"rows": 3})
    )


@require_GET
@for_roles(Role.WORKER)
def archive(request: HttpRequest, actor: Actor) -> HttpResponse:
    """The whole archive, newest first, and who has looked."""
    visit = Visit(actor)
    person_id = visit.me.pk
    context = frame(
        visit,
        title="我的培训档案",
        lines=list(archive_of(person_id)),
        looks=list(archive_looks(person_id)[:50]),
    )
    return page(request, "learner/archive.html", context)


@require_GET
@for_roles(Role.WORKER)
def archive_file(_request: HttpRequest, actor: Actor, kind: str) -> HttpResponse:
    """The same as PDF or JSON."""
    visit = Visit(actor)
    lines = list(archive_of(visit.me.pk))
    if kind == "json":
        return JsonResponse(
            archive_json(visit.me, lines), json_dumps_params={"ensure_ascii": False, "indent": 1}
        )
    response = HttpResponse(archive_paper(visit.me, lines, visit.today), content_type="application/pdf")
    response["Content-Disposition"] = 'inline; filename="archive.pdf"'
    return response


@require_http_methods(["GET", "POST"])
@for_roles(Role.WORKER)
def rating(request: HttpRequest, actor: Actor, member_id: int) -> HttpResponse:
    """评价 one class of mine, once, from its last day on."""
    visit = Visit(actor)
    member = to_rate(actor, legal_day(now())).filter(pk=member_id).first()
    if member is None:
        raise Http404
    form = RatingForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            rate(member_id=member.pk, actor=actor, at=now(), **form.cleaned_data)
        except Refused as refused:
            form.add_refused(refused)
        else:
            messages.success(request, "谢谢您的评价，它会帮助别人选课。")
            return redirect("learner:home")
    context = frame(visit, title="评价这次培训", form=form, member=member)
    return page(request, "learner/rating.html", context, status=422 if form.errors else 200)
