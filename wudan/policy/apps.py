from django.apps import AppConfig


class PolicyConfig(AppConfig):
    name = "wudan.policy"
    label = "policy"
    verbose_name = "政策"
