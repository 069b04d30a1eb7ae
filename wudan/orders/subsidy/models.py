"""Rosters, claims, reviews, evidence, notices and objections."""

from __future__ import annotations

import pgtrigger
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import F, Q

from wudan.kernel.history import recorded
from wudan.kernel.triggers import Wall
from wudan.kernel.walls import append_only, no_truncate
from wudan.orders.delivery.models import Certificate, TrainingClass
from wudan.orders.subsidy.states import CLAIM, DUE, FIRM, NOTICE, OBJECTION, ROSTER
from wudan.organisations.models import District, Organisation
from wudan.people.models import Person
from wudan.policy.models import Evaluation

APPLIED_BY = [("person", "个人申领"), ("enterprise", "企业申请"), ("provider", "机构代领")]


class Roster(models.Model):
    """An uploaded file of claims (申请名册). The file is kept sealed; what is confirmed is saved whole or not at all."""

    district = models.ForeignKey(District, models.PROTECT, related_name="+", verbose_name="区")
    organisation = models.ForeignKey(
        Organisation, models.PROTECT, related_name="+", verbose_name="申请单位", db_index=False
    )
    file_name = models.TextField("文件名")
    file_hash = models.TextField("文件校验值")
    file_sealed = models.BinaryField("文件（加密）")
    authority = models.TextField("代领协议编号", default="", blank=True)
    state = models.TextField("状态", choices=ROSTER.choices(), default="uploaded")
    uploaded_at = models.DateTimeField("上传时间")
    uploaded_by = models.BigIntegerField("上传人")
    rows_total = models.PositiveIntegerField("总行数", default=0)
    rows_done = models.PositiveIntegerField("已处理行数", default=0)
    rows_good = models.PositiveIntegerField("可提交行数", default=0)
    rows_known = models.PositiveIntegerField("已申请过行数", default=0)
    faults = models.JSONField("问题", default=list, help_text="row, column, value (masked), problem, remedy")
    problem = models.TextField("无法读取原因", default="")
    preview = models.JSONField("核算预览", default=dict, help_text="counts and sums by outcome and reason")
    good_rows_only = models.BooleanField("只提交没有问题的行", default=False)
    confirmed_at = models.DateTimeField("确认时间", null=True)
    confirmed_by = models.BigIntegerField("确认人", null=True)
    confirmed_label = models.TextField("确认人岗位", default="")

    class Meta:
        verbose_name = "名册"
        constraints = [
            models.UniqueConstraint(
                fields=["organisation", "file_hash"],
                condition=~Q(state__in=["discarded", "unreadable"]),
                name="roster_file_once",
                violation_error_message="这个文件已经上传过，不会重复提交",
            )
        ]
        indexes = [models.Index(fields=["organisation", "-id"], name="roster_of_organisation")]
        triggers = [ROSTER.trigger(), no_truncate("roster", "名册")]

    def __str__(self) -> str:
        return self.file_name


# 项目制: the stages of one project follow one another here, and together never come to more than its contract.
_FIRM = ", ".join(f"'{state}'" for state in FIRM)
_WITHIN_CONTRACT = f"""
    IF TG_OP = 'UPDATE' THEN
        IF OLD.state IN ({_FIRM}) AND NEW.amount_fen <= OLD.amount_fen THEN
            RETURN NEW;  -- what was within goes on, also to be asked back
        END IF;
    END IF;
    PERFORM pg_advisory_xact_lock(hashtextextended('claim-contract:' || NEW.district_id || ':' || NEW.project_id, 0));
    IF NEW.amount_fen > 0 AND NEW.project_id <> '' AND NEW.amount_fen + coalesce((
            SELECT sum(c.amount_fen) FROM subsidy_claim c
            WHERE c.project_id = NEW.project_id AND c.district_id = NEW.district_id AND c.person_id IS NULL
              AND c.id <> NEW.id AND c.state IN ({_FIRM})), 0)
        > NEW.contract_fen THEN
        RAISE EXCEPTION 'wudan-ledger: 同一项目各阶段核定的金额合计不能超过合同金额' USING ERRCODE = 'raise_exception';
    END IF;
    RETURN NEW;
"""  # noqa: S608 - the names of states


