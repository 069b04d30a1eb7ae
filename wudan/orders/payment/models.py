"""Batches, lines, bank returns and recoveries."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from wudan.funds.models import Pool
from wudan.kernel.history import recorded
from wudan.kernel.walls import append_only, no_truncate
from wudan.orders.payment import walls
from wudan.orders.payment.states import (
    BATCH,
    DIFFERENCE,
    DIRECTIONS,
    INQUIRY,
    LINE,
    LIVE,
    PROPOSALS,
    RECOVERY,
    SUPPLEMENT,
)
from wudan.orders.subsidy.models import Claim
from wudan.organisations.models import District
from wudan.people.models import Person, SealedAccount
from wudan.policy.models import Evaluation


class Batch(models.Model):
    """A month's payments out of one pool (拨付批次)."""

    number = models.TextField("批次号", unique=True)
    district = models.ForeignKey(
        District, models.PROTECT, related_name="+", verbose_name="区", db_index=False
    )
    pool = models.ForeignKey(Pool, models.PROTECT, related_name="+", verbose_name="资金池")
    month = models.DateField("月份", help_text="first day of the month")
    state = models.TextField("状态", choices=BATCH.choices(), default="drafted")
    lines_count = models.PositiveIntegerField("笔数", default=0)
    total_fen = models.BigIntegerField("合计（分）", default=0)
    made_at = models.DateTimeField("拟制时间")
    gathered_by = models.BigIntegerField("拟制人", null=True)
    signed_by = models.BigIntegerField("签批人", null=True)
    sent_by = models.BigIntegerField("送盘人", null=True)
    sent_at = models.DateTimeField("送盘时间", null=True)
    gaps = models.JSONField("差异", default=list, help_text="published, payable and received, line by line")
    cleared_by = models.BigIntegerField(
        "差异核查人", null=True, help_text="the supervisor who closed the finding"
    )
    skipped = models.JSONField(
        "未列入的申请", default=list, help_text="claims left out at gathering, and why"
    )

    class Meta:
        verbose_name = "拨付批次"
        constraints = [
            models.CheckConstraint(
                name="batch_signed_by_another",
                condition=Q(signed_by__isnull=True) | ~Q(signed_by=F("gathered_by")),
                violation_error_message="拟制和签批须由两个人办理",
            ),
            models.CheckConstraint(
                name="batch_signed_before_sent",
                condition=Q(state__in=["drafted", "cancelled", "halted"]) | Q(signed_by__isnull=False),
                violation_error_message="未经签批，不能送银行",
            ),
        ]
        indexes = [models.Index(fields=["district", "-id"], name="batch_newest")]
        triggers = [
            BATCH.trigger(),
            recorded("batch"),
            no_truncate("batch", "拨付批次"),
            *walls.BATCH,
        ]

    def __str__(self) -> str:
        return self.number


class PaymentLine(SealedAccount):
    """One payment to one account (拨付明细), with the account as it was when the file was made."""

    batch = models.ForeignKey(
        Batch, models.PROTECT, related_name="lines", verbose_name="批次", db_index=False
    )
    claim = models.ForeignKey(Claim, models.PROTECT, related_name="+", verbose_name="申请", db_index=False)
    supplement = models.ForeignKey(
        "Supplement", models.PROTECT, null=True, related_name="+", verbose_name="补发"
    )
    reference = models.TextField("明细号", unique=True, help_text="carried in the bank's file and back")
    amount_fen = models.BigIntegerField("金额（分）")
    state = models.TextField("状态", choices=LINE.choices(), default="pending")
    bank_reason = models.TextField("银行说明", default="")
    answered_at = models.DateTimeField("回单时间", null=True)
    received_fen = models.BigIntegerField("银行实付（分）", null=True, help_text="as the bank's answer says")

    class Meta:
        verbose_name = "拨付明细"
        constraints = [
            models.UniqueConstraint(
                fields=["claim"],
                condition=Q(state__in=["pending", "paid"], supplement__isnull=True),
                name="claim_paid_once",
                violation_error_message="这笔申请已在拨付中或已经拨付，不能重复拨付",
            ),
            models.UniqueConstraint(
                fields=["supplement"],
                condition=Q(state__in=["pending", "paid"]),
                name="supplement_paid_once",
                violation_error_message="这笔补发已在拨付中或已经拨付，不能重复拨付",
            ),
            models.CheckConstraint(
                name="payment_positive",
                condition=Q(amount_fen__gt=0),
                violation_error_message="拨付金额应大于零",
            ),
            models.CheckConstraint(
                name="payment_received_as_sent",
                # "not null" said aloud: a comparison with null would let the row pass
                condition=Q(state="paid", received_fen__isnull=False, received_fen=F("amount_fen"))
                | (~Q(state="paid") & Q(received_fen__isnull=True)),
                violation_error_message="银行实付金额与拨付金额不一致，不能记为已付",
            ),
        ]
        indexes = [
            models.Index(fields=["batch", "id"], name="line_of_batch"),
            models.Index(fields=["claim", "-id"], name="line_of_claim"),
        ]
        triggers = [
            LINE.trigger(),
            recorded("payment_line"),
            no_truncate("payment_line", "拨付明细"),
            *walls.LINE,
        ]

    def __str__(self) -> str:
        return self.reference


