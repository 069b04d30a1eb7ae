"""免申即享: the chain fills in the application and asks the rules, so that the learner only has to say yes.

A prepared line (可享补贴) is asked again whenever its facts may have changed, until somebody confirms it; then the claim
takes over. Nothing here is submitted: `actions.confirming` does that, for whoever may apply.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta
from typing import Any

from wudan.kernel.actor import SYSTEM
from wudan.kernel.history import acting
from wudan.kernel.journal import tell
from wudan.orders.catalogue.models import Project
from wudan.orders.delivery.models import Certificate, Member, TrainingClass
from wudan.orders.subsidy.actions.deciding import beside
from wudan.orders.subsidy.forms import ClaimForm
from wudan.orders.subsidy.models import Due
from wudan.orders.subsidy.queries.dues import form_of
from wudan.orders.subsidy.queries.entitled import (
    GONE,
    Days,
    Entitled,
    class_days,
    of_certificate,
    of_member,
    of_project,
)
from wudan.orders.subsidy.queries.now import Row
from wudan.orders.subsidy.states import DUE
from wudan.people.models import Person
from wudan.policy.actions import evaluate
from wudan.policy.engine.decide import decide
from wudan.policy.queries import DUES, rulebook_for

BASIS = DUES
OPEN = ("ready", "not_due")
CHUNK = 200
ASKED_AGAIN_FOR = timedelta(days=400)
PASSING = ("approved", "review")
"""Outcomes with which an application is worth making: what a person has to decide is theirs to decide."""


# --- what the chain tells -----------------------------------------------------------------------------------------
def prepare_due(*, certificate_id: int, at: datetime) -> list[Due]:
    """证书核发后准备补贴. Delivered twice it adds nothing; a certificate revoked meanwhile ends what it made due."""
    with acting(actor=SYSTEM, at=at, basis=BASIS.of(None, at)):
        certificate = (
            Certificate.objects.select_for_update(of=("self",), no_key=True)
            .select_related(
                "occupation", "member__training_class__occupation", "member__training_class__project"
            )
            .filter(pk=certificate_id)
            .first()
        )
        if certificate is None:
            return []
        if certificate.state != "issued":
            return end_dues(certificate_id=certificate_id, reason="证书已撤销", at=at)
        return _put(of_certificate(certificate), at)


def prepare_class_dues(*, class_id: int, at: datetime) -> list[Due]:
    """A whole class: every valid certificate, and what the days attended give. A class that fell through ends what it made."""
    with acting(actor=SYSTEM, at=at, basis=BASIS.of(None, at)):
        found = (
            TrainingClass.objects.select_for_update(of=("self",), no_key=True)
            .select_related("project")
            .filter(pk=class_id)
            .first()
        )
        if found is None:
            return []
        if found.state in GONE:
            dues = _end(Due.objects.filter(training_class=class_id), f"班级{found.get_state_display()}", at)
            if found.project_id is not None:
                dues += prepare_project_dues(project_id=found.project_id, at=at)
            return dues
        certificates = Certificate.objects.filter(
            member__training_class=class_id, state="issued"
        ).select_related(
            "occupation", "member__training_class__occupation", "member__training_class__project"
        )
        members = Member.objects.filter(
            training_class=class_id, state__in=("completed", "failed")
        ).select_related("training_class__occupation", "training_class__project")
        days = class_days(class_id)
        wanted = [one for c in certificates.order_by("pk") for one in of_certificate(c, days)]
        wanted += [one for m in members.order_by("pk") for one in of_member(m, days)]
        dues = _put(list({(one.subject, one.scheme): one for one in wanted}.values()), at)
    if found.project_id is not None:
        dues += prepare_project_dues(project_id=found.project_id, at=at)
    return dues


def prepare_project_dues(*, project_id: int, at: datetime) -> list[Due]:
    """项目制: the advance once training runs, the balance with the counts of the day once all classes have ended."""
    with acting(actor=SYSTEM, at=at, basis=BASIS.of(None, at)):
        project = Project.objects.select_for_update(no_key=True).filter(pk=project_id).first()
        if project is None:
            return []
        mine = Due.objects.filter(subject__startswith=f"project:{project_id}:")
        if project.state == "cancelled":
            return _end(mine, "项目已取消", at)
        wanted = of_project(project)
        _end(mine.exclude(subject__in=[one.subject for one in wanted]), "班级的情况已经改变", at)
        return _put(wanted, at)


def end_dues(*, certificate_id: int, reason: str, at: datetime) -> list[Due]:
    """失效: what a certificate made due and nobody has claimed. What is claimed is left to the supervisor."""
    return _end(Due.objects.filter(certificate=certificate_id), reason, at)


def refresh_dues(*, due_ids: Iterable[int], at: datetime) -> list[Due]:
    """重新核算 what nobody has confirmed yet, by the facts of today. Lines otherwise settled are left as they are."""
    with acting(actor=SYSTEM, at=at, basis=BASIS.of(None, at)):
        dues = list(Due.objects.filter(pk__in=list(due_ids), state__in=OPEN).order_by("pk"))
        classes = {due.training_class_id for due in dues if due.training_class_id is not None}
        days = {
            class_id: class_days(class_id) for class_id in classes
        }  # counted once a class, not once a learner
        wanted = {due.pk: _again(due, days.get(due.training_class_id or 0)) for due in dues}
        over = [pk for pk, found in wanted.items() if not found]
        _end(Due.objects.filter(pk__in=over), "证书、班级或项目的情况已经改变", at)
        return _put([one for found in wanted.values() for one in found], at)


def refresh_waiting(*, at: datetime) -> int:
    """每日重新核算 of every line nobody has confirmed, in small transactions; returns how many were asked.

    So that a line shows what the day's facts say: a group proven since, a slot given back, an insured month more.
    """
    ids = list(
        Due.objects.filter(state__in=OPEN, prepared_at__gt=at - ASKED_AGAIN_FOR)
        .order_by("pk")
        .values_list("pk", flat=True)
    )
    for start in range(0, len(ids), CHUNK):
        refresh_dues(due_ids=ids[start : start + CHUNK], at=at)
    return len(ids)


def _again(due: Due, days: Days | None) -> list[Entitled]:
    kind, _, rest = due.subject.partition(":")
    if kind == "project":
        project = Project.objects.get(pk=int(rest.partition(":")[0]))
        found = of_project(project)
    elif kind == "member":
        member = Member.objects.select_related("training_class__occupation", "training_class__project")
        found = of_member(member.get(pk=int(rest)), days)
    else:
        certificate = Certificate.objects.select_related(
            "occupation", "member__training_class__occupation", "member__training_class__project"
        ).get(pk=int(rest))
        found = of_certificate(certificate, days) if certificate.state == "issued" else []
    return [one for one in found if (one.subject, one.scheme) == (due.subject, due.scheme)]


# --- on the table -------------------------------------------------------------------------------------------------
def _put(wanted: Sequence[Entitled], at: datetime) -> list[Due]:
    """The lines of these entitlements, made or asked again. Two at once about one person follow one another."""
    persons = {one.person_id for one in wanted if one.person_id is not None}
    list(Person.objects.select_for_update(no_key=True).filter(pk__in=persons).order_by("pk").values("pk"))
    known = {
        (due.subject, due.scheme): due
        for due in Due.objects.select_for_update(of=("self",))
        .select_related("evaluation")
        .filter(subject__in={one.subject for one in wanted})
        .exclude(state="withdrawn")
        .order_by("pk")
    }
    found = [_put_one(one, known.get((one.subject, one.scheme)), at) for one in wanted]
    return [due for due in found if due is not None]


def _put_one(one: Entitled, due: Due | None, at: datetime) -> Due | None:
    if due is not None and due.state not in OPEN:
        return due  # claimed or declined: the person has spoken
    form = _keeping_stated(one.form, due)
    facts = _facts(one, form, due, at)
    decision = _decide(one, facts, due) if one.scheme else None
    if one.only_if_due and due is None and (decision is None or decision.outcome not in PASSING):
        return None
    made = due or Due(subject=one.subject, scheme=one.scheme, state=_state(decision), prepared_at=at)
    before = None if due is None else (due.outcome, due.amount_fen, list(due.reasons), due.form)
    made.district_id, made.applied_by = one.district_id, one.applied_by
    made.person_id, made.organisation_id = one.person_id, one.organisation_id
    made.training_class_id, made.certificate_id = one.class_id, one.certificate_id
    made.form = plain(form)
    made.reason = one.reason
    made.outcome = decision.outcome if decision else "none"
    made.amount_fen = decision.amount_fen if decision else None
    made.reasons = list(decision.reasons) if decision else []
    if before == (made.outcome, made.amount_fen, list(made.reasons), made.form):
        return made  # nothing new: no further working is kept
    if made.state != (target := _state(decision)):
        made.state = DUE.check("grant" if target == "ready" else "deny", made.state)
    made.save()
    if decision is not None:
        made.evaluation = _keep_working(one, form, made, at)
        made.save(update_fields=["evaluation"])
    if made.state == "ready":
        tell("due:ready", at=at, due=made.pk)
    return made


def _state(decision: Any) -> str:
    return "ready" if decision is not None and decision.outcome in PASSING else "not_due"


def _keeping_stated(form: ClaimForm, due: Due | None) -> ClaimForm:
    """What was stated by hand: the training fee of an invoice, the answers to the rulebook's own questions."""
    if due is None:
        return form
    before = form_of(due)
    fee = form.fee_fen if before.fee_fen is None else before.fee_fen
    return ClaimForm(**{**form.columns(), "groups": form.groups, "fee_fen": fee, "own": before.own})


