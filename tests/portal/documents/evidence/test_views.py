"""The pages of evidence: attaching several files, who reads what, how bytes are given, showing and withdrawing."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client as Browser
from django.urls import reverse

from clients.registers.models import Credential
from portal.accounts.models import User
from portal.audit.models import AuditEvent
from portal.documents.models import EvidenceFile
from portal.tenancy.models import Client
from portal.tenancy.permissions import Role
from portal.tenancy.scope import enter
from tests.conftest import everything_of, make_assignment, make_user
from tests.portal.documents.evidence.conftest import CREDENTIAL
from tests.portal.documents.evidence.made import HTML, PDF, SECRET_LINE

SignIn = Callable[[User], Browser]
Attach = Callable[..., EvidenceFile]
pytestmark = pytest.mark.django_db


def attach_at(record: Any) -> str:
    kwargs = {"client_slug": record.client.slug, "subject_type": CREDENTIAL, "subject_id": str(record.pk)}
    return reverse("evidence_attach", kwargs=kwargs)


def one(name: str, file: EvidenceFile) -> str:
    return reverse(f"evidence_{name}", kwargs={"client_slug": file.client.slug, "pk": file.pk})


def rows(record: Any) -> list[EvidenceFile]:
    with enter(everything_of(record.practice_id), switch=True):
        return list(EvidenceFile.objects.select_related("client").order_by("pk"))


def sent(*files: tuple[str, bytes], seen_by: str = "all") -> dict[str, Any]:
    return {"file": [SimpleUploadedFile(*each) for each in files], "shows": "The run", "seen_by": seen_by}


def test_several_files_are_attached_at_once(signed_in: SignIn, bob: User, credential: Credential) -> None:
    browser = signed_in(bob)
    assert "The client’s people too" in browser.get(attach_at(credential)).content.decode()
    answer = browser.post(attach_at(credential), sent(("a.pdf", PDF), ("b.txt", b"words")))
    assert answer.status_code == 302
    assert [(each.name, each.shows, each.internal) for each in rows(credential)] == [
        ("a.pdf", "The run", False),
        ("b.txt", "The run", False),
    ]
    page = browser.get(answer["Location"]).content.decode()
    assert "2 files are attached." in page
    assert "a.pdf" in page


def test_what_is_refused_is_said_beside_what_is_attached(
    signed_in: SignIn, bob: User, credential: Credential
) -> None:
    files = (("a.pdf", PDF), ("b.html", HTML), ("c.txt", SECRET_LINE.encode()), ("d.txt", b""))
    page = signed_in(bob).post(attach_at(credential), sent(*files)).content.decode()
    for words in ("Attached as a.pdf", "This is a web page", "line 1 holds a secret", "The file is empty"):
        assert words in page
    assert "Xy7" not in page
    assert len(rows(credential)) == 1


def test_a_script_gets_an_answer_for_its_file(signed_in: SignIn, bob: User, credential: Credential) -> None:
    browser = signed_in(bob)
    headers = {"X-Upload": "one", "Accept": "application/json"}
    answer = browser.post(attach_at(credential), sent(("a.pdf", PDF), seen_by="practice"), headers=headers)
    assert answer.json()["ok"] is True
    assert rows(credential)[0].internal
    again = browser.post(attach_at(credential), sent(("b.pdf", PDF)), headers=headers)
    assert again.status_code == 422
    assert "here already, as a.pdf" in again.json()["words"]
    nothing = browser.post(attach_at(credential), {"seen_by": "all"}, headers=headers)
    assert nothing.json() == {"ok": False, "words": "Choose one or more files first."}


def test_no_more_than_twenty_files_go_at_once(signed_in: SignIn, bob: User, credential: Credential) -> None:
    files = [(f"{n}.txt", b"words %d" % n) for n in range(21)]
    page = signed_in(bob).post(attach_at(credential), sent(*files)).content.decode()
    assert "At most 20 files go at once" in page
    assert rows(credential) == []


def test_the_bytes_come_as_a_download_that_nothing_runs(
    signed_in: SignIn, carol: User, credential: Credential, attached: Attach
) -> None:
    file = attached(credential, "Überweisung 9 €.pdf")
    answer = signed_in(carol).get(one("download", file))
    assert answer.content == PDF
    assert answer["Content-Disposition"].startswith("attachment; filename*=utf-8''")
    assert answer["Content-Security-Policy"].startswith("sandbox")
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["Cache-Control"] == "private, no-store"
    with enter(everything_of(credential.practice_id), switch=True):
        assert AuditEvent.objects.filter(action="evidence.download").count() == 1


@pytest.mark.parametrize("name", ["show", "download", "visibility", "withdraw"])
def test_an_internal_file_is_not_there_for_the_clients_people(
    name: str, signed_in: SignIn, carol: User, bob: User, credential: Credential, attached: Attach
) -> None:
    file = attached(credential, internal=True)
    browser = signed_in(carol)
    method = browser.post if name == "visibility" else browser.get
    assert method(one(name, file)).status_code == 404
    expected = 302 if name == "visibility" else 200
    ours = signed_in(bob)
    assert (ours.post if name == "visibility" else ours.get)(one(name, file)).status_code == expected


@pytest.mark.parametrize("name", ["show", "download", "visibility", "withdraw"])
def test_another_practice_and_another_clients_consultant_find_nothing(
    name: str,
    signed_in: SignIn,
    dan: User,
    client_a2: Client,
    credential: Credential,
    attached: Attach,
) -> None:
    file = attached(credential)
    eve = make_user("Eve Elm", "eve@northlight.test")
    make_assignment(client_a2, eve, Role.CLIENT_ADMIN)
    for person in (dan, eve):
        browser = signed_in(person)
        assert browser.post(one(name, file)).status_code in (404, 405)
        assert browser.get(one(name, file)).status_code in (404, 405)
    assert browser.get(attach_at(credential)).status_code == 404


def test_the_clients_people_read_and_change_nothing(
    signed_in: SignIn, carol: User, credential: Credential, attached: Attach
) -> None:
    file = attached(credential)
    browser = signed_in(carol)
    page = browser.get(one("show", file)).content.decode()
    assert file.sha256 in page
    assert "Withdraw" not in page
    assert browser.post(one("withdraw", file), {"why": "No."}).status_code == 403
    assert browser.post(one("visibility", file), {"shown": "no"}).status_code == 403
    assert browser.get(attach_at(credential)).status_code == 403


def test_a_record_that_became_internal_takes_its_files_out_of_sight(
    signed_in: SignIn, carol: User, credential: Credential, attached: Attach
) -> None:
    file = attached(credential)
    with enter(everything_of(credential.practice_id), switch=True):
        Credential.objects.filter(pk=credential.pk).update(internal=True)
    browser = signed_in(carol)
    assert browser.get(one("download", file)).status_code == 404
    assert "HubSpot key" not in browser.get("/c/alder/evidence/").content.decode()


def test_a_file_is_shown_then_withdrawn_by_page(
    signed_in: SignIn, bob: User, carol: User, credential: Credential, attached: Attach
) -> None:
    file = attached(credential, internal=True)
    ours, theirs = signed_in(bob), signed_in(carol)
    assert "Show to the client" in ours.get(one("show", file)).content.decode()
    ours.post(one("visibility", file), {"shown": "yes"})
    assert theirs.get(one("download", file)).status_code == 200
    assert "Enter the reason" in ours.post(one("withdraw", file), {"why": ""}).content.decode()
    assert ours.post(one("withdraw", file), {"why": "Of another client."}).status_code == 302
    assert theirs.get(one("show", file)).status_code == 404
    assert ours.get(one("download", file)).status_code == 404
    assert ours.get(one("withdraw", file)).status_code == 404
    page = ours.get(one("show", file)).content.decode()
    assert "Of another client." in page
    assert "Download" not in page
    record = ours.get(credential.get_absolute_url()).content.decode()
    assert "<del>signed.pdf</del>" in record
    assert "signed.pdf" not in theirs.get(credential.get_absolute_url()).content.decode()
