"""Results in words: how each is shown and told."""

from __future__ import annotations

from clients.posture.rules.finding import Result
from clients.posture.rules.rollup import Standing
from portal.lib.dates import format_table

#: The state of the status mark, and the word.
RESULTS = {
    Result.FAIL: ("late", "Fails"),
    Result.WARN: ("soon", "Warns"),
    Result.EXCEPTION: ("wait", "Waived"),
    Result.UNKNOWN: ("idle", "Unknown"),
    Result.PASS: ("ok", "Passes"),
    Result.NOT_APPLICABLE: ("idle", "Does not apply"),
}


def state_and_words(standing: Standing) -> tuple[str, str]:
    """Give the status of one control: ("wait", "Waived to 31 Jan 2027")."""
    state, words = RESULTS[standing.result]
    if standing.waiver:
        words = f"Waived to {format_table(standing.waiver.until_on)}"
    return state, words
