"""The addresses of an applicant's pages, each for one role only."""

from __future__ import annotations

from functools import partial
from typing import Any

from django.urls import URLPattern, path
from django.views.decorators.http import require_http_methods

from wudan.web.shared.acting import for_roles
from wudan.web.shared.applicants import about, applying, claims, dues, home, mending, rosters
from wudan.web.shared.applicants.desk import Desk

READ, WRITE, FORM = ("GET", "HEAD"), ("POST",), ("GET", "HEAD", "POST")
_PAGES: tuple[tuple[str, Any, str, tuple[str, ...]], ...] = (
    ("", home.home, "home", READ),
    ("rosters/", rosters.rosters, "rosters", READ),
    ("rosters/new/", rosters.new, "roster_new", FORM),
    ("rosters/template/", rosters.template, "roster_template", READ),
    ("rosters/<int:roster_id>/", rosters.roster, "roster", READ),
    ("rosters/<int:roster_id>/progress/", rosters.progress, "roster_progress", READ),
    ("rosters/<int:roster_id>/marked/", rosters.marked, "roster_marked", READ),
    ("rosters/<int:roster_id>/confirm/<str:which>/", rosters.confirm, "roster_confirm", WRITE),
    ("rosters/<int:roster_id>/discard/", rosters.discard, "roster_discard", WRITE),
    ("claims/", claims.claims, "claims", READ),
    ("claims/new/", applying.schemes, "claim_new", READ),
    ("claims/new/<str:scheme>/", applying.apply, "claim_form", FORM),
    ("claims/<int:claim_id>/", claims.claim, "claim", READ),
    ("claims/<int:claim_id>/correct/", mending.correct, "claim_correct", FORM),
    ("claims/<int:claim_id>/withdraw/", mending.withdraw, "claim_withdraw", WRITE),
    ("claims/<int:claim_id>/statement/", mending.late_statement, "late_statement", WRITE),
    ("claims/<int:claim_id>/account/", mending.account, "claim_account", FORM),
    ("claims/<int:claim_id>/repay/", mending.repay, "claim_repay", WRITE),
    ("dues/", dues.dues, "dues", READ),
    ("dues/<int:due_id>/", dues.due, "due", FORM),
    ("dues/<int:due_id>/fee/", dues.fee, "due_fee", WRITE),
    ("dues/<int:due_id>/own/", dues.own, "due_own", WRITE),
    ("about/", about.about, "about", READ),
    ("about/account/", about.account, "about_account", FORM),
    ("about/contact/", about.contact, "about_contact", FORM),
)


def pages(desk: Desk) -> list[URLPattern]:
    """Every page of an applicant, gated by the desk's role."""
    return [
        path(route, for_roles(desk.role)(require_http_methods(methods)(partial(view, desk=desk))), name=name)
        for route, view, name, methods in _PAGES
    ]
