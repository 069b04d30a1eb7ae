"""Who acts in the sample: officials, clerks and two workers of each district, with their log-ins."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from functools import cache

from django.contrib.auth.hashers import make_password

from wudan.accounts import actions as accounts
from wudan.accounts.models import User
from wudan.accounts.queries import actor_for, memberships_of
from wudan.kernel.actor import SYSTEM, Actor
from wudan.kernel.roles import Role

PASSWORD = "wudan-demo-2021"  # noqa: S105 - printed on the screen of every demonstration
BASIS = "演示数据：岗位设置"


@dataclass(frozen=True, slots=True)
class Login:
    """One demonstration account; `role` decides where it sits."""

    key: str
    role: Role
    name: str

    def username(self, prefix: str) -> str:
        return f"{prefix}-{self.key}"


PREFIX = {"370405": "tez", "370306": "zc"}
OFFICIALS = (
    Login("shouli", Role.INTAKE, "李敏"),
    Login("shouli2", Role.INTAKE, "周洁"),
    Login("fushen", Role.REVIEWER, "王建国"),
    Login("fushen2", Role.REVIEWER, "孙丽"),
    Login("caiwu", Role.FINANCE, "赵静"),
    Login("caiwu2", Role.FINANCE, "钱伟"),
    Login("jiandu", Role.SUPERVISOR, "郑浩"),
    Login("zhengce", Role.POLICY, "冯涛"),
    Login("zhengce2", Role.POLICY, "沈岩"),
    Login("zhenjie", Role.TOWN, "陈红"),
    Login("guanli", Role.SYSTEM, "褚强"),
)
PROVIDER_LOGIN = Login("jigou", Role.PROVIDER, "刘芳")
ENTERPRISE_LOGIN = Login("qiye", Role.ENTERPRISE, "马军")
WORKER_LOGIN = Login("laodong", Role.WORKER, "")


@cache
def _hashed() -> str:
    return make_password(PASSWORD)


def open_login(
    login: Login,
    district_id: str,
    *,
    at: datetime,
    organisation_id: int | None = None,
    town_code: str | None = None,
    person_id: int | None = None,
    name: str = "",
) -> Actor:
    """The account with its one role, and the actor it is."""
    user = accounts.open_account(
        username=login.username(PREFIX[district_id]),
        display_name=name or login.name,
        person_id=person_id,
        actor=SYSTEM,
        at=at,
    )
    User.objects.filter(pk=user.pk).update(password=_hashed())  # hashing is slow by design: once for all
    accounts.grant(
        user_id=user.pk,
        role=login.role,
        district_id=None if organisation_id else district_id,
        organisation_id=organisation_id,
        town_code=town_code,
        basis=BASIS,
        actor=SYSTEM,
        at=at,
    )
    membership = memberships_of(user, at).first()
    assert membership is not None  # noqa: S101 - just granted
    return actor_for(user, membership.pk, at)
