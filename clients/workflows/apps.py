"""Wiring of the workflows room."""

from django.apps import AppConfig


class WorkflowsConfig(AppConfig):
    """Puts exports and proposals among the views, and what exports owe among the deadlines."""

    name = "clients.workflows"
    label = "workflows"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from clients.workflows import deadlines, panels
        from portal.shell import navigation
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
        navigation.register(
            "Records",
            "Proposals",
            "proposal_index",
            count=panels.waiting_anywhere,
            permission=Permission.VIEW_INTERNAL,
            order=20,
        )
        deadlines.register_all()
        panels.register_words()
