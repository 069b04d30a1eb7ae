"""What every change of a draft asks first, and what it does last."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from wudan.kernel.actor import Actor
from wudan.kernel.errors import INVALID, forbid, refuse
from wudan.policy.drafts.checking import Checked, check
from wudan.policy.drafts.queries import files_of
from wudan.policy.models import Draft, DraftFile
from wudan.policy.states import DRAFT

LONGEST_FILE = 400_000
CHECKED = ["problems", "red_cases", "content_hash"]


def locked(draft_id: int, actor: Actor, verb: str) -> Draft:
    """The draft, locked, in a state the verb may leave. Refuses: forbidden, wrong-state."""
    actor.require(*DRAFT.move(verb).who)
    draft = Draft.objects.select_for_update(of=("self",)).select_related("base").filter(pk=draft_id).first()
    if draft is None or draft.district_id != actor.district_id:
        forbid("这份草案不属于您所在的区。")
    DRAFT.check(verb, draft.state)
    return draft


def to_change(draft_id: int, revision: int, actor: Actor) -> Draft:
    """A draft still being drafted, as the actor saw it. Refuses: forbidden, wrong-state, draft-changed."""
    draft = locked(draft_id, actor, "propose")
    require_revision(draft, revision)
    return draft


def require_revision(draft: Draft, revision: int) -> None:
    if draft.revision != revision:
        refuse(
            "draft-changed",
            f"您打开之后，{draft.changed_label}又修改了这份草案，您这次的内容没有保存。",
            remedy="请另开一页查看最新内容，再把您的修改填进去。",
        )


def write(
    draft: Draft, changes: Mapping[str, str | None], *, actor: Actor, at: datetime, rules: bool = True
) -> Checked:
    """Write files (None takes one away), read the whole again, and put what was found on the draft. `rules` says whether what
    is decided may change by it; a release number changes nothing."""
    kept = {file.name: file for file in draft.files.order_by("name")}
    for name, text in changes.items():
        if text is None:
            if name in kept:
                kept[name].delete()
        elif len(text) > LONGEST_FILE:
            refuse(
                "file-too-long",
                f"“{name}”超过{LONGEST_FILE:,}字。",
                remedy="请拆成几个文件。",
                status=INVALID,
            )
        elif name not in kept:
            DraftFile.objects.create(draft=draft, name=name, text=text)
        elif kept[name].text != text:
            kept[name].text = text
            kept[name].save(update_fields=["text"])
    return sign(draft, actor=actor, at=at, rules=rules)


def sign(draft: Draft, *, actor: Actor, at: datetime, rules: bool) -> Checked:
    """The draft as changed by this actor, read again."""
    if actor.user_id is not None and actor.user_id not in draft.drafted_by:
        draft.drafted_by = [*draft.drafted_by, actor.user_id]
    draft.revision += 1
    if rules:
        draft.text_revision = draft.revision
    draft.changed_at, draft.changed_label = at, actor.label
    found = note_check(draft)
    draft.save(
        update_fields=["drafted_by", "revision", "text_revision", "changed_at", "changed_label", *CHECKED]
    )
    return found


def note_check(draft: Draft) -> Checked:
    """Read the draft and put the result on it; the caller saves `CHECKED`."""
    found = check(draft.base.rulebook, files_of(draft.pk))
    draft.problems = [[p.file, p.line, p.message] for p in found.problems]
    draft.red_cases, draft.content_hash = len(found.red), found.content_hash
    return found
