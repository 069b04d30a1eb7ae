"""Answers of providers, classes with their sessions and members, attendance, inspections, assessments, certificates, employment."""

from __future__ import annotations

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateTimeRangeField, RangeOperators
from django.db import models
from django.db.models import F, Q

from wudan.kernel.history import recorded
from wudan.kernel.walls import append_only, no_truncate
from wudan.occupations.models import Occupation
from wudan.orders.catalogue.models import Offer, Project
from wudan.orders.delivery.states import (
    AMENDMENT,
    ANSWER,
    ASSESSMENT,
    ATTENDANCE,
    CERTIFICATE,
    CLASS,
    INSPECTION,
    MEMBER,
)
from wudan.orders.enrolment.models import Enrolment
from wudan.organisations.models import District, Organisation, Teacher, Venue
from wudan.people.models import Person


class Answer(models.Model):
    """A provider's answer to an offer (接单): asked by name, or its own bid with a plan (报方案)."""

    offer = models.ForeignKey(Offer, models.PROTECT, related_name="+", verbose_name="班次")
    provider = models.ForeignKey(
        Organisation, models.PROTECT, related_name="+", verbose_name="培训机构", db_index=False
    )
    plan = models.TextField("实施方案", default="")
    asked_at = models.DateTimeField("发出时间")
    due_on = models.DateField("答复期限")
    state = models.TextField("状态", choices=ANSWER.choices(), default="asked")
    reason = models.TextField("说明", default="")
    answered_at = models.DateTimeField("答复时间", null=True)
    answered_by = models.BigIntegerField("答复人", null=True)

    class Meta:
        verbose_name = "接单"
        constraints = [
            models.UniqueConstraint(
                fields=["offer"],
                condition=Q(state="accepted"),
                name="answer_one_provider",
                violation_error_message="这个班次已由一家机构接单",
            ),
            models.UniqueConstraint(
                fields=["offer", "provider"],
                condition=Q(state__in=["asked", "bid", "accepted"]),
                name="answer_once",
                violation_error_message="本机构已就这个班次答复或报过方案",
            ),
            models.CheckConstraint(
                name="answer_refused_with_reason",
                condition=~Q(state="refused") | ~Q(reason=""),
                violation_error_message="不接单须说明原因",
            ),
        ]
        indexes = [models.Index(fields=["provider", "state", "due_on"], name="answer_todo")]
        triggers = [ANSWER.trigger(), recorded("answer"), no_truncate("answer", "接单")]

    def __str__(self) -> str:
        return f"{self.offer_id} {self.provider_id}"


