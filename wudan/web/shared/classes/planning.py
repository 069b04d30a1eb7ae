"""The form of one sitting (课次): typed by a provider for its plan, or for a change after approval."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from typing import Any

from django import forms

from wudan.kernel.periods import SHANGHAI, is_working_day
from wudan.orders.delivery.plans import KINDS, SITES, SessionPlan
from wudan.web.shared import forms as f

MOST_REPEATS = 60
WRONG_TIME = "时间没有读懂。请按“08:30”的样子填写。"


class TimeOfDay(forms.TimeField):
    """08:30, picked or typed."""

    def __init__(self, *, label: str) -> None:
        super().__init__(
            label=label,
            widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M"),
            input_formats=["%H:%M", "%H:%M:%S"],
            error_messages={"invalid": WRONG_TIME},
        )


class SessionForm(f.Form):
    """Fields named as a plan's faults name them: `starts` is the day with its beginning."""

    starts = f.DateField(label="日期")
    begins = TimeOfDay(label="开始时间")
    ends = TimeOfDay(label="结束时间")
    kind = forms.ChoiceField(label="类型", choices=list(KINDS.items()))
    hours = forms.IntegerField(
        label="课时", min_value=1, max_value=12, help_text="每课时不少于45分钟，一天最多8课时。"
    )
    teacher = forms.ChoiceField(label="教师", help_text="师资库中已入库的教师。")
    venue = forms.ChoiceField(label="场地", required=False)
    site = forms.ChoiceField(label="地点类别", choices=list(SITES.items()))
    content = forms.CharField(label="教学内容", max_length=200, widget=forms.Textarea(attrs={"rows": 2}))
    textbook = forms.CharField(label="教材", max_length=100, required=False)

    def __init__(self, *args: Any, teachers: Iterable[Any], venues: Iterable[Any], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        named: Any = self.fields["teacher"]
        named.choices = [("", "请选择教师"), *((t.pk, _teacher_words(t)) for t in teachers)]
        room: Any = self.fields["venue"]
        room.choices = [("", "线上，不用场地"), *((v.pk, f"{v.name}（{v.capacity}人）") for v in venues)]

    def plan(self, day: date | None = None) -> SessionPlan:
        """What was typed, on its day or on another."""
        said = self.cleaned_data
        day = day or said["starts"]
        return SessionPlan(
            starts=datetime.combine(day, said["begins"], tzinfo=SHANGHAI),
            ends=datetime.combine(day, said["ends"], tzinfo=SHANGHAI),
            kind=said["kind"],
            hours=said["hours"],
            content=said["content"],
            venue_id=int(said["venue"]) if said["venue"] else None,
            teacher_id=int(said["teacher"]) if said["teacher"] else None,
            site=said["site"],
            textbook=said["textbook"],
        )


class NewSessionForm(SessionForm):
    """The same sitting on several days: until a day, working days or every day."""

    until = f.DateField(
        label="重复到",
        required=False,
        help_text="不填只加一次课；填了的，从上面的日期起到这一天，每天加一次同样的课。",
    )
    rests = forms.BooleanField(label="周末和节假日也上课", required=False)

    def clean_until(self) -> date | None:
        until: date | None = self.cleaned_data["until"]
        first = self.cleaned_data.get("starts")
        if until and first and not first <= until <= first + timedelta(days=MOST_REPEATS):
            raise forms.ValidationError(f"请填写第一天之后{MOST_REPEATS}天以内的日期。")
        return until

    def plans(self) -> list[SessionPlan]:
        first, until = self.cleaned_data["starts"], self.cleaned_data["until"]
        if until is None:
            return [self.plan()]
        days = [first + timedelta(n) for n in range((until - first).days + 1)]
        taught = [d for d in days if self.cleaned_data["rests"] or is_working_day(d)]
        return [self.plan(day) for day in taught or [first]]


class AmendForm(SessionForm):
    """A change asked for, and why."""

    reason = forms.CharField(
        label="变更原因", min_length=2, max_length=200, widget=forms.Textarea(attrs={"rows": 2})
    )


def _teacher_words(teacher: Any) -> str:
    return f"{teacher.person.name}（{teacher.title}）" if teacher.title else str(teacher.person.name)


def initial_of(plan: SessionPlan) -> dict[str, Any]:
    """A saved line as the form shows it."""
    starts, ends = plan.starts.astimezone(SHANGHAI), plan.ends.astimezone(SHANGHAI)
    return {
        "starts": starts.date(),
        "begins": starts.time(),
        "ends": ends.time(),
        "kind": plan.kind,
        "hours": plan.hours,
        "teacher": plan.teacher_id,
        "venue": plan.venue_id,
        "site": plan.site,
        "content": plan.content,
        "textbook": plan.textbook,
    }
