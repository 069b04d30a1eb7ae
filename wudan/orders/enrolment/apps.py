from django.apps import AppConfig


class EnrolmentConfig(AppConfig):
    name = "wudan.orders.enrolment"
    label = "enrolment"
    verbose_name = "选单"
