"""Wiring of the registers room."""

from django.apps import AppConfig


class RegistersConfig(AppConfig):
    name = "clients.registers"
    label = "registers"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Put the registers into the Contents, the clients' views, Today, search and the trail."""
        from clients.registers.panels import register_all  # models are not ready when this module is read

        register_all()
