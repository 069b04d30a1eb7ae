from django.urls import path

from wudan.web.public import (
    catalogues,
    courses,
    decisions,
    estimates,
    how,
    notices,
    providers,
    showcase,
    verify,
    views,
)

app_name = "public"
urlpatterns = [
    path("verify/<str:code>/", verify.verify, name="verify"),
    path(".well-known/did.json", verify.did, name="did"),
    path("credentials/revoked.json", verify.revoked, name="revoked"),
    path("", views.districts, name="districts"),
    path("d/<str:code>/", views.home, name="home"),
    path("d/<str:code>/verify/", verify.check, name="check"),
    path("d/<str:code>/figures/", views.figures, name="figures"),
    path("d/<str:code>/how/", how.how, name="how"),
    path("d/<str:code>/providers/", providers.providers, name="providers"),
    path("d/<str:code>/providers/<int:provider_id>/", providers.provider, name="provider"),
    path("d/<str:code>/providers/showcase/", showcase.showcase, name="showcase"),
    path("d/<str:code>/policy/", views.policy, name="policy"),
    path("d/<str:code>/policy/cases/", views.cases, name="cases"),
    path("d/<str:code>/estimate/", estimates.schemes, name="estimate"),
    path("d/<str:code>/estimate/<str:scheme>/", estimates.estimate, name="estimate_scheme"),
    path("d/<str:code>/estimate/<str:scheme>/decision.json", decisions.decision, name="decision"),
    path("d/<str:code>/courses/", courses.courses, name="courses"),
    path("d/<str:code>/courses/<int:offer_id>/", courses.course, name="course"),
    path("d/<str:code>/courses/catalogues/", catalogues.catalogues, name="catalogues"),
    path("d/<str:code>/courses/catalogues/<int:edition_id>/", catalogues.catalogue, name="catalogue"),
    path(
        "d/<str:code>/courses/catalogues/<int:edition_id>/as/<str:form>/",
        catalogues.catalogue_file,
        name="catalogue_file",
    ),
    path("d/<str:code>/notices/", notices.notices, name="notices"),
    path("d/<str:code>/notices/<int:notice_id>/", notices.notice, name="notice"),
    path(
        "d/<str:code>/notices/<int:notice_id>/lines/<int:line_id>/object/", notices.object_to, name="object"
    ),
]