class BankReturn(models.Model):
    """A bank's answer file (银行回单), kept sealed; the same file twice changes nothing.

    A file with gaps is kept as evidence, not accepted, and nothing is posted from it.
    """

    batch = models.ForeignKey(Batch, models.PROTECT, related_name="returns", verbose_name="批次")
    file_name = models.TextField("文件名")
    file_hash = models.TextField("文件校验值")
    file_sealed = models.BinaryField("文件（加密）")
    recorded_at = models.DateTimeField("录入时间")
    recorded_by = models.BigIntegerField("录入人", null=True)
    paid_count = models.PositiveIntegerField("成功笔数")
    paid_fen = models.BigIntegerField("成功金额（分）")
    bounced_count = models.PositiveIntegerField("退票笔数")
    accepted = models.BooleanField("已入账", default=True)
    gaps = models.JSONField("差异", default=list)

    class Meta:
        verbose_name = "银行回单"
        constraints = [
            models.UniqueConstraint(
                fields=["batch", "file_hash"],
                condition=Q(accepted=True),
                name="bank_return_once",
                violation_error_message="这个回单文件已经录入过，不会重复记账",
            )
        ]
        triggers = append_only("bank_return", "银行回单")

    def __str__(self) -> str:
        return self.file_name


class Inquiry(models.Model):
    """A person says that money the bank reported as paid did not arrive (到账核实): finance asks the bank and answers."""

    claim = models.ForeignKey(Claim, models.PROTECT, related_name="+", verbose_name="申请", db_index=False)
    line = models.ForeignKey(PaymentLine, models.PROTECT, related_name="+", verbose_name="拨付明细")
    district = models.ForeignKey(
        District, models.PROTECT, related_name="+", verbose_name="区", db_index=False
    )
    state = models.TextField("状态", choices=INQUIRY.choices(), default="open")
    asked_at = models.DateTimeField("提出时间")
    due_on = models.DateField("办理期限", null=True)
    voucher = models.TextField(
        "银行流水号", default="", help_text="of the credit, or of the money's way back"
    )
    finding = models.TextField("核实情况", default="")
    answered_at = models.DateTimeField("核实时间", null=True)
    answered_by = models.BigIntegerField("核实人", null=True)

    class Meta:
        verbose_name = "到账核实"
        constraints = [
            models.UniqueConstraint(
                fields=["claim"],
                condition=Q(state="open"),
                name="inquiry_open_once",
                violation_error_message="这笔补贴正在与银行核实，不用重复提出",
            ),
            models.CheckConstraint(
                name="inquiry_answered_with_proof",
                condition=~Q(state__in=["arrived", "bounced"])
                | (~Q(voucher="") & ~Q(finding="") & Q(answered_by__isnull=False)),
                violation_error_message="核实结果须写明银行流水号和核实情况",
            ),
        ]
        indexes = [
            models.Index(fields=["district", "state", "due_on", "id"], name="inquiry_todo"),
            models.Index(fields=["claim", "-id"], name="inquiry_of_claim"),
        ]
        triggers = [
            INQUIRY.trigger(),
            recorded("inquiry"),
            no_truncate("inquiry", "到账核实"),
        ]

    def __str__(self) -> str:
        return f"{self.claim_id} {self.asked_at:%Y-%m-%d}"


