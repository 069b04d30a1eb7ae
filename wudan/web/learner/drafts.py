"""An application while it is being written (还没有提交). It lives in the session only: nothing is half saved in the books."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from datetime import date
from typing import Any

from django.http import Http404, HttpRequest
from django.urls import reverse

from wudan.orders.subsidy.forms import ClaimForm
from wudan.people.queries import groups_on
from wudan.policy.engine.model import Scheme
from wudan.policy.engine.rulebook import Rulebook
from wudan.policy.queries import rulebook_for
from wudan.web.learner.frame import Place, Visit
from wudan.web.learner.questions import Question, questions

KEY = "drafts"
_DAYS = ("certificate_issued_on", "started_on", "ended_on")
_COLUMNS = frozenset(f.name for f in fields(ClaimForm))


@dataclass
class Draft:
    """Answers so far. `claim` is set where an application that came back is being mended."""

    request: HttpRequest
    key: str
    place: Place
    rulebook: Rulebook
    scheme: Scheme
    base: dict[str, Any] = field(default_factory=dict)
    claim: Any = None

    @property
    def _stored(self) -> dict[str, Any]:
        empty: dict[str, Any] = {"answers": {}, "done": []}
        return dict(self.request.session.get(KEY, {}).get(self.key, empty))

    @property
    def answers(self) -> dict[str, Any]:
        return {**self.base, **self._stored["answers"]}

    @property
    def questions(self) -> list[Question]:
        return questions(self.rulebook, self.scheme, self.answers)

    def question(self, key: str) -> Question:
        found = next((q for q in self.questions if q.key == key), None)
        if found is None:
            raise Http404
        return found

    @property
    def open(self) -> Question | None:
        """The first question not answered yet; none is open where a claim is being mended."""
        if self.claim is not None:
            return None
        done = self._stored["done"]
        return next((q for q in self.questions if q.key not in done), None)

    def keep(self, question: Question, answers: Mapping[str, Any]) -> None:
        stored = self._stored
        stored["answers"] = {**stored["answers"], **answers}
        stored["done"] = [*(k for k in stored["done"] if k != question.key), question.key]
        self.request.session[KEY] = {**self.request.session.get(KEY, {}), self.key: stored}

    def forget(self) -> None:
        rest = {k: v for k, v in self.request.session.get(KEY, {}).items() if k != self.key}
        self.request.session[KEY] = rest

    def form(self, more: Mapping[str, Any] | None = None) -> ClaimForm:
        """The application these answers make."""
        values = {**self.answers, **(more or {})}
        if not values.get("certificate_type") and "certificate_type" in self.scheme.columns:
            values |= {"certificate_number": "", "level": 0}  # answers to questions no longer asked
            values |= {"certificate_issued_on": None}
        given = {k: v for k, v in values.items() if k in _COLUMNS and k != "scheme"}
        for column in _DAYS:
            raw = given.get(column)
            given[column] = date.fromisoformat(raw) if raw else None
        given["groups"] = tuple(given.get("groups") or ())
        own = {k: v for k, v in values.items() if k in self.rulebook.own}
        return ClaimForm(scheme=self.scheme.code, **{**given, "own": own})

    # --- addresses -----------------------------------------------------------------------------------------------
    def href(self, question: Question) -> str:
        if self.claim is not None:
            return reverse("learner:correct_question", args=[self.claim.pk, question.key])
        return reverse("learner:question", args=[self.place.code, self.scheme.code, question.key])

    @property
    def check_href(self) -> str:
        if self.claim is not None:
            return reverse("learner:correct", args=[self.claim.pk])
        return reverse("learner:check", args=[self.place.code, self.scheme.code])

    def before(self, question: Question) -> str:
        """Where “返回” leads."""
        if self.claim is not None or self.open is None:
            return self.check_href
        keys = [q.key for q in self.questions]
        place = keys.index(question.key)
        return (
            self.href(self.questions[place - 1])
            if place
            else reverse("learner:apply") + f"?d={self.place.code}"
        )


def new_draft(request: HttpRequest, visit: Visit, code: str, scheme_code: str) -> Draft:
    """A new application; groups the person is on record for are ticked beforehand."""
    place = visit.place(code)
    rulebook = rulebook_for(code)
    scheme = rulebook.schemes.get(scheme_code)
    if scheme is None or not for_persons(rulebook, scheme):
        raise Http404
    known = groups_on([visit.me.pk], visit.today)[visit.me.pk]
    base = {"groups": [g for g in known if g in rulebook.groups]} if "groups" in scheme.columns else {}
    return Draft(request, f"{code}:{scheme_code}", place, rulebook, scheme, base)


def mended_draft(request: HttpRequest, visit: Visit, claim: Any) -> Draft:
    """An application that came back, as it was written."""
    rulebook = rulebook_for(claim.district_id)
    base = ClaimForm.of(claim).answers()
    base |= {c: base[c].isoformat() if base[c] else None for c in _DAYS}
    key = f"claim:{claim.pk}:{claim.state_since.isoformat()}"  # sent back again, it is mended anew
    return Draft(
        request, key, visit.place(claim.district_id), rulebook, rulebook.schemes[claim.scheme], base, claim
    )


def for_persons(rulebook: Rulebook, scheme: Scheme) -> bool:
    """Whether a person applies for it alone: not a provider's project, nor one whose money goes to the enterprise."""
    if scheme.by_provider:
        return False
    return rulebook.payee_for({"scheme": scheme.code}, "person").kind == "person"
