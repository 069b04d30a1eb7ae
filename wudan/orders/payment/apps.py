from django.apps import AppConfig


class PaymentConfig(AppConfig):
    name = "wudan.orders.payment"
    label = "payment"
    verbose_name = "买单·拨付"
