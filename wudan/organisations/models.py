"""A district is a tenant: one rulebook, its own officials. Every organisation belongs to one district."""

from __future__ import annotations

from django.contrib.postgres.fields import DateRangeField
from django.db import models
from django.db.models import F, Q

from wudan.kernel.crypto import seal
from wudan.kernel.history import recorded
from wudan.kernel.identifiers import mask_phone
from wudan.kernel.walls import no_truncate
from wudan.occupations.models import Occupation
from wudan.organisations.states import BASE, TEACHER
from wudan.people.models import Division, Person, SealedAccount


class District(models.Model):
    """One district running on one policy (实施区)."""

    code = models.TextField("区划代码", primary_key=True)
    name = models.TextField("名称")
    rulebook = models.TextField("政策文件夹", help_text="folder of the rulebook")
    lead_body = models.TextField("统筹协调机构")
    hotline = models.TextField("咨询电话", default="")
    opened_at = models.DateTimeField("启用时间")

    class Meta:
        verbose_name = "区"
        triggers = [recorded("district")]

    def __str__(self) -> str:
        return self.name


class CalendarDay(models.Model):
    """A district's own working or rest day, over the national arrangement (工作日调整)."""

    district = models.ForeignKey(
        District, models.PROTECT, related_name="+", verbose_name="区", db_index=False
    )
    day = models.DateField("日期")
    working = models.BooleanField("上班")
    basis = models.TextField("依据")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["district", "day"],
                name="calendar_day_once",
                violation_error_message="这一天已经登记过",
            )
        ]
        triggers = [recorded("calendar_day")]

    def __str__(self) -> str:
        return f"{self.day} {'上班' if self.working else '休息'}"


KINDS = [("department", "部门"), ("town", "镇街"), ("enterprise", "企业"), ("provider", "培训机构")]


class Organisation(models.Model):
    """A department, town, enterprise or provider of one district."""

    district = models.ForeignKey(
        District, models.PROTECT, related_name="+", verbose_name="所属区", db_index=False
    )
    kind = models.TextField("类别", choices=KINDS)
    name = models.TextField("名称")
    pinyin = models.TextField("拼音", default="")
    credit_code = models.TextField("统一社会信用代码", default="")
    division = models.ForeignKey(
        Division, models.PROTECT, null=True, related_name="+", verbose_name="所在镇街"
    )
    contact = models.TextField("联系人", default="")
    phone_sealed = models.BinaryField("联系电话（加密）", null=True)
    phone_masked = models.TextField("联系电话", default="")
    licence = models.TextField("办学许可证号", default="")
    nature = models.TextField("性质", default="", help_text="公办、民办、技工院校等")
    duties = models.TextField("职责分工", default="", help_text="from 附件1, departments only")
    suspended = models.BooleanField("暂停受理", default=False)

    class Meta:
        verbose_name = "单位"
        constraints = [
            models.UniqueConstraint(
                fields=["district", "credit_code"],
                condition=~models.Q(credit_code=""),
                name="organisation_once",
                violation_error_message="这个统一社会信用代码在本区已经登记过",
            ),
            models.UniqueConstraint(
                fields=["district", "kind", "name"],
                name="organisation_name_once",
                violation_error_message="本区已有同名单位",
            ),
            models.CheckConstraint(
                condition=models.Q(kind__in=["department", "town"]) | ~models.Q(credit_code=""),
                name="organisation_needs_code",
                violation_error_message="企业和培训机构须填写统一社会信用代码",
            ),
        ]
        indexes = [models.Index(fields=["district", "kind", "pinyin"], name="organisation_list")]
        triggers = [recorded("organisation")]

    def __str__(self) -> str:
        return self.name

    def set_phone(self, phone: str) -> None:
        self.phone_sealed = seal(phone, "phone") if phone else None
        self.phone_masked = mask_phone(phone) if phone else ""


class OrganisationAccount(SealedAccount):
    """Where an enterprise or provider is paid (对公账户)."""

    organisation = models.ForeignKey(
        Organisation, models.PROTECT, related_name="accounts", verbose_name="单位"
    )
    current = models.BooleanField("现用", default=True)
    recorded_at = models.DateTimeField("登记时间")

    class Meta:
        verbose_name = "单位银行账户"
        constraints = [
            models.UniqueConstraint(
                fields=["organisation"],
                condition=models.Q(current=True),
                name="organisation_one_current_account",
                violation_error_message="这个单位已有现用账户",
            )
        ]
        triggers = [recorded("organisation_account")]

    def __str__(self) -> str:
        return f"{self.bank} {self.number_masked}"


# --- who teaches, where, and how they stand ----------------------------------------------------------------------
SIDES = [("theory", "理论"), ("practice", "实操"), ("both", "理论和实操")]


