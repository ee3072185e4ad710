"""The incidents of the demonstration: what runs now, a year of what is closed, and who sees what of it."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta

import pytest
from django.apps import apps
from django.db import models
from django.test import Client as Browser
from django.utils import timezone

from clients.posture.queries import posture_of
from clients.trust.demonstration.entrances import entrances
from incidents.response.models import (
    AlertReceipt,
    BreachClock,
    Exercise,
    Incident,
    Measure,
    Notice,
    PostMortem,
    ResponsePlan,
    TimelineEntry,
    Update,
)
from portal.deadlines.models import Deadline
from portal.lib.secrets import find_secret
from portal.outbox.models import Message
from tests.clients.trust.demonstration.test_entrances import follow, page

pytestmark = pytest.mark.usefixtures("northgate")

HOUR = timedelta(hours=1)


def incident(number: int, slug: str = "harbour-finch") -> Incident:
    return Incident.objects.select_related("client").get(number=number, client__slug=slug)


def deadline(of: Incident, kind: str) -> Deadline:
    rows = Deadline.objects.filter(subject_type="response.incident", subject_id=str(of.pk), kind=kind)
    return rows.order_by("pk").last()


def enter_as(name: str, settings: object) -> Browser:
    settings.DEMONSTRATION = True  # type: ignore[attr-defined]
    browser = Browser()
    follow(browser, next(each for each in entrances() if each.name == name))
    return browser


class TestTheOneOfThePictures:
    def test_it_is_resolved_and_its_48_hours_run(self) -> None:
        found = incident(42)
        assert (found.title, found.severity) == ("Duplicate invoices sent from the Xero sync", "SEV2")
        assert found.resolved_at is not None and found.closed_at is None
        left = deadline(found, "incident.postmortem").due_at - timezone.now()
        assert 28 * HOUR < left <= 29 * HOUR

    def test_an_alert_opened_it_and_a_person_took_it_up_within_six_minutes(self) -> None:
        found = incident(42)
        assert AlertReceipt.objects.get().incident == found
        assert found.acknowledged_at - found.reported_at == timedelta(minutes=6)
        assert str(found.acknowledged_by) == "Priya Nair" and found.logged_by is None

    def test_its_clocks_show_every_end(self) -> None:
        clocks = {row.clock: row for row in BreachClock.objects.filter(incident=incident(42))}
        ours, ico, people = (clocks[f"uk-gdpr-{name}"] for name in ("processor", "ico", "individuals"))
        assert ours.outcome == "notified" and ours.notified_at - incident(42).reported_at == 65 * HOUR / 60
        assert ico.outcome == "" and ico.due_at - ours.notified_at == 72 * HOUR
        assert people.outcome == "not_notified" and "ruled out" in people.reason

    def test_the_client_was_told_in_time_and_on_its_channel(self) -> None:
        rows = Deadline.objects.filter(kind="incident.update", subject_id=str(incident(42).pk))
        assert rows.met().count() >= 4 and not rows.filter(late_at__isnull=False).exists()
        assert Update.objects.filter(incident=incident(42)).count() == 6
        posture = posture_of(incident(42).client, timezone.now()).of("INC-03")
        assert posture is not None and posture.result.value == "pass", posture
        assert Message.objects.filter(kind="incident.client_update", person__name="Margaret Hale").exists()

    def test_its_post_mortem_is_begun(self) -> None:
        found = PostMortem.objects.get(incident=incident(42))
        assert found.state == PostMortem.State.DRAFT
        assert set(found.sections.values_list("key", flat=True)) == {"summary", "impact"}

    def test_files_show_what_two_entries_say(self) -> None:
        entries = TimelineEntry.objects.filter(incident=incident(42), evidence__isnull=False)
        names = sorted(row.evidence.file.name for row in entries.select_related("evidence__file"))
        assert names == ["run-88213.txt", "second-copies.csv"]

    def test_records_of_the_registers_hang_on_it(self) -> None:
        links = {row.subject: row.effect for row in incident(42).links.all()}
        assert links == {"Xero invoice sync": "paused", "xero-invoices-sync": "affected"}


def test_one_of_the_highest_severity_runs_and_was_just_taken_up() -> None:
    found = incident(43, "meridian-dental")
    assert (found.severity, found.status) == ("SEV1", Incident.Status.INVESTIGATING)
    assert deadline(found, "incident.response").outcome == "met"
    assert timedelta(0) < deadline(found, "incident.update").due_at - timezone.now() < HOUR


class TestTheYear:
    def test_the_closed_ones_are_of_every_severity(self) -> None:
        rows = Incident.objects.real().filter(closed_at__isnull=False)
        assert set(rows.values_list("severity", flat=True)) == set(Incident.Severity.values)
        assert min(rows.values_list("detected_at", flat=True)) > timezone.now() - timedelta(days=365)

    def test_post_mortems_were_shared_in_time_but_for_one(self) -> None:
        rows = Deadline.objects.filter(kind="incident.postmortem", internal=False).met()
        late = [row.subject for row in rows if row.late_at]
        assert late == ["INC-0034"] and rows.count() >= 9

    def test_one_event_hit_two_clients_and_each_has_its_own_part(self) -> None:
        rows = Incident.objects.filter(number=37).select_related("client")
        assert {row.client.slug for row in rows} == {"penrose-legal", "meridian-dental"}
        for row in rows:
            other = "Meridian" if row.client.slug == "penrose-legal" else "Penrose"
            texts = TimelineEntry.objects.filter(incident=row).values_list("text", flat=True)
            assert texts and not any(other in text for text in texts)

    def test_a_breach_was_told_to_client_and_regulator(self) -> None:
        clocks = BreachClock.objects.filter(incident=incident(39, "penrose-legal"))
        assert Counter(clocks.values_list("outcome", flat=True)) == {"notified": 2, "not_notified": 1}
        assert clocks.get(clock="uk-gdpr-ico").reference
        sent = Notice.objects.get(state=Notice.State.SENT)
        assert sent.approved_by != sent.written_by and sent.internal is False

    def test_measures_are_done_to_come_and_overdue(self) -> None:
        today = timezone.localdate()
        rows = Measure.objects.all()
        assert rows.filter(done_at__isnull=False).count() > 8
        assert rows.filter(done_at__isnull=True, due_on__lt=today).count() == 1
        assert rows.filter(done_at__isnull=True, due_on__gte=today).count() >= 3


class TestPlans:
    def test_plans_show_every_state(self) -> None:
        plans = {row.client.slug: row for row in ResponsePlan.objects.select_related("client")}
        assert {slug for slug, row in plans.items() if row.approved_at} == set(plans) - {"tidewell-insurance"}
        assert plans["tidewell-insurance"].offered_at is not None
        assert {slug for slug, row in plans.items() if row.exercised_on} == {
            "harbour-finch",
            "meridian-dental",
        }

    def test_one_exercise_was_a_drill_that_no_client_heard_of(self) -> None:
        drill = Incident.objects.get(drill=True)
        assert drill.internal and drill.closed_at is not None
        assert Exercise.objects.get(incident=drill).clocks
        about = {message.subject for message in Message.objects.filter(internal=False)}
        assert not any(drill.reference in subject for subject in about)


def test_the_client_reads_its_own_incidents_and_nothing_internal(settings: object) -> None:
    browser = enter_as("Margaret Hale", settings)
    shown = page(browser, "/c/harbour-finch/incidents/42/")
    assert "37 customers received a duplicate" in shown
    assert "Asked Xero support" not in shown and "ruled out" not in shown
    assert browser.get("/c/meridian-dental/incidents/43/").status_code == 404


def test_the_owner_finds_the_clocks_on_today(settings: object) -> None:
    today = page(enter_as("Priya Nair", settings), "/")
    assert "Share the post-mortem for INC-0042" in today
    assert "INC-0043" in today


def test_no_text_of_an_incident_holds_a_secret() -> None:
    texts = 0
    for model in apps.get_app_config("response").get_models():
        fields = [
            field
            for field in model._meta.concrete_fields
            if isinstance(field, models.CharField | models.TextField) and field.name not in ("secret", "key")
        ]
        for row in model._base_manager.all():
            for field in fields:
                found = find_secret(str(getattr(row, field.attname)))
                assert found is None, f"{model.__name__} {row.pk} {field.name}: {found}"
                texts += 1
    assert texts > 500
