"""Who may touch which class, asked before anything else; rows are locked class first, then what hangs on it."""

from __future__ import annotations

from wudan.kernel.actor import Actor
from wudan.kernel.errors import INVALID, forbid, refuse
from wudan.kernel.roles import Role
from wudan.kernel.states import StateTable
from wudan.orders.catalogue.models import Offer
from wudan.orders.delivery.models import Member, Session, TrainingClass

NOT_FOUND = 404
BASIS = "培训机构开班和培训过程管理（台政办发〔2020〕4号 七（三）；周政办发〔2020〕2号 三（二））"
OFFICIALS = (Role.INTAKE, Role.REVIEWER)


def locked_class(class_id: int) -> TrainingClass:
    """The class, locked until the transaction ends. Refuses: not-found."""
    found = (
        TrainingClass.objects.select_for_update(of=("self",))
        .select_related("offer__entry")
        .filter(pk=class_id)
        .first()
    )
    if found is None:
        refuse("not-found", "没有找到这个班级。", remedy="请从列表重新进入。", status=NOT_FOUND)
    return found


def locked_offer(offer_id: int) -> Offer:
    """The offer with its entry, locked. Refuses: not-found."""
    found = Offer.objects.select_for_update(of=("self",)).select_related("entry").filter(pk=offer_id).first()
    if found is None:
        refuse("not-found", "没有找到这个班次。", remedy="请从列表重新进入。", status=NOT_FOUND)
    return found


def locked_session(session_id: int) -> tuple[TrainingClass, Session]:
    """A sitting and its class. Refuses: not-found."""
    held = Session.objects.filter(pk=session_id).values_list("training_class_id", flat=True).first()
    if held is None:
        refuse("not-found", "没有找到这节课。", remedy="请从班级页面重新进入。", status=NOT_FOUND)
    whole = locked_class(held)
    return whole, Session.objects.select_for_update(of=("self",)).get(pk=session_id)


def locked_member(member_id: int) -> tuple[TrainingClass, Member]:
    """A learner of a class and the class. Refuses: not-found."""
    held = Member.objects.filter(pk=member_id).values_list("training_class_id", flat=True).first()
    if held is None:
        refuse("not-found", "没有找到这名学员。", remedy="请从班级页面重新进入。", status=NOT_FOUND)
    whole = locked_class(held)
    member = Member.objects.select_for_update(of=("self",)).select_related("person").get(pk=member_id)
    return whole, member


def require_party(actor: Actor, table: StateTable, verb: str, held: TrainingClass) -> None:
    """A role the table names for the verb: an official of the district, or a clerk of the provider that teaches the class."""
    actor.require(*table.move(verb).who, district_id=held.district_id)
    require_own(actor, held)


def require_own(actor: Actor, held: TrainingClass) -> None:
    """A provider's clerk only its own classes."""
    if actor.role is Role.PROVIDER and actor.organisation_id != held.provider_id:
        forbid("这个班级不是由您所在的机构承办的。")


def require_editor(actor: Actor, held: TrainingClass) -> None:
    """The plan is the provider's, while it is being written."""
    actor.require(Role.PROVIDER)
    require_own(actor, held)
    if held.state not in ("planning", "returned"):
        refuse(
            "plan-fixed",
            "教学计划已经报送，不能直接修改。",
            remedy="等待答复的，可先撤回申请；已同意开班的，请提出开班变更。",
        )


def require_reason(text: str, what: str) -> str:
    """`what` is the verb as a person reads it."""
    if len(text.strip()) < 2:
        refuse(
            "needs-reason", f"{what}须写明原因。", remedy="请填写后再提交。", field="reason", status=INVALID
        )
    return text.strip()
