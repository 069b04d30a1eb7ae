"""学习: today's lessons, what comes next, and the courses they belong to."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_GET

from wudan.kernel.actor import Actor
from wudan.kernel.roles import Role
from wudan.orders.delivery.queries import screens
from wudan.orders.enrolment.queries.listing import live_enrolments
from wudan.orders.enrolment.states import LIVE
from wudan.web.learner.choosing import chosen_cards
from wudan.web.learner.frame import Visit, frame
from wudan.web.shared.acting import for_roles
from wudan.web.shared.attendance import mark_of, session_words
from wudan.web.shared.classes.words import day_words
from wudan.web.shared.render import page

NEXT_SHOWN = 3
"""So many coming lessons stand open; the rest are folded."""


def sittings_today(visit: Visit) -> list[dict[str, Any]]:
    """Today's sittings (今天上课) with their time and room in words, and whether I am in."""
    found = screens.my_sessions_on(visit.today, visit.actor)
    return [{"row": row, "mark": mark_of(row), "words": session_words(row.session)} for row in found]


def sittings_next(visit: Visit) -> list[tuple[str, Any, str]]:
    """接下来的课: the days after today, soonest first."""
    found = screens.my_sessions_after(visit.today, visit.actor)
    return [(day_words(row.day), row, session_words(row.session)) for row in found]


@require_GET
@for_roles(Role.WORKER)
def learning(request: HttpRequest, actor: Actor) -> HttpResponse:
    """Now and next first, then my courses, then what is over."""
    visit = Visit(actor)
    cards = chosen_cards(list(live_enrolments(visit.me.pk)), visit.today)
    coming = sittings_next(visit)
    context = frame(
        visit,
        title="学习",
        sittings=sittings_today(visit),
        coming=coming[:NEXT_SHOWN],
        later=coming[NEXT_SHOWN:],
        going=[c for c in cards if c.enrolment.state in LIVE],
        over=[c for c in reversed(cards) if c.enrolment.state not in LIVE],
    )
    return page(request, "learner/learning.html", context)