class Claim(models.Model):
    """One claim (补贴申请): one learner, one scheme; or, for 项目制, one stage of one project.

    The columns from `scheme` to `employed_count` are those of contracts/adjudicate.md, same names and units; `own` holds
    what the district's rulebook asks besides.
    """

    number = models.TextField("申请编号", unique=True)
    district = models.ForeignKey(
        District, models.PROTECT, related_name="+", verbose_name="区", db_index=False
    )
    applied_by = models.TextField("申请方式", choices=APPLIED_BY)
    organisation = models.ForeignKey(
        Organisation,
        models.PROTECT,
        null=True,
        related_name="+",
        verbose_name="申请单位",
        db_index=False,
    )
    roster = models.ForeignKey(Roster, models.PROTECT, null=True, related_name="claims", verbose_name="名册")
    roster_row = models.PositiveIntegerField("名册行号", null=True)
    authority = models.TextField("代领协议编号", default="", blank=True)
    person = models.ForeignKey(
        Person, models.PROTECT, null=True, related_name="+", verbose_name="参训人员", db_index=False
    )

    scheme = models.TextField("补贴项目")
    occupation_code = models.TextField("职业编码", default="", blank=True)
    occupation_name = models.TextField("职业（工种）", default="", blank=True)
    level = models.PositiveSmallIntegerField("等级", default=0)
    prior_level = models.PositiveSmallIntegerField("原等级", default=0)
    certificate_type = models.TextField("证书类别", default="", blank=True)
    certificate_number = models.TextField("证书编号", default="", blank=True)
    certificate_issued_on = models.DateField("发证日期", null=True, blank=True)
    class_id = models.TextField("班级编号", default="", blank=True)
    class_name = models.TextField("班级名称", default="", blank=True)
    started_on = models.DateField("开班日期", null=True, blank=True)
    ended_on = models.DateField("结业日期", null=True, blank=True)
    attended_days = models.PositiveIntegerField("出勤天数", default=0)
    insured_months = models.PositiveIntegerField("失业保险累计缴费月数", default=0)
    draws_pension = models.BooleanField("按月领取养老金", default=False)
    groups = ArrayField(models.TextField(), verbose_name="人员类别", default=list, blank=True)
    fee_fen = models.BigIntegerField("培训费发票金额（分）", null=True, blank=True)
    project_id = models.TextField("项目编号", default="", blank=True)
    project_stage = models.TextField("项目阶段", default="", blank=True)
    contract_fen = models.BigIntegerField("合同金额（分）", null=True, blank=True)
    completed_count = models.PositiveIntegerField("结业人数", default=0)
    employed_count = models.PositiveIntegerField("就业人数", default=0)
    own = models.JSONField(
        "规则集另列的事项",
        default=dict,
        blank=True,
        help_text="columns of the rulebook's own, by name, plain values",
    )
    applied_at = models.DateTimeField("申请时间")

    fingerprint = models.TextField(
        "申请内容校验值", help_text="the same application made twice is one application"
    )
    state = models.TextField("状态", choices=CLAIM.choices(), default="submitted")
    state_since = models.DateTimeField("状态起始时间")
    due_on = models.DateField("办理期限", null=True)
    # No index: nobody asks which claim an evaluation belongs to, and none is ever deleted.
    evaluation = models.ForeignKey(
        Evaluation, models.PROTECT, null=True, related_name="+", verbose_name="最近核算", db_index=False
    )
    outcome = models.TextField("核算结论", default="")
    amount_fen = models.BigIntegerField(
        "金额（分）", null=True, help_text="the sum to be paid as things stand"
    )
    reasons = ArrayField(models.TextField(), verbose_name="理由", default=list)
    fund = models.TextField("资金来源", default="", help_text="rulebook pool code")
    payee = models.TextField(
        "收款方", choices=[("person", "本人"), ("enterprise", "企业"), ("provider", "培训机构")]
    )

    override_outcome = models.TextField(
        "人工认定结论", default="", choices=[("", "无"), ("approved", "同意")]
    )
    override_fen = models.BigIntegerField("人工认定金额（分）", null=True)
    override_reason = models.TextField("人工认定理由", default="")
    override_document = models.TextField("人工认定依据文件", default="")

    submitted_by = models.BigIntegerField("提交人", help_text="user id")
    accepted_by = models.BigIntegerField("受理人", null=True)
    first_by = models.BigIntegerField("初审人", null=True)
    second_by = models.BigIntegerField("复审人", null=True)
    approved_by = models.BigIntegerField("核定人", null=True)
    receipt_answer = models.TextField(
        "本人确认到账", default="", choices=[("", "未答"), ("yes", "已收到"), ("no", "未收到")]
    )

    class Meta:
        verbose_name = "申请"
        constraints = [
            models.UniqueConstraint(
                fields=["district", "fingerprint"],
                condition=~Q(state__in=["rejected", "withdrawn", "recovered"]),
                name="claim_once",
                violation_error_message="这个人的同一项申请已经提交过，不会重复受理",
            ),
            models.CheckConstraint(
                name="claim_needs_person",
                condition=Q(person__isnull=False) | Q(scheme="project"),
                violation_error_message="除项目制外，申请须写明参训人员",
            ),
            models.CheckConstraint(
                name="claim_on_authority",
                condition=~Q(applied_by="provider") | ~Q(authority="") | Q(scheme="project"),
                violation_error_message="培训机构代领须填写与学员签订的代领协议编号",
            ),
            models.CheckConstraint(
                name="claim_by_somebody",
                condition=Q(applied_by="person", organisation__isnull=True)
                | Q(applied_by__in=["enterprise", "provider"], organisation__isnull=False),
                violation_error_message="企业申请和机构代领须写明申请单位，个人申领不写单位",
            ),
            models.CheckConstraint(
                name="claim_not_self_reviewed",
                condition=(Q(first_by__isnull=True) | ~Q(first_by=F("submitted_by")))
                & (Q(second_by__isnull=True) | ~Q(second_by=F("submitted_by"))),
                violation_error_message="不能审核自己提交的申请",
            ),
            models.CheckConstraint(
                name="claim_two_pairs_of_eyes",
                condition=Q(first_by__isnull=True) | Q(second_by__isnull=True) | ~Q(first_by=F("second_by")),
                violation_error_message="初审和复审须由两个人办理",
            ),
            models.CheckConstraint(
                name="claim_reviewed_before_notice",
                condition=Q(
                    state__in=["submitted", "accepted", "returned", "rejected", "withdrawn", "first_passed"]
                )
                | Q(first_by__isnull=False, second_by__isnull=False),
                violation_error_message="未经初审和复审，不能进入公示和拨付",
            ),
            models.CheckConstraint(
                name="claim_sum_before_notice",
                condition=~Q(
                    state__in=["noticed", "frozen", "cleared", "approved", "batched", "paid", "bounced"]
                )
                | Q(
                    amount_fen__isnull=False, amount_fen__gte=0
                ),  # a comparison with null would let it through
                violation_error_message="金额未确定，不能进入公示和拨付",
            ),
            models.CheckConstraint(
                name="claim_override_explained",
                condition=Q(override_outcome="") | (~Q(override_reason="") & ~Q(override_document="")),
                violation_error_message="人工认定须写明理由和依据文件",
            ),
        ]
        indexes = [
            models.Index(fields=["district", "state", "due_on", "id"], name="claim_todo"),
            models.Index(fields=["person", "id"], name="claim_of_person"),
            models.Index(fields=["organisation", "-id"], name="claim_of_organisation"),
            models.Index(fields=["district", "-id"], name="claim_newest"),
            models.Index(fields=["project_id"], condition=~Q(project_id=""), name="claim_of_project"),
            models.Index(fields=["district", "state", "-id"], include=["amount_fen"], name="claim_by_state"),
            models.Index(
                fields=["district", "scheme", "state", "id"],
                include=["amount_fen", "person"],
                name="claim_figures",
            ),
            models.Index(fields=["district", "outcome", "-id"], name="claim_of_outcome"),
            models.Index(fields=["district", "due_on", "id"], name="claim_by_due"),
            models.Index(fields=["district", "amount_fen", "id"], name="claim_by_amount"),
            models.Index(
                fields=["district", "override_outcome", "id"],
                condition=Q(first_by__isnull=False),
                name="claim_decided",
            ),
            GinIndex(fields=["groups", "reasons"], name="claim_of_group_or_reason"),
        ]
        triggers = [
            CLAIM.trigger(),
            recorded("claim"),
            no_truncate("claim", "申请"),
            Wall(
                name="claim_not_own",
                when=pgtrigger.Before,
                operation=pgtrigger.Insert | pgtrigger.Update,
                condition=pgtrigger.Q(new__person__isnull=False),
                func="""
                    IF EXISTS (
                        SELECT 1 FROM accounts_user u WHERE u.person_id = NEW.person_id
                        AND u.id IN (NEW.accepted_by, NEW.first_by, NEW.second_by, NEW.approved_by)
                    ) THEN
                        RAISE EXCEPTION 'wudan-duty: 不能办理本人的申请' USING ERRCODE = 'raise_exception';
                    END IF;
                    RETURN NEW;
                """,
            ),
            Wall(
                name="claim_within_contract",
                when=pgtrigger.Before,
                operation=pgtrigger.Insert | pgtrigger.Update,
                condition=pgtrigger.Q(new__person__isnull=True, new__state__in=FIRM),
                func=_WITHIN_CONTRACT,
            ),
        ]

    def __str__(self) -> str:
        return self.number


