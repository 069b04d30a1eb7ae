"""What the people of the sample apply for: plausible claims, some with the faults real claims have."""

from __future__ import annotations

import random
from datetime import date, timedelta

from wudan.orders.subsidy.forms import ClaimForm

# Two codes are confirmed by a source (facts/policy.md §4); the others stay without a code rather than with a guessed one.
TRADES = (
    ("6-18-02-04", "焊工"),
    ("6-18-01-01", "车工"),
    ("", "家政服务员"),
    ("", "养老护理员"),
    ("", "中式烹调师"),
    ("", "电工"),
    ("", "缝纫工"),
    ("", "叉车司机"),
)
CLASS_DAYS = 20


def certificate(kind: str, level: int, issued: date, area: str, serial: int) -> str:
    """A number that says the same year, level and province as the claim."""
    year = issued.year % 100
    if kind == "skill_level":
        return f"S0000{area[:2]}{area[2:]}01{year:02d}{level}{serial:06d}"
    if kind == "qualification":
        return f"{year:02d}{area[:2]}{area[2:4]}2001{level}{serial:05d}"
    return f"PX{issued:%Y%m}{serial:06d}"


def training(r: random.Random, area: str, applied: date, serial: int, groups: tuple[str, ...]) -> ClaimForm:
    """职业培训补贴 out of one of the classes that ended a month before."""
    trade = r.randrange(len(TRADES))
    code, name = TRADES[trade]
    level = (5, 5, 5, 4, 4, 3)[trade % 6]
    ended = applied.replace(day=1) - timedelta(days=20 + trade)
    started = ended - timedelta(days=CLASS_DAYS)
    issued = ended + timedelta(days=12)
    kind = "skill_level" if r.random() < 0.7 else "qualification"
    return ClaimForm(
        scheme="training", occupation_code=code, occupation_name=name, level=level, certificate_type=kind,
        certificate_number=certificate(kind, level, issued, area, serial), certificate_issued_on=issued,
        class_id=f"{started:%Y%m}-{trade + 1:02d}", class_name=f"{started.year}年{started.month}月{name}班",
        started_on=started, ended_on=ended, attended_days=r.randint(16, 20), groups=groups,
        draws_pension=r.random() < 0.02,
    )  # fmt: skip


def startup(r: random.Random, area: str, applied: date, serial: int, groups: tuple[str, ...]) -> ClaimForm:
    """创业培训补贴"""
    ended = applied.replace(day=1) - timedelta(days=25)
    return ClaimForm(
        scheme="startup_training", certificate_type="completion", occupation_name="创业培训",
        certificate_number=certificate("completion", 0, ended, area, serial), certificate_issued_on=ended,
        class_id=f"{ended:%Y%m}-CY", class_name=f"{ended.year}年{ended.month}月创业培训班",
        started_on=ended - timedelta(days=9), ended_on=ended, attended_days=r.randint(8, 10), groups=groups,
    )  # fmt: skip


def pre_job(r: random.Random, area: str, applied: date, serial: int, groups: tuple[str, ...]) -> ClaimForm:
    """企业新录用人员岗前培训补贴"""
    ended = applied.replace(day=1) - timedelta(days=30)
    code, name = TRADES[r.randrange(2)]
    kind = "special_ability" if r.random() < 0.3 else "skill_level"
    return ClaimForm(
        scheme="pre_job", occupation_code=code, occupation_name=name, level=0 if kind == "special_ability" else 5,
        certificate_type=kind, certificate_number=certificate(kind, 5, ended, area, serial), certificate_issued_on=ended,
        class_id=f"{ended:%Y%m}-GQ", class_name=f"{ended.year}年{ended.month}月新员工岗前班",
        started_on=ended - timedelta(days=10), ended_on=ended, attended_days=10, groups=groups,
    )  # fmt: skip


def skill_upgrade(
    r: random.Random, area: str, applied: date, serial: int, groups: tuple[str, ...]
) -> ClaimForm:
    """技能提升补贴; now and then the months of insurance do not suffice"""
    level = r.choice((5, 4, 4, 3))
    issued = applied - timedelta(days=r.randint(20, 200))
    code, name = TRADES[r.randrange(2)]
    return ClaimForm(
        scheme="skill_upgrade", occupation_code=code, occupation_name=name, level=level, certificate_type="skill_level",
        certificate_number=certificate("skill_level", level, issued, area, serial), certificate_issued_on=issued,
        insured_months=r.choice((8, 11, 12, 18, 26, 40, 66)), groups=groups,
    )  # fmt: skip


def technician(r: random.Random, area: str, applied: date, serial: int, groups: tuple[str, ...]) -> ClaimForm:
    """技师培训补贴"""
    level = r.choice((2, 2, 1))
    issued = applied - timedelta(days=r.randint(20, 90))
    return ClaimForm(
        scheme="technician", occupation_code="6-18-01-01", occupation_name="车工", level=level, prior_level=level + 1,
        certificate_type="skill_level", certificate_number=certificate("skill_level", level, issued, area, serial),
        certificate_issued_on=issued, groups=groups,
    )  # fmt: skip


def apprenticeship(
    r: random.Random, area: str, applied: date, serial: int, groups: tuple[str, ...]
) -> ClaimForm:
    """企业新型学徒制培训补贴; some fees below the floor, which a person must look at"""
    ended = applied.replace(day=1) - timedelta(days=15)
    level = 4
    return ClaimForm(
        scheme="apprenticeship", occupation_code="6-18-02-04", occupation_name="焊工", level=level,
        certificate_type="skill_level", certificate_number=certificate("skill_level", level, ended, area, serial),
        certificate_issued_on=ended, class_id=f"{ended:%Y%m}-XT", class_name=f"{ended.year}年新型学徒制焊工班",
        started_on=ended - timedelta(days=330), ended_on=ended, attended_days=120, groups=groups,
        fee_fen=r.choice((600_000, 720_000, 800_000, 960_000, 1_200_000)),
    )  # fmt: skip


def living(r: random.Random, applied: date, groups: tuple[str, ...], project: str) -> ClaimForm:
    """项目制生活费补贴"""
    ended = applied.replace(day=1) - timedelta(days=20)
    return ClaimForm(
        scheme="living_allowance", class_id=f"{project}-1", class_name="贫困劳动力项目制培训班", project_id=project,
        started_on=ended - timedelta(days=14), ended_on=ended, attended_days=r.randint(6, 15), groups=groups,
    )  # fmt: skip


def project(stage: str, applied: date, project_id: str, employed: int) -> ClaimForm:
    """项目制: 40 people, 48,000 yuan."""
    ended = applied.replace(day=1) - timedelta(days=20)
    balance = stage == "balance"
    return ClaimForm(
        scheme="project", project_id=project_id, project_stage=stage, contract_fen=4_800_000,
        started_on=ended - timedelta(days=14), ended_on=ended, class_name="贫困劳动力项目制培训",
        completed_count=40 if balance else 0, employed_count=employed if balance else 0,
    )  # fmt: skip
