from django.apps import AppConfig


class CatalogueConfig(AppConfig):
    name = "wudan.orders.catalogue"
    label = "catalogue"
    verbose_name = "列单"
