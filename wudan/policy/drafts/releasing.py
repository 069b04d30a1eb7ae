"""From draft to law (发布): proposed with document number, first day and release number; approved by somebody who changed nothing."""

from __future__ import annotations

import re
from datetime import date, datetime

from django.db import transaction

from wudan.kernel.actor import Actor
from wudan.kernel.errors import INVALID, forbid, refuse
from wudan.kernel.history import acting
from wudan.kernel.journal import tell
from wudan.organisations.models import District
from wudan.policy.actions import record_release
from wudan.policy.drafts.actions import BASIS
from wudan.policy.drafts.guards import locked, require_revision, to_change, write
from wudan.policy.drafts.queries import check_draft, files_of, newest_hash
from wudan.policy.drafts.templates import TO_WRITE
from wudan.policy.drafts.yamltext import Unreadable, put
from wudan.policy.engine.rulebook import Rulebook
from wudan.policy.models import Draft, Enactment, Release
from wudan.policy.queries import forget_seen
from wudan.policy.states import DRAFT

NUMBER = re.compile(r"[0-9A-Za-z._-]{1,20}")
HEAD = "rulebook.yaml"


def propose(
    *, draft_id: int, revision: int, number: str, document: str, valid_from: date, actor: Actor, at: datetime
) -> Draft:
    """提请批准: number and document are written into the rulebook, and the text stands still from here on.

    Refuses: forbidden, wrong-state, draft-changed, needs-document, bad-number, number-taken, base-outdated, nothing-changed,
    does-not-load, cases-red, template-left, wrong-district.
    """
    number, document = number.strip(), document.strip()
    if not document or len(document) > 100:
        refuse(
            "needs-document",
            "请写明发布依据的文号。",
            remedy="例如“台人社发〔2020〕12号”。",
            field="document",
            status=INVALID,
        )
    if not NUMBER.fullmatch(number):
        sentence = "版本号只能用字母、数字、点、横线和下划线，最多20个字符。"
        refuse("bad-number", sentence, remedy="例如“2021.1”。", field="number", status=INVALID)
    with acting(actor=actor, at=at, basis=document):
        draft = to_change(draft_id, revision, actor)
        require_newest(draft)
        if draft.content_hash == draft.base.content_hash:
            refuse("nothing-changed", "草案和现行政策没有不同。", remedy="请先修改内容。")
        files = files_of(draft.pk)
        try:
            files[HEAD] = put(files[HEAD], ("rulebook", "release"), number)
            files[HEAD] = put(files[HEAD], ("rulebook", "amended_by"), document)
        except (Unreadable, KeyError):
            refuse("does-not-load", f"{HEAD} 中没有“rulebook”一节。", remedy="请先改正列出的问题。")
        require_number(draft, number, "")
        write(draft, {HEAD: files[HEAD]}, actor=actor, at=at, rules=False)
        require_sound(draft)
        draft.state = DRAFT.check("propose", draft.state)
        draft.number, draft.document, draft.valid_from, draft.reason = number, document, valid_from, ""
        draft.proposed_by, draft.proposed_at, draft.proposed_label = actor.user_id or 0, at, actor.label
        draft.save(update_fields=["state", "number", "document", "valid_from", "reason", *PROPOSED])
        tell("policy:proposed", at=at, district=draft.district_id, draft=draft.pk)
    return draft


PROPOSED = ["proposed_by", "proposed_at", "proposed_label"]


def take_back(*, draft_id: int, actor: Actor, at: datetime) -> Draft:
    """收回修改, by whoever took part in drafting. Refuses: forbidden, wrong-state."""
    with acting(actor=actor, at=at, basis=BASIS):
        draft = locked(draft_id, actor, "take_back")
        if actor.user_id not in draft.drafted_by:
            forbid("收回由起草人办理。", remedy="您没有参与起草，可以“退回修改”并写明原因。")
        return _reopen(draft, "take_back", "")


def send_back(*, draft_id: int, reason: str, actor: Actor, at: datetime) -> Draft:
    """退回修改, by the second person, with the reason. Refuses: forbidden, wrong-state, needs-comment."""
    with acting(actor=actor, at=at, basis=BASIS):
        draft = locked(draft_id, actor, "send_back")
        require_second(draft, actor)
        if not reason.strip():
            refuse(
                "needs-comment", "退回须写明原因。", remedy="请填写后再提交。", field="reason", status=INVALID
            )
        return _reopen(draft, "send_back", reason.strip())