def _name(due: Due | None) -> str:
    """Sorts behind every claim's number of the same moment; earlier lines before later ones."""
    return f"~{due.pk:012d}" if due is not None else "~新"


def _facts(one: Entitled, form: ClaimForm, due: Due | None, at: datetime) -> Row:
    person = "" if one.person_id is None else f"#{one.person_id}"
    return form.facts(_name(due), person, due.prepared_at if due else at)


def _others(one: Entitled, due: Due | None) -> tuple[list[Row], list[Row]]:
    """History, and what waits beside: the holder's claims, and the lines prepared for the same person and not confirmed."""
    history, pending = beside(one.district_id, one.person_id, one.form.project_id)
    if one.person_id is not None:
        waiting = Due.objects.filter(district=one.district_id, person=one.person_id, state="ready").order_by(
            "pk"
        )
        for other in waiting:
            if due is None or other.pk < due.pk:
                pending.append(form_of(other).facts(_name(other), f"#{one.person_id}", other.prepared_at))
    return history, pending


def _decide(one: Entitled, facts: Row, due: Due | None) -> Any:
    history, pending = _others(one, due)
    return decide(rulebook_for(one.district_id), [*pending, facts], history)[-1]


def _keep_working(one: Entitled, form: ClaimForm, due: Due, at: datetime) -> Any:
    history, pending = _others(one, due)
    facts = _facts(one, form, due, at)
    return evaluate(
        rulebook=rulebook_for(one.district_id),
        claims=[*pending, facts],
        claim_id=str(facts["claim_id"]),
        history=history,
        subject=f"due:{due.pk}",
        stage="due",
        at=at,
    )


def plain(form: ClaimForm) -> dict[str, Any]:
    """The form as JSON values."""
    return {k: v.isoformat() if isinstance(v, date) else v for k, v in form.columns().items()}


def _end(dues: Any, reason: str, at: datetime) -> list[Due]:
    with acting(actor=SYSTEM, at=at, basis=BASIS.of(None, at)):
        found = list(
            dues.select_for_update(of=("self",)).exclude(state__in=("claimed", "withdrawn")).order_by("pk")
        )
        for due in found:
            due.state = DUE.check("end", due.state)
            due.reason = reason
            due.save(update_fields=["state", "reason"])
        return found
