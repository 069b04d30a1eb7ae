"""申请: one claim by form, or many from a roster. Either all of a call is saved, or none."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from wudan.kernel import bulk
from wudan.kernel.actor import Actor
from wudan.kernel.errors import INVALID, Refusal, Refused, forbid, refuse
from wudan.kernel.history import acting
from wudan.kernel.periods import legal_day
from wudan.kernel.roles import Role
from wudan.orders.subsidy.actions.clocks import due_on
from wudan.orders.subsidy.actions.deciding import evaluate_claims, settle
from wudan.orders.subsidy.actions.guards import require_organisation
from wudan.orders.subsidy.forms import ClaimForm
from wudan.orders.subsidy.models import Claim, Roster
from wudan.people.models import Person
from wudan.policy.engine.rulebook import Rulebook
from wudan.policy.queries import rulebook_for

OVER = ("rejected", "withdrawn", "recovered")
"""States after which the same application may be made again; the condition of the constraint `claim_once`."""
BY_ROLE = {
    Role.WORKER: "person",
    Role.TOWN: "person",
    Role.ENTERPRISE: "enterprise",
    Role.PROVIDER: "provider",
}


def submit(
    *,
    district_id: str,
    applied_by: str,
    form: ClaimForm,
    person_id: int | None,
    organisation_id: int | None = None,
    authority: str = "",
    actor: Actor,
    at: datetime,
) -> Claim:
    """提交申请: one claim, decided at once. `authority` is the 代领 agreement's number, or at a counter the note of consent.

    Refuses: forbidden, bad-input:<column>, claim_once, organisation-suspended, needs-authority, payee-needs-organisation.
    Clause: that of the scheme.
    """
    return submit_many(
        district_id=district_id,
        applied_by=applied_by,
        forms=[(form, person_id)],
        organisation_id=organisation_id,
        authority=authority,
        actor=actor,
        at=at,
    )[0]


def submit_many(
    *,
    district_id: str,
    applied_by: str,
    forms: Sequence[tuple[ClaimForm, int | None]],
    organisation_id: int | None = None,
    authority: str = "",
    roster_id: int | None = None,
    rows: Sequence[int] = (),
    actor: Actor,
    at: datetime,
) -> list[Claim]:
    """Many claims in one transaction and a fixed number of statements; `rows` are their rows in the roster's file.

    Refuses as `submit`, naming the rows. With a roster the system may act for the one who confirmed it.
    """
    rulebook = rulebook_for(district_id)
    if not forms:
        return []
    with acting(actor=actor, at=at, basis=_basis(rulebook, forms)):
        submitted_by = _require_may_apply(actor, district_id, applied_by, organisation_id, roster_id, forms)
        _require_papers(actor, district_id, applied_by, organisation_id, authority, forms)
        _require_good(rulebook, forms, applied_by, rows)
        claims = _new_claims(district_id, forms, organisation_id, at)
        _require_new(claims, rows)
        for place, claim in enumerate(claims):
            claim.applied_by, claim.authority, claim.submitted_by = (
                applied_by,
                authority.strip(),
                submitted_by,
            )
            claim.roster_id, claim.roster_row = roster_id, rows[place] if rows else None
        evaluations = evaluate_claims(claims, stage="submit", at=at)
        for claim in claims:
            settle(claim, evaluations[claim.pk], rulebook)
        bulk.insert(Claim, claims)
    return claims


def _basis(rulebook: Rulebook, forms: Sequence[tuple[ClaimForm, int | None]]) -> str:
    scheme = rulebook.schemes.get(forms[0][0].scheme)
    return scheme.clause if scheme else rulebook.document


def _require_may_apply(
    actor: Actor,
    district_id: str,
    applied_by: str,
    organisation_id: int | None,
    roster_id: int | None,
    forms: Sequence[tuple[ClaimForm, int | None]],
) -> int:
    """The user id that stands as the submitter."""
    if actor.role is Role.SYSTEM:
        if roster_id is None or organisation_id is None:
            forbid("系统只能代为保存已经确认的名册。")
        roster = Roster.objects.filter(
            pk=roster_id, organisation=organisation_id, district=district_id
        ).first()
        if roster is None:
            forbid("系统只能代为保存已经确认的名册。")
        return roster.confirmed_by or roster.uploaded_by
    actor.require(*BY_ROLE, district_id=district_id)
    if BY_ROLE[actor.role] != applied_by:
        forbid("申请方式与您的身份不符。", remedy="请从自己的首页进入申请。")
    if actor.user_id is None:
        forbid("请先登录再提交申请。", remedy="")
    if actor.role is Role.WORKER and any(person_id != actor.person_id for _, person_id in forms):
        forbid("只能为本人提交申请。", remedy="为他人办理，请到镇街便民服务窗口。")
    if actor.role in (Role.ENTERPRISE, Role.PROVIDER) and organisation_id != actor.organisation_id:
        forbid("只能以本单位的名义提交申请。")
    return actor.user_id


def _require_papers(
    actor: Actor,
    district_id: str,
    applied_by: str,
    organisation_id: int | None,
    authority: str,
    forms: Sequence[tuple[ClaimForm, int | None]],
) -> None:
    """The organisation in good standing; the agreement or the consent on which somebody acts for another."""
    if applied_by == "person":
        if organisation_id is not None:
            refuse("bad-input:organisation", "个人申领不写申请单位。", status=INVALID, field="organisation")
    elif organisation_id is None:
        refuse("bad-input:organisation", "请写明申请单位。", status=INVALID, field="organisation")
    else:
        require_organisation(district_id, organisation_id, applied_by)
    needed = ""
    if applied_by == "provider" and any(person_id is not None for _, person_id in forms):
        needed = "培训机构代领须填写与学员签订的代领协议编号。"
    if actor.role is Role.TOWN:
        needed = "在窗口代为提交，须写明申请人同意的方式（例如“本人到场签字”）。"
    if needed and not authority.strip():
        refuse("needs-authority", needed, remedy="请补填后再提交。", field="authority", status=INVALID)


def _require_good(
    rulebook: Rulebook, forms: Sequence[tuple[ClaimForm, int | None]], applied_by: str, rows: Sequence[int]
) -> None:
    """Every form without faults, with a person where one is needed. Refuses with all of them at once."""
    refusals = []
    known = set(
        Person.objects.filter(pk__in={pid for _, pid in forms if pid is not None}).values_list(
            "pk", flat=True
        )
    )
    for place, (form, person_id) in enumerate(forms):
        where = f"第{rows[place]}行：" if rows else ""
        for fault in form.faults(rulebook):
            code, sentence = f"bad-input:{fault.column}", f"{where}{fault.sentence}。"
            refusals.append(Refusal(code, sentence, remedy=fault.remedy, field=fault.column, status=INVALID))
        scheme = rulebook.schemes.get(form.scheme)
        by_provider = scheme is not None and scheme.by_provider
        if by_provider and (applied_by != "provider" or person_id is not None):
            refusals.append(
                Refusal(
                    "bad-input:scheme",
                    f"{where}项目制补贴由培训机构申请，不填参训人员。",
                    clause=scheme.clause if scheme else "",
                    remedy="请由承办项目的培训机构提交。",
                    field="scheme",
                    status=INVALID,
                )
            )
        if not by_provider and person_id not in known:
            sentence = f"{where}申请须写明已实名登记的参训人员。"
            refusals.append(Refusal("bad-input:person_id", sentence, field="person_id", status=INVALID))
    if refusals:
        raise Refused(*refusals)


def _new_claims(
    district_id: str, forms: Sequence[tuple[ClaimForm, int | None]], organisation_id: int | None, at: datetime
) -> list[Claim]:
    """Unsaved claims that already have their key, so that the number, and the engine's order by it, is known."""
    due = due_on(district_id, "submitted", at)
    claims = []
    for key, (form, person_id) in zip(bulk.take_keys(Claim, len(forms)), forms, strict=True):
        claims.append(
            Claim(
                pk=key,
                number=f"{district_id}{legal_day(at).year}{key:07d}",
                district_id=district_id,
                organisation_id=organisation_id,
                person_id=person_id,
                applied_at=at,
                fingerprint=form.fingerprint(person_id=person_id, organisation_id=organisation_id),
                state="submitted",
                state_since=at,
                due_on=due,
                **form.columns(),
            )
        )
    return claims


def _require_new(claims: list[Claim], rows: Sequence[int]) -> None:
    """The same application is taken once; the constraint `claim_once` says it again to two clicks at the same time."""
    known = dict(
        Claim.objects.filter(
            district_id=claims[0].district_id, fingerprint__in=[c.fingerprint for c in claims]
        )
        .exclude(state__in=OVER)
        .values_list("fingerprint", "number")
    )
    refusals = []
    for place, claim in enumerate(claims):
        if (number := known.get(claim.fingerprint)) is not None:
            where = f"第{rows[place]}行：" if rows else ""
            refusals.append(
                Refusal(
                    "claim_once",
                    f"{where}同一项申请已经提交过（申请编号{number}），不会重复受理。",
                    remedy="请查看原申请的办理进度；内容有误的，可请工作人员退回补正。",
                )
            )
        known.setdefault(claim.fingerprint, claim.number)
    if refusals:
        raise Refused(*refusals)
