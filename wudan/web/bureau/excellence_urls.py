"""The addresses of 三优资源, 设施改造支持 and 示范培训项目, under 办学条件, and of 职业目录."""

from __future__ import annotations

from django.urls import path

from wudan.web.bureau import capacity, occupations
from wudan.web.bureau import excellence as pages

urlpatterns = [
    path("registrations/teachers/new/", capacity.teacher_new, name="teacher_new"),
    path("occupations/", occupations.occupations, name="occupations"),
    path("occupations/load/", occupations.load, name="occupations_load"),
    path("registrations/resources/", pages.resource_list, name="resource_list"),
    path("registrations/resources/new/", pages.resource_new, name="resource_new"),
    path("registrations/resources/<int:resource_id>/", pages.resource, name="resource"),
    path("registrations/resources/<int:resource_id>/do/<str:verb>/", pages.resource_act, name="resource_act"),
    path("registrations/support/", pages.supports, name="supports"),
    path("registrations/support/<int:support_id>/", pages.support, name="support"),
    path("registrations/support/<int:support_id>/do/<str:verb>/", pages.support_act, name="support_act"),
    path("registrations/demonstrations/", pages.demonstrations, name="demonstrations"),
    path("registrations/demonstrations/new/", pages.demonstration_new, name="demonstration_new"),
    path(
        "registrations/demonstrations/<int:demonstration_id>/end/",
        pages.demonstration_end,
        name="demonstration_end",
    ),
]
