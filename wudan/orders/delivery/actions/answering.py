"""接单: a provider is asked by name and answers within the clock, or offers itself with a plan and is chosen."""

from __future__ import annotations

from datetime import date, datetime

from wudan.kernel.actor import SYSTEM, Actor
from wudan.kernel.errors import INVALID, Refused, forbid, refuse
from wudan.kernel.history import acting
from wudan.kernel.journal import tell
from wudan.kernel.periods import in_words, legal_day
from wudan.kernel.roles import Role
from wudan.orders.catalogue.actions.offering import assign_provider
from wudan.orders.catalogue.models import Offer
from wudan.orders.catalogue.queries.standing import provider_faults
from wudan.orders.delivery.actions.guards import NOT_FOUND, OFFICIALS, locked_offer, require_reason
from wudan.orders.delivery.models import Answer, TrainingClass
from wudan.orders.delivery.queries.limits import due
from wudan.orders.delivery.states import ANSWER

BASIS = "五单式“接单”（台政办发〔2020〕4号 五（四）；周政办发〔2020〕2号 二（三）2）"
BEFORE_CLASS = ("drafted", "reserved", "open", "closed")
GIVEN = ["state", "reason", "answered_at", "answered_by"]
SHORTEST_PLAN = 10


def ask_provider(*, offer_id: int, provider_id: int, note: str = "", actor: Actor, at: datetime) -> Answer:
    """发单: a registered provider is asked to take the offer, within `answer_working_days`. Several may be asked; the first
    that accepts has it. Refuses: forbidden, has-provider, wrong-state, not-registered, bad-standing, over-capacity, answer_once.
    """
    with acting(actor=actor, at=at, basis=BASIS):
        offer = locked_offer(offer_id)
        actor.require(*OFFICIALS, district_id=offer.district_id)
        _require_free(offer)
        _require_fit(offer, provider_id, legal_day(at))
        answer = Answer.objects.create(
            offer=offer,
            provider_id=provider_id,
            plan=note.strip(),
            asked_at=at,
            due_on=due(offer.district_id, "answer_working_days", legal_day(at)),
            state="asked",
        )
        tell("answer:asked", at=at, answer=answer.pk)
    return answer


def accept_order(
    *,
    answer_id: int,
    venue_id: int | None = None,
    teacher_id: int | None = None,
    actor: Actor,
    at: datetime,
) -> Answer:
    """接单 by the provider asked, up to the last day of the clock. Whoever else was asked or had offered is told that it is gone.

    Refuses: forbidden, not-found, wrong-state, answer-late, has-provider, not-registered, answer_one_provider.
    """
    with acting(actor=actor, at=at, basis=BASIS):
        offer, answer = _mine(answer_id, "accept", actor)
        state = ANSWER.check("accept", answer.state)
        _require_in_time(answer, legal_day(at))
        _require_free(offer)
        _require_fit(offer, answer.provider_id, legal_day(at))
        _give(answer, state, "", actor, at)
        _give_up_others(answer, at)
        _assign(offer, answer.provider_id, venue_id, teacher_id, actor, at)
        tell("answer:accepted", at=at, answer=answer.pk)
    return answer


def refuse_order(*, answer_id: int, reason: str, actor: Actor, at: datetime) -> Answer:
    """不接单, saying why. Refuses: forbidden, not-found, wrong-state, needs-reason."""
    said = require_reason(reason, "不接单")
    with acting(actor=actor, at=at, basis=BASIS):
        _, answer = _mine(answer_id, "refuse", actor)
        _give(answer, ANSWER.check("refuse", answer.state), said, actor, at)
        tell("answer:refused", at=at, answer=answer.pk)
    return answer


def bid(*, offer_id: int, plan: str, actor: Actor, at: datetime) -> Answer:
    """报方案 for an offer nobody has taken, by a registered provider. The bureau chooses within `bid_choice_working_days`.

    Refuses: forbidden, no-plan, has-provider, wrong-state, not-registered, bad-standing, over-capacity, answer_once.
    """
    actor.require(Role.PROVIDER)
    if len(plan.strip()) < SHORTEST_PLAN:
        refuse(
            "no-plan",
            f"实施方案至少写{SHORTEST_PLAN}个字。",
            remedy="请写明师资、场地、课程安排和考核办法。",
            field="plan",
            status=INVALID,
        )
    with acting(actor=actor, at=at, basis=BASIS):
        offer = locked_offer(offer_id)
        provider_id = actor.organisation_id
        if provider_id is None or actor.district_id != offer.district_id:
            forbid("这个班次不在您所在机构的区。")
        if offer.state == "drafted":
            refuse("wrong-state", "这个班次还没有落实资金，现在不能报方案。", remedy="请等待班次列出。")
        _require_free(offer)
        _require_fit(offer, provider_id, legal_day(at))
        answer = Answer.objects.create(
            offer=offer,
            provider_id=provider_id,
            plan=plan.strip(),
            asked_at=at,
            due_on=due(offer.district_id, "bid_choice_working_days", legal_day(at)),
            state="bid",
            answered_at=at,
            answered_by=actor.user_id,
        )
        tell("answer:bid", at=at, answer=answer.pk)
    return answer


def withdraw_bid(*, answer_id: int, actor: Actor, at: datetime) -> Answer:
    """撤回方案 before the choice. Refuses: forbidden, not-found, wrong-state."""
    with acting(actor=actor, at=at, basis=BASIS):
        _, answer = _mine(answer_id, "withdraw", actor)
        _give(answer, ANSWER.check("withdraw", answer.state), "", actor, at)
    return answer


