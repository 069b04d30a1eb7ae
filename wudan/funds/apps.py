from django.apps import AppConfig


class FundsConfig(AppConfig):
    name = "wudan.funds"
    label = "funds"
    verbose_name = "资金"
