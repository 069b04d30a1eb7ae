"""就业: work after training recorded row by row; the rate with every person of it and why each counts or not."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

from wudan.kernel.actor import Actor
from wudan.kernel.clock import now
from wudan.kernel.errors import FORBIDDEN, Refused
from wudan.orders.delivery.actions.employing import record_employment
from wudan.orders.delivery.queries.employment import Rate, class_rate
from wudan.web.shared.parts import Tone
from wudan.web.shared.render import page
from wudan.web.shared.results.forms import WorkForm
from wudan.web.shared.results.place import Place, one_class, today


def employment(request: HttpRequest, actor: Actor, class_id: int, *, place: Place) -> HttpResponse:
    """The rate of a class and a line for each learner of its denominator."""
    held = one_class(actor, class_id)
    rate = class_rate(held)
    may = place.may_enter(actor)
    posted = request.method == "POST"
    data = request.POST if posted else None
    rows: list[dict[str, Any]] = [
        {"person": p, "form": WorkForm(data, prefix=f"m{p.member.pk}", name=p.member.person.name, official=place.official)}
        for p in rate.people
    ]  # fmt: skip
    wrong: list[str] = []
    if posted and all([row["form"].is_valid() for row in rows]):  # noqa: C419 - every form is to be looked at
        sent = [row for row in rows if row["form"].said]
        if not sent:
            wrong = ["还没有填写。请至少选择一名学员的就业情况。"]
        elif _record(actor, held, sent, wrong):
            messages.success(
                request, f"已登记{len(sent)}名学员的就业情况。新登记的代替以前的，以前的仍保留在记录中。"
            )
            return redirect(place.url("class_employment", held.pk))
    faults = wrong or any(row["form"].errors for row in rows if posted)
    context = {
        "title": "就业情况",
        "subtitle": held.name,
        "crumbs": place.crumbs(held, "就业情况"),
        "held": held,
        "rows": rows if may else [],
        "wrong": wrong,
        "faulty": posted and any(row["form"].errors for row in rows),
        "official": place.official,
        "back": place.url("class_results", held.pk),
        **rate_context(rate),
    }
    return page(request, "shared/results/employment.html", context, status=422 if faults else 200)


def _record(actor: Actor, held: Any, sent: list[dict[str, Any]], wrong: list[str]) -> bool:
    given = [row["form"].row(row["person"].member.pk) for row in sent]
    try:
        record_employment(class_id=held.pk, rows=given, actor=actor, at=now())
    except Refused as refused:
        if refused.refusal.status == FORBIDDEN:
            raise
        for one in refused.refusals:
            place, _, field = one.field.partition(":")
            said = f"{one.sentence.removeprefix(f'第{place}行：')}{one.remedy}"
            if place.isdigit() and field in sent[int(place) - 1]["form"].fields:
                sent[int(place) - 1]["form"].add_error(field, said)
            else:
                wrong.append(str(one))
        return False
    return True


def rate_context(rate: Rate) -> dict[str, Any]:
    """What `shared/results/rate.html` prints."""
    marginal = {p.member.pk for p in rate.marginal}
    return {
        "rate": rate,
        "percent": percent(rate),
        "verdict": verdict(rate),
        "people": [{"one": p, "marginal": p.member.pk in marginal} for p in rate.people],
        "marginal_words": _marginal(rate, len(marginal)),
        "over": rate.until < today(),
    }


def percent(rate: Rate) -> str:
    """Rounded down, so that 84.9 % never reads as 85 %."""
    return f"{rate.percent_tenths // 10}.{rate.percent_tenths % 10}%" if rate.total else "没有人数"


def verdict(rate: Rate) -> tuple[str, Tone]:
    """In one phrase: met, how many short, or that no line is set."""
    if not rate.total:
        return "还没有计入的学员", "off"
    if rate.needed is None:
        return "本区没有规定比例", "off"
    return ("已达到", "done") if rate.met else (f"还差{rate.short}人", "wait")


def _marginal(rate: Rate, count: int) -> str:
    if not count or rate.needed is None:
        return ""
    if rate.met:
        return f"已就业{rate.employed}人，正好是须达到的人数。下面标出的{count}人中有一人不再计入，就达不到。"
    more = "再有一人就业" if rate.short == 1 else f"再有{rate.short}人就业"
    return f"下面标出的{count}人还没有计入，其中{more}，就达到。"
