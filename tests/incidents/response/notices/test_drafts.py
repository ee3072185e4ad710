"""Drafts: what the record says stands under its heading; what it does not say is said to be not known."""

from __future__ import annotations

import pytest

from incidents.response.notices.drafts import AUTHORITY, CLIENT, INDIVIDUALS, UNKNOWN, Known, draft

EMPTY = Known(reference="INC-0001", title="Mails went astray", client="Alder", practice="Plumb")
ARTICLE_33_3 = (
    "Nature of the breach",
    "Categories and approximate number of people concerned",
    "Categories and approximate number of records concerned",
    "Contact point where more can be obtained",
    "Likely consequences",
    "Measures taken or proposed",
)


def section(text: str, heading: str) -> str:
    return text.split(f"## {heading}\n\n")[1].split("\n\n## ", maxsplit=1)[0].strip()


def test_an_authority_gets_every_heading_of_article_33_3() -> None:
    text = draft(AUTHORITY, EMPTY)[1]
    headings = [line[3:] for line in text.splitlines() if line.startswith("## ")]
    assert tuple(headings) == ARTICLE_33_3


@pytest.mark.parametrize("heading", ARTICLE_33_3[3:])
def test_what_is_not_known_is_not_invented(heading: str) -> None:
    assert section(draft(AUTHORITY, EMPTY)[1], heading) == UNKNOWN


def test_what_is_known_stands_under_its_heading() -> None:
    known = Known(
        **{
            **EMPTY.__dict__, "people": 1200, "records": 0, "risk": "Phishing.", "containment": "Keys revoked.",
            "contact": "Ada, Plumb", "categories": ("names", "mails"), "authority": "ICO",
        }
    )  # fmt: skip
    title, text = draft(AUTHORITY, known)
    assert title == "Notice to ICO about INC-0001"
    assert "People: about 1,200." in section(text, ARTICLE_33_3[1])
    assert "names, mails" in section(text, ARTICLE_33_3[1])
    assert section(text, ARTICLE_33_3[2]) == "Records: about 0."
    assert section(text, "Likely consequences") == "Phishing."
    assert section(text, "Measures taken or proposed") == "Keys revoked."


def test_a_late_notice_has_a_place_for_its_reasons_and_the_law_its_contents() -> None:
    known = Known(**{**EMPTY.__dict__, "late": True, "contents": ("the ABN",), "citation": "s.26"})
    text = draft(AUTHORITY, known)[1]
    assert section(text, "Reasons for the delay") == UNKNOWN
    assert "- the ABN" in section(text, "What this notice has to contain")
    assert "Reasons for the delay" not in draft(AUTHORITY, EMPTY)[1]


@pytest.mark.parametrize("audience", [CLIENT, INDIVIDUALS])
def test_client_and_people_get_plain_headings(audience: str) -> None:
    text = draft(audience, EMPTY)[1]
    assert section(text, "What happened")
    assert "Art" not in text
