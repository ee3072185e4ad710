"""Wiring of the posture room: the client's front page among its views, and what the audit leaves out."""

from django.apps import AppConfig


class PostureConfig(AppConfig):
    name = "clients.posture"
    label = "posture"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        # The registries need the models of the rooms below.
        from clients.posture.search import find_controls
        from portal.audit.coverage import exempt
        from portal.shell import navigation, search
        from portal.tenancy.permissions import Permission

        navigation.register_client_view(
            "Overview", "client_overview", permission=Permission.VIEW_CLIENT, order=0
        )
        search.register("Controls", find_controls, order=80)
        exempt("posture.Snapshot", "worked out every day from records that are themselves under audit")
