"""Figures of incidents in words: names of the promises, how long something took, what stands under a chart. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta

from incidents.response.post_mortems.prefill import duration_words
from incidents.response.rules.figures import (
    CLIENT_NOTICE,
    MEASURE,
    NOTICE,
    POST_MORTEM,
    RESPONSE,
    UPDATE,
    MonthRow,
    Spans,
    Standing,
)
from portal.lib.dates import MONTHS

PROMISES = {
    RESPONSE: "First response",
    UPDATE: "Client updates",
    POST_MORTEM: "Post-mortem within 48 hours",
    NOTICE: "Breach notices",
    MEASURE: "Measures",
    CLIENT_NOTICE: "The client’s own notices",
}
#: One name for one of them, as the line of an incident says what was missed.
SHORT = {
    RESPONSE: "First response",
    UPDATE: "Client update",
    POST_MORTEM: "Post-mortem",
    NOTICE: "Breach notice",
    MEASURE: "Measure",
    CLIENT_NOTICE: "The client’s own notice",
}
SEVERITIES = {"SEV1": "SEV1 Critical", "SEV2": "SEV2 High", "SEV3": "SEV3 Medium", "SEV4": "SEV4 Low"}
#: What the figures mean, a sentence each: on every page, in the pack and in the annual report.
DEFINITIONS = (
    "Time to acknowledge runs from the report until a person took it up, time to resolve from the report until it was"
    " recorded as resolved; what was done before the report counts as at once.",
    "What nobody has taken up, or what is not resolved, is left out of both and counted apart.",
    "An incident belongs to the month in which it was detected, and so do its promises, whenever they ended.",
    "A promise is kept when it was done by its instant, and late when that was missed once, whatever came of it; one"
    " that was called off in time is left out.",
    "Where no first response was agreed, the incident counts as without a target, never as kept.",
    "The promises in sum are first responses, client updates, post-mortems and breach notices that the practice owes;"
    " the client’s own notices stand by themselves.",
    "Drills never count.",
)
MEASURES_TOO = "Measures are followed up inside the practice and stand by themselves too."
_START = datetime(2000, 1, 1, tzinfo=UTC)


def span_words(span: timedelta | None) -> str:
    """Say a length: "3 hours 20 minutes"; an en dash where there is none."""
    return "–" if span is None else duration_words(_START, _START + span)


def spans_words(spans: Spans) -> str:
    """Say the mean, and over how many: "mean 3 hours, of 12"."""
    return f"mean {span_words(spans.mean)}, of {spans.n:,}" if spans.n else "none yet"


def kept_words(standing: Standing) -> str:
    """Say how many of what is known were kept: "30 of 34 kept"."""
    if not standing.total:
        return "nothing promised"
    if not standing.decided:
        return f"{standing.running:,} running"
    return f"{standing.kept:,} of {standing.decided:,} kept"


def month_words(first: date) -> str:
    """Name a month: November 2026."""
    return f"{MONTHS[first.month - 1]} {first.year}"


def month_labels(months: Sequence[MonthRow]) -> list[str]:
    """Give a word a month as a narrow bar has it: Nov."""
    return [MONTHS[row.first.month - 1][:3] for row in months]


def months_words(months: Sequence[MonthRow]) -> str:
    """Tell the finding of the bars, for those who do not see them."""
    if not months:
        return "No months"
    total = sum(row.incidents for row in months)
    begin, end = month_words(months[0].first), month_words(months[-1].first)
    if not total:
        return f"Bar chart: no incidents between {begin} and {end}"
    most = max(months, key=lambda row: row.incidents)
    noun = "incident" if total == 1 else "incidents"
    return (
        f"Bar chart: {total:,} {noun} between {begin} and {end}, most in {month_words(most.first)} with "
        f"{most.incidents:,}, {months[-1].incidents:,} in {end}"
    )
