"""One edition: its entries, and while it is a draft: import or gather, what it changes, publish."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST

from wudan.kernel.actor import Actor
from wudan.kernel.errors import FORBIDDEN, Refused
from wudan.kernel.roles import Role
from wudan.orders.catalogue.actions import editions as acts
from wudan.orders.catalogue.queries import editions as shelves
from wudan.people.lists import FaultyFile
from wudan.policy.queries import rulebook_for
from wudan.web.bureau.desk import Desk
from wudan.web.bureau.listing.lists import READERS
from wudan.web.shared import forms as f
from wudan.web.shared.acting import for_roles
from wudan.web.shared.catalogue.files import as_file
from wudan.web.shared.catalogue.lists import entry_list, standing_words
from wudan.web.shared.exporting import taken_away
from wudan.web.shared.lists import Query
from wudan.web.shared.occupations import code_words
from wudan.web.shared.parts import Crumb, Fault

MOST_SHOWN = 200
KINDS = {"new": ("新增", "done"), "gone": ("删去", "wrong"), "changed": ("变更", "wait")}


class FileForm(f.Form):
    file = forms.FileField(label="目录文件", help_text="从目录页面下载的表格或数据，或按同样列名填写的表格。")


class PublishForm(f.Form):
    valid_from = f.DateField(label="施行日期")
    document = forms.CharField(label="发布文号", max_length=100, help_text="例如“台人社发〔2020〕12号”。")


@require_POST
@for_roles(*READERS)
def edition_new(request: HttpRequest, actor: Actor, kind: str) -> HttpResponse:
    desk = Desk(actor)
    made = acts.draft_edition(
        district_id=desk.code, catalogue=kind, copy=bool(request.POST.get("copy")), actor=actor, at=desk.at
    )
    messages.success(request, f"已建立第{made.number}版，发布之前只有本局能看到。")
    return redirect("bureau:edition", made.pk)


@require_GET
@for_roles(*READERS)
def edition(request: HttpRequest, actor: Actor, edition_id: int) -> HttpResponseBase:
    return _show(request, Desk(actor), edition_id)


@require_GET
@for_roles(*READERS)
def edition_file(_request: HttpRequest, actor: Actor, edition_id: int, form: str) -> HttpResponse:
    found = _one(actor, edition_id)
    file = as_file(found, rulebook_for(found.district_id), form)
    taken_away(file, str(found), form, found.size)
    return file


@require_POST
@for_roles(*READERS)
def edition_do(request: HttpRequest, actor: Actor, edition_id: int, verb: str) -> HttpResponseBase:
    """put, derive, publish or drop; a file with faults is shown with every one of them."""
    desk = Desk(actor)
    _one(actor, edition_id)
    given: dict[str, Any] = {"edition_id": edition_id, "actor": actor, "at": desk.at}
    forms_: dict[str, f.Form] = {
        "put": FileForm(request.POST, request.FILES),
        "publish": PublishForm(request.POST),
    }
    form = forms_.get(verb) or f.Form(request.POST)
    if not form.is_valid():
        return _show(request, desk, edition_id, {verb: form}, 422)
    try:
        said = _do(verb, form, given)
    except FaultyFile as faulty:
        form.add_refused(faulty)
        return _show(request, desk, edition_id, {verb: form}, 422, faulty)
    except Refused as refused:
        if refused.refusal.status == FORBIDDEN:
            raise
        form.add_refused(refused)
        return _show(request, desk, edition_id, {verb: form}, 422)
    messages.success(request, said)
    return redirect("bureau:editions") if verb == "drop" else redirect("bureau:edition", edition_id)


def _do(verb: str, form: f.Form, given: dict[str, Any]) -> str:
    if verb == "put":
        return (
            f"已导入{acts.put_entries(content=form.cleaned_data['file'].read(), **given)}条，原有条目已替换。"
        )
    if verb == "derive":
        return f"已汇总{acts.derive_entries(**given)}条。"
    if verb == "publish":
        made = acts.publish_edition(**form.cleaned_data, **given)
        return f"“{made}”已发布，社会可以查看和下载。"
    if verb == "drop":
        return f"已放弃“{acts.drop_edition(**given)}”。"
    raise Http404


def _one(actor: Actor, edition_id: int) -> Any:
    found = shelves.edition(actor, edition_id)
    if found is None:
        raise Http404
    return found


def _show(
    request: HttpRequest,
    desk: Desk,
    edition_id: int,
    bound: dict[str, f.Form] | None = None,
    status: int = 200,
    faulty: FaultyFile | None = None,
) -> HttpResponseBase:
    found = _one(desk.actor, edition_id)
    rulebook, bound = rulebook_for(found.district_id), bound or {}
    draft = found.state == "draft"
    derived = found.catalogue in shelves.DERIVED

    def fetch(query: Query) -> Any:
        return shelves.entries_of(
            found.pk, search=query.search, level=query.get("level"), mark=query.get("mark")
        )

    changes = _differences(desk, found, rulebook) if draft and found.size else []
    context = {
        "crumbs": [Crumb("培训目录", reverse("bureau:editions")), Crumb(shelves.NAMES[found.catalogue])],
        "edition": found,
        "standing": standing_words(found, desk.today),
        "draft": draft,
        "derived": derived,
        "may_publish": desk.actor.role is Role.REVIEWER,
        "put_form": bound.get("put") or FileForm(),
        "publish_form": bound.get("publish") or PublishForm(initial={"valid_from": desk.today}),
        "other_form": next((form for verb, form in bound.items() if verb in ("derive", "drop")), None),
        "faults": [Fault(x.row, x.column, x.shown, x.problem, x.remedy) for x in faulty.faults[:MOST_SHOWN]] if faulty else [],
        "faults_total": len(faulty.faults) if faulty else 0,
        "changes": changes[:MOST_SHOWN],
        "changes_total": len(changes),
    }  # fmt: skip
    spec = entry_list(found, rulebook)
    response = spec.respond(request, fetch, "bureau/listing/edition.html", context, district=desk.name)
    if status != 200:
        response.status_code = status
    return response


def _differences(desk: Desk, draft: Any, rulebook: Any) -> list[dict[str, Any]]:
    """What the draft changes of the edition in force today, in words."""
    former = shelves.edition_on(draft.district_id, draft.catalogue, desk.today)
    return [
        {
            "kind": KINDS[d.kind],
            "what": d.entry.occupation.name,
            "code": code_words(d.entry.occupation),
            "level": rulebook.word(str(d.entry.level)) if d.entry.level else "不分等级",
            "certificate": rulebook.word(d.entry.certificate_type) if d.entry.certificate_type else "",
            "changes": d.changes,
        }
        for d in shelves.differences(draft, former, rulebook)
    ]
