"""Wiring of the registers room."""

from django.apps import AppConfig


class RegistersConfig(AppConfig):
    name = "clients.registers"
    label = "registers"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Put the registers into the Contents, the clients' views, the deadlines, search and the trail."""
        # Models are not ready when this module is read.
        from clients.registers import deadline_kinds, panels
        from clients.registers.obligations import follow_access
        from portal.tenancy.followers import on_access_ended

        panels.register_all()
        deadline_kinds.register_all()
        on_access_ended(follow_access)
