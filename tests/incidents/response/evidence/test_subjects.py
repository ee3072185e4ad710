"""Files at an incident and its measures: the timeline tells of each, and nobody sees more than they may."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from incidents.response.evidence.subjects import MEASURE
from incidents.response.models import Incident, Measure, TimelineEntry
from incidents.response.post_mortems.documents import _entry
from incidents.response.post_mortems.measures import add_measure, finish_measure
from incidents.response.post_mortems.reading import visible_entries
from incidents.response.timeline_actions import SUBJECT, add_entry
from portal.accounts.models import User
from portal.documents.evidence import actions
from portal.documents.models import EvidenceFile
from portal.lib.refused import Refused
from portal.tenancy.models import Client
from portal.tenancy.scope import enter
from tests.conftest import scope_of
from tests.incidents.response.made import opened
from tests.portal.documents.evidence.made import HTML, PDF, png

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def plain_static(settings: Any) -> None:
    settings.STORAGES = {
        **settings.STORAGES,
        "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
    }


@pytest.fixture
def incident(in_a: object, client_a1: Client, alice: User) -> Incident:
    return opened(client_a1, alice, now=timezone.now() - timedelta(hours=1))


def attach(incident: Incident, by: User, name: str = "shot.png", **more: Any) -> EvidenceFile:
    values = {"by": by, "at": timezone.now(), "internal": True, **more}
    content = values.pop("content", png())
    return actions.attach(incident.client, SUBJECT, str(incident.pk), name, content, **values)


def told(incident: Incident) -> list[tuple[str, str, bool]]:
    rows = TimelineEntry.objects.filter(incident=incident, kind="evidence").order_by("pk")
    return [(row.lead_in, row.text, row.internal) for row in rows]


def url(name: str, incident: Incident, **more: Any) -> str:
    return reverse(name, kwargs={"client_slug": incident.client.slug, "number": incident.number, **more})


def posted(**values: Any) -> dict[str, Any]:
    at = timezone.now()
    day = {"day_day": at.day, "day_month": at.month, "day_year": at.year, "clock": f"{at:%H:%M}"}
    return {"words": "The queue stood still.", **day, **values}


def test_the_timeline_tells_of_every_step_to_those_who_saw_the_file(incident: Incident, alice: User) -> None:
    file = attach(incident, alice, shows="The queue")
    actions.set_shown(file, True, by=alice, at=timezone.now())
    actions.set_shown(file, False, by=alice, at=timezone.now())
    actions.withdraw(file, by=alice, at=timezone.now(), why="Of another day.")
    assert told(incident) == [
        ("Evidence attached.", "shot.png: The queue", True),
        ("Evidence shown to the client.", "shot.png", False),
        ("Evidence kept back.", "shot.png", False),
        ("Evidence withdrawn.", "shot.png: Of another day.", True),
    ]


def test_a_closed_incident_takes_no_file_and_may_lose_one(incident: Incident, alice: User) -> None:
    file = attach(incident, alice)
    Incident.objects.filter(pk=incident.pk).update(
        resolved_at=timezone.now(), closed_at=timezone.now(), status="closed"
    )
    with pytest.raises(Refused, match="is closed. Reopen it"):
        attach(incident, alice, content=PDF)
    actions.withdraw(file, by=alice, at=timezone.now(), why="Of another day.")
    assert told(incident)[-1][0] == "Evidence withdrawn."


def test_an_entry_is_written_with_the_file_that_shows_it(
    incident: Incident, bob: User, carol: User, signed_in: Any
) -> None:
    browser = signed_in(bob)
    sent = posted(file=SimpleUploadedFile("queue.pdf", PDF))
    assert browser.post(url("incident_entry_add", incident), sent).status_code == 302
    entry = TimelineEntry.objects.get(kind="evidence")
    assert (entry.text, entry.lead_in, entry.internal) == ("The queue stood still.", "", False)
    assert entry.evidence and entry.evidence.shows == "The queue stood still."
    page = signed_in(carol).get(url("incident_show", incident)).content.decode()
    address = reverse("evidence_download", kwargs={"client_slug": "alder", "pk": entry.evidence.pk})
    assert page.count(f'href="{address}"') == 2, "in the timeline and among the files"
    assert entry.evidence.fingerprint in page
    assert "Attach files" not in page


def test_a_file_that_is_refused_leaves_no_entry(incident: Incident, bob: User, signed_in: Any) -> None:
    sent = posted(file=SimpleUploadedFile("page.html", HTML))
    answer = signed_in(bob).post(url("incident_entry_add", incident), sent)
    assert "This is a web page" in answer.content.decode()
    assert told(incident) == []
    assert not EvidenceFile.objects.exists()


def test_a_file_of_the_practice_is_not_on_the_clients_page(
    incident: Incident, bob: User, carol: User, signed_in: Any
) -> None:
    with enter(scope_of(bob), switch=True):
        add_entry(
            incident, "The queue", at=timezone.now(), by=bob, now=timezone.now(), internal=True,
            file=("queue.pdf", PDF),
        )  # fmt: skip
    assert "queue.pdf" in signed_in(bob).get(url("incident_show", incident)).content.decode()
    assert "queue.pdf" not in signed_in(carol).get(url("incident_show", incident)).content.decode()


def test_an_entry_whose_file_was_kept_back_stays_without_it(
    incident: Incident, alice: User, carol: User, signed_in: Any
) -> None:
    file = attach(incident, alice, internal=False)
    actions.set_shown(file, False, by=alice, at=timezone.now())
    address = reverse("evidence_download", kwargs={"client_slug": "alder", "pk": file.pk})
    page = signed_in(carol).get(url("incident_show", incident)).content.decode()
    assert "Evidence attached." in page
    assert address not in page
    with enter(scope_of(carol), switch=True):
        assert [_entry(row)["file"] for row in visible_entries(incident)][-1] == ""


def test_a_drills_files_are_for_the_practice_whatever_was_asked(
    in_a: object, client_a1: Client, alice: User
) -> None:
    drill = opened(client_a1, alice, now=timezone.now() - timedelta(hours=1), drill=True)
    assert attach(drill, alice, internal=False).internal
    assert told(drill)[-1][2]


def test_a_measure_is_done_with_what_shows_it(incident: Incident, bob: User, signed_in: Any) -> None:
    measure = add_measure(
        incident, {"kind": "preventive", "text": "Watch the queue"}, by=None, now=timezone.now()
    )
    browser = signed_in(bob)
    address = url("measure_done", incident, pk=measure.pk)
    wrong = {"outcome": "An alarm rings.", "file": SimpleUploadedFile("a.html", HTML)}
    assert "This is a web page" in browser.post(address, wrong).content.decode()
    measure.refresh_from_db()
    assert measure.done_at is None
    right = {"outcome": "An alarm rings.", "file": SimpleUploadedFile("alarm.png", png())}
    assert browser.post(address, right).status_code == 302
    file = EvidenceFile.objects.get()
    assert (file.subject_type, file.subject_id, file.internal) == (MEASURE, str(measure.pk), True)
    assert "alarm.png" in browser.get(url("post_mortem_show", incident)).content.decode()
    assert "1 file" in browser.get(url("incident_show", incident)).content.decode()


def test_a_dropped_measure_takes_nothing(incident: Incident, alice: User) -> None:
    measure = add_measure(incident, {"kind": "preventive", "text": "Watch"}, by=alice, now=timezone.now())
    finish_measure(measure, "Done.", by=alice, now=timezone.now())
    Measure.objects.filter(pk=measure.pk).update(dropped_at=timezone.now(), dropped_why="No.")
    with pytest.raises(Refused, match="was dropped"):
        actions.attach(incident.client, MEASURE, str(measure.pk), "a.pdf", PDF, by=alice, at=timezone.now())


def test_the_page_asks_as_often_for_many_files_as_for_one(
    incident: Incident, alice: User, signed_in: Any
) -> None:
    attach(incident, alice)
    browser = signed_in(alice)
    browser.get(url("incident_show", incident))
    with CaptureQueriesContext(connection) as few:
        browser.get(url("incident_show", incident))
    for n in range(5):
        attach(incident, alice, f"{n}.txt", content=b"words %d" % n)
    with CaptureQueriesContext(connection) as many:
        browser.get(url("incident_show", incident))
    assert len(many) == len(few)
