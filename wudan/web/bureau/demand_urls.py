"""The addresses of the pages about demand (提单, 拟开班, 应培名单)."""

from __future__ import annotations

from django.urls import path

from wudan.web.bureau import demand, orders, proposals, roll

urlpatterns = [
    path("demand/", demand.demand, name="demand"),
    path("demand/orders/", orders.orders, name="orders"),
    path("demand/orders/new/", orders.order_new, name="order_new"),
    path("demand/orders/<int:order_id>/", orders.order, name="order"),
    path("demand/orders/<int:order_id>/do/<str:verb>/", orders.order_do, name="order_do"),
    path("demand/proposals/", proposals.proposals, name="proposals"),
    path("demand/proposals/run/", proposals.run, name="proposals_run"),
    path("demand/proposals/<int:proposal_id>/", proposals.proposal, name="proposal"),
    path("demand/proposals/<int:proposal_id>/do/<str:verb>/", proposals.proposal_do, name="proposal_do"),
    path("demand/roll/", roll.roll, name="roll"),
    path("demand/roll/load/", roll.roll_load, name="roll_load"),
    path("demand/roll/template/", roll.roll_template, name="roll_template"),
    path("demand/roll/<int:entry_id>/", roll.roll_entry, name="roll_entry"),
    path("demand/roll/<int:entry_id>/excuse/", roll.roll_excuse, name="roll_excuse"),
]
