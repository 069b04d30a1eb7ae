"""企业提单: rows or a file, the list, one order; the yearly training plan they may belong to."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from wudan.kernel.actor import Actor
from wudan.kernel.clock import now
from wudan.kernel.errors import Refused
from wudan.kernel.periods import legal_day
from wudan.kernel.roles import Role
from wudan.occupations.queries import level_label
from wudan.orders.demand import files, rules
from wudan.orders.demand.actions.checks import named_exactly
from wudan.orders.demand.actions.filing import Wanted, file_many
from wudan.orders.demand.actions.keeping import match_order, withdraw_order
from wudan.orders.demand.actions.plans import MAX_ROWS, file_plan, load_orders, order_columns
from wudan.orders.demand.queries import orders as queries
from wudan.orders.demand.states import DEMAND
from wudan.people.lists import MAX_BYTES, FaultyFile
from wudan.people.queries import towns
from wudan.web.shared import demand, exports
from wudan.web.shared import forms as f
from wudan.web.shared.acting import for_roles
from wudan.web.shared.applicants.desk import Desk, frame
from wudan.web.shared.applicants.files import attachment
from wudan.web.shared.demand import OWN_WORDS, choices_for
from wudan.web.shared.lists import Column, Filter, ListPage, Query
from wudan.web.shared.parts import Crumb, Fact, Fault
from wudan.web.shared.render import page

DESK = Desk(Role.ENTERPRISE, "enterprise", whom="职工", on_authority=False)
ROWS = 3
SHOWN_FAULTS = 100


# --- the list and one order ---------------------------------------------------------------------------------------
@require_GET
@for_roles(Role.ENTERPRISE)
def orders(request: HttpRequest, actor: Actor) -> HttpResponseBase:
    """What this enterprise asked for, newest first."""
    plans = [(str(p.pk), f"{p.year}年度计划") for p in queries.plans_of(actor)]
    spec: ListPage[Any] = ListPage(
        title="提单",
        search="职业、提单编号",
        sort="-id",
        unit="件",
        empty_title="还没有提过单",
        empty_text="需要给职工安排什么培训、多少人、什么时候，逐行填写或者用表格上传；凑够人数就编班。",
        filters=[Filter("state", "状态", DEMAND.choices()), Filter("plan", "年度计划", plans)],
        columns=[
            Column("培训内容", demand.what, "strong", "wish", href=lambda o: reverse("enterprise:order", args=[o.pk]), width=26),
            Column("人数", lambda o: o.heads, "number", "heads", total=True, width=8),
            Column("上课地点", demand.where),
            Column("希望时间", lambda o: demand.days(o.wanted), width=30),
            Column("方式", lambda o: dict(demand.MODES)[o.mode]),
            Column("状态", lambda o: o.get_state_display(), "badge", tone=lambda o: demand.TONES[o.state]),
            Column("提单日期", lambda o: o.filed_at, "date", "filed_at"),
        ],
    )  # fmt: skip

    def fetch(query: Query) -> Any:
        plan = query.get("plan")
        wanted = queries.Wanted(
            text=query.search, state=query.get("state"), plan_id=int(plan) if plan else None
        )
        return queries.list_orders(actor, wanted).order_by(query.order_by or "-id", "-id")

    return spec.respond(request, fetch, "enterprise/orders.html", frame(actor, DESK))


def _own(actor: Actor, order_id: int) -> Any:
    found = queries.order(actor, order_id)
    if found is None:
        raise Http404
    return found


@require_GET
@for_roles(Role.ENTERPRISE)
def order(request: HttpRequest, actor: Actor, order_id: int) -> HttpResponse:
    """One order: where it stands, what comes next, confirm the occupation or withdraw."""
    one = _own(actor, order_id)
    wish = request.GET.get("wish", "").replace("\x00", "").strip()[:60] or one.wish
    facts = [
        Fact("原话", one.wish),
        Fact("职业", one.occupation.name if one.occupation else "还没有确认"),
        Fact("等级", level_label(one.level) if one.occupation else "还没有确认"),
        Fact("人数", f"{one.heads}人"),
        Fact("上课地点", demand.where(one)),
        Fact("希望时间", demand.days(one.wanted)),
        Fact("上课方式", dict(demand.MODES)[one.mode]),
        Fact("有效期至", demand.in_words(one.expires_on)),
    ]
    may = queries.may(actor, one)
    context = frame(
        actor, DESK, title=demand.what(one), subtitle=f"提单编号{one.number}", order=one, facts=facts, may=may, wish=wish,
        crumbs=[Crumb("提单", reverse("enterprise:orders")), Crumb(one.number)], tone=demand.TONES[one.state],
        chain_steps=demand.chain_of(one, "#facts"), next_words=demand.next_words(one.state),
        choices=choices_for(wish) if "match" in may else [],
    )  # fmt: skip
    return page(request, "enterprise/order.html", context)


@require_POST
@for_roles(Role.ENTERPRISE)
def order_match(request: HttpRequest, actor: Actor, order_id: int) -> HttpResponse:
    """确认职业."""
    one, raw = _own(actor, order_id), request.POST.get("occupation", "")
    if raw.isdecimal() and raw != OWN_WORDS and len(raw) < 10:
        made = match_order(order_id=one.pk, occupation_id=int(raw), actor=actor, at=now())
        messages.success(request, f"职业已确认为“{demand.what(made)}”，等待编班。")
    else:
        messages.info(request, "没有改动。工作人员会按您写的确认职业。")
    return redirect("enterprise:order", one.pk)


@require_POST
@for_roles(Role.ENTERPRISE)
def order_withdraw(request: HttpRequest, actor: Actor, order_id: int) -> HttpResponse:
    """撤回."""
    one = _own(actor, order_id)
    withdraw_order(order_id=one.pk, reason=request.POST.get("reason", ""), actor=actor, at=now())
    messages.success(request, "提单已撤回。")
    return redirect("enterprise:orders")


# --- filing by rows -----------------------------------------------------------------------------------------------
class RowForm(f.Form):
    """One row: so many staff, this training, then and there. An empty row is left out."""

    wish = forms.CharField(label="职业（工种）或培训内容", max_length=60, required=False)
    level = forms.ChoiceField(
        label="等级",
        required=False,
        choices=[("", "最低一级"), *((str(n), level_label(n)) for n in (5, 4, 3, 2, 1))],
    )
    heads = forms.IntegerField(label="人数", required=False, min_value=1, max_value=5000)
    town_code = forms.ChoiceField(label="上课地点", required=False)
    since = f.DateField(label="希望开始", required=False)
    until = f.DateField(label="希望结束", required=False)
    mode = forms.ChoiceField(label="方式", choices=demand.MODES, required=False)
    line = forms.ChoiceField(label="培训类别", required=False)

    def __init__(self, *args: Any, district_id: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        lines = [x for x in rules.lines(district_id) if "enterprise" in x.filed_by and not x.restricted]
        offered = {
            "town_code": [("", "都可以"), *towns(district_id).values_list("code", "name")],
            "line": [("", "暂不选"), *((x.code, x.label) for x in lines)],
        }
        for name, choices in offered.items():
            field = self.fields[name]
            assert isinstance(field, forms.ChoiceField)  # noqa: S101 - for the type
            field.choices = choices

    @property
    def used(self) -> bool:
        """Whether anything was written in the row."""
        return any(self.data.get(self.add_prefix(name)) for name in ("wish", "heads", "since", "until"))

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if self.used:
            if not cleaned.get("wish"):
                self.add_error("wish", "请填写职业或培训内容。")
            if not cleaned.get("heads") and "heads" not in self.errors:
                self.add_error("heads", "请填写人数。")
        return cleaned

    def wanted(self, district_id: str, today: date) -> Wanted:
        said = self.cleaned_data
        since = max(said.get("since") or today, today)
        until = said.get("until")
        last = (
            until + timedelta(days=1)
            if until
            else since + timedelta(days=rules.valid_days(district_id, today))
        )
        return Wanted(
            wish=said["wish"], since=since, until=last, occupation_id=named_exactly(said["wish"]), level=int(said.get("level") or 0),
            line=said.get("line", ""), town_code=said.get("town_code", ""), mode=said.get("mode") or "any", heads=said["heads"],
        )  # fmt: skip


@require_http_methods(["GET", "POST"])
@for_roles(Role.ENTERPRISE)
def order_new(request: HttpRequest, actor: Actor) -> HttpResponse:
    """逐行提单."""
    context = frame(actor, DESK)
    district_id, at = context["organisation"].district_id, now()
    posted = request.POST if request.method == "POST" else None
    rows = [RowForm(posted, prefix=f"r{n}", district_id=district_id) for n in range(ROWS)]
    top = f.Form(posted)
    plan_id = _plan_id(actor, request)
    used = [row for row in rows if posted is not None and row.used]
    sound = [row.is_valid() for row in used]  # every row says what is wrong with it
    if posted is not None:
        top.is_valid()
        if not used:
            top.add_error(None, "请至少填写一行。")
        elif all(sound):
            try:
                made = file_many(
                    district_id=district_id, filed_by="enterprise", organisation_id=actor.organisation_id,
                    rows=[row.wanted(district_id, legal_day(at)) for row in used], plan_id=plan_id, actor=actor, at=at,
                )  # fmt: skip
            except Refused as refused:
                top.add_refused(refused)
            else:
                _filed(request, made)
                return redirect("enterprise:orders")
    context |= {
        "title": "提单", "subtitle": "一行一种培训，写明培训内容和人数就可以提；其他不填的，按都可以登记。",
        "rows": rows, "form": top, "plan_id": plan_id,
        "crumbs": [Crumb("提单", reverse("enterprise:orders")), Crumb("逐行填写")],
    }  # fmt: skip
    return page(request, "enterprise/order_new.html", context, status=422 if posted is not None else 200)


def _plan_id(actor: Actor, request: HttpRequest) -> int | None:
    """The plan the orders are part of (?plan=), where it is the enterprise's own."""
    raw = request.POST.get("plan") or request.GET.get("plan", "")
    known = raw.isdecimal() and len(raw) < 18 and queries.plans_of(actor).filter(pk=int(raw)).exists()
    return int(raw) if known else None


