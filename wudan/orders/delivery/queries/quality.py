"""办学结果 of a provider: how many completed, passed, found work, and what learners say. Shown only over enough people.

Clause: 评估和退出机制 (台政办发〔2020〕4号 四（三）; 周政办发〔2020〕2号 二（二）3); the lines are parameters.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date

from django.db.models import Avg, Count

from wudan.orders.delivery.models import Member, Rating, TrainingClass
from wudan.orders.delivery.queries.employment import class_rates
from wudan.orders.delivery.queries.results import results_of
from wudan.organisations.models import Organisation
from wudan.policy.queries import parameter

ENDED = ("closed",)


@dataclass(frozen=True, slots=True)
class Share:
    """`count` of `total` heads; compared as whole numbers, shown in whole percent rounded down."""

    count: int
    total: int

    @property
    def percent(self) -> int:
        return self.count * 100 // self.total if self.total else 0

    def below(self, line: int) -> bool:
        """Below the line in percent; exactly the line is not below."""
        return self.total > 0 and self.count * 100 < self.total * line


@dataclass(frozen=True, slots=True)
class Quality:
    """A provider's results of the classes that ended in the period; a part is None where too few people stand behind it."""

    provider_id: int
    classes: int
    completed: Share | None
    passed: Share | None
    employed: Share | None
    rating_tenths: int | None
    ratings: int
    since: date


def quality_of(provider_id: int, on: date) -> Quality:
    """Results of the classes that ended within the months the district counts, up to and with `on`.

    A class whose employment nobody has recorded yet counts for 就业 only once its period is over: until then nothing is known.
    """
    provider = Organisation.objects.get(pk=provider_id)
    since = _since(provider.district_id, on)
    classes = list(
        TrainingClass.objects.filter(
            provider_id=provider_id, state__in=ENDED, ended_on__gte=since, ended_on__lte=on
        ).order_by("pk")
    )
    heads = int(parameter(provider.district_id, "quality_min_heads", on).value)
    few = int(parameter(provider.district_id, "quality_min_ratings", on).value)
    members = Member.objects.filter(training_class__in=classes).exclude(state="transferred")
    states = dict(members.values_list("state").annotate(Count("pk")).order_by())
    completed = Share(states.get("completed", 0), sum(states.values()))
    results = [r for c in classes for r in results_of(c).values()]
    passed = Share(sum(r.passed for r in results), len(results))
    rates = [r for r in class_rates(classes).values() if r.recorded or r.until < on]
    employed = Share(sum(r.employed for r in rates), sum(r.total for r in rates))
    said = Rating.objects.filter(member__training_class__in=classes).aggregate(
        mean=Avg("overall"), n=Count("pk")
    )
    return Quality(
        provider_id, len(classes), _enough(completed, heads), _enough(passed, heads), _enough(employed, heads),
        int(said["mean"] * 10) if said["n"] >= max(few, 1) else None, said["n"], since,
    )  # fmt: skip


def _enough(share: Share, heads: int) -> Share | None:
    return share if share.total >= max(heads, 1) else None


def _since(district_id: str, on: date) -> date:
    months = int(parameter(district_id, "quality_months", on).value)
    year, month = divmod(on.year * 12 + on.month - 1 - months, 12)
    return date(year, month + 1, 1)


@dataclass(frozen=True, slots=True)
class Hold:
    """Why a provider may not be listed anew for the time being, in words with the figures, and the clause."""

    reasons: tuple[str, ...]
    clause: str


def held(provider_id: int, on: date) -> Hold | None:
    """暂停新列单: below a line of the district over enough people; None where nothing stands against it."""
    found = quality_of(provider_id, on)
    district = Organisation.objects.values_list("district_id", flat=True).get(pk=provider_id)
    reasons = []
    for label, share, code in (
        ("结业率", found.completed, "quality_completion_percent"),
        ("考核合格率", found.passed, "quality_pass_percent"),
    ):
        line = int(parameter(district, code, on).value)
        if share is not None and share.below(line):
            reasons.append(f"{label}{share.percent}%（{share.count}/{share.total}人），低于{line}%")
    line = int(parameter(district, "quality_rating_tenths", on).value)
    if found.rating_tenths is not None and found.rating_tenths < line:
        reasons.append(
            f"学员评价{found.rating_tenths / 10:.1f}分（{found.ratings}份），低于{line / 10:.1f}分"
        )
    clause = parameter(district, "quality_completion_percent", on).clause
    return Hold(tuple(reasons), clause) if reasons else None


def quality_of_many(provider_ids: Collection[int], on: date) -> dict[int, Quality]:
    """For the catalogue: the providers of one page."""
    return {pk: quality_of(pk, on) for pk in provider_ids}
