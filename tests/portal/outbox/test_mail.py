"""How failures of mail are judged, over SMTP and over a provider, and what a digest looks like when it is long."""

from __future__ import annotations

import smtplib
from datetime import datetime, timedelta
from typing import Any

import pytest
import requests
from anymail.exceptions import AnymailAPIError, AnymailRecipientsRefused, AnymailRequestsAPIError

from portal.accounts.models import User
from portal.outbox.media.fates import Outcome
from portal.outbox.media.mail import fate_of
from portal.tenancy.models import Client, Practice
from tests.portal.outbox.conftest import empty, letter, look, prefer, send
from tests.portal.outbox.servers import Mailbox

ADDRESS = "bob@northlight.test"


def of_provider(status: int, **headers: str) -> AnymailAPIError:
    answer = requests.Response()
    answer.status_code = status
    answer.headers.update(headers)
    return AnymailRequestsAPIError(f"{ADDRESS} failed", response=answer)


@pytest.mark.parametrize(
    ("error", "outcome"),
    [
        (smtplib.SMTPRecipientsRefused({ADDRESS: (550, b"no")}), Outcome.NEVER),
        (smtplib.SMTPRecipientsRefused({ADDRESS: (451, b"later")}), Outcome.LATER),
        (smtplib.SMTPDataError(554, ADDRESS.encode()), Outcome.NEVER),
        (smtplib.SMTPDataError(452, b"full"), Outcome.LATER),
        (smtplib.SMTPAuthenticationError(535, ADDRESS.encode()), Outcome.LATER),
        (smtplib.SMTPSenderRefused(553, ADDRESS.encode(), ADDRESS), Outcome.LATER),
        (smtplib.SMTPServerDisconnected(ADDRESS), Outcome.LATER),
        (TimeoutError(ADDRESS), Outcome.LATER),
        (ConnectionRefusedError(ADDRESS), Outcome.LATER),
        (AnymailRecipientsRefused(ADDRESS), Outcome.NEVER),
        (AnymailAPIError(ADDRESS), Outcome.LATER),
        (of_provider(422), Outcome.NEVER),
        (of_provider(401), Outcome.LATER),
        (of_provider(429), Outcome.LATER),
        (of_provider(502), Outcome.LATER),
        (RuntimeError(ADDRESS), Outcome.LATER),
    ],
)
def test_failures_are_judged_and_never_name_a_mailbox(
    error: Exception, outcome: Outcome, now: datetime
) -> None:
    fate = fate_of(error, now)
    assert fate.outcome is outcome
    assert fate.words
    assert "@" not in fate.words


def test_a_provider_that_asks_for_patience_gets_it(now: datetime) -> None:
    assert fate_of(of_provider(429, **{"Retry-After": "90"}), now).asked == timedelta(seconds=90)


@pytest.mark.django_db
@pytest.mark.usefixtures("pokes")
class TestProviders:
    def test_the_id_that_a_provider_gives_is_kept(
        self, practice_a: Practice, client_a1: Client, bob: User, now: datetime, settings: Any
    ) -> None:
        settings.EMAIL_BACKEND = "anymail.backends.test.EmailBackend"
        send(practice_a, now, letter("one", client_a1, bob))
        assert empty(practice_a, now) == {"sent": 1}
        assert look(practice_a)[0].provider_id == "0"

    def test_a_provider_without_its_key_is_tried_again(
        self, practice_a: Practice, client_a1: Client, bob: User, now: datetime, settings: Any
    ) -> None:
        settings.EMAIL_BACKEND, settings.ANYMAIL = "anymail.backends.postmark.EmailBackend", {}
        send(practice_a, now, letter("one", client_a1, bob))
        assert empty(practice_a, now) == {"queued": 1}
        assert look(practice_a)[0].last_error == "The mail could not be sent (AnymailConfigurationError)."


@pytest.mark.django_db
@pytest.mark.usefixtures("pokes")
def test_a_long_digest_shows_a_hundred_and_counts_the_rest(
    practice_a: Practice, client_a1: Client, bob: User, now: datetime, mailbox: Mailbox
) -> None:
    prefer(bob, now, mode="daily", hour=12)
    send(practice_a, now, *(letter(f"n-{number}", client_a1, bob) for number in range(120)))
    assert empty(practice_a, now + timedelta(hours=2)) == {"sent": 120}
    (mail,) = mailbox.mails
    for kind in ("plain", "html"):
        part = mail.get_body((kind,))
        assert part is not None
        text = part.get_content()
        assert text.count("Renew n-") == 100
        assert "20 more" in text