class TrainingClass(models.Model):
    """A class (班级) with its plan. `number` is the claims' class_id."""

    number = models.TextField("班级编号", unique=True)
    district = models.ForeignKey(
        District, models.PROTECT, related_name="+", verbose_name="区", db_index=False
    )
    offer = models.ForeignKey(Offer, models.PROTECT, related_name="+", verbose_name="班次")
    provider = models.ForeignKey(
        Organisation, models.PROTECT, related_name="+", verbose_name="培训机构", db_index=False
    )
    employer = models.ForeignKey(
        Organisation, models.PROTECT, null=True, related_name="+", verbose_name="用人单位"
    )
    project = models.ForeignKey(Project, models.PROTECT, null=True, related_name="+", verbose_name="培训项目")
    name = models.TextField("班级名称")
    occupation = models.ForeignKey(Occupation, models.PROTECT, related_name="+", verbose_name="职业（工种）")
    level = models.PositiveSmallIntegerField("等级", default=0)
    certificate_type = models.TextField("证书类别", help_text="one kind only: kinds are not mixed in a class")
    line = models.TextField("培训类别")
    head_teacher = models.ForeignKey(
        Teacher, models.PROTECT, null=True, related_name="+", verbose_name="班主任"
    )
    assessment_plan = models.TextField("考核方案", default="")
    started_on = models.DateField("开班日期")
    ended_on = models.DateField("结业日期")
    capacity = models.PositiveIntegerField("班额")
    state = models.TextField("状态", choices=CLASS.choices(), default="planning")
    state_since = models.DateTimeField("状态起始时间")
    due_on = models.DateField("答复期限", null=True)
    record_number = models.TextField("开班备案号", default="")
    tacit = models.BooleanField("逾期未答复视为同意", default=False)
    approved_at = models.DateTimeField("同意时间", null=True)
    decided_by = models.BigIntegerField("答复人", null=True)
    applied_by = models.BigIntegerField("申请人", null=True)
    reason = models.TextField("意见", default="")

    class Meta:
        verbose_name = "班级"
        constraints = [
            models.UniqueConstraint(
                fields=["offer"],
                condition=~Q(state__in=["refused", "cancelled", "void"]),
                name="class_of_offer_once",
                violation_error_message="这个班次已经建班",
            ),
            models.CheckConstraint(
                name="class_dates",
                condition=Q(ended_on__gte=F("started_on")),
                violation_error_message="结业日期不能早于开班日期",
            ),
            models.CheckConstraint(
                name="class_recorded_when_approved",
                condition=Q(state__in=["planning", "applied", "returned", "refused", "cancelled"])
                | ~Q(record_number=""),
                violation_error_message="同意开班须有备案号",
            ),
            models.UniqueConstraint(
                fields=["district", "record_number"],
                condition=~Q(record_number=""),
                name="class_record_number_once",
                violation_error_message="这个开班备案号已经用过",
            ),
        ]
        indexes = [
            models.Index(fields=["district", "state", "due_on"], name="class_todo"),
            models.Index(fields=["provider", "state", "-id"], name="class_of_provider"),
        ]
        triggers = [CLASS.trigger(), recorded("class"), no_truncate("class", "班级")]

    def __str__(self) -> str:
        return self.name


class Session(models.Model):
    """One sitting of a class (课次). Teacher and room are nowhere else at that time, by the database."""

    training_class = models.ForeignKey(
        TrainingClass,
        models.PROTECT,
        related_name="sessions",
        verbose_name="班级",
        db_index=False,
    )
    during = DateTimeRangeField("时间", help_text="half-open")
    day = models.DateField("日期", help_text="the legal day on which it begins")
    venue = models.ForeignKey(Venue, models.PROTECT, null=True, related_name="+", verbose_name="场地")
    teacher = models.ForeignKey(Teacher, models.PROTECT, null=True, related_name="+", verbose_name="教师")
    kind = models.TextField("类型", choices=[("theory", "理论"), ("practice", "实训"), ("safety", "安全")])
    site = models.TextField(
        "地点类别", choices=[("school", "培训机构"), ("enterprise", "企业")], default="school"
    )
    hours = models.PositiveSmallIntegerField("课时", help_text="of at least 45 minutes")
    content = models.TextField("教学内容")
    textbook = models.TextField("教材", default="")
    cancelled = models.BooleanField("已取消", default=False)
    make_up = models.BooleanField(
        "补课", default=False, help_text="for those who missed a session; counts for nobody else"
    )
    opened_at = models.DateTimeField("开始签到", null=True)
    closed_at = models.DateTimeField("签到结束", null=True)
    secret_sealed = models.BinaryField("签到密钥（加密）", null=True, help_text="made when sign-in opens")

    class Meta:
        verbose_name = "课次"
        constraints = [
            ExclusionConstraint(
                name="teacher_not_in_two_places",
                expressions=[("teacher", RangeOperators.EQUAL), ("during", RangeOperators.OVERLAPS)],
                condition=Q(cancelled=False, teacher__isnull=False),
                violation_error_message="教师在这个时间已有另一节课",
            ),
            ExclusionConstraint(
                name="venue_not_used_twice",
                expressions=[("venue", RangeOperators.EQUAL), ("during", RangeOperators.OVERLAPS)],
                condition=Q(cancelled=False, venue__isnull=False),
                violation_error_message="场地在这个时间已有另一节课",
            ),
            models.CheckConstraint(
                name="session_hours",
                condition=Q(hours__gte=1, hours__lte=12),
                violation_error_message="每次课为1至12课时",
            ),
        ]
        indexes = [models.Index(fields=["training_class", "day"], name="session_of_class")]
        triggers = [recorded("session"), no_truncate("session", "课次")]

    def __str__(self) -> str:
        return f"{self.training_class_id} {self.day}"


