"""How far a document has come, for whoever waits. Kept in the cache: passing news, not a fact for the trail."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.core.cache import cache

if TYPE_CHECKING:
    from portal.documents.models import Document

KEPT_SECONDS = 3600
#: Takes percent and words.
Report = Callable[[int, str], None]
logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Progress:
    """Percent done and what is being done."""

    percent: int
    words: str

    @property
    def rest(self) -> int:
        return 100 - self.percent

    @property
    def spoken(self) -> str:
        return f"{self.percent}% done: {self.words}"


def note(document: Document, percent: int, words: str) -> None:
    """Note how far a document has come; without a cache the reader sees its state alone."""
    try:
        cache.set(_key(document), (percent, words), KEPT_SECONDS)
    except Exception:
        logger.warning("the progress of document %s could not be kept", document.pk, exc_info=True)


def of(document: Document) -> Progress:
    """Say how far a document has come."""
    if document.is_ready:
        return Progress(100, "Ready")
    if document.is_failed:
        return Progress(0, document.error)
    if document.state == document.State.QUEUED:
        return Progress(0, "Waiting for its turn")
    try:
        percent, words = cache.get(_key(document)) or (5, "Begun")
    except Exception:
        logger.warning("the progress of document %s could not be read", document.pk, exc_info=True)
        percent, words = 5, "Begun"
    return Progress(percent, words)


def unheard(percent: int, words: str) -> None:
    """Take a report that nobody waits for."""


def _key(document: Document) -> str:
    return f"document:{document.pk}:{document.attempts}"
