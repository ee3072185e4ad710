"""Wiring of the outbox room."""

from django.apps import AppConfig

PHRASES = {
    "channel.add": "added",
    "channel.edit": "changed",
    "channel.enable": "turned on",
    "channel.disable": "turned off",
    "channel.remove": "removed",
    "channel.test": "sent a test message to",
    "preference.set": "changed",
    "delivery.try_again": "tried again to deliver",
    "messages.export": "exported the list of",
}


class OutboxConfig(AppConfig):
    name = "portal.outbox"
    label = "outbox"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        # Models are not ready yet when this module is read.
        from portal.audit import presenters
        from portal.audit.coverage import exempt, leave_out
        from portal.outbox import places

        seen = "what the sender last saw of it; the deliveries say what became of each message"
        exempt("outbox.Message", "itself a record that is only ever added to, and never changed")
        exempt("outbox.Delivery", "itself the record of what was sent; a person's trying again is an event")
        leave_out("outbox.Channel", {"tested_at": seen, "failed_at": seen, "last_failure": seen})
        leave_out("outbox.Preference", {"changed_at": "the event has its own instant"})
        presenters.register(
            table="outbox_channel",
            noun="channel",
            columns={"address": "address", "removed_at": None, "person_id": "person"},
        )
        presenters.register(
            table="outbox_preference", noun="preference for messages", columns={"user_id": "person"}
        )
        for verb, phrase in PHRASES.items():
            presenters.register_action(verb, phrase)
        places.register_all()
