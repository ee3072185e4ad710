"""An event at two clients, and one at another practice: nobody gets a byte of what is not theirs, anywhere."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from html import escape

import pytest
from django.core.cache import cache
from django.db import transaction
from django.test import Client as Browser
from django.urls import reverse

from incidents.response import urls
from incidents.response.models import AlertSource, Incident, Measure, Notice, TimelineEntry
from portal.accounts.models import User
from portal.documents import tasks
from portal.documents.models import Document
from portal.outbox.models import Message
from portal.tenancy.models import Client, Practice
from portal.tenancy.permissions import Role
from portal.tenancy.scope import enter
from tests.conftest import everything_of, make_assignment, make_member, make_user, scope_of, sign_in
from tests.incidents.response.access.event import (
    NAMES,
    Team,
    fill,
    foreign_words,
    hidden_rows,
    open_parts,
    print_all,
)
from tests.incidents.response.access.reading import rows_in_reach, text, walk
from tests.test_access import ADDRESSES, expected, seen

pytestmark = pytest.mark.django_db
#: Whose words each person may not read. People of a client read nothing internal of their own either.
FOREIGN = {
    "nobody": {"alder", "birch", "cedar"},
    "alice": {"cedar"},
    "bob": {"birch", "cedar"},
    "carol": {"birch", "cedar"},
    "ada": {"birch", "cedar"},
    "erin": {"alder", "cedar"},
    "dan": {"alder", "birch"},
}
OF_CLIENTS = ("carol", "ada", "erin")
PEOPLE = tuple(FOREIGN)
#: What the people of a client read of their own part, and what those of the practice read besides.
SHARED = ("title", "entry", "correction", "update", "notice", "post-mortem", "measure")
UNSHARED = ("drill", "entry", "draft", "notice", "review", "ticket", "measure")
PAPERS = {
    "post_mortem": ("title", "post-mortem", "measure"),
    "incident": ("title", "correction", "update", "measure"),
    "notice": ("title", "notice"),
}


@dataclass
class World:
    """The cast, their clients, and the parts of the event."""

    people: dict[str, User]
    clients: dict[str, Client]
    parts: dict[str, Incident]

    def browser(self, who: str) -> Browser:
        """A browser of theirs; nobody's is not signed in."""
        return sign_in(self.people[who]) if who in self.people else Browser()

    def forbidden(self, who: str) -> set[str]:
        """The words that this person may not read."""
        return foreign_words(FOREIGN[who]) | ({"-internal"} if who in OF_CLIENTS else set())

    def leaks(self, who: str, said: str, asked: str = "") -> set[str]:
        """The words in an answer that are not for this person, but for those of the address that they typed."""
        return {
            word for word in self.forbidden(who) if word in said.replace(asked, "") if asked or word in said
        }


@pytest.fixture
def world(
    practice_a: Practice, practice_b: Practice, client_a1: Client, client_a2: Client, client_b1: Client,
    alice: User, bob: User, carol: User, dan: User, monkeypatch: pytest.MonkeyPatch,
) -> World:  # fmt: skip
    monkeypatch.setattr(tasks, "send", lambda pk: None)
    people = {"alice": alice, "bob": bob, "carol": carol, "dan": dan}
    for name, client in (("ada", client_a1), ("erin", client_a2), ("finn", client_b1)):
        people[name] = make_user(name.capitalize(), f"{name}@{client.slug}.test")
        make_assignment(client, people[name], Role.CLIENT_ADMIN)
    other, third = make_user("Olga", "olga@northlight.test"), make_user("Otto", "otto@southgate.test")
    make_member(practice_a, other, Role.OWNER)
    make_member(practice_b, third, Role.OWNER)
    now, parts = datetime.now(UTC), {}
    for practice, clients, team in (
        (practice_a, [client_a1, client_a2], Team(alice, other)),
        (practice_b, [client_b1], Team(dan, third)),
    ):
        with enter(everything_of(practice), switch=True):
            for part in open_parts(clients, team.lead, now):
                parts[part.client.slug] = fill(part, team, now)
            for client in clients:
                hidden_rows(client, team.lead, now)
    cache.clear()
    return World(people, {"alder": client_a1, "birch": client_a2, "cedar": client_b1}, parts)


@pytest.fixture
def printed(world: World) -> World:
    """The same, and the papers that were asked for are printed."""
    for client in world.clients.values():
        with enter(everything_of(client.practice_id), switch=True):
            print_all(client)
    return world


