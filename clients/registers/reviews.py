"""Recording that something was looked at again: an integration, a sub-processor, the DPA with one."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.utils import timezone

from clients.registers.actions import change, locked, noted
from clients.registers.checks import InvalidRecord
from clients.registers.models import Integration, Record, SubProcessor
from clients.registers.obligations import Change, before, hold
from clients.registers.queries import roster
from clients.registers.rules.obligations import DONE, DPA_REVIEW, INTEGRATION_REVIEW, SUB_PROCESSOR_REVIEW
from portal.audit.actions import action
from portal.lib.dates import format_table
from portal.lib.refused import Refused

if TYPE_CHECKING:
    from portal.accounts.models import User


@dataclass(frozen=True)
class Review:
    """What is looked at again in one register: the kind of its deadline, the field of the next day, the field of the
    day on which it was done where the register keeps one, and what it is called."""

    kind: str
    model: type[Record]
    next_field: str
    done_field: str
    verb: str
    title: str
    about: str


OF_INTEGRATION = Review(
    INTEGRATION_REVIEW, Integration, "renewal_on", "", "review", "Record the review of {}",
    "Look at what it may do and as whom it signs in: is every scope still needed?",
)  # fmt: skip
OF_DPA = Review(
    DPA_REVIEW, SubProcessor, "dpa_review_on", "", "review_dpa", "Record the review of the DPA with {}",
    "Read the terms that hold now: purposes, places, onward processors, how long data is kept.",
)  # fmt: skip
OF_SUB_PROCESSOR = Review(
    SUB_PROCESSOR_REVIEW, SubProcessor, "next_assessment_on", "last_assessed_on", "assess",
    "Record the assessment of {}", "Look at its security and certificates again, and at what it does with the data.",
)  # fmt: skip
BY_REGISTER = {review.model.REGISTER: review for review in (OF_DPA, OF_INTEGRATION)}


def record_review(
    record: Record,
    review: Review,
    *,
    by: User,
    reviewed_on: dt.date,
    next_on: dt.date,
    today: dt.date,
    why: str = "",
) -> Record:
    """Record that it was looked at, and by when it is looked at next.

    Raises InvalidRecord for a day that is to come, or a next day that is not.
    """
    with action(f"{record.noun}.{review.verb}", by=by, why=noted(why)):
        row = locked(record)
        if not row.is_live:
            raise Refused(f"{row.name} is retired. Take it into use again before you change it.")
        _refuse_days(reviewed_on, next_on, today)
        was = before(row)
        values: dict[str, Any] = {review.next_field: next_on}
        if review.done_field:
            values[review.done_field] = reviewed_on
        change(row, values, roster(row.client, timezone.now()))
        done = {review.kind: DONE[review.kind]}
        hold(row.client, [Change(row, was, done)], by=by, now=timezone.now())
    return row


def _refuse_days(reviewed_on: dt.date, next_on: dt.date, today: dt.date) -> None:
    problems: dict[str, list[str]] = {}
    if reviewed_on > today:
        problems["reviewed_on"] = [f"Enter the day of the review: today, {format_table(today)}, or before."]
    if next_on <= today:
        problems["next_on"] = [f"The next one must be after today, {format_table(today)}."]
    if problems:
        raise InvalidRecord(problems)
