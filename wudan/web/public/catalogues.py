"""四个目录: which edition is in force, its entries, earlier editions, and each as a workbook or as JSON."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.views.decorators.http import require_GET

from wudan.kernel.clock import now
from wudan.kernel.periods import legal_day
from wudan.orders.catalogue.queries.editions import NAMES, edition_on, entries_of, public_editions
from wudan.orders.catalogue.queries.projects import approved_abilities
from wudan.web.public.frame import frame, rulebook_of
from wudan.web.shared.catalogue.files import as_file
from wudan.web.shared.catalogue.lists import entry_list, standing_words
from wudan.web.shared.lists import Query
from wudan.web.shared.parts import Crumb
from wudan.web.shared.render import page

ABOUT = {
    "key_industry": "本区重点产业急需的职业（工种），优先安排培训。",
    "general": "一般性的职业技能培训可以学什么、多少课时、补多少。",
    "demand": "劳动者和企业提出想学、要学什么，由提单汇总。",
    "provider": "哪些机构经过备案，可以培训哪个职业、哪个等级。",
}


@require_GET
def catalogues(request: HttpRequest, code: str) -> HttpResponse:
    """The four, each with the edition of today."""
    rulebook_of(code)
    today = legal_day(now())
    everything = list(public_editions(code))
    sizes = {e.pk: getattr(e, "size", 0) for e in everything}
    rows = []
    for kind, label in NAMES.items():
        current = edition_on(code, kind, today)
        size = sizes[current.pk] if current else 0
        others = [e for e in everything if e.catalogue == kind and (current is None or e.pk != current.pk)]
        rows.append(
            {
                "kind": kind,
                "label": label,
                "about": ABOUT[kind],
                "current": current,
                "size": size,
                "others": others,
            }
        )
    context = frame(
        code, title="培训目录", subtitle="学什么、在哪学、补多少，以公布的目录为准。", rows=rows, abilities=approved_abilities(code),
        crumbs=[Crumb("培训目录")],
    )  # fmt: skip
    return page(request, "public/catalogues.html", context)


@require_GET
def catalogue(request: HttpRequest, code: str, edition_id: int) -> HttpResponseBase:
    """One published edition with its entries, searchable."""
    rulebook, today = rulebook_of(code), legal_day(now())
    found = _edition(code, edition_id)

    def fetch(query: Query) -> Any:
        return entries_of(found.pk, search=query.search, level=query.get("level"), mark=query.get("mark"))

    context = frame(
        code, title=found.title, edition=found, standing=standing_words(found, today), catalogue_label=NAMES[found.catalogue],
        crumbs=[Crumb("培训目录", reverse("public:catalogues", args=[code])), Crumb(NAMES[found.catalogue])],
    )  # fmt: skip
    shown = entry_list(found, rulebook)
    return shown.respond(request, fetch, "public/catalogue.html", context, district=context["district_name"])


@require_GET
def catalogue_file(_request: HttpRequest, code: str, edition_id: int, form: str) -> HttpResponse:
    """The whole edition as data; public as the page is."""
    rulebook, found = rulebook_of(code), _edition(code, edition_id)
    return as_file(found, rulebook, form)


def _edition(code: str, edition_id: int) -> Any:
    found = public_editions(code).filter(pk=edition_id).first()
    if found is None:
        raise Http404
    return found
