"""What was agreed about support is written down once a client, and its past stands in the trail."""

from __future__ import annotations

from datetime import date, time
from typing import Any

import pytest

from clients.engagements.actions.checked import Changed, Invalid
from clients.engagements.actions.support import agree_support
from clients.engagements.models import SupportScope
from portal.accounts.models import User
from portal.audit.models import AuditEvent
from portal.lib.fields import SecretRefused
from portal.tenancy.models import Client
from tests.clients.engagements.made import agree

pytestmark = pytest.mark.django_db


def test_a_scope_begins_with_what_its_tier_proposes(in_a: object, client_a1: Client, alice: User) -> None:
    scope = agree(client_a1, alice, "growth")
    assert scope.target_words("sev1") == "4 hours"
    assert scope.target_words("sev2") == "next business day"
    assert (scope.log_retention_days, scope.opens_at, scope.version) == (180, time(9), 1)
    assert scope.has_support
    assert not agree(client_a1, alice, "none").has_support


def test_a_change_raises_the_version_and_leaves_what_was_in_the_trail(
    in_a: object, client_a1: Client, alice: User
) -> None:
    agree(client_a1, alice, "growth")
    agree(client_a1, alice, "scale", agreed_with="Margaret Hale")
    assert SupportScope.objects.get().version == 2
    events = AuditEvent.objects.filter(object="engagements_supportscope").order_by("pk")
    assert [event.action for event in events] == ["support_scope.add", "support_scope.edit"]
    changes = events[1].payload["changes"]
    assert changes["sev1_target"] == ["PT4H", "PT1H"]
    assert "Margaret" not in str(events[1].payload)


def test_without_a_difference_nothing_is_written(in_a: object, client_a1: Client, alice: User) -> None:
    agree(client_a1, alice)
    agree(client_a1, alice)
    assert SupportScope.objects.get().version == 1
    assert AuditEvent.objects.filter(object="engagements_supportscope").count() == 1


def test_somebody_who_saw_an_older_version_does_not_overwrite_the_newer(
    in_a: object, client_a1: Client, alice: User
) -> None:
    agree(client_a1, alice)
    agree(client_a1, alice, log_retention_days=400)
    with pytest.raises(Changed) as raised:
        agree_support(client_a1, {"log_retention_days": 90}, by=alice, version=1)
    assert isinstance(raised.value.current, SupportScope)
    assert raised.value.current.log_retention_days == 400


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"starts_on": date(2026, 2, 1), "ends_on": date(2026, 1, 31)}, "ends_on"),
        ({"opens_at": time(9), "closes_at": None}, "closes_at"),
        ({"opens_at": None, "closes_at": time(9)}, "opens_at"),
        ({"opens_at": time(9), "closes_at": time(9)}, "closes_at"),
        ({"holiday_calendar": "XX-YY"}, "holiday_calendar"),
        ({"breach_notice_hours": 48}, "breach_notice_source"),
        ({"breach_notice_source": "DPA, clause 8.2"}, "breach_notice_hours"),
        ({"breach_notice_hours": 0, "breach_notice_source": "DPA"}, "breach_notice_hours"),
        ({"breach_notice_hours": 721, "breach_notice_source": "DPA"}, "breach_notice_hours"),
        ({"sev1_target": "soon"}, "sev1_target"),
        ({"sev1_target": "4 hours"}, "sev1_target"),
        ({"calendar": "lunar"}, "calendar"),
    ],
)
def test_terms_that_contradict_themselves_are_refused_at_their_field(
    in_a: object, client_a1: Client, alice: User, values: dict[str, Any], field: str
) -> None:
    with pytest.raises(Invalid) as raised:
        agree(client_a1, alice, **values)
    assert list(raised.value.problems) == [field]
    assert not SupportScope.objects.exists()


def test_a_secret_in_the_terms_is_refused(in_a: object, client_a1: Client, alice: User) -> None:
    with pytest.raises((Invalid, SecretRefused)):
        agree(client_a1, alice, warranty_terms="-----BEGIN " + "PRIVATE KEY-----\nabc\n")


def test_zone_and_holidays_are_the_clients_unless_agreed_otherwise(
    in_a: object, client_a1: Client, alice: User
) -> None:
    assert agree(client_a1, alice).holidays == "GB-ENG"
    scope = agree(client_a1, alice, holiday_calendar="DE-BY", time_zone="Europe/Berlin")
    assert (scope.holidays, str(scope.zone)) == ("DE-BY", "Europe/Berlin")
    assert scope.terms.holidays == "DE-BY"


def test_it_holds_from_its_first_to_its_last_day(in_a: object, client_a1: Client, alice: User) -> None:
    scope = agree(client_a1, alice, starts_on=date(2026, 1, 1), ends_on=date(2026, 12, 31))
    assert scope.is_current(date(2026, 1, 1))
    assert scope.is_current(date(2026, 12, 31))
    assert not scope.is_current(date(2027, 1, 1))
    assert not scope.is_current(date(2025, 12, 31))


def test_a_word_that_is_no_term_is_a_mistake_in_the_code(
    in_a: object, client_a1: Client, alice: User
) -> None:
    with pytest.raises(ValueError, match="takes no client_id"):
        agree(client_a1, alice, client_id=3)
