"""不打招呼巡查: two officials, the place from the plan, heads counted against those signed in at that moment, a photo."""

from __future__ import annotations

from datetime import datetime, timedelta

from wudan.kernel.actor import Actor
from wudan.kernel.crypto import seal_bytes
from wudan.kernel.errors import INVALID, forbid, refuse
from wudan.kernel.history import acting
from wudan.kernel.journal import tell
from wudan.kernel.periods import legal_day
from wudan.kernel.roles import Role
from wudan.orders.delivery.actions.guards import NOT_FOUND, locked_class, locked_session
from wudan.orders.delivery.models import Attendance, Inspection, TrainingClass
from wudan.orders.delivery.queries.inspections import inspectors, mismatches
from wudan.orders.delivery.queries.limits import limit
from wudan.orders.delivery.states import INSPECTION, TEACHING

BASIS = "培训过程监督检查（台政办发〔2020〕4号 七（三）；周政办发〔2020〕2号 三（二））"
PURPOSE = "inspection-photo"
LARGEST = 8_000_000
PICTURES = (b"\xff\xd8\xff", b"\x89PNG\r\n")


def plan_inspection(
    *, session_id: int, inspector: int, second: int, actor: Actor, at: datetime
) -> Inspection:
    """布置巡查 of a sitting still to come or under way, to two officials of the district (user ids). The provider does not see it.

    Refuses: forbidden, not-found, wrong-state, session-over, not-an-inspector, inspection_by_two, inspected-already.
    """
    with acting(actor=actor, at=at, basis=BASIS):
        held, session = locked_session(session_id)
        actor.require(Role.INTAKE, Role.REVIEWER, Role.SUPERVISOR, district_id=held.district_id)
        if held.state not in TEACHING or session.cancelled:
            refuse("wrong-state", "这节课不在实施中，不能布置巡查。", remedy="请选择正在实施的班级的课次。")
        if session.during.upper <= at:
            refuse("session-over", "这节课已经结束。", remedy="请选择以后的课次。")
        known = set(inspectors(held.district_id, at))
        for who, field in ((inspector, "inspector"), (second, "second")):
            if who not in known:
                refuse(
                    "not-an-inspector",
                    "巡查人须是本区人力资源社会保障局的工作人员。",
                    remedy="请从名单中选择。",
                    field=field,
                    status=INVALID,
                )
        if Inspection.objects.filter(session=session, state="planned").exists():
            refuse("inspected-already", "这节课已布置巡查。", remedy="请选择另一节课。")
        return Inspection.objects.create(
            training_class=held,
            session=session,
            planned_at=at,
            planned_by=actor.user_id or 0,
            inspector=inspector,
            second=second,
        )


def drop_inspection(*, inspection_id: int, reason: str, actor: Actor, at: datetime) -> Inspection:
    """取消巡查, e.g. where the sitting was moved. Refuses: forbidden, wrong-state, needs-reason."""
    if not reason.strip():
        refuse("needs-reason", "取消巡查须写明原因。", field="reason", status=INVALID)
    with acting(actor=actor, at=at, basis=BASIS):
        held, found = _locked(inspection_id)
        actor.require(*INSPECTION.move("drop").who, district_id=held.district_id)
        found.state, found.remark = INSPECTION.check("drop", found.state), reason.strip()
        found.save(update_fields=["state", "remark"])
    return found


def record_inspection(
    *,
    inspection_id: int,
    visited_at: datetime,
    headcount: int,
    place_seen: str,
    place_matches: bool,
    teacher_matches: bool,
    remark: str = "",
    photo: bytes = b"",
    actor: Actor,
    at: datetime,
) -> Inspection:
    """登记巡查结果 by one of the two, within `inspection_record_days` of the visit; later only with a remark that says why.
    How many had signed in at that moment is counted here. Tells "inspection:mismatch" where it does not add up.

    Refuses: forbidden, wrong-state, bad-input:visited_at, no-photo, bad-photo, no-place, late-without-reason.
    """
    with acting(actor=actor, at=at, basis=BASIS):
        held, found = _locked(inspection_id)
        actor.require(*INSPECTION.move("record").who, district_id=held.district_id)
        if actor.user_id not in (found.inspector, found.second):
            forbid("巡查结果由到场的两名巡查人登记。")
        state = INSPECTION.check("record", found.state)
        _require_seen(found, held, visited_at, place_seen, remark, at)
        found.photo_sealed = seal_bytes(_picture(photo), PURPOSE)
        found.state, found.visited_at, found.recorded_at = state, visited_at, at
        found.headcount, found.place_seen, found.remark = headcount, place_seen.strip(), remark.strip()
        found.place_matches, found.teacher_matches = place_matches, teacher_matches
        found.signed_count = Attendance.objects.filter(
            session_id=found.session_id, state__in=("present", "made_up"), signed_at__lte=visited_at
        ).count()
        found.save()
        tell("inspection:recorded", at=at, inspection=found.pk)
        if mismatches(found):
            tell("inspection:mismatch", at=at, inspection=found.pk)
    return found


def _require_seen(
    found: Inspection, held: TrainingClass, visited_at: datetime, place: str, remark: str, at: datetime
) -> None:
    during = found.session.during
    if not during.lower <= visited_at <= during.upper or visited_at > at:
        refuse(
            "bad-input:visited_at",
            "到场时间不在这节课的时间内，或晚于现在。",
            remedy="请填写实际到场的时间；没有到场的，请取消这次巡查。",
            field="visited_at",
            status=INVALID,
        )
    if not place.strip():
        refuse("no-place", "请填写实际上课的地点。", field="place_seen", status=INVALID)
    days = limit(held.district_id, "inspection_record_days", legal_day(at))
    if legal_day(at) > legal_day(visited_at) + timedelta(days=days) and not remark.strip():
        refuse(
            "late-without-reason",
            f"巡查结果应在{days}天内登记，现已超过。",
            remedy="请在“巡查情况”中写明迟登记的原因。",
            field="remark",
            status=INVALID,
        )


def _picture(photo: bytes) -> bytes:
    if not photo:
        refuse("no-photo", "请附现场照片。", remedy="在手机上可以直接拍照。", field="photo", status=INVALID)
    if len(photo) > LARGEST or not photo.startswith(PICTURES):
        refuse(
            "bad-photo",
            "照片须是8兆字节以内的JPG或PNG图片。",
            remedy="请重新拍照或压缩后上传。",
            field="photo",
            status=INVALID,
        )
    return photo


def _locked(inspection_id: int) -> tuple[TrainingClass, Inspection]:
    held = Inspection.objects.filter(pk=inspection_id).values_list("training_class_id", flat=True).first()
    if held is None:
        refuse("not-found", "没有找到这次巡查。", remedy="请从列表重新进入。", status=NOT_FOUND)
    whole = locked_class(held)
    found = Inspection.objects.select_for_update(of=("self",)).select_related("session")
    return whole, found.get(pk=inspection_id)
