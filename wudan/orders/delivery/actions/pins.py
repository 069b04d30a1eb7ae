"""For those without a phone or a camera: 口令 (PIN), the short digits of the screen, and a card reader. Each marked as what it is."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db.models import Q

from wudan.kernel.actor import Actor
from wudan.kernel.errors import INVALID, forbid, refuse
from wudan.kernel.history import acting
from wudan.kernel.identifiers import parse_identity
from wudan.kernel.periods import legal_day
from wudan.kernel.roles import Role
from wudan.orders.delivery import codes
from wudan.orders.delivery.actions import attempts, devices
from wudan.orders.delivery.actions.attempts import BASIS, Signed
from wudan.orders.delivery.actions.guards import require_own
from wudan.orders.delivery.models import Attendance, Member, Session, SignIn
from wudan.orders.delivery.queries.rules import SignRules, sign_rules
from wudan.orders.delivery.queries.screens import room_of, secret_of
from wudan.people.models import Person

WRONG_PIN = "口令不对。请看清教师给您的6位数字。"
WRONG_DIGITS = "数字不对或已经更换。请输入教师屏幕上正在显示的6位数字。"
NOT_HERE = "这张证件的持有人不在本班名册里。"
_WRONG = (WRONG_PIN, WRONG_DIGITS)


def sign_with_digits(
    *, session_id: int, digits: str, device_key: str, token: UUID, actor: Actor, at: datetime
) -> Signed:
    """手输屏幕数字, by the learner whose camera does not work: the code in short, bound to the phone like the code itself.

    Answers with the reason as `sign_with_code`. Refuses: forbidden, not-in-class, token-used, too-many-tries (limited by
    `attendance_pin_tries` within `attendance_pin_minutes`: six digits can be guessed).
    """
    _require_learner(actor)
    with acting(actor=actor, at=at, basis=BASIS):
        row = _own_seat(session_id, actor)
        if done := attempts.already(row) or attempts.earlier(token, actor.person_id):
            return done
        rules = _rules(row.session)
        _not_guessing(rules, at, session_id=session_id, person_id=row.person_id)
        secret, room = secret_of(row.session), room_of(row.session)
        step = next(
            (s for s in _steps(rules, at) if secret and codes.same(codes.digits(secret, session_id, s, room), digits)),
            None,
        )  # fmt: skip
        why = WRONG_DIGITS if step is None else attempts.not_now(row, at, rules)
        if not why:
            phone = devices.look(row.person_id, device_key)
            why = phone.refusal
            if not why and phone.device is None:
                devices.bind(row.person_id, device_key, at)
        hashed = devices.hash_of(device_key) if device_key else None
        return _answer(row, "code", why, token, actor, at, step=step, device_hash=hashed)


def sign_with_pin(*, session_id: int, pin: str, token: UUID, actor: Actor, at: datetime) -> Signed:
    """口令签到: by the learner on any phone or computer, or typed at the provider's screen by whoever has none.

    A wrong PIN is recorded, without a name where it was typed at the provider's. Refuses: forbidden, not-in-class,
    token-used, too-many-tries (at a provider's screen twice as many, over the whole session).
    """
    actor.require(Role.WORKER, Role.PROVIDER)
    with acting(actor=actor, at=at, basis=BASIS):
        if actor.role is Role.WORKER:
            _require_learner(actor)
            row: Attendance | None = (own := _own_seat(session_id, actor))
            session = own.session
        else:
            session = own_session(session_id, actor, lock=True)  # tries at one screen follow one another
            row = None
        rules, person_id = _rules(session), row.person_id if row else None
        if done := (row and attempts.already(row)) or attempts.earlier(token, person_id):
            return done
        _not_guessing(rules, at, session_id=session_id, person_id=person_id)
        member_id = _whose(session, pin, [row.member_id] if row else None)
        if member_id is None:
            return _refused(session_id, person_id, "pin", WRONG_PIN, token, actor, at)
        row = row or attempts.seat(session_id, member_id=member_id)
        return _sign_here(row, session_id, rules, "pin", token, actor, at)


def sign_by_card(*, session_id: int, number: str, token: UUID, actor: Actor, at: datetime) -> Signed:
    """刷证签到 at the provider's screen: the identity number as a reader types it, found by its blind index and not kept.

    Refuses: forbidden, bad-number, token-used.
    """
    actor.require(Role.PROVIDER)
    try:
        parse_identity(number)
    except ValueError as error:
        refuse("bad-number", f"{error}。", remedy="请重新刷证。", field="number", status=INVALID)
    with acting(actor=actor, at=at, basis=BASIS):
        session = own_session(session_id, actor, lock=True)
        person_id = (
            Person.objects.filter(number_index=Person.index_of(number))
            .order_by("id")
            .values_list("pk", flat=True)
            .first()
        )
        row = attempts.seat(session_id, person_id=person_id) if person_id else None
        if row is None:
            return _refused(session_id, None, "card", NOT_HERE, token, actor, at)
        return _sign_here(row, session_id, _rules(session), "card", token, actor, at)


def own_session(session_id: int, actor: Actor, *, lock: bool = False) -> Session:
    """A session of the provider's own class. Refuses: forbidden, not-found."""
    sessions = Session.objects.select_related("training_class").filter(pk=session_id)
    found = (sessions.select_for_update(of=("self",)) if lock else sessions).first()
    if found is None:
        refuse("not-found", "没有找到这节课。", remedy="请从今日课堂重新进入。", status=404)
    require_own(actor, found.training_class)
    return found


def _sign_here(
    row: Attendance | None,
    session_id: int,
    rules: SignRules,
    method: str,
    token: UUID,
    actor: Actor,
    at: datetime,
) -> Signed:
    if row is None:
        return _refused(session_id, None, method, NOT_HERE, token, actor, at)
    if done := attempts.already(row) or attempts.earlier(token, row.person_id):
        return done
    return _answer(row, method, attempts.not_now(row, at, rules), token, actor, at)


def _answer(
    row: Attendance, method: str, why: str, token: UUID, actor: Actor, at: datetime, **seen: object
) -> Signed:
    if why:
        return _refused(row.session_id, row.person_id, method, why, token, actor, at, **seen)
    attempts.mark(row, method=method, signed_at=at, actor=actor, at=at)
    attempts.write_down(
        row.session_id, row.person_id, token, method=method, at=at, accepted=True, actor_label=actor.label, **seen
    )  # fmt: skip
    return Signed(
        accepted=True,
        refusal="",
        session_id=row.session_id,
        method=method,
        signed_at=at,
        person_id=row.person_id,
        class_name=row.session.training_class.name,
    )


def _refused(
    session_id: int,
    person_id: int | None,
    method: str,
    why: str,
    token: UUID,
    actor: Actor,
    at: datetime,
    **seen: object,
) -> Signed:
    attempts.write_down(
        session_id, person_id, token, method=method, at=at, accepted=False, refusal=why, actor_label=actor.label, **seen
    )  # fmt: skip
    return Signed(accepted=False, refusal=why, session_id=session_id, method=method, person_id=person_id)


def _require_learner(actor: Actor) -> None:
    actor.require(Role.WORKER)
    if actor.person_id is None:
        forbid("您的账号没有登记本人信息，不能签到。")


def _own_seat(session_id: int, actor: Actor) -> Attendance:
    row = attempts.seat(session_id, person_id=actor.person_id)
    if row is None:
        forbid("您不在这个班的名册里，不能签这节课。", remedy="请核对是不是进错了教室，或联系培训机构。")
    return row


def _rules(session: Session) -> SignRules:
    return sign_rules(session.training_class.district_id, legal_day(session.during.lower))


def _steps(rules: SignRules, at: datetime) -> range:
    now = codes.step_at(at, rules.seconds)
    return range(now - rules.steps + 1, now + 1)


def _whose(session: Session, pin: str, members: list[int] | None) -> int | None:
    secret = secret_of(session)
    if not secret:
        return None
    if members is None:
        members = list(
            Member.objects.filter(attendance__session=session).order_by("pk").values_list("pk", flat=True)
        )
    return next((m for m in members if codes.same(codes.pin(secret, session.pk, m), pin)), None)


def _not_guessing(rules: SignRules, at: datetime, *, session_id: int, person_id: int | None) -> None:
    """Refuses: too-many-tries."""
    tried = SignIn.objects.filter(session_id=session_id, accepted=False, refusal__in=_WRONG)
    wrong = tried.filter(at__gt=at - rules.wait).filter(Q(person_id=person_id))
    if wrong.count() >= rules.tries * (1 if person_id else 2):
        minutes = int(rules.wait.total_seconds() // 60)
        refuse(
            "too-many-tries", "输错的次数太多。", remedy=f"请{minutes}分钟后再试，或请教师见证。", status=429
        )