def _filed(request: HttpRequest, made: list[Any]) -> None:
    unclear = sum(1 for one in made if one.state == "filed")
    words = f"，其中{unclear}件的职业还要确认，请点开选定" if unclear else ""
    messages.success(request, f"已提单{len(made)}件，共{sum(one.heads for one in made)}人{words}。")


# --- filing by a file ---------------------------------------------------------------------------------------------
class FileForm(f.Form):
    file = forms.FileField(
        label="提单表", help_text=f"电子表格（xlsx、xls）或文本表格（csv），最多{MAX_ROWS}行。"
    )


@require_http_methods(["GET", "POST"])
@for_roles(Role.ENTERPRISE)
def order_file(request: HttpRequest, actor: Actor) -> HttpResponse:
    """用表格提单: all rows or none."""
    context = frame(actor, DESK)
    bound = request.method == "POST"
    form = FileForm(request.POST if bound else None, request.FILES if bound else None)
    plan_id, faults = _plan_id(actor, request), list[Fault]()
    if bound and form.is_valid():
        try:
            content = form.cleaned_data["file"].read(MAX_BYTES + 1)
            made = load_orders(
                organisation_id=actor.organisation_id or 0,
                content=content,
                plan_id=plan_id,
                actor=actor,
                at=now(),
            )
        except FaultyFile as wrong:
            faults = [Fault(x.row, x.column, x.shown, x.problem, x.remedy) for x in wrong.faults]
            form.add_refused(wrong)
        except Refused as refused:
            form.add_refused(refused)
        else:
            _filed(request, made)
            return redirect("enterprise:orders")
    context |= {
        "title": "用表格提单", "subtitle": "一行一种培训，整份表格一起提交。", "form": form, "faults": faults[:SHOWN_FAULTS],
        "fault_count": len(faults), "crumbs": [Crumb("提单", reverse("enterprise:orders")), Crumb("用表格提单")],
        "columns": [(c.names[0], c.required) for c in order_columns(context["organisation"].district_id)],
        "template_url": reverse("enterprise:order_template"), "back": reverse("enterprise:orders"),
        "how": "职业名称与目录一致的直接确认；对不上的先登记，再由您或工作人员选定。没有写时间的，按半年内都可以登记。",
        "how_title": "提单表怎样填", "submit": "检查并提单", "note": "有一处问题就全部不保存，改好后重新上传整份表格。",
    }  # fmt: skip
    return page(request, "enterprise/upload.html", context, status=422 if form.errors else 200)


