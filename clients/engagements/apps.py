"""Wiring of the engagements room."""

from django.apps import AppConfig


class EngagementsConfig(AppConfig):
    name = "clients.engagements"
    label = "engagements"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Put the room into the clients' views, search, the trail and the deadlines."""
        # Models are not ready yet when this module is read.
        from clients.engagements import deadline_kinds, panels

        panels.register_all()
        deadline_kinds.register_all()
