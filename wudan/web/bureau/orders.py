"""提单 at the bureau and at the town's counter: the list, one order, and filing for somebody in front of the clerk."""

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
from wudan.kernel.periods import legal_day
from wudan.kernel.roles import Role
from wudan.occupations.queries import level_label
from wudan.orders.demand.actions.filing import file_order
from wudan.orders.demand.actions.keeping import match_order, refuse_order, withdraw_order
from wudan.orders.demand.actions.merging import merge
from wudan.orders.demand.queries import orders as queries
from wudan.orders.demand.states import DEMAND
from wudan.people.actions import register_person
from wudan.people.queries import towns
from wudan.policy.queries import rulebook_for
from wudan.web.bureau.desk import Desk
from wudan.web.shared import demand
from wudan.web.shared import forms as f
from wudan.web.shared.acting import for_roles
from wudan.web.shared.demand import NO_TOWN, WantedForm, choices_for
from wudan.web.shared.lists import Column, Filter, ListPage, Query
from wudan.web.shared.parts import Crumb, Event, Fact
from wudan.web.shared.render import page

READERS = (Role.INTAKE, Role.REVIEWER, Role.TOWN, Role.SUPERVISOR)
HANDLERS = (Role.INTAKE, Role.REVIEWER, Role.TOWN)
EVENT_TONES = {"trained": "done", "refused": "wrong", "expired": "off", "withdrawn": "off"}


def who(order: Any) -> str:
    """The person, or the enterprise with so many of its staff."""
    if order.person is not None:
        return str(order.person.name)
    return str(order.organisation.name) if order.organisation else order.number


@require_GET
@for_roles(*READERS)
def orders(request: HttpRequest, actor: Actor) -> HttpResponseBase:
    """Every order of the district; a town clerk's own town."""
    desk = Desk(actor)
    lines = rulebook_for(desk.code).lines
    spec: ListPage[Any] = ListPage(
        title="提单",
        search="姓名、企业、职业、提单编号",
        sort="-id",
        unit="件",
        empty_title="没有符合条件的提单",
        empty_text="劳动者、企业和镇街提的单会出现在这里。",
        filters=[
            Filter("state", "状态", DEMAND.choices()),
            Filter("town", "上课镇街", [("-", "全区"), *towns(desk.code).values_list("code", "name")]),
            Filter("by", "提单方式", list(demand.FILED_BY.items())),
            Filter("line", "培训类别", [(code, line.label) for code, line in lines.items() if not line.restricted]),
        ],
        columns=[
            Column("想学", demand.what, "strong", "wish", href=lambda o: reverse("bureau:order", args=[o.pk]), width=26),
            Column("提单人", who, note=lambda o: f"{demand.FILED_BY[o.filed_by]}　{demand.in_words(legal_day(o.filed_at))}", width=24),
            Column("人数", lambda o: o.heads, "number", "heads", total=True, width=8),
            Column("上课地点", demand.where),
            Column("希望时间", lambda o: demand.days(o.wanted), width=30),
            Column("状态", lambda o: o.get_state_display(), "badge", tone=lambda o: demand.TONES[o.state]),
            Column("有效期至", lambda o: o.expires_on, "date", "expires_on"),
        ],
    )  # fmt: skip

    def fetch(query: Query) -> Any:
        wanted = queries.Wanted(
            text=query.search, state=query.get("state"), town=query.get("town"), filed_by=query.get("by"),
            line=query.get("line"),
        )  # fmt: skip
        found = queries.list_orders(actor, wanted)
        if not wanted.state:
            found = found.exclude(state="merged")
        return found.order_by(query.order_by or "-id", "-id")

    return spec.respond(request, fetch, "bureau/orders.html", links(actor), district=desk.name)


def links(actor: Actor) -> dict[str, Any]:
    """The other pages about demand, and what this desk may begin."""
    return {"may_group": actor.role in (Role.INTAKE, Role.REVIEWER), "is_town": actor.role is Role.TOWN}


def found_order(actor: Actor, order_id: int) -> Any:
    one = queries.order(actor, order_id)
    if one is None:
        raise Http404
    return one


# --- one order ----------------------------------------------------------------------------------------------------
@require_GET
@for_roles(*READERS)
def order(request: HttpRequest, actor: Actor, order_id: int) -> HttpResponse:
    """One order on one screen: what is wanted, what it may mean, what happened, what can be done."""
    return _show(request, Desk(actor), found_order(actor, order_id))


def _show(request: HttpRequest, desk: Desk, one: Any, *, refused: Refused | None = None) -> HttpResponse:
    actor = desk.actor
    wish = request.GET.get("wish", "").replace("\x00", "").strip()[:60] or one.wish
    may = queries.may(actor, one)
    line = rulebook_for(desk.code).lines.get(one.line)
    facts = [
        Fact("原话", one.wish),
        Fact("职业", one.occupation.name if one.occupation else "还没有确认"),
        Fact("等级", level_label(one.level) if one.occupation else "还没有确认"),
        Fact("培训类别", line.label if line else "没有选"),
        Fact("人数", f"{one.heads}人"),
        Fact("上课地点", demand.where(one)),
        Fact("希望时间", demand.days(one.wanted)),
        Fact("上课方式", dict(demand.MODES)[one.mode]),
        Fact("提单方式", demand.FILED_BY[one.filed_by]),
        *([Fact("本人同意", one.consent)] if one.consent else []),
        Fact("有效期至", demand.in_words(one.expires_on)),
        Fact("提单编号", one.number),
    ]
    context = {
        "title": demand.what(one), "subtitle": who(one), "crumbs": [Crumb("提单", reverse("bureau:orders")), Crumb(one.number)],
        "order": one, "facts": facts, "chain_steps": demand.chain_of(one, "#facts"), "tone": demand.TONES[one.state],
        "next_words": demand.office_words(one.state), "may": may, "events": _events(one), "wish": wish,
        "choices": choices_for(wish) if "match" in may else [], "twins": queries.twins(one) if "merge" in may else [],
        "refused": refused,
    }  # fmt: skip
    status = refused.refusal.status if refused else 200
    return page(request, "bureau/order.html", context, status=status)