class Member(models.Model):
    """A learner of a class (学员), from an enrolment. Who moves to another class or employer keeps the trail."""

    training_class = models.ForeignKey(
        TrainingClass,
        models.PROTECT,
        related_name="members",
        verbose_name="班级",
        db_index=False,
    )
    enrolment = models.ForeignKey(Enrolment, models.PROTECT, related_name="+", verbose_name="选单")
    person = models.ForeignKey(Person, models.PROTECT, related_name="+", verbose_name="学员", db_index=False)
    employer = models.ForeignKey(
        Organisation, models.PROTECT, null=True, related_name="+", verbose_name="用人单位"
    )
    joined_on = models.DateField("入班日期")
    left_on = models.DateField("离班日期", null=True)
    state = models.TextField("状态", choices=MEMBER.choices(), default="in_class")
    reason = models.TextField("原因", default="")
    moved_from = models.ForeignKey("self", models.PROTECT, null=True, related_name="+", verbose_name="转自")
    confirmed_at = models.DateTimeField("本人确认培训过程", null=True, help_text="培训过程确认书")

    class Meta:
        verbose_name = "学员"
        constraints = [
            models.UniqueConstraint(
                fields=["training_class", "person"],
                name="member_once",
                violation_error_message="这名学员已在班级名册中",
            )
        ]
        indexes = [models.Index(fields=["person", "-id"], name="member_of_person")]
        triggers = [MEMBER.trigger(), recorded("member"), no_truncate("member", "学员")]

    def __str__(self) -> str:
        return f"{self.person}"


METHODS = [
    ("code", "扫码签到"),
    ("code_offline", "扫码签到（断网补传）"),
    ("pin", "口令签到"),
    ("card", "刷证签到"),
    ("witness", "教师见证"),
    ("override", "工作人员更正"),
    ("make_up", "补课"),
]


class Attendance(models.Model):
    """One member at one session (出勤). Made when the opening is approved, so that nobody is in two rooms at once."""

    session = models.ForeignKey(
        Session, models.PROTECT, related_name="attendance", verbose_name="课次", db_index=False
    )
    member = models.ForeignKey(
        Member, models.PROTECT, related_name="attendance", verbose_name="学员", db_index=False
    )
    person = models.ForeignKey(Person, models.PROTECT, related_name="+", verbose_name="人员")
    during = DateTimeRangeField("时间")
    day = models.DateField("日期")
    state = models.TextField("状态", choices=ATTENDANCE.choices(), default="expected")
    method = models.TextField("签到方式", choices=[("", "无"), *METHODS], default="")
    signed_at = models.DateTimeField("签到时间", null=True)
    reason = models.TextField("说明", default="")
    changed_by = models.BigIntegerField("经办人", null=True)
    makes_up = models.ForeignKey(
        "self",
        models.PROTECT,
        null=True,
        related_name="+",
        verbose_name="所补的课",
        help_text="the absence that this row of a make-up session mends; such a row is not counted itself",
    )

    class Meta:
        verbose_name = "出勤"
        constraints = [
            models.UniqueConstraint(
                fields=["makes_up"],
                condition=Q(makes_up__isnull=False) & ~Q(state__in=["excused", "absent"]),
                name="absence_made_up_once",
                violation_error_message="这次缺勤已安排过补课",
            ),
            models.UniqueConstraint(
                fields=["session", "member"],
                name="attendance_once",
                violation_error_message="这名学员已在本节课名单中",
            ),
            ExclusionConstraint(
                name="person_not_in_two_rooms",
                expressions=[("person", RangeOperators.EQUAL), ("during", RangeOperators.OVERLAPS)],
                condition=~Q(state="excused"),
                violation_error_message="这名学员在这个时间已有另一节课",
            ),
            models.CheckConstraint(
                name="attendance_marked_how",
                condition=~Q(state__in=["present", "made_up"]) | (~Q(method="") & Q(signed_at__isnull=False)),
                violation_error_message="出勤须写明签到方式和时间",
            ),
            models.CheckConstraint(
                name="attendance_by_hand_explained",
                condition=~Q(method__in=["witness", "override", "make_up"]) | ~Q(reason=""),
                violation_error_message="见证、更正和补课须写明原因",
            ),
        ]
        indexes = [models.Index(fields=["member", "day"], name="attendance_of_member")]
        triggers = [ATTENDANCE.trigger(), recorded("attendance"), no_truncate("attendance", "出勤")]

    def __str__(self) -> str:
        return f"{self.session_id} {self.member_id} {self.state}"


