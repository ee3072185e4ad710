"""``manage.py sign_in_link EMAIL --why "…"``: let in somebody who is locked out."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from portal.accounts.actions import issue_sign_in_link
from portal.accounts.models import User
from portal.lib.refused import Refused


class Command(BaseCommand):
    """Prints a link that works once, within ten minutes; its owner then enrols a new second factor."""

    help = "Print a one-time, ten-minute link for somebody who is locked out; they must enrol a new second factor."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("email", help="address of the account")
        parser.add_argument("--why", required=True, help="the reason, kept in the audit trail")

    def handle(self, *args: Any, email: str, why: str, **options: Any) -> None:
        user = User.objects.filter(email__iexact=email.strip()).first()
        if user is None:
            raise CommandError(f"There is no account with the address {email}. Invite that person instead.")
        try:
            link = issue_sign_in_link(user=user, why=why)
        except Refused as refusal:
            raise CommandError(str(refusal)) from refusal
        self.stdout.write(f"For {user.name}, once, within ten minutes:\n\n  {link}\n")
        self.stdout.write("They enrol a new second factor there; the old ones are then removed.")
