"""The addresses of the enterprise's pages about demand (提单, 年度培训计划, 应培职工)."""

from __future__ import annotations

from django.urls import path

from wudan.web.enterprise import orders, roll

urlpatterns = [
    path("orders/", orders.orders, name="orders"),
    path("orders/new/", orders.order_new, name="order_new"),
    path("orders/file/", orders.order_file, name="order_file"),
    path("orders/template/", orders.order_template, name="order_template"),
    path("orders/<int:order_id>/", orders.order, name="order"),
    path("orders/<int:order_id>/match/", orders.order_match, name="order_match"),
    path("orders/<int:order_id>/withdraw/", orders.order_withdraw, name="order_withdraw"),
    path("orders/plans/", orders.plans, name="plans"),
    path("orders/roll/", roll.roll, name="roll"),
    path("orders/roll/load/", roll.roll_load, name="roll_load"),
    path("orders/roll/template/", roll.roll_template, name="roll_template"),
]
