"""What was agreed with the demonstration's clients shows every state that the pages have."""

from __future__ import annotations

import pytest
from django.utils import timezone

from clients.engagements.models import AccessReview, Contact, SupportScope
from clients.engagements.queries import access_to
from clients.posture.queries import posture_of
from clients.trust.demonstration.spec import client_slugs, read
from portal.deadlines.models import Deadline
from tests.clients.trust.demonstration.conftest import client_of

pytestmark = pytest.mark.usefixtures("northgate")


def result(slug: str, control_id: str) -> str:
    standing = posture_of(client_of(slug), timezone.now()).of(control_id)
    assert standing is not None
    return standing.result.value


def test_each_client_has_its_contacts_and_all_but_the_newest_its_support() -> None:
    entries = read("engagements")
    assert set(entries) == set(client_slugs())
    with_support = {scope.client.slug for scope in SupportScope.objects.select_related("client")}
    assert with_support == set(client_slugs()) - {"calder-rowe"}
    for slug in client_slugs():
        assert Contact.objects.for_client(client_of(slug)).exists()


@pytest.mark.parametrize(
    ("slug", "control_id", "expected"),
    [
        ("harbour-finch", "INC-06", "pass"),
        ("penrose-legal", "INC-06", "warn"),
        ("oakline-logistics", "INC-06", "fail"),
        ("fernhill-estates", "INC-06", "fail"),
        ("penrose-legal", "ACC-07", "pass"),
        ("harbour-finch", "ACC-07", "fail"),
        ("oakline-logistics", "ACC-07", "warn"),
        ("meridian-dental", "ACC-07", "fail"),
        ("calder-rowe", "ACC-07", "not_applicable"),
        ("oakline-logistics", "LOG-03", "fail"),
        ("fernhill-estates", "INC-01", "not_applicable"),
        ("harbour-finch", "INC-01", "pass"),
        ("oakline-logistics", "INC-01", "warn"),
        ("tidewell-insurance", "INC-01", "fail"),
        ("harbour-finch", "INC-03", "pass"),
        ("oakline-logistics", "INC-04", "fail"),
        ("penrose-legal", "INC-08", "pass"),
        ("harbour-finch", "INC-09", "fail"),
    ],
)
def test_the_controls_show_every_result(slug: str, control_id: str, expected: str) -> None:
    assert result(slug, control_id) == expected


def test_a_review_is_overdue_and_another_is_under_way() -> None:
    now = timezone.now()
    late = Deadline.objects.for_client(client_of("meridian-dental")).late(now).filter(kind="access.review")
    assert late.exists()
    assert AccessReview.objects.for_client(client_of("tidewell-insurance")).open().exists()


def test_who_was_removed_by_a_review_is_on_no_later_one() -> None:
    client = client_of("harbour-finch")
    last = AccessReview.objects.for_client(client).finished().order_by("-finished_at")[0]
    names = {str(item.user) for item in last.items.select_related("user")}
    assert "Sofia Marsh" in names
    assert "Peter Lowe" not in names
    assert "Peter Lowe" not in {str(each.user) for each in access_to(client, timezone.now())}
