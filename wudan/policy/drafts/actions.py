"""Changing a draft: copy, form, text, cases. What does not load is kept all the same, it only cannot be run or proposed."""

from __future__ import annotations

import re
from collections.abc import Collection
from datetime import datetime

from wudan.kernel.actor import Actor
from wudan.kernel.errors import INVALID, refuse
from wudan.kernel.history import acting
from wudan.kernel.roles import Role
from wudan.policy.actions import record_release
from wudan.policy.drafts import cases, entries
from wudan.policy.drafts.checking import Checked
from wudan.policy.drafts.guards import locked, note_check, sign, to_change, write
from wudan.policy.drafts.queries import check_draft, files_of, newest_texts
from wudan.policy.drafts.yamltext import Unreadable
from wudan.policy.models import Draft, DraftFile, Release
from wudan.policy.queries import rulebook_for
from wudan.policy.states import DRAFT
from wudan.policy.stored import readable

BASIS = "政策草案"
_NAME = re.compile(r"(cases/)?[0-9A-Za-z\u4e00-\u9fff_-]{1,40}\.(yaml|csv)")


def copy_rulebook(*, district_id: str, title: str, actor: Actor, at: datetime) -> Draft:
    """起草: the district's newest rulebook copied as a draft. Refuses: forbidden, needs-title."""
    actor.require(Role.POLICY, district_id=district_id)
    with acting(actor=actor, at=at, basis=BASIS):
        content_hash, texts = newest_texts(district_id)
        base = Release.objects.filter(content_hash=content_hash).defer("files").first()
        base = base or record_release(rulebook_for(district_id), at)
        draft = Draft(
            district_id=district_id,
            title=_title(title),
            base=base,
            drafted_by=[actor.user_id or 0],
            made_at=at,
            changed_at=at,
            changed_label=actor.label,
        )
        draft.save()
        for name, text in texts.items():
            DraftFile.objects.create(draft=draft, name=name, text=readable(text))
        note_check(draft)
        draft.save(update_fields=["problems", "red_cases", "content_hash"])
    return draft


def rename(*, draft_id: int, revision: int, title: str, actor: Actor, at: datetime) -> Draft:
    """改名. Refuses: forbidden, wrong-state, draft-changed, needs-title."""
    with acting(actor=actor, at=at, basis=BASIS):
        draft = to_change(draft_id, revision, actor)
        draft.title = _title(title)
        draft.save(update_fields=["title"])
        sign(draft, actor=actor, at=at, rules=False)
    return draft


def save_file(*, draft_id: int, revision: int, name: str, text: str, actor: Actor, at: datetime) -> Checked:
    """改文件: saved whatever it says; the answer tells every problem. Common files belong to all districts.

    Refuses: forbidden, wrong-state, draft-changed, no-file, common-file, file-too-long.
    """
    with acting(actor=actor, at=at, basis=BASIS):
        draft = to_change(draft_id, revision, actor)
        _require_own(draft, name)
        return write(draft, {name: _unix(text)}, actor=actor, at=at)


def add_file(*, draft_id: int, revision: int, name: str, text: str, actor: Actor, at: datetime) -> Checked:
    """新增文件, e.g. a rule by its own document. Refuses: forbidden, wrong-state, draft-changed, bad-name, draft_file_once."""
    with acting(actor=actor, at=at, basis=BASIS):
        draft = to_change(draft_id, revision, actor)
        if not _NAME.fullmatch(name):
            refuse(
                "bad-name",
                f"文件名“{name}”不能用。",
                remedy="请用汉字、字母、数字和短横线，以 .yaml 结尾；案例以 cases/ 开头、.csv 结尾。",
                field="name",
                status=INVALID,
            )
        if draft.files.filter(name=name).exists():
            refuse(
                "draft_file_once",
                f"草案中已经有“{name}”。",
                remedy="请换一个文件名。",
                field="name",
                status=INVALID,
            )
        return write(draft, {name: _unix(text)}, actor=actor, at=at)


def remove_file(*, draft_id: int, revision: int, name: str, actor: Actor, at: datetime) -> Checked:
    """删文件. Refuses: forbidden, wrong-state, draft-changed, no-file, common-file, head-file."""
    with acting(actor=actor, at=at, basis=BASIS):
        draft = to_change(draft_id, revision, actor)
        _require_own(draft, name)
        if name == "rulebook.yaml":
            refuse("head-file", "rulebook.yaml 是总则，不能删去。", remedy="请修改其中的内容。")
        return write(draft, {name: None}, actor=actor, at=at)


