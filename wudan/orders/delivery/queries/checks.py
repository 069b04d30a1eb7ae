"""What an opening (开班) is held to, one line each: the same lines refuse the application and stand on the official's page."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from wudan.kernel.periods import in_words
from wudan.occupations.queries import same_occupations
from wudan.orders.catalogue.queries.standing import provider_faults, registration_on
from wudan.orders.delivery.models import Member, Session, TrainingClass
from wudan.orders.delivery.plans import SessionPlan
from wudan.orders.delivery.queries.limits import clause, due, limit, line_of
from wudan.orders.delivery.queries.plans import faults_of, plan_frame
from wudan.organisations.models import Venue
from wudan.policy.engine.lines import Line
from wudan.policy.queries import rulebook_for

PAPERS = "经办惯例（开班申请材料）"
COUNTED = ("applied", "approved", "running")
"""Classes that fill a provider's registered size (同期培训规模)."""


@dataclass(frozen=True, slots=True)
class Check:
    """One thing looked at: whether it holds, what was seen, on which clause, and what to do where it does not."""

    code: str
    label: str
    ok: bool
    seen: str
    clause: str
    remedy: str


def checks_of(held: TrainingClass, heads: int, on: date, *, with_notice: bool = True) -> list[Check]:
    """Every check of an opening for so many learners, on the day of application. `with_notice` also the days before it begins."""
    sessions = list(held.sessions.filter(cancelled=False).order_by("during"))
    line = line_of(held.district_id, held.line)
    found = [*_plan(held, sessions, on), *_hours(held, sessions, line, on), *_sites(held, sessions, line, on)]
    found += [*_size(held, heads, on), *_places(sessions, heads), *_provider(held, heads, on)]
    found += [*_papers(held, line)]
    if with_notice:
        found.append(_notice(held, on))
    return found


def _plan(held: TrainingClass, sessions: Sequence[Session], on: date) -> Iterator[Check]:
    if not sessions:
        yield Check("plan", "教学计划", bool(sessions), "还没有排课", PAPERS, "请先编排课次。")
        return
    frame = plan_frame(held.offer, held.provider_id, on, class_id=held.pk, besides=[s.pk for s in sessions])
    faults = faults_of(frame, [as_plan(s) for s in sessions])
    first = faults[0] if faults else None
    seen = f"{len(sessions)}次课" if first is None else f"第{first.row}次课：{first.problem}"
    more = f"，共{len(faults)}处" if len(faults) > 1 else ""
    yield Check(
        "plan",
        "每次课的时间、场地和教师",
        first is None,
        seen + more,
        clause(held.district_id, "class_hour_minutes", on),
        f"{first.remedy}。" if first else "",
    )


def as_plan(session: Session) -> SessionPlan:
    """A saved sitting as a line of a plan."""
    return SessionPlan(
        starts=session.during.lower,
        ends=session.during.upper,
        kind=session.kind,
        hours=session.hours,
        content=session.content,
        venue_id=session.venue_id,
        teacher_id=session.teacher_id,
        site=session.site,
        textbook=session.textbook,
    )


def _hours(held: TrainingClass, sessions: Sequence[Session], line: Line | None, on: date) -> Iterator[Check]:
    entry = held.offer.entry
    wanted = {"theory": entry.theory_hours, "practice": entry.practice_hours, "safety": entry.safety_hours}
    planned = {kind: sum(s.hours for s in sessions if s.kind == kind) for kind in wanted}
    words = {"theory": "理论课时", "practice": "实训课时", "safety": "安全课时"}
    for kind, need in wanted.items():
        if need:
            seen = f"目录{need}课时，计划{planned[kind]}课时"
            lacking = need - planned[kind]
            yield Check(
                f"hours-{kind}",
                words[kind],
                lacking <= 0,
                seen,
                "列单目录",
                f"请再安排{lacking}课时。" if lacking > 0 else "",
            )
    if line is not None and line.min_hours:
        need, total = limit(held.district_id, line.min_hours, on), sum(planned.values())
        seen = f"最少{need}课时，计划{total}课时"
        lack = f"请再安排{need - total}课时。" if total < need else ""
        yield Check(
            "hours-total", "总课时", total >= need, seen, clause(held.district_id, line.min_hours, on), lack
        )


def _sites(held: TrainingClass, sessions: Sequence[Session], line: Line | None, on: date) -> Iterator[Check]:
    """An apprentice learns in both places; anybody else mostly at the provider's."""
    outside = sum(s.hours for s in sessions if s.site == "enterprise")
    if line is not None and line.sites == 2:
        at_school = sum(s.hours for s in sessions if s.site == "school")
        ok = bool(outside and at_school)
        seen = f"培训机构{at_school}课时，企业{outside}课时"
        yield Check(
            "sites", "校企两个地点", ok, seen, line.clause, "" if ok else "请在培训机构和企业都安排课次。"
        )
        return
    practice = sum(s.hours for s in sessions if s.kind == "practice")
    if outside:
        most = limit(held.district_id, "class_enterprise_practice_percent_max", on)
        theory_outside = any(s.site == "enterprise" and s.kind != "practice" for s in sessions)
        ok = outside * 100 <= practice * most and not theory_outside
        seen = (
            f"实训{practice}课时，其中企业{outside}课时" if not theory_outside else "有理论或安全课排在企业"
        )
        remedy = f"企业只承担实训，不超过实训课时的{most}%，请调整。"
        basis = clause(held.district_id, "class_enterprise_practice_percent_max", on)
        yield Check("sites", "企业承担的实训", ok, seen, basis, "" if ok else remedy)


