"""What a draft changes against what it was copied from: value by value, and line by line; what the second person reads."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_GET

from wudan.kernel.actor import Actor
from wudan.kernel.roles import Role
from wudan.laboratory.queries import runs_of
from wudan.policy.drafts.comparing import Difference, differences, file_differences
from wudan.policy.drafts.queries import base_files, check_draft, files_of
from wudan.policy.queries import rulebook_of
from wudan.web.bureau.desk import Desk
from wudan.web.bureau.laboratory.showing import FILES, frame, one, problem_rows
from wudan.web.shared.acting import for_roles
from wudan.web.shared.render import page

KINDS = {"new": ("新增", "done"), "gone": ("删去", "wrong"), "changed": ("变更", "wait")}


@require_GET
@for_roles(Role.POLICY)
def changes(request: HttpRequest, actor: Actor, draft_id: int) -> HttpResponse:
    desk, found = Desk(actor), one(actor, draft_id)
    files = files_of(draft_id)
    checked = check_draft(found, files)
    texts = file_differences(base_files(found), files)
    me = actor.user_id in found.drafted_by or actor.user_id == found.proposed_by
    context = frame(
        found,
        "与现行版本的不同",
        rows=[_row(one) for one in differences(rulebook_of(found.base), checked.rulebook)] if checked.rulebook else [],
        sound=checked.rulebook is not None,
        problems=problem_rows(found, checked.problems),
        texts=[{"one": t, "kind": KINDS[t.kind], "words": FILES.get(t.name, "")} for t in texts],
        added=sum(t.added for t in texts),
        removed=sum(t.removed for t in texts),
        run=runs_of(actor, draft_id).filter(state="done").first(),
        may_approve=found.state == "proposed" and not me,
        may_take_back=found.state == "proposed" and me,
        early=found.valid_from is not None and found.valid_from < desk.today,
    )  # fmt: skip
    return page(request, "bureau/laboratory/differences.html", context)


def _row(one: Difference) -> dict[str, Any]:
    return {"kind": KINDS[one.kind], "one": one, "at": one.after or one.before}
