"""Trials: start one, watch it, read what it found, see who would gain and who would lose."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST

from wudan.kernel.actor import Actor
from wudan.kernel.identifiers import mask_name
from wudan.kernel.roles import Role
from wudan.laboratory.actions import AT_ONCE, start_run, work_run
from wudan.laboratory.queries import SIDES, changes_of, run_of
from wudan.laboratory.states import RUN
from wudan.orders.subsidy.states import OUTCOMES
from wudan.web.bureau.desk import Desk
from wudan.web.bureau.laboratory.book import run_book
from wudan.web.bureau.laboratory.figures import shown
from wudan.web.bureau.laboratory.showing import RUN_TONES, at, one
from wudan.web.bureau.words import OUTCOME_TONES
from wudan.web.shared.acting import for_roles
from wudan.web.shared.exporting import taken_away
from wudan.web.shared.lists import Column, Filter, ListPage, Query
from wudan.web.shared.parts import Crumb
from wudan.web.shared.render import page

WORKING = ("waiting", "running")


@require_POST
@for_roles(Role.POLICY)
def start(request: HttpRequest, actor: Actor, draft_id: int) -> HttpResponse:
    desk = Desk(actor)
    one(actor, draft_id)
    years = [int(y) for y in request.POST.getlist("years") if y.isascii() and y.isdigit() and len(y) == 4]
    run = start_run(draft_id=draft_id, years=years, actor=actor, at=desk.at)
    if run.claims <= AT_ONCE:
        work_run(run_id=run.pk, at=desk.at)
    return redirect(at("run", run.pk))


@require_GET
@for_roles(Role.POLICY)
def run(request: HttpRequest, actor: Actor, run_id: int) -> HttpResponse:
    """One run, drawn by its state."""
    found = _own(actor, run_id)
    context = _frame(found) | {"working": found.state in WORKING, "bar": _bar(found)}
    if found.state == "done":
        context |= shown(found)
        context["changes_url"] = at("changes", run_id)
        context["stale"] = found.revision != found.draft.text_revision
    return page(request, "bureau/laboratory/run.html", context)


@require_GET
@for_roles(Role.POLICY)
def progress(request: HttpRequest, actor: Actor, run_id: int) -> HttpResponse:
    """The bar alone, asked again every second; once it is done the whole page is asked for."""
    found = _own(actor, run_id)
    if request.headers.get("HX-Request") != "true":
        return redirect(at("run", run_id))
    if found.state not in WORKING:
        done = HttpResponse(status=200)
        done["HX-Refresh"] = "true"
        return done
    return render(request, "bureau/laboratory/bar.html", {"bar": _bar(found)})


def _bar(found: Any) -> dict[str, Any]:
    total = found.claims or 1
    return {
        "done": total * found.percent // 100,
        "total": total,
        "label": found.step or "正在排队",
        "note": "" if found.step else "已经排队，开始后这里会显示进度。可以离开这个页面，试算不会中断。",
        "url": at("run_progress", found.pk),
    }


def _frame(found: Any, title: str = "") -> dict[str, Any]:
    years = "、".join(f"{year}年" for year in found.years)
    crumbs = [
        Crumb("政策实验室", reverse("bureau:laboratory")),
        Crumb(found.draft.title, at("draft", found.draft_id)),
        Crumb(f"试算 {years}", at("run", found.pk) if title else ""),
    ]
    return {
        "title": title or f"试算：{found.draft.title}",
        "crumbs": [*crumbs, *([Crumb(title)] if title else [])],
        "run": found,
        "years": years,
        "state": RUN.states[found.state],
        "tone": RUN_TONES[found.state],
        "draft_url": at("draft", found.draft_id),
    }


@require_GET
@for_roles(Role.POLICY)
def changes(request: HttpRequest, actor: Actor, run_id: int) -> HttpResponseBase:
    """The claims decided otherwise, by amount; the person's name masked, the claim linked."""
    found = _own(actor, run_id)
    labels = found.figures.get("reasons", {})
    spec: ListPage[Any] = ListPage(
        title="受影响的申请",
        unit="份",
        sort="-delta_fen",
        empty_title="没有受影响的申请",
        empty_text="按草案核算，这些申请的结论、金额和理由都和现在一样。",
        filters=[Filter("side", "变化", list(SIDES.items()))],
        columns=[
            Column("申请编号", lambda c: c.claim.number, "strong", href=lambda c: reverse("bureau:claim", args=[c.claim_id])),
            Column("申请人", _who),
            Column("现行结论", lambda c: OUTCOMES.get(c.before_outcome), "badge", tone=lambda c: OUTCOME_TONES[c.before_outcome]),
            Column("现行金额（元）", lambda c: c.before_fen, "money", "before_fen", total=True),
            Column("草案结论", lambda c: OUTCOMES.get(c.after_outcome), "badge", tone=lambda c: OUTCOME_TONES[c.after_outcome]),
            Column("草案金额（元）", lambda c: c.after_fen, "money", "after_fen", total=True),
            Column("差额（元）", lambda c: c.delta_fen, "money", "delta_fen", total=True),
            Column("草案的理由", lambda c: "；".join(labels.get(code, code) for code in c.after_reasons)),
        ],
    )  # fmt: skip

    def fetch(query: Query) -> Any:
        return changes_of(actor, run_id, query.get("side")).order_by(query.order_by or "-delta_fen", "id")

    context = _frame(found, "受影响的申请") | {"state_tone": found.state}
    return spec.respond(request, fetch, "bureau/laboratory/changes.html", context, district=Desk(actor).name)


def _who(change: Any) -> str:
    claim = change.claim
    if claim.person is not None:
        return mask_name(claim.person.name)
    return str(claim.organisation.name) if claim.organisation else ""


@require_GET
@for_roles(Role.POLICY)
def export(_request: HttpRequest, actor: Actor, run_id: int) -> HttpResponseBase:
    """The whole result as a workbook."""
    found = _own(actor, run_id)
    if found.state != "done":
        raise Http404
    answer, rows = run_book(found, changes_of(actor, run_id).order_by("-delta_fen", "id"), Desk(actor).name)
    taken_away(answer, f"试算：{found.draft.title}", "xlsx", rows)
    return answer


def _own(actor: Actor, run_id: int) -> Any:
    found = run_of(actor, run_id)
    if found is None:
        raise Http404
    return found
