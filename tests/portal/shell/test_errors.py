import logging
from collections.abc import Callable

import pytest
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest
from django.test import Client as Browser
from django.test import RequestFactory

from portal.accounts.models import User
from portal.shell import errors, views
from portal.tenancy.models import Client


def test_not_found_says_the_same_whether_it_exists_elsewhere_or_not(
    alice: User, client_b1: Client, signed_in: Callable[[User], Browser]
) -> None:
    browser = signed_in(alice)
    other = browser.get(f"/c/{client_b1.slug}/")
    nothing = browser.get("/c/no-such-client/")
    assert other.status_code == nothing.status_code == 404
    plain = [
        page.content.decode().replace(slug, "")
        for page, slug in ((other, client_b1.slug), (nothing, "no-such-client"))
    ]
    hidden = [page.split("csrfmiddlewaretoken")[0] for page in plain]
    assert hidden[0] == hidden[1]
    assert client_b1.name not in plain[0]


def test_a_refusal_stands_in_the_readers_own_frame(
    alice: User, carol: User, signed_in: Callable[[User], Browser]
) -> None:
    assert 'aria-label="Main"' in signed_in(alice).get("/no-such-page/").content.decode()
    theirs = signed_in(carol).get("/no-such-page/").content.decode()
    assert "keeps these records for you" in theirs
    assert 'aria-label="Main"' not in Browser().get("/no-such-page/").content.decode()


def test_a_frame_that_fails_gives_way_to_the_bare_page(
    alice: User,
    signed_in: Callable[[User], Browser],
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    def broken(*_: object) -> None:
        raise RuntimeError("the cause")

    browser = signed_in(alice)
    monkeypatch.setattr("portal.shell.navigation.contents", broken)
    with caplog.at_level(logging.ERROR, "portal.errors"):
        answer = browser.get("/no-such-page/")
    assert answer.status_code == 404
    assert "There is no such page for you" in answer.content.decode()
    assert 'aria-label="Main"' not in answer.content.decode()
    assert "the cause" in caplog.text


def test_a_refusal_says_who_may(rf: RequestFactory) -> None:
    page = errors.permission_denied(
        rf.get("/x/"), PermissionDenied("Only an approver of Alder can decide this.")
    )
    assert page.status_code == 403
    assert "Only an approver of Alder can decide this." in page.content.decode()


def test_a_failure_quotes_the_reference_that_stands_in_the_log(
    rf: RequestFactory, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    request: HttpRequest = rf.get("/x/")
    request.request_id = "0123456789abcdef"  # type: ignore[attr-defined]
    with caplog.at_level(logging.ERROR, "portal.errors"):
        try:
            raise RuntimeError("the cause")
        except RuntimeError:
            page = errors.server_error(request)
    assert page.status_code == 500
    assert "0123456789ab" in page.content.decode()
    assert "the cause" not in page.content.decode()
    assert "0123456789ab" in caplog.text
    assert "the cause" in caplog.text


def test_a_failing_view_answers_with_the_page_even_when_nothing_else_works(
    alice: User, signed_in: Callable[[User], Browser], monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object) -> None:
        raise RuntimeError("the cause")

    browser = signed_in(alice)
    browser.raise_request_exception = False
    monkeypatch.setattr(views.searching, "search", broken)
    answer = browser.get("/search/?q=xero")
    assert answer.status_code == 500
    assert "Something failed on our side" in answer.content.decode()


def test_a_form_without_proof_of_origin_gives_back_what_was_typed_but_no_secret(
    alice: User, signed_in: Callable[[User], Browser]
) -> None:
    device = signed_in(alice)
    browser = Browser(enforce_csrf_checks=True)
    browser.cookies = device.cookies
    token = "AKIA" + "IOSFODNN7EXAMPLQ"
    sent = {
        "purpose": "Sync <invoices>",
        "password": "hunter2hunter2",
        "note": f"it is {token}",
        "otp": "123456",
    }
    answer = browser.post("/settings/", sent)
    page = answer.content.decode()
    assert answer.status_code == 403
    assert "Sync &lt;invoices&gt;" in page
    assert not any(secret in page for secret in ("hunter2", token, "123456"))
    assert 'href="/settings/"' in page
