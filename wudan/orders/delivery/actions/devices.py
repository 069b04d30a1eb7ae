"""签到设备: one phone a person and one person a phone. The first sign-in binds; another phone needs a reason and somebody else."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q

from wudan.kernel.actor import Actor
from wudan.kernel.crypto import blind_index, same_index
from wudan.kernel.errors import INVALID, forbid, refuse
from wudan.kernel.history import acting
from wudan.kernel.journal import note
from wudan.kernel.roles import Role
from wudan.orders.delivery.actions.attempts import BASIS
from wudan.orders.delivery.actions.guards import require_reason
from wudan.orders.delivery.models import Device, Member

KEY_LENGTH = 32
OTHER_PERSONS = "这部手机已绑定另一名学员，一部手机只能给一个人签到。没有手机的，请用口令签到或请教师见证。"
OTHER_PHONE = "您绑定的是另一部手机，不能用这部手机签到。换了手机的，请找培训机构或区人力资源社会保障局解绑。"
UNKNOWN = "没有认出这部手机。请允许浏览器保存信息（Cookie），刷新页面后再扫。"


@dataclass(frozen=True, slots=True)
class Phone:
    """What the device check found: `refusal` in words, or the bound device, or none yet (`device` None: bind it)."""

    refusal: str
    device: Device | None


def hash_of(key: str) -> bytes:
    """What is kept of a device's key: nobody can sign in with the hash."""
    return blind_index(key, "device")


def look(person_id: int, key: str) -> Phone:
    """Whether this person may sign in with this phone. One query."""
    if len(key) < KEY_LENGTH:
        return Phone(UNKNOWN, None)
    hashed = hash_of(key)
    live = Device.objects.filter(released_at=None).filter(Q(person_id=person_id) | Q(key_hash=hashed))
    found = list(live.order_by("id"))
    if any(d.person_id != person_id for d in found):
        return Phone(OTHER_PERSONS, None)
    if found and not same_index(bytes(found[0].key_hash), hashed):
        return Phone(OTHER_PHONE, None)
    return Phone("", found[0] if found else None)


def bind(person_id: int, key: str, at: datetime) -> Device:
    """Inside the caller's transaction, after `look`. Refuses, in a race: device_one_per_person, device_of_one_person."""
    return Device.objects.create(person_id=person_id, key_hash=hash_of(key), bound_at=at)


def bind_device(*, key: str, actor: Actor, at: datetime) -> Device:
    """绑定手机, by the person; the bound phone again changes nothing. `key` is the random secret the browser keeps.

    Refuses: forbidden, other-device.
    """
    actor.require(Role.WORKER)
    if actor.person_id is None:
        forbid("您的账号没有登记本人信息。")
    with acting(actor=actor, at=at, basis=BASIS):
        phone = look(actor.person_id, key)
        if phone.refusal:
            refuse("other-device", phone.refusal, status=INVALID)
        return phone.device or bind(actor.person_id, key, at)


def release_device(*, person_id: int, reason: str, actor: Actor, at: datetime) -> Device:
    """解绑手机, by the provider that teaches the person, or by 受理 of a district where the person learns; journalled.

    Refuses: forbidden, needs-reason, no-device. Never by the person: who passes a phone around would do it every morning.
    """
    actor.require(Role.PROVIDER, Role.INTAKE)
    reason = require_reason(reason, "解绑手机")
    taught = Member.objects.filter(person_id=person_id)
    if actor.role is Role.PROVIDER:
        taught = taught.filter(
            training_class__provider_id=actor.organisation_id,
            training_class__state__in=["approved", "running"],
            state__in=["in_class", "interrupted"],
        )
    else:
        taught = taught.filter(training_class__district_id=actor.district_id)
    if not taught.exists():
        forbid("这名学员不在您办理的班级里，不能解绑。")
    with acting(actor=actor, at=at, basis=f"{BASIS}；{reason}"):
        found = Device.objects.select_for_update().filter(person_id=person_id, released_at=None).first()
        if found is None:
            refuse("no-device", "这名学员没有绑定手机，不用解绑。", remedy="学员下次扫码时自动绑定。")
        found.released_at, found.reason = at, reason
        found.save(update_fields=["released_at", "reason"])
        note(
            actor=actor,
            at=at,
            verb="release-device",
            subject_kind="device",
            subject_id=found.pk,
            reason=reason,
        )
    return found
