from django.apps import AppConfig


class OversightConfig(AppConfig):
    name = "wudan.oversight"
    label = "oversight"
    verbose_name = "监督"
