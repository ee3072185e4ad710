"""The kinds of deadlines that incidents have: how each is reminded of, where it leads, and what its button does."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

from django.urls import NoReverseMatch, reverse

from incidents.response.obligations import POST_MORTEM, RESPONSE, UPDATE
from incidents.response.telling import OPENED
from portal.deadlines import kinds
from portal.deadlines.kinds import Kind, Step
from portal.outbox import kinds as messages
from portal.tenancy.permissions import Access, Permission

if TYPE_CHECKING:
    from portal.deadlines.models import Deadline

NOTICE, MEASURE = "incident.notice", "incident.measure"
#: What the client is told in the course of an incident; nobody does without it.
CLIENT_UPDATE = "incident.client_update"
#: Every subject of a deadline of this room begins with the incident's reference.
_REFERENCE = re.compile(r"(?:INC|DRILL)-(\d+)")


def register_all(hand_over: Mapping[str, Callable[..., None]]) -> None:
    """Add the kinds and their titles for messages. Called once, when the apps are ready.

    hand_over: by the name of a kind, what gives its subject to another owner. Those actions name these kinds.
    """
    for kind in (
        Kind(RESPONSE, "First response", "clock", incident_page, _step("Acknowledge", ""), promise=True),
        Kind(
            POST_MORTEM,
            "Post-mortem",
            "clock",
            incident_page,
            _step("Write the post-mortem", "post_mortem_show"),
            promise=True,
        ),
        Kind(UPDATE, "Client update", "clock", incident_page, _step("Send an update", "incident_update")),
        Kind(NOTICE, "Breach notice", "clock", clocks_page, _step("Record the decision", "incident_clocks")),
        Kind(MEASURE, "Measure", "review", incident_page, _step("Record it done", "")),
    ):
        kinds.register(replace(kind, hand_over=hand_over[kind.name]))
        messages.register(kind.name, kind.title, may_opt_out=kind.name == MEASURE)
    messages.register(OPENED, "Incidents opened by alerts", may_opt_out=False)
    messages.register(CLIENT_UPDATE, "Incident updates", may_opt_out=False)


def incident_page(deadline: Deadline) -> str:
    """The page of the incident that a deadline is about."""
    return _page(deadline, "incident_show")


def clocks_page(deadline: Deadline) -> str:
    """The clocks of the law of its incident."""
    return _page(deadline, "incident_clocks")


def _page(deadline: Deadline, name: str) -> str:
    found = _REFERENCE.match(deadline.subject)
    if found is None:
        return reverse("client_incident_list", kwargs={"client_slug": deadline.client.slug})
    kwargs = {"client_slug": deadline.client.slug, "number": int(found[1])}
    try:
        return reverse(name, kwargs=kwargs)
    except NoReverseMatch:
        return reverse("incident_show", kwargs=kwargs)


def _step(label: str, name: str) -> Callable[[Deadline, Access], Step | None]:
    """Make the button of a kind: for those who may respond; the client's own people read."""

    def step(deadline: Deadline, access: Access) -> Step | None:
        if not access.may(Permission.EDIT_REGISTERS, deadline.client):
            return None
        return Step(label, _page(deadline, name or "incident_show"))

    return step
