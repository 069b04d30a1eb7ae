"""The sample's catalogues (目录): what may be taught in each district from August 2020 on, and a second edition a year later."""

from __future__ import annotations

from datetime import date, datetime

from wudan.config.sample.setting import Stage
from wudan.occupations.models import EDITIONS
from wudan.occupations.queries import named
from wudan.orders.catalogue.actions.editions import (
    derive_entries,
    draft_edition,
    publish_edition,
    put_entries,
)

HEADER = "职业（工种）,职业编码,大典版本,等级,证书类别,补贴项目,理论课时,实训课时,安全课时,急需紧缺"
TRADES = {
    "370405": (
        ("焊工", 1), ("电工", 1), ("车工", 0), ("中式烹调师", 0), ("中式面点师", 0), ("家政服务员", 0), ("养老护理员", 1),
        ("保育师", 0), ("电子商务师", 0), ("互联网营销师", 0), ("起重装卸机械操作工", 0), ("园艺工", 0),
    ),
    "370306": (
        ("缫丝工", 1), ("织布工", 1), ("缝纫工", 0), ("中式烹调师", 0), ("中式面点师", 0), ("养老护理员", 1), ("家政服务员", 0),
        ("车工", 1), ("电工", 0), ("焊工", 0), ("电子商务师", 0), ("保安员", 0),
    ),
}  # fmt: skip
LEVELS = {5: "五级", 4: "四级"}
DOCUMENTS = {"370405": "台人社字〔2020〕12号（演示数据）", "370306": "周人社字〔2020〕15号（演示数据）"}


def publish(stage: Stage, at: datetime) -> None:
    """两个指导目录 by hand, 机构目录 from the registrations."""
    for catalogue, title, wanted in (
        ("general", "一般性职业技能培训目录", (0, 1)),
        ("key_industry", "重点产业职业技能培训指导目录", (1,)),
    ):
        draft = _draft(stage, catalogue, title, at)
        put_entries(edition_id=draft, content=_file(stage.code, wanted), actor=stage.actors["shouli"], at=at)
        _publish(stage, draft, at.date(), at)
    draft = _draft(stage, "provider", "职业技能培训机构目录", at)
    derive_entries(edition_id=draft, actor=stage.actors["shouli"], at=at)
    _publish(stage, draft, at.date(), at)


def publish_demand(stage: Stage, at: datetime) -> None:
    """劳动者培训需求目录, from the orders that wait."""
    draft = _draft(stage, "demand", "劳动者培训需求目录", at)
    derive_entries(edition_id=draft, actor=stage.actors["shouli"], at=at)
    _publish(stage, draft, at.date(), at)


def _draft(stage: Stage, catalogue: str, title: str, at: datetime) -> int:
    return draft_edition(
        district_id=stage.code,
        catalogue=catalogue,
        title=title,
        copy=False,
        actor=stage.actors["shouli"],
        at=at,
    ).pk


def _publish(stage: Stage, edition: int, day: date, at: datetime) -> None:
    publish_edition(
        edition_id=edition,
        valid_from=day,
        document=DOCUMENTS[stage.code],
        actor=stage.actors["fushen"],
        at=at,
    )


def _file(district: str, wanted: tuple[int, ...]) -> bytes:
    lines = [HEADER]
    labels = dict(EDITIONS)
    for name, shortage in TRADES[district]:
        trade = named(name)
        if trade is None or shortage not in wanted:
            continue
        where = f"{name},{trade.code},{labels[trade.edition]}"
        mark = "是" if shortage else ""
        lines += [f"{where},{LEVELS[n]},职业技能等级证书,职业培训补贴,24,48,8,{mark}" for n in LEVELS]
        if name == "电子商务师":
            lines.append(f"{where},五级,培训合格证书,创业培训补贴,8,8,8,{mark}")
    return ("\n".join(lines) + "\n").encode()