def of_the_room() -> set[str]:
    """The names of the addresses below one client."""
    return {each.name for each in urls.urlpatterns if "client_slug" in str(each.pattern)}


def addresses(world: World, slug: str) -> list[tuple[str, str]]:
    """Every address of the room below one client, with rows of that client's part where it names one."""
    client, part = world.clients[slug], world.parts[slug]
    with enter(everything_of(client.practice_id), switch=True):
        rows = {
            "clock": part.clocks.first(),
            "notice": Notice.objects.get(incident=part, state="sent"),
            "measure": Measure.objects.get(incident=part, text=f"{slug}-measure"),
            "source": AlertSource.objects.get(client=client),
            "incident": TimelineEntry.objects.get(incident=part, text=f"{slug}-entry"),
        }
    values = {
        "client_slug": slug, "number": part.number, "instant": "contained_at", "key": "summary", "verb": "off",
        "version": 1, "year": part.detected_at.year,
    }  # fmt: skip
    found = []
    for address in ADDRESSES:
        if address.name in of_the_room():
            row = rows.get(address.name.partition("_")[0])
            asked = {**values, "pk": row.pk if row else 1}
            kwargs = {key: asked[key] for key in address.arguments}
            found.append((address.name, reverse(address.name, kwargs=kwargs)))
    return found


def test_every_address_of_every_part_answers_each_person_as_it_should(world: World) -> None:
    marks = {address.name: address.mark for address in ADDRESSES}
    asked = [(slug, *each) for slug in ("alder", "birch") for each in addresses(world, slug)]
    assert {name for _, name, _ in asked} == of_the_room()
    wrong = []
    for who in ("bob", "ada", "erin", "dan"):
        browser, user = world.browser(who), world.people.get(who)
        for slug, name, address in asked:
            promised = expected(marks[name], user, world.clients[slug])
            for method in ("get", "post"):
                answer, said = ask(browser, method, address)
                # Within reach a row may be gone and a door be for the practice; out of reach nothing is there.
                allowed = {promised, "other method"} | (
                    {"hidden", "forbidden"} if promised == "open" else set()
                )
                leaks = world.leaks(who, said.replace(address, ""))
                if answer not in allowed or leaks:
                    wrong.append((who, method, address, answer, promised, leaks))
    assert wrong == []


def ask(browser: Browser, method: str, address: str) -> tuple[str, str]:
    """Ask once, and undo whatever the answer wrote."""
    with transaction.atomic():
        response = getattr(browser, method)(address)
        answer = seen(response), text(response)
        transaction.set_rollback(True)
    return answer


def test_no_page_or_file_that_links_lead_to_holds_a_foreign_word(printed: World) -> None:
    wrong = []
    for who in ("bob", "ada", "erin"):
        slugs, read = sorted(set(NAMES) - FOREIGN[who]), ""
        for address, response, said in walk(printed.browser(who), starts_of(slugs)):
            read += said
            leaks = printed.leaks(who, said)
            if leaks or response.status_code >= 500:
                wrong.append((who, address, response.status_code, leaks))
        own = {f"{slug}-{what}" for slug in slugs for what in SHARED}
        own |= (
            set() if who in OF_CLIENTS else {f"{slug}-internal-{what}" for slug in slugs for what in UNSHARED}
        )
        wrong += [(who, "did not read", word) for word in sorted(own) if word not in read]
    assert wrong == []


def starts_of(slugs: list[str]) -> list[str]:
    """Where the walk of somebody begins: the front page, and each part by its number."""
    own = [f"/c/{slug}/incidents/{rest}" for slug in slugs for rest in ("", *(f"{n}/" for n in range(1, 6)))]
    return ["/", *own]


def test_what_is_typed_into_the_address_finds_nothing_foreign(world: World) -> None:
    words = [f"{slug}-{what}" for slug in NAMES for what in ("title", "internal-drill")]
    asked = [(f"/search/?q={word}", word) for word in (*words, "INC-0001", "1", "DRILL-0002", "host")]
    below = [f"/c/{slug}/incidents/{rest}" for slug in NAMES for rest in ("", "export/")]
    for address in ("/incidents/", "/incidents/export/", *below):
        for query in ("state=all&drill=all", "drill=only", "client=birch", "state=all&drill=all&format=xlsx"):
            asked.append((f"{address}?{query}", ""))
        asked.append((f"{address}?state=all&q=birch-title", "birch-title"))
    for slug in NAMES:
        asked += [(f"/c/{slug}/activity/{rest}", "") for rest in ("", "?q=internal", "export/")]
        asked += [(f"/c/{slug}/deadlines/{rest}?state=all", "") for rest in ("", "export/")]
        asked.append((f"/incidents/log/?client={slug}", ""))
    asked += [(each, "") for each in ("/renewals/export/?format=xlsx", "/documents/", "/practice/activity/",
              "/practice/messages/export/")]  # fmt: skip
    wrong = []
    for who in PEOPLE:
        browser = world.browser(who)
        for address, typed in asked:
            said = text(browser.get(address))
            for own in (address, escape(address), address.partition("?")[0]):
                said = said.replace(own, "")
            # What a person typed themselves stands in the field of the page, and in the way back to it.
            leaks = world.leaks(who, said.replace(typed, "") if typed else said)
            wrong += [(who, address, leaks)] if leaks else []
    assert wrong == []


