"""Roles (岗位角色) and the duties that may not meet in one person (不相容岗位)."""

from __future__ import annotations

from enum import StrEnum


class Role(StrEnum):
    WORKER = "worker"
    ENTERPRISE = "enterprise"
    PROVIDER = "provider"
    INTAKE = "intake"
    REVIEWER = "reviewer"
    POLICY = "policy"
    FINANCE = "finance"
    SUPERVISOR = "supervisor"
    TOWN = "town"
    SYSTEM = "system"

    @property
    def label(self) -> str:
        return ROLE_LABELS[self]


ROLE_LABELS: dict[Role, str] = {
    Role.WORKER: "劳动者",
    Role.ENTERPRISE: "企业经办人",
    Role.PROVIDER: "培训机构经办人",
    Role.INTAKE: "受理（初审）",
    Role.REVIEWER: "复审",
    Role.POLICY: "政策管理",
    Role.FINANCE: "财务拨付",
    Role.SUPERVISOR: "监督审计",
    Role.TOWN: "镇街经办",
    Role.SYSTEM: "系统管理",
}

OFFICIAL = frozenset(
    {Role.INTAKE, Role.REVIEWER, Role.POLICY, Role.FINANCE, Role.SUPERVISOR, Role.TOWN, Role.SYSTEM}
)

# The side of the house a role stands on. One person in one district stands on one side only (财会〔2012〕21号
# 不相容岗位相互分离); an exclusion constraint on memberships holds it. "" takes part in no conflict.
DUTY_SIDE: dict[Role, str] = {
    Role.WORKER: "",
    Role.ENTERPRISE: "claim",
    Role.PROVIDER: "claim",
    Role.INTAKE: "decide",
    Role.REVIEWER: "decide",
    Role.POLICY: "",
    Role.TOWN: "",
    Role.FINANCE: "pay",
    Role.SUPERVISOR: "audit",
    Role.SYSTEM: "",
}
