"""Wiring of the workflows room."""

from django.apps import AppConfig


class WorkflowsConfig(AppConfig):
    """Puts exports and proposals among a client's views and on Today."""

    name = "clients.workflows"
    label = "workflows"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from clients.workflows import panels
        from portal.shell import navigation, today
        from portal.tenancy.permissions import Permission

        navigation.register_client_view("Exports", "export_list", permission=Permission.VIEW_CLIENT, order=60)
        navigation.register_client_view(
            "Proposals",
            "proposal_list",
            count=panels.waiting_count,
            permission=Permission.VIEW_INTERNAL,
            order=61,
            for_client=False,
        )
        today.register(panels.owed, panels.owed_count)
        panels.register_words()
