"""A year of claims (故事): month after month, in the order of time, through the same actions the pages call.

Each month: claims come in, are accepted, reviewed twice, noticed, approved and paid; some are sent back, refused, withdrawn,
objected to, bounced or recovered. The last month stops half-way, so that every state is there to be seen.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from wudan.config.sample import forms
from wudan.config.sample.courses import hold
from wudan.config.sample.money import pay_month
from wudan.config.sample.schedule import balance, due
from wudan.config.sample.setting import Stage
from wudan.kernel.errors import Refused
from wudan.orders.subsidy.actions.applying import submit_many
from wudan.orders.subsidy.actions.approving import approve
from wudan.orders.subsidy.actions.batches import accept_many, pass_first_many, pass_second_many
from wudan.orders.subsidy.actions.correcting import withdraw
from wudan.orders.subsidy.actions.noticing import close_due_notices, open_notice
from wudan.orders.subsidy.actions.objecting import dismiss, object_to, uphold
from wudan.orders.subsidy.actions.reviewing import reject, send_back
from wudan.orders.subsidy.forms import ClaimForm, Override
from wudan.orders.subsidy.models import Claim, NoticeLine

SHANGHAI = ZoneInfo("Asia/Shanghai")
FIRST_MONTH, MONTHS = date(2020, 8, 1), 11
TODAY = date(2021, 7, 1)
"""The day the story stops, and the demonstration's clock begins."""


_LATE = {3: 22, 4: 23, 5: 24, 6: 25, 8: 28, 9: 28, 13: 29, 28: 30}


@dataclass(frozen=True, slots=True)
class Month:
    """One month of the story; `last` stops half-way."""

    first: date
    number: int
    last: bool

    def at(self, day: int, hour: int = 10, minute: int = 0) -> datetime:
        """A moment of the month; days beyond its end run into the next. The last month's work was all done in its last days."""
        if self.last:
            day = _LATE.get(day, day)
        return datetime.combine(self.first + timedelta(days=day - 1), time(hour, minute), SHANGHAI)


