"""What the client is told: to whom it goes, what moves, what is refused."""

from __future__ import annotations

from datetime import timedelta

import pytest

from incidents.response.models import TimelineEntry, Update
from incidents.response.obligations import UPDATE
from incidents.response.update_actions import Words, record_update, send_update
from portal.accounts.models import User
from portal.deadlines.models import Deadline
from portal.lib.refused import Refused
from portal.outbox.models import Channel, Message
from portal.tenancy.models import Client
from tests.incidents.response.made import NOW, agree, deadline_of, lead_ins, opened

pytestmark = pytest.mark.django_db
SOON = NOW + timedelta(minutes=30)
TOLD = Words("Two invoices went out twice.", "37 customers", "We have stopped the step.")


def channel(practice_id: object, client: Client | None, name: str, *, internal: bool = False) -> Channel:
    return Channel.objects.create(
        practice_id=practice_id,
        client=client,
        internal=internal,
        kind="slack",
        name=name,
        address=f"https://hooks.test/{name}",
        created_at=NOW,
    )


def test_an_update_goes_to_the_clients_people_and_channels_alone(
    in_a: object, client_a1: Client, client_a2: Client, alice: User, bob: User, carol: User
) -> None:
    theirs = channel(client_a1.practice_id, client_a1, "theirs")
    channel(client_a1.practice_id, client_a1, "ours-about-them", internal=True)
    channel(client_a1.practice_id, None, "ours")
    channel(client_a1.practice_id, client_a2, "another")
    update = send_update(opened(client_a1, alice, "SEV1"), TOLD, by=alice, now=SOON)
    messages = list(Message.objects.filter(kind="incident.client_update"))
    assert {(each.person_id, each.channel_id) for each in messages} == {(carol.pk, None), (None, theirs.pk)}
    assert all(not each.internal and each.urgent and each.client_id == client_a1.pk for each in messages)
    assert any("Two invoices went out twice." in line for line in messages[0].lines)
    assert update.channel == "E-mail, Slack"


def test_an_update_keeps_by_which_ways_it_went_and_whether_that_was_wished(
    in_a: object, client_a1: Client, alice: User, carol: User
) -> None:
    incident = opened(client_a1, alice, "SEV1")
    unknown = send_update(incident, TOLD, by=alice, now=SOON)
    assert (unknown.ways, unknown.wished, unknown.on_preferred) == (["email", "portal"], "", None)
    agree(client_a1, alice, "growth", channel="slack", channel_name="#alder")
    missed = send_update(incident, TOLD, by=alice, now=SOON)
    assert (missed.wished, missed.on_preferred) == ("slack", False)
    channel(client_a1.practice_id, client_a1, "theirs")
    kept = send_update(incident, TOLD, by=alice, now=SOON)
    assert (kept.ways, kept.on_preferred) == (["email", "portal", "slack"], True)


def test_what_was_told_elsewhere_is_judged_by_how_it_was_told(
    in_a: object, client_a1: Client, alice: User
) -> None:
    incident = opened(client_a1, alice, "SEV1")
    agree(client_a1, alice, "none", channel="phone")
    called = record_update(incident, TOLD, channel="Telephone", told_at=SOON, by=alice, now=SOON)
    mailed = record_update(incident, TOLD, channel="E-mail", told_at=SOON, by=alice, now=SOON)
    assert (called.ways, called.on_preferred) == (["phone"], True)
    assert (mailed.ways, mailed.on_preferred) == (["email"], False)


def test_the_entry_says_the_way_as_one_writes_it(in_a: object, client_a1: Client, alice: User) -> None:
    incident = opened(client_a1, alice, "SEV1")
    for channel, words in (("Slack", "By Slack. "), ("Telephone", "By telephone. ")):
        record_update(incident, TOLD, channel=channel, told_at=SOON, by=alice, now=SOON)
        assert TimelineEntry.objects.filter(incident=incident).latest("pk").text.startswith(words)


