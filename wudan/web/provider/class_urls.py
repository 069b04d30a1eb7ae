"""接单 and 班级 of a provider."""

from django.urls import path

from wudan.web.provider import amending, classes, orders, planning

urlpatterns = [
    path("orders/", orders.orders, name="orders"),
    path("orders/<int:answer_id>/", orders.order, name="answer"),
    path("orders/<int:answer_id>/accept/", orders.accept, name="answer_accept"),
    path("orders/<int:answer_id>/do/<str:verb>/", orders.answer, name="answer_give"),
    path("orders/bid/<int:offer_id>/", orders.offer_bid, name="bid"),
    path("classes/", classes.classes, name="classes"),
    path("classes/calendar/", classes.calendar, name="calendar"),
    path("classes/template/", planning.template, name="plan_template"),
    path("classes/new/<int:offer_id>/", classes.new, name="class_new"),
    path("classes/<int:class_id>/", classes.one_class, name="class"),
    path("classes/<int:class_id>/about/", classes.describe, name="class_describe"),
    path("classes/<int:class_id>/do/<str:verb>/", classes.act, name="class_act"),
    path("classes/<int:class_id>/plan/new/", planning.new, name="session_new"),
    path("classes/<int:class_id>/plan/file/", planning.load, name="plan_load"),
    path("classes/<int:class_id>/plan/<int:session_id>/", planning.session, name="session"),
    path("classes/<int:class_id>/plan/<int:session_id>/drop/", planning.drop, name="session_drop"),
    path("classes/<int:class_id>/change/new/", amending.add, name="amend_add"),
    path("classes/<int:class_id>/change/<int:session_id>/", amending.amend, name="amend"),
    path("classes/<int:class_id>/change/<int:session_id>/drop/", amending.drop, name="amend_drop"),
    path(
        "classes/<int:class_id>/changes/<int:amendment_id>/back/", amending.take_back, name="amend_withdraw"
    ),
    path("classes/<int:class_id>/members/<int:member_id>/", amending.member, name="member"),
]
