"""The pages of the post-mortem: written side by side with the record, reviewed, shared, read by the client."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from incidents.response.models import Incident, PostMortem, PostMortemSection
from incidents.response.post_mortems.actions import ask_review, give_review, write_section
from incidents.response.post_mortems.measures import add_measure
from incidents.response.post_mortems.sharing import share
from incidents.response.timeline_actions import add_entry
from portal.accounts.models import User
from portal.documents import tasks
from portal.documents.models import Document
from portal.tenancy.models import Client
from portal.tenancy.scope import enter
from tests.conftest import everything_of
from tests.incidents.response.post_mortems.made import RESOLVED, resolved, write_all

pytestmark = pytest.mark.django_db
LATER = RESOLVED + timedelta(hours=1)


@pytest.fixture
def incident(client_a1: Client, alice: User) -> Incident:
    with enter(everything_of(client_a1.practice_id), switch=True):
        return resolved(client_a1, alice)


@pytest.fixture
def inside(client_a1: Client) -> Callable[[], Any]:
    return lambda: enter(everything_of(client_a1.practice_id), switch=True)


def at(incident: Incident, rest: str = "") -> str:
    return f"/c/alder/incidents/{incident.number}/post-mortem/{rest}"


def texts(inside: Any) -> dict[str, str]:
    with inside():
        return dict(PostMortemSection.objects.values_list("key", "text"))


def test_the_page_says_what_is_missing_beside_the_record(
    signed_in: Any, incident: Incident, alice: User, inside: Any
) -> None:
    with inside():
        add_entry(incident, "Only for us.", at=RESOLVED, by=alice, now=LATER, internal=True)
        add_entry(incident, "The queue was drained.", at=RESOLVED, by=alice, now=LATER)
    page = signed_in(alice).get(at(incident)).content.decode()
    assert "Before it can be reviewed" in page
    assert "Add at least one preventive measure." in page
    assert "The queue was drained." in page
    assert "Only for us." not in page, "internal entries are not offered for the client's text"


def test_a_section_is_written_previewed_and_saved(
    signed_in: Any, incident: Incident, alice: User, inside: Any
) -> None:
    browser = signed_in(alice)
    form = {"text": "It **broke** <script>.", "version": "0"}
    preview = browser.post(at(incident, "summary/"), {**form, "preview": "1"}).content.decode()
    assert "It <strong>broke</strong> &lt;script&gt;." in preview
    assert texts(inside) == {}
    assert browser.post(at(incident, "summary/"), form).status_code == 302
    assert texts(inside) == {"summary": "It **broke** <script>."}
    assert "<strong>broke</strong>" in browser.get(at(incident)).content.decode()


def test_the_record_is_inserted_without_being_saved(
    signed_in: Any, incident: Incident, alice: User, inside: Any
) -> None:
    page = signed_in(alice).post(
        at(incident, "timeline/"), {"text": "First words.", "version": "0", "insert": "1"}
    )
    text = page.context["form"].initial["text"]
    assert text.startswith("First words.\n\n- **2026-11-19 10:30 UTC** Reported.")
    assert texts(inside) == {}


def test_wording_that_blames_gets_a_hint(signed_in: Any, incident: Incident, alice: User) -> None:
    page = signed_in(alice).post(
        at(incident, "root_cause/"), {"text": "It was human error.", "version": "0", "preview": "1"}
    )
    assert "Say what made the mistake possible" in page.content.decode()


def test_autosave_answers_with_the_next_version(
    signed_in: Any, incident: Incident, alice: User, inside: Any
) -> None:
    browser, headers = signed_in(alice), {"x-autosave": "yes"}
    answer = browser.post(at(incident, "summary/"), {"text": "One", "version": "0"}, headers=headers)
    assert answer.json() == {"ok": True, "version": 1, "hints": []}
    answer = browser.post(at(incident, "summary/"), {"text": "Two", "version": "1"}, headers=headers)
    assert answer.json()["version"] == 2
    stale = browser.post(at(incident, "summary/"), {"text": "Three", "version": "1"}, headers=headers)
    assert (stale.status_code, stale.json()["ok"]) == (409, False)
    wrong = browser.post(at(incident, "summary/"), {"text": "x", "version": "one"}, headers=headers)
    assert wrong.status_code == 400
    assert texts(inside) == {"summary": "Two"}


def test_a_conflict_shows_both_texts(
    signed_in: Any, incident: Incident, alice: User, bob: User, inside: Any
) -> None:
    with inside():
        write_section(incident, "summary", "Text of Bob.", version=0, by=bob, now=LATER)
    page = signed_in(alice).post(at(incident, "summary/"), {"text": "Text of Alice.", "version": "0"})
    html = page.content.decode()
    assert page.status_code == 409
    assert "Text of Bob." in html
    assert "Text of Alice." in html
    assert page.context["form"].initial["version"] == 1
    browser = signed_in(alice)
    browser.post(at(incident, "summary/"), {"text": "Text of both.", "version": "1"})
    assert texts(inside) == {"summary": "Text of both."}


def test_a_secret_is_not_saved_and_says_so(
    signed_in: Any, incident: Incident, alice: User, inside: Any
) -> None:
    text = "The key was AKIA" + "IOSFODNN7ABCDEFG and it leaked."
    page = signed_in(alice).post(at(incident, "summary/"), {"text": text, "version": "0"})
    assert "looks like a secret" in page.content.decode()
    assert texts(inside) == {}


def test_from_the_first_word_to_the_client(
    signed_in: Any, incident: Incident, alice: User, bob: User, carol: User, inside: Any,
    monkeypatch: pytest.MonkeyPatch, django_capture_on_commit_callbacks: Any,
) -> None:  # fmt: skip
    sent: list[int] = []
    monkeypatch.setattr(tasks, "send", sent.append)
    with inside():
        write_all(incident, alice, LATER)
    client_sees = signed_in(carol)
    assert "Not shared yet" in client_sees.get(at(incident)).content.decode()
    author, reviewer = signed_in(alice), signed_in(bob)
    author.post(at(incident, "ask/"))
    assert "Somebody else reviews it" in author.get(at(incident, "review/")).content.decode()
    reviewer.post(at(incident, "review/"), {"outcome": "yes", "note": "Clear to me."})
    page = author.get(at(incident, "share/")).content.decode()
    assert "Carol Clarke" in page
    assert "It cannot be taken back" in page
    with django_capture_on_commit_callbacks(execute=True):
        assert author.post(at(incident, "share/"), {"whole": "whole"}).status_code == 302
    with inside():
        document = Document.objects.get()
        assert sent == [document.pk]
    html = client_sees.get(at(incident)).content.decode()
    assert "Words on Root cause." in html
    assert "A preventive step" in html
    assert "Clear to me." not in html, "the note of the review is internal"
    assert "Note of the review" not in html
    assert client_sees.get(at(incident, "pdf/")).url == f"/c/alder/documents/{document.pk}/"
    assert client_sees.get(at(incident, "summary/")).status_code == 403


def test_once_shared_a_section_is_added_to(
    signed_in: Any, incident: Incident, alice: User, bob: User, inside: Any
) -> None:
    with inside():
        write_all(incident, alice, LATER)
        ask_review(incident, by=alice, now=LATER)
        give_review(incident, approved=True, by=bob, now=LATER)
        share(incident, by=alice, now=LATER)
    browser = signed_in(alice)
    assert "What was shared is not rewritten" in browser.get(at(incident, "summary/")).content.decode()
    browser.post(at(incident, "summary/"), {"text": "More is known."})
    assert texts(inside)["summary"].endswith("Alice Archer.** More is known.")


def test_nobody_else_to_review_asks_for_the_reason(
    signed_in: Any, incident: Incident, alice: User, inside: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tasks, "send", lambda pk: None)
    with inside():
        write_all(incident, alice, LATER)
        ask_review(incident, by=alice, now=LATER)
    browser = signed_in(alice)
    page = browser.post(at(incident, "share/"), {"whole": "message"})
    assert "why" in page.context["form"].errors
    browser.post(at(incident, "share/"), {"whole": "message", "why": "I work alone."})
    with inside():
        assert PostMortem.objects.get().review_note.endswith("I work alone.")


def test_an_unknown_section_is_not_there(signed_in: Any, incident: Incident, alice: User) -> None:
    assert signed_in(alice).get(at(incident, "gossip/")).status_code == 404


def test_the_page_costs_the_same_however_much_is_written(
    signed_in: Any, incident: Incident, alice: User, inside: Any, django_assert_max_num_queries: Any
) -> None:
    browser = signed_in(alice)
    with inside():
        write_section(incident, "summary", "It broke.", version=0, by=alice, now=LATER)
        add_measure(incident, {"kind": "corrective", "text": "One", "owner": alice}, by=alice, now=LATER)
    browser.get(at(incident))
    with django_assert_max_num_queries(80) as few:
        browser.get(at(incident))
    with inside():
        for number in range(3):
            facts = {"kind": "preventive", "text": f"Step {number}", "owner": alice}
            add_measure(incident, facts, by=alice, now=LATER)
            add_entry(incident, f"Note {number}", at=RESOLVED, by=alice, now=LATER)
        write_section(incident, "impact", "Much.", version=0, by=alice, now=LATER)
    with django_assert_max_num_queries(len(few)):
        browser.get(at(incident))


def test_the_record_is_printed_for_the_client(
    signed_in: Any, incident: Incident, alice: User, carol: User, inside: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tasks, "send", lambda pk: None)
    address = f"/c/alder/incidents/{incident.number}/print/"
    assert signed_in(alice).post(address).status_code == 302
    assert signed_in(carol).post(address).status_code == 302, "who may make packs may have it"
    with inside():
        document = Document.objects.order_by("pk").first()
        assert (document.kind, document.title) == ("incident", f"Record of {incident.reference}")
        assert document.data == {"number": incident.number}
