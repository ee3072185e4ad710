"""Wiring of the documents room."""

from django.apps import AppConfig


class DocumentsConfig(AppConfig):
    name = "portal.documents"
    label = "documents"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        # Models are not ready yet when this module is read.
        from portal.audit import presenters
        from portal.audit.coverage import exempt
        from portal.documents.models import Document

        exempt("documents.DocumentNumber", "a counter; the documents that take its numbers are audited")
        presenters.register(
            table="documents_document",
            noun="pack",
            links=presenters.links_of(Document),
            columns={"taken_by": None, "attempts": None, "sent_at": None, "file_id": None, "data": None},
        )
        presenters.register(table="documents_storedfile", noun="file", columns={"content": None})
        presenters.register_action("document.download", "downloaded")
