"""办学条件 of one organisation on one page: registrations, teachers, places, bases, credit record."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse

from wudan.kernel.actor import Actor
from wudan.kernel.clock import now
from wudan.kernel.errors import Refused
from wudan.kernel.money import in_sentence
from wudan.kernel.periods import legal_day
from wudan.kernel.roles import Role
from wudan.occupations.queries import level_label
from wudan.orders.catalogue.queries.projects import abilities_of
from wudan.orders.catalogue.queries.registrations import registrations_of
from wudan.orders.catalogue.queries.resources import resources_of, supports_of
from wudan.organisations import queries
from wudan.organisations.actions.crediting import reply_credit
from wudan.web.shared.applicants.desk import Desk, frame
from wudan.web.shared.capacity.cases import SIDES, TONES, credit_line, days, subjects, table
from wudan.web.shared.capacity.forms import ReplyForm
from wudan.web.shared.catalogue.abilities import TONES as ABILITY_TONES
from wudan.web.shared.parts import Crumb
from wudan.web.shared.render import page


def hub(request: HttpRequest, actor: Actor, *, desk: Desk) -> HttpResponse:
    """Everything, each section with the button that adds to it."""
    own = actor.organisation_id or 0
    today = legal_day(now())
    sections = [_venues(own, desk), _bases(actor, desk), _resources(actor, desk), _supports(actor, desk)]
    if desk.role is Role.PROVIDER:
        sections = [_registrations(actor, desk), _teachers(actor, desk), *sections, _abilities(actor, desk)]
    standing = queries.standing_of(own, today)
    context = frame(actor, desk, title="办学条件" if desk.role is Role.PROVIDER else "培训场地和载体")
    context |= {
        "sections": sections,
        "standing": standing,
        "credit": [
            credit_line(entry, today) | {"reply_url": desk.url("credit_reply", entry.pk)}
            for entry in queries.credit_of(own)
        ],
    }
    return page(request, "shared/capacity/hub.html", context)


def reply(request: HttpRequest, actor: Actor, entry_id: int, *, desk: Desk) -> HttpResponse:
    """陈述申辩 on one entry of the own record."""
    entry = queries.credit_entry(actor, entry_id)
    if entry is None:
        raise Http404
    form = ReplyForm(request.POST or None, initial={"reply": entry.reply})
    if request.method == "POST" and form.is_valid():
        try:
            reply_credit(entry_id=entry.pk, reply=form.cleaned_data["reply"], actor=actor, at=now())
        except Refused as refused:
            form.add_refused(refused)
        else:
            messages.success(request, "陈述已提交，区人社局会看到。")
            return redirect(desk.url("capacity"))
    context = frame(
        actor,
        desk,
        title="陈述申辩",
        subtitle=f"{entry.get_kind_display()}：{entry.description}",
        crumbs=crumbs(desk, "陈述申辩"),
    ) | {"form": form, "submit": "提交陈述", "note": "", "cancel_url": desk.url("capacity"), "returned": ""}
    return page(request, "shared/capacity/form.html", context, status=422 if form.errors else 200)


def crumbs(desk: Desk, *labels: str) -> list[Crumb]:
    title = "办学条件" if desk.role is Role.PROVIDER else "培训场地和载体"
    return [Crumb(title, reverse(f"{desk.app}:capacity")), *(Crumb(label) for label in labels)]


def _section(desk: Desk, key: str, label: str, new: str, hint: str, made: Any) -> dict[str, Any]:
    return {
        "key": key,
        "label": label,
        "new_url": desk.url(f"{key}_new"),
        "new": new,
        "hint": hint,
        "table": made,
    }


def _registrations(actor: Actor, desk: Desk) -> dict[str, Any]:
    rows = [
        (
            (one.occupation.name, desk.url("registration", one.pk)),
            level_label(one.level),
            f"{one.capacity}人",
            (one.get_state_display(), "", TONES[one.state]),
            days(one.valid) if one.valid else "",
        )
        for one in registrations_of(actor)
    ]
    made = table(
        "资质备案",
        ("职业（工种）", "等级", "同期规模", "状态", "有效期"),
        rows,
        "还没有备案。备案后才能承接这个职业和等级的班次。",
    )
    return _section(
        desk, "registration", "资质备案", "提交备案", "按职业、等级和证书类别备案，公办民办同等对待。", made
    )


def _teachers(actor: Actor, desk: Desk) -> dict[str, Any]:
    rows = [
        (
            (one.person.name, desk.url("teacher", one.pk)),
            one.title or "未填写",
            subjects(one),
            (one.get_state_display(), "", TONES[one.state]),
            days(one.valid),
        )
        for one in queries.teachers_of(actor)
        if one.state != "removed"
    ]
    made = table("师资", ("姓名", "职称或等级", "任教职业", "状态", "有效期"), rows, "还没有提交教师。")
    return _section(desk, "teacher", "师资", "提交教师", "入库的教师才能排课，也会列入公开的师资库。", made)


def _venues(own: int, desk: Desk) -> dict[str, Any]:
    rows = [
        (
            (one.name, desk.url("venue", one.pk)),
            SIDES[one.kind],
            f"{one.capacity}人" + (f"，{one.workplaces}个工位" if one.workplaces else ""),
            one.address,
            ("使用中", "", "done") if one.in_use else ("停用", "", "off"),
        )
        for one in queries.venues_of(own, in_use=None)
    ]
    made = table("场地", ("场地", "用途", "容量", "地址", "状态"), rows, "还没有登记场地。")
    return _section(desk, "venue", "场地", "登记场地", "教室和实训场地，排课时从这里选择。", made)


def _bases(actor: Actor, desk: Desk) -> dict[str, Any]:
    rows = [
        (
            (one.name, desk.url("base", one.pk)),
            one.get_kind_display(),
            "、".join(s.occupation.name for s in one.serves.all()),
            (one.get_state_display(), "", TONES[one.state]),
            days(one.valid) if one.valid else "",
        )
        for one in queries.bases_of(actor)
    ]
    made = table("培训载体", ("名称", "类别", "面向职业", "状态", "认定有效期"), rows, "还没有申报载体。")
    hint = "培训中心、实训中心、教学工厂、技能大师工作室、公共实训基地等，经两级审核认定。"
    return _section(desk, "base", "培训载体", "申报载体", hint, made)


def _resources(actor: Actor, desk: Desk) -> dict[str, Any]:
    rows = [
        (
            (one.title, desk.url("resource", one.pk)),
            one.get_kind_display(),
            one.author or "未填写",
            (one.get_state_display(), "", TONES[one.state]),
        )
        for one in resources_of(actor)
    ]
    made = table("三优资源", ("名称", "类别", "作者或单位", "状态"), rows, "还没有推荐。")
    hint = "推荐优质培训教材、优选网络课件和优秀培训教师，由多人评分后选入。"
    return _section(desk, "resource", "三优资源", "推荐资源", hint, made)


def _supports(actor: Actor, desk: Desk) -> dict[str, Any]:
    rows = [
        (
            (one.get_kind_display(), desk.url("support", one.pk)),
            in_sentence(one.asked_fen),
            in_sentence(one.granted_fen) if one.granted_fen is not None else "",
            (one.get_state_display(), "", TONES[one.state]),
        )
        for one in supports_of(actor)
    ]
    made = table("设施改造支持", ("类别", "申请金额", "同意金额", "状态"), rows, "还没有申请。")
    hint = "培训成绩突出的，可以申请设施设备升级和无障碍改造支持。"
    return _section(desk, "support", "设施改造支持", "申请支持", hint, made)


def _abilities(actor: Actor, desk: Desk) -> dict[str, Any]:
    rows = [
        (
            (one.name, desk.url("ability", one.pk)),
            f"{one.hours}课时",
            (one.get_state_display(), "", ABILITY_TONES[one.state]),
        )
        for one in abilities_of(actor)
    ]
    made = table("专项职业能力", ("项目", "课时", "状态"), rows, "还没有申报。批准以后才能开班。")
    return _section(
        desk, "ability", "专项职业能力", "申报项目", "区、市、省逐级审核，批准以后才能开班。", made
    )
