"""The addresses of the pages about enrolment (选单)."""

from __future__ import annotations

from django.urls import path

from wudan.web.bureau import choosing, enrolments

urlpatterns = [
    path("enrolments/", enrolments.enrolments, name="enrolments"),
    path("enrolments/<int:enrolment_id>/", enrolments.enrolment, name="enrolment"),
    path("enrolments/offers/<int:offer_id>/", enrolments.offer_enrolments, name="offer_enrolments"),
    path("enrolments/offers/<int:offer_id>/roster/", enrolments.roster, name="offer_roster"),
    path(
        "enrolments/offers/<int:offer_id>/roster/confirm/",
        enrolments.roster_confirm,
        name="offer_roster_confirm",
    ),
    path("enrolments/roster-template/", enrolments.roster_template, name="offer_roster_template"),
    path("people/<int:person_id>/courses/", choosing.courses, name="person_courses"),
    path("people/<int:person_id>/courses/<int:offer_id>/", choosing.course, name="person_course"),
    path(
        "people/<int:person_id>/courses/withdraw/<int:enrolment_id>/",
        choosing.withdraw,
        name="person_course_withdraw",
    ),
]
