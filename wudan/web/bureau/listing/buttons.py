"""Buttons of a case: what each does, what it asks first, and doing it."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse

from wudan.kernel.actor import Actor
from wudan.kernel.errors import FORBIDDEN, Refused
from wudan.web.shared import forms as f
from wudan.web.shared.capacity.cases import Offer as Button

Bound = Mapping[str, f.Form]


@dataclass(frozen=True, slots=True)
class Verb:
    """One button: the action, the word, what pressing does, and the form it asks first (made by `form(None or POST)`)."""

    action: Callable[..., Any]
    label: str
    effect: str
    tone: str = "plain"
    form: Callable[..., f.Form] | None = None
    done: str = ""


def buttons(
    verbs: Mapping[str, Verb], allowed: Collection[str], to: str, pk: int, bound: Bound, **given: Any
) -> list[Button]:
    """Those of `allowed`, in the order they are declared; `given` goes to the forms."""
    found = []
    for name, verb in verbs.items():
        if name not in allowed:
            continue
        form = bound.get(name) or (verb.form(auto_id=f"id_{name}_%s", **given) if verb.form else None)
        found.append(
            Button(
                name,
                verb.label,
                verb.effect,
                reverse(to, args=[pk, name]),
                verb.tone,
                form,
                asked=name in bound,
            )
        )
    return found


def press(
    request: HttpRequest,
    verbs: Mapping[str, Verb],
    name: str,
    arguments: Mapping[str, Any],
    *,
    to: str,
    show: Callable[[Bound, int], HttpResponse],
    actor: Actor,
    at: datetime,
    **given: Any,
) -> HttpResponse:
    """POST of a button: done and back to the case, or the case again with what was refused. `arguments["..._id"]` says which."""
    verb = verbs.get(name)
    if verb is None:
        raise Http404
    pk = next(iter(arguments.values()))
    make = verb.form or f.Form
    more = given if verb.form else {}
    form = make(request.POST, request.FILES, auto_id=f"id_{name}_%s", **more)
    if form.is_valid():
        values = form.values() if hasattr(form, "values") else form.cleaned_data
        try:
            verb.action(**arguments, **values, actor=actor, at=at)
        except Refused as refused:
            if refused.refusal.status == FORBIDDEN:
                raise
            form.add_refused(refused)
        else:
            messages.success(request, verb.done or f"已办理：{verb.label}。")
            return redirect(to, pk)
    return show({name: form}, 422)
