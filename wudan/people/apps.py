from django.apps import AppConfig


class PeopleConfig(AppConfig):
    name = "wudan.people"
    label = "people"
    verbose_name = "实名库"
