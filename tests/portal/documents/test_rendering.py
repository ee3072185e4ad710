"""HTML to PDF: tags, language, title, attachment, letters of all of Europe, no network, the same bytes each time."""

from __future__ import annotations

import builtins
import hashlib
import io
import json
import socket
import subprocess
import sys
from datetime import UTC, datetime
from typing import Any

import pytest
from pypdf import PdfReader

from portal.documents import rendering
from portal.documents.fingerprints import canonical
from portal.documents.rendering import STATIC, Rendered, render_pdf, static_path
from portal.lib.refused import Refused

AT = datetime(2026, 11, 19, 9, 42, tzinfo=UTC)
NAMES = "Łukasz Zieliński, Žižek, Sørensen, Ğül, Őri, Čapek"
PAGE = """<!doctype html><html lang="en-GB"><head><meta charset="utf-8"><title>A title</title></head>
<body data-head="Head" data-foot="Foot 7f3a"><section id="s1">
<h2><span class="no">1</span><span class="t">Names</span></h2>
<p>{names}</p><h1>{names}</h1><p><b>{names}</b></p>{more}
<table><thead><tr><th scope="col">Who</th></tr></thead><tbody><tr><th scope="row">{names}</th></tr></tbody></table>
</section></body></html>"""
DATA = {"name": "Łódź", "rows": [1, 2]}


def rendered(monkeypatch: pytest.MonkeyPatch, more: str = "", variant: str = "pdf/ua-1") -> Rendered:
    page = PAGE.format(names=NAMES, more=more)
    monkeypatch.setattr(rendering, "render_to_string", lambda template, context: page)
    return render_pdf("any.html", {}, data=DATA, attachment="data.json", at=AT, variant=variant)


def read(pdf: bytes) -> PdfReader:
    return PdfReader(io.BytesIO(pdf))


def text_of(pdf: bytes) -> str:
    return " ".join(" ".join(page.extract_text() for page in read(pdf).pages).split())


def catalogue(pdf: bytes) -> Any:
    return read(pdf).trailer["/Root"]


@pytest.mark.parametrize("variant", ["pdf/ua-1", "pdf/a-3u"])
def test_both_variants_are_tagged_and_say_their_language_and_title(
    monkeypatch: pytest.MonkeyPatch, variant: str
) -> None:
    pdf = rendered(monkeypatch, variant=variant).pdf
    root = catalogue(pdf)
    assert root["/MarkInfo"]["/Marked"] is True or root["/MarkInfo"]["/Marked"].value is True
    assert root["/Lang"] == "en-GB"
    assert "/StructTreeRoot" in root
    assert read(pdf).metadata.title == "A title"
    metadata = root["/Metadata"].get_data().decode()
    claim = "pdfuaid" if variant == "pdf/ua-1" else "pdfaid"
    assert claim in metadata


@pytest.mark.parametrize("variant", ["pdf/ua-1", "pdf/a-3u"])
def test_the_data_is_attached_as_canonical_json(monkeypatch: pytest.MonkeyPatch, variant: str) -> None:
    pdf = rendered(monkeypatch, variant=variant).pdf
    (content,) = read(pdf).attachments["data.json"]
    assert content == canonical(DATA)
    assert json.loads(content) == DATA
    root = catalogue(pdf)
    name, file = root["/Names"]["/EmbeddedFiles"]["/Names"]
    assert (name, file.get_object()["/AFRelationship"]) == ("data.json", "/Data")
    assert [each.get_object() for each in root["/AF"]] == [file.get_object()]


def test_names_from_all_over_europe_are_printed_letter_by_letter(monkeypatch: pytest.MonkeyPatch) -> None:
    text = text_of(rendered(monkeypatch).pdf)
    assert text.count(NAMES) == 4, text


def test_no_font_but_those_of_the_repository_is_used(monkeypatch: pytest.MonkeyPatch) -> None:
    fonts = set()
    for page in read(rendered(monkeypatch).pdf).pages:
        fonts |= {
            font.get_object()["/BaseFont"].partition("+")[2] for font in page["/Resources"]["/Font"].values()
        }
    assert fonts
    assert all(name.startswith(("Atkinson", "Newsreader")) for name in fonts), fonts


def test_nothing_is_fetched_from_a_network_or_from_elsewhere_on_the_machine(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def refuse(*args: Any, **options: Any) -> None:
        raise AssertionError("a socket was opened")

    monkeypatch.setattr(socket, "socket", refuse)
    monkeypatch.setattr(socket, "create_connection", refuse)
    more = '<img src="https://example.com/x.png" alt="x"><img src="file:///etc/passwd" alt="y">'
    more += '<link rel="stylesheet" href="http://example.com/x.css">'
    assert rendered(monkeypatch, more).pages == 1


@pytest.mark.parametrize(
    "address",
    [
        "http://example.com/x.png",
        "https://example.com/x.png",
        "ftp://example.com/x",
        "data:image/png;base64,AAAA",
        "file:///etc/passwd",
        "file://other-host/static/css/pdf.css",
        f"{STATIC.as_uri()}/../portal/settings.py",
        f"{STATIC.as_uri()}/%2e%2e/portal/settings.py",
    ],
)
def test_any_address_but_a_file_under_static_is_refused(address: str) -> None:
    with pytest.raises(ValueError, match="static/ alone"):
        static_path(address)


def test_a_file_under_static_is_served() -> None:
    assert static_path(f"{STATIC.as_uri()}/css/pdf.css").read_text().startswith("/*")


PRINT = """
import sys, hashlib, django
sys.path.insert(0, "{root}")
from django.conf import settings
settings.configure(BASE_DIR="{root}")
from tests.portal.documents import test_rendering as t
from portal.documents import rendering
rendering.render_to_string = lambda template, context: t.PAGE.format(names=t.NAMES, more="")
made = rendering.render_pdf("x", {{}}, data=t.DATA, attachment="data.json", at=t.AT)
print(hashlib.sha256(made.pdf).hexdigest())
"""


def test_the_same_data_gives_the_same_bytes_in_two_processes(monkeypatch: pytest.MonkeyPatch) -> None:
    here = hashlib.sha256(rendered(monkeypatch).pdf).hexdigest()
    code = PRINT.format(root=STATIC.parent)
    there = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert there.stdout.strip() == here, there.stderr


def test_a_machine_without_pango_is_told_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    rendering._press.cache_clear()
    real = builtins.__import__

    def without_pango(name: str, *args: Any, **options: Any) -> Any:
        if name == "weasyprint":
            raise OSError("cannot load library 'libpango-1.0-0'")
        return real(name, *args, **options)

    monkeypatch.setattr(builtins, "__import__", without_pango)
    with pytest.raises(Refused, match="apt-get install libpango-1.0-0"):
        rendered(monkeypatch)
    monkeypatch.undo()
    rendering._press.cache_clear()
