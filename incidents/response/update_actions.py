"""What the client is told while an incident goes on: sent through the portal, or told elsewhere and written down."""

from __future__ import annotations

import textwrap
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from clients.engagements.models import SupportScope
from incidents.response.changing import changing, write_entry
from incidents.response.kinds import CLIENT_UPDATE
from incidents.response.models import Incident, TimelineEntry, Update
from incidents.response.obligations import UPDATE, subject_of
from incidents.response.rules.ways import EMAIL, PORTAL, SLACK, TEAMS, Wish, key_of, on_preferred
from portal.deadlines.actions import meet_deadline
from portal.lib.dates import format_instant
from portal.lib.refused import Refused
from portal.outbox.actions import channels_of, post
from portal.outbox.letters import LONGEST_LINE, LONGEST_SUBJECT, Letter
from portal.tenancy.people import client_people_of

if TYPE_CHECKING:
    from portal.accounts.models import User
    from portal.outbox.models import Channel
    from portal.tenancy.models import Client

#: Of twelve lines of a letter the texts may take so many; the page has all of it.
LINES = {"known": 5, "affected": 2, "doing": 2}


@dataclass(frozen=True)
class Words:
    """What an update says. next_at: when the client hears again; None promises nothing beyond the cadence."""

    known: str
    affected: str = ""
    doing: str = ""
    next_at: datetime | None = None


def send_update(incident: Incident, words: Words, *, by: User, now: datetime) -> Update:
    """Send what is known to the client's people and on the client's channels; the cadence starts anew.

    In a drill it is written down, and nobody is told. Raises Refused where nobody would get it.
    """
    _check(words, now)
    with changing(incident, "incident.tell", by=by, now=now) as row:
        people = [] if row.drill else [each.user for each in client_people_of(row.client, now)]
        channels = [] if row.drill else _channels(row)
        if not row.drill and not people and not channels:
            raise Refused(
                f"Nobody of {row.client.name} can be reached through the portal. "
                "Tell them, and record here how you did."
            )
        ways = _ways(people, channels)
        update = _keep(row, words, _named(people, channels), by, told_at=now, ways=ways)
        post(_letters(row, update, people, channels), now=now, practice_id=row.practice_id)
    return update


def record_update(
    incident: Incident, words: Words, *, channel: str, told_at: datetime, by: User, now: datetime
) -> Update:
    """Record that the client was told by telephone or in person; the cadence starts anew at that instant."""
    _check(words, told_at)
    if not channel.strip():
        raise Refused("Say how the client was told.")
    if told_at > now:
        raise Refused("Enter an instant that has passed.")
    if told_at < incident.detected_at:
        raise Refused("The client cannot have been told before the incident was detected.")
    with changing(incident, "incident.tell", by=by, now=now) as row:
        reads_here = not row.drill and client_people_of(row.client, now).exists()
        ways = [key_of(channel), *([PORTAL] if reads_here else [])]
        return _keep(row, words, channel.strip(), by, told_at=told_at, ways=ways, elsewhere=True)


def wish_of(client: Client) -> Wish | None:
    """How the client wishes to hear, where that is recorded; it holds whatever the days of the support. One query."""
    scope = SupportScope.objects.for_client(client).first()
    if scope is None or not scope.channel:
        return None
    return Wish(scope.channel, scope.get_channel_display(), scope.channel_name)


def ways_of(incident: Incident, now: datetime) -> list[str]:
    """The keys of the ways that an update goes by itself now: none for a drill. Two queries."""
    if incident.drill:
        return []
    return _ways([each.user for each in client_people_of(incident.client, now)], _channels(incident))


def reached(incident: Incident, now: datetime) -> str:
    """Say whom an update reaches: "Carol Clarke and the channel #alder"."""
    if incident.drill:
        return "nobody, as this is a drill"
    people = [each.user.name for each in client_people_of(incident.client, now)]
    channels = [f"the channel {each.name}" for each in _channels(incident)]
    named = [*people[:5], *channels[:3]]
    more = len(people) + len(channels) - len(named)
    if more:
        named.append(f"{more} more")
    return " and ".join(filter(None, [", ".join(named[:-1]), *named[-1:]])) or "nobody is known"


