"""Documents are called by what they are: on pages, in mails and in the trail, also by kinds that are made no more."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from zoneinfo import ZoneInfo

import pytest
from django.test import Client as Browser

from portal.accounts.models import User
from portal.audit.models import AuditEvent
from portal.audit.presenters import lines_of
from portal.documents import actions
from portal.documents.kinds import kind_of, noun_of, noun_of_action
from portal.documents.models import Document
from portal.tenancy.models import Client
from portal.tenancy.scope import Scope

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("kind", "noun"),
    [
        ("pack", "pack"),
        ("post_mortem", "post-mortem"),
        ("incident", "incident record"),
        ("old_kind", "old-kind"),
    ],
)
def test_each_kind_has_its_noun(kind: str, noun: str) -> None:
    assert noun_of(kind) == noun
    assert Document(kind=kind).noun == noun


def test_an_action_on_something_else_says_nothing_of_the_document() -> None:
    assert noun_of_action("post_mortem.make") == "post-mortem"
    assert noun_of_action("document.download") == ""
    assert kind_of("notice").title == "Notice"


@pytest.mark.parametrize(
    ("kind", "words"), [("pack", "asked for pack"), ("incident", "asked for incident record")]
)
def test_the_trail_calls_it_by_its_noun(
    kind: str, words: str, in_a: Scope, client_a1: Client, now: datetime
) -> None:
    actions.ask_for(kind, client_a1, by=None, at=now)
    events = AuditEvent.objects.filter(action=f"{kind}.make", payload__object="documents_document")
    lines = lines_of(events, {}, ZoneInfo("Europe/London"))
    assert [f"{line.did} {line.noun}" for line in lines] == [words]


def test_the_page_calls_it_by_its_noun(
    signed_in: Callable[[User], Browser],
    in_a: Scope,
    client_a1: Client,
    alice: User,
    now: datetime,
) -> None:
    document = actions.ask_for("incident", client_a1, by=None, at=now)
    page = signed_in(alice).get(document.get_absolute_url()).content.decode()
    assert "The incident record is being made" in page
    assert "The pack" not in page
