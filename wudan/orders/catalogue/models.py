"""The four catalogues by edition, registrations, resources, special abilities, projects and offers."""

from __future__ import annotations

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateRangeField, RangeOperators
from django.db import models
from django.db.models import F, Q

from wudan.funds.models import Pool
from wudan.kernel.history import recorded
from wudan.kernel.walls import append_only, no_truncate
from wudan.occupations.models import Occupation
from wudan.orders.catalogue.states import (
    ABILITY,
    EDITION,
    FUNDED,
    OFFER,
    PROJECT,
    REGISTRATION,
    RESOURCE,
    SUPPORT,
)
from wudan.orders.demand.models import MODES, Proposal
from wudan.organisations.models import District, Organisation, Teacher, Venue
from wudan.people.models import Division

CATALOGUES = [
    ("key_industry", "重点产业职业技能培训指导目录"),
    ("general", "一般性职业技能培训目录"),
    ("demand", "劳动者培训需求目录"),
    ("provider", "职业技能培训机构目录"),
]


class Edition(models.Model):
    """One dated edition of one of the four catalogues. A decision of an earlier day keeps the edition of that day."""

    district = models.ForeignKey(
        District, models.PROTECT, related_name="+", verbose_name="区", db_index=False
    )
    catalogue = models.TextField("目录", choices=CATALOGUES)
    number = models.PositiveIntegerField("版次")
    title = models.TextField("标题")
    document = models.TextField("发布文号", default="")
    valid = DateRangeField(
        "施行期间", null=True, help_text="half-open; null while drafted; open-ended until superseded"
    )
    state = models.TextField("状态", choices=EDITION.choices(), default="draft")
    published_at = models.DateTimeField("发布时间", null=True)
    published_by = models.BigIntegerField("发布人", null=True)
    drafted_by = models.BigIntegerField("编制人", null=True)

    class Meta:
        verbose_name = "目录版本"
        constraints = [
            models.UniqueConstraint(
                fields=["district", "catalogue", "number"],
                name="edition_number_once",
                violation_error_message="该目录已有这一版次",
            ),
            models.UniqueConstraint(
                fields=["district", "catalogue"],
                condition=Q(state="draft"),
                name="edition_one_draft",
                violation_error_message="该目录已有一版正在编制",
            ),
            models.CheckConstraint(
                name="edition_published_whole",
                condition=~Q(state__in=["published", "superseded"])
                | Q(valid__isnull=False, published_at__isnull=False),
                violation_error_message="发布目录须写明施行日期",
            ),
            ExclusionConstraint(
                name="edition_one_at_a_time",
                expressions=[
                    ("district", RangeOperators.EQUAL),
                    ("catalogue", RangeOperators.EQUAL),
                    ("valid", RangeOperators.OVERLAPS),
                ],
                condition=Q(state__in=["published", "superseded"]),
                violation_error_message="同一目录同一天只能有一个版次",
            ),
        ]
        triggers = [EDITION.trigger(), recorded("edition"), no_truncate("edition", "目录版本")]

    def __str__(self) -> str:
        return f"{self.title} 第{self.number}版"


