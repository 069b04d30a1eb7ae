"""异议: anybody with a phone number objects to one line; that line alone is frozen until a reviewer has looked into it."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime

from wudan.kernel.actor import Actor
from wudan.kernel.crypto import blind_index, seal, unseal
from wudan.kernel.errors import INVALID, forbid, refuse
from wudan.kernel.history import acting
from wudan.kernel.identifiers import check_phone, mask_phone
from wudan.kernel.journal import note, noted_since
from wudan.kernel.periods import SHANGHAI, in_words, legal_day
from wudan.kernel.roles import Role
from wudan.orders.subsidy.actions.clocks import basis_of, due_on
from wudan.orders.subsidy.actions.guards import NOT_FOUND, locked_claim, require_official
from wudan.orders.subsidy.actions.judging import STATE, move, record, require_comment
from wudan.orders.subsidy.actions.slots import free_slots
from wudan.orders.subsidy.models import Claim, Notice, NoticeLine, Objection
from wudan.orders.subsidy.states import CLAIM, OBJECTION
from wudan.people.actions import disclose
from wudan.policy.queries import rulebook_for

PUBLIC = Actor(user_id=None, role=Role.SYSTEM, label="异议人（公众）")
LONGEST = 1000
OBJECT = "object"
TOO_MANY = 429


def object_to(*, line_id: int, content: str, phone: str, address: str = "", at: datetime) -> Objection:
    """提出异议, up to the last day of the notice (legal day, included). The phone is sealed; only officials see it.

    `address` is the network address it came from, of which only a keyed digest of the day is kept, in the journal.
    Refuses: not-found, notice-over, wrong-state, no-content, bad-phone, too-many (per phone and notice, per address and day).
    """
    bare = _checked(content, phone)
    line = NoticeLine.objects.select_related("notice").filter(pk=line_id).first()
    if line is None:
        refuse("not-found", "没有找到这条公示。", remedy="请从公示页面重新进入。", status=NOT_FOUND)
    with acting(actor=PUBLIC, at=at, basis=basis_of(line.notice.district_id, "frozen", at)):
        notice = Notice.objects.select_for_update().get(pk=line.notice_id)
        today = legal_day(at)
        if notice.state != "open" or not notice.opened_on <= today <= notice.closes_on:
            refuse(
                "notice-over",
                f"公示已于{in_words(notice.closes_on)}期满，不再受理异议。",
                remedy="仍有情况反映的，请联系区人力资源社会保障局。",
            )
        index = blind_index(bare, "phone")
        _require_few(notice, index, today)
        origin = _require_few_from(address, notice.district_id, today) if address else ""
        claim = locked_claim(line.claim_id)
        due = due_on(notice.district_id, "frozen", at)
        objection = Objection.objects.create(
            line=line,
            content=content.strip(),
            phone_sealed=seal(bare, "phone"),
            phone_index=index,
            phone_masked=mask_phone(bare),
            made_at=at,
            due_on=due or notice.closes_on,
        )
        if claim.state != "frozen":  # a second objection to a frozen line only joins the first
            move(claim, CLAIM.check("freeze", claim.state), at)
            claim.due_on = objection.due_on
            claim.save(update_fields=STATE)
        note(
            actor=replace(PUBLIC, district_id=notice.district_id), at=at, verb=OBJECT, subject_kind="objection",
            subject_id=objection.pk, detail={"origin": origin} if origin else {},
        )  # fmt: skip
    return objection


def _checked(content: str, phone: str) -> str:
    if not 1 <= len(content.strip()) <= LONGEST:
        sentence = f"请写明异议的内容（不超过{LONGEST}字）。"
        refuse("no-content", sentence, field="content", status=INVALID)
    try:
        return check_phone(phone)
    except ValueError as error:
        refuse(
            "bad-phone", f"{error}。", remedy="请填写能联系到您的手机号码。", field="phone", status=INVALID
        )


def open_per_phone(district_id: str, on: date) -> int:
    """How many objections of one phone may be open in one notice: enough for an honest neighbour, too few to freeze a list."""
    return int(rulebook_for(district_id).parameter("objections_per_phone", on).value)


def _require_few(notice: Notice, index: bytes, today: date) -> None:
    """The notice is locked."""
    waiting = Objection.objects.filter(line__notice=notice, phone_index=index, state="open").count()
    if waiting >= open_per_phone(notice.district_id, today):
        refuse(
            "too-many",
            f"这个手机号码在本次公示中已有{waiting}条异议正在核实。",
            remedy="请等待答复，或直接联系区人力资源社会保障局。",
        )


def _require_few_from(address: str, district_id: str, today: date) -> str:
    """Phones cost nothing to make up, so that one network address may object only so often a day; the day's digest of it."""
    most = int(rulebook_for(district_id).parameter("objections_per_address_daily", today).value)
    origin = blind_index(f"{today}|{address}", "objection-origin").hex()
    midnight = datetime(today.year, today.month, today.day, tzinfo=SHANGHAI)
    if noted_since(midnight, district_code=district_id, verb=OBJECT, detail={"origin": origin}) >= most:
        refuse(
            "too-many-here",
            f"您所在的网络今天已经提出{most}条异议。",
            remedy="请明天再提，或直接联系区人力资源社会保障局。",
            status=TOO_MANY,
        )
    return origin


