"""专项职业能力 at the district: what was filed, sent on to city and province, and what they answered."""

from __future__ import annotations

from functools import partial
from typing import Any
from urllib.parse import quote

from django import forms
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST

from wudan.kernel.actor import Actor
from wudan.kernel.clock import now
from wudan.orders.catalogue.actions import abilities as acts
from wudan.orders.catalogue.queries.projects import ability as ability_of
from wudan.orders.catalogue.states import ABILITY
from wudan.web.bureau.desk import Desk
from wudan.web.bureau.listing.buttons import Bound, Verb, buttons, press
from wudan.web.bureau.listing.lists import READERS
from wudan.web.shared import forms as f
from wudan.web.shared.acting import for_roles
from wudan.web.shared.capacity.cases import events
from wudan.web.shared.catalogue.abilities import TONES, ability_case
from wudan.web.shared.parts import Crumb
from wudan.web.shared.render import page


class CityForm(f.Form):
    reference = forms.CharField(label="市级文号", max_length=100)


class ProvinceForm(f.Form):
    reference = forms.CharField(label="省级批准文号", max_length=100)
    code = forms.CharField(label="批准编码", max_length=40, required=False, help_text="文件没有写的不填。")


VERBS: dict[str, Verb] = {
    "to_city": Verb(acts.send_to_city, "同意，报送市级", "区级审核同意，报送市级鉴定机构。", "primary"),
    "to_province": Verb(acts.send_to_province, "登记市级同意，报送省级", "登记市级的文号，报送省级鉴定机构。", "primary", CityForm),
    "approve": Verb(acts.approve_ability, "登记省级批准", "批准后列入职业目录，可以编入培训目录和班次。", "primary", ProvinceForm),
    "send_back": Verb(acts.return_ability, "退回修改", "退回申报机构，机构会看到意见，修改后重新报送。", "plain", f.ReasonForm),
    "refuse": Verb(acts.refuse_ability, "登记不予批准", "办结；同名项目可以重新申报。", "danger", f.ReasonForm),
}  # fmt: skip


@require_GET
@for_roles(*READERS)
def ability(request: HttpRequest, actor: Actor, ability_id: int) -> HttpResponse:
    return _show(request, Desk(actor), ability_id, {}, 200)


@require_POST
@for_roles(*READERS)
def ability_act(request: HttpRequest, actor: Actor, ability_id: int, verb: str) -> HttpResponse:
    desk = Desk(actor)
    _one(actor, ability_id)
    return press(
        request, VERBS, verb, {"ability_id": ability_id}, to="bureau:ability", actor=actor, at=desk.at,
        show=partial(_show, request, desk, ability_id),
    )  # fmt: skip


@require_POST
@for_roles(*READERS)
def ability_questions(_request: HttpRequest, actor: Actor, ability_id: int) -> HttpResponse:
    """The question bank; that it was read is journalled."""
    _one(actor, ability_id)
    name, content = acts.read_questions(ability_id=ability_id, actor=actor, at=now())
    response = HttpResponse(content, content_type="application/octet-stream")
    response["Content-Disposition"] = f"attachment; filename=questions; filename*=UTF-8''{quote(name)}"
    response["Cache-Control"] = "no-store"
    return response


def _one(actor: Actor, ability_id: int) -> Any:
    found = ability_of(actor, ability_id)
    if found is None or found.state == "drafted":
        raise Http404
    return found


def _show(request: HttpRequest, desk: Desk, ability_id: int, bound: Bound, status: int) -> HttpResponse:
    found = _one(desk.actor, ability_id)
    allowed = [m.verb for m in ABILITY.allowed(found.state, desk.actor.role)]
    case = ability_case(found, TONES[found.state], desk.left(found.due_on))
    case.offers = buttons(VERBS, allowed, "bureau:ability_act", found.pk, bound)
    case.events = events(found, ABILITY.states, named=True)
    context = {
        "title": found.name,
        "crumbs": [Crumb("专项职业能力", reverse("bureau:abilities")), Crumb(found.name)],
        "case": case,
        "questions_url": reverse("bureau:ability_questions", args=[found.pk])
        if found.questions_count
        else "",
        "questions_name": found.questions_name,
    }
    return page(request, "shared/capacity/ability.html", context, status=status)
