"""Enrolments (选单), the counter of places, and the yearly slots a person has reserved."""

from __future__ import annotations

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import ArrayField, DateRangeField, RangeOperators
from django.db import models
from django.db.models import F, Q

from wudan.kernel.history import recorded
from wudan.kernel.walls import no_truncate
from wudan.orders.catalogue.models import Offer
from wudan.orders.demand.models import Order
from wudan.orders.enrolment.states import CHOSEN_BY, ENROLMENT, LIVE, SEATED, SLOT
from wudan.organisations.models import District, Organisation
from wudan.people.models import Person
from wudan.policy.models import Evaluation


class Places(models.Model):
    """How many places of an offer are taken (名额). The row everybody locks; never above the offer's places."""

    offer = models.OneToOneField(
        Offer, models.PROTECT, primary_key=True, related_name="+", verbose_name="班次"
    )
    places = models.PositiveIntegerField("名额")
    taken = models.PositiveIntegerField("已占", default=0)
    turns = models.PositiveIntegerField("已发序号", default=0, help_text="how many have chosen so far")

    class Meta:
        verbose_name = "名额"
        constraints = [
            models.CheckConstraint(
                name="places_not_oversold",
                condition=Q(taken__lte=F("places")),
                violation_error_message="名额已满",
            )
        ]
        triggers = [no_truncate("places", "名额")]

    def __str__(self) -> str:
        return f"{self.offer_id} {self.taken}/{self.places}"


class Enrolment(models.Model):
    """One person chose one offer (选单)."""

    number = models.TextField("选单编号", unique=True)
    district = models.ForeignKey(District, models.PROTECT, related_name="+", verbose_name="区")
    offer = models.ForeignKey(Offer, models.PROTECT, related_name="+", verbose_name="班次", db_index=False)
    person = models.ForeignKey(Person, models.PROTECT, related_name="+", verbose_name="学员", db_index=False)
    chosen_by = models.TextField("选单方式", choices=CHOSEN_BY)
    employer = models.ForeignKey(
        Organisation,
        models.PROTECT,
        null=True,
        related_name="+",
        verbose_name="用人单位",
        db_index=False,
    )
    consent = models.TextField("本人同意记录", default="")
    order = models.ForeignKey(Order, models.PROTECT, null=True, related_name="+", verbose_name="所应提单")
    turn = models.PositiveIntegerField(
        "选单顺序", null=True, help_text="counted per offer without gaps; the waiting list goes by it"
    )
    period = DateRangeField("培训期间", help_text="the offer's, half-open: nobody is double-booked")
    groups = ArrayField(models.TextField(), verbose_name="选单时人员类别", default=list, blank=True)
    evaluation = models.ForeignKey(
        Evaluation, models.PROTECT, null=True, related_name="+", verbose_name="选单时核算"
    )
    outcome = models.TextField("预计结论", default="")
    expected_fen = models.BigIntegerField("预计补贴（分）", null=True)
    reasons = ArrayField(models.TextField(), verbose_name="预计理由", default=list, blank=True)
    state = models.TextField("状态", choices=ENROLMENT.choices(), default="enrolled")
    state_since = models.DateTimeField("状态起始时间")
    reason = models.TextField("原因", default="")
    chosen_at = models.DateTimeField("选单时间")
    chosen_by_user = models.BigIntegerField("经办人", null=True)
    transferred_to = models.ForeignKey(
        "self", models.PROTECT, null=True, related_name="+", verbose_name="转入"
    )

    class Meta:
        verbose_name = "选单"
        constraints = [
            models.UniqueConstraint(
                fields=["offer", "person"],
                condition=Q(state__in=LIVE),
                name="enrolment_once",
                violation_error_message="您已选过这个班次",
            ),
            ExclusionConstraint(
                name="enrolment_not_double_booked",
                expressions=[("person", RangeOperators.EQUAL), ("period", RangeOperators.OVERLAPS)],
                condition=Q(state__in=SEATED),
                violation_error_message="这段时间已选了另一个班次，时间有重叠",
            ),
            models.UniqueConstraint(
                fields=["offer", "turn"],
                name="enrolment_turn_once",
                violation_error_message="有人同时选了这个班次，您这次操作没有生效",
            ),
            models.CheckConstraint(
                name="enrolment_consented",
                condition=~Q(chosen_by__in=["town"]) | ~Q(consent=""),
                violation_error_message="镇街代为选单须记录本人同意的情况",
            ),
        ]
        indexes = [
            models.Index(fields=["offer", "state", "id"], name="enrolment_of_offer"),
            models.Index(fields=["person", "-id"], name="enrolment_of_person"),
            models.Index(fields=["employer", "-id"], name="enrolment_of_employer"),
        ]
        triggers = [ENROLMENT.trigger(), recorded("enrolment"), no_truncate("enrolment", "选单")]

    def __str__(self) -> str:
        return self.number


class YearSlot(models.Model):
    """One of the times a person may be subsidised in a period (每人每年次数), reserved at choosing.

    `counter` is the rulebook's limit rule, `period` its period ("2020", or "all"), `ordinal` counts from 1 to its maximum.
    """

    person = models.ForeignKey(Person, models.PROTECT, related_name="+", verbose_name="学员")
    district = models.ForeignKey(District, models.PROTECT, related_name="+", verbose_name="区")
    counter = models.TextField("限次规则")
    period = models.TextField("期间")
    ordinal = models.PositiveSmallIntegerField("第几次")
    enrolment = models.ForeignKey(Enrolment, models.PROTECT, related_name="+", verbose_name="选单")
    state = models.TextField("状态", choices=SLOT.choices(), default="reserved")
    state_since = models.DateTimeField("状态起始时间")

    class Meta:
        verbose_name = "年度次数"
        constraints = [
            models.UniqueConstraint(
                fields=["person", "district", "counter", "period", "ordinal"],
                condition=~Q(state="released"),
                name="slot_once",
                violation_error_message="本年度的补贴次数已经用完",
            ),
            models.UniqueConstraint(
                fields=["enrolment", "counter"],
                condition=~Q(state="released"),
                name="slot_per_enrolment",
                violation_error_message="这次选单已占用次数",
            ),
        ]
        triggers = [SLOT.trigger(), recorded("slot"), no_truncate("slot", "年度次数")]

    def __str__(self) -> str:
        return f"{self.person_id} {self.period} {self.ordinal}"
