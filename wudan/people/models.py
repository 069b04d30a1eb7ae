"""Persons, accounts and group tags. Identity, phone and account numbers are sealed (SM4-GCM) with a blind index beside them."""

from __future__ import annotations

from typing import Any

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateRangeField, RangeOperators
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import F, Value
from django.db.models.functions import Concat, Replace

from wudan.kernel.crypto import blind_index, seal, unseal
from wudan.kernel.history import recorded
from wudan.kernel.identifiers import mask_account, mask_identity, mask_phone
from wudan.kernel.search import Bigrams
from wudan.kernel.walls import append_only


class Division(models.Model):
    """An administrative division (行政区划, GB/T 2260), abolished ones included: a person keeps the code they were issued."""

    code = models.TextField("区划代码", primary_key=True)
    name = models.TextField("名称")
    level = models.TextField(
        "级别", choices=[("province", "省"), ("city", "市"), ("district", "区县"), ("town", "镇街")]
    )
    parent = models.ForeignKey("self", models.PROTECT, null=True, related_name="+", verbose_name="上级")

    class Meta:
        verbose_name = "行政区划"

    def __str__(self) -> str:
        return self.name


DOCUMENT_KINDS = [
    ("identity", "居民身份证"),
    ("hmt_permit", "港澳台居民居住证"),
    ("foreign_permit", "外国人永久居留身份证"),
    ("passport", "护照"),
]

# What a search by name looks at: 张小三, zxs, zhangxiaosan. The index below stands on exactly this expression.
PLAIN_PINYIN = Replace(F("name_pinyin"), Value(" "), Value(""), output_field=models.TextField())
SEARCHED = Concat(
    F("name"), Value(" "), F("name_initials"), Value(" "), PLAIN_PINYIN, output_field=models.TextField()
)

# How sure we are that the number belongs to the one who uses it. 爱山东 (the province's real-name log-in) is not connected.
ASSURANCE = [("none", "未核验"), ("papers", "工作人员已核对证件原件")]


class Person(models.Model):
    """A real person. The number is the identity; everything else may change."""

    document_kind = models.TextField("证件类型", choices=DOCUMENT_KINDS, default="identity")
    number_sealed = models.BinaryField("证件号码（加密）")
    number_index = models.BinaryField("证件号码（索引）")
    number_masked = models.TextField("证件号码")
    name = models.TextField("姓名")
    name_pinyin = models.TextField("姓名拼音", default="", help_text="排序用，如 zhang xiao san")
    name_initials = models.TextField("拼音首字母", default="", help_text="查找用，如 zxs")
    assurance = models.TextField("实名核验", choices=ASSURANCE, default="none")
    sex = models.TextField("性别", default="", choices=[("男", "男"), ("女", "女"), ("", "未说明")])
    born_on = models.DateField("出生日期", null=True)
    phone_sealed = models.BinaryField("手机号码（加密）", null=True)
    phone_index = models.BinaryField("手机号码（索引）", null=True)
    phone_masked = models.TextField("手机号码", default="")
    town = models.ForeignKey(
        Division, models.PROTECT, null=True, related_name="+", verbose_name="户籍或常住镇街"
    )
    created_at = models.DateTimeField("登记时间")

    class Meta:
        verbose_name = "人员"
        constraints = [
            models.UniqueConstraint(
                fields=["document_kind", "number_index"],
                name="person_once",
                violation_error_message="这个证件号码已经登记过",
            )
        ]
        indexes = [
            models.Index(fields=["phone_index"], name="person_by_phone"),
            models.Index(fields=["name_pinyin", "id"], name="person_by_pinyin"),
            GinIndex(
                Bigrams(SEARCHED),
                name="person_by_bigrams",
            ),
        ]
        triggers = [recorded("person")]

    def __str__(self) -> str:
        return self.name

    def set_number(self, number: str) -> None:
        self.number_sealed = seal(number, "identity")
        self.number_index = self.index_of(number)
        self.number_masked = mask_identity(number)

    def set_phone(self, phone: str) -> None:
        self.phone_sealed = seal(phone, "phone") if phone else None
        self.phone_index = blind_index(phone, "phone") if phone else None
        self.phone_masked = mask_phone(phone) if phone else ""

    def number(self) -> str:
        """The number in full. Callers answer for it: screens go through `people.actions.unmask`."""
        return unseal(bytes(self.number_sealed), "identity")

    def phone(self) -> str:
        """The phone in full, under the same rule as the number; empty where none is known."""
        return unseal(bytes(self.phone_sealed), "phone") if self.phone_sealed else ""

    @staticmethod
    def index_of(number: str) -> bytes:
        return blind_index(number.strip().upper(), "identity")


