"""A finding is a reason, its evidence and a human decision."""

from __future__ import annotations

from django.db import models

from wudan.kernel.history import recorded
from wudan.kernel.walls import no_truncate
from wudan.organisations.models import District
from wudan.oversight.states import FINDING


class Finding(models.Model):
    """Something that does not add up (疑点)."""

    district = models.ForeignKey(District, models.PROTECT, related_name="+", verbose_name="区")
    kind = models.TextField(
        "类型",
        choices=[
            ("payment-gap", "公示、拨付、到账不一致"),
            ("certificate-revoked", "证书撤销后仍有补贴"),
            ("rating-dishonest", "学员反映没有按计划培训或另外收钱"),
            ("inspection-mismatch", "巡查与签到或计划不符"),
            ("red-card", "班级日出勤率红牌"),
        ],
    )
    subject = models.TextField("对象", help_text='e.g. "batch:7"')
    sentence = models.TextField("情况")
    evidence = models.JSONField("证据", default=list)
    state = models.TextField("状态", choices=FINDING.choices(), default="open")
    opened_at = models.DateTimeField("发现时间")
    conclusion = models.TextField("处理结论", default="")
    closed_by = models.BigIntegerField("处理人", null=True)

    class Meta:
        verbose_name = "疑点"
        constraints = [
            models.UniqueConstraint(
                fields=["kind", "subject"],
                condition=models.Q(state="open"),
                name="finding_open_once",
                violation_error_message="同一疑点已在处理中",
            )
        ]
        triggers = [FINDING.trigger(), recorded("finding"), no_truncate("finding", "疑点")]

    def __str__(self) -> str:
        return self.sentence
