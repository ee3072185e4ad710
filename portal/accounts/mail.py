"""Messages that the accounts room sends itself; allauth sends the others, in the words of templates/account/email."""

from __future__ import annotations

import logging

from django.conf import settings
from django.core.mail import send_mail
from django.template.loader import render_to_string

from portal.accounts.invitations import link_to
from portal.accounts.models import Invitation

logger = logging.getLogger("portal.accounts")


def send_invitation(invitation: Invitation, token: str) -> bool:
    """Send an invitation's link to its address. Tells whether the mail server took it."""
    context = {"invitation": invitation, "link": link_to(invitation, token)}
    subject = " ".join(render_to_string("emails/accounts/invitation_subject.txt", context).split())
    text = render_to_string("emails/accounts/invitation.txt", context)
    try:
        return bool(send_mail(subject, text, settings.DEFAULT_FROM_EMAIL, [invitation.email]))
    except OSError:
        logger.exception("The invitation %s could not be sent", invitation.pk)
        return False
