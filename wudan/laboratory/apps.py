from django.apps import AppConfig


class LaboratoryConfig(AppConfig):
    name = "wudan.laboratory"
    label = "laboratory"
    verbose_name = "政策实验室"
