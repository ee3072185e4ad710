"""Pages of long lists, which cost the same at a million rows."""

from __future__ import annotations

from typing import Any

from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.utils.functional import cached_property

MOST_COUNTED = 5_000


class CappedPaginator(Paginator):  # type: ignore[type-arg]
    """Counts no further than MOST_COUNTED rows, so that a list costs the same at a million."""

    @cached_property
    def count(self) -> int:
        rows: QuerySet[Any] = self.object_list  # type: ignore[assignment]
        return rows.order_by()[:MOST_COUNTED].count()

    @property
    def shown(self) -> str:
        """The count in words."""
        return f"{self.count:,}{'+' if self.count == MOST_COUNTED else ''}"
