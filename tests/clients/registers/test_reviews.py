"""Recording a review: it is met, the next one is set, and the record says so."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from django.utils import timezone

from clients.registers.checks import InvalidRecord
from clients.registers.models import Record
from clients.registers.reviews import OF_DPA, OF_INTEGRATION, OF_SUB_PROCESSOR, Review, record_review
from portal.accounts.models import User
from portal.audit.models import AuditEvent
from portal.deadlines.models import Deadline
from portal.lib.refused import Refused
from portal.tenancy.models import Client

pytestmark = pytest.mark.usefixtures("in_a")
Make = Callable[..., Record]
TODAY = timezone.localdate()
NEXT = TODAY + timedelta(days=365)
PAST = TODAY - timedelta(days=2)
EVERY = [
    (OF_INTEGRATION, "integrations", "renewal_on", "integration.review"),
    (OF_DPA, "sub-processors", "dpa_review_on", "sub_processor.review_dpa"),
    (OF_SUB_PROCESSOR, "sub-processors", "next_assessment_on", "sub_processor.assess"),
]


@pytest.mark.parametrize(("review", "register", "field", "verb"), EVERY)
def test_it_meets_the_deadline_late_or_not_and_opens_the_next(
    review: Review, register: str, field: str, verb: str, make: Make, client_a1: Client, alice: User
) -> None:
    row = make(register, client_a1, owner=alice, **{field: PAST})
    saved = record_review(
        row, review, by=alice, reviewed_on=TODAY, next_on=NEXT, today=TODAY, why="All as before"
    )
    assert getattr(saved, field) == NEXT
    met, follows = Deadline.objects.filter(kind=review.kind).order_by("id")
    assert (met.outcome, met.ended_why) == ("met", "a review was recorded")
    assert met.late_at is not None
    assert (follows.due_on, follows.is_open) == (NEXT, True)
    event = AuditEvent.objects.exclude(object="deadlines_deadline").latest("id")
    assert (event.action, event.payload["why"]) == (verb, "All as before")


def test_an_assessment_writes_its_day(make: Make, client_a1: Client, alice: User) -> None:
    row = make("sub-processors", client_a1, owner=alice)
    saved: Any = record_review(row, OF_SUB_PROCESSOR, by=alice, reviewed_on=PAST, next_on=NEXT, today=TODAY)
    assert (saved.last_assessed_on, saved.next_assessment_on) == (PAST, NEXT)


@pytest.mark.parametrize(
    ("reviewed_on", "next_on", "field"),
    [(TODAY + timedelta(days=1), NEXT, "reviewed_on"), (TODAY, TODAY, "next_on")],
)
def test_days_that_make_no_sense_are_refused(
    reviewed_on: date, next_on: date, field: str, make: Make, client_a1: Client, alice: User
) -> None:
    row = make("integrations", client_a1, owner=alice, renewal_on=PAST)
    with pytest.raises(InvalidRecord) as refused:
        record_review(row, OF_INTEGRATION, by=alice, reviewed_on=reviewed_on, next_on=next_on, today=TODAY)
    assert set(refused.value.problems) == {field}
    assert Deadline.objects.get().is_open


def test_what_is_retired_is_not_reviewed(make: Make, client_a1: Client, alice: User) -> None:
    from clients.registers.actions import retire_record

    row = retire_record(make("integrations", client_a1, renewal_on=PAST), by=alice, why="Gone")
    with pytest.raises(Refused, match="retired"):
        record_review(row, OF_INTEGRATION, by=alice, reviewed_on=TODAY, next_on=NEXT, today=TODAY)


def test_the_page_records_it(make: Make, client_a1: Client, alice: User, bob: User, signed_in: Any) -> None:
    row = make("integrations", client_a1, "Xero", owner=alice, renewal_on=PAST)
    address = f"/c/alder/integrations/{row.pk}/review/"
    assert "Record the review of Xero" in signed_in(bob).get(address).content.decode()
    day = {"reviewed_on": TODAY, "next_on": NEXT}
    parts = {
        f"{name}_{part}": getattr(when, part)
        for name, when in day.items()
        for part in ("day", "month", "year")
    }
    response = signed_in(bob).post(address, parts)
    assert response.status_code == 302, response.content.decode()[:2000]
    row.refresh_from_db()
    assert row.due_on == NEXT


@pytest.mark.parametrize("register", ["workflows", "credentials"])
def test_a_register_without_reviews_has_no_such_page(
    register: str, make: Make, client_a1: Client, alice: User, signed_in: Any
) -> None:
    row = make(register, client_a1)
    assert signed_in(alice).get(f"/c/alder/{register}/{row.pk}/review/").status_code == 404
    assert signed_in(alice).get(f"/c/alder/sub-processors/{row.pk}/assess/").status_code == 404


def test_the_page_of_a_record_names_a_former_owner(
    make: Make, client_a1: Client, alice: User, bob: User, signed_in: Any
) -> None:
    from portal.accounts.people_actions import end_access
    from portal.tenancy.models import Assignment

    row = make("workflows", client_a1, owner=bob)
    assert "Former owner" not in signed_in(alice).get(row.get_absolute_url()).content.decode()
    end_access(by=alice, term=Assignment.objects.get(user=bob))
    page = signed_in(alice).get(row.get_absolute_url()).content.decode()
    assert "Former owner" in page and "works for the client no more" in page and "Name an owner" in page
