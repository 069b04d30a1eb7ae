"""A difference (差额) in words and rows, the same for every audience that may see it: what was, what is, and why."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from wudan.kernel.money import in_sentence
from wudan.kernel.periods import legal_day
from wudan.orders.payment.states import PAID
from wudan.web.shared.parts import Event, Fact, Tone, WorkRow
from wudan.web.shared.working import work_rows

TONES: dict[str, Tone] = {"recover": "wrong", "pay": "now", "hold": "wait", "none": "plain"}


def headline(line: Any) -> str:
    """多发1,500元，应追回."""
    if line.direction == "hold":
        return "已经拨付，应按现在的事实处理" if line.claim.state in PAID else "还没有拨付，应重新审核"
    if line.right_fen is None:
        return "结论有变化，须人工认定金额"
    gap = line.right_fen - line.paid_fen
    if line.direction == "recover":
        return f"多发{in_sentence(-gap)}，应追回"
    if line.direction == "pay":
        return f"少发{in_sentence(gap)}，应补发"
    if line.claim.state == "rejected":
        return "现在符合条件，可以重新申请"
    return "结论有变化，金额不变"


def late_fact(found: Any) -> list[Fact]:
    """What became known, on which proof, from when, and who recorded it."""
    fact = found.line.late_fact
    rows = [
        Fact("更正的事实", fact.sentence, fact.get_kind_display()),
        Fact("证明", fact.proof),
        Fact("登记", found.recorded_by or "系统自动办理", "", "", legal_day(fact.recorded_at)),
    ]
    if fact.since is not None:
        rows.insert(1, Fact("自何日起", fact.since))
    return rows


def money_facts(found: Any) -> list[Fact]:
    """What was paid and what is under way, to the fen."""
    money = found.money
    rows = [Fact("已拨付", in_sentence(money.paid))]
    if money.returned:
        rows.append(Fact("已退回", in_sentence(money.returned)))
    if money.asked:
        rows.append(Fact("正在追回", in_sentence(money.asked), tone="wait"))
    if money.promised:
        rows.append(Fact("正在补发", in_sentence(money.promised), tone="wait"))
    return rows


@dataclass(frozen=True, slots=True)
class Compared:
    """One step of the working, as it was and as it is now; `changed` marks those that read otherwise."""

    clause: str
    checked: str
    was: WorkRow | None
    now: WorkRow | None

    @property
    def changed(self) -> bool:
        return _says(self.was) != _says(self.now)

    @property
    def turned(self) -> bool:
        """Met before and not now, or the other way."""
        return self.was is not None and self.now is not None and self.was.passed is not self.now.passed


def compared(found: Any) -> tuple[list[Compared], list[Compared]]:
    """Both workings side by side, in the rulebook's order: what reads otherwise (a turned result first), and what reads the same."""
    line = found.line
    was = _by_step(work_rows(found.before, line.before.outcome)) if line.before else {}
    now = _by_step(work_rows(found.after, line.after.outcome, known=_known(line)))
    rows = []
    for step in dict.fromkeys([*now, *was]):
        either = now.get(step) or was[step]
        rows.append(Compared(either.clause, either.checked, was.get(step), now.get(step)))
    changed = sorted((row for row in rows if row.changed), key=lambda row: not row.turned)
    return changed, [row for row in rows if not row.changed]


def _known(line: Any) -> dict[str, str]:
    """A revoked certificate is no certificate to the rules; to the reader it is a revoked one."""
    gone = line.claim.certificate_type and not line.after.facts.get("certificate_type")
    return {"certificate_type": "：证书已撤销"} if gone and line.late_fact.kind != "fact" else {}


def _by_step(rows: list[WorkRow]) -> dict[tuple[str, bool], WorkRow]:
    """By what was checked; a rule and the sum it gives may bear one name."""
    return {(row.checked, bool(row.result)): row for row in rows}


def _says(row: WorkRow | None) -> object:
    """The order of the facts seen does not matter: a stored working lists them otherwise than one worked out now."""
    return None if row is None else (frozenset(row.seen.split("；")), row.passed, row.fen)


_VERBS = {
    "proposed": "提出处理意见",
    "open": "退回重核",
    "recovery": "复核确认追回",
    "payment": "复核确认补发",
    "review": "复核确认退回重新审核",
    "told": "复核确认告知本人",
    "dismissed": "复核确认不处理",
    "closed": "事实再次变化，自动消除",
}


def happened(found: Any) -> list[Event]:
    """Newest first: found, proposed, confirmed, and what the person concerned said."""
    line = found.line
    events = [Event(line.opened_at, "重新核算发现差额", "系统自动办理")]
    for change in found.history:
        if change.moved:
            target = change.moved[1]
            why = line.reason if target == "proposed" and line.state != "open" else line.comment
            tone: Tone = "wait" if target == "open" else "done"
            said = why if target != "closed" else ""
            events.append(Event(change.at, _VERBS[target], change.who, said, tone=tone))
    events += [Event(s.made_at, "陈述申辩", s.actor_label, s.content, tone="now") for s in found.statements]
    return sorted(events, key=lambda e: str(e.at), reverse=True)