class Entry(models.Model):
    """A line of an edition. Which columns are filled depends on the catalogue: `provider` for 机构目录, `heads` for 需求目录."""

    edition = models.ForeignKey(
        Edition, models.PROTECT, related_name="entries", verbose_name="目录版本", db_index=False
    )
    occupation = models.ForeignKey(Occupation, models.PROTECT, related_name="+", verbose_name="职业（工种）")
    level = models.PositiveSmallIntegerField("等级", default=0)
    certificate_type = models.TextField("证书类别", default="", help_text="rulebook code")
    scheme = models.TextField("补贴项目", default="", help_text="rulebook scheme which prices it")
    theory_hours = models.PositiveIntegerField("理论课时", default=0)
    practice_hours = models.PositiveIntegerField("实训课时", default=0)
    safety_hours = models.PositiveIntegerField("安全课时", default=0)
    price_fen = models.BigIntegerField(
        "补贴标准（分）",
        null=True,
        help_text="from the rulebook on the day of publication; null: no standard",
    )
    price_clause = models.TextField("标准依据", default="")
    release = models.TextField("政策版本", default="", help_text="rulebook release that gave the price")
    shortage = models.BooleanField("急需紧缺", default=False)
    local = models.BooleanField("地方特色", default=False, help_text="周村特色专项职业能力")
    town = models.ForeignKey(Division, models.PROTECT, null=True, related_name="+", verbose_name="镇街")
    heads = models.PositiveIntegerField("需求人数", null=True)
    provider = models.ForeignKey(
        Organisation, models.PROTECT, null=True, related_name="+", verbose_name="培训机构"
    )
    capacity = models.PositiveIntegerField("同期培训规模", null=True)
    remark = models.TextField("备注", default="")
    search_text = models.TextField("检索", default="")

    class Meta:
        verbose_name = "目录条目"
        constraints = [
            models.UniqueConstraint(
                fields=["edition", "occupation", "level", "certificate_type", "provider", "town"],
                nulls_distinct=False,
                name="entry_once",
                violation_error_message="目录中已有同一职业、等级和证书类别的条目",
            )
        ]
        triggers = [recorded("entry"), no_truncate("entry", "目录条目")]

    def __str__(self) -> str:
        return f"{self.occupation} {self.level}"


class Registration(models.Model):
    """A provider may train this occupation at this level (机构备案), public and private alike."""

    district = models.ForeignKey(
        District, models.PROTECT, related_name="+", verbose_name="区", db_index=False
    )
    provider = models.ForeignKey(Organisation, models.PROTECT, related_name="+", verbose_name="培训机构")
    occupation = models.ForeignKey(Occupation, models.PROTECT, related_name="+", verbose_name="职业（工种）")
    level = models.PositiveSmallIntegerField("等级", default=0)
    certificate_type = models.TextField("证书类别", default="")
    capacity = models.PositiveIntegerField("同期培训规模")
    statement = models.TextField("办学条件说明", default="")
    state = models.TextField("状态", choices=REGISTRATION.choices(), default="filed")
    state_since = models.DateTimeField("状态起始时间")
    due_on = models.DateField("办理期限", null=True)
    valid = DateRangeField("有效期", null=True, help_text="half-open, from listing")
    reason = models.TextField("意见", default="")
    filed_by = models.BigIntegerField("提交人")
    accepted_by = models.BigIntegerField("受理人", null=True)
    decided_by = models.BigIntegerField("审定人", null=True)

    class Meta:
        verbose_name = "机构备案"
        constraints = [
            models.UniqueConstraint(
                fields=["provider", "occupation", "level", "certificate_type"],
                condition=~Q(state__in=["refused", "ended", "withdrawn"]),
                name="registration_once",
                violation_error_message="本机构已就这一职业和等级提交备案",
            ),
            models.CheckConstraint(
                name="registration_two_pairs_of_eyes",
                condition=Q(accepted_by__isnull=True)
                | Q(decided_by__isnull=True)
                | ~Q(accepted_by=F("decided_by"))
                | ~Q(state="listed"),
                violation_error_message="受理和审定须由两个人办理",
            ),
        ]
        indexes = [models.Index(fields=["district", "state", "due_on"], name="registration_todo")]
        triggers = [REGISTRATION.trigger(), recorded("registration"), no_truncate("registration", "机构备案")]

    def __str__(self) -> str:
        return f"{self.provider} {self.occupation} {self.level}"


