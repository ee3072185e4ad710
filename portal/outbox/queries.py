"""Reads of the outbox: whom a letter reaches and how, what waits, what became of it."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING
from uuid import UUID

from django.db.models import Case, Count, F, Min, Prefetch, Q, QuerySet, When
from django.db.models.functions import Greatest

from portal.outbox.models import Channel, Delivery, Message, Preference
from portal.tenancy.access import access_of
from portal.tenancy.permissions import Access
from portal.tenancy.scope import ScopeError, current
from portal.tenancy.system import SYSTEM_ALIAS

if TYPE_CHECKING:
    from portal.accounts.models import User
    from portal.tenancy.models import Client

NO_ACCOUNT = "The person's account is closed."
NO_ROLE = "The person no longer works with the practice."
NOT_THEIRS = "The person no longer has to do with this client."
OFF = "The channel was turned off."
FOR_US_ALONE = "It is internal, and the channel is the client's."
REST = (Delivery.State.QUEUED, Delivery.State.SENDING)


@dataclass(frozen=True)
class Ways:
    """How people wish to be reached: their preferences, and their channels that are on."""

    preferences: dict[UUID, Preference]
    channels: dict[UUID, list[Channel]]

    def preference(self, user_id: UUID) -> Preference:
        """Give what the person has set, or what holds for whoever has set nothing."""
        return self.preferences.get(user_id) or Preference(user_id=user_id)

    def channels_for(self, user_id: UUID, *, urgent: bool) -> list[Channel | None]:
        """List where a message to the person goes; None is their own e-mail, which serves when nothing else does."""
        preference = self.preference(user_id)
        found: list[Channel | None] = [
            channel for channel in self.channels.get(user_id, []) if urgent or not channel.urgent_only
        ]
        return [None, *found] if preference.by_email or not found else found


def practice_in_scope() -> UUID:
    """Give the practice of the scope. Raises ScopeError where there is none."""
    practice = current().practice
    if practice is None:
        raise ScopeError("channels and preferences belong to a practice, and the scope has none")
    return practice


def ways_of(user_ids: Collection[UUID]) -> Ways:
    """Read the ways of several people in two queries, in a scope that works for the practice."""
    channels: dict[UUID, list[Channel]] = {}
    for channel in Channel.objects.in_use().filter(person__in=user_ids).defer("address").order_by("pk"):
        channels.setdefault(channel.person_id, []).append(channel)
    preferences = Preference.objects.filter(user__in=user_ids)
    return Ways({each.user_id: each for each in preferences}, channels)


def preference_of(user: User) -> Preference:
    """Give a person's preference in the practice of the scope; an unsaved one with the defaults where there is none."""
    return Preference.objects.filter(user=user).first() or Preference(user=user)


def channels_of(client: Client) -> list[Channel]:
    """List the channels in use that messages about the client may go to: the client's own and the practice's.

    Internal messages go to the practice's and to those of the client's that are `internal` themselves.
    """
    of_client = Q(client=client) | Q(client__isnull=True, person__isnull=True)
    return list(Channel.objects.in_use().filter(of_client).defer("address").order_by("name", "pk"))


def channels_of_person(user: User) -> QuerySet[Channel]:
    """List a person's own channels that were not removed, by name."""
    found: QuerySet[Channel] = Channel.objects.kept().filter(person=user).order_by("name", "pk")
    return found


def channels_kept_for(client: Client | None) -> QuerySet[Channel]:
    """List the channels of a client, or of the practice itself, that were not removed, by name."""
    kept = Channel.objects.kept()
    owned: QuerySet[Channel] = kept.for_client(client) if client else kept.of_practice()
    return owned.order_by("name", "pk")


def deliveries() -> QuerySet[Delivery]:
    """List every delivery in the scope, newest first, with all that a line of the page shows. Five queries.

    What goes with a row is read after the rows: joined under its policy it would cost the index that sorts them.
    """
    channels = Prefetch("channel", Channel.objects.defer("address"))
    found: QuerySet[Delivery] = Delivery.objects.prefetch_related("message", "client", "person", channels)
    return found.order_by("-pk")


def messages_of(user: User) -> QuerySet[Message]:
    """List the messages to one person, newest first."""
    found: QuerySet[Message] = Message.objects.filter(person=user).select_related("client")
    return found.order_by("-pk")


def counts_by_state(rows: QuerySet[Delivery] | None = None) -> dict[str, int]:
    """Count deliveries by their state, each state present; of all in the scope, or of the given ones."""
    found = (Delivery.objects.all() if rows is None else rows).order_by()
    counted = dict(found.values_list("state").annotate(number=Count("pk")))
    return {state: counted.get(state, 0) for state in Delivery.State.values}


def practices_with_due(now: datetime) -> list[UUID]:
    """List the practices that have something to send, by the role that may only read across practices."""
    due = Delivery._base_manager.using(SYSTEM_ALIAS).filter(next_attempt_at__lte=now)
    return list(due.order_by().values_list("practice_id", flat=True).distinct())


def oldest_unsent(now: datetime, *, everywhere: bool = False) -> datetime | None:
    """Say since when the oldest message waits that should have gone; None when none does.

    A digest whose hour has not come does not wait. everywhere: across practices, by the role for that.
    """
    rows = Delivery._base_manager.using(SYSTEM_ALIAS) if everywhere else Delivery.objects.all()
    waiting = rows.filter(Q(attempts__gt=0) | Q(next_attempt_at__lte=now), state__in=REST)
    since = Case(
        When(attempts=0, then=F("next_attempt_at")),
        When(batch__isnull=False, then=Greatest("created_at", "batch")),
        default=F("created_at"),
    )
    found: datetime | None = waiting.order_by().aggregate(since=Min(since))["since"]
    return found


def in_flight(ids: Iterable[int]) -> list[Delivery]:
    """Read deliveries with everything that sending them needs. One query."""
    rows = Delivery.objects.filter(pk__in=list(ids)).order_by("pk")
    return list(rows.select_related("message", "practice", "client", "person", "channel"))


def unreachable(parcel: Iterable[Delivery], now: datetime) -> dict[int, str]:
    """Say of each delivery of one parcel that must not go out any more why not, by its id.

    People leave, roles change and channels are turned off while a message waits.
    """
    deliveries = list(parcel)
    first = deliveries[0]
    channel, person = first.channel, first.person
    if channel is not None and not channel.enabled:
        return dict.fromkeys((each.pk for each in deliveries), OFF)
    owner = person or (channel.person if channel else None)
    if owner is None:
        shared = channel is not None and channel.client_id is not None and not channel.internal
        return {each.pk: FOR_US_ALONE for each in deliveries if shared and each.internal}
    if not owner.is_active:
        return dict.fromkeys((each.pk for each in deliveries), NO_ACCOUNT)
    access = access_of(owner, now, first.practice_id)
    here = access.practice is not None and access.practice.pk == first.practice_id
    if not here or not (access.is_of_practice or access.is_client_person):
        return dict.fromkeys((each.pk for each in deliveries), NO_ROLE)
    return {each.pk: NOT_THEIRS for each in deliveries if not _concerns(access, each)}


def _concerns(access: Access, delivery: Delivery) -> bool:
    """Whether the person may still read it: internal ones the practice's people alone, the rest whose client it is."""
    if delivery.internal and not access.is_of_practice:
        return False
    reach = access.client_ids
    return delivery.client_id is None or reach is None or delivery.client_id in reach
