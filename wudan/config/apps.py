from django.apps import AppConfig


class ConfigConfig(AppConfig):
    """Holds the management commands and the deployment checks."""

    name = "wudan.config"
    label = "config"
    verbose_name = "运行"

    def ready(self) -> None:
        from wudan.config import checks, wiring  # noqa: F401 - checks register themselves

        wiring.join()