class RegistrationEvidence(models.Model):
    """What shows that the provider can teach it: licence, teacher, venue, equipment."""

    registration = models.ForeignKey(
        Registration, models.CASCADE, related_name="evidence", verbose_name="备案"
    )
    kind = models.TextField(
        "类别",
        choices=[
            ("licence", "办学许可"),
            ("teacher", "师资"),
            ("venue", "场地"),
            ("equipment", "设备"),
            ("plan", "教学计划"),
            ("other", "其他"),
        ],
    )
    teacher = models.ForeignKey(Teacher, models.PROTECT, null=True, related_name="+", verbose_name="教师")
    venue = models.ForeignKey(Venue, models.PROTECT, null=True, related_name="+", verbose_name="场地")
    content = models.TextField("内容")
    reference = models.TextField("编号", default="")

    class Meta:
        verbose_name = "备案材料"
        triggers = [recorded("registration_evidence"), no_truncate("registration_evidence", "备案材料")]

    def __str__(self) -> str:
        return f"{self.kind} {self.content[:20]}"


class Resource(models.Model):
    """三优资源: an excellent textbook, courseware or teacher, collected from inside and outside the district."""

    district = models.ForeignKey(
        District, models.PROTECT, related_name="+", verbose_name="区", db_index=False
    )
    kind = models.TextField(
        "类别",
        choices=[("textbook", "优质培训教材"), ("courseware", "优选网络课件"), ("teacher", "优秀培训教师")],
    )
    title = models.TextField("名称")
    author = models.TextField("作者或单位", default="")
    summary = models.TextField("简介", default="")
    occupation = models.ForeignKey(
        Occupation, models.PROTECT, null=True, related_name="+", verbose_name="职业（工种）"
    )
    teacher = models.ForeignKey(Teacher, models.PROTECT, null=True, related_name="+", verbose_name="教师")
    offered_by = models.ForeignKey(
        Organisation, models.PROTECT, null=True, related_name="+", verbose_name="推荐单位"
    )
    url = models.TextField("网址", default="")
    state = models.TextField("状态", choices=RESOURCE.choices(), default="collected")
    reason = models.TextField("评选意见", default="")
    collected_at = models.DateTimeField("征集时间")
    decided_by = models.BigIntegerField("评选人", null=True)

    class Meta:
        verbose_name = "三优资源"
        constraints = [
            models.UniqueConstraint(
                fields=["district", "kind", "title", "author"],
                name="resource_once",
                violation_error_message="这项资源已经征集过",
            )
        ]
        triggers = [RESOURCE.trigger(), recorded("resource"), no_truncate("resource", "三优资源")]

    def __str__(self) -> str:
        return self.title


class ResourceScore(models.Model):
    """One judge's score of a resource (评分), 0 to 100."""

    resource = models.ForeignKey(
        Resource, models.PROTECT, related_name="scores", verbose_name="资源", db_index=False
    )
    judge = models.BigIntegerField("评分人")
    judge_label = models.TextField("评分人岗位")
    score = models.PositiveSmallIntegerField("分数")
    comment = models.TextField("评语", default="")
    at = models.DateTimeField("时间")

    class Meta:
        verbose_name = "评分"
        constraints = [
            models.UniqueConstraint(
                fields=["resource", "judge"],
                name="score_once",
                violation_error_message="您已为这项资源评过分",
            ),
            models.CheckConstraint(
                name="score_in_range",
                condition=Q(score__lte=100),
                violation_error_message="分数为0到100",
            ),
        ]
        triggers = append_only("resource_score", "评分")

    def __str__(self) -> str:
        return f"{self.resource_id} {self.score}"