def test_the_trail_that_a_client_takes_away_is_its_own(world: World) -> None:
    for who, own in (("ada", "alder"), ("erin", "birch")):
        for sort in ("csv", "chain"):
            said = text(world.browser(who).post(f"/c/{own}/activity/export/", {"as": sort}))
            assert f"{own}-title" in said or sort == "chain"
            assert world.leaks(who, said.replace(f"/c/{own}/activity/export/", "")) == set(), (who, sort)
            other = "birch" if own == "alder" else "alder"
            assert world.browser(who).post(f"/c/{other}/activity/export/", {"as": sort}).status_code == 404


def test_no_row_in_reach_of_a_person_holds_a_foreign_word(world: World) -> None:
    wrong = []
    for who in PEOPLE[1:]:
        foreign = {str(world.clients[slug].pk) for slug in FOREIGN[who]}
        with enter(scope_of(world.people[who]), switch=True):
            rows = list(rows_in_reach())
        for table, row in rows:
            leaks = world.leaks(who, row) | {each for each in foreign if each in row}
            wrong += [(who, table, leaks, row)] if leaks else []
        tables = {table for table, _ in rows}
        assert {
            "response.Incident",
            "response.TimelineEntry",
            "audit.AuditEvent",
            "deadlines.Deadline",
        } <= tables
    assert wrong == []


def test_calendars_letters_and_equal_numbers_tell_nothing_of_others(world: World) -> None:
    wrong = []
    for who in PEOPLE[1:]:
        user = world.people[who]
        own = "own" if who not in OF_CLIENTS else next(iter(set(NAMES) - FOREIGN[who]))
        made = world.browser(who).post(reverse("calendar_feed_make"), {"calendar": own})
        with enter(everything_of(world.clients["alder"].practice_id), switch=True):
            letters = [
                str((each.subject, each.lines, each.url)) for each in Message.objects.filter(person=user)
            ]
        token = made.context["address"].rpartition("/")[2].removesuffix(".ics")
        calendar = text(Browser().get(reverse("calendar_read", kwargs={"token": token})))
        assert "BEGIN:VCALENDAR" in calendar
        assert len(letters) == 3 or who not in OF_CLIENTS, "an update, a notice, a post-mortem"
        wrong += [(who, each) for each in (calendar, *letters) if world.leaks(who, each)]
    assert wrong == []
    number = world.parts["alder"].number
    assert world.parts["birch"].number == number
    for who, own in (("bob", "alder"), ("carol", "alder"), ("erin", "birch")):
        page = text(world.browser(who).get(f"/c/{own}/incidents/{number}/"))
        assert f"{own}-title" in page
        assert "Also hit" not in page
    assert "Also hit" in text(world.browser("alice").get(f"/c/alder/incidents/{number}/"))


def test_the_papers_of_a_part_are_read_by_its_own_people_alone(printed: World) -> None:
    for slug, who in (("alder", "carol"), ("birch", "erin")):
        client = printed.clients[slug]
        with enter(everything_of(client.practice_id), switch=True):
            papers = {
                each.kind: each for each in Document.objects.filter(client=client).select_related("client")
            }
        assert set(papers) == {"post_mortem", "incident", "notice"}
        for kind, words in PAPERS.items():
            address = f"{papers[kind].get_absolute_url()}download/"
            said = text(printed.browser(who).get(address))
            assert [word for word in words if f"{slug}-{word}" not in said] == [], kind
            assert printed.leaks(who, said) == set(), kind
            for other in PEOPLE:
                status = printed.browser(other).get(address).status_code
                reads = 404 if other != "nobody" and slug in FOREIGN[other] else 200
                assert status == (302 if other == "nobody" else reads), (kind, other)