class SealedAccount(models.Model):
    """The columns of a bank account (银行账户), shared by persons and organisations. Never a table of its own."""

    holder = models.TextField("户名")
    bank = models.TextField("开户银行")
    number_sealed = models.BinaryField("账号（加密）")
    number_index = models.BinaryField("账号（索引）")
    number_masked = models.TextField("账号")

    class Meta:
        abstract = True

    def set_number(self, number: str) -> None:
        self.number_sealed = seal(number, "account")
        self.number_index = blind_index(number, "account")
        self.number_masked = mask_account(number)

    def number(self) -> str:
        return unseal(bytes(self.number_sealed), "account")


class PersonAccount(SealedAccount):
    """Where a person is paid (社会保障卡 or bank card). A new one replaces the old; old ones stay for the record."""

    person = models.ForeignKey(Person, models.PROTECT, related_name="accounts", verbose_name="人员")
    current = models.BooleanField("现用", default=True)
    recorded_at = models.DateTimeField("登记时间")

    class Meta:
        verbose_name = "个人银行账户"
        constraints = [
            models.UniqueConstraint(
                fields=["person"],
                condition=models.Q(current=True),
                name="person_one_current_account",
                violation_error_message="这个人已有现用账户",
            )
        ]
        indexes = [models.Index(fields=["number_index"], name="account_by_number")]
        triggers = [recorded("person_account")]

    def __str__(self) -> str:
        return f"{self.bank} {self.number_masked}"


class GroupTag(models.Model):
    """A target group (补贴对象类别) a person belongs to in a period, its proof and the department which proves it."""

    person = models.ForeignKey(Person, models.PROTECT, related_name="tags", verbose_name="人员")
    group = models.TextField("类别", help_text="rulebook code, e.g. poor, veteran, rural")
    valid = DateRangeField("有效期", help_text="half-open")
    proof = models.TextField("证明材料")
    proved_by = models.TextField("证明部门")
    recorded_at = models.DateTimeField("登记时间")
    withdrawn = DateRangeField(
        "撤销的期间",
        null=True,
        help_text="days the proof spoke for until it was withdrawn; never part of `valid`",
    )
    withdrawn_at = models.DateTimeField("撤销时间", null=True)
    withdrawn_by = models.BigIntegerField("撤销人", null=True)
    withdrawn_reason = models.TextField("撤销原因", default="")

    class Meta:
        verbose_name = "人员类别"
        indexes = [
            models.Index(
                fields=["person"], condition=models.Q(withdrawn__isnull=False), name="group_tag_withdrawn"
            )
        ]
        constraints = [
            ExclusionConstraint(
                name="group_once_at_a_time",
                expressions=[
                    ("person", RangeOperators.EQUAL),
                    ("group", RangeOperators.EQUAL),
                    ("valid", RangeOperators.OVERLAPS),
                ],
                violation_error_message="这个人在这段时间已有同一类别的有效证明",
            )
        ]
        triggers = [recorded("group_tag")]

    def __str__(self) -> str:
        return f"{self.person} {self.group}"


class ArchiveEntry(models.Model):
    """A line of the e-archive (劳动者职业培训电子档案, 一人一档), written only by the chain; a correction is a further line.

    Clause: 周政办发〔2020〕2号 三（四）.
    """

    person = models.ForeignKey(Person, models.PROTECT, related_name="+", verbose_name="人员", db_index=False)
    district_code = models.TextField("区划代码")
    kind = models.TextField(
        "类别",
        choices=[
            ("order", "提单"),
            ("enrolment", "选单"),
            ("class", "培训"),
            ("assessment", "考核"),
            ("certificate", "证书"),
            ("claim", "补贴"),
            ("employment", "就业"),
        ],
    )
    subject = models.TextField("业务", help_text='e.g. "certificate:12", "claim:7"')
    event = models.TextField(
        "事项", help_text='what happened to the subject, e.g. "issued", "revoked", "paid"'
    )
    on = models.DateField("日期")
    title = models.TextField("内容", help_text="a plain sentence")
    detail = models.JSONField("明细", default=dict, help_text="label → value, as shown; nothing sealed")
    amount_fen = models.BigIntegerField("金额（分）", null=True)
    recorded_at = models.DateTimeField("记入时间")

    class Meta:
        verbose_name = "培训档案"
        constraints = [
            models.UniqueConstraint(
                fields=["person", "subject", "event"],
                name="archive_line_once",
                violation_error_message="这件事已经记入档案",
            )
        ]
        indexes = [models.Index(fields=["person", "on", "id"], name="archive_of_person")]
        triggers = append_only("archive", "培训档案")

    def __str__(self) -> str:
        return self.title


def account_columns(account: SealedAccount) -> dict[str, Any]:
    """The sealed columns of an account, to be copied as a snapshot."""
    names = ("holder", "bank", "number_sealed", "number_index", "number_masked")
    return {name: getattr(account, name) for name in names}