def save_entry(
    *,
    draft_id: int,
    revision: int,
    section: str,
    code: str,
    version: str,
    wanted: entries.Wanted,
    actor: Actor,
    at: datetime,
) -> Checked:
    """改数值: one version of a value, table or parameter by form; `version` is its key, or "new" for one more.

    What would not load is refused with the engine's own words, and nothing is saved. Refuses: forbidden, wrong-state,
    draft-changed, no-entry, bad-entry.
    """
    with acting(actor=actor, at=at, basis=BASIS):
        draft = to_change(draft_id, revision, actor)
        files = files_of(draft.pk)
        entry = entries.entry_of(files, section, code)
        old = entry.version(version) if entry else None
        if entry is None or (old is None and version != "new"):
            refuse("no-entry", "草案中没有这一项，可能刚被改动。", remedy="请回到数值页面重新打开。")
        try:
            text = files[entry.file]
            text = (
                entries.with_version(text, entry, wanted)
                if old is None
                else entries.changed(text, entry, old, wanted)
            )
        except Unreadable:
            refuse("bad-entry", f"{entry.file} 的写法不能用表格修改。", remedy="请在文件中直接修改。")
        _require_no_worse(draft, files, {**files, entry.file: text})
        return write(draft, {entry.file: text}, actor=actor, at=at)


def remove_version(
    *, draft_id: int, revision: int, section: str, code: str, version: str, actor: Actor, at: datetime
) -> Checked:
    """删去一个版本 of several. Refuses: forbidden, wrong-state, draft-changed, no-entry, bad-entry."""
    with acting(actor=actor, at=at, basis=BASIS):
        draft = to_change(draft_id, revision, actor)
        files = files_of(draft.pk)
        entry = entries.entry_of(files, section, code)
        old = entry.version(version) if entry else None
        if entry is None or old is None:
            refuse("no-entry", "草案中没有这一项，可能刚被改动。", remedy="请回到数值页面重新打开。")
        try:
            text = entries.without_version(files[entry.file], entry, old)
        except Unreadable:
            refuse("bad-entry", "只有一个版本的，不能删去这个版本。", remedy="请修改它的内容。")
        return write(draft, {entry.file: text}, actor=actor, at=at)


def accept_cases(
    *, draft_id: int, revision: int, keys: Collection[str], actor: Actor, at: datetime
) -> Checked:
    """改案例的预期: the chosen rows shall expect what the draft decides; somebody has looked at each.

    Refuses: forbidden, wrong-state, draft-changed, nothing-chosen, does-not-load, bad-entry.
    """
    with acting(actor=actor, at=at, basis=BASIS):
        draft = to_change(draft_id, revision, actor)
        files = files_of(draft.pk)
        found = check_draft(draft, files)
        if found.rulebook is None:
            refuse("does-not-load", "草案还有问题，案例无法核对。", remedy="请先改正列出的问题。")
        if not keys:
            refuse("nothing-chosen", "没有选择案例。", remedy="请勾选核对过的案例。", status=INVALID)
        try:
            changes = cases.accepted(found.rulebook, files, keys)
        except Unreadable as error:
            refuse("bad-entry", f"{error}。", remedy="请在案例文件中直接修改。")
        return write(draft, dict(changes), actor=actor, at=at)


def drop(*, draft_id: int, actor: Actor, at: datetime, reason: str = "") -> Draft:
    """放弃草案: kept for the record. Refuses: forbidden, wrong-state."""
    with acting(actor=actor, at=at, basis=BASIS):
        draft = locked(draft_id, actor, "drop")
        draft.state, draft.reason = DRAFT.check("drop", draft.state), reason.strip()
        draft.save(update_fields=["state", "reason"])
    return draft


def _title(title: str) -> str:
    text = " ".join(title.split())
    if not 2 <= len(text) <= 60:
        refuse(
            "needs-title",
            "草案名称应为2至60个字。",
            remedy="例如“提高初级工标准”。",
            field="title",
            status=INVALID,
        )
    return text


def _require_own(draft: Draft, name: str) -> None:
    if name.startswith("common/"):
        refuse(
            "common-file",
            f"“{name}”由各区共用，草案里不能改。",
            remedy="本区不同的内容，请写在本区的文件里。",
        )
    if not draft.files.filter(name=name).exists():
        refuse("no-file", f"草案中没有“{name}”。", remedy="请回到草案页面重新打开。")


def _require_no_worse(draft: Draft, before: dict[str, str], after: dict[str, str]) -> None:
    """A form must not bring in a problem; problems that were there before are somebody else's."""
    found = check_draft(draft, after)
    if not found.problems:
        return
    known = {p.message for p in check_draft(draft, before).problems}
    new = [p for p in found.problems if p.message not in known]
    if new:
        refuse(
            "bad-entry", "；".join(p.message for p in new[:3]) + "。", remedy="改好后再保存。", status=INVALID
        )


def _unix(text: str) -> str:
    """A browser sends line ends its own way."""
    return text.replace("\r\n", "\n").replace("\r", "\n")
