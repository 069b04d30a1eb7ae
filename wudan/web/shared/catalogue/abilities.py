"""How a special ability is shown to its provider and to the district alike."""

from __future__ import annotations

from typing import Any

from wudan.web.shared.capacity.cases import Case
from wudan.web.shared.parts import Fact, Tone

TONES: dict[str, Tone] = {
    "drafted": "wait", "at_district": "wait", "at_city": "now", "at_province": "now", "approved": "done", "returned": "wait",
    "refused": "wrong",
}  # fmt: skip
NOTES = {"returned": "退回意见", "refused": "不予批准的理由"}


def ability_case(found: Any, tone: str, left: int | None) -> Case:
    rows = [
        Fact("申报机构", found.provider.name),
        Fact("地方特色", "是" if found.local else "否"),
        Fact("课时", f"{found.hours}课时" if found.hours else "未填写"),
        Fact(
            "试题库",
            f"{found.questions_name}，{found.questions_count}题，已加密保存"
            if found.questions_count
            else "还没有上传",
        ),
        Fact("考核评价内容", found.content or "未填写"),
    ]
    if found.city_reference:
        rows.append(Fact("市级文号", found.city_reference))
    if found.province_reference:
        rows.append(Fact("省级批准文号", found.province_reference, proof=found.approved_code))
    note = NOTES.get(found.state, "")
    return Case(
        kind="专项职业能力申报",
        state=found.get_state_display(),
        tone=tone,
        facts=rows,
        due=found.due_on,
        left=left,
        note=f"{note}：{found.reason}" if note and found.reason else "",
        note_tone="wait" if found.state == "returned" else "wrong",
    )
