"""Wiring of the documents room."""

from django.apps import AppConfig

PHRASES = {
    "pack.make": "asked for",
    "pack.render": "began to print",
    "pack.issue": "issued",
    "pack.fail": "could not print",
    "pack.retry": "asked again for",
    "pack.requeue": "sent again to print",
    "pack.see": "opened",
    "document.download": "downloaded",
}


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
            columns=dict.fromkeys(str(field.column) for field in Document._meta.concrete_fields)
            | {"addressee": "prepared for", "pages": "pages", "error": "error"},
        )
        presenters.register(
            table="documents_storedfile",
            noun="file",
            columns={"content": None, "sha256": None, "media_type": None, "size": None},
        )
        for verb, phrase in PHRASES.items():
            presenters.register_action(verb, phrase)
