"""Values by form: every value, table and parameter in a row with its clause and day; one version changed, or one more added."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from wudan.kernel.actor import Actor
from wudan.kernel.errors import FORBIDDEN, Refused
from wudan.kernel.roles import Role
from wudan.policy.drafts import actions
from wudan.policy.drafts.entries import SECTIONS, Entry, Version, Wanted, entries_of, entry_of
from wudan.policy.drafts.queries import base_files, check_draft, files_of
from wudan.web.bureau.desk import Desk
from wudan.web.bureau.laboratory.draft import revision
from wudan.web.bureau.laboratory.showing import at, frame, one
from wudan.web.shared import forms as f
from wudan.web.shared.acting import for_roles
from wudan.web.shared.parts import Crumb
from wudan.web.shared.render import page
from wudan.web.shared.words import cn_date

NEW = "new"


@require_GET
@for_roles(Role.POLICY)
def values(request: HttpRequest, actor: Actor, draft_id: int) -> HttpResponse:
    found = one(actor, draft_id)
    files = files_of(draft_id)
    words = _words(found, files)
    entries, broken = entries_of(files)
    before = {(e.section, e.code): e for e in entries_of(base_files(found))[0]}
    wanted = request.GET.get("q", "").strip()
    sections = []
    for section, label in SECTIONS.items():
        rows = [
            row
            for entry in entries
            if entry.section == section and _matches(entry, wanted)
            for row in _rows(found, entry, before.get((section, entry.code)), words)
        ]
        if rows:
            touched = wanted or section in ("values", "tables") or any(row["changed"] for row in rows)
            sections.append({"key": section, "label": label, "rows": rows, "folded": not touched})
    context = frame(found, "标准和参数", sections=sections, broken=broken, wanted=wanted)
    return page(request, "bureau/laboratory/values.html", context)


def _matches(entry: Entry, wanted: str) -> bool:
    texts = [entry.label, *(f"{v.value}{v.clause}{v.reading}" for v in entry.versions)]
    return not wanted or any(wanted in text for text in texts)


def _rulebook(found: Any, files: dict[str, str]) -> Any:
    """The draft, or what it was copied from while it does not load."""
    return check_draft(found, files).rulebook or check_draft(found, base_files(found)).rulebook


def _family(rulebook: Any, start: Version) -> dict[str, str]:
    """The kind of codes a list is made of, each with its name: certificates, groups, schemes; empty where it is none of them."""
    codes = set(start.value.split("；"))
    families = (rulebook.certificate_types, rulebook.groups, rulebook.schemes) if rulebook else ()
    return next(({c: x.label for c, x in known.items()} for known in families if codes <= set(known)), {})


def _words(found: Any, files: dict[str, str]) -> dict[str, str]:
    """Names of levels and codes."""
    rulebook = _rulebook(found, files)
    return {} if rulebook is None else {**rulebook.words, **{k: v.label for k, v in rulebook.levels.items()}}


def _rows(found: Any, entry: Entry, before: Entry | None, words: dict[str, str]) -> Iterator[dict[str, Any]]:
    old = {v.valid_from: v for v in before.versions} if before else {}
    for place, version in enumerate(entry.versions):
        was = old.get(version.valid_from)
        same = was is not None and _content(was) == _content(version)
        yield {
            "entry": entry,
            "first": place == 0,
            "span": len(entry.versions),
            "version": version,
            "said": said(entry, version, words),
            "was": "" if same or was is None or before is None else said(before, was, words),
            "is_new": was is None,
            "changed": not same,
            "clause": version.clause or version.source,
            "understood": version.reading or ("文件写明" if version.clause else "文件以外的依据"),
            "day": _day(version.valid_from),
            "href": at("entry", found.pk, entry.section, entry.code, version.key),
            "add": at("entry", found.pk, entry.section, entry.code, NEW)
            if entry.section != "reserve"
            else "",
        }


def _content(version: Version) -> tuple[Any, ...]:
    names = ("value", "entries", "clause", "source", "document", "reading")
    return tuple(getattr(version, name) for name in names)


def said(entry: Entry, version: Version, words: dict[str, str]) -> str:
    """A version's content as the policy pages say it."""
    if entry.kind == "table":
        return "，".join(f"{words.get(key, key)} {value}" for key, value in version.entries)
    if entry.kind == "list":
        return "、".join(words.get(code, code) for code in version.value.split("；"))
    if len(version.value) == len("2019-01-01") and version.value.count("-") == 2:
        return _day(version.value)
    bare = version.value.removesuffix(entry.unit) if entry.unit else version.value
    if entry.unit == "级":
        return words.get(version.value, version.value)
    return f"{bare}{entry.unit}" if bare[-1:].isdigit() and entry.unit else version.value


