from django.urls import path

from wudan.kernel.roles import Role
from wudan.web.enterprise import choosing, classes, demand_urls
from wudan.web.shared.applicants.desk import Desk
from wudan.web.shared.applicants.urls import pages
from wudan.web.shared.capacity import urls as capacity

app_name = "enterprise"
DESK = Desk(Role.ENTERPRISE, "enterprise", whom="职工", on_authority=False)
urlpatterns = [
    *pages(DESK),
    *demand_urls.urlpatterns,
    *capacity.pages(DESK),
    path("classes/", classes.classes, name="classes"),
    path("classes/<int:class_id>/", classes.one_class, name="class"),
    path("courses/", choosing.courses, name="courses"),
    path("courses/template/", choosing.template, name="course_template"),
    path("courses/<int:offer_id>/", choosing.course, name="course"),
    path("courses/<int:offer_id>/confirm/", choosing.confirm, name="course_confirm"),
    path("courses/enrolments/<int:enrolment_id>/withdraw/", choosing.withdraw, name="course_withdraw"),
]
