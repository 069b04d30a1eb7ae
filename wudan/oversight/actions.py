"""Verbs of a finding (疑点): opened by a check or a person, explained, closed by the supervisor with a conclusion."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from wudan.kernel.actor import SYSTEM, Actor
from wudan.kernel.errors import INVALID, refuse
from wudan.kernel.history import acting
from wudan.kernel.periods import in_words, legal_day
from wudan.kernel.roles import Role
from wudan.orders.delivery.models import Certificate, Inspection, TrainingClass
from wudan.orders.delivery.queries.attendance import red_days
from wudan.orders.delivery.queries.inspections import mismatches
from wudan.orders.delivery.queries.ratings import doubts_of
from wudan.orders.payment.actions.halting import clear
from wudan.orders.payment.matching import Gap
from wudan.orders.payment.models import Batch
from wudan.orders.subsidy.models import Claim
from wudan.oversight.models import Finding
from wudan.oversight.states import FINDING
from wudan.policy.queries import MONEY

BASIS = MONEY
PAYMENT_GAP = "payment-gap"
CERTIFICATE_REVOKED = "certificate-revoked"
RATING_DISHONEST = "rating-dishonest"
INSPECTION_MISMATCH = "inspection-mismatch"
RED_CARD = "red-card"
_OVER = ("rejected", "withdrawn", "recovered")


def open_finding(
    *,
    district_id: str,
    kind: str,
    subject: str,
    sentence: str,
    evidence: Sequence[dict[str, Any]] = (),
    actor: Actor,
    at: datetime,
) -> Finding:
    """登记疑点. The open finding of the same kind and subject is returned where there is one. `evidence` holds no personal data.

    Refuses: forbidden, no-sentence.
    """
    with acting(actor=actor, at=at, basis=BASIS.by(actor, at)):
        if actor is not SYSTEM:
            actor.require(Role.SUPERVISOR, Role.FINANCE, district_id=district_id)
        if not sentence.strip():
            refuse(
                "no-sentence", "没有写情况。", remedy="请写明发现了什么。", field="sentence", status=INVALID
            )
        # Two reports of one thing at once: the second waits on the unique index, then is given the first's finding.
        finding, _ = Finding.objects.get_or_create(
            kind=kind,
            subject=subject,
            state="open",
            defaults={
                "district_id": district_id,
                "sentence": sentence.strip(),
                "evidence": list(evidence),
                "opened_at": at,
            },
        )
        return finding


def finding_from_batch(batch_id: int, at: datetime) -> Finding | None:
    """The finding of a halted batch, for the job on "batch:halted". Delivered twice or late it adds nothing: None where the
    batch goes on again or its finding was closed already."""
    with acting(actor=SYSTEM, at=at, basis=BASIS.of(None, at)):
        batch = Batch.objects.select_for_update(no_key=True).filter(pk=batch_id).first()
        if batch is None or batch.state != "halted" or batch.cleared_by is not None:
            return None
        first = batch.gaps[0]["sentence"] if batch.gaps else "原因未记录。"
        more = f"共{len(batch.gaps)}处，例如：" if len(batch.gaps) > 1 else ""
        return open_finding(
            district_id=batch.district_id,
            kind=PAYMENT_GAP,
            subject=f"batch:{batch.pk}",
            sentence=f"拨付批次{batch.number}已暂停。{more}{first}",
            evidence=batch.gaps,
            actor=SYSTEM,
            at=at,
        )


def finding_from_certificate(certificate_id: int, at: datetime) -> Finding | None:
    """The finding of a certificate revoked after somebody claimed on it, for the job on "certificate:revoked". None where no
    such claim stands; delivered twice it adds nothing, also after the finding was closed."""
    with acting(actor=SYSTEM, at=at, basis=BASIS.of(None, at)):
        revoked = Certificate.objects.select_for_update(no_key=True).filter(state="revoked")
        certificate = revoked.filter(pk=certificate_id).first()
        if certificate is None:
            return None
        claims = Claim.objects.filter(
            district=certificate.district_id,
            person=certificate.person_id,
            certificate_number=certificate.number,
        )
        standing = list(claims.exclude(state__in=_OVER).order_by("pk"))
        subject = f"certificate:{certificate.pk}"
        if not standing or Finding.objects.filter(kind=CERTIFICATE_REVOKED, subject=subject).exists():
            return None
        numbers = "、".join(claim.number for claim in standing)
        return open_finding(
            district_id=certificate.district_id,
            kind=CERTIFICATE_REVOKED,
            subject=subject,
            sentence=f"证书已撤销，但以它申请的补贴还在办理或已经拨付：{numbers}。",
            evidence=[
                Gap(
                    CERTIFICATE_REVOKED,
                    f"以这张证书提交的申请现处于“{claim.get_state_display()}”。",
                    claim=claim.number,
                    payable_fen=claim.amount_fen,
                ).json()
                for claim in standing
            ],
            actor=SYSTEM,
            at=at,
        )


def finding_from_inspection(inspection_id: int, at: datetime) -> Finding | None:
    """The finding of a visit that did not match sign-in or plan, for the job on "inspection:mismatch". Delivered twice it adds
    nothing, also after the finding was closed."""
    with acting(actor=SYSTEM, at=at, basis=BASIS.of(None, at)):
        planned = Inspection.objects.select_for_update(of=("self",), no_key=True).select_related(
            "training_class"
        )
        found = planned.filter(pk=inspection_id).first()
        subject = f"inspection:{inspection_id}"
        if found is None or Finding.objects.filter(kind=INSPECTION_MISMATCH, subject=subject).exists():
            return None
        words = mismatches(found)
        if not words:
            return None
        held = found.training_class
        return open_finding(
            district_id=held.district_id,
            kind=INSPECTION_MISMATCH,
            subject=subject,
            sentence=f"巡查“{held.name}”（班级编号{held.number}）：{'；'.join(words)}。",
            evidence=[{"code": INSPECTION_MISMATCH, "sentence": f"{word}。"} for word in words],
            actor=SYSTEM,
            at=at,
        )


def finding_from_card(class_id: int, at: datetime) -> Finding | None:
    """The finding of a class with a red card (红牌), for the job on "class:red-card": counted again, since a teacher may have
    witnessed meanwhile. One finding a class; only a further red day opens a closed one's successor."""
    with acting(actor=SYSTEM, at=at, basis=BASIS.of(None, at)):
        held = TrainingClass.objects.select_for_update(no_key=True).filter(pk=class_id).first()
        days = red_days(class_id) if held else []
        subject = f"class:{class_id}"
        known = Finding.objects.filter(kind=RED_CARD, subject=subject).order_by("-pk").first()
        seen = {one.get("day") for one in known.evidence} if known else set()
        if held is None or {d.day.isoformat() for d in days} <= seen or (known and known.state == "open"):
            return None
        said = [f"{in_words(d.day)}出勤率{d.percent}%，低于红牌线。" for d in days]
        return open_finding(
            district_id=held.district_id,
            kind=RED_CARD,
            subject=subject,
            sentence=f"“{held.name}”（班级编号{held.number}）有{len(days)}天红牌：{''.join(said[:3])}",
            evidence=[
                {"code": RED_CARD, "sentence": s, "day": d.day.isoformat()}
                for s, d in zip(said, days, strict=True)
            ],
            actor=SYSTEM,
            at=at,
        )