class Device(models.Model):
    """A phone bound to one person for signing in (签到设备): one live device a person, one live person a device."""

    person = models.ForeignKey(Person, models.PROTECT, related_name="+", verbose_name="学员")
    key_hash = models.BinaryField("设备密钥（摘要）")
    bound_at = models.DateTimeField("绑定时间")
    released_at = models.DateTimeField("解绑时间", null=True)
    reason = models.TextField("说明", default="")

    class Meta:
        verbose_name = "签到设备"
        constraints = [
            models.UniqueConstraint(
                fields=["person"],
                condition=Q(released_at=None),
                name="device_one_per_person",
                violation_error_message="您已绑定另一部手机，请先解绑",
            ),
            models.UniqueConstraint(
                fields=["key_hash"],
                condition=Q(released_at=None),
                name="device_of_one_person",
                violation_error_message="这部手机已由另一名学员绑定",
            ),
        ]
        triggers = [recorded("device"), no_truncate("device", "签到设备")]

    def __str__(self) -> str:
        return f"{self.person_id}"


class SignIn(models.Model):
    """One attempt to sign in (签到记录), good or refused, as it came. `token` makes a repeated upload the same attempt."""

    session = models.ForeignKey(
        Session, models.PROTECT, related_name="+", verbose_name="课次", db_index=False
    )
    person = models.ForeignKey(
        Person,
        models.PROTECT,
        null=True,
        related_name="+",
        verbose_name="学员",
        help_text="null where a PIN or a card named nobody of this session",
        db_index=False,
    )
    token = models.UUIDField("请求编号", unique=True)
    method = models.TextField("签到方式", choices=METHODS)
    at = models.DateTimeField("收到时间")
    claimed_at = models.DateTimeField("手机时间", null=True)
    step = models.BigIntegerField("码的时间段", null=True)
    device_hash = models.BinaryField("设备（摘要）", null=True)
    accepted = models.BooleanField("有效")
    refusal = models.TextField("无效原因", default="")
    actor_label = models.TextField("经办人", default="")
    reason = models.TextField("说明", default="")
    photo_sealed = models.BinaryField("签到表照片（加密）", null=True)
    sheet = models.ForeignKey(
        "self",
        models.PROTECT,
        null=True,
        related_name="+",
        verbose_name="同一张签到表",
        help_text="the record that holds the photo, where one sheet names several learners",
    )

    class Meta:
        verbose_name = "签到记录"
        constraints = [
            models.CheckConstraint(
                name="sign_in_of_somebody",
                condition=Q(accepted=False) | Q(person__isnull=False),
                violation_error_message="有效的签到须写明学员",
            ),
            models.CheckConstraint(
                name="sign_in_refused_why",
                condition=Q(accepted=True) | ~Q(refusal=""),
                violation_error_message="无效的签到须写明原因",
            ),
            models.CheckConstraint(
                name="witness_with_photo",
                condition=~Q(method="witness", accepted=True)
                | Q(photo_sealed__isnull=False)
                | Q(sheet__isnull=False),
                violation_error_message="教师见证须上传签到表照片",
            ),
        ]
        indexes = [
            models.Index(fields=["session", "id"], name="sign_in_of_session"),
            models.Index(fields=["person", "-id"], name="sign_in_of_person"),
        ]
        triggers = append_only("sign_in", "签到记录")

    def __str__(self) -> str:
        return f"{self.session_id} {self.person_id}"