def choose_bid(*, answer_id: int, reason: str, actor: Actor, at: datetime) -> Answer:
    """选定 one of the plans, saying why; the others are told that theirs was not chosen.

    Refuses: forbidden, not-found, wrong-state, needs-reason, has-provider, not-registered, answer_one_provider.
    """
    said = require_reason(reason, "选定承训机构")
    with acting(actor=actor, at=at, basis=BASIS):
        offer, answer = _locked(answer_id)
        actor.require(*ANSWER.move("choose").who, district_id=offer.district_id)
        state = ANSWER.check("choose", answer.state)
        _require_free(offer)
        _require_fit(offer, answer.provider_id, legal_day(at))
        answer.state, answer.reason = state, said
        answer.save(update_fields=["state", "reason"])
        _give_up_others(answer, at)
        _assign(offer, answer.provider_id, None, None, actor, at)
        tell("answer:accepted", at=at, answer=answer.pk)
    return answer


def release_order(*, answer_id: int, reason: str, actor: Actor, at: datetime) -> Answer:
    """退单: the offer waits for a provider again. Not once a class has been made of it.

    Refuses: forbidden, not-found, wrong-state, needs-reason, class-made.
    """
    said = require_reason(reason, "退单")
    with acting(actor=actor, at=at, basis=BASIS):
        offer, answer = _locked(answer_id)
        actor.require(*ANSWER.move("release").who, district_id=offer.district_id)
        _require_own(actor, answer)
        state = ANSWER.check("release", answer.state)
        live = TrainingClass.objects.filter(offer=offer).exclude(state__in=("refused", "cancelled", "void"))
        if live.exists():
            refuse("class-made", "这个班次已经建班，不能退单。", remedy="请先取消班级，再退单。")
        _give(answer, state, said, actor, at)
        _assign(offer, None, None, None, actor, at)
        tell("answer:released", at=at, answer=answer.pk)
    return answer


def lapse_answers(*, at: datetime, actor: Actor = SYSTEM) -> int:
    """逾期未答复: every question whose last day is over. Done again it does nothing. Returns how many."""
    actor.require(Role.SYSTEM)
    with acting(actor=actor, at=at, basis=BASIS):
        late = Answer.objects.select_for_update(skip_locked=True).filter(
            state="asked", due_on__lt=legal_day(at)
        )
        ids = list(late.order_by("pk").values_list("pk", flat=True))
        Answer.objects.filter(pk__in=ids).update(
            state=ANSWER.check("lapse", "asked"), answered_at=at, reason="逾期未答复"
        )
        for pk in ids:
            tell("answer:lapsed", at=at, answer=pk)
    return len(ids)


def _locked(answer_id: int) -> tuple[Offer, Answer]:
    """Offer first, then the answer, in that order everywhere."""
    held = Answer.objects.filter(pk=answer_id).values_list("offer_id", flat=True).first()
    if held is None:
        refuse("not-found", "没有找到这条接单记录。", remedy="请从列表重新进入。", status=NOT_FOUND)
    offer = locked_offer(held)
    return offer, Answer.objects.select_for_update(of=("self",)).get(pk=answer_id)


def _mine(answer_id: int, verb: str, actor: Actor) -> tuple[Offer, Answer]:
    offer, answer = _locked(answer_id)
    actor.require(*ANSWER.move(verb).who)
    _require_own(actor, answer)
    return offer, answer


def _require_own(actor: Actor, answer: Answer) -> None:
    if actor.role is Role.PROVIDER and actor.organisation_id != answer.provider_id:
        forbid("这个班次不是发给您所在的机构的。")


def _require_in_time(answer: Answer, today: date) -> None:
    if today > answer.due_on:
        refuse(
            "answer-late",
            f"答复期限是{in_words(answer.due_on)}，已经过去。",
            remedy="仍愿承接的，请联系区人力资源社会保障局重新发单。",
        )


def _require_free(offer: Offer) -> None:
    if offer.state not in BEFORE_CLASS:
        words = offer.get_state_display()
        refuse("wrong-state", f"班次现处于“{words}”，不能再接单。", remedy="请查看其他班次。")
    if offer.provider_id is not None:
        refuse("has-provider", "这个班次已有机构承接。", remedy="请查看其他班次。")


def _require_fit(offer: Offer, provider_id: int, on: date) -> None:
    faults = provider_faults(
        provider_id, offer.entry.occupation_id, offer.entry.level, on, places=offer.places
    )
    if faults:
        raise Refused(*faults)


def _give(answer: Answer, state: str, reason: str, actor: Actor, at: datetime) -> None:
    answer.state, answer.reason, answer.answered_at, answer.answered_by = state, reason, at, actor.user_id
    answer.save(update_fields=GIVEN)


def _give_up_others(chosen: Answer, at: datetime) -> None:
    """Plans not chosen, questions overtaken."""
    others = Answer.objects.filter(offer_id=chosen.offer_id).exclude(pk=chosen.pk)
    for verb, state, why in (
        ("decline", "bid", "已选定其他机构"),
        ("lapse", "asked", "已由其他机构接单"),
    ):
        for other in others.select_for_update().filter(state=state).order_by("pk"):
            other.state, other.reason = ANSWER.check(verb, other.state), why
            other.answered_at = other.answered_at or at
            other.save(update_fields=["state", "reason", "answered_at"])
            tell(f"answer:{other.state}", at=at, answer=other.pk)


def _assign(
    offer: Offer,
    provider_id: int | None,
    venue_id: int | None,
    teacher_id: int | None,
    actor: Actor,
    at: datetime,
) -> None:
    assign_provider(
        offer_id=offer.pk,
        provider_id=provider_id,
        venue_id=venue_id,
        teacher_id=teacher_id,
        actor=actor,
        at=at,
    )
