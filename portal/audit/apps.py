"""Wiring of the audit room."""

from django.apps import AppConfig


class AuditConfig(AppConfig):
    name = "portal.audit"
    label = "audit"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        # Models are not ready yet when this module is read.
        from portal.audit import presenters
        from portal.tenancy.models import Client

        presenters.register(table="tenancy_practice", noun="practice")
        presenters.register(table="tenancy_client", noun="client", links=presenters.links_of(Client))
        term: presenters.Columns = {
            "user_id": "person",
            "from_at": "from",
            "until_at": "until",
            "role": ("role", _role),
        }
        presenters.register(table="tenancy_member", noun="membership", columns=term)
        presenters.register(table="tenancy_assignment", noun="assignment", columns=term)
        presenters.register_action("activity.export", "exported the activity")
        presenters.register_action("person.forget", "erased a person's identity from the trail")


def _role(value: object) -> str:
    return str(value).replace("_", " ")