class Amendment(models.Model):
    """A change asked for after approval (开班变更): what was, what is to be, why."""

    training_class = models.ForeignKey(
        TrainingClass,
        models.PROTECT,
        related_name="amendments",
        verbose_name="班级",
        db_index=False,
    )
    kind = models.TextField(
        "变更内容",
        choices=[
            ("session", "课次时间、场地、教师或内容"),
            ("add_session", "增加课次"),
            ("drop_session", "取消课次"),
            ("member", "学员"),
            ("dates", "起止日期"),
        ],
    )
    session = models.ForeignKey(Session, models.PROTECT, null=True, related_name="+", verbose_name="课次")
    before = models.JSONField("变更前", default=dict)
    after = models.JSONField("变更后", default=dict)
    reason = models.TextField("原因")
    state = models.TextField("状态", choices=AMENDMENT.choices(), default="asked")
    asked_at = models.DateTimeField("申请时间")
    asked_by = models.BigIntegerField("申请人")
    due_on = models.DateField("答复期限")
    decided_by = models.BigIntegerField("答复人", null=True)
    answer = models.TextField("答复意见", default="")

    class Meta:
        verbose_name = "开班变更"
        indexes = [models.Index(fields=["training_class", "state"], name="amendment_of_class")]
        triggers = [AMENDMENT.trigger(), recorded("amendment"), no_truncate("amendment", "开班变更")]

    def __str__(self) -> str:
        return f"{self.training_class_id} {self.kind}"


class Inspection(models.Model):
    """An unannounced visit (不打招呼巡查) by two people: heads counted against those signed in."""

    training_class = models.ForeignKey(
        TrainingClass, models.PROTECT, related_name="inspections", verbose_name="班级"
    )
    session = models.ForeignKey(Session, models.PROTECT, related_name="+", verbose_name="课次")
    planned_at = models.DateTimeField("布置时间")
    planned_by = models.BigIntegerField("布置人")
    inspector = models.BigIntegerField("巡查人")
    second = models.BigIntegerField("同行人")
    state = models.TextField("状态", choices=INSPECTION.choices(), default="planned")
    visited_at = models.DateTimeField("到场时间", null=True)
    recorded_at = models.DateTimeField("登记时间", null=True)
    headcount = models.PositiveIntegerField("实到人数", null=True)
    signed_count = models.PositiveIntegerField("签到人数", null=True, help_text="at the time of the visit")
    place_seen = models.TextField("实际地点", default="")
    place_matches = models.BooleanField("地点相符", null=True)
    teacher_matches = models.BooleanField("教师相符", null=True)
    remark = models.TextField("巡查情况", default="")
    photo_sealed = models.BinaryField("照片（加密）", null=True)

    class Meta:
        verbose_name = "巡查"
        constraints = [
            models.CheckConstraint(
                name="inspection_by_two",
                condition=~Q(inspector=F("second")),
                violation_error_message="巡查须由两人进行",
            ),
            models.CheckConstraint(
                name="inspection_recorded_whole",
                condition=~Q(state="done")
                | Q(headcount__isnull=False, visited_at__isnull=False, recorded_at__isnull=False),
                violation_error_message="巡查结果须写明到场时间和实到人数",
            ),
        ]
        triggers = [INSPECTION.trigger(), recorded("inspection"), no_truncate("inspection", "巡查")]

    def __str__(self) -> str:
        return f"{self.training_class_id} {self.session_id}"


