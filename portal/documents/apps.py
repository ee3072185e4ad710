"""Wiring of the documents room."""

from django.apps import AppConfig

#: What is done to evidence. What is done to documents has the same words for every kind; see kinds.py.
PHRASES = {
    "document.download": "downloaded",
    "evidence.attach": "attached",
    "evidence.show": "showed to the client",
    "evidence.keep_back": "kept back from the client",
    "evidence.withdraw": "withdrew",
    "evidence.download": "downloaded",
    "evidence.export": "exported the {noun}",
}
NOT_TOLD = {"sha256": None, "subject_type": None, "subject_id": None, "file_id": None, "added_at": None}


class DocumentsConfig(AppConfig):
    name = "portal.documents"
    label = "documents"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        # Models are not ready yet when this module is read.
        from portal.audit import presenters
        from portal.audit.coverage import exempt
        from portal.documents import kinds
        from portal.documents.models import Document, EvidenceFile

        exempt("documents.DocumentNumber", "a counter; the documents that take its numbers are audited")
        presenters.register(
            table="documents_document",
            noun="document",
            noun_of=kinds.noun_of_action,
            links=presenters.links_of(Document),
            columns=dict.fromkeys(str(field.column) for field in Document._meta.concrete_fields)
            | {"addressee": "prepared for", "pages": "pages", "error": "error"},
        )
        presenters.register(
            table="documents_evidencefile",
            noun="evidence file",
            links=presenters.links_of(EvidenceFile),
            columns=NOT_TOLD
            | {"internal": "for people of the practice only", "subject": "at", "shows": "what it shows"}
            | {"added_by_id": None, "withdrawn_at": None, "withdrawn_by_id": None, "withdrawn_why": None},
        )
        presenters.register(table="evidence", noun="list of evidence")
        presenters.register(
            table="documents_storedfile",
            noun="file",
            columns={"content": None, "sha256": None, "media_type": None, "size": None},
        )
        for verb, phrase in PHRASES.items():
            presenters.register_action(verb, phrase)