class Recovery(models.Model):
    """Money wrongly paid that must come back (追回)."""

    claim = models.ForeignKey(Claim, models.PROTECT, related_name="+", verbose_name="申请")
    line = models.ForeignKey(PaymentLine, models.PROTECT, related_name="+", verbose_name="原拨付明细")
    amount_fen = models.BigIntegerField("应追回（分）")
    reason = models.TextField("原因")
    basis = models.TextField("依据")
    difference = models.ForeignKey(
        "Difference", models.PROTECT, null=True, related_name="+", verbose_name="差额"
    )
    state = models.TextField("状态", choices=RECOVERY.choices(), default="open")
    opened_at = models.DateTimeField("决定时间")
    opened_by = models.BigIntegerField("决定人", null=True)

    class Meta:
        verbose_name = "追回"
        constraints = [
            models.UniqueConstraint(
                fields=["line"],
                condition=Q(state="open"),
                name="recovery_open_once",
                violation_error_message="这笔拨付正在追回，不能重复办理",
            ),
            models.CheckConstraint(
                name="recovery_positive",
                condition=Q(amount_fen__gt=0),
                violation_error_message="追回金额应大于零",
            ),
        ]
        triggers = [
            RECOVERY.trigger(),
            recorded("recovery"),
            no_truncate("recovery", "追回"),
            *walls.RECOVERY,
        ]

    def __str__(self) -> str:
        return f"{self.claim_id} {self.amount_fen}"


class RecoveryReceipt(models.Model):
    """Money that came back (退款到账); several may make up one recovery."""

    recovery = models.ForeignKey(
        Recovery, models.PROTECT, related_name="receipts", verbose_name="追回", db_index=False
    )
    received_on = models.DateField("到账日期")
    amount_fen = models.BigIntegerField("金额（分）")
    voucher = models.TextField("凭证号")
    recorded_at = models.DateTimeField("录入时间")
    recorded_by = models.BigIntegerField("录入人", null=True)

    class Meta:
        verbose_name = "退款到账"
        constraints = [
            models.UniqueConstraint(
                fields=["recovery", "voucher"],
                name="receipt_once",
                violation_error_message="这张凭证已经录入过",
            ),
            models.CheckConstraint(
                name="receipt_positive",
                condition=Q(amount_fen__gt=0),
                violation_error_message="到账金额应大于零",
            ),
        ]
        triggers = [*append_only("receipt", "退款到账"), *walls.RECEIPT]

    def __str__(self) -> str:
        return self.voucher


class LateFact(models.Model):
    """A fact that became known after it was decided on (事后更正): what, from which day, on which proof, recorded by whom.

    One message makes one row, however often it is delivered; the figures say what looking again came to.
    """

    key = models.TextField("标识", unique=True, help_text='e.g. "certificate:12:revoked"')
    district = models.ForeignKey(
        District, models.PROTECT, related_name="+", verbose_name="区", db_index=False
    )
    kind = models.TextField(
        "种类",
        choices=[
            ("certificate", "证书撤销"),
            ("certificate-again", "证书重新签发"),
            ("group", "人员类别证明撤销"),
            ("group-again", "人员类别重新证明"),
            ("fact", "申请事实更正"),
            ("release", "政策调整"),
        ],
    )
    person = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+", verbose_name="人员")
    sentence = models.TextField("情况")
    proof = models.TextField("证明")
    since = models.DateField("自何日起", null=True)
    recorded_at = models.DateTimeField("登记时间")
    recorded_by = models.BigIntegerField("登记人", null=True)
    seen_at = models.DateTimeField("核算完成时间", null=True)
    progress = models.BigIntegerField(
        "已核算到的人员", default=0, help_text="a release goes through persons in order"
    )
    persons = models.PositiveIntegerField("涉及人数", default=0)
    claims = models.PositiveIntegerField("重新核算的申请", default=0)
    lines = models.PositiveIntegerField("差额笔数", default=0)

    class Meta:
        verbose_name = "事后更正"
        indexes = [models.Index(fields=["district", "-id"], name="late_fact_newest")]
        triggers = [recorded("late_fact"), no_truncate("late_fact", "事后更正")]

    def __str__(self) -> str:
        return self.key


