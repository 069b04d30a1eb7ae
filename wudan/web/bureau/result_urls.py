"""The addresses of 考核结业 and 就业 on the bureau's desk."""

from __future__ import annotations

from django.urls import path

from wudan.web.bureau import archive, employment, results
from wudan.web.shared.results.urls import pages

urlpatterns = [
    *pages(results.PLACE, show=results.klass),
    path("results/sittings/<int:assessment_id>/publish/", results.publish, name="sitting_publish"),
    path("results/<int:class_id>/conclude/", results.conclude, name="class_conclude"),
    path("results/<int:class_id>/issue/", results.issue, name="certificates_issue"),
    path("results/certificates/<int:certificate_id>/revoke/", results.revoke, name="certificate_revoke"),
    path("results/scores/<int:score_id>/", results.correct, name="score_correct"),
    path("results/employment/", employment.employment, name="employment"),
    path("results/employment/projects/<int:project_id>/", employment.project, name="project_employment"),
    path("people/<int:person_id>/archive/", archive.archive, name="person_archive"),
    path("people/<int:person_id>/archive/<str:kind>/", archive.archive_file, name="person_archive_file"),
]
