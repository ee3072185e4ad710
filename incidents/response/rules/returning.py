"""What becomes of an alert: by how the last incident of the same reference stands. data/alerts.yaml; no Django."""

from __future__ import annotations

from datetime import datetime, timedelta
from functools import cache

import yaml

from incidents.response.rules.catalogue import DATA
from portal.deadlines.rules.durations import parse
from portal.deadlines.rules.durations import words as length_words

WRITE, REOPEN, FOLLOW, OPEN, NOTHING = "write", "reopen", "follow", "open", "nothing"


def becomes(
    *, firing: bool, known: bool, resolved_at: datetime | None, closed_at: datetime | None, now: datetime
) -> str:
    """Tell what an alert does. known: an incident of its reference exists; resolved_at and closed_at are its instants.

    WRITE an entry of it, REOPEN it, open another one that FOLLOWS it, OPEN the first one, or NOTHING.
    """
    if not known:
        return OPEN if firing else NOTHING
    if closed_at is not None:
        return FOLLOW if firing else NOTHING
    if resolved_at is None or not firing:
        return WRITE
    return REOPEN if now - resolved_at <= reopen_within() else FOLLOW


@cache
def reopen_within() -> timedelta:
    """For how long after its resolution an incident is taken up again by its alert."""
    length = parse(_setting())
    return timedelta(days=length.days, seconds=length.seconds)


def rule_words() -> str:
    """Say the rule on the page of the sources."""
    within = length_words(parse(_setting()))
    return (
        f"Where it fires again within {within} of the resolution, the incident is reopened, with its clocks; later, "
        "or when it is closed, another incident is opened that names the one before it."
    )


@cache
def _setting() -> str:
    with (DATA / "alerts.yaml").open(encoding="utf-8") as file:
        return str(yaml.safe_load(file)["reopen_within"])
