"""The documents' pages: who reads, who makes, what another client's person gets, and the notice when it is ready."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.core import mail
from django.test import Client as Browser
from django.utils import timezone

from portal.accounts.models import User
from portal.audit.models import AuditEvent
from portal.documents import actions, queries, tasks
from portal.documents.models import Document
from portal.tenancy.access import access_of
from portal.tenancy.models import Client
from portal.tenancy.permissions import Role
from portal.tenancy.scope import Scope, enter
from tests.conftest import everything_of, make_assignment, make_user, scope_of
from tests.portal.documents.conftest import PDF

SignIn = Callable[[User], Browser]
pytestmark = pytest.mark.django_db
LIST = "/c/alder/documents/"


@pytest.fixture
def pack(made: Callable[..., Document], client_a1: Client, bob: User) -> Document:
    return made(client_a1, addressee="Kestrel Bank")


@pytest.fixture
def viewer(client_a1: Client) -> User:
    user = make_user("Vera Vale", "vera@alder.test")
    make_assignment(client_a1, user, Role.CLIENT_VIEWER)
    return user


@pytest.mark.parametrize("who", ["alice", "bob", "carol", "viewer"])
def test_people_of_the_client_and_of_the_practice_download_it(
    request: pytest.FixtureRequest, signed_in: SignIn, pack: Document, who: str
) -> None:
    browser = signed_in(request.getfixturevalue(who))
    assert pack.number in browser.get(LIST).content.decode()
    answer = browser.get(f"{LIST}{pack.pk}/download/")
    assert answer.content == PDF
    assert answer["Content-Type"] == "application/pdf"
    assert answer["Cache-Control"] == "private, no-store"
    assert f"pack-alder-{pack.number}.pdf" in answer["Content-Disposition"]


@pytest.mark.parametrize("path", ["", "new/", "{pk}/", "{pk}/download/", "{pk}/again/"])
def test_another_practice_finds_nothing(signed_in: SignIn, dan: User, pack: Document, path: str) -> None:
    browser = signed_in(dan)
    address = LIST + path.format(pk=pack.pk)
    assert browser.get(address).status_code == 404
    assert browser.post(address).status_code == 404


def test_a_document_is_not_found_under_another_client(
    signed_in: SignIn, alice: User, client_a2: Client, pack: Document
) -> None:
    browser = signed_in(alice)
    for path in ("", "download/"):
        assert browser.get(f"/c/birch/documents/{pack.pk}/{path}").status_code == 404
    assert browser.post(f"/c/birch/documents/{pack.pk}/again/").status_code == 404


def test_a_download_is_on_record_with_who(
    signed_in: SignIn, carol: User, pack: Document, in_a: Scope
) -> None:
    signed_in(carol).get(f"{LIST}{pack.pk}/download/")
    event = AuditEvent.objects.get(action="document.download")
    assert (event.client_id, event.object_id) == (pack.client_id, str(pack.pk))
    assert event.actor is not None
    assert event.payload["label"] == pack.number


def test_a_viewer_reads_and_does_not_make(signed_in: SignIn, viewer: User, pack: Document) -> None:
    browser = signed_in(viewer)
    assert "Make a pack" not in browser.get(LIST).content.decode()
    assert browser.post(f"{LIST}new/", {"variant": "pdf/ua-1"}).status_code == 403
    assert browser.post(f"{LIST}{pack.pk}/again/").status_code == 403


def test_making_one_puts_it_into_the_queue_and_sends_its_task(
    signed_in: SignIn,
    bob: User,
    in_a: Scope,
    monkeypatch: pytest.MonkeyPatch,
    django_capture_on_commit_callbacks: Any,
) -> None:
    sent: list[int] = []
    monkeypatch.setattr(tasks, "send", sent.append)
    with django_capture_on_commit_callbacks(execute=True):
        answer = signed_in(bob).post(f"{LIST}new/", {"addressee": "Kestrel Bank", "variant": "pdf/a-3u"})
    document = Document.objects.get()
    assert answer["Location"] == f"{LIST}{document.pk}/"
    assert sent == [document.pk]
    assert (document.state, document.variant, document.addressee) == ("queued", "pdf/a-3u", "Kestrel Bank")
    assert document.requested_by == bob


def test_a_secret_for_an_addressee_is_refused(signed_in: SignIn, bob: User, in_a: Scope) -> None:
    secret = "ghp_" + "a1B2c3D4e5F6" * 3
    answer = signed_in(bob).post(f"{LIST}new/", {"addressee": secret, "variant": "pdf/ua-1"})
    assert "looks like a secret" in answer.content.decode()
    assert not Document.objects.exists()


def test_while_it_is_made_the_page_asks_again_and_works_without_script(
    signed_in: SignIn, bob: User, client_a1: Client
) -> None:
    with enter(scope_of(bob), switch=True):
        document = actions.ask_for("pack", client_a1, by=bob, at=timezone.now())
    browser = signed_in(bob)
    page = browser.get(f"{LIST}{document.pk}/").content.decode()
    assert 'hx-trigger="every 2s"' in page
    assert "See how far it is" in page
    part = browser.get(f"{LIST}{document.pk}/", headers={"HX-Request": "true"}).content.decode()
    assert part.lstrip().startswith('<div id="state"')
    assert "<html" not in part
    assert browser.get(f"{LIST}{document.pk}/download/").status_code == 404


def test_the_page_of_a_failed_one_says_why_and_offers_to_try_again(
    signed_in: SignIn, bob: User, client_a1: Client, in_a: Scope
) -> None:
    document = actions.ask_for("pack", client_a1, by=None, at=timezone.now())
    actions.fail(document, "Install Pango.")
    browser = signed_in(bob)
    page = browser.get(f"{LIST}{document.pk}/").content.decode()
    assert "Install Pango." in page
    assert "Try again" in page
    browser.post(f"{LIST}{document.pk}/again/")
    document = Document.objects.get(pk=document.pk)
    assert (document.state, document.requested_by) == ("queued", bob)


def test_whoever_asked_has_a_notice_until_they_look(
    signed_in: SignIn, bob: User, alice: User, client_a1: Client, quick: None
) -> None:
    with enter(scope_of(bob), switch=True):
        document = actions.ask_for("pack", client_a1, by=bob, at=timezone.now())
        tasks.render.apply(args=[document.pk])
        assert queries.unread(access_of(bob, timezone.now())) == 1
        assert queries.unread(access_of(alice, timezone.now())) == 0
    assert len(mail.outbox) == 1
    browser = signed_in(bob)
    assert '<span class="chip">New</span>' in browser.get(LIST).content.decode()
    browser.get(f"{LIST}{document.pk}/")
    assert '<span class="chip">New</span>' not in browser.get(LIST).content.decode()


def test_the_list_of_the_practice_holds_what_is_in_reach(
    signed_in: SignIn, alice: User, bob: User, carol: User, pack: Document, client_a2: Client, made: Any
) -> None:
    other = made(client_a2)
    everything = signed_in(alice).get("/documents/").content.decode()
    assert pack.number in everything
    assert other.number in everything
    reach = signed_in(bob).get("/documents/").content.decode()
    assert pack.number in reach
    assert other.number not in reach
    assert signed_in(carol).get("/documents/").status_code == 404


def test_a_list_costs_the_same_queries_however_long_it_is(
    signed_in: SignIn, alice: User, client_a1: Client, made: Any, django_assert_max_num_queries: Any
) -> None:
    for _ in range(4):
        made(client_a1)
    browser = signed_in(alice)
    with django_assert_max_num_queries(40):
        browser.get(LIST)


def test_nobody_reads_the_table_of_another_client(pack: Document, client_a2: Client) -> None:
    with enter(Scope(practice=client_a2.practice_id, clients=frozenset({client_a2.pk})), switch=True):
        assert not Document.objects.exists()
    with enter(everything_of(client_a2.practice_id), switch=True):
        assert Document.objects.exists()
