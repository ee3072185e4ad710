"""Drafts of notices as Markdown, filled from the record. What is not known is said to be; nothing is invented."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

CLIENT, AUTHORITY, INDIVIDUALS = "client", "authority", "individuals"
UNKNOWN = "Not known yet."


@dataclass(frozen=True)
class Known:
    """What the record says, in words; "" or None for what is not known. Instants are words with their zone.

    contents: what the law asks for, where a clock is behind the notice. contact: name and address of whoever answers.
    """

    reference: str
    title: str
    client: str
    practice: str
    summary: str = ""
    detected: str = ""
    aware: str = ""
    contained: str = ""
    resolved: str = ""
    systems: Sequence[str] = ()
    categories: Sequence[str] = ()
    people: int | None = None
    records: int | None = None
    personal_data: str = ""
    risk: str = ""
    containment: str = ""
    cause: str = ""
    contact: str = ""
    authority: str = ""
    citation: str = ""
    contents: Sequence[str] = ()
    late: bool = False


def draft(audience: str, known: Known) -> tuple[str, str]:
    """Give title and text of a draft for the client, an authority (Art. 33(3)) or the people affected (Art. 34)."""
    title, sections = {CLIENT: _client, AUTHORITY: _authority, INDIVIDUALS: _individuals}[audience](known)
    text = "\n\n".join(f"## {heading}\n\n{words.strip() or UNKNOWN}" for heading, words in sections)
    return title, f"{text}\n"


Sections = list[tuple[str, str]]


def _client(known: Known) -> tuple[str, Sections]:
    sections = [
        ("What happened", _event(known)),
        ("Data and people concerned", _extent(known)),
        ("Likely consequences", known.risk),
        ("What we have done and will do", _measures(known)),
        ("What you may have to do", "You may have to tell an authority or the people affected. The clocks of this "
         f"incident stand on its page in the portal under {known.reference}."),
        ("Who answers your questions", known.contact),
    ]  # fmt: skip
    return f"Notice to {known.client} about {known.reference}", sections


def _authority(known: Known) -> tuple[str, Sections]:
    sections = [
        ("Nature of the breach", _event(known)),
        ("Categories and approximate number of people concerned", _people(known)),
        ("Categories and approximate number of records concerned", _records(known)),
        ("Contact point where more can be obtained", known.contact),
        ("Likely consequences", known.risk),
        ("Measures taken or proposed", _measures(known)),
    ]
    if known.late:
        sections.append(("Reasons for the delay", ""))
    if known.contents:
        asked = "\n".join(f"- {each}" for each in known.contents)
        law = f" ({known.citation})" if known.citation else ""
        sections.append(
            ("What this notice has to contain", f"Take this section out before sending{law}.\n\n{asked}")
        )
    return f"Notice to {known.authority or 'the authority'} about {known.reference}", sections


def _individuals(known: Known) -> tuple[str, Sections]:
    sections = [
        ("What happened", _plain(known)),
        ("Which of your data are concerned", _listed(known.categories)),
        ("What may follow from it for you", known.risk),
        ("What has been done about it", _measures(known)),
        ("What you can do", ""),
        ("Whom you can ask", known.contact),
    ]
    return f"Notice to the people affected by {known.reference}", sections


def _event(known: Known) -> str:
    instants = [
        ("Detected", known.detected), ("Aware that personal data are affected", known.aware),
        ("Contained", known.contained), ("Resolved", known.resolved),
    ]  # fmt: skip
    lines = [f"{known.title}.", known.summary]
    lines += ["\n".join(f"- {name}: {at or 'not known yet'}" for name, at in instants)]
    lines += [f"Systems: {', '.join(known.systems)}." if known.systems else "Systems: not known yet."]
    lines += [f"Cause: {known.cause}" if known.cause else "Cause: not known yet."]
    return "\n\n".join(line for line in lines if line)


def _plain(known: Known) -> str:
    when = f"We found it on {known.detected}." if known.detected else ""
    return "\n\n".join(line for line in (known.summary or f"{known.title}.", when) if line)


def _extent(known: Known) -> str:
    said = [f"Is personal data involved: {known.personal_data.lower()}."] if known.personal_data else []
    return "\n\n".join([*said, _people(known), _records(known)])


def _people(known: Known) -> str:
    return f"{_listed(known.categories)}\n\nPeople: {_number(known.people)}"


def _records(known: Known) -> str:
    return f"Records: {_number(known.records)}"


def _listed(values: Sequence[str]) -> str:
    return f"Categories of data: {', '.join(values)}." if values else "Categories of data: not known yet."


def _number(value: int | None) -> str:
    return "not known yet." if value is None else f"about {value:,}."


def _measures(known: Known) -> str:
    return known.containment
