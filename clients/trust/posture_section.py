"""Sections 1, 2 and 8: what the posture says, in a hurry, by area, and what nobody recorded. Values in, values out."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date

from clients.posture.rules.facts import Reference
from clients.posture.rules.finding import Finding, Result
from clients.posture.rules.movement import Point, line
from clients.posture.rules.rollup import Posture, Standing, Tally
from clients.trust import pack
from clients.trust.sources import Sources, evidence_number
from clients.trust.words import counted, joined, number, sentence
from portal.lib.dates import format_long, format_table

MOST_RECORDS, MOST_WRONG = 6, 6


def counts(tally: Tally) -> pack.Counts:
    """Give a tally as the pack keeps it."""
    return pack.Counts(
        tally.passes,
        tally.warns,
        tally.waived,
        tally.fails,
        tally.unknown,
        tally.not_applicable,
        tally.unrecorded,
    )


def summary(
    found: Posture, points: Sequence[Point], overdue: Sequence[str], figures: Iterable[tuple[int, str]]
) -> pack.Summary:
    """Make the first page: the share, the counts, what is wrong now, how it moved.

    overdue: names of records past their day with the day, in words.
    """
    drawn = line(points)
    wrong = [_wrong(each) for each in found.standings if each.result is Result.FAIL]
    if overdue:
        first = f"{overdue[0]}{f', and {len(overdue) - 1} more' if len(overdue) > 1 else ''}"
        wrong.insert(0, f"Overdue: {first}.")
    lead, rest = _share_words(found.tally)
    return pack.Summary(
        share=found.share,
        counts=counts(found.tally),
        lead=lead,
        rest=rest,
        wrong=tuple(wrong[:MOST_WRONG]),
        more=max(0, len(wrong) - MOST_WRONG),
        figures=tuple(pack.Figure(*each) for each in figures),
        trend=pack.Trend(drawn.points, drawn.labels, drawn.label) if drawn else None,
    )


def _share_words(tally: Tally) -> tuple[str, str]:
    if not tally.applicable:
        return "No control applies.", "The records say of each why."
    parts = [
        f"{number(n)} {one if n == 1 else many}"
        for n, one, many in (
            (tally.fails, "fails", "fail"),
            (tally.warns, "warns", "warn"),
            (tally.unknown, "is not decided by any record yet", "are not decided by any record yet"),
            (tally.waived, "is waived in writing", "are waived in writing"),
        )
        if n
    ]
    lead = f"{tally.passes} of {tally.provable} controls that the registers can prove pass."
    if not parts:
        return lead, "Each is named in this pack."
    return lead, f"{sentence(joined(parts)).removesuffix('.')}; each is named in this pack."


def _wrong(standing: Standing) -> str:
    what = standing.finding.weakest or standing.finding.words
    return f"{standing.control.title}: {what.removesuffix('.')} ({standing.control.id})."


def posture(found: Posture, waiver_ids: dict[str, int]) -> pack.Posture:
    """Make the table by area, and every control that fails, warns or is waived."""
    sources = Sources()

    def rows(result: Result) -> tuple[pack.ControlRow, ...]:
        return tuple(
            _control(each, found.today, waiver_ids, sources)
            for each in found.standings
            if each.result is result
        )

    return pack.Posture(
        areas=tuple(
            pack.AreaRow(
                area.title,
                area.tally.share,
                counts(area.tally),
                area.evidence,
                area.oldest_on,
                area.weakest,
                area.state,
            )
            for area in found.areas
            if area.tally.applicable
        ),
        failing=rows(Result.FAIL),
        warning=rows(Result.WARN),
        waived=rows(Result.EXCEPTION),
        not_applicable=tuple(
            f"{each.control.title} ({each.control.id})"
            for each in found.standings
            if each.result is Result.NOT_APPLICABLE
        ),
        sources=sources.all(),
    )


def _control(
    standing: Standing, today: date, waiver_ids: dict[str, int], sources: Sources
) -> pack.ControlRow:
    control, finding = standing.control, standing.finding
    if standing.waiver is None:
        mark = sources.cite(
            "rules",
            "Results worked out from the registers by the rules of the control catalogue",
            "this portal",
            today,
            "",
        )
        named = _named(finding)
        records, words = [each.words for each in named], finding.words
    else:
        waiver = standing.waiver
        mark = sources.cite(
            control.id,
            f"Written exception to {control.id}, approved by {waiver.approved_by}",
            "register of waivers",
            waiver.approved_on,
            evidence_number("waivers", waiver_ids[control.id]) if control.id in waiver_ids else "",
        )
        records, words = [], f"{sentence(waiver.reason)} Until {format_long(waiver.until_on)}."
    return pack.ControlRow(
        control.id,
        control.title,
        standing.result.value,
        words,
        tuple(records[:MOST_RECORDS]),
        max(0, len(records) - MOST_RECORDS),
        mark,
    )


def _named(finding: Finding) -> list[Reference]:
    return [*finding.failing, *finding.warning]


def unrecorded(found: Posture, gaps: Sequence[str]) -> pack.Unrecorded:
    """Say what nobody recorded; none of it counts as passed."""
    areas = tuple(
        pack.UnrecordedArea(
            area.title,
            tuple(
                (each.control.id, each.control.title)
                for each in area.standings
                if each.result is Result.UNKNOWN
            ),
        )
        for area in found.areas
        if area.tally.unknown
    )
    total = found.tally.unknown
    if not total and not gaps:
        return pack.Unrecorded("Every control that applies has a record, and no entry has a gap.", (), ())
    lead = (
        f"{counted(total, 'control')} that {'applies' if total == 1 else 'apply'} "
        f"{'has' if total == 1 else 'have'} nothing recorded, or not enough. "
        "None counts as passed, and nothing is claimed of them."
        if total
        else "Every control that applies has a record; these entries have gaps."
    )
    return pack.Unrecorded(sentence(lead), tuple(gaps), areas)


def overdue_words(name: str, due_on: date) -> str:
    """Name a record that is past its day."""
    return f"{name}, due {format_table(due_on)}"
