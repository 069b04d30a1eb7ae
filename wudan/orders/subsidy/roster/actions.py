"""The verbs of a roster: upload, check, confirm, save, discard. Check and save run in the worker and may be run again."""

from __future__ import annotations

import hashlib
from datetime import datetime

from wudan.kernel.actor import Actor
from wudan.kernel.crypto import seal_bytes
from wudan.kernel.errors import INVALID, forbid, refuse
from wudan.kernel.history import acting
from wudan.kernel.journal import tell
from wudan.kernel.roles import Role
from wudan.orders.subsidy.actions.guards import require_organisation
from wudan.orders.subsidy.models import Roster
from wudan.orders.subsidy.roster.checking import FILE, check
from wudan.orders.subsidy.roster.saving import save
from wudan.orders.subsidy.states import ROSTER
from wudan.organisations.models import Organisation
from wudan.policy.queries import rulebook_for

MAX_BYTES = 30 * 1024 * 1024
_KIND = {Role.ENTERPRISE: "enterprise", Role.PROVIDER: "provider"}


def upload_roster(
    *, organisation_id: int, file_name: str, content: bytes, authority: str = "", actor: Actor, at: datetime
) -> Roster:
    """上传名册: keeps the file sealed and leaves its check to the worker. `authority` is the 代领 agreement's number.

    Refuses: forbidden, suspended, needs-authority (a provider without agreement), file-too-large, empty-file,
    roster_file_once (the same file of this organisation again).
    """
    actor.require(*_KIND)
    if actor.organisation_id != organisation_id:
        forbid("只能为本单位上传名册。")
    if not content:
        refuse("empty-file", "文件是空的。", remedy="请重新选择文件。", field="file", status=INVALID)
    if len(content) > MAX_BYTES:
        refuse(
            "file-too-large", "文件超过30MB。", remedy="请分成几个文件上传。", field="file", status=INVALID
        )
    if actor.role is Role.PROVIDER and not authority.strip():
        sentence = "培训机构代领须填写与学员签订的代领协议编号。"
        refuse("needs-authority", sentence, remedy="请补填后再上传。", field="authority", status=INVALID)
    district_id = _district_of(actor, organisation_id)
    with acting(actor=actor, at=at, basis=rulebook_for(district_id).document):
        roster = Roster.objects.create(
            district_id=district_id,
            organisation_id=organisation_id,
            file_name=_shortened(file_name),
            file_hash=hashlib.sha256(content).hexdigest(),
            file_sealed=seal_bytes(content, FILE),
            authority=authority.strip()[:200],
            uploaded_at=at,
            uploaded_by=actor.user_id or 0,
        )
        tell("roster:uploaded", at=at, roster=roster.pk)
    return roster


def check_roster(*, roster_id: int, at: datetime) -> Roster:
    """检查名册: every fault, and the preview by the rulebook. Run again it does nothing; killed, it can be run again."""
    return check(roster_id, at)


def confirm_roster(*, roster_id: int, actor: Actor, at: datetime, good_rows_only: bool = False) -> Roster:
    """确认提交: the save itself runs in the worker. With faulty rows the user must say `good_rows_only`.

    Refuses: forbidden, wrong-state, roster-has-faults, nothing-to-submit, suspended.
    """
    with acting(actor=actor, at=at, basis=_basis(roster_id)):
        roster = _own(roster_id, actor, "confirm")
        require_organisation(roster.district_id, roster.organisation_id, _KIND[actor.role])
        if not roster.rows_good:
            sentence = "名册里没有可以提交的行。"
            if roster.rows_known and not roster.faults:
                sentence = "名册里的申请都已经提交过，不会重复提交。"
            refuse("nothing-to-submit", sentence, remedy="请改正标出的问题后重新上传，或放弃这份名册。")
        if roster.faults and not good_rows_only:
            faulty = len({f["row"] for f in roster.faults})
            refuse(
                "roster-has-faults",
                f"名册里还有{faulty}行有问题。",
                remedy="请改正后重新上传；也可以选择只提交没有问题的行。",
            )
        roster.state = ROSTER.check("confirm", roster.state)
        roster.good_rows_only, roster.problem, roster.rows_done = good_rows_only, "", 0
        roster.confirmed_at, roster.confirmed_by, roster.confirmed_label = at, actor.user_id, actor.label
        roster.save(
            update_fields=[
                "state", "good_rows_only", "problem", "rows_done", "confirmed_at", "confirmed_by", "confirmed_label",
            ]
        )  # fmt: skip
        tell("roster:confirmed", at=at, roster=roster.pk)
    return roster


def save_roster(*, roster_id: int, at: datetime) -> Roster:
    """保存名册: every row to be submitted, in one transaction, or none. Run again it does nothing.

    Where it cannot be saved the roster goes back to `checked` with the reason; a fault of ours is raised besides.
    """
    return save(roster_id, at)


def discard_roster(*, roster_id: int, actor: Actor, at: datetime) -> Roster:
    """放弃名册: the same file may then be uploaded again. Refuses: forbidden, wrong-state."""
    with acting(actor=actor, at=at, basis=_basis(roster_id)):
        roster = _own(roster_id, actor, "discard")
        roster.state = ROSTER.check("discard", roster.state)
        roster.save(update_fields=["state"])
        tell("roster:discarded", at=at, roster=roster.pk)
    return roster


def _own(roster_id: int, actor: Actor, verb: str) -> Roster:
    """The organisation's own roster, locked; to anybody else it does not exist."""
    actor.require(*ROSTER.move(verb).who)
    mine = Roster.objects.filter(pk=roster_id, organisation_id=actor.organisation_id or 0)
    roster = mine.select_for_update().first()
    if roster is None:
        forbid("这份名册不是本单位上传的。")
    return roster


def _district_of(actor: Actor, organisation_id: int) -> str:
    """The organisation's district; the organisation must be of the actor's kind and not suspended."""
    district_id = Organisation.objects.values_list("district_id", flat=True).get(pk=organisation_id)
    return require_organisation(district_id, organisation_id, _KIND[actor.role]).district_id


def _basis(roster_id: int) -> str:
    district_id = Roster.objects.filter(pk=roster_id).values_list("district_id", flat=True).first()
    return rulebook_for(district_id).document if district_id else "名册"


def _shortened(file_name: str) -> str:
    """Without folders; the ending kept."""
    bare = file_name.replace("\\", "/").rsplit("/", 1)[-1].replace("\x00", "").strip() or "名册"
    return bare if len(bare) <= 120 else f"{bare[:100]}…{bare[-15:]}"
