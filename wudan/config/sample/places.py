"""The sample's providers and enterprises. Invented; towns and departments are the real ones, from the data files."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Place:
    """One provider (52, a private school) or enterprise (91)."""

    kind: str
    name: str
    nature: str
    serial: int


def places(code: str) -> list[Place]:
    """Twenty for each district: eight providers, twelve enterprises."""
    providers, enterprises = _PROVIDERS[code], _ENTERPRISES[code]
    return [
        *(Place("provider", name, nature, n) for n, (name, nature) in enumerate(providers, 1)),
        *(Place("enterprise", name, "企业", n) for n, name in enumerate(enterprises, 101)),
    ]


_PROVIDERS = {
    "370405": [
        ("台儿庄区运河职业培训学校", "民办"),
        ("台儿庄区就业训练中心", "公办"),
        ("台儿庄区古城餐饮职业培训学校", "民办"),
        ("台儿庄区同心家政服务职业培训学校", "民办"),
        ("台儿庄区鲁南焊接技术职业培训学校", "民办"),
        ("台儿庄区启航创业培训学校", "民办"),
        ("台儿庄区农机职业培训学校", "公办"),
        ("台儿庄区安泰特种作业职业培训学校", "民办"),
    ],
    "370306": [
        ("周村区丝绸职业培训学校", "民办"),
        ("周村区就业训练中心", "公办"),
        ("周村区大街餐饮职业培训学校", "民办"),
        ("周村区孝乡养老护理职业培训学校", "民办"),
        ("周村区精工数控职业培训学校", "民办"),
        ("周村区旱码头创业培训学校", "民办"),
        ("周村区王村镇成人职业培训学校", "公办"),
        ("周村区平安特种作业职业培训学校", "民办"),
    ],
}
_ENTERPRISES = {
    "370405": [
        "枣庄运河纺织有限公司", "台儿庄恒基建材有限公司", "枣庄鲁台食品有限公司", "台儿庄古运船舶制造有限公司",
        "枣庄丰源光电有限公司", "台儿庄金穗面业有限公司", "枣庄中联水泥制品有限公司", "台儿庄瑞丰化工有限公司",
        "枣庄海扬机械有限公司", "台儿庄万家物业服务有限公司", "枣庄益康养老服务有限公司", "台儿庄顺达物流有限公司",
    ],
    "370306": [
        "周村丝绸织造有限公司", "淄博大染坊印染有限公司", "周村恒星耐火材料有限公司", "淄博嘉周化工有限公司",
        "周村金城家具有限公司", "淄博北郊机械有限公司", "周村福王沙发有限公司", "淄博南郊电机有限公司",
        "周村烧饼食品有限公司", "淄博王村矿业有限公司", "周村凤阳商贸有限公司", "淄博萌山养老服务有限公司",
    ],
}  # fmt: skip