def _size(held: TrainingClass, heads: int, on: date) -> Iterator[Check]:
    fewest, most = held.offer.min_heads, limit(held.district_id, "class_size_max", on)
    ok = heads >= fewest
    remedy = "" if ok else "请等待更多学员选单，或请区人力资源社会保障局调整最低开班人数。"
    yield Check("heads-min", "最低开班人数", ok, f"至少{fewest}人，已选单{heads}人", "列单", remedy)
    ok = heads <= min(most, held.capacity)
    seen = f"每班最多{min(most, held.capacity)}人，已选单{heads}人"
    remedy = "" if ok else "请分班培训。"
    yield Check("heads-max", "班额", ok, seen, clause(held.district_id, "class_size_max", on), remedy)


def _places(sessions: Sequence[Session], heads: int) -> Iterator[Check]:
    ids = {s.venue_id for s in sessions if s.venue_id is not None}
    venues = list(Venue.objects.filter(pk__in=ids).order_by("capacity"))
    if not venues:
        return
    small = [v for v in venues if v.capacity < heads]
    seen = f"“{venues[0].name}”可容纳{venues[0].capacity}人，学员{heads}人"
    remedy = "请换到更大的场地，或分班培训。" if small else ""
    yield Check("venue-capacity", "场地容量", not small, seen, "机构备案", remedy)


def _provider(held: TrainingClass, heads: int, on: date) -> Iterator[Check]:
    faults = provider_faults(held.provider_id, held.occupation_id, held.level, on)
    found = registration_on(held.provider_id, held.occupation_id, held.level, on)
    if faults or found is None:
        fault = faults[0]
        yield Check(
            code="registration",
            label="机构备案和信用",
            ok=False,
            seen=fault.sentence.rstrip("。"),
            clause="机构目录",
            remedy=fault.remedy,
        )
        return
    busy = _busy(held)
    ok = busy + heads <= found.capacity
    seen = f"备案规模{found.capacity}人，同期其他班级{busy}人，本班{heads}人"
    remedy = "" if ok else "请错开培训时间，或先办理备案规模变更。"
    yield Check("registration", "机构备案和同期规模", ok, seen, "机构目录", remedy)


def _busy(held: TrainingClass) -> int:
    """Learners of the provider's other classes of this occupation and level on any of its days."""
    others = TrainingClass.objects.filter(
        provider_id=held.provider_id,
        occupation_id__in=same_occupations(held.occupation_id),
        level=held.level,
        state__in=COUNTED,
        started_on__lte=held.ended_on,
        ended_on__gte=held.started_on,
    ).exclude(pk=held.pk)
    return Member.objects.filter(training_class__in=others, state="in_class").count()


def _papers(held: TrainingClass, line: Line | None) -> Iterator[Check]:
    kinds = rulebook_for(held.district_id).certificate_types
    own = kinds.get(held.certificate_type)
    label = own.label if own else "未写明"
    ok = own is not None and (line is None or held.certificate_type in line.certificates)
    basis = line.clause if line else "列单目录"
    remedy = "" if ok else "请联系区人力资源社会保障局更正班次的证书类别。"
    yield Check("certificate", "全班同一类证书", ok, label, basis, remedy)
    head = held.head_teacher
    listed = head is not None and head.state == "listed" and held.started_on in head.valid
    seen = "已入库" if listed else "没有指定" if head is None else "没有入库或不在有效期"
    remedy = "" if listed else "请指定一位已入库的教师担任班主任。"
    yield Check("head-teacher", "班主任", listed, seen, "师资库", remedy)
    ok = bool(held.assessment_plan)
    seen = "已填写" if ok else "没有填写"
    yield Check(
        "assessment",
        "考核方案",
        ok,
        seen,
        PAPERS,
        "" if ok else "请写明考核方式、时间和合格标准。",
    )


def _notice(held: TrainingClass, on: date) -> Check:
    code = "class_opening_report_working_days"
    days, earliest = limit(held.district_id, code, on), due(held.district_id, code, on)
    ok = held.started_on >= earliest
    seen = f"{in_words(held.started_on)}开班，须提前{days}个工作日申请"
    remedy = "" if ok else f"今天申请的，最早{in_words(earliest)}开班，请把第一次课改到这一天或以后。"
    return Check("notice", "提前申请", ok, seen, clause(held.district_id, code, on), remedy)


def reply_due(held: TrainingClass, on: date) -> date:
    """The bureau answers within its days, and in any case before the first sitting."""
    return max(
        on,
        min(
            due(held.district_id, "class_opening_reply_working_days", on), held.started_on - timedelta(days=1)
        ),
    )
