"""五单总览: the five orders as one funnel, every number a count of rows that can be opened.

Each stage is counted by the day it came about: 提单 by filing, 列单 and 开班 by the first day of training, 选单 by choosing, 接单 by the
answer, 结业 by the last day, 取证 by issue, 买单 by the bank's answer. A narrowing to a town or a line goes by the class; an order
has its own. Without one, 买单 also counts what was paid outside the chain.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Count, Q, QuerySet, Sum

from wudan.kernel.actor import Actor
from wudan.kernel.roles import Role
from wudan.orders.catalogue.models import Offer
from wudan.orders.delivery.models import Answer, Certificate, Member, TrainingClass
from wudan.orders.demand.models import Order
from wudan.orders.enrolment.models import Enrolment
from wudan.orders.payment.models import PaymentLine
from wudan.orders.payment.trail.words import WORDS, TrailStep
from wudan.orders.subsidy.queries.entitled import STARTED

READERS = (Role.INTAKE, Role.REVIEWER, Role.POLICY, Role.FINANCE, Role.SUPERVISOR)
CHOSEN = ("enrolled", "in_class", "completed", "failed", "dropped")


@dataclass(frozen=True, slots=True)
class Narrow:
    """Which days, town and training line; empty means all. Days are both included."""

    since: date | None = None
    until: date | None = None
    town: str = ""
    line: str = ""

    def days(self, column: str) -> Q:
        found = Q()
        if self.since:
            found &= Q(**{f"{column}__gte": self.since})
        if self.until:
            found &= Q(**{f"{column}__lte": self.until})
        return found

    def place(self, town: str, line: str) -> Q:
        found = Q()
        if self.town:
            found &= Q(**{town: self.town})
        if self.line:
            found &= Q(**{line: self.line})
        return found


@dataclass(frozen=True, slots=True)
class Stage:
    """One stage with its numbers: rows, heads (people or places), and fen where money is meant."""

    code: str
    label: str
    unit: str
    count: int
    heads: int
    heads_word: str
    fen: int = 0


@dataclass(frozen=True, slots=True)
class _Kind:
    label: str
    unit: str
    heads_word: str
    heads: str
    """What is added up to heads, "" where each row is one head."""
    line: str
    related: tuple[str, ...]
    rows: Callable[[str, Narrow], QuerySet[Any]]


def _orders(district_id: str, by: Narrow) -> QuerySet[Any]:
    found = Order.objects.filter(district=district_id).exclude(state="merged")
    return found.filter(by.days("filed_at__date"), by.place("town", "line"))


def _offers(district_id: str, by: Narrow) -> QuerySet[Any]:
    found = Offer.objects.filter(district=district_id).exclude(state__in=("drafted", "cancelled"))
    return found.filter(by.days("period__startswith"), by.place("town", "line"))


def _enrolments(district_id: str, by: Narrow) -> QuerySet[Any]:
    found = Enrolment.objects.filter(district=district_id, state__in=CHOSEN)
    return found.filter(by.days("chosen_at__date"), by.place("offer__town", "offer__line"))


def _answers(district_id: str, by: Narrow) -> QuerySet[Any]:
    found = Answer.objects.filter(offer__district=district_id, state="accepted")
    return found.filter(by.days("answered_at__date"), by.place("offer__town", "offer__line"))


def _classes(district_id: str, by: Narrow) -> QuerySet[Any]:
    found = TrainingClass.objects.filter(district=district_id, state__in=STARTED)
    return found.filter(by.days("started_on"), by.place("offer__town", "line"))


def _completed(district_id: str, by: Narrow) -> QuerySet[Any]:
    found = Member.objects.filter(training_class__district=district_id, state="completed")
    place = by.place("training_class__offer__town", "training_class__line")
    return found.exclude(training_class__state="void").filter(by.days("training_class__ended_on"), place)


def _certificates(district_id: str, by: Narrow) -> QuerySet[Any]:
    found = Certificate.objects.filter(district=district_id, state="issued", member__isnull=False)
    place = by.place("member__training_class__offer__town", "member__training_class__line")
    return found.filter(by.days("issued_on"), place)


def _lines(district_id: str, by: Narrow) -> QuerySet[Any]:
    found = PaymentLine.objects.filter(batch__district=district_id, state="paid").filter(
        by.days("answered_at__date")
    )
    if by.town or by.line:
        classes = TrainingClass.objects.filter(district=district_id).filter(by.place("offer__town", "line"))
        found = found.filter(claim__class_id__in=classes.values("number"))
    return found


_KINDS: Mapping[str, _Kind] = {
    "order": _Kind("提单", "张", "人", "heads", "line", ("occupation", "person", "organisation"), _orders),
    "offer": _Kind("列单", "个班次", "个名额", "places", "line", ("provider", "project"), _offers),
    "enrolment": _Kind("选单", "人次", "", "", "offer__line", ("person", "offer__project"), _enrolments),
    "answer": _Kind("接单", "个班次", "个名额", "offer__places", "offer__line", ("offer__provider", "offer__project"), _answers),
    "class": _Kind("开班", "个班", "人", "members", "line", ("provider", "project"), _classes),
    "member": _Kind(
        "结业", "人次", "", "", "training_class__line", ("enrolment__person", "enrolment__offer__project"), _completed
    ),
    "certificate": _Kind(
        "取证", "本", "", "", "member__training_class__line",
        ("person", "occupation", "member__training_class__project"), _certificates,
    ),
    "line": _Kind("买单", "笔", "", "", "", ("claim__person", "batch"), _lines),
}  # fmt: skip
STAGES: Mapping[str, str] = {code: kind.label for code, kind in _KINDS.items()}
"""Stage → its word, in the order of the chain."""


def funnel(actor: Actor, by: Narrow) -> list[Stage]:
    """The eight stages of the actor's district; nothing for who may not see it. One query a stage."""
    if actor.role not in READERS or actor.district_id is None:
        return []
    return [_stage(code, kind, actor.district_id, by) for code, kind in _KINDS.items()]


