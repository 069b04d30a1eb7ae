"""更正 by hand, each with its reason: the teacher as witness with a photo of the sheet, 受理's override, 签到无效."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import uuid4

from wudan.kernel.actor import Actor
from wudan.kernel.crypto import seal_bytes, unseal_bytes
from wudan.kernel.errors import INVALID, forbid, refuse
from wudan.kernel.history import acting
from wudan.kernel.journal import note, tell
from wudan.kernel.periods import legal_day
from wudan.kernel.roles import Role
from wudan.orders.delivery.actions import attempts
from wudan.orders.delivery.actions.attempts import BASIS, PHOTO
from wudan.orders.delivery.actions.guards import locked_session, require_own, require_reason
from wudan.orders.delivery.models import Attendance, Session, SignIn, TrainingClass
from wudan.orders.delivery.queries.rules import sign_rules
from wudan.orders.delivery.states import ATTENDANCE, CLASS

PHOTO_BYTES = 4_000_000
_PICTURES = (b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n")


def witness(
    *, session_id: int, member_ids: Sequence[int], photo: bytes, reason: str, actor: Actor, at: datetime
) -> int:
    """教师见证: these learners were there, shown by a photo of the signed paper sheet (sealed), with the reason why not by code.

    `photo` is a JPEG or PNG of at most 4 MB. All of them or none; who is in already stays as is. Returns how many were signed.
    Refuses: forbidden, not-found, needs-reason, needs-photo, nobody, not-in-class, not-now (until `attendance_witness_hours`
    after the end), wrong-state.
    """
    actor.require(Role.PROVIDER)
    reason = require_reason(reason, "教师见证")
    _require_picture(photo)
    if not member_ids:
        refuse(
            "nobody", "没有选择学员。", remedy="请勾选签到表上签了名的学员。", field="members", status=INVALID
        )
    with acting(actor=actor, at=at, basis=BASIS):
        held, session = locked_session(session_id)
        require_own(actor, held)
        _require_witness_time(held, session, at)
        rows = Attendance.objects.select_for_update(of=("self",)).select_related("member", "session")
        found = {r.member_id: r for r in rows.filter(session=session, member__in=member_ids).order_by("pk")}
        if set(member_ids) - set(found):
            forbid("有学员不在这节课的名单里。", remedy="请刷新页面后重新勾选。")
        new = [r for r in found.values() if r.state not in ("present", "made_up")]
        for row in new:
            _require_signable(row)
            attempts.mark(row, method="witness", signed_at=at, actor=actor, at=at, reason=reason)
        _write_sheet(session, new, photo, reason, actor, at)
    return len(new)


def _write_sheet(
    session: Session, rows: Sequence[Attendance], photo: bytes, reason: str, actor: Actor, at: datetime
) -> None:
    """The photo once, with the first name of the sheet."""
    first: SignIn | None = None
    for row in rows:
        line = SignIn(
            session=session, person_id=row.person_id, token=uuid4(), method="witness", at=at, accepted=True,
            actor_label=actor.label, reason=reason, sheet=first,
        )  # fmt: skip
        if first is None:
            line.photo_sealed = seal_bytes(photo, PHOTO)
        line.save()
        first = first or line


def override(*, attendance_id: int, reason: str, actor: Actor, at: datetime) -> Attendance:
    """更正为出勤, by 受理 only, with the reason that history keeps; never one's own.

    Refuses: forbidden, not-found, needs-reason, wrong-state, class-closed.
    """
    actor.require(Role.INTAKE)
    reason = require_reason(reason, "更正出勤")
    with acting(actor=actor, at=at, basis=f"{BASIS}；{reason}"):
        held, row = _locked_mark(attendance_id)
        _require_official(actor, held, row)
        ATTENDANCE.check("sign", row.state)
        attempts.mark(row, method="override", signed_at=at, actor=actor, at=at, reason=reason)
        attempts.write_down(
            row.session_id, row.person_id, uuid4(), method="override", at=at, accepted=True, actor_label=actor.label,
            reason=reason,
        )  # fmt: skip
    return row


def strike(*, attendance_id: int, reason: str, actor: Actor, at: datetime) -> Attendance:
    """签到无效, by 受理 or 复审, with the reason: absent, and no code signs it again. What it made up is absent again, too.

    Refuses: forbidden, not-found, needs-reason, wrong-state, class-closed.
    """
    actor.require(*ATTENDANCE.move("strike").who)
    reason = require_reason(reason, "认定签到无效")
    with acting(actor=actor, at=at, basis=f"{BASIS}；{reason}"):
        held, row = _locked_mark(attendance_id)
        _require_official(actor, held, row)
        _strike(row, reason, actor)
        mended = row.makes_up_id and Attendance.objects.select_for_update().filter(pk=row.makes_up_id).first()
        if mended and mended.state == "made_up":
            _strike(mended, reason, actor)
            mended.method, mended.signed_at = "", None  # it may be made up by another session
            mended.save(update_fields=["method", "signed_at"])
        tell("attendance:struck", at=at, attendance=row.pk, **{"class": held.pk})
    return row


def _strike(row: Attendance, reason: str, actor: Actor) -> None:
    row.state = ATTENDANCE.check("strike", row.state)
    row.reason, row.changed_by = reason, actor.user_id
    row.save(update_fields=["state", "reason", "changed_by"])


def _locked_mark(attendance_id: int) -> tuple[TrainingClass, Attendance]:
    rows = Attendance.objects.select_for_update(of=("self",)).select_related("session__training_class")
    row = rows.filter(pk=attendance_id).first()
    if row is None:
        refuse("not-found", "没有找到这条出勤记录。", remedy="请从出勤登记表重新进入。", status=404)
    return row.session.training_class, row


def _require_official(actor: Actor, held: TrainingClass, row: Attendance) -> None:
    actor.require(Role.INTAKE, Role.REVIEWER, district_id=held.district_id)
    if actor.person_id is not None and actor.person_id == row.person_id:
        forbid("不能更正本人的出勤。", remedy="请转给其他工作人员办理。")
    if held.state not in ("running", "taught", "assessed"):
        refuse(
            "class-closed",
            f"班级现处于“{CLASS.states[held.state]}”，出勤不能再更正。",
            remedy="已经结班的，请按异议或追回程序办理。",
        )


def _require_signable(row: Attendance) -> None:
    if row.member.state != "in_class":
        refuse("wrong-state", "有学员已中断或离班，不能见证。", remedy="请刷新页面后重新勾选。")
    if row.state == "absent" and row.method:
        refuse(
            "struck", "有学员的签到已由工作人员认定无效，不能见证。", remedy="请联系区人力资源社会保障局。"
        )
    ATTENDANCE.check("sign", row.state)


def _require_witness_time(held: TrainingClass, session: Session, at: datetime) -> None:
    hours = sign_rules(held.district_id, legal_day(session.during.lower)).witness
    if held.state != "running" or session.cancelled or at < session.during.lower:
        refuse("not-now", "这节课还没有上，或班级不在教学中，不能见证。", remedy="请在上课时或下课后办理。")
    if at >= session.during.upper + hours:
        refuse(
            "not-now",
            f"下课已超过{int(hours.total_seconds() // 3600)}小时，不能再由教师见证。",
            remedy="请带签到表到区人力资源社会保障局更正。",
        )


def _require_picture(photo: bytes) -> None:
    if not photo.startswith(_PICTURES):
        refuse(
            "needs-photo",
            "没有签到表的照片，或文件不是照片。",
            remedy="请拍下学员签名的纸质签到表，上传JPG或PNG照片。",
            field="photo",
            status=INVALID,
        )
    if len(photo) > PHOTO_BYTES:
        refuse(
            "needs-photo",
            "照片太大，超过4兆字节。",
            remedy="请降低拍照分辨率后重新上传。",
            field="photo",
            status=INVALID,
        )


def sign_in_photo(*, sign_in_id: int, actor: Actor, at: datetime) -> bytes:
    """The photo of a sheet, for an official of the district; who looked is journalled. Refuses: forbidden, not-found."""
    officials = (Role.INTAKE, Role.REVIEWER, Role.SUPERVISOR)
    actor.require(*officials)
    found = SignIn.objects.select_related("session__training_class", "sheet").filter(pk=sign_in_id).first()
    holder = (found.sheet or found) if found else None
    if found is None or holder is None or holder.photo_sealed is None:
        refuse("not-found", "没有这张照片。", status=404)
    actor.require(*officials, district_id=found.session.training_class.district_id)
    note(actor=actor, at=at, verb="look", subject_kind="sign-in-photo", subject_id=found.pk)
    return unseal_bytes(bytes(holder.photo_sealed), PHOTO)
