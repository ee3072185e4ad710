"""What stands in the Contents and among a client's views. Rooms register their pages here from `ready()`."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from django.db.models import QuerySet
from django.urls import reverse

from portal.tenancy.models import Client
from portal.tenancy.permissions import Access, Permission

GROUPS = ("Work", "Records", "Publish", "Practice")
MOST = 999


@dataclass(frozen=True)
class Count:
    """A figure beside a title; `late` of them are overdue; `more` when counting stopped at `n`."""

    n: int
    late: int = 0
    more: bool = False

    def __str__(self) -> str:
        return f"{self.n}+" if self.more else str(self.n)


@dataclass(frozen=True)
class Place:
    """A page in the Contents, or one of a client's views."""

    title: str
    url_name: str
    count: Callable[..., Count | int | None] | None = None
    permission: Permission | None = None
    order: int = 50
    kwargs: Mapping[str, Any] = field(default_factory=dict)
    for_client: bool = True
    within: tuple[str, ...] = ()
    anywhere: bool = True

    def is_open_to(self, access: Access) -> bool:
        """Whether the person holds the right, for the practice or else for any client in reach."""
        holds = access.may_anywhere if self.anywhere else access.may
        return self.permission is None or holds(self.permission)


@dataclass(frozen=True)
class Entry:
    """A place as one person sees it on one page."""

    title: str
    url: str
    count: Count | None = None
    is_current: bool = False
    is_further: bool = False


#: Views of a client of this order and above stand behind “More”, so that the others keep to one line.
FURTHER = 75
_contents: dict[str, list[Place]] = {}
_client_views: list[Place] = []
_personal: list[Place] = []
_starts: list[Place] = []


def register(
    group: str,
    title: str,
    url_name: str,
    *,
    count: Callable[[Access], Count | int | None] | None = None,
    permission: Permission | None = None,
    order: int = 50,
    kwargs: Mapping[str, Any] | None = None,
    within: tuple[str, ...] = (),
    anywhere: bool = True,
) -> None:
    """Put a page of the practice into a group of the Contents, once.

    `permission` for any client in reach is enough, unless `anywhere` is false (as in `practice_view`).
    Addresses that begin with one of `within` count as this place too; a part “*” of one stands for any one part. The
    place whose address covers most of the page's is the current one.
    """
    if group not in GROUPS:
        raise ValueError(f"the Contents have the groups {', '.join(GROUPS)}, not {group}")
    _put(
        _contents.setdefault(group, []),
        Place(title, url_name, count, permission, order, kwargs or {}, within=within, anywhere=anywhere),
    )


def register_client_view(
    title: str,
    url_name: str,
    *,
    count: Callable[[Access, Client], Count | int | None] | None = None,
    permission: Permission | None = None,
    order: int = 50,
    kwargs: Mapping[str, Any] | None = None,
    for_client: bool = True,
    within: tuple[str, ...] = (),
) -> None:
    """Put a page among a client's views; `for_client=False` keeps it from the client's own people.

    Pages of the client under the addresses named in `within` count as this view too.
    """
    place = Place(title, url_name, count, permission, order, kwargs or {}, for_client, within)
    _put(_client_views, place)


def widen_client_view(url_name: str, within: tuple[str, ...]) -> None:
    """Let pages of a room above count as a client view that is registered already, by the names of their addresses."""
    for index, place in enumerate(_client_views):
        if place.url_name == url_name:
            new = tuple(name for name in within if name not in place.within)
            _client_views[index] = replace(place, within=(*place.within, *new))


def register_personal(title: str, url_name: str, *, order: int = 50) -> None:
    """Put a page of one's own account into the person's menu."""
    _put(_personal, Place(title, url_name, order=order))


def register_start(title: str, url_name: str, *, permission: Permission, order: int = 50) -> None:
    """Put what is begun from any page beside the search; `permission` for any client in reach is enough."""
    _put(_starts, Place(title, url_name, permission=permission, order=order))


def starts(access: Access) -> list[tuple[str, str]]:
    """List what this person may begin from any page, as title and address."""
    return [(place.title, reverse(place.url_name)) for place in _starts if place.is_open_to(access)]


def personal() -> list[tuple[str, str]]:
    """List the pages of the person's menu as title and address."""
    return [(place.title, reverse(place.url_name)) for place in _personal]


def _put(places: list[Place], place: Place) -> None:
    same = [old for old in places if (old.url_name, dict(old.kwargs)) == (place.url_name, dict(place.kwargs))]
    for old in same:
        places.remove(old)
    places.append(place)
    places.sort(key=lambda each: each.order)


def capped(rows: QuerySet[Any], most: int = MOST) -> Count:
    """Count rows, but no further than `most`: the cost stays the same at a million."""
    n = rows.order_by()[: most + 1].count()
    return Count(min(n, most), more=n > most)


def _counted(count: Count | int | None) -> Count | None:
    return Count(count) if isinstance(count, int) else count


def contents(access: Access, path: str) -> list[tuple[str, list[Entry]]]:
    """List the groups of the Contents that the person may open, with their counts; `path` marks the page."""
    places = {
        group: [place for place in _contents.get(group, []) if place.is_open_to(access)] for group in GROUPS
    }
    covered = [_covered(path, _url(place), place.within) for each in places.values() for place in each]
    closest = max(covered, default=0)
    return [
        (group, [_entry(place, _url(place), path, access, least=closest) for place in each])
        for group, each in places.items()
        if each
    ]


def _url(place: Place) -> str:
    return reverse(place.url_name, kwargs=dict(place.kwargs))


def client_views(access: Access, client: Client, path: str, *, counted: bool = True) -> list[Entry]:
    """List the client's views that the person may open."""
    entries = []
    for place in _client_views:
        if place.permission is not None and not access.may(place.permission, client):
            continue
        if access.is_client_person and not place.for_client:
            continue
        url = reverse(place.url_name, kwargs={**place.kwargs, "client_slug": client.slug})
        more = tuple(reverse(name, kwargs={"client_slug": client.slug}) for name in place.within)
        entries.append(_entry(replace(place, within=more), url, path, *((access, client) if counted else ())))
    longest = max((len(each.url) for each in entries if each.is_current), default=0)
    return [replace(each, is_current=each.is_current and len(each.url) == longest) for each in entries]


def _entry(place: Place, url: str, path: str, *arguments: Any, least: int = 1) -> Entry:
    """Give a place as an entry; it is current when it covers so many parts of the path at least."""
    count = _counted(place.count(*arguments)) if place.count and arguments else None
    here = _covered(path, url, place.within) >= max(least, 1)
    return Entry(place.title, url, count, here, is_further=place.order >= FURTHER)


def _covered(path: str, url: str, within: tuple[str, ...]) -> int:
    """Count the parts of the path that the closest of a place's addresses covers; 0 when it is another place."""
    if path == url:
        return len(path.split("/"))
    if url == "/":
        return 0
    parts = path.split("/")
    found = [each.rstrip("/").split("/") for each in (url, *within)]
    return max((len(each) for each in found if _begins(parts, each)), default=0)


def _begins(parts: list[str], beginning: list[str]) -> bool:
    """Whether a path begins with these parts, “*” standing for any one."""
    pairs = zip(beginning, parts, strict=False)
    return len(parts) > len(beginning) and all(part in ("*", own) for part, own in pairs)
