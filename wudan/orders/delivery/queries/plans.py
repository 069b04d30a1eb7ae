"""What is wrong with a teaching plan (教学计划), line by line, before anything is saved. The database says the hard ones again."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db.models import Q

from wudan.kernel.periods import SHANGHAI, in_words
from wudan.occupations.queries import same_occupations
from wudan.orders.catalogue.models import Offer
from wudan.orders.delivery.models import Session
from wudan.orders.delivery.plans import KINDS, SITES, PlanFault, SessionPlan
from wudan.orders.delivery.queries.limits import PlanLimits, plan_limits
from wudan.organisations.models import Organisation, Teacher, Venue

LONGEST = timedelta(hours=14)
NEEDED_SIDE = {
    "theory": ("theory", "both"),
    "practice": ("practice", "both"),
    "safety": ("theory", "practice", "both"),
}


@dataclass(frozen=True)
class PlanFrame:
    """Everything a line of a class's plan is held against; read once for a whole file."""

    offer: Offer
    limits: PlanLimits
    venues: dict[int, Venue]
    teachers: dict[int, Teacher]
    sides: dict[int, set[str]]
    own: list[Session]
    class_id: int | None


def plan_frame(
    offer: Offer, provider_id: int, on: date, *, class_id: int | None = None, besides: Sequence[int] = ()
) -> PlanFrame:
    """`besides`: sessions of the class that are about to be replaced."""
    hosts = [pk for pk in (provider_id, offer.employer_id) if pk is not None]
    teachers = {t.pk: t for t in teachers_for(provider_id)}
    occupations = same_occupations(offer.entry.occupation_id) | {offer.entry.occupation_id}
    sides: dict[int, set[str]] = {}
    for pk, kind in Teacher.objects.filter(
        pk__in=teachers, subjects__occupation_id__in=occupations
    ).values_list("pk", "subjects__kind"):
        sides.setdefault(pk, set()).add(kind)
    own = Session.objects.filter(training_class=class_id, cancelled=False).exclude(pk__in=besides)
    return PlanFrame(
        offer,
        plan_limits(offer.district_id, on),
        {v.pk: v for v in Venue.objects.filter(organisation_id__in=hosts)},
        teachers,
        sides,
        list(own.order_by("during")) if class_id else [],
        class_id,
    )


def teachers_for(provider_id: int) -> list[Teacher]:
    """Teachers a provider may put before a class: its own and the district's shared ones."""
    found = Teacher.objects.filter(
        Q(organisation_id=provider_id) | Q(organisation=None, district__in=_district_of(provider_id)),
        state="listed",
    )
    return list(found.select_related("person").order_by("person__name_pinyin", "pk"))


def venues_for(provider_id: int, employer_id: int | None = None) -> list[Venue]:
    """Rooms in use of the provider, and of the enterprise the class is for."""
    hosts = [pk for pk in (provider_id, employer_id) if pk is not None]
    return list(Venue.objects.filter(organisation_id__in=hosts, in_use=True).order_by("name", "pk"))


def _district_of(provider_id: int) -> list[str]:
    return list(Organisation.objects.filter(pk=provider_id).values_list("district_id", flat=True))


def faults_of(frame: PlanFrame, plans: Sequence[SessionPlan]) -> list[PlanFault]:
    """Every fault of every line, in the order of the lines; an empty list is a plan that can be saved."""
    found = [fault for row, plan in enumerate(plans, 1) for fault in _own_faults(frame, row, plan)]
    found += _days(frame, plans)
    found += _clashes(frame, plans)
    return sorted(found, key=lambda f: f.row)


def _own_faults(frame: PlanFrame, row: int, plan: SessionPlan) -> Iterator[PlanFault]:
    if plan.kind not in KINDS:
        yield PlanFault(
            row, "kind", plan.kind, "没有写明是理论、实训还是安全课", "请填写“理论”“实训”或“安全”"
        )
    if plan.site not in SITES:
        yield PlanFault(row, "site", plan.site, "没有写明在培训机构还是在企业", "请填写“培训机构”或“企业”")
    if not plan.content.strip():
        yield PlanFault(row, "content", "", "没有填写教学内容", "请写明这次课讲什么")
    yield from _times(frame, row, plan)
    yield from _place(frame, row, plan)
    yield from _teacher(frame, row, plan)


def _times(frame: PlanFrame, row: int, plan: SessionPlan) -> Iterator[PlanFault]:
    if plan.ends <= plan.starts or plan.length > LONGEST:
        yield PlanFault(row, "ends", "", "结束时间不在开始时间之后", "请检查这次课的起止时间")
        return
    period = frame.offer.period
    if not period.lower <= plan.day < period.upper:
        last = period.upper - timedelta(days=1)
        words = f"{in_words(period.lower)}至{in_words(last)}"
        yield PlanFault(
            row, "starts", f"{plan.day}", f"日期不在班次的培训期间（{words}）内", "请改在培训期间内上课"
        )
    minutes = plan.length.total_seconds() / 60
    if not 1 <= plan.hours <= 12:
        yield PlanFault(row, "hours", str(plan.hours), "每次课为1至12课时", "请检查课时数")
    elif plan.hours * frame.limits.minutes > minutes:
        need = plan.hours * frame.limits.minutes
        yield PlanFault(
            row,
            "hours",
            str(plan.hours),
            f"{plan.hours}课时至少需{need}分钟，安排的时间只有{int(minutes)}分钟",
            "请减少课时或延长时间",
        )