class EntryForm(f.Form):
    """One version: its content, and where it comes from."""

    clause = forms.CharField(
        label="条款", max_length=100, required=False, help_text="文件条款，如“六（一）第一段”。"
    )
    document = forms.CharField(
        label="文号",
        max_length=100,
        required=False,
        help_text="条款或依据不在原文件里的，写它的文号；核算和公示时与条款一起写出。",
    )
    source = forms.CharField(
        label="文件以外的依据",
        max_length=200,
        required=False,
        help_text="没有文件条款的才写，与条款只写一个。",
    )
    valid_from = f.DateField(label="自何日起", help_text="从这一天起开始的培训适用。")
    reading = forms.CharField(
        label="采用的理解", max_length=500, required=False, widget=forms.Textarea(attrs={"rows": 2}),
        help_text="原文有不同理解的，写明按哪一种。",
    )  # fmt: skip

    def __init__(
        self,
        *args: Any,
        entry: Entry,
        start: Version,
        words: dict[str, str],
        family: dict[str, str],
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.entry, self.start = entry, start
        own: dict[str, forms.Field] = {}
        if entry.kind == "table":
            for key, value in start.entries:
                own[f"row:{key}"] = forms.CharField(label=words.get(key, key), initial=value, max_length=30)
        elif entry.kind == "list" and family:
            own["chosen"] = forms.MultipleChoiceField(
                label="内容",
                choices=list(family.items()),
                initial=start.value.split("；"),
                widget=forms.CheckboxSelectMultiple,
            )
        elif entry.kind == "list":
            shown = "\n".join(start.value.split("；"))
            own["items"] = forms.CharField(
                label="内容",
                initial=shown,
                widget=forms.Textarea(attrs={"rows": 5}),
                help_text="一行写一个代码。",
            )
        else:
            own["value"] = forms.CharField(
                label="数值", initial=start.value, max_length=100, help_text=_unit_words(entry)
            )
        self.fields = {**own, **self.fields}
        self.own_names = tuple(own)

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        if bool(data.get("clause", "").strip()) == bool(data.get("source", "").strip()):
            self.add_error("clause", "条款和文件以外的依据写一个，也只写一个。")
        return data

    @property
    def own(self) -> list[forms.BoundField]:
        return [self[name] for name in self.own_names]

    def wanted(self) -> Wanted:
        data = self.cleaned_data
        rows = tuple(
            (name.removeprefix("row:"), data[name]) for name in self.own_names if name.startswith("row:")
        )
        items = [line.strip() for line in data.get("items", "").splitlines() if line.strip()]
        if chosen := data.get(
            "chosen"
        ):  # what stays keeps its order, so that the text changes no more than it must
            before = self.start.value.split("；")
            items = [*(c for c in before if c in chosen), *(c for c in chosen if c not in before)]
        origin = {name: data[name].strip() for name in ("clause", "document", "source", "reading")}
        return Wanted(
            data.get("value", ""), tuple(items), rows, valid_from=data["valid_from"].isoformat(), **origin
        )


def _unit_words(entry: Entry) -> str:
    return f"单位：{entry.unit}。按原来的写法填写。" if entry.unit else "按原来的写法填写。"


@require_http_methods(["GET", "POST"])
@for_roles(Role.POLICY)
def entry(
    request: HttpRequest, actor: Actor, draft_id: int, section: str, code: str, version: str
) -> HttpResponse:
    desk, found = Desk(actor), one(actor, draft_id)
    files = files_of(draft_id)
    item = entry_of(files, section, code) if section in SECTIONS else None
    start = (
        (item.versions[-1] if version == NEW else item.version(version)) if item and item.versions else None
    )
    if item is None or start is None or (version == NEW and section == "reserve"):
        raise Http404
    words = _words(found, files)
    family = _family(_rulebook(found, files), start) if item.kind == "list" else {}
    initial = _initial(start, fresh=version == NEW)
    form = EntryForm(
        request.POST or None, initial=initial, entry=item, start=start, words=words, family=family
    )
    if request.method == "POST" and form.is_valid():
        try:
            actions.save_entry(
                draft_id=draft_id, revision=revision(request), section=section, code=code, version=version,
                wanted=form.wanted(), actor=actor, at=desk.at,
            )  # fmt: skip
        except Refused as refused:
            if refused.refusal.status == FORBIDDEN:
                raise
            form.add_refused(refused)
        else:
            messages.success(request, f"“{item.label}”已写入草案。")
            return redirect(f"{at('values', draft_id)}#{section}-{code}")
    title = f"{item.label}：新增一个版本" if version == NEW else item.label
    context = frame(
        found, title, seen=request.POST.get("revision", ""), form=form, entry=item, start=start, version=version, is_new=version == NEW,
        versions=[
            {"key": v.key, "from": _day(v.valid_from), "said": said(item, v, words), "here": v.key == version}
            for v in item.versions
        ],
        remove_url=at("entry_remove", draft_id, section, code, version) if len(item.versions) > 1 and version != NEW else "",
        back=at("values", draft_id),
        file_url=f"{at('file', draft_id, item.file)}?line={start.line}",
    )  # fmt: skip
    context["crumbs"].insert(2, Crumb("标准和参数", at("values", draft_id)))
    return page(request, "bureau/laboratory/entry.html", context, status=422 if form.errors else 200)


def _initial(start: Version, *, fresh: bool) -> dict[str, Any]:
    """A new version begins with the last one's content, but has a basis and a day of its own."""
    if fresh:
        return {}
    names = ("clause", "document", "source", "reading")
    return {**{name: getattr(start, name) for name in names}, "valid_from": start.valid_from}


def _day(text: str) -> str:
    try:
        return cn_date(date.fromisoformat(text))
    except ValueError:
        return text


@require_POST
@for_roles(Role.POLICY)
def entry_remove(
    request: HttpRequest, actor: Actor, draft_id: int, section: str, code: str, version: str
) -> HttpResponse:
    desk = Desk(actor)
    one(actor, draft_id)
    actions.remove_version(
        draft_id=draft_id,
        revision=revision(request),
        section=section,
        code=code,
        version=version,
        actor=actor,
        at=desk.at,
    )
    messages.success(request, "这个版本已从草案中删去。")
    return redirect(f"{at('values', draft_id)}#{section}-{code}")
