"""Does with incidents what people do, on the clock that a test sets: python -m tests.machinery.incidents.

It reads lines of a verb and an instant, and answers each when it is done. The instant is recorded as people record
one, moments after it.
"""

from __future__ import annotations

import sys
from datetime import date, datetime, timedelta
from typing import Any

from tests.machinery import clock

clock.follow()

import django  # noqa: E402 - the clock is set before anything reads it

django.setup()

from django.db import transaction  # noqa: E402 - the apps are loaded only now
from django.utils import timezone  # noqa: E402

from clients.engagements.actions.contacts import add_contact  # noqa: E402
from clients.engagements.actions.support import agree_support  # noqa: E402
from clients.engagements.support_tiers import tiers  # noqa: E402
from incidents.response import actions  # noqa: E402
from incidents.response.models import Incident  # noqa: E402
from incidents.response.post_mortems.actions import ask_review, give_review, write_section  # noqa: E402
from incidents.response.post_mortems.measures import add_measure  # noqa: E402
from incidents.response.post_mortems.sharing import share  # noqa: E402
from incidents.response.rules.post_mortem import sections  # noqa: E402
from incidents.response.update_actions import Words, record_update  # noqa: E402
from portal.accounts.models import User  # noqa: E402
from portal.tenancy.models import Assignment, Client, Member  # noqa: E402
from portal.tenancy.permissions import Role  # noqa: E402
from portal.tenancy.scope import enter  # noqa: E402
from portal.tenancy.system import as_operator, find_client  # noqa: E402
from tests.conftest import everything_of, make_client, make_practice, make_user  # noqa: E402

SLUG = "client-north"
#: Everybody, by the part that they play: their address begins with it.
PARTS = {
    "boss": Role.OWNER, "lead": Role.LEAD, "owner": Role.CONSULTANT, "backup": Role.CONSULTANT,
    "approver": Role.CLIENT_APPROVER, "viewer": Role.CLIENT_VIEWER,
}  # fmt: skip
#: Far away, so that its own reminders stay out of the walk.
MEASURES_DUE = date(2027, 6, 1)


def main() -> None:
    """Do what each line says until there are no more."""
    for line in sys.stdin:
        verb, instant = line.split()
        act(verb, datetime.fromisoformat(instant))
        print("done", flush=True)  # noqa: T201 - that is the answer


def act(verb: str, at: datetime) -> None:
    """Do one thing."""
    if verb == "move_in":
        move_in(at)
        return
    practice_id, client_id = find_client(SLUG)
    with as_operator(practice_id, "a walk"), transaction.atomic():
        VERBS[verb](Client.objects.get(pk=client_id), at)


def move_in(at: datetime) -> None:
    """A practice with one client on the Starter tier, and an escalation path: owner, then backup."""
    practice = make_practice("North", "north")
    client = make_client(practice, "Client of north", SLUG)
    people = {part: make_user(part.capitalize(), f"{part}@north.test") for part in PARTS}
    since = {"practice": practice, "from_at": at - timedelta(days=365)}
    with enter(everything_of(practice), switch=True), transaction.atomic():
        for part, role in PARTS.items():
            if part in ("boss", "lead", "owner", "backup"):
                own = Role.OWNER if role == Role.OWNER else Role.CONSULTANT
                Member.objects.create(user=people[part], role=own.value, **since)
            if part != "boss":
                Assignment.objects.create(client=client, user=people[part], role=role.value, **since)
        agree_support(client, tiers()["starter"].proposes, by=people["boss"])
        for part in ("owner", "backup"):
            facts = {"name": part, "role": "Consultant", "email": people[part].email, "user": people[part]}
            add_contact(client, "practice", facts, by=people["boss"], now=at, verified_on=at.date())


def report(client: Client, at: datetime) -> None:
    """A person reports a fault of medium severity."""
    about: dict[str, Any] = {"title": "Duplicate invoices were sent", "facts": {"personal_data": "no"}}
    actions.open_incident(
        [client], severity="SEV3", by=person("owner"), now=timezone.now(), reported_at=at, **about
    )


def alert(client: Client, at: datetime) -> None:
    """A probe reports a critical fault, and nobody looks."""
    about: dict[str, Any] = {"title": "The order run stands still", "alert_reference": "orders"}
    actions.open_incident([client], severity="SEV1", by=None, now=timezone.now(), reported_at=at, **about)


def acknowledge(client: Client, at: datetime) -> None:
    """The owner takes the latest incident up."""
    actions.acknowledge(latest(client), by=person("owner"), now=timezone.now())


def resolve(client: Client, at: datetime) -> None:
    """The owner records when it was contained and resolved."""
    for name in ("contained_at", "resolved_at"):
        actions.record_instant(latest(client), name, at, by=person("owner"), now=timezone.now())


def tell(client: Client, at: datetime) -> None:
    """The lead tells the client by telephone how it stands."""
    words = Words(known="We look for the cause.")
    record_update(
        latest(client), words, channel="Telephone", told_at=at, by=person("lead"), now=timezone.now()
    )


def share_post_mortem(client: Client, at: datetime) -> None:
    """The owner writes the post-mortem, the backup owner reviews it, the owner shares it."""
    incident, owner, now = latest(client), person("owner"), timezone.now()
    for section in sections(short=True):
        write_section(incident, section.key, f"Words on {section.title}.", version=0, by=owner, now=now)
    for kind in ("corrective", "preventive"):
        facts = {"kind": kind, "text": f"A {kind} step", "owner": owner, "due_on": MEASURES_DUE}
        add_measure(incident, facts, by=owner, now=now)
    ask_review(latest(client), by=owner, now=now)
    give_review(latest(client), approved=True, note="Clear.", by=person("backup"), now=now)
    share(latest(client), by=owner, now=timezone.now())


def latest(client: Client) -> Incident:
    found = Incident.objects.for_client(client).select_related("client").order_by("-pk").first()
    assert isinstance(found, Incident)
    return found


def person(part: str) -> User:
    return User.objects.get(email=f"{part}@north.test")


VERBS = {each.__name__: each for each in (report, alert, acknowledge, resolve, tell, share_post_mortem)}

if __name__ == "__main__":
    main()