class SupportApplication(models.Model):
    """Support for equipment upgrades and barrier-free works (设施设备升级改造、无障碍改造支持)."""

    district = models.ForeignKey(District, models.PROTECT, related_name="+", verbose_name="区")
    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="+", verbose_name="申请单位")
    kind = models.TextField(
        "类别", choices=[("equipment", "设施设备升级改造"), ("barrier_free", "无障碍改造")]
    )
    content = models.TextField("改造内容")
    results = models.TextField(
        "培训成绩", help_text="heads trained, placed: support is for those who did well"
    )
    asked_fen = models.BigIntegerField("申请金额（分）")
    granted_fen = models.BigIntegerField("同意金额（分）", null=True)
    document = models.TextField("依据文件", default="")
    state = models.TextField("状态", choices=SUPPORT.choices(), default="filed")
    due_on = models.DateField("办理期限", null=True)
    reason = models.TextField("意见", default="")
    filed_at = models.DateTimeField("申请时间")
    filed_by = models.BigIntegerField("提交人")
    first_by = models.BigIntegerField("初审人", null=True)
    second_by = models.BigIntegerField("复审人", null=True)

    class Meta:
        verbose_name = "支持申请"
        constraints = [
            models.CheckConstraint(
                name="support_two_pairs_of_eyes",
                condition=Q(second_by__isnull=True) | Q(first_by__isnull=True) | ~Q(first_by=F("second_by")),
                violation_error_message="初审和复审须由两个人办理",
            ),
            models.CheckConstraint(
                name="support_granted_with_document",
                condition=~Q(state__in=["approved", "accepted_works"])
                | (Q(granted_fen__isnull=False) & ~Q(document="")),
                violation_error_message="同意支持须写明金额和依据文件",
            ),
        ]
        triggers = [SUPPORT.trigger(), recorded("support"), no_truncate("support", "支持申请")]

    def __str__(self) -> str:
        return f"{self.organisation} {self.kind}"


class Demonstration(models.Model):
    """示范培训项目: a department's showpiece for its trade."""

    district = models.ForeignKey(District, models.PROTECT, related_name="+", verbose_name="区")
    department = models.ForeignKey(Organisation, models.PROTECT, related_name="+", verbose_name="主管部门")
    title = models.TextField("名称")
    summary = models.TextField("内容")
    occupation = models.ForeignKey(
        Occupation, models.PROTECT, null=True, related_name="+", verbose_name="职业（工种）"
    )
    provider = models.ForeignKey(
        Organisation, models.PROTECT, null=True, related_name="+", verbose_name="承办单位"
    )
    shown = DateRangeField("展示期间", help_text="half-open")
    published_by = models.BigIntegerField("发布人")
    published_at = models.DateTimeField("发布时间")

    class Meta:
        verbose_name = "示范培训项目"
        triggers = [recorded("demonstration"), no_truncate("demonstration", "示范培训项目")]

    def __str__(self) -> str:
        return self.title


class SpecialAbility(models.Model):
    """专项职业能力项目: filed upward, district → city → province, before anybody may be trained for it."""

    district = models.ForeignKey(District, models.PROTECT, related_name="+", verbose_name="区")
    provider = models.ForeignKey(Organisation, models.PROTECT, related_name="+", verbose_name="申报机构")
    name = models.TextField("项目名称")
    local = models.BooleanField("地方特色", default=False)
    content = models.TextField("考核评价内容", default="")
    hours = models.PositiveIntegerField("课时", default=0)
    questions_sealed = models.BinaryField("试题库（加密）", null=True)
    questions_name = models.TextField("试题库文件名", default="")
    questions_count = models.PositiveIntegerField("试题数", default=0)
    state = models.TextField("状态", choices=ABILITY.choices(), default="drafted")
    state_since = models.DateTimeField("状态起始时间")
    due_on = models.DateField("办理期限", null=True)
    reason = models.TextField("意见", default="")
    city_reference = models.TextField("市级文号", default="")
    province_reference = models.TextField("省级批准文号", default="")
    approved_code = models.TextField("批准编码", default="")
    occupation = models.ForeignKey(
        Occupation, models.PROTECT, null=True, related_name="+", verbose_name="已入目录的项目"
    )
    filed_by = models.BigIntegerField("申报人")

    class Meta:
        verbose_name = "专项职业能力项目"
        constraints = [
            models.UniqueConstraint(
                fields=["district", "name"],
                condition=~Q(state="refused"),
                name="ability_once",
                violation_error_message="本区已有机构申报同名项目",
            ),
            models.CheckConstraint(
                name="ability_whole_before_review",
                condition=Q(state__in=["drafted", "returned"])
                | (~Q(content="") & Q(questions_sealed__isnull=False) & Q(questions_count__gte=1)),
                violation_error_message="报送前须备齐考核评价内容和试题库",
            ),
            models.CheckConstraint(
                name="ability_approved_on_document",
                condition=~Q(state="approved") | (~Q(province_reference="") & Q(occupation__isnull=False)),
                violation_error_message="登记批准须写明省级批准文号",
            ),
        ]
        triggers = [ABILITY.trigger(), recorded("ability"), no_truncate("ability", "专项职业能力项目")]

    def __str__(self) -> str:
        return self.name