def uphold(*, objection_id: int, answer: str, actor: Actor, at: datetime) -> Objection:
    """异议成立: the claim is refused, and with it every other open objection to the line is answered.

    Refuses: forbidden, wrong-state, needs-comment.
    """
    require_comment(answer, "核实异议")
    with acting(actor=actor, at=at, basis=basis_of(actor.district_id, "frozen", at)):
        objection, claim, _ = _locked(objection_id)
        require_official(actor, "uphold", claim)
        _answer(objection, "uphold", answer, actor)
        for other in Objection.objects.select_for_update().filter(line=objection.line_id, state="open"):
            _answer(other, "uphold", answer, actor)
        move(claim, CLAIM.check("uphold", claim.state), at)
        claim.save(update_fields=STATE)
        free_slots([claim], at)
        record(claim, "uphold", actor=actor, at=at, comment=answer)
    return objection


def dismiss(*, objection_id: int, answer: str, actor: Actor, at: datetime) -> Objection:
    """异议不成立: once no other objection is open the line goes on, straight to cleared where the notice has closed.

    Refuses: forbidden, wrong-state, needs-comment.
    """
    require_comment(answer, "核实异议")
    with acting(actor=actor, at=at, basis=basis_of(actor.district_id, "frozen", at)):
        objection, claim, notice = _locked(objection_id)
        require_official(actor, "dismiss", claim)
        _answer(objection, "dismiss", answer, actor)
        if not Objection.objects.filter(line=objection.line_id, state="open").exists():
            move(claim, CLAIM.check("dismiss", claim.state), at)
            claim.due_on = notice.closes_on
            claim.save(update_fields=STATE)
            if notice.state == "closed":
                move(claim, CLAIM.check("clear", claim.state), at)
                claim.save(update_fields=STATE)
        record(claim, "dismiss", actor=actor, at=at, comment=answer)
    return objection


def _locked(objection_id: int) -> tuple[Objection, Claim, Notice]:
    """Notice, claim, objection, locked in that order everywhere."""
    line = NoticeLine.objects.filter(objections=objection_id).first()
    if line is None:
        refuse("not-found", "没有找到这条异议。", remedy="请从列表重新进入。", status=NOT_FOUND)
    notice = Notice.objects.select_for_update().get(pk=line.notice_id)
    claim = locked_claim(line.claim_id)
    return Objection.objects.select_for_update().get(pk=objection_id), claim, notice


def _answer(objection: Objection, verb: str, answer: str, actor: Actor) -> None:
    objection.state = OBJECTION.check(verb, objection.state)
    objection.answer, objection.answered_by = answer.strip(), actor.user_id
    objection.save(update_fields=["state", "answer", "answered_by"])


def objector_phone(*, objection_id: int, reason: str, actor: Actor, at: datetime) -> str:
    """查看异议人电话, to ask back. Refuses: forbidden, no-reason; the journal keeps who and why."""
    actor.require(Role.INTAKE, Role.REVIEWER, Role.SUPERVISOR)
    objection = Objection.objects.select_related("line__notice").filter(pk=objection_id).first()
    if objection is None or objection.line.notice.district_id != actor.district_id:
        forbid("这条异议不属于您所在的区。")
    disclose(
        kind="phone",
        subject_kind="objection-phone",
        subject_id=objection_id,
        reason=reason,
        actor=actor,
        at=at,
    )
    return unseal(bytes(objection.phone_sealed), "phone")