class Review(models.Model):
    """What somebody decided at a step and why (办理意见)."""

    claim = models.ForeignKey(
        Claim, models.PROTECT, related_name="reviews", verbose_name="申请", db_index=False
    )
    verb = models.TextField("办理")
    at = models.DateTimeField("时间")
    user_id_seen = models.BigIntegerField("办理人", null=True)
    actor_label = models.TextField("办理人")
    comment = models.TextField("意见", default="")
    evaluation = models.ForeignKey(
        Evaluation, models.PROTECT, null=True, related_name="+", verbose_name="核算记录"
    )
    difference = models.JSONField("与上次核算的差异", default=dict)

    class Meta:
        verbose_name = "办理意见"
        indexes = [models.Index(fields=["claim", "id"], name="review_of_claim")]
        triggers = append_only("review", "办理意见")

    def __str__(self) -> str:
        return f"{self.claim_id} {self.verb}"


class Evidence(models.Model):
    """Where a fact of a claim was seen (证明): a paper, a register, a networked check, with the day it was seen."""

    claim = models.ForeignKey(
        Claim, models.PROTECT, related_name="evidence", verbose_name="申请", db_index=False
    )
    fact = models.TextField("事实", help_text="contract column, or group:<code>")
    value = models.TextField("查到的内容")
    source = models.TextField("来源")
    reference = models.TextField("编号或页码", default="")
    seen_at = models.DateTimeField("查验时间")
    actor_label = models.TextField("查验人")

    class Meta:
        verbose_name = "证明"
        indexes = [models.Index(fields=["claim", "id"], name="evidence_of_claim")]
        triggers = append_only("evidence", "证明")

    def __str__(self) -> str:
        return f"{self.fact}: {self.value}"


