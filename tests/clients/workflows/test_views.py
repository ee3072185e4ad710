"""The pages: who may see and do what, uploads with and without the script, decisions, versions."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client as Browser
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from clients.registers.models import Credential, Workflow
from clients.workflows.actions import take_in
from clients.workflows.models import Proposal, WorkflowExport
from clients.workflows.panels import waiting_anywhere, waiting_count
from portal.accounts.models import User
from portal.audit.models import AuditEvent
from portal.tenancy.access import access_of
from portal.tenancy.models import Client, Practice
from portal.tenancy.permissions import Role
from portal.tenancy.scope import Scope, enter
from tests.clients.workflows.exports import AI, BROKEN, HOOK, HUBSPOT, LEAK, SECRET, SLACK, file_of, n8n
from tests.conftest import everything_of, make_client, make_member, make_user, scope_of

FULL = n8n(HOOK, HUBSPOT, AI, LEAK)
SignedIn = Callable[[User], Browser]


def taken(client: Client, *values: Any, at: Any = None) -> list[WorkflowExport]:
    with enter(everything_of(client.practice_id), switch=True):
        outcomes = take_in(client, [file_of(value) for value in values], by=None, at=at)
    return [each.export for outcome in outcomes for each in outcome.taken if each.export]


def upload(value: Any, name: str = "lead-router.json") -> SimpleUploadedFile:
    data = value if isinstance(value, bytes) else json.dumps(value).encode()
    return SimpleUploadedFile(name, data, "application/json")


def send(browser: Browser, *files: SimpleUploadedFile, slug: str = "alder", script: bool = True) -> Any:
    headers = {"X-Upload": "one", "Accept": "application/json"} if script else {}
    return browser.post(f"/c/{slug}/exports/upload/", {"files": list(files)}, headers=headers)


# Who may ---------------------------------------------------------------------------------------------------------

PAGES = ("", "{pk}/", "{pk}/download/", "{new}/diff/{pk}/")


@pytest.mark.parametrize("page", PAGES)
def test_exports_are_for_the_clients_people_too_and_for_nobody_elses(
    page: str, alice: User, bob: User, carol: User, dan: User, client_a1: Client, signed_in: SignedIn
) -> None:
    old, new = taken(client_a1, n8n(HOOK), n8n(HOOK, HUBSPOT))
    address = f"/c/alder/exports/{page.format(pk=old.pk, new=new.pk)}"
    answers = {each.name: signed_in(each).get(address) for each in (alice, bob, carol, dan)}
    assert [each.status_code for each in answers.values()] == [200, 200, 200, 404]
    assert "Lead router" not in answers["Dan Dyer"].content.decode()


def test_another_clients_export_is_not_found_under_ones_own_address(
    alice: User, client_a1: Client, client_a2: Client, signed_in: SignedIn
) -> None:
    old, new = taken(client_a2, n8n(HOOK), n8n(HOOK, HUBSPOT))
    browser = signed_in(alice)
    for page in (f"{new.pk}/", f"{new.pk}/download/", f"{new.pk}/remove/", f"{new.pk}/diff/{old.pk}/"):
        assert browser.get(f"/c/alder/exports/{page}").status_code == 404
    pk = Proposal._base_manager.values_list("pk", flat=True)
    with enter(everything_of(client_a2.practice_id), switch=True):
        first = pk.first()
    assert browser.post(f"/c/alder/proposals/{first}/reopen/").status_code == 404
    data = {"export": new.pk, "do": "accept_all"}
    assert browser.post("/c/alder/proposals/decide/", data).status_code == 404
    assert signed_in(alice).get("/c/birch/exports/").status_code == 200


def test_proposals_and_uploads_are_for_the_practice(
    bob: User, carol: User, dan: User, client_a1: Client, in_a: Scope, signed_in: SignedIn
) -> None:
    [export] = taken(client_a1, FULL)
    for person, expected in ((bob, 200), (carol, 403), (dan, 404)):
        assert signed_in(person).get("/c/alder/proposals/").status_code == expected
    for person, expected in ((carol, 403), (dan, 404)):
        browser = signed_in(person)
        assert send(browser, upload(FULL)).status_code == expected
        assert browser.post("/c/alder/proposals/decide/", {"export": export.pk}).status_code == expected
        assert browser.get(f"/c/alder/exports/{export.pk}/remove/").status_code == expected
    assert WorkflowExport.objects.count() == 1


def test_an_auditor_reads_proposals_and_decides_nothing(
    practice_a: Practice, client_a1: Client, in_a: Scope, signed_in: SignedIn
) -> None:
    [export] = taken(client_a1, FULL)
    auditor = make_user("Ada Audit", "ada@northlight.test")
    make_member(practice_a, auditor, Role.AUDITOR, timezone.now() + timedelta(days=30))
    browser = signed_in(auditor)
    page = browser.get("/c/alder/proposals/")
    assert page.status_code == 200
    assert "HubSpot – sales" in page.content.decode()
    assert 'name="do"' not in page.content.decode()
    assert (
        browser.post("/c/alder/proposals/decide/", {"export": export.pk, "do": "accept_all"}).status_code
        == 403
    )


def test_the_clients_people_are_offered_no_upload_and_no_proposals(
    carol: User, client_a1: Client, signed_in: SignedIn
) -> None:
    [export] = taken(client_a1, FULL)
    browser = signed_in(carol)
    for address in ("/c/alder/exports/", f"/c/alder/exports/{export.pk}/"):
        page = browser.get(address).content.decode()
        assert "data-upload" not in page
        assert "/proposals/" not in page
        assert "Remove this version" not in page


# Uploads ---------------------------------------------------------------------------------------------------------


def test_a_file_sent_by_the_script_is_answered_with_words_and_the_way_on(
    bob: User, client_a1: Client, in_a: Scope, signed_in: SignedIn
) -> None:
    answer = send(signed_in(bob), upload(FULL))
    export = WorkflowExport.objects.get()
    assert answer.status_code == 200
    assert answer.json() == {
        "ok": True,
        "file": "lead-router.json",
        "words": "Lead router, version 1: 4 nodes, 6 proposals, 1 secret refused",
        "url": f"/c/alder/proposals/?export={export.pk}",
    }
    assert export.uploaded_by == bob


def test_a_file_that_cannot_be_read_is_answered_with_its_sentence(
    bob: User, client_a1: Client, in_a: Scope, signed_in: SignedIn
) -> None:
    answer = send(signed_in(bob), upload(BROKEN, "half.json"))
    assert (answer.status_code, answer.json()["ok"]) == (422, False)
    assert "cut off" in answer.json()["words"]
    assert WorkflowExport.objects.count() == 0


def test_the_same_file_again_leads_to_its_version(bob: User, client_a1: Client, signed_in: SignedIn) -> None:
    [export] = taken(client_a1, FULL)
    answer = send(signed_in(bob), upload(FULL)).json()
    assert answer["words"] == "Lead router: unchanged since version 1, 1 secret refused"
    assert answer["url"] == f"/c/alder/exports/{export.pk}/"


def test_without_the_script_all_files_are_answered_on_one_page(
    bob: User, client_a1: Client, in_a: Scope, signed_in: SignedIn
) -> None:
    pair = upload([n8n(HOOK, id="a"), n8n(HUBSPOT, id="b", name="Second")], "pair.json")
    answer = send(signed_in(bob), upload(FULL), upload(BROKEN, "half.json"), pair, script=False)
    page = answer.content.decode()
    assert answer.status_code == 200
    assert "2 of 3 files read" in page
    assert "cut off" in page
    assert "2 workflows, " in page
    assert WorkflowExport.objects.count() == 3


def test_no_file_and_too_many_files_are_refused(
    bob: User, client_a1: Client, in_a: Scope, signed_in: SignedIn
) -> None:
    browser = signed_in(bob)
    assert send(browser).json() == {
        "ok": False,
        "words": "Choose the files of one or more workflow exports first.",
    }
    many = [upload(n8n(HOOK, id=f"w{n}"), f"{n}.json") for n in range(21)]
    assert "At most 20" in send(browser, *many).json()["words"]
    assert send(browser, script=False).status_code == 302
    assert WorkflowExport.objects.count() == 0


def test_a_file_over_the_limit_is_refused_by_its_size(
    bob: User, client_a1: Client, in_a: Scope, signed_in: SignedIn
) -> None:
    answer = send(signed_in(bob), upload(b" " * (10 * 1024 * 1024 + 1), "large.json"))
    assert "at most 10 MB" in answer.json()["words"]


# Pages -----------------------------------------------------------------------------------------------------------


def test_a_version_shows_what_was_read_and_never_a_secret(
    carol: User, client_a1: Client, signed_in: SignedIn
) -> None:
    [export] = taken(client_a1, FULL)
    page = signed_in(carol).get(f"/c/alder/exports/{export.pk}/").content.decode()
    for words in ("HubSpot – sales", "claude-sonnet-4-5", "api.anthropic.com", "Anthropic key", "new-lead"):
        assert words in page
    assert SECRET not in page


def test_the_file_comes_back_without_its_secrets_and_the_trail_knows(
    carol: User, client_a1: Client, in_a: Scope, signed_in: SignedIn
) -> None:
    [export] = taken(client_a1, FULL)
    answer = signed_in(carol).get(f"/c/alder/exports/{export.pk}/download/")
    assert answer["Content-Disposition"] == 'attachment; filename="lead-router-v1.json"'
    assert json.loads(answer.content)["nodes"][0]["name"] == "New lead"
    assert SECRET not in answer.content.decode()
    assert AuditEvent.objects.filter(action="workflow_export.download").count() == 1


def test_the_difference_reads_from_the_older_to_the_newer(
    bob: User, client_a1: Client, signed_in: SignedIn
) -> None:
    old, new = taken(client_a1, n8n(HOOK), n8n(HOOK, HUBSPOT))
    browser = signed_in(bob)
    page = browser.get(f"/c/alder/exports/{new.pk}/diff/{old.pk}/").content.decode()
    assert "Step “Find company”" in page
    turned = browser.get(f"/c/alder/exports/{old.pk}/diff/{new.pk}/")
    assert turned["Location"] == f"/c/alder/exports/{new.pk}/diff/{old.pk}/"
    [other] = taken(client_a1, n8n(HOOK, id="w2", name="Second"))
    assert browser.get(f"/c/alder/exports/{new.pk}/diff/{other.pk}/").status_code == 404


def test_the_list_marks_what_is_to_be_exported_again_and_can_be_narrowed(
    bob: User, client_a1: Client, signed_in: SignedIn
) -> None:
    taken(client_a1, n8n(HOOK), at=timezone.now() - timedelta(days=100))
    taken(client_a1, n8n(HUBSPOT, id="w2", name="Second"))
    browser = signed_in(bob)
    page = browser.get("/c/alder/exports/").content.decode()
    assert "overdue" in page
    assert page.index("Lead router") < page.index("Second")
    narrowed = browser.get("/c/alder/exports/", {"q": "sec"}).content.decode()
    assert "Second" in narrowed
    assert "lead-router.json</span>" in narrowed
    assert ">Lead router<" not in narrowed
    assert "No export matches" in browser.get("/c/alder/exports/", {"platform": "make"}).content.decode()


def test_a_version_is_removed_with_its_reason(
    bob: User, client_a1: Client, in_a: Scope, signed_in: SignedIn
) -> None:
    [export] = taken(client_a1, FULL)
    browser = signed_in(bob)
    address = f"/c/alder/exports/{export.pk}/remove/"
    assert "Remove version 1 of Lead router" in browser.get(address).content.decode()
    assert browser.post(address, {"why": ""}).status_code == 200
    assert WorkflowExport.objects.count() == 1
    assert browser.post(address, {"why": "Another client's file"})["Location"] == "/c/alder/exports/"
    assert WorkflowExport.objects.count() == 0


# Decisions -------------------------------------------------------------------------------------------------------


@pytest.fixture
def export(client_a1: Client) -> WorkflowExport:
    return taken(client_a1, n8n(HOOK, HUBSPOT, AI))[0]


@pytest.fixture
def key(export: WorkflowExport, in_a: Scope) -> Proposal:
    return Proposal.objects.get(export=export, name="HubSpot – sales")


def decide(browser: Browser, export: WorkflowExport, do: str, **data: Any) -> Any:
    return browser.post("/c/alder/proposals/decide/", {"export": export.pk, "do": do, **data}, follow=True)


def test_the_list_shows_what_is_proposed_with_owner_and_date_beside_it(
    bob: User, export: WorkflowExport, key: Proposal, signed_in: SignedIn
) -> None:
    page = signed_in(bob).get("/c/alder/proposals/").content.decode()
    for words in (
        "HubSpot – Lead router",
        "Anthropic",
        f'name="p{key.pk}-owner"',
        f'name="p{key.pk}-renewal_on_day"',
    ):
        assert words in page


def test_one_is_accepted_with_its_owner_and_date(
    bob: User, export: WorkflowExport, key: Proposal, signed_in: SignedIn
) -> None:
    date = {"renewal_on_day": "17", "renewal_on_month": "2", "renewal_on_year": "2031"}
    fields = {f"p{key.pk}-{name}": value for name, value in {"owner": str(bob.pk), **date}.items()}
    page = decide(signed_in(bob), export, f"accept:{key.pk}", **fields).content.decode()
    assert "Accepted: 1 entry written" in page
    made = Credential.objects.get()
    assert (made.owner, made.renewal_on.isoformat()) == (bob, "2031-02-17")
    assert Workflow.objects.count() == 1


def test_several_are_accepted_with_one_owner(
    bob: User, export: WorkflowExport, key: Proposal, signed_in: SignedIn
) -> None:
    workflow = Proposal.objects.get(key="workflow")
    decide(signed_in(bob), export, "accept", chosen=[workflow.pk, key.pk], owner=str(bob.pk))
    assert (Workflow.objects.get().owner, Credential.objects.get().owner) == (bob, bob)
    assert Credential.objects.get().integration.owner == bob
    assert Proposal.objects.open().count() == 3


def test_all_are_accepted_and_a_row_keeps_its_own_owner(
    alice: User, bob: User, export: WorkflowExport, key: Proposal, signed_in: SignedIn
) -> None:
    own = {f"p{key.pk}-owner": str(alice.pk)}
    page = decide(signed_in(bob), export, "accept_all", owner=str(bob.pk), **own).content.decode()
    assert "Accepted: 6 entries written" in page
    assert "Nothing to decide" in page
    owners = {each.name: each.owner for each in Credential.objects.select_related("owner")}
    assert owners == {"HubSpot – sales": alice, "Anthropic – sales": bob}


def test_a_wrong_date_comes_back_with_what_was_typed_and_writes_nothing(
    bob: User, export: WorkflowExport, key: Proposal, signed_in: SignedIn
) -> None:
    fields = {
        f"p{key.pk}-renewal_on_day": "31",
        f"p{key.pk}-renewal_on_month": "2",
        f"p{key.pk}-renewal_on_year": "2031",
    }
    answer = decide(signed_in(bob), export, "accept_all", **fields)
    page = answer.content.decode()
    assert answer.status_code == 422
    assert "that month has no day 31" in page
    assert 'value="2031"' in page
    assert Workflow.objects.count() == 0


def test_nothing_chosen_is_said(bob: User, export: WorkflowExport, signed_in: SignedIn) -> None:
    answer = decide(signed_in(bob), export, "accept")
    assert answer.status_code == 422
    assert "Choose at least one proposal" in answer.content.decode()


def test_one_is_declined_with_a_reason_and_reopened(
    bob: User, export: WorkflowExport, key: Proposal, signed_in: SignedIn
) -> None:
    browser = signed_in(bob)
    page = decide(browser, export, f"decline:{key.pk}", why="A test account").content.decode()
    assert "1 proposal declined" in page
    declined = browser.get("/c/alder/proposals/", {"state": "declined"}).content.decode()
    assert "A test account" in declined
    assert f"/c/alder/proposals/{key.pk}/reopen/" in declined
    browser.post(f"/c/alder/proposals/{key.pk}/reopen/")
    assert Proposal.objects.get(pk=key.pk).is_open


def test_a_double_click_is_said_and_harms_nothing(
    bob: User, export: WorkflowExport, key: Proposal, signed_in: SignedIn
) -> None:
    browser = signed_in(bob)
    decide(browser, export, f"accept:{key.pk}")
    answer = decide(browser, export, f"accept:{key.pk}")
    assert "Choose at least one proposal that is still open" in answer.content.decode()
    assert Credential.objects.count() == 1


def test_a_secret_as_a_reason_is_refused(
    bob: User, export: WorkflowExport, key: Proposal, signed_in: SignedIn
) -> None:
    answer = decide(signed_in(bob), export, f"decline:{key.pk}", why=SECRET)
    assert answer.status_code == 422
    assert "looks like a secret" in answer.content.decode()
    assert Proposal.objects.get(pk=key.pk).is_open


def test_changes_are_shown_before_and_after(
    bob: User, client_a1: Client, in_a: Scope, signed_in: SignedIn
) -> None:
    [first] = taken(client_a1, n8n(HOOK, HUBSPOT))
    browser = signed_in(bob)
    decide(browser, first, "accept_all")
    taken(client_a1, n8n(HOOK, SLACK, active=False))
    page = browser.get("/c/alder/proposals/").content.decode()
    assert "Active</del>" in page
    assert "Paused</ins>" in page
    assert "No longer in the workflow" in page


# The frame -------------------------------------------------------------------------------------------------------


def test_what_waits_is_counted_and_listed_over_the_clients_in_reach(
    bob: User, carol: User, client_a1: Client, client_a2: Client, signed_in: SignedIn
) -> None:
    taken(client_a1, n8n(HOOK))
    taken(client_a1, n8n(HOOK, id="w2", name="Old"))
    taken(client_a2, n8n(HOOK, id="w3", name="Hidden"))
    with enter(scope_of(bob), switch=True):
        access = access_of(bob, timezone.now())
        assert str(waiting_count(access, client_a1)) == "2"
        assert str(waiting_anywhere(access)) == "2"
    page = signed_in(bob).get("/records/proposals/").content.decode()
    table = page[page.index("<tbody") : page.index("</tbody>")]
    assert "/c/alder/proposals/" in table and "No lead" in table and "In 7" in table
    assert "/c/birch/" not in page
    assert signed_in(carol).get("/records/proposals/").status_code == 404


def test_the_list_over_all_clients_asks_as_often_for_three_as_for_one(
    alice: User, practice_a: Practice, client_a1: Client, signed_in: SignedIn
) -> None:
    browser, counts = signed_in(alice), []
    for number in range(3):
        taken(make_client(practice_a, f"Client {number}", f"client-{number}"), n8n(HOOK))
        browser.get("/records/proposals/")
        with CaptureQueriesContext(connection) as queries:
            assert browser.get("/records/proposals/").status_code == 200
        counts.append(len(queries))
    assert counts[0] == counts[2], counts


@pytest.mark.parametrize("address", ["/c/alder/exports/", "/c/alder/proposals/"])
def test_a_list_asks_the_database_as_often_for_three_as_for_one(
    address: str, bob: User, client_a1: Client, signed_in: SignedIn
) -> None:
    browser = signed_in(bob)
    counts = []
    for number in range(3):
        taken(client_a1, n8n(HOOK, HUBSPOT, id=f"w{number}", name=f"Workflow {number}"))
        browser.get(address)  # warms what is read once a process
        with CaptureQueriesContext(connection) as queries:
            assert browser.get(address).status_code == 200
        counts.append(len(queries))
    assert counts[0] == counts[2], counts
