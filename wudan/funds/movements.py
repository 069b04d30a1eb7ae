"""Which way money may move inside a pool (资金结转方向): one table for the actions and for the wall in the database."""

from __future__ import annotations

from dataclasses import dataclass

from wudan.kernel.roles import Role


@dataclass(frozen=True, slots=True)
class Movement:
    """One direction: out of the account `source` into `target`; `short` says what is missing when `source` is too low."""

    verb: str
    source: str
    target: str
    who: tuple[Role, ...]
    label: str
    short: str = ""
    remedy: str = ""


APPROPRIATE = Movement("appropriate", "granted", "available", (Role.FINANCE,), "下达预算")
RESERVE = Movement(
    "reserve",
    "available",
    "reserved",
    (Role.REVIEWER,),
    "列单预留",
    "可用额度",
    "请先由财务录入追加的预算下达，或减少班次名额。",
)
UNRESERVE = Movement(
    "unreserve",
    "reserved",
    "available",
    (Role.REVIEWER, Role.INTAKE, Role.SYSTEM),  # the system settles an offer whose claims are all decided
    "解除列单预留",
    "列单预留的资金",
    "请核对这个班次的预留是否已经转出或退回。",
)
EARMARK = Movement(
    "earmark",
    "available",
    "earmarked",
    (Role.REVIEWER,),
    "核定占用",
    "可用额度",
    "请先由财务录入追加的预算下达，或减少本次核定的申请。",
)
RELEASE = Movement(
    "release_earmark",
    "earmarked",
    "available",
    (Role.REVIEWER, Role.FINANCE),
    "解除占用",
    "已核定未送银行的资金",
    "请核对是否已经解除或已经送银行。",
)
SEND = Movement(
    "send_to_bank",
    "earmarked",
    "in_transit",
    (Role.FINANCE,),
    "送银行",
    "已核定未送银行的资金",
    "请核对本批申请是否都在这个资金池核定。",
)
PAY = Movement(
    "settle_paid",
    "in_transit",
    "paid",
    (Role.FINANCE,),
    "银行已付",
    "银行在途资金",
    "请核对回单是否属于本批次。",
)
BOUNCE = Movement(
    "bounce",
    "in_transit",
    "earmarked",
    (Role.FINANCE,),
    "银行退票",
    "银行在途资金",
    "请核对回单是否属于本批次。",
)
BOUNCE_LATE = Movement(
    "bounce_late",
    "paid",
    "earmarked",
    (Role.FINANCE,),
    "银行事后退回",
    "已拨付资金",
    "请核对退回的是否为这个资金池拨付的资金。",
)
RECOVER = Movement(
    "recover",
    "paid",
    "recovered",
    (Role.FINANCE,),
    "追回",
    "已拨付资金",
    "请核对追回的是否为这个资金池拨付的资金。",
)

MOVEMENTS = (APPROPRIATE, RESERVE, UNRESERVE, EARMARK, RELEASE, SEND, PAY, BOUNCE, BOUNCE_LATE, RECOVER)
# What a person enters by hand. Every other entry follows from business and is corrected by that business's own verb.
BUDGET = "budget"
