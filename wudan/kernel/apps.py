from django.apps import AppConfig


class KernelConfig(AppConfig):
    name = "wudan.kernel"
    label = "kernel"
    verbose_name = "公共基础"

    def ready(self) -> None:
        from wudan.kernel.triggers import lighten_migrations

        lighten_migrations()