def _events(one: Any) -> list[Event]:
    found = []
    for change in queries.changes(one.pk):
        words = "；".join(f"{label}：{old} → {new}" for label, old, new in change.fields)
        what = (
            DEMAND.states[change.moved[1]]
            if change.moved
            else ("提单" if change.operation == "新建" else "变更")
        )
        tone: Any = EVENT_TONES.get(change.moved[1], "plain") if change.moved else "plain"
        found.append(Event(change.at, what, change.who, words, "", tone))
    return found


@require_POST
@for_roles(*HANDLERS)
def order_do(request: HttpRequest, actor: Actor, order_id: int, verb: str) -> HttpResponse:
    """确认职业, 不予列单, 并入, 撤回."""
    desk, one = Desk(actor), found_order(actor, order_id)
    try:
        stays, said = _done(request, desk, one, verb)
    except Refused as refused:
        return _show(request, desk, one, refused=refused)
    messages.success(request, said)
    return redirect("bureau:order", stays.pk)


def _done(request: HttpRequest, desk: Desk, one: Any, verb: str) -> tuple[Any, str]:
    actor, at = desk.actor, desk.at
    raw = request.POST.get("occupation" if verb == "match" else "into", "")
    number = int(raw) if raw.isdecimal() and len(raw) < 18 else 0
    if verb == "match" and number:
        stays = match_order(order_id=one.pk, occupation_id=number, actor=actor, at=at)
        return stays, f"职业已确认为“{demand.what(stays)}”，等待编班。"
    if verb == "merge" and number:
        return merge(order_id=one.pk, into_id=number, actor=actor, at=at), "两个提单已合为一单。"
    if verb == "refuse":
        reason = request.POST.get("reason", "")
        return refuse_order(
            order_id=one.pk, reason=reason, actor=actor, at=at
        ), "已记为不予列单，提单人会看到原因。"
    if verb == "withdraw":
        reason = request.POST.get("reason", "")
        return withdraw_order(order_id=one.pk, reason=reason, actor=actor, at=at), "提单已撤回。"
    return one, "没有改动。请先选择职业。"


# --- the town's counter -------------------------------------------------------------------------------------------
class CounterForm(WantedForm):
    """Who stands at the counter, what they want, and how they agreed."""

    number = f.IdentityField(label="身份证号码", help_text="请对照本人的身份证填写。")
    name = forms.CharField(label="姓名", max_length=50)
    phone = f.PhoneField(label="手机号码", required=False, help_text="编班后用来通知本人，可以以后再补。")
    consent = forms.CharField(
        label="本人怎样同意",
        max_length=200,
        min_length=4,
        help_text="例如“本人到场签字”“电话核实，本人同意”。这句话会写入提单。",
        error_messages={"min_length": "请至少写4个字，说明本人是怎样同意的。"},
    )


@require_http_methods(["GET", "POST"])
@for_roles(Role.TOWN)
def order_new(request: HttpRequest, actor: Actor) -> HttpResponse:
    """代为提单: the person from the identity card, what they want, and how they agreed."""
    desk = Desk(actor)
    posted = request.POST if request.method == "POST" else None
    initial = {"town_code": actor.town_code or NO_TOWN, "when": "soon", "mode": "any"}
    form = CounterForm(posted, initial=initial, district_id=desk.code, today=desk.today)
    wish = request.POST.get("wish", "").replace("\x00", "").strip()[:60]
    chosen = request.POST.get("occupation", "")
    choices = choices_for(wish)
    if form.is_bound and wish and not chosen and choices:
        form.add_error("wish", "请在下面选一个职业，都不是的选最后一项，然后再提交。")
    if form.is_bound and form.is_valid():
        try:
            made = _file(desk, form)
        except Refused as refused:
            form.add_refused(refused)
        else:
            same = made.filed_at != desk.at
            messages.success(
                request,
                "这个人以前提过同样的单，已合为一单。" if same else "已代为提单，进展可以在这里查看。",
            )
            return redirect("bureau:order", made.pk)
    context = {
        "title": "代为提单", "subtitle": "给到窗口来的人提单。请本人在场，或者先取得本人同意。", "form": form, "own": "yes",
        "crumbs": [Crumb("提单", reverse("bureau:orders")), Crumb("代为提单")], "wish": wish, "choices": choices, "chosen": chosen,
    }  # fmt: skip
    return page(request, "bureau/order_new.html", context, status=422 if form.errors else 200)


def _file(desk: Desk, form: CounterForm) -> Any:
    said, row = form.cleaned_data, form.wanted()
    found = register_person(
        document_kind="identity", number=said["number"], name=said["name"], phone=said["phone"],
        town_code=desk.actor.town_code, actor=desk.actor, at=desk.at,
    )  # fmt: skip
    return file_order(
        district_id=desk.code, filed_by="town", person_id=found.pk, wish=row.wish, occupation_id=row.occupation_id,
        level=row.level, town_code=row.town_code, wanted=(row.since, row.until), mode=row.mode, consent=said["consent"],
        actor=desk.actor, at=desk.at,
    )  # fmt: skip