class Project(models.Model):
    """项目制培训: bought whole from a provider for a target group; `number` is the claims' project_id."""

    district = models.ForeignKey(
        District, models.PROTECT, related_name="+", verbose_name="区", db_index=False
    )
    number = models.TextField("项目编号", unique=True)
    title = models.TextField("名称")
    line = models.TextField("培训类别", help_text="rulebook training line")
    group = models.TextField("对象类别", help_text="rulebook group code, e.g. poor")
    restricted = models.BooleanField(
        "限制知悉",
        default=False,
        help_text="custodial groups: never shown publicly, never in a notice by name",
    )
    department = models.ForeignKey(
        Organisation, models.PROTECT, null=True, related_name="+", verbose_name="主管部门"
    )
    provider = models.ForeignKey(
        Organisation, models.PROTECT, null=True, related_name="+", verbose_name="承训机构"
    )
    heads = models.PositiveIntegerField("计划人数")
    summary = models.TextField("培训内容和要求", default="")
    call_until = models.DateField("征集截止日", null=True, help_text="last day on which providers may answer")
    contract_fen = models.BigIntegerField("合同金额（分）", null=True)
    contract_number = models.TextField("合同编号", default="")
    procurement = models.TextField("采购方式和依据", default="")
    period = DateRangeField("实施期间", null=True, help_text="half-open")
    state = models.TextField("状态", choices=PROJECT.choices(), default="planned")
    reason = models.TextField("说明", default="")
    planned_by = models.BigIntegerField("拟定人")
    contracted_by = models.BigIntegerField("合同登记人", null=True)

    class Meta:
        verbose_name = "项目制培训"
        constraints = [
            models.CheckConstraint(
                name="project_contracted_whole",
                condition=Q(state__in=["planned", "calling", "cancelled"])
                | (
                    Q(provider__isnull=False, contract_fen__gt=0, period__isnull=False)
                    & ~Q(contract_number="")
                    & ~Q(procurement="")
                ),
                violation_error_message="登记合同须写明承训机构、合同编号、金额、期间和采购依据",
            ),
            models.CheckConstraint(
                name="project_two_pairs_of_eyes",
                condition=Q(contracted_by__isnull=True) | ~Q(contracted_by=F("planned_by")),
                violation_error_message="拟定项目和登记合同须由两个人办理",
            ),
        ]
        indexes = [models.Index(fields=["district", "state"], name="project_todo")]
        triggers = [PROJECT.trigger(), recorded("project"), no_truncate("project", "项目制培训")]

    def __str__(self) -> str:
        return self.number


