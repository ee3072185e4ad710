"""Wiring of the trust room."""

from typing import Any

from django.apps import AppConfig


class TrustConfig(AppConfig):
    name = "clients.trust"
    label = "trust"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        # Models are not ready yet when this module is read.
        from clients.trust.contents import build
        from portal.documents import kinds, queries
        from portal.shell import navigation
        from portal.tenancy.permissions import Permission

        kinds.register("pack", title="Security and compliance pack", file_name="pack", build=build)
        reading = Permission.READ_DOCUMENTS

        def unread(*of: Any) -> int | None:
            return queries.unread(*of) or None  # a zero would read as if there were no documents

        navigation.register(
            "Publish", "Documents", "document_all", count=unread, permission=reading, order=10
        )
        navigation.register_client_view(
            "Documents",
            "document_list",
            count=unread,
            permission=reading,
            order=70,
            within=("evidence_list",),
        )
