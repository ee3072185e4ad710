"""The pack as a PDF: what stands on its pages and in its attachment, and the command that makes one."""

from __future__ import annotations

import io
import json
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from pypdf import PdfReader

from portal.documents import actions, press
from portal.documents.fingerprints import canonical, fingerprint
from portal.documents.models import Document, DocumentFingerprint
from portal.documents.queries import file_of
from portal.tenancy import system
from portal.tenancy.models import Client
from portal.tenancy.scope import Scope
from tests.clients.trust.conftest import INTERNAL, LEGAL_NAME, REFERENCE

pytestmark = pytest.mark.django_db


def pages_of(pdf: bytes) -> list[str]:
    reader = PdfReader(io.BytesIO(pdf))
    return [" ".join(page.extract_text().split()) for page in reader.pages]


def made(client: Client, variant: str = "pdf/ua-1") -> tuple[Document, bytes]:
    from django.utils import timezone

    asked = actions.ask_for("pack", client, by=None, at=timezone.now(), variant=variant)
    document = press.make(asked.pk, task="test")
    assert document is not None
    assert document.is_ready, document.error
    file = file_of(document)
    assert file is not None
    return document, bytes(file.content)


@pytest.mark.parametrize("variant", ["pdf/ua-1", "pdf/a-3u"])
def test_the_pages_and_the_attachment_say_the_same(recorded: Client, in_a: Scope, variant: str) -> None:
    document, pdf = made(recorded, variant)
    reader = PdfReader(io.BytesIO(pdf))
    pages = pages_of(pdf)
    text = " ".join(pages)
    assert len(pages) == document.pages
    for words in (
        LEGAL_NAME,
        "Łukasz Zieliński",
        "Łódź Hosting",
        "crm.objects.contacts.write",
        "claude-sonnet-4-5",
    ):
        assert words in text
    for hidden in (REFERENCE, "op://", "3f9a10c2", INTERNAL, "Hushed"):
        assert hidden not in text
    (content,) = reader.attachments["pack.json"]
    data = json.loads(content)
    assert content == canonical(data)
    assert fingerprint(data) == document.data_fingerprint
    assert data == document.data
    assert REFERENCE not in content.decode()
    assert reader.metadata is not None
    assert reader.metadata.title == "Alder & Sons: security and compliance pack"


def test_number_and_fingerprint_stand_on_every_page(recorded: Client, in_a: Scope) -> None:
    document, pdf = made(recorded)
    for n, page in enumerate(pages_of(pdf), start=1):
        assert document.number in page
        assert document.fingerprint in page
        assert n == 1 or f"Page {n} of {document.pages}" in page


def test_the_contents_name_the_page_of_each_section(recorded: Client, in_a: Scope) -> None:
    pages = pages_of(made(recorded)[1])
    cover = pages[0]
    for title in ("Integrations and scopes", "What is not recorded"):
        on = int(cover.split(title)[1].split()[0])
        assert title in pages[on - 1]


def test_the_bookmarks_are_the_sections(recorded: Client, in_a: Scope) -> None:
    reader = PdfReader(io.BytesIO(made(recorded)[1]))
    titles = str([getattr(each, "title", each) for each in reader.outline])
    for section in ("Summary", "Posture by area", "Credential hygiene", "AI use"):
        assert section in titles


@pytest.fixture
def _known(monkeypatch: pytest.MonkeyPatch, recorded: Client) -> None:
    """Let commands find the client inside the test's transaction, which the system's connection cannot see."""
    from clients.trust.management.commands import pack

    def find(slug: str, practice: str | None = None) -> tuple[object, object]:
        if slug != recorded.slug:
            return system.find_client(slug, practice)
        return recorded.practice_id, recorded.pk

    monkeypatch.setattr(pack, "find_client", find)


@pytest.mark.usefixtures("_known")
class TestCommand:
    def test_it_writes_the_pdf_and_says_number_pages_and_fingerprint(
        self, tmp_path: Path, capsys: pytest.CaptureFixture[str], in_a: Scope
    ) -> None:
        to = tmp_path / "pack.pdf"
        call_command("pack", "alder", "-o", str(to), "--for", "Kestrel Bank", "--variant", "a3u")
        document = Document.objects.get()
        said = capsys.readouterr().err
        assert document.number in said
        assert f"{document.pages} pages" in said
        assert document.full_fingerprint in said
        assert "Kestrel Bank" in " ".join(pages_of(to.read_bytes()))
        assert DocumentFingerprint.objects.get().number == document.number
        assert (document.variant, document.requested_by) == ("pdf/a-3u", None)

    def test_a_folder_that_is_not_there_is_said(self, tmp_path: Path) -> None:
        with pytest.raises(CommandError, match="could not be written"):
            call_command("pack", "alder", "-o", str(tmp_path / "none" / "pack.pdf"))


@pytest.mark.django_db(databases=["default", "system"])
def test_an_unknown_client_is_said(tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="no client with the short name"):
        call_command("pack", "nobody", "-o", str(tmp_path / "x.pdf"))
