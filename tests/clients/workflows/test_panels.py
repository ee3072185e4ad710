"""Waiting proposals are shown with the client's lead, and the trail speaks of exports in words."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client as Browser
from django.urls import reverse

from clients.workflows.actions import take_in
from portal.accounts.models import User
from portal.tenancy.models import Client
from portal.tenancy.permissions import Role
from portal.tenancy.scope import enter
from tests.clients.workflows.exports import HUBSPOT, file_of, n8n
from tests.conftest import everything_of, make_assignment, make_member, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def read_in(client_a1: Client, alice: User) -> None:
    with enter(everything_of(client_a1.practice_id), switch=True):
        outcomes = take_in(client_a1, [file_of(n8n(HUBSPOT))], by=alice)
    assert all(each.ok for each in outcomes)


@pytest.mark.usefixtures("read_in")
def test_waiting_proposals_are_shown_with_the_lead(
    signed_in: Callable[[User], Browser], client_a1: Client, alice: User
) -> None:
    lead = make_user("Lena Lead", "lena@northlight.test")
    make_member(client_a1.practice, lead, Role.CONSULTANT)
    make_assignment(client_a1, lead, Role.LEAD)
    page = signed_in(alice).get(reverse("proposal_index")).content.decode()
    assert "Lena Lead" in page[page.index("<tbody") : page.index("</tbody>")]


@pytest.mark.usefixtures("read_in")
def test_the_activity_says_what_was_taken_in(
    signed_in: Callable[[User], Browser], client_a1: Client, alice: User
) -> None:
    body = signed_in(alice).get(reverse("client_activity", kwargs={"client_slug": "alder"})).content.decode()
    assert "took in" in body
    assert "took in workflowexport" not in body
    assert "sha256" not in body


def test_reloading_the_answers_leads_to_the_list(
    signed_in: Callable[[User], Browser], client_a1: Client, alice: User
) -> None:
    response = signed_in(alice).get(reverse("export_upload", kwargs={"client_slug": "alder"}))
    assert response.status_code == 302
    assert response.headers["Location"] == reverse("export_list", kwargs={"client_slug": "alder"})