class FactCorrection(models.Model):
    """A fact of a claim found to be otherwise (更正的事实), with its proof. The claim keeps what was applied for; the latest counts."""

    claim = models.ForeignKey(Claim, models.PROTECT, related_name="+", verbose_name="申请", db_index=False)
    column = models.TextField("事实", help_text="contract column")
    was = models.JSONField("原来的内容", null=True)
    value = models.JSONField("更正后的内容", null=True)
    source = models.TextField("来源")
    reference = models.TextField("编号或页码", default="")
    recorded_at = models.DateTimeField("更正时间")
    recorded_by = models.BigIntegerField("更正人", null=True)
    actor_label = models.TextField("更正人岗位")

    class Meta:
        verbose_name = "更正的事实"
        indexes = [models.Index(fields=["claim", "id"], name="correction_of_claim")]
        triggers = append_only("fact_correction", "更正的事实")

    def __str__(self) -> str:
        return f"{self.claim_id} {self.column}"


class PaidKey(models.Model):
    """What may be paid only once to one person, e.g. an occupation at a level (同一职业同一等级不可重复享受).

    Claimed at approval; given up when the whole sum has been recovered.
    """

    district = models.ForeignKey(
        District, models.PROTECT, related_name="+", verbose_name="区", db_index=False
    )
    holder = models.TextField("享受人", help_text='"person:<id>", or "project" for 项目制')
    key = models.TextField("不可重复内容")
    claim = models.ForeignKey(Claim, models.PROTECT, related_name="+", verbose_name="申请")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["district", "holder", "key"],
                name="paid_once",
                violation_error_message="同一职业同一等级（或同一项目同一阶段）的补贴已经核定过，不能重复享受",
            )
        ]
        triggers = [recorded("paid_key"), no_truncate("paid_key", "已享受记录")]

    def __str__(self) -> str:
        return f"{self.holder} {self.key}"


class Notice(models.Model):
    """A public notice (公示): so many working days during which anybody may object."""

    district = models.ForeignKey(
        District, models.PROTECT, related_name="+", verbose_name="区", db_index=False
    )
    title = models.TextField("标题")
    opened_on = models.DateField("公示开始日")
    closes_on = models.DateField("公示截止日", help_text="the last day on which an objection is taken")
    expires_on = models.DateField("撤下日期", help_text="from this day the page shows no lines")
    state = models.TextField("状态", choices=NOTICE.choices(), default="open")
    opened_by = models.BigIntegerField("公示人", null=True)

    class Meta:
        verbose_name = "公示"
        indexes = [models.Index(fields=["district", "-opened_on"], name="notice_newest")]
        triggers = [NOTICE.trigger(), recorded("notice"), no_truncate("notice", "公示")]

    def __str__(self) -> str:
        return self.title


