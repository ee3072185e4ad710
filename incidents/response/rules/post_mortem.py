"""The sections of a post-mortem, when it is complete, and hints for wording that looks at systems, not people."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

from incidents.response.rules.severities import facts

SHORT = frozenset(
    {
        "summary",
        "impact",
        "timeline",
        "root_cause",
        "corrective_measures",
        "preventive_measures",
        "client_message",
    }
)
PREVENTIVE = "preventive_measures"
#: Written by the record itself; a text of one's own may stand beside it.
FROM_THE_RECORD = frozenset({"timeline", "corrective_measures", "preventive_measures", "notifications"})
TITLES = {
    "summary": "Summary",
    "impact": "Impact",
    "timeline": "Timeline",
    "detection": "Detection",
    "response_and_recovery": "Response and recovery",
    "root_cause": "Root cause",
    "contributing_factors": "Contributing factors",
    "what_went_well": "What went well",
    "what_went_badly": "What went badly",
    "where_we_got_lucky": "Where we got lucky",
    "corrective_measures": "Corrective measures",
    "preventive_measures": "Preventive measures",
    "notifications": "Notifications",
    "client_message": "Message to the client",
}


@dataclass(frozen=True)
class Section:
    """One section. required: always, optional or if_data_involved."""

    key: str
    title: str
    required: str
    help: str

    def is_required(self, *, data_involved: bool) -> bool:
        """Whether this incident's post-mortem needs it."""
        return self.required == "always" or (self.required == "if_data_involved" and data_involved)

    @property
    def is_from_the_record(self) -> bool:
        """Whether the record fills it."""
        return self.key in FROM_THE_RECORD


@dataclass(frozen=True)
class Written:
    """What stands: text by section key, how many timeline entries, measures by kind, and clocks by their end.

    measures_incomplete: without an owner or a day.
    """

    texts: Mapping[str, str]
    entries: int
    corrective: int
    preventive: int
    measures_incomplete: int
    clocks_open: int
    clocks_decided: int = 0


@dataclass(frozen=True)
class Hint:
    """A phrase that blames, where it stands in the text, and what to write instead."""

    start: int
    end: int
    phrase: str
    advice: str


@cache
def _all() -> tuple[Section, ...]:
    entries = facts()["postmortem_template"]["sections"]
    return tuple(
        Section(entry["id"], TITLES[entry["id"]], entry["required"], entry["help"]) for entry in entries
    )


def sections(*, short: bool) -> tuple[Section, ...]:
    """List the sections in their order; of the short form only those that it has."""
    return tuple(section for section in _all() if not short or section.key in SHORT)


def is_written(section: Section, written: Written) -> bool:
    """Whether a section has something in it, by hand or from the record."""
    if written.texts.get(section.key, "").strip():
        return True
    from_record = {
        "timeline": written.entries,
        "corrective_measures": written.corrective,
        "preventive_measures": written.preventive,
        "notifications": written.clocks_decided,
    }
    return bool(from_record.get(section.key))


def missing(written: Written, *, short: bool, data_involved: bool) -> list[str]:
    """Say what is missing before it can be reviewed, as sentences; nothing when it is complete.

    That somebody else than the author reviews it is the review's own rule.
    """
    gaps = [
        f"Write “{section.title}”."
        for section in sections(short=short)
        if section.is_required(data_involved=data_involved)
        and section.key != PREVENTIVE
        and not is_written(section, written)
    ]
    # Words alone do not prevent anything: there must be a measure that is followed up.
    if not written.preventive:
        gaps.append("Add at least one preventive measure.")
    if written.measures_incomplete:
        gaps.append("Give every measure an owner and a day.")
    if data_involved and written.clocks_open:
        gaps.append("Decide every running clock: notified, or not, with the reason.")
    return gaps


_BLAME: tuple[tuple[str, str], ...] = (
    (r"human error", "Say what made the mistake possible: a missing check, an unclear screen, time pressure."),
    (r"(?:operator|user|pilot) error", "Say what the system allowed, and why it did not stop it."),
    (r"(?:should|could|ought to) have (?:known|noticed|checked|seen|tested|realised|realized)",
     "Say what was known at that time, and what would have shown it."),
    (r"(?:fail(?:ed|s|ure)|neglect(?:ed|s)?) to (?:follow|notice|check|test|communicate|inform)",
     "Say what happened, and which step of the process did not catch it."),
    (r"careless(?:ly|ness)?|negligen(?:t|tly|ce)|sloppy|incompeten(?:t|ce)|lazy|stupid(?:ly)?",
     "Describe what was done and what led to it; leave judgement of people out."),
    (r"(?:his|her|their|whose) (?:fault|mistake|oversight)|(?:is|was|were) to blame|at fault",
     "Name the condition, not the person."),
    (r"obviously|(?<!matter )of course|simply (?:forgot|missed)", "What is plain afterwards was not at that time."),
    (r"forgot to", "Say what was to remind of it, and why it did not."),
    (r"ignored (?:the|an|all)", "Say how the signal looked, and what else was seen at that time."),
)  # fmt: skip
_PATTERNS = tuple((re.compile(rf"\b(?:{pattern})\b", re.IGNORECASE), advice) for pattern, advice in _BLAME)


def hints(text: str) -> list[Hint]:
    """Find phrases that blame people, in the order of the text. Hints only: nothing is refused for them."""
    found = [
        Hint(match.start(), match.end(), match[0], advice)
        for pattern, advice in _PATTERNS
        for match in pattern.finditer(text)
    ]
    return sorted(found, key=lambda hint: (hint.start, hint.end))
