from django.apps import AppConfig


class OrganisationsConfig(AppConfig):
    name = "wudan.organisations"
    label = "organisations"
    verbose_name = "单位"