def _stage(code: str, kind: _Kind, district_id: str, by: Narrow) -> Stage:
    sums: dict[str, Any] = {"n": Count("pk", distinct=True)}
    if kind.heads == "members":
        sums["heads"] = Count("members", distinct=True)
    elif kind.heads:
        sums["heads"] = Sum(kind.heads, default=0)
    if code == "line":
        sums["fen"] = Sum("amount_fen", default=0)
    found = kind.rows(district_id, by).order_by().aggregate(**sums)
    return Stage(
        code, kind.label, kind.unit, found["n"], int(found.get("heads", found["n"])), kind.heads_word, int(found.get("fen", 0))
    )  # fmt: skip


def by_line(actor: Actor, by: Narrow) -> dict[str, dict[str, int]]:
    """Training line → stage → count of rows, for the table under the funnel; 买单 by the class's line. One query a stage."""
    if actor.role not in READERS or actor.district_id is None:
        return {}
    found: dict[str, dict[str, int]] = {}
    for code, kind in _KINDS.items():
        rows = kind.rows(actor.district_id, by).order_by()
        if code == "line":
            for line, n in _paid_by_line(actor.district_id, rows):
                found.setdefault(line, {})[code] = n
            continue
        for line, n in rows.values_list(kind.line).annotate(n=Count("pk", distinct=True)):
            found.setdefault(line, {})[code] = n
    return found


def _paid_by_line(district_id: str, rows: QuerySet[Any]) -> Sequence[tuple[str, int]]:
    """A claim names its class by number only. Two queries."""
    numbers = dict(rows.exclude(claim__class_id="").values_list("claim__class_id").annotate(n=Count("pk")))
    found: dict[str, int] = {}
    classes = TrainingClass.objects.filter(district=district_id, number__in=numbers)
    for number, line in classes.values_list("number", "line"):
        found[line] = found.get(line, 0) + numbers[number]
    return list(found.items())


def rows_of(actor: Actor, stage: str, by: Narrow) -> QuerySet[Any]:
    """The rows a stage counts, newest first, for a list to take a page of."""
    if actor.role not in READERS or actor.district_id is None:
        return Order.objects.none()
    kind = _KINDS[stage]
    return kind.rows(actor.district_id, by).select_related(*kind.related).order_by("-pk")


def step_of(stage: str, row: Any) -> TrailStep:
    """A row as a step of the trail: an answer leads to its offer, a graduate to the enrolment."""
    if stage == "answer":
        return WORDS["offer"](row.offer, False)  # noqa: FBT003
    if stage == "member":
        return WORDS["enrolment"](row.enrolment, False)  # noqa: FBT003
    return WORDS[stage](row, False)  # noqa: FBT003
