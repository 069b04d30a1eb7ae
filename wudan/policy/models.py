"""Releases of rulebooks and stored evaluations, both append-only: a re-run is a new evaluation; drafts, and what became law."""

from __future__ import annotations

import pgtrigger
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q

from wudan.kernel.history import recorded
from wudan.kernel.triggers import Wall
from wudan.kernel.walls import append_only, no_truncate
from wudan.organisations.models import District
from wudan.policy.states import DRAFT


class Release(models.Model):
    """A rulebook as it was when first used (政策版本): its name, release, content hash and whole text."""

    rulebook = models.TextField("政策文件夹")
    release = models.TextField("版本")
    content_hash = models.TextField("内容校验值", unique=True)
    document = models.TextField("文号", help_text="it was released by; of a folder the document it stands on")
    files = models.JSONField("全文", help_text="file name → text")
    recorded_at = models.DateTimeField("启用时间")

    class Meta:
        verbose_name = "政策版本"
        triggers = append_only("release", "政策版本")

    def __str__(self) -> str:
        return f"{self.rulebook}@{self.release}"


class Evaluation(models.Model):
    """One decision with its working (核算记录): release, facts as they were, every step with its clause."""

    release = models.ForeignKey(Release, models.PROTECT, related_name="+", verbose_name="政策版本")
    subject = models.TextField("对象", help_text='"claim:<id>"; the room above knows what it means')
    stage = models.TextField("环节")
    made_at = models.DateTimeField("核算时间")
    facts = models.JSONField(
        "事实", help_text="contract columns; the person as a pseudonym, never an identity number"
    )
    others = models.JSONField(
        "同一人其他申请", default=list, help_text="the earlier claims that were counted"
    )
    outcome = models.TextField("结论")
    amount_fen = models.BigIntegerField("金额（分）", null=True)
    reasons = ArrayField(models.TextField(), verbose_name="理由", default=list)
    steps = models.JSONField("核算过程", default=list)
    amount_steps = models.JSONField("金额计算", default=list)
    would_pass_if = models.JSONField("改变后可通过", default=list)

    class Meta:
        verbose_name = "核算记录"
        indexes = [models.Index(fields=["subject", "-id"], name="evaluation_of_subject")]
        triggers = append_only("evaluation", "核算记录")

    def __str__(self) -> str:
        return f"{self.subject} {self.outcome}"


class Draft(models.Model):
    """A rulebook being changed (政策草案): copied from `base`, changed by officers, approved by somebody who changed nothing."""

    district = models.ForeignKey(
        District, models.PROTECT, related_name="+", verbose_name="区", db_index=False
    )
    title = models.TextField("名称")
    base = models.ForeignKey(Release, models.PROTECT, related_name="+", verbose_name="抄自")
    state = models.TextField("状态", choices=DRAFT.choices(), default="drafting")
    revision = models.PositiveIntegerField(
        "修改次数", default=0, help_text="two officers do not overwrite one another"
    )
    text_revision = models.PositiveIntegerField(
        "内容修改次数", default=0, help_text="the revision that last changed a text: what a trial was made on"
    )
    drafted_by = ArrayField(
        models.BigIntegerField(), verbose_name="起草人", help_text="everybody who changed it"
    )
    made_at = models.DateTimeField("起草时间")
    changed_at = models.DateTimeField("修改时间")
    changed_label = models.TextField("最近修改人")

    problems = models.JSONField(
        "规则中的问题", default=list, help_text="file, line, message; empty where it loads"
    )
    red_cases = models.PositiveIntegerField("不符的案例", default=0)
    content_hash = models.TextField(
        "内容校验值", default="", help_text="of the rulebook; empty where it does not load"
    )

    number = models.TextField("版本号", default="", blank=True)
    document = models.TextField("文号", default="", blank=True)
    valid_from = models.DateField("施行日期", null=True)
    proposed_by = models.BigIntegerField("提请人", null=True)
    proposed_at = models.DateTimeField("提请时间", null=True)
    proposed_label = models.TextField("提请人岗位", default="")
    approved_by = models.BigIntegerField("批准人", null=True)
    reason = models.TextField("退回或放弃的原因", default="", blank=True)

    class Meta:
        verbose_name = "政策草案"
        indexes = [models.Index(fields=["district", "-id"], name="draft_newest")]
        constraints = [
            models.CheckConstraint(
                name="draft_two_pairs_of_eyes",
                condition=Q(approved_by__isnull=True)
                | (~Q(drafted_by__contains=[F("approved_by")]) & ~Q(approved_by=F("proposed_by"))),
                violation_error_message="草案须由没有参与起草的另一个人批准",
            ),
            models.CheckConstraint(
                name="draft_proposed_whole",
                condition=Q(state__in=["drafting", "dropped"])
                | (
                    ~Q(number="")
                    & ~Q(document="")
                    & ~Q(content_hash="")
                    & Q(valid_from__isnull=False, proposed_by__isnull=False, red_cases=0, problems=[])
                ),
                violation_error_message="草案须能读通、案例全部相符，并写明文号、施行日期和版本号，才能提请批准",
            ),
            models.CheckConstraint(
                name="draft_approved_by_somebody",
                condition=~Q(state="approved") | Q(approved_by__isnull=False),
                violation_error_message="草案没有批准人，不能发布",
            ),
        ]
        triggers = [DRAFT.trigger(), recorded("draft"), no_truncate("draft", "政策草案")]

    def __str__(self) -> str:
        return self.title