def _check(words: Words, told_at: datetime) -> None:
    if not words.known.strip():
        raise Refused("Write what is known.")
    if words.next_at is not None and words.next_at <= told_at:
        raise Refused("Promise the next update for an instant that is to come.")


def _channels(incident: Incident) -> list[Channel]:
    """The client's own channels; never the practice's, never one that people of the practice read."""
    return [each for each in channels_of(incident.client) if each.client_id and not each.internal]


def _ways(people: list[User], channels: list[Channel]) -> list[str]:
    """Whoever signs in reads it here too."""
    own = [EMAIL, PORTAL] if people else []
    return list(dict.fromkeys([*own, *(each.kind for each in channels)]))


def _named(people: list[User], channels: list[Channel]) -> str:
    named = (["E-mail"] if people else []) + [each.get_kind_display() for each in channels]
    return ", ".join(dict.fromkeys(named))[:60] or "Nobody: a drill"


def _keep(
    row: Incident,
    words: Words,
    channel: str,
    by: User,
    *,
    told_at: datetime,
    ways: list[str],
    elsewhere: bool = False,
) -> Update:
    """Write the update and its entry; meet the deadline of this one, so that the next one opens."""
    meet_deadline(row.client, UPDATE, subject_of(row), by=by, at=told_at, why="the client was told")
    wish = wish_of(row.client)
    update: Update = Update.objects.create(
        practice_id=row.practice_id,
        client=row.client,
        incident=row,
        internal=row.drill,
        sent_at=told_at,
        channel=channel,
        sent_elsewhere=elsewhere,
        ways=ways,
        wished=wish.key if wish else "",
        on_preferred=None if row.drill else on_preferred(wish, ways),
        status=row.status,
        known=words.known.strip(),
        affected=words.affected.strip(),
        doing=words.doing.strip(),
        next_update_at=words.next_at,
        author=by,
    )
    is_a_name = key_of(channel.partition(",")[0]) in (SLACK, TEAMS)
    text = f"By {channel if is_a_name else channel[:1].lower() + channel[1:]}. {update.known}"
    write_entry(row, "Client told.", text, at=told_at, by=by, kind=TimelineEntry.Kind.UPDATE)
    return update


def _letters(row: Incident, update: Update, people: list[User], channels: list[Channel]) -> list[Letter]:
    key = f"incident-update:{update.pk}"
    letter = Letter(
        key=key,
        kind=CLIENT_UPDATE,
        subject=f"{row.reference} {row.get_status_display().lower()}: {row.title}"[:LONGEST_SUBJECT],
        lines=_lines(row, update),
        url=row.get_absolute_url(),
        client=row.client,
        urgent=True,
        may_opt_out=False,
        internal=False,
        action_label="Open the incident",
    )
    to_people = [replace(letter, key=f"{key}:person:{each.pk}", person=each) for each in people]
    return [*to_people, *(replace(letter, key=f"{key}:channel:{each.pk}", channel=each) for each in channels)]


def _lines(row: Incident, update: Update) -> tuple[str, ...]:
    """Say it in the few lines that a letter has; what does not fit is on the page."""
    lines = [f"{row.client.name}, {row.get_severity_display()}"]
    for name, label in (
        ("known", "What is known"),
        ("affected", "What is affected"),
        ("doing", "What we do"),
    ):
        if text := getattr(update, name):
            wrapped = textwrap.wrap(f"{label}: {text}", LONGEST_LINE, max_lines=LINES[name], placeholder=" …")
            lines.extend(wrapped)
    if update.next_update_at:
        zone = ZoneInfo(row.client.time_zone)
        lines.append(f"Next update: by {format_instant(update.next_update_at, zone)} ({zone.key})")
    return tuple(lines)
