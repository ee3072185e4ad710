"""What the demonstration shows: every role, every kind of fault, and no secret anywhere."""

from __future__ import annotations

from collections import Counter

import pytest
from django.apps import apps
from django.db import models
from django.utils import timezone

from clients.posture.models import Snapshot, Waiver
from clients.posture.queries import posture_of
from clients.registers.models import Credential, Integration, SubProcessor, Workflow
from clients.registers.queries import counts, overdue, without_owner
from clients.trust.demonstration.build import build
from clients.trust.demonstration.spec import PRACTICE_ID, client_slugs
from clients.workflows.models import Proposal, WorkflowExport
from portal.accounts.models import Invitation, User
from portal.audit.models import AuditEvent
from portal.lib.secrets import find_secret
from portal.tenancy.access import access_of
from portal.tenancy.models import Assignment, Client, Member, Practice
from portal.tenancy.permissions import Role
from portal.tenancy.scope import narrowed
from tests.clients.trust.demonstration.conftest import client_of

pytestmark = pytest.mark.usefixtures("northgate")

#: Digests are random on purpose; a proposal's key is made of its parts with colons between.
NO_PROSE = {"token_hash", "sha256", "pdf_sha256", "data_fingerprint", "fingerprint", "key"}


def all_counts() -> dict[str, dict[str, int]]:
    return {client.slug: counts(client) for client in Client.objects.all()}


class TestClients:
    def test_there_are_seven_and_the_first_is_the_fullest(self) -> None:
        found = all_counts()
        assert set(found) == set(client_slugs()) and len(found) == 7
        totals = {slug: sum(numbers.values()) for slug, numbers in found.items()}
        assert max(totals, key=lambda slug: totals[slug]) == "harbour-finch" == client_slugs()[0]

    def test_harbour_and_finch_has_the_figures_of_the_pictures(self) -> None:
        assert counts(client_of("harbour-finch")) == {
            "workflows": 11,
            "integrations": 8,
            "credentials": 14,
            "sub-processors": 6,
        }

    def test_the_practice_has_the_figures_of_the_pictures(self) -> None:
        total: Counter[str] = Counter()
        for numbers in all_counts().values():
            total.update(numbers)
        assert (total["workflows"], total["credentials"], total["sub-processors"]) == (48, 63, 14)

    def test_the_newest_has_hardly_anything(self) -> None:
        assert sum(counts(client_of("calder-rowe")).values()) == 3


class TestPeople:
    def test_every_role_is_held_by_somebody(self) -> None:
        now = timezone.now()
        held = {row.role for row in [*Member.objects.active(now), *Assignment.objects.active(now)]}
        assert held == {role.value for role in Role}

    def test_the_auditor_has_an_end_to_come(self) -> None:
        auditor = Member.objects.get(role=Role.AUDITOR.value)
        assert auditor.until_at is not None and auditor.until_at > timezone.now()

    @pytest.mark.parametrize("address", ["hannah.whitlock@northgate", "peter.lowe@harbourfinch"])
    def test_who_has_left_has_no_access(self, address: str) -> None:
        access = access_of(User.objects.get(email=f"{address}.example"), timezone.now())
        assert access.practice is None and access.roles == {}

    def test_each_client_but_the_newest_has_an_approver_of_its_own(self) -> None:
        approvers = Assignment.objects.filter(role=Role.CLIENT_APPROVER.value)
        assert {each.client.slug for each in approvers} == set(client_slugs()) - {"calder-rowe"}

    def test_two_invitations_wait(self) -> None:
        assert Invitation.objects.usable(timezone.now()).count() == 2

    def test_nobody_has_a_password(self) -> None:
        assert not any(user.has_usable_password() for user in User.objects.all())


class TestRegisters:
    def test_some_entries_are_overdue_soon_and_without_owner(self) -> None:
        today = timezone.localdate()
        assert {due.title for due in overdue(None, today)} >= {"xero-invoices-sync", "telematics-feed"}
        assert len(overdue(None, today)) <= 5, "a practice that lets everything lapse is not lifelike"
        assert {row.name for row in without_owner(None)} >= {"zendesk-triage-key", "sftp-archive"}

    def test_every_kind_of_fault_is_there(self) -> None:
        credentials = Credential.objects.live()
        assert credentials.filter(personal="yes").exists()
        assert credentials.filter(shared="yes").exists()
        assert credentials.filter(storage="unknown").exists()
        assert credentials.filter(storage="elsewhere").exists()
        assert Credential.objects.filter(revoked_at__isnull=False).exists()
        integrations = Integration.objects.live()
        assert integrations.filter(approved_on__isnull=True).exists()
        assert [row for row in integrations if set(row.scopes_granted) - set(row.scopes_approved)]
        assert Integration.objects.filter(retired_at__isnull=False).exists()
        assert SubProcessor.objects.live().filter(dpa_signed_on__isnull=True).exists()
        assert Workflow.objects.live().filter(uses_ai="unknown").exists()

    def test_some_entries_are_internal(self) -> None:
        assert Credential.objects.filter(internal=True).exists()

    def test_what_somebody_who_left_owned_is_still_theirs(self) -> None:
        names = set(Integration.objects.filter(owner__name="Hannah Whitlock").values_list("name", flat=True))
        assert names == {"Zendesk tickets"}


