"""扫码签到: the code on the teacher's screen, scanned by the learner's own phone, at once or after the network came back.

Bound to the person (log-in), the device, the session, the room and the time. What is refused is recorded with its reason.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.db import IntegrityError

from wudan.kernel.actor import Actor
from wudan.kernel.errors import INVALID, Refused, forbid, refuse
from wudan.kernel.history import acting
from wudan.kernel.periods import legal_day
from wudan.kernel.roles import Role
from wudan.orders.delivery import codes
from wudan.orders.delivery.actions import attempts, devices
from wudan.orders.delivery.actions.attempts import BASIS, Signed
from wudan.orders.delivery.models import Attendance, Session, SignIn
from wudan.orders.delivery.queries.rules import SignRules, sign_rules
from wudan.orders.delivery.queries.screens import room_of, secret_of

FORGED = "这不是本节课屏幕上的签到码。请扫教师屏幕上正在显示的码。"
STALE = "这个码已经过期，可能是转发的图片。请扫教师屏幕上正在显示的码。"
AHEAD = "这个码还没有显示过，不能使用。"
STRANGER = "您不在这个班的名册里，不能签这节课。请核对是不是进错了教室。"
UNBOUND_OFFLINE = "断网补传只接受课前已绑定的手机。请当天找教师见证。"
TOO_LATE = "补传超过了规定的时限。确实到课的，请联系培训机构办理。"
CLOCK = "手机记录的扫码时间与签到码的时间对不上，不能补传。请核对手机时间；确实到课的，请找教师见证。"
REFUSALS_KEPT = 30
"""How many refused attempts of one person at one session are kept in `FLOOD`; more only tire the table."""
FLOOD = timedelta(minutes=10)


@dataclass(frozen=True, slots=True)
class Scan:
    """One code as a phone scanned it. `claimed_at` is the phone's own time of scanning; `token` names the attempt."""

    code: str
    token: UUID
    claimed_at: datetime | None = None


def sign_with_code(
    *, code: str, device_key: str, claimed_at: datetime | None, token: UUID, actor: Actor, at: datetime
) -> Signed:
    """扫码签到, by the learner. The same token, or who is already in, gets the same answer.

    Answers with the reason where the code is old, forged, of another session or room, the phone another's or another one, the
    session not open, the class not running, the learner no member. Refuses: forbidden, bad-code, token-used, too-many-tries.
    """
    scan = Scan(code, token, claimed_at)
    return _sign(scan, device_key, actor=actor, at=at, scanned_at=at, offline=False)


def sync_offline(
    *, scans: Sequence[Scan], device_key: str, phone_now: datetime, actor: Actor, at: datetime
) -> list[Signed | Refused]:
    """断网补传: codes the phone kept while it had no network, each in its own transaction, each token once; same order.

    `phone_now` is the phone's clock while it sends: a clock that is wrong by the same amount then and now does no harm. The
    code must be ours, and its step within the allowed seconds of the corrected time of scanning. Marked `code_offline`.
    """
    answers: list[Signed | Refused] = []
    for scan in scans:
        try:
            if scan.claimed_at is None:
                refuse("no-time", "没有扫码时间，不能补传。", status=INVALID)
            scanned_at = scan.claimed_at + (at - phone_now)
            answers.append(_sign(scan, device_key, actor=actor, at=at, scanned_at=scanned_at, offline=True))
        except Refused as refused:
            answers.append(refused)
    return answers


def _sign(scan: Scan, key: str, *, actor: Actor, at: datetime, scanned_at: datetime, offline: bool) -> Signed:
    actor.require(Role.WORKER)
    if actor.person_id is None:
        forbid("您的账号没有登记本人信息，不能签到。")
    code = codes.read(scan.code)
    if code is None:
        refuse("bad-code", "没有认出这个签到码。", remedy="请扫教师屏幕上正在显示的码。", status=INVALID)
    try:
        return _decide(
            scan, code, key, actor.person_id, actor=actor, at=at, scanned_at=scanned_at, offline=offline
        )
    except IntegrityError:  # this very attempt was answered before: asked for only now, since it is rare
        told = attempts.earlier(scan.token, actor.person_id)
        if told is None:
            raise
        return told


