"""What every page of a draft begins with: the draft, its standing, the steps from copy to law."""

from __future__ import annotations

from typing import Any

from django.http import Http404
from django.urls import reverse

from wudan.kernel.actor import Actor
from wudan.laboratory.queries import runs_of
from wudan.policy.drafts.queries import draft_of
from wudan.policy.states import DRAFT
from wudan.web.shared.parts import Crumb, Step, StepState, Tone

TONES: dict[str, Tone] = {"drafting": "now", "proposed": "wait", "approved": "done", "dropped": "off"}
RUN_TONES: dict[str, Tone] = {"waiting": "wait", "running": "now", "done": "done", "failed": "wrong"}
FILES = {
    "rulebook.yaml": "总则和推算的事项",
    "values.yaml": "标准、限额和标准表",
    "schemes.yaml": "补贴项目、申领条件和金额",
    "across.yaml": "多次申请之间的规则",
    "funds.yaml": "资金、支付对象、备付和任务",
    "lines.yaml": "培训类别",
    "procedure.yaml": "办理时限和参数",
    "texts.yaml": "理由、名称和用语",
    "open_points.yaml": "文件没有写明的问题",
}


def one(actor: Actor, draft_id: int) -> Any:
    """The draft; to anybody else it does not exist."""
    found = draft_of(actor, draft_id)
    if found is None:
        raise Http404
    return found


def at(name: str, *args: object) -> str:
    return reverse(f"bureau:lab_{name}", args=args)


def frame(draft: Any, title: str = "", *, seen: str = "", **more: Any) -> dict[str, Any]:
    """Context of a page about a draft; with `title` a page under it. `seen` is the revision a form was opened with: shown again
    after a refusal it keeps it, so that pressing once more does not overwrite what somebody else wrote meanwhile."""
    crumbs = [
        Crumb("政策实验室", reverse("bureau:laboratory")),
        Crumb(draft.title, at("draft", draft.pk) if title else ""),
    ]
    if title:
        crumbs.append(Crumb(title))
    return {
        "title": title or draft.title,
        "crumbs": crumbs,
        "draft": draft,
        "state": DRAFT.states[draft.state],
        "tone": TONES[draft.state],
        "open": draft.state == "drafting",
        "revision_text": seen or str(draft.revision),
        **more,
    }


def steps(actor: Actor, draft: Any) -> list[Step]:
    """修改 → 案例 → 试算 → 提请 → 发布."""
    here = at("draft", draft.pk)
    changed = draft.content_hash != draft.base.content_hash
    tried = runs_of(actor, draft.pk).filter(state="done", revision=draft.text_revision).exists()
    sound = bool(draft.content_hash)
    past = draft.state in ("proposed", "approved")
    wrote: StepState = "stopped" if not sound else "done" if changed else "now"
    agrees: StepState = "stopped" if draft.red_cases else "done" if sound and changed else "todo"
    law: StepState = "done" if draft.state == "approved" else "now" if draft.state == "proposed" else "todo"
    return [
        Step("修改", wrote, at("values", draft.pk)),
        Step("案例相符", agrees, at("cases", draft.pk)),
        Step("试算", "done" if tried else "todo", f"{here}#runs"),
        Step("提请批准", "done" if past else "todo", f"{here}#release"),
        Step("批准发布", law, at("differences", draft.pk)),
    ]


def problem_rows(draft: Any, problems: Any) -> list[dict[str, Any]]:
    """Each problem with the way to its line."""
    return [
        {
            "file": p.file,
            "line": p.line,
            "message": p.message,
            "href": "" if p.file.startswith("common/") else f"{at('file', draft.pk, p.file)}?line={p.line}",
        }
        for p in problems
    ]
