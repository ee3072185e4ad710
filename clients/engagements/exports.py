"""The downloads of access reviews: one row an entry, or one row a review."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime
from zoneinfo import ZoneInfo

from clients.engagements.models import AccessReview, AccessReviewItem

#: A heading, and rows under it.
Sheet = tuple[tuple[str, ...], list[tuple[object, ...]]]
ITEM_HEADER = (
    "Kind", "Name", "E-mail", "Access", "Decision", "Note", "Decided on", "Decided by", "Carried out on",
    "Carried out by",
)  # fmt: skip
REVIEW_HEADER = (
    "Due", "Finished", "Reviewed by", "People", "Credentials", "Kept", "To change", "To remove",
)  # fmt: skip


def of_items(items: Iterable[AccessReviewItem], zone: ZoneInfo) -> Sheet:
    """Make a row of each entry."""
    return ITEM_HEADER, list(_item_rows(items, zone))


def of_reviews(reviews: Iterable[AccessReview], zone: ZoneInfo) -> Sheet:
    """Make a row of each finished review."""
    return REVIEW_HEADER, list(_review_rows(reviews, zone))


def _item_rows(items: Iterable[AccessReviewItem], zone: ZoneInfo) -> Iterator[tuple[object, ...]]:
    for item in items:
        yield (
            item.get_kind_display(),
            str(item),
            item.user.email if item.user else "",
            item.access,
            item.get_decision_display(),
            item.note,
            _day(item.decided_at, zone),
            item.decided_by,
            _day(item.carried_out_at, zone),
            item.carried_out_by,
        )


def _review_rows(reviews: Iterable[AccessReview], zone: ZoneInfo) -> Iterator[tuple[object, ...]]:
    for each in reviews:
        yield (
            each.due_on,
            _day(each.finished_at, zone),
            each.finished_by,
            each.people,
            each.credentials,
            each.kept,
            each.changed,
            each.removed,
        )


def _day(at: datetime | None, zone: ZoneInfo) -> object:
    return at.astimezone(zone).date() if at else None
