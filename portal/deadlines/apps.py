"""Wiring of the deadlines room."""

from django.apps import AppConfig


class DeadlinesConfig(AppConfig):
    name = "portal.deadlines"
    label = "deadlines"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        # Models are not ready yet when this module is read.
        from portal.audit.coverage import exempt, leave_out
        from portal.deadlines.endings import follow_clients_and_people
        from portal.deadlines.feeds import places as feeds
        from portal.deadlines.presenters import panels
        from portal.deadlines.renewals import places as renewals

        bookkeeping = "when the scan looks at the deadline next; the reminders say what came of it"
        leave_out("deadlines.Deadline", {"next_step_at": bookkeeping, "stepped_at": bookkeeping})
        leave_out("deadlines.CalendarFeed", {"read_at": "a calendar program reads every few minutes"})
        exempt("deadlines.Reminder", "itself a record that is only ever added to, and never changed")

        follow_clients_and_people()
        from portal.deadlines.succession import PASSED_ON
        from portal.outbox import kinds as messages

        messages.register(PASSED_ON, "Deadlines that passed to you", may_opt_out=False)
        panels.register_all()
        renewals.register_all()
        feeds.register_all()
