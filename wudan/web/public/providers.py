"""职业技能培训机构 for the public: who is registered for what, who teaches, where, and the recognised training bases."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_GET

from wudan.kernel.clock import now
from wudan.kernel.periods import ONE_DAY, legal_day
from wudan.kernel.search import squeezed
from wudan.occupations.queries import families_of, level_label, search_occupations
from wudan.orders.catalogue.queries.registrations import public_registrations
from wudan.organisations import queries as organisations
from wudan.policy.queries import rulebook_for
from wudan.web.public.frame import frame
from wudan.web.shared.capacity.cases import days, subjects, table, teacher_name
from wudan.web.shared.occupations import code_words
from wudan.web.shared.parts import Crumb
from wudan.web.shared.quality import quality_context
from wudan.web.shared.render import page


@require_GET
def providers(request: HttpRequest, code: str) -> HttpResponse:
    """Every provider with what it may train; searched by its name or by an occupation as people say it."""
    today = legal_day(now())
    words = request.GET.get("q", "").replace("\x00", "").strip()[:60]
    context = frame(code, title="培训机构", crumbs=[Crumb("培训机构")])
    listed = list(public_registrations(code, today))
    if words:
        family = _family(words)
        listed = [one for one in listed if one.occupation_id in family or _named(one, words)]
    rows = _by_provider(code, listed)
    bases = organisations.recognised_bases(code, today)
    context |= {
        "q": words,
        "rows": rows,
        "count": len(rows),
        "bases": table(
            "培训载体",
            ("名称", "类别", "单位", "面向职业", "地址"),
            [
                (
                    one.name,
                    one.get_kind_display(),
                    one.organisation.name,
                    "、".join(s.occupation.name for s in one.serves.all()),
                    one.address,
                )
                for one in bases
            ],
            "目前没有已认定的培训载体。",
        ),
        "searched": bool(words),
    }
    return page(request, "public/providers.html", context)


@require_GET
def provider(request: HttpRequest, code: str, provider_id: int) -> HttpResponse:
    """One provider: what it is registered for, its teachers as they agreed to be named, its places and bases."""
    today = legal_day(now())
    found = organisations.public_organisations(code, "provider").filter(pk=provider_id).first()
    if found is None:
        raise Http404
    here = reverse("public:providers", args=[code])
    context = frame(code, title=found.name, crumbs=[Crumb("培训机构", here), Crumb(found.name)])
    context |= {
        "provider": found,
        "registrations": _registered(code, found.pk, today),
        "teachers": _teachers(code, found.pk, today),
        "venues": _venues(found.pk),
        **quality_context(found.pk, today),
        "bases": [
            {
                "base": one,
                "days": days(one.valid),
                "occupations": "、".join(s.occupation.name for s in one.serves.all()),
            }
            for one in organisations.recognised_bases(code, today, found.pk)
        ],
    }
    return page(request, "public/provider.html", context)


def _named(one: Any, words: str) -> bool:
    wanted = squeezed(words)
    return wanted in squeezed(one.provider.name) or squeezed(one.provider.pinyin).startswith(wanted)


def _family(words: str) -> frozenset[int]:
    """The occupations meant, in every edition."""
    hits = [one.pk for one in search_occupations(words, 10)]
    return frozenset(pk for family in families_of(hits).values() for pk in family)


def _by_provider(code: str, listed: list[Any]) -> list[dict[str, Any]]:
    found: dict[int, dict[str, Any]] = {}
    for one in listed:
        row = found.setdefault(
            one.provider_id,
            {
                "provider": one.provider,
                "href": reverse("public:provider", args=[code, one.provider_id]),
                "taught": [],
            },
        )
        taught = f"{one.occupation.name}（{level_label(one.level).split('（')[0]}）"
        if taught not in row["taught"]:  # registered once for each kind of certificate
            row["taught"].append(taught)
    return list(found.values())


def _registered(code: str, provider_id: int, today: Any) -> Any:
    words = rulebook_for(code)
    rows = [
        (
            one.occupation.name,
            code_words(one.occupation),
            level_label(one.level),
            words.word(one.certificate_type),
            f"{one.capacity}人",
            f"{one.valid.upper - ONE_DAY:%Y年%-m月%-d日}" if one.valid.upper else "长期",
        )
        for one in public_registrations(code, today, provider_id=provider_id)
    ]
    heads = ("职业（工种）", "编码", "等级", "证书", "同期规模", "有效期至")
    return table("可以培训的职业", heads, rows, "目前没有在有效期内的备案，暂不能承接补贴培训。")


def _teachers(code: str, provider_id: int, today: Any) -> Any:
    rows = [
        (
            teacher_name(one, full=False),
            one.title or "未填写",
            subjects(one),
            "专职" if one.full_time else "兼职",
        )
        for one in organisations.listed_teachers(code, organisation_id=provider_id, on=today)
    ]
    return table("教师", ("姓名", "职称或等级", "任教职业", "专职或兼职"), rows, "目前没有已入库的教师。")


def _venues(provider_id: int) -> Any:
    rows = [
        (
            one.name,
            f"{one.capacity}人" + (f"，{one.workplaces}个工位" if one.workplaces else ""),
            one.address,
            "有无障碍设施" if one.barrier_free else "未登记无障碍设施",
        )
        for one in organisations.venues_of(provider_id)
    ]
    return table("培训地点", ("场地", "容量", "地址", "无障碍"), rows, "还没有登记场地。")
