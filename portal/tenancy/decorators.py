"""The first line of every view: who may enter. A view without one of these marks fails the access test."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from typing import Any
from zoneinfo import ZoneInfo

from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponseBase
from django.utils import timezone

from portal.tenancy.models import Client
from portal.tenancy.permissions import Access, Permission
from portal.tenancy.scope import Scope, narrowed

View = Callable[..., HttpResponseBase]


class PortalRequest(HttpRequest):
    """A request behind the scope middleware; for annotations only."""

    access: Access
    scope: Scope
    request_id: str
    htmx: Any


@dataclass(frozen=True)
class AccessMark:
    """How a view is guarded: `kind` is client, practice, person or public."""

    kind: str
    permission: Permission | None = None
    anywhere: bool = False


def _marked(view: View, mark: AccessMark) -> View:
    view.access_mark = mark  # type: ignore[attr-defined]
    return view


def client_view(permission: Permission) -> Callable[[View], View]:
    """Guard `/c/<client_slug>/…`: the view is called as `view(request, client, …)` inside that client's scope.

    Another practice's or an unassigned client is 404, as if it did not exist; a missing right is 403. Inside,
    the database lets through this one client's rows, whatever the person may see elsewhere, and times are in
    the client's zone.
    """

    def decorate(view: View) -> View:
        @wraps(view)
        def guarded(request: PortalRequest, client_slug: str, *args: Any, **kwargs: Any) -> HttpResponseBase:
            if request.access.practice is None:
                raise Http404
            client = Client.objects.filter(slug=client_slug).first()
            if client is None:
                raise Http404
            zone = ZoneInfo(client.time_zone)
            with narrowed(clients=frozenset({client.pk})), timezone.override(zone):
                if not request.access.may(permission, client):
                    raise PermissionDenied(
                        f"Your role for {client.name} does not let you {permission.value}."
                    )
                return view(request, client, *args, **kwargs)

        return _marked(guarded, AccessMark("client", permission))

    return decorate


def practice_view(permission: Permission | None = None, *, anywhere: bool = False) -> Callable[[View], View]:
    """Guard a page of the practice: for its own people, and within it for those with `permission`.

    A client's person gets 404. With `anywhere`, the right for any one client in reach is enough.
    """

    def decorate(view: View) -> View:
        @wraps(view)
        def guarded(request: PortalRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            access = request.access
            if not access.is_of_practice:
                raise Http404
            holds = access.may_anywhere if anywhere else access.may
            if permission is not None and not holds(permission):
                raise PermissionDenied(f"Your role does not let you {permission.value}.")
            return view(request, *args, **kwargs)

        return _marked(guarded, AccessMark("practice", permission, anywhere))

    return decorate


def person_view(view: View) -> View:
    """Guard a page that every signed-in person has: their own account, their own sessions."""

    @wraps(view)
    def guarded(request: PortalRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        return view(request, *args, **kwargs)

    return _marked(guarded, AccessMark("person"))


def public_view(view: View) -> View:
    """Mark a page that needs no sign-in; it runs without a practice, so it sees no rows of any."""
    return _marked(login_not_required(view), AccessMark("public"))