class TestExports:
    def test_exports_of_all_four_platforms_were_read(self) -> None:
        platforms = set(WorkflowExport.objects.values_list("platform", flat=True))
        assert platforms == {"n8n", "make", "zapier", "power_automate"}

    def test_one_workflow_has_two_versions_that_differ(self) -> None:
        old, new = WorkflowExport.objects.filter(name="Xero invoice sync").order_by("version")
        assert (old.version, new.version) == (1, 2) and old.sha256 != new.sha256

    def test_some_proposals_are_accepted_some_declined_some_open(self) -> None:
        states = Counter(Proposal.objects.values_list("state", flat=True))
        assert min(states[state] for state in ("open", "accepted", "declined")) >= 1

    def test_the_planted_secret_was_refused_and_is_nowhere(self) -> None:
        export = WorkflowExport.objects.get(name="Conflict check")
        assert export.secrets_refused == 1
        assert "demonstration-opens-nothing" not in str(export.content)
        assert AuditEvent.objects.filter(action="secret.refused").exists()

    def test_a_damaged_file_was_refused(self) -> None:
        assert AuditEvent.objects.filter(action="workflow_export.refuse").count() == 1


class TestPosture:
    def test_harbour_and_finch_has_every_result(self) -> None:
        client = client_of("harbour-finch")
        with narrowed(clients=frozenset({client.pk})):
            tally = posture_of(client, timezone.now()).tally
        assert min(tally.passes, tally.warns, tally.fails, tally.waived, tally.unknown) >= 1

    def test_the_line_of_twelve_months_ends_in_what_the_records_show(self) -> None:
        client = client_of("harbour-finch")
        with narrowed(clients=frozenset({client.pk})):
            found = posture_of(client, timezone.now())
            days = list(Snapshot.objects.for_client(client).order_by("taken_on"))
        assert (days[-1].taken_on, days[-1].passes) == (found.today, found.tally.passes)
        assert (days[-1].taken_on - days[0].taken_on).days > 350
        assert days[0].passes < days[-1].passes < days[-4].passes, "it rose, and fell two days ago"

    def test_no_client_has_a_posture_before_it_was_one(self) -> None:
        for row in Snapshot.objects.select_related("client"):
            assert row.taken_on >= row.client.since_on

    def test_waivers_hold(self) -> None:
        assert Waiver.objects.standing(timezone.localdate()).count() == 2


class TestTrail:
    def test_every_event_of_a_client_names_who_did_it_or_which_machine(self) -> None:
        events = AuditEvent.objects.filter(client_id__isnull=False)
        assert events.count() > 300
        nobodys = events.filter(actor__isnull=True)
        assert not nobodys.exclude(payload__why="A signed message of Invoice watch").exists()

    def test_no_text_holds_a_secret(self) -> None:
        labels = ("registers", "workflows", "posture", "tenancy", "documents")
        texts = 0
        for model in (each for label in labels for each in apps.get_app_config(label).get_models()):
            fields = [
                field
                for field in model._meta.concrete_fields
                if isinstance(field, models.CharField | models.TextField | models.JSONField)
                and field.name not in NO_PROSE
            ]
            for row in model._base_manager.all():
                for field in fields:
                    found = find_secret(str(getattr(row, field.attname)))
                    assert found is None, f"{model.__name__} {row.pk} {field.name}: {found}"
                    texts += 1
        assert texts > 3000


class TestAgain:
    def test_a_second_run_adds_nothing(self) -> None:
        before = AuditEvent.objects.count(), User.objects.count()
        assert build(timezone.now(), print) is False
        assert (AuditEvent.objects.count(), User.objects.count()) == before

    def test_there_is_one_practice_and_it_is_the_demonstrations(self) -> None:
        assert [each.pk for each in Practice.objects.all()] == [PRACTICE_ID]