def test_a_client_that_wishes_to_read_it_here_is_told_here_when_it_signs_in(
    in_a: object, client_a1: Client, alice: User, carol: User
) -> None:
    incident = opened(client_a1, alice, "SEV1")
    agree(client_a1, alice, "growth", channel="portal")
    update = record_update(incident, TOLD, channel="Telephone", told_at=SOON, by=alice, now=SOON)
    assert (update.ways, update.on_preferred) == (["phone", "portal"], True)


def test_an_update_meets_its_deadline_and_the_cadence_starts_anew(
    in_a: object, client_a1: Client, alice: User, carol: User
) -> None:
    incident = opened(client_a1, alice, "SEV1")
    send_update(incident, TOLD, by=alice, now=SOON)
    assert Deadline.objects.get(kind=UPDATE, outcome="met").ended_at == SOON
    assert deadline_of(incident, UPDATE).due_at == SOON + timedelta(hours=1)
    assert lead_ins(incident)[-1] == "Client told."


def test_a_sooner_promise_counts_and_a_later_one_does_not_stretch_the_cadence(
    in_a: object, client_a1: Client, alice: User, carol: User
) -> None:
    incident = opened(client_a1, alice, "SEV1")
    send_update(incident, Words("Known", next_at=SOON + timedelta(minutes=20)), by=alice, now=SOON)
    assert deadline_of(incident, UPDATE).due_at == SOON + timedelta(minutes=20)
    send_update(incident, Words("More", next_at=SOON + timedelta(hours=9)), by=alice, now=SOON)
    assert deadline_of(incident, UPDATE).due_at == SOON + timedelta(hours=1)


def test_what_was_told_by_telephone_counts_from_when_it_was_told(
    in_a: object, client_a1: Client, alice: User
) -> None:
    incident = opened(client_a1, alice, "SEV1")
    told = NOW + timedelta(minutes=50)
    update = record_update(
        incident, TOLD, channel="Telephone", told_at=told, by=alice, now=NOW + timedelta(minutes=75)
    )
    assert (update.sent_elsewhere, update.sent_at) == (True, told)
    assert Deadline.objects.get(kind=UPDATE, outcome="met").late_at is None
    assert not Message.objects.exists()


def test_a_late_update_is_late_for_ever(in_a: object, client_a1: Client, alice: User, carol: User) -> None:
    incident = opened(client_a1, alice, "SEV1")
    send_update(incident, TOLD, by=alice, now=NOW + timedelta(hours=2))
    assert Deadline.objects.get(kind=UPDATE, outcome="met").late_at == NOW + timedelta(hours=1)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (Words(" "), "what is known"),
        (Words("Known", next_at=NOW), "to come"),
    ],
)
def test_an_update_without_words_or_with_a_past_promise_is_refused(
    in_a: object, client_a1: Client, alice: User, carol: User, words: Words, said: str
) -> None:
    with pytest.raises(Refused, match=said):
        send_update(opened(client_a1, alice), words, by=alice, now=SOON)
    assert not Update.objects.exists()


def test_nobody_to_reach_is_said_instead_of_nothing_sent(
    in_a: object, client_a1: Client, alice: User
) -> None:
    with pytest.raises(Refused, match="Nobody of Alder & Sons can be reached"):
        send_update(opened(client_a1, alice), TOLD, by=alice, now=SOON)


def test_a_drill_tells_nobody_outside(in_a: object, client_a1: Client, alice: User, carol: User) -> None:
    channel(client_a1.practice_id, client_a1, "theirs")
    update = send_update(opened(client_a1, alice, "SEV1", drill=True), TOLD, by=alice, now=SOON)
    assert not Message.objects.exists()
    assert update.internal


def test_a_long_update_fits_the_lines_of_a_letter(
    in_a: object, client_a1: Client, alice: User, carol: User
) -> None:
    send_update(
        opened(client_a1, alice), Words("known " * 330, "hit " * 480, "do " * 600), by=alice, now=SOON
    )
    lines = Message.objects.get().lines
    assert len(lines) <= 12
    assert all(len(line) <= 300 for line in lines)