@require_GET
@for_roles(Role.ENTERPRISE)
def order_template(request: HttpRequest, actor: Actor) -> HttpResponse:  # noqa: ARG001
    """The empty table."""
    sample = ("焊工", "五级", "30", "镇街可不填", "2021年3月", "2021年5月", "线下", "可不填")
    content = files.template("企业提单表", order_columns(actor.district_id or ""), sample)
    return attachment(content, "企业提单表模板.xlsx", exports.XLSX)


# --- the yearly plan ----------------------------------------------------------------------------------------------
class PlanForm(f.Form):
    year = forms.TypedChoiceField(label="年度", coerce=int)
    staff_count = forms.IntegerField(label="职工人数", min_value=1, max_value=1_000_000)
    budget_fen = f.MoneyField(
        label="职工教育经费预算（元）", required=False, help_text="只作登记，不从这里支付。"
    )
    summary = forms.CharField(
        label="计划说明", required=False, max_length=2000, widget=forms.Textarea(attrs={"rows": 5}),
        help_text="岗前培训、在岗培训、学徒培训、转岗培训的安排。",
    )  # fmt: skip

    def __init__(self, *args: Any, today: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["year"]
        assert isinstance(field, forms.ChoiceField)  # noqa: S101 - for the type
        field.choices = [(str(y), f"{y}年") for y in (today.year + 1, today.year, today.year - 1)]


@require_http_methods(["GET", "POST"])
@for_roles(Role.ENTERPRISE)
def plans(request: HttpRequest, actor: Actor) -> HttpResponse:
    """年度职工培训计划: what was reported, and reporting or amending one."""
    at = now()
    today = legal_day(at)
    found = list(queries.plans_of(actor))
    raw = request.GET.get("year", "")
    before = next((p for p in found if str(p.year) == raw), None)
    initial: dict[str, Any] = {"year": before.year if before else today.year + (today.month > 9)}
    if before:
        initial |= {
            "staff_count": before.staff_count,
            "budget_fen": before.budget_fen,
            "summary": before.summary,
        }
    form = PlanForm(request.POST if request.method == "POST" else None, initial=initial, today=today)
    if form.is_bound and form.is_valid():
        said = form.cleaned_data
        try:
            made = file_plan(
                organisation_id=actor.organisation_id or 0, year=said["year"], staff_count=said["staff_count"],
                budget_fen=said["budget_fen"] or 0, summary=said["summary"], actor=actor, at=at,
            )  # fmt: skip
        except Refused as refused:
            form.add_refused(refused)
        else:
            messages.success(
                request, f"{made.year}年度培训计划已报送。请接着按计划提单，提单会列在计划下面。"
            )
            return redirect("enterprise:plans")
    context = frame(
        actor, DESK, title="年度培训计划", subtitle="每年报一份，随时可以修改；按计划提的单列在计划下面。", plans=found, form=form,
        crumbs=[Crumb("提单", reverse("enterprise:orders")), Crumb("年度培训计划")],
    )  # fmt: skip
    return page(request, "enterprise/plans.html", context, status=422 if form.errors else 200)
