"""Who may touch which claim, asked before anything else. The database asks the hard ones again."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from django.db.models import QuerySet

from wudan.kernel.actor import Actor
from wudan.kernel.errors import forbid, refuse
from wudan.kernel.roles import Role
from wudan.orders.subsidy.models import Claim
from wudan.orders.subsidy.states import CLAIM
from wudan.organisations.models import Organisation
from wudan.people.models import Person

NOT_FOUND = 404


def locked_claim(claim_id: int) -> Claim:
    """The claim, locked until the transaction ends. Refuses: not-found."""
    claim = _locking().filter(pk=claim_id).first()
    if claim is None:
        refuse("not-found", "没有找到这笔申请。", remedy="请从列表重新进入。", status=NOT_FOUND)
    return claim


def locked_claims(claim_ids: Iterable[int]) -> dict[int, Claim]:
    """Many claims, locked in one order everywhere, so that two batches wait and do not deadlock."""
    found = _locking().filter(pk__in=list(claim_ids)).order_by("pk")
    return {claim.pk: claim for claim in found}


def _locking() -> QuerySet[Claim]:
    return Claim.objects.select_for_update(of=("self",)).select_related("evaluation")


def lock_persons(claims: Sequence[Claim]) -> None:
    """Two decisions about one person follow one another. Always after the claims' own locks."""
    ids = {c.person_id for c in claims if c.person_id is not None}
    list(
        Person.objects.select_for_update(no_key=True)
        .filter(pk__in=ids)
        .order_by("pk")
        .values_list("pk", flat=True)
    )


def require_official(actor: Actor, verb: str, claim: Claim) -> None:
    """The role the state table names, of the claim's district, and never on one's own application."""
    actor.require(*CLAIM.move(verb).who, district_id=claim.district_id)
    require_not_own(actor, claim)


def require_not_own(actor: Actor, claim: Claim) -> None:
    if actor.user_id is not None and actor.user_id == claim.submitted_by:
        forbid("不能办理自己提交的申请。", remedy="请转给其他工作人员办理。")
    if actor.person_id is not None and actor.person_id == claim.person_id:
        forbid("不能办理本人的申请。", remedy="请转给其他工作人员办理。")


def require_applicant(actor: Actor, verb: str, claim: Claim) -> None:
    """Whoever applied: the person for a personal claim, the organisation for its own, the town clerk at the counter."""
    actor.require(*CLAIM.move(verb).who, district_id=claim.district_id)
    if actor.role is Role.WORKER:
        mine = claim.applied_by == "person" and claim.person_id == actor.person_id
    elif actor.role is Role.TOWN:
        mine = claim.applied_by == "person" and claim.authority != ""
    else:
        mine = claim.organisation_id == actor.organisation_id
    if not mine or (actor.role is not Role.TOWN and (actor.person_id or actor.organisation_id) is None):
        forbid("这笔申请不是由您或您的单位提交的。", remedy="请由原申请人办理。")


def require_organisation(district_id: str, organisation_id: int, kind: str) -> Organisation:
    """An organisation of this district and kind that is not suspended."""
    organisation = Organisation.objects.filter(pk=organisation_id).first()
    if organisation is None or organisation.district_id != district_id:
        forbid("申请单位不属于本区，不能在本区申请。", remedy="请在单位登记所在的区申请。")
    if organisation.kind != kind:
        forbid("申请方式与单位类别不符：企业只能按企业申请，培训机构只能按机构代领。")
    if organisation.suspended:
        refuse(
            "organisation-suspended",
            f"“{organisation.name}”已被暂停受理。",
            remedy="如有异议，请向区人力资源社会保障局申诉；恢复后可继续申请。",
        )
    return organisation
