from django.apps import AppConfig


class DeliveryConfig(AppConfig):
    name = "wudan.orders.delivery"
    label = "delivery"
    verbose_name = "接单"