class NoticeLine(models.Model):
    """One published line: masked name and number, standard, amount; nothing else (财社〔2023〕181号 第二十八条)."""

    notice = models.ForeignKey(
        Notice, models.PROTECT, related_name="lines", verbose_name="公示", db_index=False
    )
    claim = models.ForeignKey(Claim, models.PROTECT, related_name="+", verbose_name="申请", db_index=False)
    position = models.PositiveIntegerField("序号")
    name_masked = models.TextField("姓名或单位")
    number_masked = models.TextField("证件号码")
    standard = models.TextField("补贴标准")
    amount_fen = models.BigIntegerField("金额（分）")

    class Meta:
        verbose_name = "公示名单"
        constraints = [
            models.UniqueConstraint(
                fields=["notice", "claim"],
                name="notice_line_once",
                violation_error_message="这笔申请已在本次公示中",
            )
        ]
        indexes = [models.Index(fields=["claim"], name="notice_line_of_claim")]
        triggers = append_only("notice_line", "公示名单")

    def __str__(self) -> str:
        return f"{self.name_masked} {self.amount_fen}"


class Objection(models.Model):
    """Somebody with a phone number says a line is wrong (异议)."""

    line = models.ForeignKey(NoticeLine, models.PROTECT, related_name="objections", verbose_name="公示名单")
    content = models.TextField("异议内容")
    phone_sealed = models.BinaryField("联系电话（加密）")
    phone_index = models.BinaryField("联系电话（索引）")
    phone_masked = models.TextField("联系电话")
    made_at = models.DateTimeField("提出时间")
    due_on = models.DateField("答复期限")
    state = models.TextField("状态", choices=OBJECTION.choices(), default="open")
    answer = models.TextField("核实结果", default="")
    answered_by = models.BigIntegerField("核实人", null=True)

    class Meta:
        verbose_name = "异议"
        triggers = [OBJECTION.trigger(), recorded("objection"), no_truncate("objection", "异议")]

    def __str__(self) -> str:
        return f"{self.line_id} {self.state}"


class Due(models.Model):
    """A subsidy the chain says is due (可享补贴, 免申即享): prepared from a certificate, a class or a project, waiting for a yes."""

    district = models.ForeignKey(District, models.PROTECT, related_name="+", verbose_name="区")
    subject = models.TextField("由来", help_text='"certificate:12", "member:5", "project:3:advance"')
    scheme = models.TextField("补贴项目")
    applied_by = models.TextField("申请方式", choices=APPLIED_BY)
    person = models.ForeignKey(
        Person, models.PROTECT, null=True, related_name="+", verbose_name="享受人", db_index=False
    )
    organisation = models.ForeignKey(
        Organisation,
        models.PROTECT,
        null=True,
        related_name="+",
        verbose_name="申请单位",
        db_index=False,
    )
    training_class = models.ForeignKey(
        TrainingClass, models.PROTECT, null=True, related_name="+", verbose_name="班级"
    )
    certificate = models.ForeignKey(
        Certificate, models.PROTECT, null=True, related_name="+", verbose_name="证书"
    )
    form = models.JSONField("申请内容", help_text="ClaimForm columns as plain values")
    authority = models.TextField("代领协议编号", default="", blank=True)
    evaluation = models.ForeignKey(
        Evaluation, models.PROTECT, null=True, related_name="+", verbose_name="核算"
    )
    outcome = models.TextField("核算结论")
    amount_fen = models.BigIntegerField("金额（分）", null=True)
    reasons = ArrayField(models.TextField(), verbose_name="理由", default=list)
    state = models.TextField("状态", choices=DUE.choices(), default="ready")
    prepared_at = models.DateTimeField("生成时间")
    claim = models.ForeignKey(
        Claim, models.PROTECT, null=True, related_name="+", verbose_name="申请", db_index=False
    )
    reason = models.TextField("说明", default="")

    class Meta:
        verbose_name = "可享补贴"
        constraints = [
            models.UniqueConstraint(
                fields=["subject", "scheme"],
                condition=~Q(state="withdrawn"),
                name="due_once",
                violation_error_message="这项补贴已经准备好，不会重复生成",
            ),
            models.CheckConstraint(
                name="due_claimed_has_claim",
                condition=~Q(state="claimed") | Q(claim__isnull=False),
                violation_error_message="确认后须有对应的申请",
            ),
        ]
        indexes = [
            models.Index(fields=["person", "state"], name="due_of_person"),
            models.Index(fields=["organisation", "state"], name="due_of_organisation"),
            models.Index(fields=["claim"], name="due_of_claim"),
        ]
        triggers = [DUE.trigger(), recorded("due"), no_truncate("due", "可享补贴")]

    def __str__(self) -> str:
        return f"{self.subject} {self.scheme}"
