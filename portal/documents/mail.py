"""The message to whoever asked for a document: that it is ready, or why not. A link and no contents."""

from __future__ import annotations

import logging

from django.conf import settings
from django.core.mail import send_mail
from django.template.loader import render_to_string

from portal.documents.models import Document

logger = logging.getLogger(__name__)


def say_it_ended(document: Document) -> bool:
    """Write to whoever asked. Tells whether the mail server took it; the notice in the portal stands anyway."""
    person = document.requested_by
    if person is None or not person.is_active:
        return False
    context = {
        "document": document,
        "person": person,
        "link": f"{settings.SITE_URL.rstrip('/')}{document.get_absolute_url()}",
    }
    words = "is ready" if document.is_ready else "could not be made"
    text = render_to_string("documents/emails/ended.txt", context)
    try:
        return bool(
            send_mail(
                f"{document.noun.capitalize()} {document.number} {words}",
                text,
                settings.DEFAULT_FROM_EMAIL,
                [person.email],
            )
        )
    except OSError:
        logger.exception("the message about document %s could not be sent", document.number)
        return False
