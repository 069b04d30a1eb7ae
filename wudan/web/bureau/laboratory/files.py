"""The rest as text: a file with its line numbers, checked while somebody types; a new rule from a template."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_http_methods, require_POST

from wudan.kernel.actor import Actor
from wudan.kernel.errors import FORBIDDEN, Refused
from wudan.kernel.roles import Role
from wudan.policy.drafts import actions
from wudan.policy.drafts.queries import check_draft, files_of
from wudan.policy.drafts.templates import TEMPLATES, filled
from wudan.web.bureau.desk import Desk
from wudan.web.bureau.laboratory.draft import revision
from wudan.web.bureau.laboratory.showing import FILES, at, frame, one, problem_rows
from wudan.web.shared import forms as f
from wudan.web.shared.acting import for_roles
from wudan.web.shared.render import page

LONGEST = 400_000


class TextForm(f.Form):
    """A file's text; any text may be saved."""

    text = forms.CharField(
        label="内容", max_length=LONGEST, strip=False,
        widget=forms.Textarea(attrs={"rows": 28, "spellcheck": "false", "wrap": "off", "class": "w-code", "data-code": ""}),
    )  # fmt: skip


class NewForm(TextForm):
    name = forms.CharField(label="文件名", max_length=60, help_text="以 .yaml 结尾，例如“补充-2021.yaml”。")
    field_order = ("name", "text")


@require_http_methods(["GET", "POST"])
@for_roles(Role.POLICY)
def file(request: HttpRequest, actor: Actor, draft_id: int, name: str) -> HttpResponse:
    desk, found = Desk(actor), one(actor, draft_id)
    files = files_of(draft_id)
    if name not in files:
        raise Http404
    form = TextForm(request.POST or None, initial={"text": files[name]})
    if request.method == "POST" and form.is_valid():
        try:
            checked = actions.save_file(
                draft_id=draft_id, revision=revision(request), name=name, text=form.cleaned_data["text"], actor=actor, at=desk.at
            )  # fmt: skip
        except Refused as refused:
            if refused.refusal.status == FORBIDDEN:
                raise
            form.add_refused(refused)
        else:
            _saved(request, checked)
            return redirect(at("file", draft_id, name))
    checked = check_draft(found, files)
    line = request.GET.get("line", "")
    context = frame(
        found, name, seen=request.POST.get("revision", ""), form=form, name=name,
        words=FILES.get(name, ""), may_edit=found.state == "drafting" and not name.startswith("common/"),
        line=line if line.isdigit() else "", may_remove=name != "rulebook.yaml", **_result(found, checked, name),
    )  # fmt: skip
    return page(request, "bureau/laboratory/file.html", context, status=422 if form.errors else 200)


def _saved(request: HttpRequest, checked: Any) -> None:
    if checked.problems:
        messages.warning(
            request, f"已保存，但还有{len(checked.problems)}处问题，改好以前不能试算和提请批准。"
        )
    else:
        messages.success(request, "已保存，规则能读通。")


def _result(found: Any, checked: Any, name: str) -> dict[str, Any]:
    rows = problem_rows(found, checked.problems)
    here = [row for row in rows if row["file"] == name]
    return {
        "here": here,
        "elsewhere": [row for row in rows if row["file"] != name],
        "red": len(checked.red),
        "checked": True,
    }


@require_POST
@for_roles(Role.POLICY)
def check(request: HttpRequest, actor: Actor, draft_id: int) -> HttpResponse:
    """Asked while somebody types: the draft with this text in place of what is stored. Saves nothing."""
    found = one(actor, draft_id)
    name = request.POST.get("name", "").strip() or "新规则.yaml"
    text = request.POST.get("text", "")[:LONGEST].replace("\r\n", "\n")
    if not (name.endswith(".yaml") or name.startswith("cases/")):
        name = f"{name}.yaml"
    checked = check_draft(found, {**files_of(draft_id), name: text})
    return page(request, "bureau/laboratory/problems.html", _result(found, checked, name) | {"name": name})


@require_http_methods(["GET", "POST"])
@for_roles(Role.POLICY)
def add(request: HttpRequest, actor: Actor, draft_id: int) -> HttpResponse:
    """A rule more: a file of its own, with its own document, begun from a template."""
    desk, found = Desk(actor), one(actor, draft_id)
    files = files_of(draft_id)
    kind = request.GET.get("kind", "")
    template = TEMPLATES.get(kind)
    form = NewForm(request.POST or None, initial=_start(found, kind, files, desk) if template else {})
    if request.method == "POST" and form.is_valid():
        try:
            checked = actions.add_file(
                draft_id=draft_id, revision=revision(request), name=form.cleaned_data["name"].strip(),
                text=form.cleaned_data["text"], actor=actor, at=desk.at,
            )  # fmt: skip
        except Refused as refused:
            if refused.refusal.status == FORBIDDEN:
                raise
            form.add_refused(refused)
        else:
            _saved(request, checked)
            return redirect(at("file", draft_id, form.cleaned_data["name"].strip()))
    context = frame(
        found, "新增规则", seen=request.POST.get("revision", ""), form=form, kinds=list(TEMPLATES.values()), kind=kind, template=template,
        shows_form=template is not None or form.is_bound, here=[], elsewhere=[], red=0, checked=False, name="",
    )  # fmt: skip
    return page(request, "bureau/laboratory/add.html", context, status=422 if form.errors else 200)


def _start(found: Any, kind: str, files: dict[str, str], desk: Desk) -> dict[str, str]:
    rulebook = check_draft(found, files).rulebook
    number = 1
    while (name := f"补充-{number}.yaml") in files:
        number += 1
    schemes = list(rulebook.schemes) if rulebook else []
    text = filled(kind, schemes=schemes, document=found.document, valid_from=desk.today.isoformat())
    return {"name": name, "text": text}


@require_POST
@for_roles(Role.POLICY)
def remove(request: HttpRequest, actor: Actor, draft_id: int, name: str) -> HttpResponse:
    desk = Desk(actor)
    one(actor, draft_id)
    actions.remove_file(draft_id=draft_id, revision=revision(request), name=name, actor=actor, at=desk.at)
    messages.success(request, f"“{name}”已从草案中删去。")
    return redirect(at("draft", draft_id))
