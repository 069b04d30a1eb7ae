"""What the pages of orders (提单) share on every desk: the questions, the states in words, what happens next."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_GET

from wudan.occupations.queries import level_label, levels, occupation, search_occupations
from wudan.orders.demand import rules
from wudan.orders.demand.actions.filing import Wanted
from wudan.orders.subsidy.queries.of_class import order_settled
from wudan.people.queries import towns
from wudan.web.shared import forms as f
from wudan.web.shared.parts import Step, StepState, Tone
from wudan.web.shared.render import page

OWN_WORDS, NO_TOWN = "0", "-"
SUGGESTED = 8
TONES: dict[str, Tone] = {
    "filed": "wait", "matched": "now", "grouped": "now", "listed": "now", "served": "now", "trained": "done",
    "merged": "off", "refused": "wrong", "withdrawn": "off", "expired": "off",
}  # fmt: skip
ROLL_TONES: dict[str, Tone] = {"due": "wait", "enrolled": "now", "trained": "done", "excused": "off"}
FILED_BY = {"person": "本人提单", "town": "镇街代提", "enterprise": "企业提单"}
MODES = [("any", "都可以"), ("offline", "到现场上课"), ("online", "网上学"), ("blended", "网上加现场")]
WHEN = [("soon", "越快越好，三个月内"), ("any", "半年内都可以"), ("days", "我自己选日期")]
ANYWHERE = "都可以，哪里开班去哪里"
_OFFICE = {
    "filed": "请按原话确认职业；看不明白的，请联系提单人问清楚。",
    "matched": "等待编班：同一职业、时间相近的提单凑够人数就编成班。",
    "grouped": "已编入拟开班，等区人社局审定后列单。",
    "listed": "所在的班已经列单，等提单人选单。",
    "served": "提单人已经选好班。",
    "trained": "培训已经完成。",
    "merged": "与同一人的另一个提单相同，已并为一单。",
    "refused": "已告诉提单人原因；提单人可以改好后重新提单。",
    "withdrawn": "提单人已撤回，可以重新提单。",
    "expired": "有效期内没有凑够人数，提单人可以重新提单。",
}
_NEXT = {
    "filed": "工作人员会按您说的话确认职业，也可以由您自己选定；确认后才能编班。",
    "matched": "同一职业、时间相近的提单凑够人数，就编成班；编班后在这里告诉您。",
    "grouped": "区人社局正在审定这个班，定下来就列单，您就可以选单。",
    "listed": "已经有班可以选了，请去选单；选上了就有位置。",
    "served": "您已经选好班，请按通知按时上课。",
    "trained": "培训已经完成，记入您的培训档案。",
    "merged": "这一单与您另一个提单相同，已合为一单，请看那一单的进展。",
    "refused": "这一单没有列单。换一个职业或时间，可以重新提单。",
    "withdrawn": "您已撤回。需要时可以重新提单。",
    "expired": "有效期内没有凑够开班人数。仍然想学的，请重新提单。",
}


def next_words(state: str) -> str:
    """What happens next with an order in this state."""
    return _NEXT[state]


def chain_of(order: Any, href: str) -> list[Step]:
    """The five orders, of an order that has come so far; 买单 as on the pages of its claims."""
    at = {"filed": 0, "matched": 0, "grouped": 1, "listed": 2, "served": 3, "trained": 4}.get(order.state, 0)
    over = order.state in ("merged", "refused", "withdrawn", "expired")
    steps = []
    for place, label in enumerate(("提单", "列单", "选单", "接单", "买单")):
        shape: StepState = "done" if place < at else "now" if place == at else "todo"
        if label == "买单" and place == at and order_settled(order.pk):
            shape = "done"
        if place == 0 and over:
            shape = "stopped"
        steps.append(Step(label, shape, href))
    return steps


def what(order: Any) -> str:
    """焊工（五级）: what is wanted; the wish in quotes while it is not matched."""
    if order.occupation is None:
        return f"“{order.wish}”"
    return (
        f"{order.occupation.name}　{level_label(order.level)}" if order.level else str(order.occupation.name)
    )


def where(order: Any) -> str:
    return order.town.name if order.town else "全区"


def days(window: Any) -> str:
    """2020年12月1日至2021年2月28日, of a half-open range."""
    last = window.upper - timedelta(days=1)
    return f"{in_words(window.lower)}至{in_words(last)}"


def in_words(day: date) -> str:
    return f"{day.year}年{day.month}月{day.day}日"


def office_words(state: str) -> str:
    """The same, as an official reads it."""
    return _OFFICE[state]


# --- choosing an occupation ---------------------------------------------------------------------------------------
@dataclass(frozen=True, slots=True)
class Choice:
    """An occupation offered for what somebody wrote: its name, and what people call it."""

    value: int
    name: str
    note: str


def choices_for(wish: str) -> list[Choice]:
    """The occupations these words may mean, best first."""
    found = search_occupations(wish[:60], SUGGESTED) if wish.strip() else []
    return [Choice(o.pk, o.name, "、".join(o.aliases[:3])) for o in found]


@require_GET
def suggest(request: HttpRequest) -> HttpResponse:
    """The radio buttons under the wish, while one types. Occupations are nobody's secret: anybody may read them."""
    wish = request.GET.get("wish", "").replace("\x00", "").strip()[:60]
    own = "no" if request.GET.get("own") == "no" else "yes"
    context = {"choices": choices_for(wish), "wish": wish, "chosen": "", "own": own}
    return page(request, "shared/demand/choices.html", context)