def _reopen(draft: Draft, verb: str, reason: str) -> Draft:
    draft.state, draft.reason = DRAFT.check(verb, draft.state), reason
    draft.save(update_fields=["state", "reason"])
    return draft


def approve(*, draft_id: int, revision: int, actor: Actor, at: datetime) -> Enactment:
    """批准发布: from its first day on the district decides by it; what was decided keeps its own release.

    `revision` is what the approver has read. Refuses: forbidden (also whoever took part in drafting), wrong-state,
    draft-changed, base-outdated, number-taken, does-not-load, cases-red, template-left,
    wrong-district.
    """
    with acting(actor=actor, at=at, basis=_basis(draft_id)):
        draft = locked(draft_id, actor, "approve")
        District.objects.select_for_update().get(pk=draft.district_id)  # one release after another
        require_revision(draft, revision)
        require_second(draft, actor)
        require_newest(draft)
        rulebook = require_sound(draft)
        require_number(draft, draft.number, rulebook.content_hash)
        if draft.valid_from is None:  # the database would not have let it be proposed
            raise ValueError(draft.pk)
        draft.state, draft.approved_by = DRAFT.check("approve", draft.state), actor.user_id
        draft.save(update_fields=["state", "approved_by"])
        release = record_release(rulebook, at, files_of(draft.pk))
        enacted = Enactment.objects.create(
            district_id=draft.district_id,
            release=release,
            draft=draft,
            rulebook=release.rulebook,
            number=draft.number,
            document=draft.document,
            valid_from=draft.valid_from,
            approved_at=at,
            approved_by=actor.user_id or 0,
            approved_label=actor.label,
        )
        day = draft.valid_from.isoformat()
        said = {"district": draft.district_id, "release": release.pk, "valid_from": day, "by": actor.user_id}
        tell("policy:released", at=at, **said)
        transaction.on_commit(forget_seen)
    return enacted


# --- what they ask ------------------------------------------------------------------------------------------------
def require_second(draft: Draft, actor: Actor) -> None:
    if actor.user_id is None or actor.user_id in draft.drafted_by or actor.user_id == draft.proposed_by:
        forbid(
            "您参与了这份草案的起草，须由另一位政策管理人员批准。",
            remedy="请转给没有参与起草的政策管理人员。",
        )


def require_newest(draft: Draft) -> None:
    """Nothing was released since the draft was copied: else its changes would be lost without anybody saying so."""
    if newest_hash(draft.district_id) != draft.base.content_hash:
        refuse(
            "base-outdated",
            f"这份草案抄自{draft.base}，之后本区又有了新的版本，草案里没有它的内容。",
            remedy="请从最新版本重新起草，把这次的修改填进去。",
        )


def require_sound(draft: Draft) -> Rulebook:
    """The draft loads, is the district's own, and all its cases agree."""
    found = check_draft(draft)
    if found.rulebook is None:
        first = found.problems[0]
        refuse(
            "does-not-load",
            f"草案还有{len(found.problems)}处问题，例如{first}。",
            remedy="请改正后再提请批准。",
        )
    if found.red:
        refuse(
            "cases-red",
            f"还有{len(found.red)}个案例和草案的结论不符。",
            remedy="请在“案例”中逐个核对：规则写错的改规则，预期应当改变的改预期。",
        )
    left = [name for name, text in files_of(draft.pk).items() if TO_WRITE in text]
    if left:
        sentence = f"{left[0]}里还有没有改写的样例文字（“{TO_WRITE}”）。"
        refuse("template-left", sentence, remedy="请改写或删去这些文字，再提请批准。")
    if found.rulebook.district_code != draft.district_id:
        refuse("wrong-district", "草案写的行政区划代码不是本区。", remedy=f"请改回{draft.district_id}。")
    return found.rulebook


def require_number(draft: Draft, number: str, content_hash: str) -> None:
    """`<folder>@<number>` stands for one text, for good."""
    same = Release.objects.filter(rulebook=draft.base.rulebook, release=number)
    if same.exclude(content_hash=content_hash).exists():
        refuse(
            "number-taken",
            f"版本号“{number}”已经用过。",
            remedy="请另写一个版本号。",
            field="number",
            status=INVALID,
        )


def _basis(draft_id: int) -> str:
    return Draft.objects.filter(pk=draft_id).values_list("document", flat=True).first() or BASIS
