"""The rules of the stylesheets, held by reading them: layers, tokens, weight, and what paper can read."""

import gzip
import logging
import re
from io import BytesIO
from pathlib import Path

import pytest
from pypdf import PdfReader

STATIC = Path(__file__).parents[3] / "static"
SHEETS = {path.name: path.read_text() for path in (STATIC / "css").glob("*.css")}
SCREEN = [name for name in SHEETS if name in re.findall(r'@import url\("(\w+\.css)"\)', SHEETS["app.css"])]
PAPER = ("base.css", "document.css")


def rules(name: str) -> str:
    """A stylesheet without its comments."""
    return re.sub(r"/\*.*?\*/", "", SHEETS[name], flags=re.DOTALL)


def test_every_sheet_stands_in_a_layer() -> None:
    assert len(SCREEN) == 9
    assert len(re.findall(r"layer\(\w+\)", SHEETS["app.css"])) == len(SCREEN)


@pytest.mark.parametrize("name", SCREEN)
def test_nothing_is_important_but_hidden_and_nothing_goes_by_id(name: str) -> None:
    important = [line for line in rules(name).splitlines() if "!important" in line]
    assert important == (["[hidden] { display: none !important; }"] if name == "base.css" else [])
    assert not re.search(r"(^|[\s,>&])#[A-Za-z][\w-]*[^;{}]*\{", rules(name))


@pytest.mark.parametrize("name", [name for name in SCREEN if name not in ("tokens.css", "fonts.css")])
def test_only_tokens_name_colours(name: str) -> None:
    named = set(re.findall(r"#[0-9a-fA-F]{3,8}\b", rules(name)))
    # A QR code is read by cameras and stays black on white at night.
    assert named <= ({"#ffffff"} if name == "pages.css" else set())


@pytest.mark.parametrize("name", SCREEN)
def test_narrow_forms_never_reach_paper(name: str) -> None:
    for query in re.findall(r"@media ([^{]+)\{", rules(name)):
        assert "width" not in query or query.startswith("screen and "), query


@pytest.mark.parametrize("name", PAPER)
def test_paper_can_read_what_it_shares(name: str) -> None:
    unread = r"color-mix|oklab|@supports|@container|subgrid|auto-fi(ll|t)|aspect-ratio|display:\s*contents|::marker"
    assert not re.search(unread, rules(name))


def test_the_weight_stays_within_its_budget() -> None:
    css = sum(len(gzip.compress(SHEETS[name].encode())) for name in ["app.css", *SCREEN])
    scripts = {path.name: len(gzip.compress(path.read_bytes())) for path in (STATIC / "js").glob("*.js")}
    everywhere = scripts.pop("theme.js") + scripts.pop("app.js")
    assert css <= 15 * 1024
    assert everywhere + max(scripts.values()) <= 5 * 1024


def test_every_font_file_is_named_and_there() -> None:
    for name in ("fonts.css", "fonts-paper.css"):
        for file in re.findall(r'url\("\.\./([^"]+)"\)', SHEETS[name]):
            assert (STATIC / file).is_file(), file


@pytest.mark.parametrize("fonts", ["fonts.css", "fonts-paper.css"])
def test_names_with_letters_of_two_font_files_are_printed_and_read_back(
    fonts: str, caplog: pytest.LogCaptureFixture
) -> None:
    from weasyprint import HTML

    names = ("Łukasz Zieliński", "Žižek", "Sørensen")
    sheets = "".join(f'@import url("css/{sheet}");' for sheet in ("tokens.css", fonts, *PAPER))
    body = "".join(f"<h2>{name}</h2><p>{name}</p><p><b>{name}</b></p>" for name in names)
    page = f"<html lang=en><head><title>Names</title><style>{sheets}</style></head><body>{body}</body></html>"
    with caplog.at_level(logging.ERROR, "weasyprint"):
        pdf = PdfReader(BytesIO(HTML(string=page, base_url=f"{STATIC}/").write_pdf()))
    text = pdf.pages[0].extract_text()
    assert [text.count(name) for name in names] == [3, 3, 3]
    assert not [each for each in caplog.records if each.levelno >= logging.ERROR]
