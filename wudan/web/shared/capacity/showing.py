"""One teacher, base or registration as a case: the same facts for its owner and for the bureau."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from wudan.kernel.money import in_sentence
from wudan.kernel.periods import working_days_left
from wudan.occupations.queries import level_label
from wudan.orders.catalogue.queries.registrations import evidence_of
from wudan.orders.catalogue.states import REGISTRATION, RESOURCE, SUPPORT
from wudan.organisations.queries import calendar_overrides
from wudan.organisations.states import BASE, TEACHER
from wudan.policy.queries import rulebook_for
from wudan.web.shared.capacity.cases import SIDES, TONES, Case, Table, days, events, subjects, table
from wudan.web.shared.occupations import code_words
from wudan.web.shared.parts import Fact


def left(district_id: str, due_on: date | None, today: date) -> int | None:
    return None if due_on is None else working_days_left(today, due_on, calendar_overrides(district_id))


def of_teacher(found: Any, today: date, *, official: bool) -> Case:
    facts = [
        Fact("姓名", found.person.name, found.person.number_masked),
        Fact("所属机构", found.organisation.name if found.organisation else "区级师资"),
        Fact("职称或技能等级", found.title or "未填写"),
        Fact("资格证书", found.qualification),
        Fact("任教职业", subjects(found)),
        Fact("专职或兼职", "专职" if found.full_time else "兼职"),
        Fact("有效期", days(found.valid)),
        Fact("公开姓名", "本人同意公开" if found.publish_name else "公开页面只显示一部分"),
    ]
    case = _case("师资", found, facts, today, "filed")
    case.events = events(found, TEACHER.states, named=official)
    return case


def of_base(found: Any, today: date, *, official: bool) -> Case:
    facts = [
        Fact("类别", found.get_kind_display()),
        Fact("申报单位", found.organisation.name),
        Fact("地址", found.address),
        Fact("面向职业", "、".join(s.occupation.name for s in found.serves.all())),
        Fact("基本情况", found.description),
        Fact("认定有效期", days(found.valid) if found.valid else "尚未认定"),
    ]
    case = _case("培训载体", found, facts, today, "applied", "reviewed")
    case.events = events(found, BASE.states, named=official)
    return case


def of_registration(found: Any, today: date, *, official: bool) -> Case:
    words = rulebook_for(found.district_id)
    facts = [
        Fact("培训机构", found.provider.name, found.provider.nature),
        Fact("职业（工种）", found.occupation.name, f"编码 {code_words(found.occupation)}"),
        Fact("等级", level_label(found.level)),
        Fact("证书类别", words.word(found.certificate_type)),
        Fact("同期培训规模", f"{found.capacity}人"),
        Fact("有效期", days(found.valid) if found.valid else "尚未备案"),
    ]
    if found.statement:
        facts.append(Fact("办学条件说明", found.statement))
    case = _case("资质备案", found, facts, today, "filed", "accepted")
    case.tables = _evidence(found.pk)
    case.events = events(found, REGISTRATION.states, named=official)
    return case


def of_resource(found: Any, *, official: bool) -> Case:
    facts = [
        Fact("类别", found.get_kind_display()),
        Fact("作者或单位", found.author or "未填写"),
        Fact("适用职业", found.occupation.name if found.occupation else "未填写"),
        Fact("推荐单位", found.offered_by.name if found.offered_by else "区内外征集"),
        Fact("网址", found.url or "没有"),
        Fact("简介", found.summary),
    ]
    if found.teacher:
        facts.insert(1, Fact("教师", found.teacher.person.name))
    return Case(
        kind="三优资源",
        state=found.get_state_display(),
        tone=TONES[found.state],
        facts=facts,
        note=f"评选意见：{found.reason}" if found.reason else "",
        events=events(found, RESOURCE.states, named=official),
    )


def of_support(found: Any, today: date, *, official: bool) -> Case:
    facts = [
        Fact("类别", found.get_kind_display()),
        Fact("申请单位", found.organisation.name),
        Fact("改造内容", found.content),
        Fact("培训成绩", found.results),
        Fact("申请金额", in_sentence(found.asked_fen)),
    ]
    if found.granted_fen is not None:
        facts.append(Fact("同意金额", in_sentence(found.granted_fen), f"依据 {found.document}"))
    case = _case("设施改造支持", found, facts, today, "filed", "accepted", "first_passed")
    if found.state == "accepted_works":
        case.note, case.note_tone = f"验收情况：{found.reason}", "done"
    case.events = events(found, SUPPORT.states, named=official)
    return case


def _case(kind: str, found: Any, facts: Sequence[Fact], today: date, *waiting: str) -> Case:
    due = found.due_on if found.state in waiting else None
    note = {
        "returned": "退回意见",
        "refused": "不予办理的理由",
        "suspended": "暂停的理由",
        "revoked": "撤销的理由",
    }.get(found.state)
    return Case(
        kind=kind,
        state=found.get_state_display(),
        tone=TONES[found.state],
        facts=facts,
        due=due,
        left=left(found.district_id, due, today),
        note=f"{note}：{found.reason}" if note and found.reason else "",
        note_tone="wait" if found.state == "returned" else "wrong",
    )


def _evidence(registration_id: int) -> list[Table]:
    proofs = evidence_of(registration_id)
    teachers = [
        (
            p.teacher.person.name,
            p.teacher.title or "未填写",
            subjects(p.teacher),
            p.teacher.qualification,
            (p.teacher.get_state_display(), "", TONES[p.teacher.state]),
            days(p.teacher.valid),
        )
        for p in proofs
        if p.teacher
    ]
    venues = [
        (
            p.venue.name,
            SIDES[p.venue.kind],
            f"{p.venue.capacity}人",
            f"{p.venue.workplaces}个" if p.venue.workplaces else "无",
            p.venue.address,
        )
        for p in proofs
        if p.venue
    ]
    others = [
        (p.get_kind_display(), p.content or "未填写", p.reference or "无")
        for p in proofs
        if not p.teacher and not p.venue
    ]
    return [
        table(
            "教师",
            ("姓名", "职称或等级", "任教职业", "资格证书", "师资状态", "有效期"),
            teachers,
            "没有选择教师。",
        ),
        table("场地", ("场地", "用途", "可容纳", "实训工位", "地址"), venues, "没有选择场地。"),
        table("证照、设备和其他", ("类别", "内容", "编号"), others),
    ]
