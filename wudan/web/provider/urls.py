from django.urls import path

from wudan.kernel.roles import Role
from wudan.web.provider import attendance, class_urls, listing, sessions
from wudan.web.shared.applicants.desk import Desk
from wudan.web.shared.applicants.urls import pages
from wudan.web.shared.capacity import urls as capacity
from wudan.web.shared.results import urls as results
from wudan.web.shared.results.place import Place

app_name = "provider"
DESK = Desk(Role.PROVIDER, "provider", whom="学员", on_authority=True)
urlpatterns = [
    *pages(DESK),
    *capacity.pages(DESK),
    *results.pages(Place("provider", (Role.PROVIDER,), official=False)),
    path("today/", sessions.today, name="today"),
    path("today/<int:session_id>/", sessions.session, name="classroom"),
    path("today/<int:session_id>/screen/", sessions.screen, name="classroom_screen"),
    path("today/<int:session_id>/code/", sessions.code, name="classroom_code"),
    path("today/<int:session_id>/roll/", sessions.roll, name="classroom_roll"),
    path("today/<int:session_id>/open/", sessions.open_it, name="sign_open"),
    path("today/<int:session_id>/close/", sessions.close_it, name="sign_close"),
    path("today/<int:session_id>/pins/", sessions.pins, name="pins"),
    path("today/<int:session_id>/witness/", sessions.witnessed, name="witness"),
    path("today/<int:session_id>/phones/", sessions.phones, name="phones"),
    path("today/<int:session_id>/by/<str:way>/", sessions.by_hand, name="by_hand"),
    path("attendance/<int:class_id>/", attendance.attendance, name="attendance"),
    path("attendance/<int:class_id>/make-up/", attendance.make_up, name="make_up"),
    path("attendance/<int:class_id>/card-log/", attendance.card_log, name="card_log"),
    path("attendance/<int:class_id>/<str:day>/", attendance.attendance_day, name="attendance_day"),
    *class_urls.urlpatterns,
    path("projects/", listing.projects, name="projects"),
    path("abilities/", listing.abilities, name="abilities"),
    path("abilities/new/", listing.ability_new, name="ability_new"),
    path("abilities/<int:ability_id>/", listing.ability, name="ability"),
    path("abilities/<int:ability_id>/edit/", listing.ability_edit, name="ability_edit"),
    path("abilities/<int:ability_id>/submit/", listing.ability_submit, name="ability_submit"),
]
