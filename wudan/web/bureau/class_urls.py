"""开班, 找机构承接 and 巡查 at the bureau."""

from django.urls import path

from wudan.web.bureau import inspections, openings, placing

urlpatterns = [
    path("classes/", openings.opening_list, name="openings"),
    path("classes/calendar/", openings.calendar, name="class_calendar"),
    path("classes/<int:class_id>/", openings.one_class, name="class"),
    path("classes/<int:class_id>/do/<str:verb>/", openings.act, name="class_act"),
    path("classes/<int:class_id>/inspect/<int:session_id>/", inspections.plan, name="inspection_plan"),
    path("classes/<int:class_id>/members/<int:member_id>/", openings.member, name="member"),
    path("classes/changes/<int:amendment_id>/", openings.amendment, name="amendment"),
    path("classes/placing/", placing.placing, name="placing"),
    path("classes/placing/<int:offer_id>/", placing.one, name="placing_offer"),
    path("classes/placing/answers/<int:answer_id>/<str:verb>/", placing.choose, name="placing_choose"),
    path("classes/inspections/", inspections.inspection_list, name="inspections"),
    path("classes/inspections/<int:inspection_id>/", inspections.inspection, name="inspection"),
    path("classes/inspections/<int:inspection_id>/drop/", inspections.drop, name="inspection_drop"),
    path("classes/inspections/<int:inspection_id>/photo/", inspections.photo, name="inspection_photo"),
]
