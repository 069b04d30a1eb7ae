"""The verbs of a batch, one view each: looked up in the actor's own district, done, and said what comes next."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from functools import wraps
from typing import TypedDict

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.views.decorators.http import require_POST

from wudan.kernel.actor import Actor
from wudan.kernel.errors import INVALID, refuse
from wudan.kernel.money import in_sentence
from wudan.kernel.roles import Role
from wudan.orders.payment.actions import gathering, halting, returning, sending
from wudan.oversight import actions as oversight
from wudan.oversight.queries import visible_findings
from wudan.web.shared.acting import for_roles
from wudan.web.shared.books.batches import batch_of
from wudan.web.shared.books.common import Desk
from wudan.web.shared.forms import ReasonForm

AREA = "finance"
HALTED = (
    "这个批次的公示、核定、拨付金额不一致，已暂停拨付，没有动用任何资金。"
    "请在下面查看逐笔差异；监督岗核查办结后才能恢复。"
)


def _reason(request: HttpRequest) -> str:
    """What was asked in the dialog. Refuses: no-reason."""
    form = ReasonForm(request.POST)
    if not form.is_valid():
        refuse("no-reason", "没有写明原因。", remedy="请返回，用至少4个字写明原因后再办理。", status=INVALID)
    return str(form.cleaned_data["reason"])


class Act(TypedDict):
    """What every verb of a batch is called with."""

    batch_id: int
    actor: Actor
    at: datetime


def _act(does: Callable[[HttpRequest, Act], str]) -> Callable[..., HttpResponseBase]:
    """A POST on one batch of the actor's district: `does` acts and gives the sentence that says what comes next."""

    @require_POST
    @for_roles(Role.FINANCE)
    @wraps(does)
    def view(request: HttpRequest, actor: Actor, batch_id: int) -> HttpResponse:
        desk = Desk(actor, AREA)
        batch_of(desk, batch_id)
        said = does(request, {"batch_id": batch_id, "actor": actor, "at": desk.at})
        if said == HALTED:
            messages.error(request, said)
        else:
            messages.success(request, said)
        return redirect("finance:batch", batch_id)

    return view


@_act
def sign_batch(_request: HttpRequest, act: Act) -> str:
    """签批."""
    batch = sending.sign(**act)
    return f"批次{batch.number}已签批。接下来请办理“送银行”，之后才能下载银行文件。"


@_act
def send_batch(_request: HttpRequest, act: Act) -> str:
    """送银行."""
    batch = sending.send(**act)
    if batch.state == "halted":
        return HALTED
    return (
        f"{in_sentence(batch.total_fen)}已转为银行在途。接下来请下载银行文件报送银行，收到回单后在本页录入。"
    )


@_act
def settle_batch(_request: HttpRequest, act: Act) -> str:
    """结清."""
    batch = returning.settle(**act)
    if batch.state == "halted":
        return HALTED
    return f"批次{batch.number}已结清，公示、核定、拨付、到账逐笔一致。退票的请在“退票待更正”中办理。"


@_act
def cancel_batch(request: HttpRequest, act: Act) -> str:
    """取消批次."""
    batch = gathering.cancel(**act, reason=_reason(request))
    return f"批次{batch.number}已取消，其中的申请回到“已核定待拨付”，可以重新拟制。"


@_act
def stop_batch(request: HttpRequest, act: Act) -> str:
    """暂停拨付."""
    batch = halting.stop(**act, reason=_reason(request))
    return f"批次{batch.number}已暂停拨付，监督岗会收到疑点。核查办结后，您可以恢复这个批次。"


@_act
def resume_batch(_request: HttpRequest, act: Act) -> str:
    """差异已处理，恢复."""
    batch = halting.resume(**act)
    then = "请重新签批。" if batch.state == "drafted" else "请继续等待银行回单。"
    return f"批次{batch.number}已恢复，{then}"


@require_POST
@for_roles(Role.FINANCE)
def explain_gaps(request: HttpRequest, actor: Actor, batch_id: int) -> HttpResponse:
    """说明情况 to the supervisor who looks into the halted batch."""
    desk = Desk(actor, AREA)
    batch_of(desk, batch_id)
    finding = visible_findings(actor, subject=f"batch:{batch_id}", state="open").first()
    if finding is None:
        refuse("no-finding", "这个批次现在没有待核实的疑点。", remedy="请刷新批次页面查看最新状态。")
    oversight.explain(finding_id=finding.pk, text=_reason(request), actor=actor, at=desk.at)
    messages.success(request, "说明已附在疑点后面，监督岗核查时会看到。")
    return redirect("finance:batch", batch_id)
