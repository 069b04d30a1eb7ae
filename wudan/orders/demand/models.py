"""Orders (提单), yearly plans of enterprises (企业年度培训计划), proposed classes (拟开班) and the roll (应培尽培名单)."""

from __future__ import annotations

from django.contrib.postgres.fields import DateRangeField
from django.db import models
from django.db.models import Q

from wudan.kernel.history import recorded
from wudan.kernel.walls import no_truncate
from wudan.occupations.models import Occupation
from wudan.orders.demand.states import DEMAND, PROPOSAL, ROLL, WAITING
from wudan.organisations.models import District, Organisation
from wudan.people.models import Division, Person

FILED_BY = [("person", "本人提单"), ("town", "镇街代提"), ("enterprise", "企业提单")]
MODES = [("offline", "线下"), ("online", "线上"), ("blended", "线上线下结合"), ("any", "都可以")]


class YearPlan(models.Model):
    """An enterprise's training plan of a year (企业年度职工培训计划)."""

    organisation = models.ForeignKey(
        Organisation, models.PROTECT, related_name="+", verbose_name="企业", db_index=False
    )
    year = models.PositiveSmallIntegerField("年度")
    staff_count = models.PositiveIntegerField("职工人数")
    budget_fen = models.BigIntegerField(
        "职工教育经费预算（分）", default=0, help_text="recorded only, never paid from"
    )
    summary = models.TextField("计划说明", default="")
    filed_at = models.DateTimeField("报送时间")
    filed_by = models.BigIntegerField("报送人")

    class Meta:
        verbose_name = "企业年度培训计划"
        constraints = [
            models.UniqueConstraint(
                fields=["organisation", "year"],
                name="year_plan_once",
                violation_error_message="本企业该年度的培训计划已经报送，可在原计划上修改",
            )
        ]
        triggers = [recorded("year_plan")]

    def __str__(self) -> str:
        return f"{self.organisation} {self.year}"


class Proposal(models.Model):
    """Orders grouped into a viable class (拟开班): occupation × level × area × time, for an official to adjust and adopt."""

    district = models.ForeignKey(
        District, models.PROTECT, related_name="+", verbose_name="区", db_index=False
    )
    occupation = models.ForeignKey(Occupation, models.PROTECT, related_name="+", verbose_name="职业（工种）")
    level = models.PositiveSmallIntegerField("等级", default=0)
    town = models.ForeignKey(
        Division, models.PROTECT, null=True, related_name="+", verbose_name="片区", help_text="null: 全区"
    )
    window = DateRangeField("拟开班时段", help_text="half-open")
    mode = models.TextField("培训方式", choices=MODES, default="offline")
    heads = models.PositiveIntegerField("需求人数")
    state = models.TextField("状态", choices=PROPOSAL.choices(), default="drafted")
    reason = models.TextField("说明", default="", help_text="why adjusted or dropped")
    made_at = models.DateTimeField("生成时间")
    adjusted_at = models.DateTimeField(
        "最近调整时间", null=True, help_text="one that an official adjusted is not grouped anew"
    )
    decided_by = models.BigIntegerField("审定人", null=True)

    class Meta:
        verbose_name = "拟开班"
        indexes = [models.Index(fields=["district", "state", "-heads"], name="proposal_todo")]
        triggers = [PROPOSAL.trigger(), recorded("proposal"), no_truncate("proposal", "拟开班")]

    def __str__(self) -> str:
        return f"{self.occupation} {self.level} {self.heads}"


