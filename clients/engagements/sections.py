"""The sections under a client's tab “Agreement”. Rooms above add their own in `AppConfig.ready()`."""

from __future__ import annotations

from portal.shell import navigation

TAB = "support_show"
_sections = [("Support", TAB), ("Contacts", "contact_list"), ("Access reviews", "access_review_list")]


def register(title: str, url_name: str, *, within: tuple[str, ...] = ()) -> None:
    """Add a section, once; its page and those under the addresses named in `within` count as part of the tab."""
    if (title, url_name) not in _sections:
        _sections.append((title, url_name))
        navigation.widen_client_view(TAB, (url_name, *within))


def sections() -> list[tuple[str, str]]:
    """List title and URL name of every section, in their order."""
    return list(_sections)
