"""Rosters (名册): take the template, upload, see every fault and what the rules say, submit, see what became of it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render

from wudan.kernel.actor import Actor
from wudan.kernel.clock import now
from wudan.kernel.errors import Refused
from wudan.orders.subsidy.queries.applicants import roster_result
from wudan.orders.subsidy.roster import actions, queries
from wudan.orders.subsidy.roster.marked import marked_file
from wudan.orders.subsidy.roster.template import template_file
from wudan.orders.subsidy.states import CLAIM, OUTCOMES, ROSTER
from wudan.web.shared import exports
from wudan.web.shared.applicants.desk import Desk, frame
from wudan.web.shared.applicants.files import attachment, bare_name
from wudan.web.shared.applicants.roster_forms import UploadForm
from wudan.web.shared.applicants.words import CLAIM_TONES, OUTCOME_TONES, ROSTER_TONES
from wudan.web.shared.lists import Column, Filter, ListPage, Query
from wudan.web.shared.parts import Crumb, Fault, Stat
from wudan.web.shared.render import page

FAULTS_A_PAGE = 30
WORKING = {"uploaded": "正在检查名册", "confirming": "正在提交申请"}


def rosters(request: HttpRequest, actor: Actor, *, desk: Desk) -> HttpResponseBase:
    """Every roster of the organisation with its state."""
    spec: ListPage[Any] = ListPage(
        title="名册",
        unit="份",
        sort="-id",
        empty_title="还没有上传过名册",
        empty_text="下载本区的名册模板，一人一行填好后上传，系统会逐行检查。",
        filters=[Filter("state", "状态", ROSTER.choices())],
        columns=[
            Column(
                "文件名",
                lambda r: r.file_name,
                "strong",
                "file_name",
                href=lambda r: desk.url("roster", r.pk),
            ),
            Column("状态", lambda r: ROSTER.states[r.state], "badge", tone=lambda r: ROSTER_TONES[r.state]),
            Column("上传时间", lambda r: r.uploaded_at, "time", "id"),
            Column("总行数", lambda r: r.rows_total, "number", "rows_total"),
            Column("可提交", lambda r: r.rows_good, "number", "rows_good"),
            Column("有问题", _faulty, "number"),
            Column("已申请过", lambda r: r.rows_known, "number"),
        ],
    )

    def fetch(query: Query) -> Any:
        found = queries.visible_rosters(actor)
        if query.get("state"):
            found = found.filter(state=query.get("state"))
        return found.order_by(query.order_by or "-id", "-id")

    context = frame(actor, desk, subtitle="一份名册可以一次为多人提交申请。提交前先检查，问题逐行列出。")
    return spec.respond(request, fetch, "shared/applicants/rosters.html", context)


def _faulty(roster: Any) -> int:
    return (
        max(roster.rows_total - roster.rows_good - roster.rows_known, 0) if roster.state != "uploaded" else 0
    )


def new(request: HttpRequest, actor: Actor, *, desk: Desk) -> HttpResponse:
    """Upload a file. A corrected one comes with the agreement number of the one before."""
    form = UploadForm(
        request.POST if request.method == "POST" else None,
        request.FILES if request.method == "POST" else None,
        desk=desk,
        initial={"authority": _authority_before(request, actor)},
    )
    earlier = None
    if form.is_bound and form.is_valid():
        try:
            made = actions.upload_roster(
                organisation_id=actor.organisation_id or 0,
                file_name=form.cleaned_data["file"].name,
                content=form.cleaned_data["file"].read(actions.MAX_BYTES + 1),
                authority=form.cleaned_data.get("authority", ""),
                actor=actor,
                at=now(),
            )
            messages.success(
                request, "名册已收到，正在逐行检查。检查完会列出每一处问题和核算结果，现在还没有提交申请。"
            )
            return redirect(desk.url("roster", made.pk))
        except Refused as refused:
            form.add_refused(refused)
            earlier = _earlier(actor, form) if refused.refusal.code == "roster_file_once" else None
    context = frame(
        actor, desk, title="上传名册", form=form, earlier=earlier,
        earlier_word=ROSTER.states[earlier.state] if earlier else "",
        subtitle="先检查，后提交：上传后逐行核对，您确认后才算提交申请。",
        crumbs=[Crumb("名册", desk.url("rosters")), Crumb("上传名册")],
    )  # fmt: skip
    return page(request, "shared/applicants/roster_new.html", context, status=422 if form.errors else 200)


def _earlier(actor: Actor, form: UploadForm) -> Any:
    file = form.cleaned_data["file"]
    file.seek(0)
    return queries.same_file(actor, file.read())


def _authority_before(request: HttpRequest, actor: Actor) -> str:
    before = request.GET.get("from", "")
    found = queries.roster(actor, int(before)) if before.isdecimal() and len(before) < 18 else None
    return found.authority if found else ""


def template(request: HttpRequest, actor: Actor, *, desk: Desk) -> HttpResponse:  # noqa: ARG001
    """The district's empty roster."""
    context = frame(actor, desk)
    content = template_file(actor.district_id or "")
    return attachment(content, f"{context['organisation'].district.name}申请名册模板.xlsx", exports.XLSX)