def finding_from_rating(class_id: int, at: datetime) -> Finding | None:
    """The finding of a class whose learners say it was not held as planned or money was asked, for "rating:dishonest".

    None where nobody says so, or where a finding with as many voices was opened before: delivered twice it adds nothing, and
    only a further voice opens a closed one's successor. Who said it and in which words stays out: the class page shows that.
    """
    with acting(actor=SYSTEM, at=at, basis=BASIS.of(None, at)):
        found = TrainingClass.objects.select_for_update(no_key=True).filter(pk=class_id).first()
        said, voices = doubts_of(class_id)
        subject = f"class:{class_id}"
        known = Finding.objects.filter(kind=RATING_DISHONEST, subject=subject).order_by("-pk").first()
        heard = known.evidence[0].get("count", 0) if known and known.evidence else 0
        if found is None or not said or heard >= said or (known and known.state == "open"):
            return None
        sentence = f"{voices}份学员评价中，{said}份反映没有按计划培训，或者另外收钱：{found.name}（{found.number}）。"
        return open_finding(
            district_id=found.district_id,
            kind=RATING_DISHONEST,
            subject=subject,
            sentence=sentence,
            evidence=[{"code": RATING_DISHONEST, "sentence": sentence, "count": said}],
            actor=SYSTEM,
            at=at,
        )


def explain(*, finding_id: int, text: str, actor: Actor, at: datetime) -> Finding:
    """说明情况, added to the evidence. By finance or the supervisor. Refuses: forbidden, wrong-state, no-text."""
    with acting(actor=actor, at=at, basis=BASIS.by(actor, at)):
        finding = _locked(finding_id)
        actor.require(Role.FINANCE, Role.SUPERVISOR, district_id=finding.district_id)
        FINDING.check("close", finding.state)
        if not text.strip():
            refuse("no-text", "没有写说明。", remedy="请写明核实的情况。", field="text", status=INVALID)
        said = {"code": "explanation", "sentence": text.strip(), "by": actor.label, "on": f"{legal_day(at)}"}
        finding.evidence = [*finding.evidence, said]
        finding.save(update_fields=["evidence"])
    return finding


def close(*, finding_id: int, conclusion: str, actor: Actor, at: datetime) -> Finding:
    """办结 by the supervisor, with a conclusion. The halted batch behind it may then be resumed by finance.

    Refuses: forbidden, wrong-state, no-conclusion.
    """
    with acting(actor=actor, at=at, basis=BASIS.by(actor, at)):
        finding = _locked(finding_id)
        actor.require(Role.SUPERVISOR, district_id=finding.district_id)
        state = FINDING.check("close", finding.state)
        if not conclusion.strip():
            refuse(
                "no-conclusion",
                "没有写处理结论。",
                remedy="请写明核查结果和处理意见。",
                field="conclusion",
                status=INVALID,
            )
        finding.state, finding.conclusion, finding.closed_by = state, conclusion.strip(), actor.user_id
        finding.save(update_fields=["state", "conclusion", "closed_by"])
        kind, _, pk = finding.subject.partition(":")
        if kind == "batch" and Batch.objects.filter(pk=pk, state="halted").exists():
            clear(batch_id=int(pk), conclusion=conclusion.strip(), actor=actor, at=at)
    return finding


def _locked(finding_id: int) -> Finding:
    finding = Finding.objects.select_for_update(no_key=True).filter(pk=finding_id).first()
    if finding is None:
        refuse("not-found", "没有找到这个疑点。", remedy="请从疑点列表重新进入。", status=404)
    return finding
