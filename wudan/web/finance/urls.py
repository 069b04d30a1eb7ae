from django.urls import path

from wudan.web.finance import acts, batches, bounced, home, pools, recoveries, reserve, supplements, trails

app_name = "finance"
urlpatterns = [
    path("", home.home, name="home"),
    path("claims/", home.claims, name="claims"),
    path("claims/<int:claim_id>/", home.claim, name="claim"),
    path("claims/<int:claim_id>/reveal/<str:kind>/", home.reveal, name="claim_reveal"),
    path("pools/", pools.pools, name="pools"),
    path("pools/open/", pools.open_year, name="open_pools"),
    path("pools/<int:pool_id>/", pools.pool, name="pool"),
    path("pools/<int:pool_id>/print/", pools.pool_print, name="pool_print"),
    path("pools/<int:pool_id>/budget/", pools.budget, name="budget"),
    path("pools/entries/<int:entry_id>/reverse/", pools.reverse_entry, name="reverse"),
    path("batches/", batches.batches, name="batches"),
    path("batches/new/", batches.gather_page, name="gather"),
    path("batches/<int:batch_id>/", batches.batch, name="batch"),
    path("batches/<int:batch_id>/return/", batches.bank_return, name="return"),
    path("batches/<int:batch_id>/file/", batches.bank_file, name="file"),
    path("batches/<int:batch_id>/sign/", acts.sign_batch, name="sign"),
    path("batches/<int:batch_id>/send/", acts.send_batch, name="send"),
    path("batches/<int:batch_id>/settle/", acts.settle_batch, name="settle"),
    path("batches/<int:batch_id>/cancel/", acts.cancel_batch, name="cancel"),
    path("batches/<int:batch_id>/stop/", acts.stop_batch, name="stop"),
    path("batches/<int:batch_id>/resume/", acts.resume_batch, name="resume"),
    path("batches/<int:batch_id>/explain/", acts.explain_gaps, name="explain"),
    path("batches/lines/<int:line_id>/remove/", batches.remove, name="remove"),
    path("bounced/", bounced.bounced, name="bounced"),
    path("bounced/<int:claim_id>/", bounced.correct, name="correct"),
    path("recoveries/", recoveries.recoveries, name="recoveries"),
    path("recoveries/<int:recovery_id>/", recoveries.recovery, name="recovery"),
    path("supplements/", supplements.supplements, name="supplements"),
    path("supplements/<int:supplement_id>/correct/", supplements.correct, name="supplement_correct"),
    path("trail/<str:kind>/<int:subject_id>/", trails.trail, name="trail"),
    path("reserve/", reserve.reserve, name="reserve"),
]
