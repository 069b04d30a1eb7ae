"""Users and their memberships. Incompatible duties (不相容岗位) are refused by the database."""

from __future__ import annotations

from typing import Any, ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateTimeRangeField, RangeOperators
from django.db import models

from wudan.kernel.history import recorded
from wudan.kernel.roles import DUTY_SIDE, OFFICIAL, Role
from wudan.organisations.models import District, Organisation
from wudan.people.models import Division, Person


class UserManager(BaseUserManager["User"]):
    def create_user(self, username: str, password: str | None = None, **fields: Any) -> User:
        user = self.model(username=username, **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user


class User(AbstractBaseUser):
    """A login. What it may do is decided by its memberships alone; there are no superusers."""

    username = models.TextField("登录名", unique=True)
    display_name = models.TextField("姓名")
    email = models.EmailField("电子邮箱", default="", blank=True)
    person = models.OneToOneField(
        Person, models.PROTECT, null=True, related_name="+", verbose_name="本人实名信息"
    )
    is_active = models.BooleanField("可用", default=True)
    created_at = models.DateTimeField("开通时间", auto_now_add=True)

    objects: ClassVar[UserManager] = UserManager()
    USERNAME_FIELD = "username"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS = ["display_name"]

    class Meta:
        verbose_name = "账号"

    def __str__(self) -> str:
        return self.display_name


_SIDES = [(side, side) for side in sorted(set(DUTY_SIDE.values()))]


class Membership(models.Model):
    """A user's role in a district or an organisation, for a period (岗位授权)."""

    user = models.ForeignKey(User, models.PROTECT, related_name="memberships", verbose_name="账号")
    role = models.TextField("岗位", choices=[(r.value, r.label) for r in Role])
    duty_side = models.TextField("岗位侧", choices=_SIDES, editable=False)
    district = models.ForeignKey(District, models.PROTECT, null=True, related_name="+", verbose_name="区")
    organisation = models.ForeignKey(
        Organisation, models.PROTECT, null=True, related_name="+", verbose_name="单位"
    )
    town = models.ForeignKey(Division, models.PROTECT, null=True, related_name="+", verbose_name="镇街")
    valid = DateTimeRangeField("有效期")
    basis = models.TextField("授权依据")

    class Meta:
        verbose_name = "岗位授权"
        constraints = [
            ExclusionConstraint(
                name="incompatible_duties",
                expressions=[
                    ("user", RangeOperators.EQUAL),
                    ("duty_side", RangeOperators.NOT_EQUAL),
                    ("valid", RangeOperators.OVERLAPS),
                ],
                condition=~models.Q(duty_side=""),
                violation_error_message="同一人不能兼任申报、审核、拨付和监督中的两类岗位",
            ),
            ExclusionConstraint(
                name="membership_once",
                expressions=[
                    ("user", RangeOperators.EQUAL),
                    ("role", RangeOperators.EQUAL),
                    (models.functions.Coalesce("district", models.Value("")), RangeOperators.EQUAL),
                    (models.functions.Coalesce("organisation", models.Value(0)), RangeOperators.EQUAL),
                    ("valid", RangeOperators.OVERLAPS),
                ],
                violation_error_message="这个账号在这段时间已有同一岗位",
            ),
            models.CheckConstraint(
                name="membership_duty_side",
                condition=models.Q(
                    *[models.Q(role=role.value, duty_side=side) for role, side in DUTY_SIDE.items()],
                    _connector=models.Q.OR,
                ),
                violation_error_message="岗位侧与岗位不符",
            ),
            models.CheckConstraint(
                name="membership_scope",
                condition=(
                    models.Q(
                        role__in=sorted(r.value for r in OFFICIAL),
                        district__isnull=False,
                        organisation__isnull=True,
                    )
                    | models.Q(role__in=["enterprise", "provider"], organisation__isnull=False)
                    | models.Q(role="worker", organisation__isnull=True)
                ),
                violation_error_message="工作人员岗位须指明所在区，企业和培训机构岗位须指明单位",
            ),
        ]
        triggers = [recorded("membership")]

    def __str__(self) -> str:
        return f"{self.user} {Role(self.role).label}"

    def save(self, *args: Any, **kwargs: Any) -> None:
        self.duty_side = DUTY_SIDE[Role(self.role)]
        super().save(*args, **kwargs)