class DraftFile(models.Model):
    """One file of a draft (草案文件); its history is the draft's own."""

    draft = models.ForeignKey(
        Draft, models.PROTECT, related_name="files", verbose_name="草案", db_index=False
    )
    name = models.TextField("文件", help_text='"values.yaml", "cases/a.csv", "common/columns.yaml"')
    text = models.TextField("内容")

    class Meta:
        verbose_name = "草案文件"
        constraints = [
            models.UniqueConstraint(
                fields=["draft", "name"],
                name="draft_file_once",
                violation_error_message="草案中已经有同名的文件",
            )
        ]
        triggers = [
            recorded("draft_file"),
            no_truncate("draft_file", "草案文件"),
            Wall(
                name="draft_file_while_drafting",
                when=pgtrigger.Before,
                operation=pgtrigger.Insert | pgtrigger.Update | pgtrigger.Delete,
                func="""
                    IF (SELECT state FROM policy_draft WHERE id = coalesce(NEW.draft_id, OLD.draft_id)) <> 'drafting' THEN
                        RAISE EXCEPTION 'wudan-duty: 草案已经提请批准或办结，内容不能再改' USING ERRCODE = 'raise_exception';
                    END IF;
                    IF TG_OP = 'DELETE' THEN
                        RETURN OLD;
                    END IF;
                    RETURN NEW;
                """,
            ),
        ]

    def __str__(self) -> str:
        return self.name


class Enactment(models.Model):
    """A release that became law in a district (政策发布): from `valid_from` on decisions are made under it, until a later one."""

    district = models.ForeignKey(
        District, models.PROTECT, related_name="+", verbose_name="区", db_index=False
    )
    release = models.OneToOneField(Release, models.PROTECT, related_name="+", verbose_name="政策版本")
    draft = models.OneToOneField(Draft, models.PROTECT, related_name="+", verbose_name="草案")
    rulebook = models.TextField("政策文件夹")
    number = models.TextField("版本号")
    document = models.TextField("文号")
    valid_from = models.DateField("施行日期")
    approved_at = models.DateTimeField("发布时间")
    approved_by = models.BigIntegerField("批准人")
    approved_label = models.TextField("批准人岗位")

    class Meta:
        verbose_name = "政策发布"
        constraints = [
            models.UniqueConstraint(
                fields=["rulebook", "number"],
                name="release_number_once",
                violation_error_message="这个版本号已经发布过，请另写一个版本号",
            )
        ]
        indexes = [models.Index(fields=["district", "-id"], name="enactment_newest")]
        triggers = [
            *append_only("enactment", "政策发布"),
            Wall(
                name="enactment_of_approved_draft",
                when=pgtrigger.Before,
                operation=pgtrigger.Insert,
                func="""
                    IF NOT EXISTS (
                        SELECT 1 FROM policy_draft d JOIN policy_release r ON r.id = NEW.release_id
                        WHERE d.id = NEW.draft_id AND d.state = 'approved' AND d.district_id = NEW.district_id
                          AND d.approved_by = NEW.approved_by AND d.content_hash = r.content_hash
                          AND (d.number, d.document, d.valid_from) = (NEW.number, NEW.document, NEW.valid_from)
                          AND (r.rulebook, r.release) = (NEW.rulebook, NEW.number)
                    ) THEN
                        RAISE EXCEPTION 'wudan-duty: 只有经另一个人批准的草案才能发布，内容须与批准的一致'
                            USING ERRCODE = 'raise_exception';
                    END IF;
                    RETURN NEW;
                """,
            ),
        ]

    def __str__(self) -> str:
        return f"{self.rulebook}@{self.number}"
