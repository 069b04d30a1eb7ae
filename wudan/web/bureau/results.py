"""考核结业 for the bureau: publish marks, conclude the class, issue and revoke certificates, correct a published mark."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST

from wudan.kernel.actor import Actor
from wudan.kernel.clock import now
from wudan.kernel.errors import FORBIDDEN, Refused
from wudan.kernel.roles import Role
from wudan.orders.delivery.actions.assessing import correct_score, publish_scores
from wudan.orders.delivery.actions.certifying import issue_certificates, revoke_certificate
from wudan.orders.delivery.actions.concluding import conclude_class
from wudan.orders.delivery.queries.after import one_score
from wudan.orders.delivery.queries.certificates import visible_certificates
from wudan.web.shared import forms as f
from wudan.web.shared.acting import for_roles
from wudan.web.shared.parts import Fact
from wudan.web.shared.render import page
from wudan.web.shared.results.forms import CorrectForm
from wudan.web.shared.results.place import Place, one_class, one_sitting
from wudan.web.shared.results.showing import context_of, marks
from wudan.web.shared.words import cn_date

READERS = (Role.INTAKE, Role.REVIEWER)
PLACE = Place("bureau", READERS, official=True)


def klass(request: HttpRequest, actor: Actor, class_id: int, *, place: Place) -> HttpResponse:
    """A class with what this desk may decide."""
    held = one_class(actor, class_id)
    context = context_of(actor, held, place)
    reviewer = actor.role is Role.REVIEWER
    context |= {
        "can_conclude": held.stage == "conclude",
        "can_issue": reviewer and context["ours"] and held.state == "closed" and context["lacking"] > 0,
        "issue_waits": not reviewer and context["ours"] and held.state == "closed" and context["lacking"] > 0,
        "can_revoke": reviewer,
        "attendance_url": reverse("bureau:attendance", args=[held.pk]),
    }
    return page(request, "bureau/results.html", context)


@require_POST
@for_roles(*READERS)
def publish(request: HttpRequest, actor: Actor, assessment_id: int) -> HttpResponse:
    """公布成绩."""
    one = one_sitting(actor, assessment_id)
    try:
        publish_scores(assessment_id=one.pk, actor=actor, at=now())
    except Refused as refused:
        messages.error(request, str(refused))
        return redirect("bureau:sitting", one.pk)
    messages.success(request, "成绩已公布。学员都考核完毕的，可以办理结业。")
    return redirect("bureau:class_results", one.training_class_id)


@require_POST
@for_roles(*READERS)
def conclude(request: HttpRequest, actor: Actor, class_id: int) -> HttpResponse:
    """办理结业."""
    held = one_class(actor, class_id)
    try:
        conclude_class(class_id=held.pk, actor=actor, at=now())
    except Refused as refused:
        if refused.refusal.status == FORBIDDEN:
            raise
        messages.error(request, str(refused))
    else:
        messages.success(request, "已办理结业，每名学员的结果已记入其培训档案。下一步是发证。")
    return redirect("bureau:class_results", held.pk)


@require_POST
@for_roles(Role.REVIEWER)
def issue(request: HttpRequest, actor: Actor, class_id: int) -> HttpResponse:
    """签发培训合格证书."""
    held = one_class(actor, class_id)
    try:
        made = issue_certificates(class_id=held.pk, actor=actor, at=now())
    except Refused as refused:
        if refused.refusal.status == FORBIDDEN:
            raise
        messages.error(request, str(refused))
    else:
        messages.success(
            request, f"已签发{len(made)}张培训合格证书，学员在手机上可以看到；可享受的补贴由系统自动整理。"
        )
    return redirect("bureau:class_results", held.pk)


@require_http_methods(["GET", "POST"])
@for_roles(Role.REVIEWER)
def revoke(request: HttpRequest, actor: Actor, certificate_id: int) -> HttpResponse:
    """撤销证书, with the reason."""
    one = visible_certificates(actor).filter(pk=certificate_id, state="issued").first()
    if one is None:
        raise Http404
    form = f.ReasonForm(request.POST or None)
    back = reverse("bureau:class_results", args=[one.member.training_class_id]) if one.member else reverse("bureau:results")  # fmt: skip
    if request.method == "POST" and form.is_valid():
        try:
            revoke_certificate(
                certificate_id=one.pk, reason=form.cleaned_data["reason"], actor=actor, at=now()
            )
        except Refused as refused:
            if refused.refusal.status == FORBIDDEN:
                raise
            form.add_refused(refused)
        else:
            messages.success(
                request, f"证书{one.number}已撤销，查验页面即时显示。凭它已经申请的补贴转监督岗核查。"
            )
            return redirect(back)
    facts = [
        Fact("姓名", one.person.name),
        Fact("证书编号", one.number),
        Fact("职业（工种）", one.occupation.name),
        Fact("发证单位", one.issuer),
        Fact("发证日期", cn_date(one.issued_on)),
    ]
    context = {
        "title": "撤销证书",
        "crumbs": PLACE.crumbs(one.member.training_class if one.member else None, "撤销证书"),
        "facts": facts,
        "form": form,
        "submit": "撤销证书",
        "note": "证书保留在记录中，标明已撤销，不能恢复。还没有领的补贴随即取消，已经申请或拨付的由监督岗核查。",
        "back": back,
        "danger": True,
    }
    return page(request, "bureau/results_reason.html", context, status=422 if form.errors else 200)


@require_http_methods(["GET", "POST"])
@for_roles(Role.REVIEWER)
def correct(request: HttpRequest, actor: Actor, score_id: int) -> HttpResponse:
    """更正已公布的成绩, with the reason; the old marks stay in the history."""
    score = one_score(actor, score_id)
    if score is None:
        raise Http404
    sitting = score.assessment
    initial = {"theory": marks(score.theory_tenths), "practice": marks(score.practice_tenths)}
    form = CorrectForm(request.POST or None, parts=sitting.parts, initial=initial)
    if request.method == "POST" and form.is_valid():
        data: dict[str, Any] = form.cleaned_data
        try:
            correct_score(
                score_id=score.pk, theory=data.get("theory"), practice=data.get("practice"), reason=data["reason"],
                actor=actor, at=now(),
            )  # fmt: skip
        except Refused as refused:
            if refused.refusal.status == FORBIDDEN:
                raise
            form.add_refused(refused)
        else:
            messages.success(
                request, f"{score.member.person.name}的成绩已更正，原来的成绩和更正原因保留在记录中。"
            )
            return redirect("bureau:sitting", sitting.pk)
    context = {
        "title": f"更正成绩：{score.member.person.name}",
        "crumbs": PLACE.crumbs(sitting.training_class, "更正成绩"),
        "facts": [
            Fact("考核日期", cn_date(sitting.held_on)),
            Fact("现在的理论成绩", initial["theory"] or "没有"),
            Fact("现在的实操成绩", initial["practice"] or "没有"),
        ],
        "form": form,
        "submit": "更正成绩",
        "note": "两科都不填的记为缺考。已经凭成绩发证的不能更正，须先撤销证书。",
        "back": reverse("bureau:sitting", args=[sitting.pk]),
        "danger": False,
    }
    return page(request, "bureau/results_reason.html", context, status=422 if form.errors else 200)