def roster(request: HttpRequest, actor: Actor, roster_id: int, *, desk: Desk) -> HttpResponse:
    """One roster, drawn by its state: being checked, what was found, being saved, what became of it."""
    found = _own(actor, roster_id)
    crumbs = [Crumb("名册", desk.url("rosters")), Crumb(found.file_name)]
    context = frame(
        actor, desk, title=found.file_name, roster=found, crumbs=crumbs, state_label=ROSTER.states[found.state],
        tone=ROSTER_TONES[found.state],
    )  # fmt: skip
    context["discard_url"] = desk.url("roster_discard", roster_id)
    if found.state in WORKING:
        context |= _progress(found, desk)
    elif found.state == "checked":
        context |= _checked(request, found) | _submitting(found, desk)
    elif found.state == "confirmed":
        context |= _confirmed(actor, found, desk)
    return page(request, f"shared/applicants/roster_{_SHOWN.get(found.state, found.state)}.html", context)


_SHOWN = {
    "uploaded": "working",
    "confirming": "working",
    "unreadable": "unreadable",
    "discarded": "unreadable",
}


def progress(request: HttpRequest, actor: Actor, roster_id: int, *, desk: Desk) -> HttpResponse:
    """The bar alone, asked again every second; once the state has changed the whole page is asked for."""
    found = _own(actor, roster_id)
    if request.headers.get("HX-Request") != "true":
        return redirect(desk.url("roster", roster_id))
    if found.state not in WORKING:
        done = HttpResponse(status=200)
        done["HX-Refresh"] = "true"
        return done
    return render(request, "shared/applicants/roster_bar.html", _progress(found, desk))


def _progress(found: Any, desk: Desk) -> dict[str, Any]:
    waiting = found.rows_total == 0
    total = found.rows_good if found.state == "confirming" else found.rows_total
    return {
        "bar_done": min(found.rows_done, max(total - 1, 0)),
        "bar_total": total or 1,
        "bar_label": "正在读取文件" if waiting else WORKING[found.state],
        "bar_note": "文件已经排队，读出行数后这里会显示进度。可以离开这个页面，处理不会中断。"
        if waiting
        else "",
        "bar_url": desk.url("roster_progress", found.pk),
    }


def _checked(request: HttpRequest, found: Any) -> dict[str, Any]:
    faults = [Fault(f["row"], f["column"], f["value"], f["problem"], f["remedy"]) for f in found.faults]
    faulty = len({f.row for f in faults})
    outcomes = found.preview.get("outcomes", [])
    return {
        "faults": Paginator(faults, FAULTS_A_PAGE).get_page(request.GET.get("page")),
        "faulty_rows": faulty,
        "counts": _counts(found, faulty),
        "outcomes": [{**o, "tone": OUTCOME_TONES.get(o["outcome"], "plain")} for o in outcomes],
        "to_pay_fen": sum(o["amount_fen"] for o in outcomes if o["outcome"] in ("approved", "review")),
        "reasons": [r for r in found.preview.get("reasons", []) if r["outcome"] != "approved"],
        "unused": found.preview.get("unused_columns", []),
        "skipped": found.preview.get("skipped_rows", []),
    }


