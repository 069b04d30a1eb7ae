from django.apps import AppConfig


class OccupationsConfig(AppConfig):
    name = "wudan.occupations"
    label = "occupations"
    verbose_name = "职业"
