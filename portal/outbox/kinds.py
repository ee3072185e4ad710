"""The kinds of messages: each room registers its own in `AppConfig.ready()`, and people opt out of them by name."""

from __future__ import annotations

_titles: dict[str, str] = {}
_optional: set[str] = set()


def register(kind: str, title: str, *, may_opt_out: bool = True) -> None:
    """Add a kind: its name ("credential.renewal") and its title as preferences and lists say it.

    may_opt_out: whether preferences offer to do without it. A letter decides for itself once more.
    """
    _titles[kind] = title
    _optional.discard(kind)
    if may_opt_out:
        _optional.add(kind)


def title_of(kind: str) -> str:
    """Give the title of a kind; one that no room registers any more goes by its name in words."""
    return _titles.get(kind) or kind.replace(".", " ").replace("_", " ").capitalize()


def all_kinds() -> dict[str, str]:
    """Give every kind with its title, by title."""
    return dict(sorted(_titles.items(), key=lambda entry: entry[1].casefold()))


def optional_kinds() -> dict[str, str]:
    """Give the kinds that a person may do without, by title."""
    return {kind: title for kind, title in all_kinds().items() if kind in _optional}