class Assessment(models.Model):
    """A sitting of theory and practice (考核), or the make-up (补考), by an assessor who did not teach the class."""

    training_class = models.ForeignKey(
        TrainingClass, models.PROTECT, related_name="assessments", verbose_name="班级"
    )
    make_up = models.BooleanField("补考", default=False)
    held_on = models.DateField("考核日期")
    place = models.TextField("考核地点")
    assessor = models.ForeignKey(Teacher, models.PROTECT, null=True, related_name="+", verbose_name="考评员")
    assessor_organisation = models.ForeignKey(
        Organisation, models.PROTECT, null=True, related_name="+", verbose_name="评价机构"
    )
    assessor_name = models.TextField("考评员姓名", default="")
    parts = models.TextField(
        "科目", choices=[("both", "理论和实操"), ("theory", "理论"), ("practice", "实操")]
    )
    state = models.TextField("状态", choices=ASSESSMENT.choices(), default="planned")
    recorded_by = models.BigIntegerField("成绩录入人", null=True)
    published_at = models.DateTimeField("公布时间", null=True)
    published_by = models.BigIntegerField("公布人", null=True)

    class Meta:
        verbose_name = "考核"
        constraints = [
            models.CheckConstraint(
                name="assessment_two_pairs_of_eyes",
                condition=Q(published_by__isnull=True)
                | Q(recorded_by__isnull=True)
                | ~Q(recorded_by=F("published_by")),
                violation_error_message="成绩的录入和公布须由两个人办理",
            )
        ]
        triggers = [ASSESSMENT.trigger(), recorded("assessment"), no_truncate("assessment", "考核")]

    def __str__(self) -> str:
        return f"{self.training_class_id} {self.held_on}"


class Score(models.Model):
    """A member's marks (成绩), in tenths of a point; every change is in the history with its reason."""

    assessment = models.ForeignKey(
        Assessment, models.PROTECT, related_name="scores", verbose_name="考核", db_index=False
    )
    member = models.ForeignKey(Member, models.PROTECT, related_name="scores", verbose_name="学员")
    theory_tenths = models.PositiveSmallIntegerField("理论成绩（十分之一分）", null=True)
    practice_tenths = models.PositiveSmallIntegerField("实操成绩（十分之一分）", null=True)
    absent = models.BooleanField("缺考", default=False)
    passed = models.BooleanField("合格", default=False)
    reason = models.TextField("更正原因", default="")

    class Meta:
        verbose_name = "成绩"
        constraints = [
            models.UniqueConstraint(
                fields=["assessment", "member"],
                name="score_of_member_once",
                violation_error_message="这名学员的成绩已录入",
            ),
            models.CheckConstraint(
                name="marks_in_range",
                condition=(Q(theory_tenths__isnull=True) | Q(theory_tenths__lte=1000))
                & (Q(practice_tenths__isnull=True) | Q(practice_tenths__lte=1000)),
                violation_error_message="成绩为0到100分",
            ),
        ]
        triggers = [recorded("score"), no_truncate("score", "成绩")]

    def __str__(self) -> str:
        return f"{self.member_id}"


