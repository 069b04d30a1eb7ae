"""History, journal and outbox: three append-only tables every room writes to."""

from __future__ import annotations

from django.db import models

from wudan.kernel.walls import append_only, no_truncate


class History(models.Model):
    """One change of one row (变更留痕), written by the trigger of `kernel.history.recorded` alone."""

    table_name = models.TextField("数据表")
    row_id = models.TextField("记录号")
    operation = models.TextField("操作")
    actor = models.JSONField("经办人")
    basis = models.TextField("依据")
    acted_at = models.DateTimeField("办理时间")
    written_at = models.DateTimeField("写入时间")
    changes = models.JSONField("变更内容", help_text="字段 → [原值, 新值]")

    class Meta:
        indexes = [models.Index(fields=["table_name", "row_id", "id"], name="history_of_row")]
        triggers = append_only("history", "变更留痕")

    def __str__(self) -> str:
        return f"{self.table_name}#{self.row_id} {self.operation}"


class JournalEntry(models.Model):
    """Something a person did that changes no row but must be answerable (操作日志): unmasking, export, login, download."""

    at = models.DateTimeField("时间")
    user_id_seen = models.BigIntegerField("用户编号", null=True)
    actor_label = models.TextField("经办人")
    district_code = models.TextField("区划代码", default="")
    verb = models.TextField("动作", help_text="unmask、export、login、login-failed、download 等")
    subject_kind = models.TextField("对象类别")
    subject_id = models.TextField("对象编号", default="")
    reason = models.TextField("事由", default="")
    detail = models.JSONField("说明", default=dict)

    class Meta:
        indexes = [
            models.Index(fields=["district_code", "-at"], name="journal_by_district"),
            models.Index(fields=["subject_kind", "subject_id", "-at"], name="journal_by_subject"),
        ]
        triggers = append_only("journal", "操作日志")

    def __str__(self) -> str:
        return f"{self.actor_label} {self.verb} {self.subject_kind}#{self.subject_id}"


class OutboxEvent(models.Model):
    """A message to a higher room (待办消息), written in the same transaction as what it tells of."""

    topic = models.TextField("主题", help_text='如 "roster:confirmed"')
    payload = models.JSONField("内容", default=dict)
    created_at = models.DateTimeField("产生时间")
    dispatched_at = models.DateTimeField("送达时间", null=True)

    class Meta:
        indexes = [
            models.Index(fields=["id"], condition=models.Q(dispatched_at=None), name="outbox_waiting"),
        ]
        triggers = [no_truncate("outbox", "待办消息")]

    def __str__(self) -> str:
        return f"{self.topic}#{self.pk}"
