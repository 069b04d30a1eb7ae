"""Who acts (经办人). Built at the edge from a login; actions only see this value."""

from __future__ import annotations

from dataclasses import dataclass

from wudan.kernel.errors import forbid
from wudan.kernel.roles import OFFICIAL, Role


@dataclass(frozen=True, slots=True)
class Actor:
    """One person in one capacity: a user acting in one role, for one district or one organisation.

    `label` is what history prints, e.g. "台儿庄区 受理（初审） 李敏". The system itself acts as `SYSTEM`.
    """

    user_id: int | None
    role: Role
    label: str
    district_id: str | None = None
    organisation_id: int | None = None
    person_id: int | None = None
    town_code: str | None = None

    @property
    def is_official(self) -> bool:
        return self.role in OFFICIAL

    def require(self, *roles: Role, district_id: str | None = None) -> None:
        """Refuse unless the actor holds one of the roles, and, for officials, in that district."""
        if self.role not in roles:
            wanted = "、".join(role.label for role in roles)
            forbid(f"这项操作由“{wanted}”岗位办理，您当前的岗位是“{self.role.label}”。")
        if self == SYSTEM:  # a job of the house serves every district
            return
        if district_id is not None and self.is_official and self.district_id != district_id:
            forbid("这项业务不属于您所在的区。")


SYSTEM = Actor(user_id=None, role=Role.SYSTEM, label="系统自动办理")
