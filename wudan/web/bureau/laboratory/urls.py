from django.urls import path

from wudan.web.bureau.laboratory import cases, differences, draft, examining, files, home, runs, values

urlpatterns = [
    path("laboratory/", home.laboratory, name="laboratory"),
    path("laboratory/new/", home.new, name="lab_new"),
    path("laboratory/runs/<int:run_id>/", runs.run, name="lab_run"),
    path("laboratory/runs/<int:run_id>/progress/", runs.progress, name="lab_run_progress"),
    path("laboratory/runs/<int:run_id>/changes/", runs.changes, name="lab_changes"),
    path("laboratory/runs/<int:run_id>/export/", runs.export, name="lab_run_export"),
    path("laboratory/<int:draft_id>/", draft.draft, name="lab_draft"),
    path("laboratory/<int:draft_id>/propose/", draft.propose, name="lab_propose"),
    path("laboratory/<int:draft_id>/do/<str:verb>/", draft.act, name="lab_act"),
    path("laboratory/<int:draft_id>/runs/", runs.start, name="lab_start"),
    path("laboratory/<int:draft_id>/differences/", differences.changes, name="lab_differences"),
    path("laboratory/<int:draft_id>/cases/", cases.cases, name="lab_cases"),
    path("laboratory/<int:draft_id>/examine/", examining.examine, name="lab_examine"),
    path("laboratory/<int:draft_id>/values/", values.values, name="lab_values"),
    path(
        "laboratory/<int:draft_id>/values/<str:section>/<str:code>/<str:version>/",
        values.entry,
        name="lab_entry",
    ),
    path(
        "laboratory/<int:draft_id>/values/<str:section>/<str:code>/<str:version>/remove/",
        values.entry_remove,
        name="lab_entry_remove",
    ),
    path("laboratory/<int:draft_id>/rules/new/", files.add, name="lab_add"),
    path("laboratory/<int:draft_id>/check/", files.check, name="lab_check"),
    path("laboratory/<int:draft_id>/remove/<path:name>", files.remove, name="lab_remove"),
    path("laboratory/<int:draft_id>/files/<path:name>", files.file, name="lab_file"),
]
