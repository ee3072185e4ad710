"""A page of a long list counts no further than it must."""

from __future__ import annotations

from typing import Any

import pytest

from portal.accounts.models import User
from portal.shell import paging
from tests.conftest import make_user


@pytest.mark.django_db
@pytest.mark.parametrize(("most", "n", "shown"), [(5_000, 3, "3"), (4, 3, "3"), (2, 2, "2+")])
def test_counting_stops_at_the_most_and_says_so(monkeypatch: Any, most: int, n: int, shown: str) -> None:
    monkeypatch.setattr(paging, "MOST_COUNTED", most)
    for name in "abc":
        make_user(name, f"{name}@people.test")
    pages = paging.CappedPaginator(User.objects.order_by("name"), 2)
    assert (pages.count, pages.shown) == (n, shown)
    assert [user.name for user in pages.get_page(1).object_list] == ["a", "b"]