class Teacher(models.Model):
    """One person in the pool of teachers (师资库), teaching for one organisation or, without one, for the whole district."""

    district = models.ForeignKey(
        District, models.PROTECT, related_name="+", verbose_name="区", db_index=False
    )
    organisation = models.ForeignKey(
        Organisation, models.PROTECT, null=True, related_name="+", verbose_name="所属机构"
    )
    person = models.ForeignKey(Person, models.PROTECT, related_name="+", verbose_name="教师")
    title = models.TextField("职称或技能等级", default="")
    qualification = models.TextField("资格证书", help_text="what it is and its number")
    full_time = models.BooleanField("专职", default=True)
    publish_name = models.BooleanField("本人同意公开姓名", default=False)
    valid = DateRangeField("有效期", help_text="half-open")
    state = models.TextField("状态", choices=TEACHER.choices(), default="filed")
    reason = models.TextField("退回或移出原因", default="", blank=True)
    filed_at = models.DateTimeField("提交时间")
    due_on = models.DateField("审核期限", null=True)
    decided_at = models.DateTimeField("审核时间", null=True)
    decided_by = models.BigIntegerField("审核人", null=True)

    class Meta:
        verbose_name = "师资"
        constraints = [
            models.UniqueConstraint(
                fields=["organisation", "person"],
                condition=~Q(state="removed"),
                nulls_distinct=False,
                name="teacher_once",
                violation_error_message="这位教师已经在本机构的师资中",
            )
        ]
        indexes = [models.Index(fields=["district", "state", "-id"], name="teacher_list")]
        triggers = [TEACHER.trigger(), recorded("teacher"), no_truncate("teacher", "师资")]

    def __str__(self) -> str:
        return f"#{self.pk}"


class TeacherSubject(models.Model):
    """What a teacher may teach (任教职业), and whether in the classroom or at the bench."""

    teacher = models.ForeignKey(
        Teacher, models.PROTECT, related_name="subjects", verbose_name="教师", db_index=False
    )
    occupation = models.ForeignKey(Occupation, models.PROTECT, related_name="+", verbose_name="职业")
    kind = models.TextField("授课类型", choices=SIDES, default="both")

    class Meta:
        verbose_name = "任教职业"
        constraints = [
            models.UniqueConstraint(
                fields=["teacher", "occupation"],
                name="teacher_subject_once",
                violation_error_message="这位教师已登记过这个职业",
            )
        ]
        triggers = [recorded("teacher_subject")]

    def __str__(self) -> str:
        return f"{self.teacher_id} {self.occupation_id}"


class Venue(models.Model):
    """A classroom or a workshop (教室、实训场地). `workplaces` are benches, stoves, welding booths (工位)."""

    organisation = models.ForeignKey(
        Organisation, models.PROTECT, related_name="+", verbose_name="单位", db_index=False
    )
    name = models.TextField("名称")
    address = models.TextField("地址")
    division = models.ForeignKey(
        Division, models.PROTECT, null=True, related_name="+", verbose_name="所在镇街"
    )
    kind = models.TextField("用途", choices=SIDES)
    capacity = models.PositiveIntegerField("可容纳人数")
    area_m2 = models.PositiveIntegerField("面积（平方米）")
    workplaces = models.PositiveIntegerField("工位数", default=0)
    barrier_free = models.BooleanField("无障碍", default=False)
    in_use = models.BooleanField("使用中", default=True)
    recorded_at = models.DateTimeField("登记时间")

    class Meta:
        verbose_name = "培训场地"
        constraints = [
            models.UniqueConstraint(
                fields=["organisation", "name"],
                name="venue_once",
                violation_error_message="本单位已有同名场地",
            ),
            models.CheckConstraint(
                condition=Q(capacity__gt=0, area_m2__gt=0),
                name="venue_holds_people",
                violation_error_message="场地的可容纳人数和面积须大于0",
            ),
            models.CheckConstraint(
                condition=Q(kind="theory") | Q(workplaces__gt=0),
                name="venue_needs_workplaces",
                violation_error_message="实训场地须填写工位数",
            ),
        ]
        triggers = [recorded("venue"), no_truncate("venue", "培训场地")]

    def __str__(self) -> str:
        return self.name


BASE_KINDS = [
    ("centre", "培训中心"),
    ("practice_centre", "实训中心"),
    ("teaching_factory", "教学工厂"),
    ("talent_base", "高技能人才培养基地"),
    ("master_studio", "技能大师工作室"),
    ("model_studio", "劳模和工匠人才创新工作室"),
    ("public_base", "公共实训基地"),
]


