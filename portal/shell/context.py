"""The context processor: what every page's frame needs, worked out when a template asks for it."""

from __future__ import annotations

from functools import cached_property
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone

from portal.shell import navigation
from portal.shell.notices import Notice, notices_for
from portal.tenancy.access import practices_of
from portal.tenancy.models import Client, Practice
from portal.tenancy.permissions import Access, Permission
from portal.tenancy.scope import enter

THEME_COOKIE = "theme"
THEMES = ("light", "dark")


class Frame:
    """The frame of one page for one person. Nothing is read before a template needs it."""

    def __init__(self, request: HttpRequest) -> None:
        self.request = request
        self.access: Access = getattr(request, "access", None) or Access(getattr(request, "user", None))

    @property
    def layout(self) -> str:
        """The base template: with the rail, for a client's people, or for strangers."""
        if self.access.is_of_practice:
            return "base_practice.html"
        return "base_client.html" if self.access.is_client_person else "base_public.html"

    @property
    def practice(self) -> Practice | None:
        return self.access.practice

    @property
    def person(self) -> Any:
        """The signed-in person, or None."""
        user = self.access.user
        return user if getattr(user, "is_authenticated", False) else None

    @property
    def is_client_person(self) -> bool:
        return self.access.is_client_person

    @cached_property
    def other_practices(self) -> list[Practice]:
        """The person's other practices, to switch to."""
        if self.person is None or self.practice is None:
            return []
        return [each for each in practices_of(self.person, timezone.now()) if each.pk != self.practice.pk]

    @property
    def theme(self) -> str:
        """`light`, `dark`, or empty for the system's choice; a person's own choice goes before the device's."""
        own = getattr(self.person, "theme", "")
        kept = self.request.COOKIES.get(THEME_COOKIE, "")
        return own or (kept if kept in THEMES else "")

    @property
    def shortcuts(self) -> bool:
        return bool(getattr(self.person, "shortcuts", False))

    @cached_property
    def contents(self) -> list[tuple[str, list[navigation.Entry]]]:
        """The groups of the Contents, counted over everything in reach, whatever client the page is about."""
        with self._whole_scope():
            return navigation.contents(self.access, self.request.path)

    @cached_property
    def client(self) -> Client | None:
        """The client whose portal a client's person is in: the page's, or their only one."""
        with self._whole_scope():
            found = list(Client.objects.filter(pk__in=list(self.access.roles)).order_by("name")[:50])
        named = (
            self.request.path.removeprefix("/c/").split("/")[0] if self.request.path.startswith("/c/") else ""
        )
        return next((each for each in found if each.slug == named), found[0] if len(found) == 1 else None)

    @cached_property
    def client_views(self) -> list[navigation.Entry]:
        """The client people's navigation."""
        if self.client is None:
            return []
        return navigation.client_views(self.access, self.client, self.request.path)

    @cached_property
    def notices(self) -> list[Notice]:
        """What must be known before Today is trusted; nothing on other pages."""
        return notices_for(self.access) if self.request.path == reverse("today") else []

    @property
    def demonstration(self) -> bool:
        return bool(getattr(settings, "DEMONSTRATION", False))

    @property
    def is_guide_reader(self) -> bool:
        """Whether the person may open the specimen sheet."""
        return self.access.is_of_practice and (
            self.demonstration or self.access.may(Permission.MANAGE_PRACTICE)
        )

    @property
    def personal(self) -> list[tuple[str, str]]:
        """The person's own pages in other rooms, as title and address."""
        return navigation.personal()

    @property
    def starts(self) -> list[tuple[str, str]]:
        """What is begun from any page, as title and address; nothing for a client's people."""
        return navigation.starts(self.access) if self.access.is_of_practice else []

    def _whole_scope(self) -> Any:
        return enter(self.request.scope, switch=True)  # type: ignore[attr-defined]


def page(request: HttpRequest) -> dict[str, Frame]:
    """Give templates `shell`."""
    return {"shell": Frame(request)}
