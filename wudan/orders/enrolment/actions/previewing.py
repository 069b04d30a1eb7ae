"""先看补贴: what choosing would mean, before it is chosen. Nothing is kept."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from wudan.kernel.actor import Actor
from wudan.kernel.errors import Refusal, forbid
from wudan.kernel.periods import legal_day
from wudan.kernel.roles import Role
from wudan.orders.catalogue.models import Offer
from wudan.orders.enrolment.actions.picking import CHOOSER
from wudan.orders.enrolment.queries.circle import Circle, circles
from wudan.orders.enrolment.queries.counters import counted, counters
from wudan.orders.enrolment.queries.foresight import NOTHING_TOLD, Told, code_of, foresee, prospect
from wudan.orders.enrolment.queries.obstacles import Choice, obstacles, restricted
from wudan.orders.enrolment.queries.places import places_left, waiting_counts
from wudan.orders.enrolment.queries.staff import staff_of
from wudan.policy.engine.explain import Explanation
from wudan.policy.engine.lines import Line
from wudan.policy.engine.model import ReasonText
from wudan.policy.engine.rulebook import Rulebook


@dataclass(frozen=True, slots=True)
class Preview:
    """`outcome`: approved, review, rejected; none (no subsidy for this line), free (paid by its project), later (needs the fee first).

    `amount_fen` is whole fen, None where no sum is known; `payee` is person, enterprise or provider, "" for nobody. `presumed` are the
    sentences on which the answer stands; `would_pass_if` changes of facts, each verified by the engine; `obstacles` why it cannot
    be chosen at all. `places_left` and `waiting` count heads.
    """

    offer: Offer
    rulebook: Rulebook
    line: Line
    outcome: str
    amount_fen: int | None
    payee: str
    reasons: tuple[ReasonText, ...]
    presumed: tuple[str, ...]
    would_pass_if: tuple[Mapping[str, object], ...]
    obstacles: tuple[Refusal, ...]
    places_left: int
    waiting: int
    explanation: Explanation | None

    @property
    def may_choose(self) -> bool:
        return not self.obstacles


def preview(
    *,
    offer_id: int,
    person_id: int,
    chosen_by: str = "person",
    employer_id: int | None = None,
    told: Told = NOTHING_TOLD,
    actor: Actor,
    at: datetime,
) -> Preview | None:
    """会不会补贴、补多少、为什么: None where there is no such offer or person, or it is none of theirs. Refuses: forbidden.

    Clause: that of the line's scheme.
    """
    actor.require(*CHOOSER[chosen_by])
    if actor.role is Role.WORKER and actor.person_id != person_id:
        forbid("只能查看本人的预计补贴。")
    offer = Offer.objects.select_related("entry__occupation", "project").filter(pk=offer_id).first()
    if offer is None:
        return None
    circle = circles(offer, [person_id]).get(person_id)
    if circle is None or (employer_id is not None and not _staff(actor, employer_id, person_id)):
        return None
    return preview_of(offer, circle, Choice(chosen_by, employer_id, legal_day(at)), told=told, at=at)


def _staff(actor: Actor, employer_id: int, person_id: int) -> bool:
    return actor.organisation_id == employer_id and staff_of(employer_id).filter(pk=person_id).exists()


def preview_of(
    offer: Offer,
    circle: Circle,
    choice: Choice,
    *,
    told: Told = NOTHING_TOLD,
    code: str = "",
    room: tuple[int, int] | None = None,
    at: datetime,
) -> Preview | None:
    """The same for somebody whose circle is known, also one not registered yet. A roster passes `code` and `room` (places left,
    how many wait) once for all its rows."""
    seen = prospect(offer, circle, code or code_of(offer), told=told, employer_id=choice.employer_id, at=at)
    if restricted(offer, seen.line) and choice.chosen_by != "institution":
        return None
    left, queued = room or (places_left([offer.pk])[offer.pk], waiting_counts([offer.pk]).get(offer.pk, 0))
    found = foresee(seen, circle)
    facts = seen.facts or {}
    payee = ""
    if seen.facts is not None:
        payee = seen.rulebook.payee_for(facts, seen.line.applied_by).kind
    codes = found.decision.reasons if found else ()
    return Preview(
        offer=offer,
        rulebook=seen.rulebook,
        line=seen.line,
        outcome=found.decision.outcome if found else seen.outcome,
        amount_fen=found.decision.amount_fen if found else None,
        payee=payee,
        reasons=tuple(_reason(seen.rulebook, code, found, facts, circle) for code in codes),
        presumed=seen.presumed,
        would_pass_if=found.would_pass_if if found else (),
        obstacles=obstacles(offer, seen.rulebook, seen.line, circle, choice),
        places_left=left,
        waiting=queued,
        explanation=found,
    )


def _reason(
    rulebook: Rulebook, code: str, found: Explanation | None, facts: Mapping[str, object], circle: Circle
) -> ReasonText:
    """The reason with the sentence of its step, which knows the counts; of a yearly limit, with what was counted."""
    text = rulebook.reason(code, facts)
    said = _limit_words(rulebook, code, facts, circle) or next(
        (s.sentence for s in (found.steps if found else ()) if s.rule == code and not s.holds), text.sentence
    )
    return ReasonText(text.code, text.label, said, text.clause, text.remedy)


def _limit_words(rulebook: Rulebook, code: str, facts: Mapping[str, object], circle: Circle) -> str:
    """已享受, 正在申请 and 已选单 told apart: what is counted before it is paid is not 已享受. Empty for other rules."""
    for counter in counters(rulebook, facts):
        if counter.rule != code:
            continue
        had, chosen = (counted(rulebook, counter, rows) for rows in (circle.had, circle.to_come))
        asked = counted(rulebook, counter, (*circle.pending, *circle.history)) - had - chosen
        parts = [
            f"{word}{n}次" for word, n in (("已享受", had), ("正在申请", asked), ("已选单", chosen)) if n
        ]
        when, most = ("累计", "累计") if counter.period == "all" else (f"在{counter.period}年", "每年")
        return f"{when}{'、'.join(parts)}，{most}不超过{counter.maximum}次"
    return ""
