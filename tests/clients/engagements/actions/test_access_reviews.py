"""Access reviews: who is on the list, what must be decided, and what finishing does."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from clients.engagements.actions.access_reviews import (
    carry_out,
    decide,
    finish_review,
    start_review,
    take_stock,
)
from clients.engagements.models import AccessReview, AccessReviewItem
from clients.engagements.obligations import REVIEW, keep_review
from portal.accounts.models import User
from portal.accounts.people_actions import end_access
from portal.audit.models import AuditEvent
from portal.lib.refused import Refused
from portal.tenancy.models import Assignment, Client, Practice
from portal.tenancy.permissions import Role
from portal.tenancy.scope import enter
from tests.clients.engagements.made import day, ended_deadlines, now, open_deadlines, review
from tests.clients.posture.records import add_credential
from tests.conftest import make_assignment, make_member, make_user, scope_of

pytestmark = pytest.mark.django_db


def names(found: AccessReview) -> list[str]:
    return sorted(str(item) for item in found.items.select_related("user", "credential"))


def keep_all(found: AccessReview, by: User) -> None:
    decide(found, dict.fromkeys(found.items.values_list("pk", flat=True), ("keep", "")), by=by, now=now())


def item_of(found: AccessReview, name: str) -> AccessReviewItem:
    rows = found.items.select_related("user", "credential", "client")
    return next(item for item in rows if str(item) == name)


class TestList:
    def test_it_names_everybody_who_can_open_the_client_and_nobody_else(
        self,
        in_a: object,
        practice_a: Practice,
        client_a1: Client,
        client_a2: Client,
        alice: User,
        bob: User,
        carol: User,
        dan: User,
    ) -> None:
        make_member(practice_a, make_user("Eve Elm", "eve@northlight.test"), Role.CONSULTANT)
        gone = make_user("Gus Gorse", "gus@northlight.test")
        make_assignment(client_a1, gone, Role.CONSULTANT, until_at=now() - timedelta(days=1))
        auditor = make_user("Oak Ott", "oak@audit.test")
        make_member(practice_a, auditor, Role.AUDITOR, until_at=now() + timedelta(days=5))
        make_assignment(client_a2, make_user("Ida Ivy", "ida@birch.test"), Role.CLIENT_VIEWER)
        found = start_review(client_a1, by=alice, now=now())
        assert names(found) == ["Alice Archer", "Bob Baker", "Carol Clarke", "Oak Ott"]
        assert item_of(found, "Alice Archer").access == "Owner of the practice, sees every client"
        assert item_of(found, "Carol Clarke").access == "Client approver"
        assert item_of(found, "Oak Ott").access.startswith("Auditor of the practice, sees every client until")

    def test_an_assignment_left_over_from_a_membership_that_ended_opens_nothing(
        self, in_a: object, practice_a: Practice, client_a1: Client, alice: User
    ) -> None:
        former = make_user("Fay Fir", "fay@northlight.test")
        make_member(practice_a, former, Role.CONSULTANT, until_at=now() - timedelta(days=1))
        make_assignment(client_a1, former, Role.CONSULTANT)
        assert names(start_review(client_a1, by=alice, now=now())) == ["Alice Archer"]

    def test_credentials_that_belong_to_a_person_or_are_shared_are_on_it(
        self, in_a: object, client_a1: Client, alice: User
    ) -> None:
        add_credential(client_a1, alice, "Own key", personal="yes")
        add_credential(client_a1, alice, "Team key", shared="yes")
        add_credential(client_a1, alice, "Service key")
        found = start_review(client_a1, by=alice, now=now())
        assert names(found) == ["Alice Archer", "Own key", "Team key"]
        assert item_of(found, "Team key").access.endswith("used by several people")

    def test_there_is_one_review_at_a_time(self, in_a: object, client_a1: Client, alice: User) -> None:
        start_review(client_a1, by=alice, now=now())
        with pytest.raises(Refused, match="under way already"):
            start_review(client_a1, by=alice, now=now())

    def test_whoever_came_or_left_meanwhile_is_listed_or_put_aside(
        self, in_a: object, client_a1: Client, alice: User, bob: User, carol: User
    ) -> None:
        found = start_review(client_a1, by=alice, now=now())
        make_assignment(client_a1, make_user("Ida Ivy", "ida@alder.test"), Role.CLIENT_VIEWER)
        end_access(by=alice, term=Assignment.objects.get(user=carol), why="Left")
        assert take_stock(found, by=alice, now=now()) == 1
        assert "Ida Ivy" in names(found)
        left = item_of(found, "Carol Clarke")
        assert (left.decision, left.carried_out_at is not None) == ("remove", True)
        assert take_stock(found, by=alice, now=now()) == 0


class TestDecisions:
    def test_a_change_and_a_removal_need_a_note(
        self, in_a: object, client_a1: Client, alice: User, carol: User
    ) -> None:
        found = start_review(client_a1, by=alice, now=now())
        item = item_of(found, "Carol Clarke")
        for decision in ("change", "remove"):
            with pytest.raises(Refused, match="Carol Clarke"):
                decide(found, {item.pk: (decision, " ")}, by=alice, now=now())
        assert decide(found, {item.pk: ("change", "Viewer is enough")}, by=alice, now=now()) == 1
        assert item_of(found, "Carol Clarke").is_owed
        assert decide(found, {item.pk: ("change", "Viewer is enough")}, by=alice, now=now()) == 0

    def test_what_is_kept_needs_no_hand_and_a_decision_can_be_taken_back(
        self, in_a: object, client_a1: Client, alice: User
    ) -> None:
        found = start_review(client_a1, by=alice, now=now())
        item = item_of(found, "Alice Archer")
        decide(found, {item.pk: ("keep", "")}, by=alice, now=now())
        assert item_of(found, "Alice Archer").carried_out_at is not None
        decide(found, {item.pk: ("", "")}, by=alice, now=now())
        assert item_of(found, "Alice Archer").decided_at is None


class TestFinishing:
    def test_each_entry_needs_a_decision(
        self, in_a: object, client_a1: Client, alice: User, bob: User
    ) -> None:
        found = start_review(client_a1, by=alice, now=now())
        with pytest.raises(Refused, match="2 entries have no decision yet"):
            finish_review(found, by=alice, now=now())

    def test_nobody_finishes_a_review_of_themselves_alone(
        self, in_a: object, client_a1: Client, alice: User
    ) -> None:
        found = start_review(client_a1, by=alice, now=now())
        keep_all(found, alice)
        with pytest.raises(Refused, match="only person reviewed"):
            finish_review(found, by=alice, now=now())

    def test_somebody_new_since_the_list_was_made_stands_in_the_way(
        self, in_a: object, client_a1: Client, alice: User, bob: User
    ) -> None:
        found = start_review(client_a1, by=alice, now=now())
        keep_all(found, alice)
        make_assignment(client_a1, make_user("Ida Ivy", "ida@alder.test"), Role.CLIENT_VIEWER)
        with pytest.raises(Refused, match="since the list was made"):
            finish_review(found, by=alice, now=now())

    def test_it_counts_meets_the_deadline_and_opens_the_next(
        self, in_a: object, client_a1: Client, alice: User, bob: User
    ) -> None:
        add_credential(client_a1, alice, "Own key", personal="yes")
        keep_review(client_a1, by=alice, now=now())
        done = review(client_a1, alice, own=("remove", "Use a service account"))
        assert (done.people, done.credentials, done.kept, done.changed, done.removed) == (2, 1, 2, 0, 1)
        assert (done.finished_by, done.internal) == (alice, False)
        [met] = ended_deadlines(client_a1, REVIEW)
        assert (met.outcome, met.ended_why) == ("met", "Reviewed: 2 kept, 0 to change, 1 to remove")
        [following] = open_deadlines(client_a1, REVIEW)
        assert (following.due_on, following.internal) == (day(90), True)

    def test_the_access_of_people_to_be_removed_ends_as_far_as_the_reviewer_may(
        self, in_a: object, client_a1: Client, alice: User, bob: User, carol: User
    ) -> None:
        found = start_review(client_a1, by=alice, now=now())
        keep_all(found, alice)
        gone = {item_of(found, name).pk: ("remove", "Not needed") for name in ("Bob Baker", "Carol Clarke")}
        decide(found, gone, by=alice, now=now())
        finish_review(found, by=alice, now=now(), may_end=[Role.CLIENT_APPROVER])
        assert not Assignment.objects.filter(user=carol).active(datetime.now(UTC)).exists()
        assert Assignment.objects.filter(user=bob).active(datetime.now(UTC)).exists()
        assert item_of(found, "Carol Clarke").carried_out_at is not None
        assert item_of(found, "Bob Baker").is_owed
        assert AuditEvent.objects.filter(action="assignment.end").exists()

    def test_a_finished_review_stays_as_it_is(
        self, in_a: object, client_a1: Client, alice: User, bob: User
    ) -> None:
        done = review(client_a1, alice)
        for change in (
            lambda: decide(done, {}, by=alice, now=now()),
            lambda: finish_review(done, by=alice, now=now()),
            lambda: take_stock(done, by=alice, now=now()),
        ):
            with pytest.raises(Refused, match="finished"):
                change()


class TestCarryingOut:
    def test_a_removal_is_carried_out_when_the_records_show_it(
        self, in_a: object, client_a1: Client, alice: User, bob: User
    ) -> None:
        key = add_credential(client_a1, alice, "Own key", personal="yes")
        done = review(client_a1, alice, bob=("remove", "Left"), own=("remove", "Not needed"))
        with pytest.raises(Refused, match="Bob Baker still has access"):
            carry_out(item_of(done, "Bob Baker"), by=alice, now=now())
        with pytest.raises(Refused, match="Own key is still in use"):
            carry_out(item_of(done, "Own key"), by=alice, now=now())
        end_access(by=alice, term=Assignment.objects.get(user=bob), why="Left")
        type(key).objects.filter(pk=key.pk).update(revoked_at=now(), revoked_by=alice, revoked_reason="x")
        for name in ("Bob Baker", "Own key"):
            assert carry_out(item_of(done, name), by=alice, now=now()).carried_out_by == alice
        with pytest.raises(Refused, match="nothing left"):
            carry_out(item_of(done, "Own key"), by=alice, now=now())


def test_the_clients_people_see_finished_reviews_and_none_of_the_entries(
    in_a: object, client_a1: Client, alice: User, bob: User, carol: User
) -> None:
    review(client_a1, alice, bob=("change", "Only the finance workflows"))
    start_review(client_a1, by=alice, now=now())
    assert AccessReview.objects.count() == 2
    with enter(scope_of(carol), switch=True):
        assert AccessReview.objects.get().changed == 1
        assert not AccessReviewItem.objects.exists()
        told = str(list(AuditEvent.objects.values_list("payload", flat=True)))
    assert "finance workflows" not in told
