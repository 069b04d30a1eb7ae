"""人员: look somebody up, register at the counter, groups with their proof, claims, numbers by reason."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from wudan.kernel.actor import Actor
from wudan.kernel.errors import Refused
from wudan.kernel.roles import Role
from wudan.orders.subsidy.queries.claims import visible_claims
from wudan.orders.subsidy.queries.persons import visible_persons
from wudan.orders.subsidy.states import CLAIM
from wudan.people.actions import end_group, register_person, tag_group, unmask
from wudan.people.queries import current_account, search, tags_of, towns
from wudan.people.queries import person as any_person
from wudan.policy.queries import rulebook_for
from wudan.web.bureau.desk import Desk, claim_url
from wudan.web.bureau.words import TONES
from wudan.web.shared import forms as f
from wudan.web.shared.acting import for_roles
from wudan.web.shared.lists import Column, Filter, ListPage, Query
from wudan.web.shared.parts import Crumb
from wudan.web.shared.render import page

LOOKERS = (Role.INTAKE, Role.REVIEWER, Role.TOWN)
KEEPERS = (Role.INTAKE, Role.TOWN)
MET = "bureau_met"
MOST_MET = 50
DOCUMENTS = [
    ("identity", "居民身份证"),
    ("hmt_permit", "港澳台居民居住证"),
    ("foreign_permit", "外国人永久居留身份证"),
    ("passport", "护照"),
]


class RegisterForm(f.Form):
    document_kind = forms.ChoiceField(label="证件类型", choices=DOCUMENTS)
    number = forms.CharField(
        label="证件号码",
        max_length=24,
        widget=forms.TextInput(attrs={"autocomplete": "off", "class": "w-number"}),
    )
    name = forms.CharField(label="姓名", max_length=50, help_text="与证件一致。")
    phone = f.PhoneField(label="手机号码", required=False, help_text="用于通知，可以以后再补。")
    town_code = forms.ChoiceField(label="户籍或常住镇街", required=False)

    def __init__(self, *args: Any, desk: Desk, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["town_code"]
        assert isinstance(field, forms.ChoiceField)  # noqa: S101 - for the type
        field.choices = [("", "不在本区，或暂不填写"), *towns(desk.code).values_list("code", "name")]
        if desk.actor.town_code:
            field.initial = desk.actor.town_code


class TagForm(f.Form):
    group = forms.ChoiceField(label="人员类别")
    valid_from = f.DateField(label="自哪一天起有效")
    valid_until = f.DateField(label="到哪一天为止（不含当天）", required=False, help_text="长期有效的不填。")
    proof = forms.CharField(label="证明材料", max_length=200, help_text="材料名称和编号。")
    proved_by = forms.CharField(label="出具证明的部门", max_length=60)

    def __init__(self, *args: Any, desk: Desk, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        groups = rulebook_for(desk.code).groups
        field = self.fields["group"]
        assert isinstance(field, forms.ChoiceField)  # noqa: S101 - for the type
        field.choices = [
            ("", "请选择"),
            *(
                (code, f"{g.label}（{g.department}证明）" if g.department else g.label)
                for code, g in groups.items()
            ),
        ]


class EndForm(f.Form):
    on = f.DateField(label="从哪一天起不再有效", help_text="认定有误、从头撤销的，填有效期的第一天。")
    reason = forms.CharField(label="原因", min_length=4, max_length=200)


# --- looking up -------------------------------------------------------------------------------------------------
@require_GET
@for_roles(*LOOKERS)
def people(request: HttpRequest, actor: Actor) -> HttpResponseBase:
    """By whole identity or phone number, by name or pinyin: persons of this district, or with a claim here."""
    desk = Desk(actor)
    codes = list(towns(desk.code).values_list("code", "name"))
    spec: ListPage[Any] = ListPage(
        title="人员",
        search="身份证号或手机号全号、姓名、拼音",
        sort="name_pinyin",
        unit="人",
        empty_title="没有找到这个人",
        empty_text="登记过或申请过补贴的人员会出现在这里。",
        filters=[Filter("town", "户籍或常住镇街", codes)],
        columns=[
            Column("姓名", lambda p: p.name, "strong", "name_pinyin", href=lambda p: reverse("bureau:person", args=[p.pk])),
            Column("证件号码", lambda p: p.number_masked, width=22),
            Column("手机号码", lambda p: p.phone_masked or "没有登记", width=16),
            Column("户籍或常住镇街", lambda p: p.town.name if p.town else "没有登记"),
            Column("实名核验", lambda p: p.get_assurance_display(), "badge", tone=lambda p: "done" if p.assurance == "papers" else "plain"),
            Column("登记时间", lambda p: p.created_at, "date", "created_at"),
        ],
    )  # fmt: skip

    def fetch(query: Query) -> Any:
        found = visible_persons(actor)
        if query.search:
            found = found.filter(pk__in=search(query.search).order_by("pk").values("pk")[:500])
        if town := query.get("town"):
            found = found.filter(town=town)
        return found.order_by(query.order_by or "name_pinyin", "id")

    context = {"may_register": actor.role in KEEPERS}
    return spec.respond(request, fetch, "bureau/people.html", context, district=desk.name)


@require_http_methods(["GET", "POST"])
@for_roles(*KEEPERS)
def register(request: HttpRequest, actor: Actor) -> HttpResponse:
    """At the counter, with the document in hand: the person, registered now or before."""
    desk = Desk(actor)
    form = RegisterForm(request.POST or None, desk=desk)
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        try:
            made = register_person(
                document_kind=data["document_kind"], number=data["number"], name=data["name"], phone=data["phone"],
                town_code=data["town_code"] or None, actor=actor, at=desk.at,
            )  # fmt: skip
        except Refused as refused:
            form.add_refused(refused)
        else:
            met = [*request.session.get(MET, []), made.pk][-MOST_MET:]
            request.session[MET] = met
            messages.success(request, f"{made.name}已登记。接下来可以登记人员类别，或查看此人的申请。")
            return redirect("bureau:person", made.pk)
    context = {
        "title": "登记人员",
        "subtitle": "请对照证件原件填写。已经登记过的，会直接打开原来的记录。",
        "crumbs": [Crumb("人员", reverse("bureau:people")), Crumb("登记人员")],
        "form": form,
        "submit": "登记",
        "note": "证件号码、手机号码加密保存，页面上只显示一部分。",
        "cancel_url": reverse("bureau:people"),
    }
    return page(request, "bureau/form.html", context, status=422 if form.errors else 200)


# --- one person -------------------------------------------------------------------------------------------------
@require_GET
@for_roles(*LOOKERS)
def person(request: HttpRequest, actor: Actor, person_id: int) -> HttpResponse:
    """Groups, claims, account; numbers masked."""
    return _show(request, Desk(actor), person_id)


@require_POST
@for_roles(*KEEPERS)
def tag(request: HttpRequest, actor: Actor, person_id: int) -> HttpResponse:
    """认定人员类别."""
    desk = Desk(actor)
    found = one_person(request, actor, person_id)
    form = TagForm(request.POST, desk=desk)
    if form.is_valid():
        try:
            tag_group(person_id=found.pk, actor=actor, at=desk.at, **form.cleaned_data)
        except Refused as refused:
            form.add_refused(refused)
        else:
            messages.success(request, "人员类别已登记，今后的核算会按有效期使用。")
            return redirect("bureau:person", found.pk)
    return _show(request, desk, person_id, tag_form=form, status=422)


@require_POST
@for_roles(*KEEPERS)
def end_tag(request: HttpRequest, actor: Actor, person_id: int, tag_id: int) -> HttpResponse:
    """终止人员类别."""
    desk = Desk(actor)
    found = one_person(request, actor, person_id)
    if not tags_of(found.pk).filter(pk=tag_id).exists():
        raise Http404
    form = EndForm(request.POST, auto_id=f"id_end{tag_id}_%s")
    if form.is_valid():
        try:
            end_group(tag_id=tag_id, actor=actor, at=desk.at, **form.cleaned_data)
        except Refused as refused:
            form.add_refused(refused)
        else:
            messages.success(
                request,
                "已终止。原来的核算记录不改动；已经办理的申请受影响的，系统马上重新核算，有差额的出现在“差额”中。",
            )
            return redirect("bureau:person", found.pk)
    return _show(request, desk, person_id, ending={tag_id: form}, status=422)


@require_POST
@for_roles(Role.INTAKE, Role.REVIEWER)
def reveal(request: HttpRequest, actor: Actor, person_id: int, kind: str) -> HttpResponse:
    """Identity, phone or account in full, for a reason that the journal keeps."""
    desk = Desk(actor)
    found = one_person(request, actor, person_id)
    account = current_account(found.pk)
    if kind not in ("identity", "phone", "account") or (kind == "account" and account is None):
        raise Http404
    subject = account.pk if kind == "account" and account else found.pk
    # The person is this district's to see (checked above), so its officials may see the number.
    shown = unmask(
        kind=kind, subject_id=subject, reason=request.POST.get("reason", ""), actor=actor, at=desk.at, district_id=desk.code
    )  # fmt: skip
    response = _show(request, desk, person_id, full={kind: shown})
    response["Cache-Control"] = "no-store"
    return response


def one_person(request: HttpRequest, actor: Actor, person_id: int) -> Any:
    """A person the actor may look up, or whose document they had in hand at the counter in this session."""
    found = visible_persons(actor).filter(pk=person_id).first()
    if found is None and person_id in request.session.get(MET, []) and actor.role in KEEPERS:
        found = any_person(person_id)
    if found is None:
        raise Http404
    return found


def _show(
    request: HttpRequest,
    desk: Desk,
    person_id: int,
    *,
    tag_form: TagForm | None = None,
    ending: dict[int, EndForm] | None = None,
    full: dict[str, str] | None = None,
    status: int = 200,
) -> HttpResponse:
    actor = desk.actor
    found = one_person(request, actor, person_id)
    rulebook = rulebook_for(desk.code)
    claims = (
        visible_claims(actor).filter(person=found.pk).select_related("organisation").order_by("-id")[:100]
    )
    context = {
        "title": found.name,
        "crumbs": [Crumb("人员", reverse("bureau:people")), Crumb(found.name)],
        "person": found,
        "account": current_account(found.pk),
        "tags": [_tag(desk, rulebook, one, ending or {}) for one in tags_of(found.pk)],
        "claims": [
            {
                "claim": c,
                "href": claim_url(c),
                "scheme": rulebook.schemes[c.scheme].label if c.scheme in rulebook.schemes else c.scheme,
                "state": CLAIM.states[c.state],
                "tone": TONES[c.state],
            }
            for c in claims
        ],
        "tag_form": tag_form or TagForm(desk=desk, initial={"valid_from": desk.today}),
        "tag_open": tag_form is not None,
        "may_keep": actor.role in KEEPERS,
        "may_see": actor.role in (Role.INTAKE, Role.REVIEWER),
        "may_apply": actor.role is Role.TOWN,
        "schemes": [s for s in rulebook.schemes.values() if not s.by_provider],
        "full_identity": (full or {}).get("identity", ""),
        "full_phone": (full or {}).get("phone", ""),
        "full_account": (full or {}).get("account", ""),
    }
    return page(request, "bureau/person.html", context, status=status)


def _tag(desk: Desk, rulebook: Any, tag: Any, ending: dict[int, EndForm]) -> dict[str, Any]:
    upper = tag.valid.upper
    over = tag.valid.isempty or (upper is not None and upper <= desk.today)
    return {
        "tag": tag,
        "label": rulebook.word(tag.group),
        "since": tag.valid.lower or tag.withdrawn.lower,
        "until": upper,
        "withdrawn": tag.valid.isempty,
        "over": over,
        "open": tag.pk in ending,
        "form": ending.get(tag.pk)
        or EndForm(auto_id=f"id_end{tag.pk}_%s", initial={"on": tag.valid.lower if over else desk.today}),
    }