def _place(frame: PlanFrame, row: int, plan: SessionPlan) -> Iterator[PlanFault]:
    if plan.venue_id is None:
        if frame.offer.mode != "online":
            yield PlanFault(row, "venue", "", "没有安排场地", "请选择一个已登记的场地")
        return
    venue = frame.venues.get(plan.venue_id)
    if venue is None or not venue.in_use:
        yield PlanFault(
            row, "venue", "", "没有找到这个场地，或场地已停用", "请选择本机构或用人单位正在使用的场地"
        )
    elif plan.kind in KINDS and venue.kind not in NEEDED_SIDE[plan.kind]:
        what = KINDS[plan.kind]
        yield PlanFault(
            row, "venue", venue.name, f"“{venue.name}”不能用于{what}课", "请换一个场地，或更正场地用途"
        )


def _teacher(frame: PlanFrame, row: int, plan: SessionPlan) -> Iterator[PlanFault]:
    if plan.teacher_id is None:
        yield PlanFault(row, "teacher", "", "没有安排教师", "请选择一位已入库的教师")
        return
    teacher = frame.teachers.get(plan.teacher_id)
    if teacher is None or plan.day not in teacher.valid:
        yield PlanFault(
            row, "teacher", "", "这位教师没有入库，或入库有效期不含这一天", "请选择师资库中在有效期内的教师"
        )
        return
    sides = frame.sides.get(teacher.pk, set())
    if plan.kind in KINDS and not sides & set(NEEDED_SIDE[plan.kind]):
        what = KINDS[plan.kind] if sides else "这个职业的"
        yield PlanFault(
            row, "teacher", "", f"这位教师没有登记可以教{what}课", "请换一位教师，或先补登记任教职业"
        )


def _days(frame: PlanFrame, plans: Sequence[SessionPlan]) -> Iterator[PlanFault]:
    """Hours of a day over the whole class; the fault stands at the day's last line."""
    most = frame.limits.hours_per_day
    hours = Counter[date]()
    for session in frame.own:
        hours[session.day] += session.hours
    for row, plan in enumerate(plans, 1):
        before = hours[plan.day]
        hours[plan.day] += plan.hours
        if before <= most < hours[plan.day]:
            words = f"{in_words(plan.day)}共安排{hours[plan.day]}课时，一天最多{most}课时"
            yield PlanFault(row, "hours", str(plan.hours), words, "请把一部分课移到另一天")


_Taken = tuple[datetime, datetime, int | None, int | None, int | None]
"""From, to, the line of the file (None: saved of this class, 0: another class's), teacher, room."""


def _clashes(frame: PlanFrame, plans: Sequence[SessionPlan]) -> Iterator[PlanFault]:
    """The class, a teacher or a room in two places at once: within the file, and against what is saved."""
    taken: list[_Taken] = [
        (s.during.lower, s.during.upper, None, s.teacher_id, s.venue_id) for s in frame.own
    ]
    taken += [(s.during.lower, s.during.upper, 0, s.teacher_id, s.venue_id) for s in _elsewhere(frame, plans)]
    for row, plan in enumerate(plans, 1):
        for starts, ends, where, teacher_id, venue_id in taken:
            if not plan.overlaps(starts, ends):
                continue
            what = _what_clashes(plan, where, teacher_id, venue_id)
            if what:
                field, word = what
                at = _clock(starts, ends)
                other = f"第{where}行" if where else "另一节课" if where is None else "其他班级的课"
                yield PlanFault(row, field, "", f"{word}在{at}与{other}冲突", "请调整时间，或换教师、场地")
                break
        taken.append((plan.starts, plan.ends, row, plan.teacher_id, plan.venue_id))


def _what_clashes(
    plan: SessionPlan, where: int | None, teacher_id: int | None, venue_id: int | None
) -> tuple[str, str] | None:
    if teacher_id is not None and teacher_id == plan.teacher_id:
        return "teacher", "教师"
    if venue_id is not None and venue_id == plan.venue_id:
        return "venue", "场地"
    return ("starts", "这个班") if where != 0 else None


def _clock(starts: datetime, ends: datetime) -> str:
    a, b = starts.astimezone(SHANGHAI), ends.astimezone(SHANGHAI)
    return f"{in_words(a.date())}{a:%H:%M}—{b:%H:%M}"


def _elsewhere(frame: PlanFrame, plans: Sequence[SessionPlan]) -> list[Session]:
    if not plans:
        return []
    window = (min(p.starts for p in plans), max(max(p.starts, p.ends) for p in plans))
    teachers = {p.teacher_id for p in plans if p.teacher_id is not None}
    venues = {p.venue_id for p in plans if p.venue_id is not None}
    busy = Session.objects.filter(
        Q(teacher_id__in=teachers) | Q(venue_id__in=venues), cancelled=False, during__overlap=window
    )
    return list(busy.exclude(training_class=frame.class_id) if frame.class_id else busy)