class Order(models.Model):
    """One wish for training (提单): of one person, or of an enterprise for so many of its staff."""

    number = models.TextField("提单编号", unique=True)
    district = models.ForeignKey(
        District, models.PROTECT, related_name="+", verbose_name="区", db_index=False
    )
    filed_by = models.TextField("提单方式", choices=FILED_BY)
    person = models.ForeignKey(
        Person, models.PROTECT, null=True, related_name="+", verbose_name="劳动者", db_index=False
    )
    organisation = models.ForeignKey(
        Organisation,
        models.PROTECT,
        null=True,
        related_name="+",
        verbose_name="提单企业",
        db_index=False,
    )
    plan = models.ForeignKey(
        YearPlan, models.PROTECT, null=True, related_name="orders", verbose_name="年度计划"
    )
    heads = models.PositiveIntegerField("人数", default=1)
    consent = models.TextField(
        "本人同意记录", default="", help_text="how the person agreed, when a clerk files"
    )
    wish = models.TextField("想学什么", help_text="as the person said it")
    occupation = models.ForeignKey(
        Occupation, models.PROTECT, null=True, related_name="+", verbose_name="职业（工种）"
    )
    level = models.PositiveSmallIntegerField("等级", default=0)
    line = models.TextField("培训类别", default="", help_text="rulebook training line, e.g. pre_job")
    town = models.ForeignKey(
        Division, models.PROTECT, null=True, related_name="+", verbose_name="希望上课的镇街"
    )
    wanted = DateRangeField("希望培训时段", help_text="half-open")
    mode = models.TextField("培训方式", choices=MODES, default="any")
    proposal = models.ForeignKey(
        Proposal, models.PROTECT, null=True, related_name="orders", verbose_name="拟开班"
    )
    merged_into = models.ForeignKey("self", models.PROTECT, null=True, related_name="+", verbose_name="并入")
    state = models.TextField("状态", choices=DEMAND.choices(), default="filed")
    state_since = models.DateTimeField("状态起始时间")
    reason = models.TextField("原因", default="", help_text="why refused, withdrawn or unlisted")
    filed_at = models.DateTimeField("提单时间")
    filed_by_user = models.BigIntegerField("经办人", null=True)
    expires_on = models.DateField("有效期至", help_text="last day on which the order waits")

    class Meta:
        verbose_name = "提单"
        constraints = [
            models.CheckConstraint(
                name="order_of_somebody",
                condition=Q(filed_by="enterprise", organisation__isnull=False)
                | Q(
                    filed_by__in=["person", "town"], person__isnull=False, organisation__isnull=True, heads=1
                ),
                violation_error_message="提单须写明劳动者本人，或写明提单企业和人数",
            ),
            models.CheckConstraint(
                name="order_consented",
                condition=~Q(filed_by="town") | ~Q(consent=""),
                violation_error_message="镇街代为提单须记录本人同意的情况",
            ),
            models.CheckConstraint(
                name="order_needs_heads",
                condition=Q(heads__gte=1),
                violation_error_message="人数至少为1",
            ),
            models.CheckConstraint(
                name="order_matched_before_grouping",
                condition=Q(state__in=["filed", "merged", "refused", "withdrawn", "expired"])
                | Q(occupation__isnull=False),
                violation_error_message="职业（工种）确认后才能编班和列单",
            ),
            models.UniqueConstraint(
                fields=["person", "occupation", "level"],
                condition=Q(state__in=WAITING, person__isnull=False),
                name="order_once",
                violation_error_message="您已提过同一职业同一等级的单，正在等待开班",
            ),
        ]
        indexes = [
            models.Index(fields=["district", "state", "occupation", "level"], name="order_of_occupation"),
            models.Index(fields=["person", "-id"], name="order_of_person"),
            models.Index(fields=["organisation", "-id"], name="order_of_organisation"),
            models.Index(fields=["expires_on"], condition=Q(state__in=WAITING), name="order_expiring"),
        ]
        triggers = [DEMAND.trigger(), recorded("order"), no_truncate("order", "提单")]

    def __str__(self) -> str:
        return self.number


class RollEntry(models.Model):
    """Somebody who must be trained (应培尽培), from an organisation's roster or a department's list."""

    district = models.ForeignKey(
        District, models.PROTECT, related_name="+", verbose_name="区", db_index=False
    )
    person = models.ForeignKey(Person, models.PROTECT, related_name="+", verbose_name="人员", db_index=False)
    category = models.TextField("应培类别", help_text="rulebook training line, e.g. veteran, poor, safety")
    source = models.ForeignKey(Organisation, models.PROTECT, related_name="+", verbose_name="名单来源单位")
    employer = models.ForeignKey(
        Organisation,
        models.PROTECT,
        null=True,
        related_name="+",
        verbose_name="所在企业",
        db_index=False,
    )
    occupation = models.ForeignKey(
        Occupation, models.PROTECT, null=True, related_name="+", verbose_name="岗位职业"
    )
    since = models.DateField("列入日期")
    due_on = models.DateField("应完成日期", null=True)
    state = models.TextField("状态", choices=ROLL.choices(), default="due")
    trained_on = models.DateField("完成日期", null=True)
    reason = models.TextField("说明", default="")

    class Meta:
        verbose_name = "应培人员"
        constraints = [
            models.UniqueConstraint(
                fields=["district", "person", "category"],
                condition=Q(state__in=["due", "enrolled"]),
                name="roll_once",
                violation_error_message="这个人已在同类应培名单中",
            ),
            models.CheckConstraint(
                name="roll_trained_on_a_day",
                condition=~Q(state="trained") | Q(trained_on__isnull=False),
                violation_error_message="完成培训须写明日期",
            ),
        ]
        indexes = [
            models.Index(fields=["district", "category", "state"], name="roll_by_category"),
            models.Index(fields=["person"], name="roll_of_person"),
            models.Index(fields=["employer", "category", "state"], name="roll_of_employer"),
        ]
        triggers = [ROLL.trigger(), recorded("roll_entry"), no_truncate("roll_entry", "应培名单")]

    def __str__(self) -> str:
        return f"{self.person} {self.category}"