def _submitting(found: Any, desk: Desk) -> dict[str, str]:
    """The words of the button and of the question it asks."""
    faulty, good = bool(found.faults), found.rows_good
    rest = "有问题的行不会提交，改好后可以再上传，不会重复。" if faulty else ""
    return {
        "submit_label": f"只提交没有问题的{good:,}行" if faulty else f"提交{good:,}行",
        "submit_question": f"提交{good:,}笔申请？",
        "submit_text": f"提交后由区人社局受理，列入公示前都可以撤回。全部保存或全部不保存。{rest}",
        "good_url": desk.url("roster_confirm", found.pk, "good"),
        "all_url": desk.url("roster_confirm", found.pk, "all"),
    }


def _confirmed(actor: Actor, found: Any, desk: Desk) -> dict[str, Any]:
    result = roster_result(actor, found.pk)
    claims = f"{desk.url('claims')}?roster={found.pk}"
    return {
        "result": result,
        "states": [
            {
                "label": label,
                "tone": CLAIM_TONES[s],
                "tally": result.by_state[s],
                "href": f"{claims}&state={s}",
            }
            for s, label in CLAIM.states.items()
            if s in result.by_state
        ],
        "outcomes": [
            {"label": label, "tone": OUTCOME_TONES[o], "tally": result.by_outcome[o]}
            for o, label in OUTCOMES.items()
            if o in result.by_outcome
        ],
        "faulty_rows": len({f["row"] for f in found.faults}),
    }


def _counts(found: Any, faulty: int) -> Sequence[Stat]:
    return [
        Stat("总行数", f"{found.rows_total:,}", unit="行"),
        Stat("可提交", f"{found.rows_good:,}", unit="行", note="没有问题，可以提交" if found.rows_good else "", tone="done"),
        Stat(
            "有问题", f"{faulty:,}", "#faults" if faulty else "", "改好后再提交" if faulty else "没有发现问题",
            "wrong" if faulty else "plain", "行",
        ),
        Stat("已申请过", f"{found.rows_known:,}", unit="行", note="不会重复提交" if found.rows_known else ""),
    ]  # fmt: skip


def marked(request: HttpRequest, actor: Actor, roster_id: int, *, desk: Desk) -> HttpResponse:  # noqa: ARG001
    """The organisation's own file back, its faults marked."""
    found = _own(actor, roster_id)
    if found.state not in ("checked", "confirmed"):
        raise Http404
    return attachment(marked_file(roster_id), f"{bare_name(found.file_name)}（已标问题）.xlsx", exports.XLSX)


def confirm(request: HttpRequest, actor: Actor, roster_id: int, which: str, *, desk: Desk) -> HttpResponse:
    """Submit all rows, or with `good` those without faults."""
    _own(actor, roster_id)
    if which not in ("all", "good"):
        raise Http404
    made = actions.confirm_roster(roster_id=roster_id, actor=actor, at=now(), good_rows_only=which == "good")
    messages.success(
        request, f"正在提交{made.rows_good}行，全部保存或全部不保存。完成后这里会显示申请的受理期限。"
    )
    return redirect(desk.url("roster", roster_id))


def discard(request: HttpRequest, actor: Actor, roster_id: int, *, desk: Desk) -> HttpResponse:
    """Give a roster up; nothing was submitted."""
    found = _own(actor, roster_id)
    actions.discard_roster(roster_id=roster_id, actor=actor, at=now())
    messages.success(request, f"“{found.file_name}”已放弃，没有提交任何申请。同一个文件以后可以再上传。")
    return redirect(desk.url("rosters"))


def _own(actor: Actor, roster_id: int) -> Any:
    found = queries.roster(actor, roster_id)
    if found is None:
        raise Http404
    return found
