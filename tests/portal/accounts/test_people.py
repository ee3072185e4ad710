"""People of the practice and of a client: who may give which role to whom, and what is refused."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from django.core import mail
from django.test import Client as Browser

from portal.accounts import people_actions, queries
from portal.accounts.models import Invitation, User
from portal.audit.models import AuditEvent
from portal.lib.refused import Refused
from portal.tenancy.models import Assignment, Client, Member, Practice
from portal.tenancy.permissions import Role
from portal.tenancy.scope import Scope
from tests.conftest import make_assignment, make_member, make_user, sign_in
from tests.portal.accounts.conftest import grow_stale

pytestmark = pytest.mark.django_db

PEOPLE = "/practice/people/"
AT_ALDER = "/c/alder/people/"
INVITE = {"email": "gus@northlight.test", "role": "consultant"}


@pytest.fixture
def lena(practice_a: Practice, client_a1: Client) -> User:
    """Lead for client A1."""
    user = make_user("Lena Long", "lena@northlight.test")
    make_member(practice_a, user, Role.CONSULTANT)
    make_assignment(client_a1, user, Role.LEAD)
    return user


@pytest.fixture
def adam(client_a1: Client) -> User:
    """Admin at client A1."""
    user = make_user("Adam Alder", "adam@alder.test")
    make_assignment(client_a1, user, Role.CLIENT_ADMIN)
    return user


class TestInviting:
    def test_an_owner_invites_to_the_practice(
        self, alice: User, in_a: Scope, trail: Callable[[], list[str]]
    ) -> None:
        browser = sign_in(alice)
        assert browser.post(f"{PEOPLE}invite/", INVITE)["Location"] == PEOPLE
        invitation = Invitation.objects.get()
        assert (invitation.role, invitation.client, invitation.invited_by) == ("consultant", None, alice)
        message = mail.outbox[0]
        assert message.to == ["gus@northlight.test"]
        assert message.subject == "Alice Archer invites you to Northlight Automation"
        assert f"/invitation/{invitation.practice_id}/" in message.body
        assert "gus@northlight.test" in browser.get(PEOPLE).content.decode()
        assert trail()[-1] == "invitation.send"

    def test_neither_token_nor_address_enters_the_trail(self, alice: User, in_a: Scope) -> None:
        sign_in(alice).post(f"{PEOPLE}invite/", INVITE)
        kept = str(list(AuditEvent.objects.values_list("payload", flat=True)))
        assert "gus@northlight.test" not in kept
        assert Invitation.objects.get().token_hash not in kept

    def test_again_gives_a_new_link_and_voids_the_old(self, alice: User, in_a: Scope) -> None:
        browser = sign_in(alice)
        browser.post(f"{PEOPLE}invite/", INVITE)
        pk = Invitation.objects.get().pk
        first, path = Invitation.objects.get().token_hash, f"/practice/invitations/{pk}/again/"
        assert browser.post(path)["Location"] == PEOPLE
        assert Invitation.objects.get().token_hash != first
        assert len(mail.outbox) == 2

    def test_taking_back_ends_it(self, alice: User, in_a: Scope, trail: Callable[[], list[str]]) -> None:
        browser = sign_in(alice)
        browser.post(f"{PEOPLE}invite/", INVITE)
        pk = Invitation.objects.get().pk
        browser.post(f"/practice/invitations/{pk}/revoke/")
        assert Invitation.objects.get().revoked_at is not None
        assert browser.post(f"/practice/invitations/{pk}/again/").status_code == 404
        assert trail()[-1] == "invitation.revoke"

    def test_a_mail_server_that_is_down_is_said_and_the_invitation_stays(
        self, alice: User, in_a: Scope, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        from portal.accounts import mail as our_mail

        def down(*args: object) -> None:
            raise ConnectionRefusedError

        monkeypatch.setattr(our_mail, "send_mail", down)
        page = sign_in(alice).post(f"{PEOPLE}invite/", INVITE, follow=True).content.decode()
        assert "could not be sent" in page
        assert Invitation.objects.exists()

    @pytest.mark.parametrize(
        ("fields", "words"),
        [
            ({"role": "auditor"}, "An auditor needs an end date"),
            ({"role": "client_admin"}, "Select a valid choice"),
            ({"until_on": "1 1 2020"}, "The last day must be today"),
            ({"until_on": "31 2 2030"}, "must be a real date"),
            ({"email": "bob@northlight.test"}, "has access already"),
            ({"email": "CAROL@alder.test"}, "cannot work for the practice as well"),
            ({"email": ""}, "Enter the address to invite"),
        ],
    )
    def test_what_does_not_fit_is_refused_in_words(
        self, fields: dict[str, str], words: str, alice: User, bob: User, carol: User, in_a: Scope
    ) -> None:
        page = sign_in(alice).post(f"{PEOPLE}invite/", {**INVITE, **fields}).content.decode()
        assert words in page
        assert not Invitation.objects.exists()
        assert not mail.outbox

    def test_the_same_address_is_invited_once_at_a_time(self, alice: User, in_a: Scope) -> None:
        browser = sign_in(alice)
        browser.post(f"{PEOPLE}invite/", INVITE)
        page = browser.post(f"{PEOPLE}invite/", {**INVITE, "email": "Gus@Northlight.test"}).content.decode()
        assert "has been invited already" in page
        assert Invitation.objects.count() == 1

    def test_an_end_date_holds_to_the_end_of_that_day(self, alice: User, in_a: Scope) -> None:
        sign_in(alice).post(f"{PEOPLE}invite/", {**INVITE, "role": "auditor", "until_on": "30 6 2031"})
        until = Invitation.objects.get().until_at
        assert until == datetime(2031, 6, 30, 23, tzinfo=UTC), "midnight in London, in summer"


class TestClientPeople:
    def test_a_client_admin_invites_people_of_the_client(self, adam: User, in_a: Scope) -> None:
        browser = sign_in(adam)
        answer = browser.post(f"{AT_ALDER}invite/", {"email": "ivy@alder.test", "role": "client_viewer"})
        assert answer["Location"] == AT_ALDER
        assert Invitation.objects.get().client.slug == "alder"
        assert "ivy@alder.test" in browser.get(AT_ALDER).content.decode()

    def test_a_client_admin_gives_no_role_of_the_practice(self, adam: User, bob: User, in_a: Scope) -> None:
        browser = sign_in(adam)
        for role in ("lead", "consultant", "owner"):
            page = browser.post(f"{AT_ALDER}invite/", {"email": "ivy@alder.test", "role": role})
            assert "Select a valid choice" in page.content.decode()
        assert browser.post(f"{AT_ALDER}assign/", {"user": bob.pk, "role": "lead"}).status_code == 403
        assert not Invitation.objects.exists()

    def test_a_client_admin_touches_no_role_of_the_practices_people(
        self, adam: User, bob: User, in_a: Scope
    ) -> None:
        theirs = Assignment.objects.get(user=bob)
        browser = sign_in(adam)
        for verb in ("role", "end"):
            assert (
                browser.post(f"{AT_ALDER}{theirs.pk}/{verb}/", {"role": "client_viewer"}).status_code == 404
            )
        theirs.refresh_from_db()
        assert (theirs.role, theirs.until_at) == ("consultant", None)

    def test_a_client_admin_sees_nothing_of_another_client(
        self, adam: User, alice: User, client_a2: Client, in_a: Scope
    ) -> None:
        sign_in(alice).post("/c/birch/people/invite/", {"email": "joe@birch.test", "role": "client_viewer"})
        pk = Invitation.objects.get().pk
        browser = sign_in(adam)
        assert browser.get("/c/birch/people/").status_code == 404
        assert "joe@birch.test" not in browser.get(AT_ALDER).content.decode()
        for verb in ("again", "revoke"):
            assert browser.post(f"/c/alder/invitations/{pk}/{verb}/").status_code == 404

    def test_an_approver_and_a_consultant_do_not_manage_people(self, carol: User, bob: User) -> None:
        for person in (carol, bob):
            assert sign_in(person).get(AT_ALDER).status_code == 403

    def test_a_client_admin_changes_and_ends_the_access_of_its_people(
        self, adam: User, carol: User, in_a: Scope, trail: Callable[[], list[str]]
    ) -> None:
        browser = sign_in(adam)
        hers = Assignment.objects.get(user=carol)
        browser.post(f"{AT_ALDER}{hers.pk}/role/", {"role": "client_viewer"})
        hers.refresh_from_db()
        assert hers.role == "client_viewer"
        assert sign_in(carol).get(AT_ALDER).status_code == 403
        browser.post(f"{AT_ALDER}{hers.pk}/end/", {"why": "Left the company"})
        assert not Assignment.objects.filter(user=carol).active(datetime.now(UTC)).exists()
        assert sign_in(carol).get(AT_ALDER).status_code == 404
        assert trail()[-2:] == ["assignment.change_role", "assignment.end"]

    def test_a_lead_assigns_people_of_the_practice(
        self, lena: User, client_a1: Client, practice_a: Practice, in_a: Scope
    ) -> None:
        max_ = make_user("Max Moss", "max@northlight.test")
        make_member(practice_a, max_, Role.CONSULTANT)
        browser = sign_in(lena)
        assert "Max Moss" in browser.get(f"{AT_ALDER}assign/").content.decode()
        browser.post(f"{AT_ALDER}assign/", {"user": max_.pk, "role": "consultant"})
        assert Assignment.objects.get(user=max_).role == "consultant"

    def test_only_people_of_the_practice_can_be_assigned(
        self, alice: User, adam: User, dan: User, client_a1: Client, in_a: Scope
    ) -> None:
        for stranger in (adam, dan):
            with pytest.raises(Refused, match="not one of the practice"):
                people_actions.assign(by=alice, client=client_a1, user=stranger, role=Role.LEAD)
        with pytest.raises(Refused, match="leads, consultants or auditors"):
            people_actions.assign(by=alice, client=client_a1, user=alice, role=Role.CLIENT_ADMIN)

    def test_staff_cannot_be_invited_as_the_clients_people(self, alice: User, bob: User, in_a: Scope) -> None:
        page = sign_in(alice).post(f"{AT_ALDER}invite/", {"email": bob.email, "role": "client_viewer"})
        assert "cannot be one of the client’s people" in page.content.decode().replace("&#x27;", "’")


class TestMembers:
    def test_the_last_owner_stays_owner(self, alice: User, in_a: Scope) -> None:
        member = Member.objects.get(user=alice)
        browser = sign_in(alice)
        for verb, fields in (("end", {}), ("role", {"role": "consultant"})):
            page = browser.post(f"{PEOPLE}{member.pk}/{verb}/", fields).content.decode()
            assert "This is the only owner" in page
        later = {"role": "owner", "until_on": "1 1 2031"}
        assert "This is the only owner" in browser.post(f"{PEOPLE}{member.pk}/role/", later).content.decode()
        member.refresh_from_db()
        assert (member.role, member.until_at) == ("owner", None)

    def test_an_owner_whose_end_is_set_does_not_count_as_another(
        self, alice: User, practice_a: Practice, in_a: Scope
    ) -> None:
        leaving = make_user("Leo Leaving", "leo@northlight.test")
        make_member(practice_a, leaving, Role.OWNER, datetime.now(UTC) + timedelta(days=3))
        with pytest.raises(Refused, match="only owner"):
            people_actions.end_access(by=alice, term=Member.objects.get(user=alice))

    def test_with_a_second_owner_the_first_may_go(self, alice: User, owner: User, in_a: Scope) -> None:
        member = Member.objects.get(user=alice)
        browser = sign_in(owner)
        browser.post(f"{PEOPLE}{member.pk}/end/", {"why": "Retired"})
        assert sign_in(alice).get(PEOPLE).status_code == 404, "no access at once"

    def test_ending_a_membership_ends_its_assignments(
        self, alice: User, bob: User, in_a: Scope, trail: Callable[[], list[str]]
    ) -> None:
        member = Member.objects.get(user=bob)
        sign_in(alice).post(f"{PEOPLE}{member.pk}/end/", {})
        assert Assignment.objects.get(user=bob).until_at is not None
        assert trail()[-1] == "member.end"

    def test_nobody_accepts_the_invitation_of_another_address(
        self, alice: User, bob: User, practice_a: Practice, in_a: Scope
    ) -> None:
        invitation, _ = people_actions.invite(
            by=alice, practice=practice_a, email="gus@northlight.test", role=Role.OWNER
        )
        with pytest.raises(Refused, match="for another address"):
            people_actions.accept(invitation=invitation, by=bob)
        assert Member.objects.get(user=bob).role == Role.CONSULTANT

    def test_coming_back_gives_the_role_alone(
        self, alice: User, bob: User, practice_a: Practice, in_a: Scope
    ) -> None:
        people_actions.end_access(by=alice, term=Member.objects.get(user=bob))
        invitation, _ = people_actions.invite(
            by=alice, practice=practice_a, email=bob.email, role=Role.CONSULTANT
        )
        people_actions.accept(invitation=invitation, by=bob)
        assert Member.objects.filter(user=bob).active(datetime.now(UTC)).exists()
        assert not Assignment.objects.filter(user=bob).active(datetime.now(UTC)).exists()

    def test_an_end_to_come_keeps_access_until_then(self, alice: User, bob: User, in_a: Scope) -> None:
        member = Member.objects.get(user=bob)
        page = sign_in(alice).post(f"{PEOPLE}{member.pk}/end/", {"until_on": "1 1 2031"}, follow=True)
        assert "ends with 1 January 2031" in page.content.decode()
        assert sign_in(bob).get("/practice/clients/").status_code == 200

    def test_an_end_in_the_past_is_refused(self, alice: User, bob: User, in_a: Scope) -> None:
        with pytest.raises(Refused, match="must not be in the past"):
            people_actions.end_access(
                by=alice, term=Member.objects.get(user=bob), until_at=datetime.now(UTC) - timedelta(minutes=1)
            )

    def test_nobody_crosses_the_sides_by_a_change_of_role(
        self, alice: User, bob: User, carol: User, in_a: Scope
    ) -> None:
        for user, role in ((carol, Role.LEAD), (bob, Role.CLIENT_ADMIN)):
            with pytest.raises(Refused, match="nor the other way round"):
                people_actions.change_role(by=alice, term=Assignment.objects.get(user=user), role=role)
        with pytest.raises(Refused, match="a role for a client"):
            people_actions.change_role(by=alice, term=Member.objects.get(user=bob), role=Role.LEAD)

    def test_a_role_is_changed_and_noted(
        self, alice: User, bob: User, in_a: Scope, trail: Callable[[], list[str]]
    ) -> None:
        member = Member.objects.get(user=bob)
        sign_in(alice).post(f"{PEOPLE}{member.pk}/role/", {"role": "owner"})
        member.refresh_from_db()
        assert member.role == "owner"
        assert trail()[-1] == "member.change_role"

    def test_people_of_another_practice_are_not_found(
        self, alice: User, dan: User, practice_b: Practice
    ) -> None:
        from portal.tenancy.scope import EVERY_CLIENT, enter

        with enter(Scope(practice=practice_b.pk, clients=EVERY_CLIENT, internal=True), switch=True):
            theirs = Member.objects.get(user=dan).pk
        browser = sign_in(alice)
        for verb in ("role", "end"):
            assert browser.post(f"{PEOPLE}{theirs}/{verb}/", {"role": "auditor"}).status_code == 404

    def test_only_owners_see_the_page(self, bob: User, carol: User) -> None:
        assert sign_in(bob).get(PEOPLE).status_code == 403
        assert sign_in(carol).get(PEOPLE).status_code == 404

    def test_changes_ask_for_the_second_factor_again_after_a_while(self, alice: User) -> None:
        browser: Browser = sign_in(alice)
        grow_stale(browser)
        assert "confirm-it-is-you" in browser.get(f"{PEOPLE}invite/")["Location"]

    def test_the_list_costs_the_same_for_one_and_for_three(
        self,
        alice: User,
        practice_a: Practice,
        in_a: Scope,
        django_assert_num_queries: Callable[[int], object],
    ) -> None:
        for _ in range(2):
            with django_assert_num_queries(2):
                people = queries.members(datetime.now(UTC))
                assert all(person.user.name for person in people)
            for number in range(2):
                make_member(
                    practice_a, make_user(f"N{number}", f"n{number}{_}@northlight.test"), Role.CONSULTANT
                )
