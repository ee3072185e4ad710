"""Wiring of the health room."""

from django.apps import AppConfig


class HealthConfig(AppConfig):
    name = "portal.health"
    label = "health"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        # Models are not ready yet when this module is read.
        from portal.health import beating
        from portal.health.notices import find
        from portal.shell import navigation, notices
        from portal.tenancy.permissions import Permission

        beating.listen()
        navigation.register(
            "Practice", "System", "system", permission=Permission.MANAGE_PRACTICE, anywhere=False, order=90
        )
        notices.register(find)
