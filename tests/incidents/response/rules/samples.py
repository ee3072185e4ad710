"""What the tests of clocks are made of: instants, and facts in which everything that could apply does."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from incidents.response.rules.catalogue import by_id, jurisdictions, sectors
from incidents.response.rules.clocks import Facts, Proposal, propose

LONDON, BERLIN, NEW_YORK = ZoneInfo("Europe/London"), ZoneInfo("Europe/Berlin"), ZoneInfo("America/New_York")


def at(text: str) -> datetime:
    """Read an instant with its offset."""
    found = datetime.fromisoformat(text)
    assert found.utcoffset() is not None, f"{text} has no offset"
    return found


def facts(role: str = "processor", *, zone: str = "Europe/London", **known: Any) -> Facts:
    """Facts of an incident in which every law reaches; `events` and `reports` as ISO text or instants."""
    given: dict[str, Any] = {
        "jurisdictions": frozenset(jurisdictions()),
        "sectors": frozenset(sectors()),
        "switched_on": frozenset(by_id()),
        **known,
    }
    for name in ("events", "reports"):
        instants = given.get(name, {})
        given[name] = {key: at(each) if isinstance(each, str) else each for key, each in instants.items()}
    for name in ("jurisdictions", "sectors", "switched_on", "cases"):
        given[name] = frozenset(given.get(name, ()))
    return Facts(role=role, zone=ZoneInfo(zone), **given)


def proposed(known: Facts) -> dict[str, Proposal]:
    """The proposals by their ids."""
    found = propose(known)
    assert len({each.id for each in found}) == len(found)
    return {each.id: each for each in found}
