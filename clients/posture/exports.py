"""The controls of a client as a table to download."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from clients.posture.rules.rollup import Standing
from clients.posture.words import state_and_words

HEADER = (
    "Control",
    "Area",
    "Title",
    "Statement",
    "Result",
    "What the records show",
    "Checked",
    "In order",
    "Evidence",
    "Oldest evidence",
    "Failing records",
    "Waived until",
    "Reason of the waiver",
)


def rows(standings: Iterable[Standing]) -> Iterator[list[object]]:
    """Give one row a control, in the order of HEADER."""
    for each in standings:
        control, finding = each.control, each.finding
        yield [
            control.id,
            control.family,
            control.title,
            control.statement,
            state_and_words(each)[1],
            finding.words,
            finding.checked,
            finding.passing,
            finding.evidence,
            finding.oldest_on,
            "; ".join(reference.words for reference in finding.failing),
            each.waiver.until_on if each.waiver else None,
            each.waiver.reason if each.waiver else "",
        ]
