"""A review from its start to what was carried out, in the browser; what the client's people see of it."""

from __future__ import annotations

import csv
import io
import time
from collections.abc import Callable

import pytest
from django.db import connection
from django.test import Client as Browser
from django.test.utils import CaptureQueriesContext

from clients.engagements.models import AccessReview
from portal.accounts.models import User
from portal.audit.models import AuditEvent
from portal.tenancy.models import Assignment, Client
from tests.clients.engagements.made import now, review

pytestmark = pytest.mark.django_db
SignedIn = Callable[[User], Browser]
PAGE = "/c/alder/access-reviews/"


def body(browser: Browser, address: str = PAGE) -> str:
    response = browser.get(address)
    assert response.status_code == 200, response.status_code
    return response.content.decode()


def decisions(found: AccessReview, **others: tuple[str, str]) -> dict[str, str]:
    posted = {}
    for item in found.items.select_related("user", "credential"):
        decision, note = others.get(str(item).split()[0].lower(), ("keep", ""))
        posted |= {f"decision-{item.pk}": decision, f"note-{item.pk}": note}
    return posted


def test_a_review_is_worked_through_saved_and_finished(
    in_a: object, signed_in: SignedIn, client_a1: Client, alice: User, bob: User, carol: User
) -> None:
    browser = signed_in(alice)
    assert "No access review is finished yet" in body(browser)
    here = browser.post(f"{PAGE}start/")["Location"]
    found = AccessReview.objects.get()
    assert here == f"{PAGE}{found.pk}/"
    assert "3 of 3 to decide" in body(browser, here)
    refused = browser.post(here, decisions(found, carol=("remove", "")))
    assert "Write why it is removed for Carol Clarke" in refused.content.decode()
    assert browser.post(here, decisions(found, carol=("remove", "Left")))["Location"] == here
    finish = browser.post(here, {**decisions(found, carol=("remove", "Left")), "finish": "1"})["Location"]
    assert "1 to remove" in body(browser, finish)
    assert browser.post(finish)["Location"] == here
    assert not Assignment.objects.filter(user=carol).active(now()).exists()
    shown = body(browser, here)
    assert "Removed" in shown
    assert "Kept" in shown
    assert browser.get(finish)["Location"] == here


def test_finishing_asks_for_a_second_factor_again(
    in_a: object, signed_in: SignedIn, client_a1: Client, alice: User, bob: User
) -> None:
    browser = signed_in(alice)
    here = browser.post(f"{PAGE}start/")["Location"]
    session = browser.session
    session["otp_at"] = time.time() - 3600
    session.save()
    assert (
        "/step-up/" in browser.post(f"{here}finish/")["Location"]
        or "next=" in browser.get(f"{here}finish/")["Location"]
    )
    assert AccessReview.objects.get().is_open


def test_what_stands_in_the_way_of_finishing_is_said(
    in_a: object, signed_in: SignedIn, client_a1: Client, alice: User, bob: User
) -> None:
    browser = signed_in(alice)
    here = browser.post(f"{PAGE}start/")["Location"]
    answer = browser.post(f"{here}finish/")
    assert "2 entries have no decision yet" in answer.content.decode()


def test_a_consultant_removes_nobody_by_finishing_and_the_lead_carries_it_out(
    in_a: object, signed_in: SignedIn, client_a1: Client, alice: User, bob: User, carol: User
) -> None:
    browser = signed_in(bob)
    here = browser.post(f"{PAGE}start/")["Location"]
    found = AccessReview.objects.get()
    browser.post(here, decisions(found, carol=("remove", "Left")))
    assert browser.post(f"{here}finish/").status_code == 302
    assert Assignment.objects.filter(user=carol).active(now()).exists()
    assert "To remove" in body(browser, here)
    entry = found.items.get(user=carol)
    answer = browser.post(f"{PAGE}entries/{entry.pk}/carried-out/", follow=True)
    assert "Carol Clarke still has access" in answer.content.decode()


def test_the_clients_people_see_day_reviewer_and_counts(
    in_a: object, signed_in: SignedIn, client_a1: Client, alice: User, bob: User, carol: User
) -> None:
    done = review(client_a1, alice, bob=("change", "Only the finance workflows"))
    browser = signed_in(alice)
    browser.post(f"{PAGE}start/")
    under_way = AccessReview.objects.open().get()
    theirs = signed_in(carol)
    assert "1 to carry out" in body(theirs)
    shown = body(theirs, f"{PAGE}{done.pk}/")
    assert "Alice Archer" in shown
    assert "To change" in shown
    for hidden in ("finance workflows", "Bob Baker", "Entries"):
        assert hidden not in shown
    assert theirs.get(f"{PAGE}{under_way.pk}/").status_code == 404
    assert "under way" not in body(theirs)


def test_the_download_holds_entries_for_the_practice_and_counts_for_the_client(
    in_a: object, signed_in: SignedIn, client_a1: Client, alice: User, bob: User, carol: User
) -> None:
    done = review(client_a1, alice, bob=("change", "Only the finance workflows"))

    def rows(person: User) -> list[list[str]]:
        answer = signed_in(person).get(f"{PAGE}{done.pk}/export/")
        assert answer["Content-Type"].startswith("text/csv")
        return list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig"))))

    ours, theirs = rows(alice), rows(carol)
    assert ours[0][:2] == ["Kind", "Name"]
    assert ["Person", "Bob Baker"] in [row[:2] for row in ours]
    assert theirs[0][:3] == ["Due", "Finished", "Reviewed by"]
    assert theirs[1][2:] == ["Alice Archer", "3", "0", "2", "1", "0"]
    assert AuditEvent.objects.filter(action="access_review.export").count() == 2


def test_many_reviews_cost_as_many_queries_as_one(
    in_a: object, signed_in: SignedIn, client_a1: Client, alice: User, bob: User
) -> None:
    browser = signed_in(alice)
    costs = []
    for _ in range(4):
        review(client_a1, alice)
        body(browser)
        with CaptureQueriesContext(connection) as seen:
            body(browser)
        costs.append(len(seen))
    assert len(set(costs)) == 1
