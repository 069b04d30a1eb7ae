from django.urls import path

from wudan.web.supervisor import books, findings, funnel, home, journal, trails

app_name = "supervisor"
urlpatterns = [
    path("", home.home, name="home"),
    path("findings/", findings.findings, name="findings"),
    path("findings/<int:finding_id>/", findings.finding, name="finding"),
    path("findings/<int:finding_id>/explain/", findings.explain_finding, name="explain"),
    path("findings/<int:finding_id>/close/", findings.close_finding, name="close"),
    path("claims/", books.claims, name="claims"),
    path("claims/<int:claim_id>/", books.claim, name="claim"),
    path("claims/<int:claim_id>/reveal/<str:kind>/", books.reveal, name="claim_reveal"),
    path("batches/", books.batches, name="batches"),
    path("batches/<int:batch_id>/", books.batch, name="batch"),
    path("recoveries/", books.recoveries, name="recoveries"),
    path("pools/", books.pools, name="pools"),
    path("pools/<int:pool_id>/", books.pool, name="pool"),
    path("pools/<int:pool_id>/print/", books.pool_print, name="pool_print"),
    path("funnel/", funnel.funnel, name="funnel"),
    path("funnel/<str:stage>/", funnel.rows, name="funnel_rows"),
    path("trail/<str:kind>/<int:subject_id>/", trails.trail, name="trail"),
    path("journal/", journal.journal, name="journal"),
    path("history/", journal.history, name="history"),
]