class Offer(models.Model):
    """What can be chosen (班次): a catalogue entry, at a place and time, so many places, with money set aside."""

    number = models.TextField("班次编号", unique=True)
    district = models.ForeignKey(
        District, models.PROTECT, related_name="+", verbose_name="区", db_index=False
    )
    entry = models.ForeignKey(Entry, models.PROTECT, related_name="+", verbose_name="目录条目")
    proposal = models.ForeignKey(Proposal, models.PROTECT, null=True, related_name="+", verbose_name="拟开班")
    project = models.ForeignKey(
        Project, models.PROTECT, null=True, related_name="offers", verbose_name="培训项目"
    )
    ability = models.ForeignKey(
        SpecialAbility, models.PROTECT, null=True, related_name="+", verbose_name="专项职业能力项目"
    )
    line = models.TextField("培训类别", help_text="rulebook training line")
    title = models.TextField("名称")
    provider = models.ForeignKey(
        Organisation,
        models.PROTECT,
        null=True,
        related_name="+",
        verbose_name="培训机构",
        help_text="null until a provider accepts (接单)",
        db_index=False,
    )
    employer = models.ForeignKey(
        Organisation,
        models.PROTECT,
        null=True,
        related_name="+",
        verbose_name="面向企业",
        help_text="staff of one enterprise only",
    )
    places = models.PositiveIntegerField("名额")
    min_heads = models.PositiveIntegerField("最低开班人数", default=1)
    mode = models.TextField("培训方式", choices=MODES, default="offline")
    town = models.ForeignKey(Division, models.PROTECT, null=True, related_name="+", verbose_name="上课镇街")
    venue = models.ForeignKey(Venue, models.PROTECT, null=True, related_name="+", verbose_name="上课地点")
    teacher = models.ForeignKey(Teacher, models.PROTECT, null=True, related_name="+", verbose_name="主讲教师")
    schedule_note = models.TextField("上课时间说明", default="", help_text="e.g. 每周二、四晚上")
    choose_until = models.DateField("选单截止日", help_text="last day on which it can be chosen")
    period = DateRangeField("培训期间", help_text="half-open")
    fee_fen = models.BigIntegerField("学员自付（分）", default=0)
    price_fen = models.BigIntegerField("每人补贴标准（分）", help_text="of the entry, on the day of listing")
    price_basis = models.TextField(
        "标准依据",
        default="",
        help_text="clause; for a project its contract; else who set the budget and why",
    )
    pool = models.ForeignKey(Pool, models.PROTECT, null=True, related_name="+", verbose_name="资金池")
    pool_basis = models.TextField(
        "资金依据", default="", help_text="clause of the fund rule, or why another pool was chosen"
    )
    reserved_fen = models.BigIntegerField("已预留（分）", null=True)
    drawn_fen = models.BigIntegerField("已转出（分）", default=0, help_text="released for approved claims")
    state = models.TextField("状态", choices=OFFER.choices(), default="drafted")
    state_since = models.DateTimeField("状态起始时间")
    reason = models.TextField("说明", default="")
    drafted_by = models.BigIntegerField("编制人")
    reserved_by = models.BigIntegerField("资金落实人", null=True)

    class Meta:
        verbose_name = "班次"
        constraints = [
            models.CheckConstraint(
                name="offer_with_money",
                condition=~Q(state__in=FUNDED) | Q(pool__isnull=False, reserved_fen__isnull=False),
                violation_error_message="没有落实资金的班次不能开放选单",
            ),
            models.CheckConstraint(
                name="offer_places",
                condition=Q(places__gte=1, min_heads__gte=1, min_heads__lte=F("places")),
                violation_error_message="名额至少为1，最低开班人数不能多于名额",
            ),
            models.CheckConstraint(
                name="offer_draws_within_reserve",
                condition=Q(drawn_fen__gte=0)
                & (Q(reserved_fen__isnull=True) | Q(drawn_fen__lte=F("reserved_fen"))),
                violation_error_message="转出金额超过班次预留的资金",
            ),
        ]
        indexes = [
            models.Index(fields=["district", "state", "choose_until"], name="offer_open"),
            models.Index(fields=["provider", "state"], name="offer_of_provider"),
        ]
        triggers = [OFFER.trigger(), recorded("offer"), no_truncate("offer", "班次")]

    def __str__(self) -> str:
        return self.number