def _decide(
    scan: Scan,
    code: codes.Code,
    key: str,
    person_id: int,
    *,
    actor: Actor,
    at: datetime,
    scanned_at: datetime,
    offline: bool,
) -> Signed:
    with acting(actor=actor, at=at, basis=BASIS):
        row = attempts.seat(code.session_id, person_id=person_id)
        if row is not None and (done := attempts.already(row)):
            return done
        method = "code_offline" if offline else "code"
        if row is None:
            why, signed_at = _stranger(code), at
        else:
            signed_at = min(scanned_at, at)
            why = _faults(row, code, key, at=at, scanned_at=signed_at, offline=offline)
        if why:
            _not_flooding(code.session_id, person_id, at)
        elif row is not None:
            attempts.mark(row, method=method, signed_at=signed_at, actor=actor, at=at)
        attempts.write_down(
            code.session_id, person_id, scan.token, method=method, at=at, claimed_at=scan.claimed_at, step=code.step,
            device_hash=devices.hash_of(key) if key else None, accepted=not why, refusal=why, actor_label=actor.label,
        )  # fmt: skip
    return Signed(
        not why, why, code.session_id, method, None if why else signed_at, person_id=person_id,
        class_name=row.session.training_class.name if row else "",
    )  # fmt: skip


def _stranger(code: codes.Code) -> str:
    """Somebody who has no seat here. Refuses: bad-code where there is no such session at all."""
    if not Session.objects.filter(pk=code.session_id).exists():
        refuse("bad-code", "没有认出这个签到码。", remedy="请扫教师屏幕上正在显示的码。", status=INVALID)
    return STRANGER


def _faults(
    row: Attendance, code: codes.Code, key: str, *, at: datetime, scanned_at: datetime, offline: bool
) -> str:
    """Why this code does not sign this seat; empty, and the phone bound, where it does."""
    rules = sign_rules(row.session.training_class.district_id, legal_day(row.session.during.lower))
    secret = secret_of(row.session)
    if not secret or not codes.genuine(secret, code, room_of(row.session)):
        return FORGED
    why = attempts.not_now(row, scanned_at, rules)
    why = why or (_late_sync if offline else _stale)(code, rules, at, scanned_at)
    if why:
        return why
    phone = devices.look(row.person_id, key)
    if phone.refusal:
        return phone.refusal
    if offline and (phone.device is None or phone.device.bound_at > scanned_at):
        return UNBOUND_OFFLINE
    if phone.device is None:
        devices.bind(row.person_id, key, at)
    return ""


def _stale(code: codes.Code, rules: SignRules, at: datetime, _scanned_at: datetime) -> str:
    behind = codes.step_at(at, rules.seconds) - code.step
    if behind < 0:
        return AHEAD
    return STALE if behind >= rules.steps else ""


def _late_sync(code: codes.Code, rules: SignRules, at: datetime, scanned_at: datetime) -> str:
    """The code's own time, which nobody can change, against the phone's."""
    shown = codes.shown_from(code.step, rules.seconds)
    if shown > at:
        return AHEAD
    if at - shown > rules.offline:
        return TOO_LATE
    until = shown + timedelta(seconds=rules.seconds * rules.steps)
    return "" if shown - rules.skew <= scanned_at <= until + rules.skew else CLOCK


def _not_flooding(session_id: int, person_id: int, at: datetime) -> None:
    kept = SignIn.objects.filter(
        session_id=session_id, person_id=person_id, accepted=False, at__gt=at - FLOOD
    )
    if kept.count() >= REFUSALS_KEPT:
        refuse("too-many-tries", "签到失败的次数太多。", remedy="请10分钟后再试，或请教师见证。", status=429)