class Certificate(models.Model):
    """A certificate (证书) of one of the five kinds: our own 培训合格证书, or another issuer's recorded with its number."""

    district = models.ForeignKey(District, models.PROTECT, related_name="+", verbose_name="区")
    person = models.ForeignKey(
        Person, models.PROTECT, related_name="+", verbose_name="持证人", db_index=False
    )
    member = models.ForeignKey(
        Member, models.PROTECT, null=True, related_name="certificates", verbose_name="学员"
    )
    kind = models.TextField("证书类别", help_text="rulebook certificate type")
    number = models.TextField("证书编号")
    occupation = models.ForeignKey(Occupation, models.PROTECT, related_name="+", verbose_name="职业（工种）")
    level = models.PositiveSmallIntegerField("等级", default=0)
    issued_on = models.DateField("发证日期")
    issuer = models.TextField("发证单位")
    ours = models.BooleanField("本系统签发", default=False)
    code = models.TextField("验证码", unique=True, help_text="random; what the QR code opens")
    state = models.TextField("状态", choices=CERTIFICATE.choices(), default="issued")
    revoked_on = models.DateField("撤销日期", null=True)
    reason = models.TextField("撤销原因", default="")
    recorded_at = models.DateTimeField("登记时间")
    recorded_by = models.BigIntegerField("登记人", null=True)

    class Meta:
        verbose_name = "证书"
        constraints = [
            models.UniqueConstraint(
                fields=["kind", "number"],
                name="certificate_number_once",
                violation_error_message="这个证书编号已经登记过",
            ),
            models.CheckConstraint(
                name="certificate_revoked_with_reason",
                condition=~Q(state="revoked") | (~Q(reason="") & Q(revoked_on__isnull=False)),
                violation_error_message="撤销证书须写明日期和原因",
            ),
        ]
        indexes = [models.Index(fields=["person", "-id"], name="certificate_of_person")]
        triggers = [CERTIFICATE.trigger(), recorded("certificate"), no_truncate("certificate", "证书")]

    def __str__(self) -> str:
        return self.number


class Employment(models.Model):
    """That a learner found work after training (就业情况), from insurance data or evidence; the newest row counts."""

    member = models.ForeignKey(Member, models.PROTECT, related_name="employment", verbose_name="学员")
    employed = models.BooleanField("已就业")
    since = models.DateField("就业日期", null=True)
    employer_name = models.TextField("用人单位", default="")
    kind = models.TextField(
        "就业方式",
        choices=[("", "无"), ("contract", "单位就业"), ("self", "自主创业"), ("flexible", "灵活就业")],
        default="",
    )
    proof = models.TextField(
        "证明",
        choices=[
            ("insurance", "社保缴费记录"),
            ("contract", "劳动合同"),
            ("licence", "营业执照"),
            ("statement", "本人承诺"),
            ("none", "无"),
        ],
    )
    reference = models.TextField("编号", default="")
    insured_months = models.PositiveSmallIntegerField("缴费月数", default=0)
    seen_on = models.DateField("查验日期")
    recorded_at = models.DateTimeField("登记时间")
    actor_label = models.TextField("登记人")

    class Meta:
        verbose_name = "就业情况"
        triggers = append_only("employment", "就业情况")

    def __str__(self) -> str:
        return f"{self.member_id} {self.employed}"


class Rating(models.Model):
    """A learner's rating of the class on its last day (学员评价), 1 to 5 each."""

    member = models.OneToOneField(Member, models.PROTECT, related_name="rating", verbose_name="学员")
    overall = models.PositiveSmallIntegerField("总体")
    teaching = models.PositiveSmallIntegerField("教学")
    practice = models.PositiveSmallIntegerField("实训条件")
    honest = models.BooleanField(
        "按计划实施", help_text="hours, place and teacher were as planned, and no money was asked"
    )
    comment = models.TextField("意见", default="")
    at = models.DateTimeField("评价时间")

    class Meta:
        verbose_name = "学员评价"
        constraints = [
            models.CheckConstraint(
                name="rating_in_range",
                condition=Q(overall__range=(1, 5), teaching__range=(1, 5), practice__range=(1, 5)),
                violation_error_message="评分为1到5",
            )
        ]
        triggers = append_only("rating", "学员评价")

    def __str__(self) -> str:
        return f"{self.member_id} {self.overall}"
