from django.apps import AppConfig


class SubsidyConfig(AppConfig):
    name = "wudan.orders.subsidy"
    label = "subsidy"
    verbose_name = "买单·核定"