def months() -> list[Month]:
    found = []
    for n in range(MONTHS):
        month = FIRST_MONTH.month - 1 + n
        first = date(FIRST_MONTH.year + month // 12, month % 12 + 1, 1)
        found.append(Month(first, n, n == MONTHS - 1))
    return found


def tell(stage: Stage, month: Month) -> None:
    """One district's month."""
    r = random.Random(f"{stage.code}-{month.number}")  # noqa: S311 - sample data
    claims = _apply(stage, month, r)
    _review(stage, month, claims, r)
    _notice(stage, month)
    if not month.last:
        pay_month(stage, month.first, month.at(26), r)


# --- coming in ---------------------------------------------------------------------------------------------------
def _apply(stage: Stage, month: Month, r: random.Random) -> list[Claim]:
    made = [claim for course in due(stage, month.number) for claim in hold(stage, course, r)]
    made += balance(stage, month.number)
    if month.last:
        made += _rosters(stage, month, r)
    return made + _at_counter(stage, month, r)


def _rosters(stage: Stage, month: Month, r: random.Random) -> list[Claim]:
    """Of classes from before the five orders came: they came in lately, so that every desk has work, and nothing is paid on them."""
    at, area = month.at(3, 9, 30), stage.code
    day = at.date()
    made: list[Claim] = []
    for turn in range(3):
        provider = stage.providers[(month.number + turn) % (len(stage.providers) - 3)]
        made += _roster(stage, provider, "provider", 17 if area == "370405" else 10, month.at(3 + turn), lambda g: (
            forms.training(r, area, day, stage.stamp(), g)
        ))  # fmt: skip
    made += _roster(
        stage, stage.enterprises[1], "enterprise", 6, at,
        lambda g: forms.apprenticeship(r, area, day, stage.stamp(), g), ("employee",),
    )  # fmt: skip
    return made


def _roster(
    stage: Stage,
    organisation_id: int,
    applied_by: str,
    count: int,
    at: datetime,
    make: Callable[[tuple[str, ...]], ClaimForm],
    groups: tuple[str, ...] = (),
) -> list[Claim]:
    persons = stage.take(count, groups)
    rows = [(make(_groups(stage, person)), person) for person in persons]
    return submit_many(
        district_id=stage.code, applied_by=applied_by, forms=rows, organisation_id=organisation_id,
        authority=f"代领协议〔{at.year}〕第{at.month}号" if applied_by == "provider" else "",
        actor=stage.clerks[organisation_id], at=at,
    )  # fmt: skip


def _groups(stage: Stage, person: int) -> tuple[str, ...]:
    return (stage.group_of[person],) if stage.group_of[person] else ()


def _at_counter(stage: Stage, month: Month, r: random.Random) -> list[Claim]:
    """Personal applications, handed in at the town's counter; the demonstration's worker among them."""
    at, area = month.at(4, 14), stage.code
    rows: list[tuple[ClaimForm, int | None]] = []
    if area == "370405":
        for person in stage.take(10, ("employee",)):
            rows.append((forms.skill_upgrade(r, area, at.date(), stage.stamp(), ("employee",)), person))
    for person in stage.take(4):
        rows.append((forms.technician(r, area, at.date(), stage.stamp(), _groups(stage, person)), person))
    return submit_many(
        district_id=area, applied_by="person", forms=rows, authority="本人到窗口当面申请，已签字确认",
        actor=stage.actors["zhenjie"], at=at,
    )  # fmt: skip


# --- being reviewed ----------------------------------------------------------------------------------------------
def _review(stage: Stage, month: Month, claims: Sequence[Claim], r: random.Random) -> None:
    intake, second = stage.actors["shouli"], stage.actors["fushen"]
    ids = [c.pk for c in claims]
    r.shuffle(ids)
    if month.last:
        ids = ids[: len(ids) * 4 // 5]
    elif len(ids) > 20:
        send_back(
            claim_id=ids.pop(),
            comment="证书编号与证书照片不一致，请核对后补正。",
            actor=intake,
            at=month.at(6),
        )
        _withdraw(stage, ids.pop(), month)
    accept_many(claim_ids=ids, actor=intake, at=month.at(6, 11), acknowledged=True)
    ids = _refuse(stage, ids, month)
    if month.last:
        ids = ids[: len(ids) * 3 // 4]
    passed = _first(stage, ids, month)
    if month.last:
        passed = passed[: len(passed) * 2 // 3]
    pass_second_many(
        claim_ids=passed,
        actor=second,
        at=month.at(13),
        comment="复核无误。",
        confirm_override=True,
        acknowledged=True,
    )


def _withdraw(stage: Stage, claim_id: int, month: Month) -> None:
    claim = Claim.objects.get(pk=claim_id)
    clerk = stage.clerks.get(claim.organisation_id or 0)
    if clerk is not None:
        withdraw(claim_id=claim_id, actor=clerk, at=month.at(6, 9), comment="名单有误，重新上报")


def _refuse(stage: Stage, ids: list[int], month: Month) -> list[int]:
    refused = set(Claim.objects.filter(pk__in=ids, outcome="rejected").values_list("pk", flat=True))
    keep = set(sorted(refused)[:2]) if month.last else set()
    for claim_id in sorted(refused - keep):
        reject(
            claim_id=claim_id,
            comment="不符合申领条件，理由见核算过程。",
            actor=stage.actors["shouli"],
            at=month.at(8),
        )
    return [pk for pk in ids if pk not in refused]


def _first(stage: Stage, ids: list[int], month: Month) -> list[int]:
    at, intake = month.at(9), stage.actors["shouli"]
    priced = set(Claim.objects.filter(pk__in=ids, amount_fen__isnull=False).values_list("pk", flat=True))
    passed = [a.claim_id for a in pass_first_many(
        claim_ids=[pk for pk in ids if pk in priced], actor=intake, at=at, comment="材料齐全，事实清楚。", acknowledged=True
    ) if a.done]  # fmt: skip
    return passed + _priced_by_hand(stage, [pk for pk in ids if pk not in priced], month)


def _priced_by_hand(stage: Stage, ids: list[int], month: Month) -> list[int]:
    """Claims without a standard in the document: the amount is an official's, on a document, and confirmed by a second."""
    passed: list[int] = []
    for schemes, fen in ((("technician",), 300_000), ((), 100_000)):
        some = Claim.objects.filter(pk__in=ids).exclude(pk__in=passed)
        if schemes:
            some = some.filter(scheme__in=schemes)
        answers = pass_first_many(
            claim_ids=list(some.values_list("pk", flat=True)), actor=stage.actors["shouli"], at=month.at(9, 15),
            comment="文件未定标准，按区级会议纪要核定。", acknowledged=True,
            override=Override(
                amount_fen=fen, reason="实施方案未列标准，参照市级标准核定",
                document="区人力资源社会保障局会议纪要〔2020〕第5号（演示数据）",
            ),
        )  # fmt: skip
        passed += [a.claim_id for a in answers if a.done]
    return passed


# --- being noticed -----------------------------------------------------------------------------------------------
def _notice(stage: Stage, month: Month) -> None:
    second = stage.actors["fushen"]
    waiting = Claim.objects.filter(district_id=stage.code, state="second_passed").order_by("pk")
    ids = list(waiting.values_list("pk", flat=True))
    if month.last:
        ids = ids[: len(ids) // 2]
    if not ids:
        return
    opened = month.at(15) if not month.last else month.at(28)
    notice = open_notice(
        district_id=stage.code, claim_ids=ids, actor=second, at=opened,
        title=f"{month.first.year}年{month.first.month}月职业培训补贴公示",
    )  # fmt: skip
    _objections(stage, month, notice.pk, opened)
    close_due_notices(at=month.at(25, 1))
    cleared = Claim.objects.filter(district_id=stage.code, state="cleared")
    ids = list(cleared.order_by("pk").values_list("pk", flat=True))
    if month.number == MONTHS - 2:
        ids = ids[:-3]  # three stay to be approved
    approve(claim_ids=ids, actor=second, at=month.at(25))


def _objections(stage: Stage, month: Month, notice_id: int, opened: datetime) -> None:
    if month.number % 3 != 1 and not month.last:
        return
    second = stage.actors["fushen2"]
    line = NoticeLine.objects.filter(notice_id=notice_id).order_by("position")[3]
    made = object_to(
        line_id=line.pk, content="这个人当月在外地务工，没有参加培训，请核实出勤记录。", phone="13906320001",
        at=opened + timedelta(days=1),
    )  # fmt: skip
    if month.last:
        return
    verb = uphold if month.number % 2 else dismiss
    try:
        verb(
            objection_id=made.pk, actor=second, at=opened + timedelta(days=3),
            answer="经查签到记录和社保缴费地，" + ("情况属实，不予补贴。" if verb is uphold else "本人全程参训，异议不成立。"),
        )  # fmt: skip
    except Refused:
        return
