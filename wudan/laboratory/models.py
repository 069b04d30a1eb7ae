"""Trial runs and the claims they would change. Results are kept as they were found: what a decision to release rested on."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q

from wudan.kernel.walls import append_only, no_truncate
from wudan.laboratory.states import RUN
from wudan.orders.subsidy.models import Claim
from wudan.organisations.models import District
from wudan.policy.models import Draft, Release


class Run(models.Model):
    """One trial (试算): all claims of some years decided twice, by the release in force and by a draft as it then was."""

    district = models.ForeignKey(District, models.PROTECT, related_name="+", verbose_name="区")
    draft = models.ForeignKey(Draft, models.PROTECT, related_name="+", verbose_name="草案", db_index=False)
    revision = models.PositiveIntegerField("草案修改次数")
    files = models.JSONField("草案全文", help_text="file name → text, as it was tried")
    release = models.ForeignKey(Release, models.PROTECT, related_name="+", verbose_name="现行版本")
    years = ArrayField(models.PositiveSmallIntegerField(), verbose_name="年份", help_text="of application")
    state = models.TextField("状态", choices=RUN.choices(), default="waiting")
    made_at = models.DateTimeField("试算时间")
    made_by = models.BigIntegerField("试算人")
    made_label = models.TextField("试算人岗位")
    claims = models.PositiveIntegerField("申请数", default=0)
    percent = models.PositiveSmallIntegerField("进度", default=0)
    step = models.TextField("正在做", default="")
    problem = models.TextField("未能完成的原因", default="")
    figures = models.JSONField("结果", default=dict)

    class Meta:
        verbose_name = "试算"
        indexes = [models.Index(fields=["draft", "-id"], name="run_of_draft")]
        constraints = [
            models.UniqueConstraint(
                fields=["draft"],
                condition=Q(state__in=["waiting", "running"]),
                name="run_one_at_a_time",
                violation_error_message="这份草案正在试算，完成后才能再次试算",
            )
        ]
        triggers = [RUN.trigger(), no_truncate("run", "试算")]

    def __str__(self) -> str:
        return f"{self.draft} {self.made_at:%Y-%m-%d}"


class Change(models.Model):
    """A claim the draft would decide otherwise (变化): by result, sum or reasons. Sums in fen; 0 where nothing is paid."""

    run = models.ForeignKey(Run, models.PROTECT, related_name="changes", verbose_name="试算", db_index=False)
    claim = models.ForeignKey(Claim, models.PROTECT, related_name="+", verbose_name="申请")
    before_outcome = models.TextField("现行结论")
    before_fen = models.BigIntegerField("现行金额（分）")
    before_reasons = ArrayField(models.TextField(), verbose_name="现行理由", default=list)
    after_outcome = models.TextField("草案结论")
    after_fen = models.BigIntegerField("草案金额（分）")
    after_reasons = ArrayField(models.TextField(), verbose_name="草案理由", default=list)
    delta_fen = models.BigIntegerField("差额（分）")

    class Meta:
        verbose_name = "变化"
        indexes = [models.Index(fields=["run", "delta_fen", "id"], name="change_by_amount")]
        triggers = append_only("change", "变化")

    def __str__(self) -> str:
        return f"{self.run_id} {self.claim_id}"