# --- the questions ------------------------------------------------------------------------------------------------
class WantedForm(f.Form):
    """What is wanted, matched to an occupation or in own words; where, when and how."""

    wish = forms.CharField(label="想学什么", max_length=60, help_text="例如“电焊”“月嫂”“开叉车”。")
    occupation = forms.CharField(required=False, max_length=12, widget=forms.HiddenInput())
    level = forms.ChoiceField(label="学到什么等级", required=False, widget=forms.RadioSelect())
    town_code = forms.ChoiceField(label="希望在哪里上课")
    when = forms.ChoiceField(label="什么时候方便", choices=WHEN, widget=forms.RadioSelect())
    since = f.DateField(label="从哪天起", required=False)
    until = f.DateField(label="到哪天止", required=False)
    mode = forms.ChoiceField(label="怎样上课", choices=MODES, widget=forms.RadioSelect())

    def __init__(
        self, *args: Any, district_id: str, today: date, ask_level: bool = False, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.fields["level"].required = ask_level
        self.district_id, self.today = district_id, today
        self._choices("town_code", [(NO_TOWN, ANYWHERE), *towns(district_id).values_list("code", "name")])
        self.found = self._occupation()
        offered = levels(self.found.pk) if self.found else []
        if len(offered) > 1:
            named = [
                (str(n), level_label(n) + ("（没有证书的选这一级）" if n == offered[0] else ""))
                for n in offered
            ]
            self._choices("level", named)
        else:
            del self.fields["level"]

    def _choices(self, name: str, choices: Sequence[tuple[str, str]]) -> None:
        field = self.fields[name]
        assert isinstance(field, forms.ChoiceField)  # noqa: S101 - for the type
        field.choices = list(choices)

    def _occupation(self) -> Any:
        raw = str((self.data if self.is_bound else self.initial).get("occupation", "") or "")
        return occupation(int(raw)) if raw.isdecimal() and len(raw) < 10 and raw != OWN_WORDS else None

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if cleaned.get("when") == "days":
            for name in ("since", "until"):
                if not cleaned.get(name) and name not in self.errors:
                    self.add_error(name, "请选择日期。")
            since, until = cleaned.get("since"), cleaned.get("until")
            if since and until and until < since:
                self.add_error("until", "结束日期应不早于开始日期。")
        return cleaned

    def window(self) -> tuple[date, date]:
        """Half-open, from the answers."""
        said = self.cleaned_data
        if said["when"] == "days":
            return max(said["since"], self.today), said["until"] + timedelta(days=1)
        length = 90 if said["when"] == "soon" else rules.valid_days(self.district_id, self.today)
        return self.today, self.today + timedelta(days=length + 1)

    def wanted(self) -> Wanted:
        """The answers as an order's row."""
        said = self.cleaned_data
        since, until = self.window()
        return Wanted(
            wish=said["wish"],
            since=since,
            until=until,
            occupation_id=self.found.pk if self.found else None,
            level=int(said.get("level") or 0),
            town_code=said["town_code"].replace(NO_TOWN, ""),
            mode=said["mode"],
        )

    def glance(self) -> list[tuple[str, str]]:
        """Question → answer, before it is handed in."""
        said = self.cleaned_data
        since, until = self.window()
        named = dict(self.fields["town_code"].choices)  # type: ignore[attr-defined]
        level = f"　{level_label(int(said['level']))}" if said.get("level") else ""
        return [
            (
                "想学什么",
                f"{self.found.name}{level}" if self.found else f"“{said['wish']}”（由工作人员确认职业）",
            ),
            ("希望在哪里上课", str(named[said["town_code"]])),
            ("什么时候方便", f"{in_words(since)}至{in_words(until - timedelta(days=1))}"),
            ("怎样上课", dict(MODES)[said["mode"]]),
        ]
