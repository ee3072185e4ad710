"""The PDFs of a post-mortem and of an incident: what the client may read, and nothing else."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest

from incidents.response.models import Incident, PostMortem
from incidents.response.post_mortems import registry
from incidents.response.post_mortems.actions import ask_review, give_review, write_section
from incidents.response.post_mortems.sharing import share
from incidents.response.rules.post_mortem import sections
from incidents.response.timeline_actions import add_entry
from portal.accounts.models import User
from portal.documents import press, tasks
from portal.documents.kinds import kind_of
from portal.documents.models import Document, DocumentFingerprint
from portal.documents.queries import issued_as
from portal.lib.markdown import to_html
from portal.lib.refused import Refused
from portal.tenancy.models import Client
from portal.tenancy.scope import narrowed
from tests.incidents.response.post_mortems.made import RESOLVED, resolved, write_all
from tests.papers import text_of

pytestmark = pytest.mark.django_db
LATER = RESOLVED + timedelta(hours=1)
CORPUS = Path("/work/shared/corpus/legal-ops/postmortems")


@pytest.fixture(autouse=True)
def _unsent(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tasks, "send", lambda pk: None)


@pytest.fixture
def shared(in_a: object, client_a1: Client, alice: User, bob: User) -> Callable[..., Incident]:
    """Give an incident whose post-mortem is shared."""

    def make(**options: object) -> Incident:
        incident = write_all(resolved(client_a1, alice), alice)
        add_entry(incident, "Only for us.", at=RESOLVED, by=alice, now=LATER, internal=True)
        ask_review(incident, by=alice, now=LATER)
        give_review(incident, approved=True, by=bob, now=LATER)
        share(incident, by=alice, now=LATER, **options)
        return incident

    return make


def contents(document: Document) -> object:
    with narrowed(internal=False, clients=frozenset({document.client_id})):
        return kind_of(document.kind).build(document, LATER)


def test_the_post_mortem_is_printed_and_can_be_checked(shared: Callable[..., Incident]) -> None:
    shared()
    document = press.make(Document.objects.get().pk, task="test")
    assert document is not None
    assert document.error == ""
    assert document.is_ready
    assert document.pages >= 2
    assert document.file.name.startswith("post-mortem-alder-")
    text = text_of(bytes(document.file.content))
    for words in (
        "Words on Root cause.",
        "A corrective step",
        "Alice Archer",
        "By Bob Baker",
        "Alder & Sons",
    ):
        assert words in text, words
    assert "Only for us." not in text
    assert document.data["sections"][0]["key"] == "summary"
    assert issued_as(document.data_fingerprint)[0].noun == "post-mortem"
    assert DocumentFingerprint.objects.count() == 1


def test_only_the_message_is_printed_where_only_that_was_shared(shared: Callable[..., Incident]) -> None:
    shared(whole=False)
    data = contents(Document.objects.get()).data
    keys = {section["key"] for section in data["sections"] if section["text"]}
    assert keys == {"summary", "client_message"}
    printed = {section["key"] for section in data["sections"]}
    assert {"timeline", "preventive_measures"} <= printed, "the record stands in their place"


def test_the_record_is_printed_without_what_is_internal(shared: Callable[..., Incident], alice: User) -> None:
    incident = shared()
    document = registry.print_incident(incident, by=alice, now=LATER)
    data = contents(document).data
    assert data["cover"]["reference"] == incident.reference
    assert "Only for us." not in str(data)
    assert any(entry["lead_in"] == "Resolved." for entry in data["timeline"])
    promise = next(each for each in data["promises"] if "post-mortem" in each["title"])
    assert (promise["state"], promise["late"]) == ("Kept", False)
    made = press.make(document.pk, task="test")
    assert made is not None
    assert (made.error, made.is_ready) == ("", True)
    text = text_of(bytes(made.file.content))
    for words in (
        incident.reference, incident.title, "Alder & Sons", "Resolved.", "2026-11-20 16:30 UTC", "A preventive step",
        "Alice Archer", "Kept",
    ):  # fmt: skip
        assert words in text, words
    for words in ("Only for us.", "Birch", "Cedar"):
        assert words not in text, words


def test_neither_a_drill_nor_an_unshared_post_mortem_is_printed(
    in_a: object, client_a1: Client, alice: User
) -> None:
    drill = resolved(client_a1, alice, drill=True)
    with pytest.raises(Refused, match="drill"):
        registry.print_incident(drill, by=alice, now=LATER)
    incident = resolved(client_a1, alice)
    write_section(incident, "summary", "It broke.", version=0, by=alice, now=LATER)
    document = Document(client=client_a1, kind="post_mortem", data={"number": incident.number})
    with pytest.raises(Refused, match="once it is shared"):
        contents(document)


def solid(text: str) -> str:
    """A text without spaces, hyphens and joined letters, which the printer sets as it likes."""
    return re.sub(r"[\s\xad\u2010-]", "", unicodedata.normalize("NFKC", text))


def plain_lines(markdown: str) -> list[str]:
    """The longer lines that begin without a mark of Markdown: so far they stand on paper as they are."""
    lines = (line for line in markdown.splitlines() if len(line) >= 45 and line[0].isalpha())
    return [solid(line) for line in lines if not set(line[:45]) & set("*_`[]<>#|\\&\"'")]


@pytest.mark.corpus
@pytest.mark.skipif(not CORPUS.is_dir(), reason="the corpus is not on this machine")
def test_real_post_mortems_go_through_editor_page_and_pdf(
    in_a: object, client_a1: Client, alice: User, bob: User
) -> None:
    texts = [path.read_text(encoding="utf-8") for path in sorted(CORPUS.glob("*.md"))]
    assert len(texts) == 10
    incident = write_all(resolved(client_a1, alice, "SEV2"), alice)
    keys = [section.key for section in sections(short=False)]
    for key, text in zip(keys, texts, strict=False):
        row = write_section(incident, key, text, version=1, by=alice, now=LATER)
        html = to_html(row.text, top=3)
        assert "<script" not in html
        assert "<img" not in html
        assert len(html) > len(text) // 2
    ask_review(incident, by=alice, now=LATER)
    give_review(incident, approved=True, by=bob, now=LATER)
    share(incident, by=alice, now=LATER)
    document = press.make(PostMortem.objects.get().document_id, task="test")
    assert document is not None
    assert (document.error, document.is_ready) == ("", True)
    assert document.pages >= 6
    printed = solid(text_of(bytes(document.file.content)))
    for key, text in zip(keys, texts, strict=False):
        begun = [line[:30] for line in plain_lines(text)]
        lost = [each for each in begun if each not in printed]
        assert len(lost) <= 1 + len(begun) // 20, (key, lost)
