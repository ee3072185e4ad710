"""Asks for a pack of the first client, as a page does: python -m tests.machinery.ask_for_pack."""

from __future__ import annotations

from datetime import UTC, datetime

import django

django.setup()

from django.db import transaction  # noqa: E402 - the apps are loaded only now

from portal.accounts.models import User  # noqa: E402
from portal.documents.actions import ask_for  # noqa: E402
from portal.documents.tasks import send  # noqa: E402
from portal.tenancy.models import Client  # noqa: E402
from portal.tenancy.system import as_operator, find_client  # noqa: E402


def main() -> None:
    """Put a pack into the queue and hand it to the renderer."""
    practice_id, client_id = find_client("client-north")
    with as_operator(practice_id, "a pack for the tests"):
        client = Client.objects.get(pk=client_id)
        owner = User.objects.get(email="boss@north.test")
        with transaction.atomic():
            pack = ask_for("pack", client, by=owner, at=datetime.now(UTC))
        send(pack.pk)


if __name__ == "__main__":
    main()