class TrainingBase(models.Model):
    """A carrier of training (培训载体): applied for, looked at by two officials, recognised for a period, open to the public."""

    district = models.ForeignKey(
        District, models.PROTECT, related_name="+", verbose_name="区", db_index=False
    )
    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="+", verbose_name="申报单位")
    kind = models.TextField("类别", choices=BASE_KINDS)
    name = models.TextField("名称")
    address = models.TextField("地址")
    description = models.TextField("基本情况", help_text="places, equipment, masters, what others may use")
    state = models.TextField("状态", choices=BASE.choices(), default="applied")
    reason = models.TextField("退回、不予认定或撤销原因", default="", blank=True)
    applied_at = models.DateTimeField("申报时间")
    due_on = models.DateField("办理期限", null=True)
    reviewed_at = models.DateTimeField("初审时间", null=True)
    reviewed_by = models.BigIntegerField("初审人", null=True)
    recognised_at = models.DateTimeField("认定时间", null=True)
    recognised_by = models.BigIntegerField("认定人", null=True)
    valid = DateRangeField("认定有效期", null=True, help_text="half-open")

    class Meta:
        verbose_name = "培训载体"
        constraints = [
            models.UniqueConstraint(
                fields=["organisation", "kind", "name"],
                condition=~Q(state__in=["refused", "revoked"]),
                name="training_base_once",
                violation_error_message="这个载体已经申报过",
            ),
            models.CheckConstraint(
                condition=Q(recognised_by__isnull=True)
                | Q(reviewed_by__isnull=True)
                | ~Q(recognised_by=F("reviewed_by")),
                name="training_base_two_officials",
                violation_error_message="初审人和认定人不能是同一人",
            ),
            models.CheckConstraint(
                condition=~Q(state="recognised") | Q(valid__isnull=False),
                name="training_base_has_period",
                violation_error_message="认定须写明有效期",
            ),
        ]
        indexes = [models.Index(fields=["district", "state", "-id"], name="training_base_list")]
        triggers = [BASE.trigger(), recorded("training_base"), no_truncate("training_base", "培训载体")]

    def __str__(self) -> str:
        return self.name


class BaseOccupation(models.Model):
    """An occupation a training base serves (载体面向职业)."""

    base = models.ForeignKey(
        TrainingBase, models.PROTECT, related_name="serves", verbose_name="载体", db_index=False
    )
    occupation = models.ForeignKey(Occupation, models.PROTECT, related_name="+", verbose_name="职业")

    class Meta:
        verbose_name = "载体面向职业"
        constraints = [
            models.UniqueConstraint(
                fields=["base", "occupation"],
                name="base_occupation_once",
                violation_error_message="这个载体已登记过这个职业",
            )
        ]
        triggers = [recorded("base_occupation")]

    def __str__(self) -> str:
        return f"{self.base_id} {self.occupation_id}"


CREDIT_KINDS = [
    ("praise", "守信表扬"),
    ("reminder", "提醒约谈"),
    ("breach", "违规失信"),
    ("serious", "严重失信"),
]
BLOCKING_CREDIT = ("breach", "serious")


class CreditEntry(models.Model):
    """An entry of the credit record (信用记录) of an organisation or a person: why, on which clause, how long, and whether repaired.

    The one it is about may reply (陈述申辩) and have it repaired (信用修复); it is never taken away.
    """

    district = models.ForeignKey(District, models.PROTECT, related_name="+", verbose_name="区")
    organisation = models.ForeignKey(
        Organisation,
        models.PROTECT,
        null=True,
        related_name="+",
        verbose_name="单位",
        db_index=False,
    )
    person = models.ForeignKey(
        Person, models.PROTECT, null=True, related_name="+", verbose_name="个人", db_index=False
    )
    kind = models.TextField("类别", choices=CREDIT_KINDS)
    description = models.TextField("事由")
    clause = models.TextField("依据")
    valid = DateRangeField("有效期", help_text="half-open")
    recorded_at = models.DateTimeField("记入时间")
    recorded_by = models.BigIntegerField("记入人", null=True)
    reply = models.TextField("陈述申辩", default="", blank=True)
    replied_at = models.DateTimeField("陈述时间", null=True)
    repaired_at = models.DateTimeField("修复时间", null=True)
    repaired_by = models.BigIntegerField("修复人", null=True)
    repair_reason = models.TextField("修复理由", default="", blank=True)

    class Meta:
        verbose_name = "信用记录"
        constraints = [
            models.CheckConstraint(
                condition=Q(organisation__isnull=False, person__isnull=True)
                | Q(organisation__isnull=True, person__isnull=False),
                name="credit_about_one",
                violation_error_message="信用记录须记在一个单位或一个人名下",
            ),
            models.CheckConstraint(
                condition=~Q(clause="") & ~Q(description=""),
                name="credit_has_basis",
                violation_error_message="信用记录须写明事由和依据",
            ),
            models.CheckConstraint(
                condition=Q(repaired_by__isnull=True)
                | Q(recorded_by__isnull=True)
                | ~Q(repaired_by=F("recorded_by")),
                name="credit_repaired_by_another",
                violation_error_message="记入人不能自己办理信用修复",
            ),
        ]
        indexes = [
            models.Index(fields=["organisation", "-id"], name="credit_of_organisation"),
            models.Index(fields=["person", "-id"], name="credit_of_person"),
        ]
        triggers = [recorded("credit_entry"), no_truncate("credit_entry", "信用记录")]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.pk}"
