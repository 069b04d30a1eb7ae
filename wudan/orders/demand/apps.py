from django.apps import AppConfig


class DemandConfig(AppConfig):
    name = "wudan.orders.demand"
    label = "demand"
    verbose_name = "提单"