class Difference(models.Model):
    """What a claim was paid and what would be right by the facts as they are now (差额): a line for a person, never a change by itself."""

    late_fact = models.ForeignKey(
        LateFact, models.PROTECT, related_name="differences", verbose_name="事后更正"
    )
    claim = models.ForeignKey(Claim, models.PROTECT, related_name="+", verbose_name="申请", db_index=False)
    district = models.ForeignKey(
        District, models.PROTECT, related_name="+", verbose_name="区", db_index=False
    )
    state = models.TextField("状态", choices=DIFFERENCE.choices(), default="open")
    direction = models.TextField("处理方向", choices=list(DIRECTIONS.items()))
    paid_fen = models.BigIntegerField(
        "已享受（分）", help_text="paid, less what came or was ordered back, plus supplements"
    )
    right_fen = models.BigIntegerField("应享受（分）", null=True, help_text="null: the rules name no sum")
    before = models.ForeignKey(Evaluation, models.PROTECT, null=True, related_name="+", verbose_name="原核算")
    after = models.ForeignKey(Evaluation, models.PROTECT, related_name="+", verbose_name="重新核算")
    opened_at = models.DateTimeField("发现时间")
    due_on = models.DateField("办理期限", null=True)

    proposal = models.TextField("处理意见", default="", choices=[("", "无"), *PROPOSALS.items()])
    agreed_fen = models.BigIntegerField("认定应享受（分）", null=True)
    reason = models.TextField("理由", default="")
    document = models.TextField("依据文件", default="")
    proposed_by = models.BigIntegerField("提出人", null=True)
    proposed_at = models.DateTimeField("提出时间", null=True)
    decided_by = models.BigIntegerField("复核人", null=True)
    decided_at = models.DateTimeField("复核时间", null=True)
    comment = models.TextField("复核意见", default="")

    class Meta:
        verbose_name = "差额"
        constraints = [
            models.UniqueConstraint(
                fields=["claim"],
                condition=Q(state__in=LIVE),
                name="difference_live_once",
                violation_error_message="这笔申请已有一条待办理的差额",
            ),
            models.CheckConstraint(
                name="difference_two_pairs_of_eyes",
                condition=Q(decided_by__isnull=True)
                | Q(proposed_by__isnull=True)
                | ~Q(decided_by=F("proposed_by")),
                violation_error_message="提出意见和复核须由两个人办理",
            ),
            models.CheckConstraint(
                name="difference_decided_by_somebody",
                condition=Q(state__in=[*LIVE, "closed"])
                | Q(decided_by__isnull=False, proposed_by__isnull=False),
                violation_error_message="差额须由两个人办理",
            ),
            models.CheckConstraint(
                name="difference_explained",
                condition=Q(state__in=["open", "closed"]) | ~Q(reason=""),
                violation_error_message="处理意见须写明理由",
            ),
        ]
        indexes = [
            models.Index(fields=["district", "state", "due_on", "id"], name="difference_todo"),
            models.Index(fields=["claim", "-id"], name="difference_of_claim"),
        ]
        triggers = [
            DIFFERENCE.trigger(),
            recorded("difference"),
            no_truncate("difference", "差额"),
            *walls.DIFFERENCE,
        ]

    def __str__(self) -> str:
        return f"{self.claim_id} {self.direction}"


class Statement(models.Model):
    """What the person or organisation concerned says about a difference (陈述申辩), before it is decided."""

    difference = models.ForeignKey(
        Difference, models.PROTECT, related_name="statements", verbose_name="差额", db_index=False
    )
    content = models.TextField("陈述内容")
    made_at = models.DateTimeField("提出时间")
    made_by = models.BigIntegerField("提出人", null=True)
    actor_label = models.TextField("提出人身份")

    class Meta:
        verbose_name = "陈述申辩"
        indexes = [models.Index(fields=["difference", "id"], name="statement_of_difference")]
        triggers = append_only("statement", "陈述申辩")

    def __str__(self) -> str:
        return f"{self.difference_id} {self.made_at:%Y-%m-%d}"


class Supplement(models.Model):
    """Money owed on top of what a claim was paid (补发), out of one confirmed difference, set aside and paid once."""

    difference = models.OneToOneField(Difference, models.PROTECT, related_name="+", verbose_name="差额")
    claim = models.ForeignKey(Claim, models.PROTECT, related_name="+", verbose_name="申请", db_index=False)
    pool = models.ForeignKey(Pool, models.PROTECT, related_name="+", verbose_name="资金池", db_index=False)
    amount_fen = models.BigIntegerField("金额（分）")
    state = models.TextField("状态", choices=SUPPLEMENT.choices(), default="approved")
    state_since = models.DateTimeField("状态起始时间")

    class Meta:
        verbose_name = "补发"
        constraints = [
            models.CheckConstraint(
                name="supplement_positive",
                condition=Q(amount_fen__gt=0),
                violation_error_message="补发金额应大于零",
            )
        ]
        indexes = [
            models.Index(fields=["claim"], name="supplement_of_claim"),
            models.Index(fields=["pool", "state", "id"], name="supplement_ready"),
        ]
        triggers = [
            SUPPLEMENT.trigger(),
            recorded("supplement"),
            no_truncate("supplement", "补发"),
            *walls.SUPPLEMENT,
        ]

    def __str__(self) -> str:
        return f"{self.claim_id} {self.amount_fen}"
