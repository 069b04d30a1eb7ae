from django.apps import AppConfig


class WebConfig(AppConfig):
    """One app for every audience. List it before allauth: its templates replace allauth's."""

    name = "wudan.web"
    label = "web"
    verbose_name = "页面"
