"""设施设备升级改造和无障碍改造支持: applied for by those who train well, looked at by two, approved with a document, inspected.

What is granted is recorded with its document; it is paid by the way the document names, not through a subsidy batch.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from wudan.kernel.actor import Actor
from wudan.kernel.errors import INVALID, forbid, refuse
from wudan.kernel.history import acting
from wudan.kernel.journal import tell
from wudan.kernel.money import in_sentence
from wudan.kernel.periods import legal_day
from wudan.kernel.roles import Role
from wudan.orders.catalogue.models import SupportApplication
from wudan.orders.catalogue.queries.registrations import due
from wudan.orders.catalogue.queries.resources import SUPPORT_KINDS
from wudan.orders.catalogue.states import SUPPORT
from wudan.organisations.queries import CREDIT_CLAUSE, applicant, standing_of

CLAUSE = "台政办发〔2020〕4号 五（五）；周政办发〔2020〕2号 二（三）3"
_TIME = "support_review_working_days"
_HOLDERS = (Role.PROVIDER, Role.ENTERPRISE)


@dataclass(frozen=True, slots=True)
class SupportForm:
    """`results`: heads trained and placed, since support is for those who did well. Money in fen."""

    kind: str
    content: str
    results: str
    asked_fen: int


def file_support(
    *, organisation_id: int, form: SupportForm, actor: Actor, at: datetime
) -> SupportApplication:
    """申请支持. Refuses: forbidden, organisation-suspended; bad-kind, no-content, no-results, bad-amount."""
    with acting(actor=actor, at=at, basis=f"{CLAUSE}：申请"):
        owner = applicant(organisation_id, actor)
        made = SupportApplication(
            district_id=owner.district_id, organisation=owner, filed_at=at, filed_by=actor.user_id or 0
        )
        _fill(made, form, at)
        made.save()
        tell("support:filed", at=at, support=made.pk)
    return made


def refile_support(*, support_id: int, form: SupportForm, actor: Actor, at: datetime) -> SupportApplication:
    """补正后重新提交. Refuses: forbidden, wrong-state, and as `file_support`."""
    with acting(actor=actor, at=at, basis=f"{CLAUSE}：补正"):
        found = _for(support_id, "refile", actor)
        found.state = SUPPORT.check("refile", found.state)
        _fill(found, form, at)
        found.first_by = None
        found.save()
        tell("support:filed", at=at, support=found.pk)
    return found


def accept_support(*, support_id: int, actor: Actor, at: datetime) -> SupportApplication:
    """受理. Refuses: forbidden, wrong-state."""
    with acting(actor=actor, at=at, basis=f"{CLAUSE}：受理"):
        found = _for(support_id, "accept", actor)
        return _move(found, "accept", at)


def pass_support(*, support_id: int, actor: Actor, at: datetime) -> SupportApplication:
    """初审通过. Refuses: forbidden, wrong-state."""
    with acting(actor=actor, at=at, basis=f"{CLAUSE}：初审"):
        found = _for(support_id, "pass_first", actor)
        found.first_by = actor.user_id
        return _move(found, "pass_first", at, "first_by")


def approve_support(
    *, support_id: int, granted_fen: int, document: str, actor: Actor, at: datetime
) -> SupportApplication:
    """同意支持, an amount in fen on a document. Refuses: forbidden, wrong-state; bad-amount (none, or above what was asked),
    no-document; bad-standing; support_two_pairs_of_eyes."""
    with acting(actor=actor, at=at, basis=f"{CLAUSE}：同意"):
        found = _for(support_id, "approve", actor)
        SUPPORT.check("approve", found.state)
        standing = standing_of(found.organisation_id, legal_day(at))
        if not standing.good:
            refuse(
                "bad-standing",
                f"申请单位现在不能获得支持：{standing.reasons[0]}",
                clause=CREDIT_CLAUSE,
                remedy="请待信用修复、期满或恢复受理后再办理。",
            )
        if not 0 < granted_fen <= found.asked_fen:
            refuse(
                "bad-amount",
                f"同意金额应大于0，且不超过申请的{in_sentence(found.asked_fen)}。",
                remedy="请改正金额。",
                field="granted_fen",
                status=INVALID,
            )
        if not document.strip():
            refuse(
                "no-document", "没有填写依据文件。", clause=CLAUSE, remedy="请填写同意支持的文件和文号。",
                field="document", status=INVALID,
            )  # fmt: skip
        found.granted_fen, found.document = granted_fen, document.strip()
        found.second_by, found.due_on = actor.user_id, None
        return _move(found, "approve", at, "granted_fen", "document", "second_by", "due_on")


def return_support(*, support_id: int, reason: str, actor: Actor, at: datetime) -> SupportApplication:
    """退回补正. Refuses: forbidden, wrong-state, no-reason."""
    return _answer(support_id, "send_back", reason, actor, at)


def refuse_support(*, support_id: int, reason: str, actor: Actor, at: datetime) -> SupportApplication:
    """不予支持. Refuses: forbidden, wrong-state, no-reason."""
    return _answer(support_id, "refuse", reason, actor, at)


def withdraw_support(*, support_id: int, actor: Actor, at: datetime) -> SupportApplication:
    """撤回. Refuses: forbidden, wrong-state."""
    return _answer(support_id, "withdraw", "申请单位撤回", actor, at)


def inspect_support(*, support_id: int, reason: str, actor: Actor, at: datetime) -> SupportApplication:
    """验收: the works were seen; `reason` says what was found. Refuses: forbidden, wrong-state, no-reason."""
    return _answer(support_id, "inspect", reason, actor, at)


def _answer(support_id: int, verb: str, reason: str, actor: Actor, at: datetime) -> SupportApplication:
    with acting(actor=actor, at=at, basis=f"{CLAUSE}：{SUPPORT.move(verb).label}"):
        found = _for(support_id, verb, actor)
        SUPPORT.check(verb, found.state)
        if not reason.strip():
            refuse(
                "no-reason",
                "没有填写意见。",
                remedy="请写明理由，申请单位会看到。",
                field="reason",
                status=INVALID,
            )
        found.reason, found.due_on = reason.strip(), None
        return _move(found, verb, at, "reason", "due_on")


def _move(found: SupportApplication, verb: str, at: datetime, *also: str) -> SupportApplication:
    found.state = SUPPORT.check(verb, found.state)
    found.save(update_fields=["state", *also])
    tell(f"support:{found.state}", at=at, support=found.pk)
    return found


def _for(support_id: int, verb: str, actor: Actor) -> SupportApplication:
    found = SupportApplication.objects.select_for_update().filter(pk=support_id).first()
    if found is None:
        refuse("not-found", "没有找到这件申请。", remedy="请从列表重新进入。", status=404)
    actor.require(*SUPPORT.move(verb).who, district_id=found.district_id)
    if actor.role in _HOLDERS and actor.organisation_id != found.organisation_id:
        forbid("这不是您所在单位的申请。")
    return found


def _fill(found: SupportApplication, form: SupportForm, at: datetime) -> None:
    if form.kind not in dict(SUPPORT_KINDS):
        refuse("bad-kind", "没有选择类别。", remedy="请从列表中选择。", field="kind", status=INVALID)
    for field, label, text in (("content", "改造内容", form.content), ("results", "培训成绩", form.results)):
        if not text.strip():
            refuse(
                f"no-{field}",
                f"没有填写{label}。",
                clause=CLAUSE,
                remedy="请填写。",
                field=field,
                status=INVALID,
            )
    if form.asked_fen <= 0:
        refuse("bad-amount", "申请金额应大于0。", remedy="请改正。", field="asked_fen", status=INVALID)
    found.kind, found.content, found.results = form.kind, form.content.strip(), form.results.strip()
    found.asked_fen = form.asked_fen
    found.due_on = due(found.district_id, _TIME, legal_day(at))
