"""一人一档 for officials: asked for with a reason, journalled, seen by its owner; then open for half an hour."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods

from wudan.kernel.actor import Actor
from wudan.kernel.errors import FORBIDDEN, Refused
from wudan.kernel.roles import Role
from wudan.people.actions import look_into_archive
from wudan.people.queries import archive_of
from wudan.web.bureau.desk import Desk
from wudan.web.bureau.people import one_person
from wudan.web.shared import forms as f
from wudan.web.shared.acting import for_roles
from wudan.web.shared.archives import archive_json, archive_paper
from wudan.web.shared.exporting import taken_away
from wudan.web.shared.parts import Crumb
from wudan.web.shared.render import page

LOOKERS = (Role.INTAKE, Role.REVIEWER, Role.TOWN)
OPEN = "archives_open"
OPEN_FOR = timedelta(minutes=30)
KINDS = {"pdf": "打印档案", "json": "下载数据文件"}


@never_cache
@require_http_methods(["GET", "POST"])
@for_roles(*LOOKERS)
def archive(request: HttpRequest, actor: Actor, person_id: int) -> HttpResponse:
    """The reason first; with it the archive."""
    desk = Desk(actor)
    found = one_person(request, actor, person_id)
    form = f.ReasonForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        reason = form.cleaned_data["reason"]
        try:
            look_into_archive(person_id=found.pk, reason=reason, actor=actor, at=desk.at)
        except Refused as refused:
            if refused.refusal.status == FORBIDDEN:
                raise
            form.add_refused(refused)
        else:
            _open(request, actor, found.pk, reason, desk.at)
            return redirect("bureau:person_archive", found.pk)
    reason = _reason(request, actor, found.pk, desk.at)
    context = {
        "title": f"{found.name}的培训档案",
        "subtitle": f"{found.get_document_kind_display()} {found.number_masked}",
        "crumbs": [
            Crumb("人员", reverse("bureau:people")),
            Crumb(found.name, reverse("bureau:person", args=[found.pk])),
            Crumb("培训档案"),
        ],
        "person": found,
        "form": form,
        "reason": reason,
        "lines": list(archive_of(found.pk)) if reason else [],
        "files": [(label, reverse("bureau:person_archive_file", args=[found.pk, kind])) for kind, label in KINDS.items()],
    }  # fmt: skip
    return page(request, "bureau/archive.html", context, status=422 if form.errors else 200)


@never_cache
@require_GET
@for_roles(*LOOKERS)
def archive_file(request: HttpRequest, actor: Actor, person_id: int, kind: str) -> HttpResponse:
    """The same to take away, while it is open; that it was taken is journalled."""
    desk = Desk(actor)
    found = one_person(request, actor, person_id)
    reason = _reason(request, actor, found.pk, desk.at)
    if kind not in KINDS:
        raise Http404
    if not reason:
        return redirect("bureau:person_archive", found.pk)
    lines: list[Any] = list(archive_of(found.pk))
    if kind == "json":
        response: HttpResponse = JsonResponse(
            archive_json(found, lines), json_dumps_params={"ensure_ascii": False, "indent": 1}
        )
    else:
        response = HttpResponse(archive_paper(found, lines, desk.today), content_type="application/pdf")
    response["Content-Disposition"] = f'inline; filename="archive-{found.pk}.{kind}"'
    taken_away(response, "培训档案", kind, len(lines), [f"人员#{found.pk}"])
    return response


def _open(request: HttpRequest, actor: Actor, person_id: int, reason: str, at: datetime) -> None:
    """Kept in the session under who looks: another desk of the same login asks again."""
    kept = {k: v for k, v in request.session.get(OPEN, {}).items() if _fresh(v, at)}
    request.session[OPEN] = kept | {_key(actor, person_id): [at.isoformat(), reason]}


def _reason(request: HttpRequest, actor: Actor, person_id: int, at: datetime) -> str:
    """Why it is open now; empty when it is not."""
    kept = request.session.get(OPEN, {}).get(_key(actor, person_id))
    return str(kept[1]) if kept and _fresh(kept, at) else ""


def _fresh(kept: list[str], at: datetime) -> bool:
    return datetime.fromisoformat(kept[0]) + OPEN_FOR > at


def _key(actor: Actor, person_id: int) -> str:
    return f"{actor.role}:{actor.district_id}:{person_id}"
