"""``manage.py set_up_link``: begin an empty installation."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from portal.accounts.setup import pending_link


class Command(BaseCommand):
    """Prints the link at which the first practice and its owner are made."""

    help = "Print a one-time link for making the first practice and its owner; good for 24 hours."

    def handle(self, *args: Any, **options: Any) -> None:
        link = pending_link()
        if link is None:
            raise CommandError("There is a practice already. Its owners invite further people on its pages.")
        self.stdout.write(
            f"Open this once, within 24 hours, to make the practice and its owner:\n\n  {link}\n"
        )
