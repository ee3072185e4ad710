from collections.abc import Callable

import pytest
from django.test import Client as Browser

from portal.accounts.models import User
from portal.shell import navigation
from portal.shell.navigation import Count, capped
from portal.tenancy.models import Client
from portal.tenancy.permissions import Access, Permission, Role
from portal.tenancy.scope import Scope


@pytest.fixture(autouse=True)
def _empty(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(navigation, "_contents", {})
    monkeypatch.setattr(navigation, "_client_views", [])
    monkeypatch.setattr(navigation, "_personal", [])


def access(alice: User, client: Client, role: Role) -> Access:
    member = role if role in (Role.OWNER, Role.CONSULTANT) else None
    return Access(alice, client.practice, member, {client.pk: role})


def test_the_contents_list_what_is_registered_in_its_order(alice: User, client_a1: Client) -> None:
    navigation.register("Work", "Find", "search", order=20)
    navigation.register("Work", "Today", "today", count=lambda _: Count(9, late=2), order=10)
    [(group, entries)] = navigation.contents(access(alice, client_a1, Role.OWNER), "/")
    assert group == "Work"
    assert [(each.title, each.url, each.is_current) for each in entries] == [
        ("Today", "/", True),
        ("Find", "/search/", False),
    ]
    assert entries[0].count == Count(9, late=2)


def test_registering_twice_replaces(alice: User, client_a1: Client) -> None:
    for title in ("Old", "New"):
        navigation.register("Work", title, "today")
    [(_, entries)] = navigation.contents(access(alice, client_a1, Role.OWNER), "/")
    assert [each.title for each in entries] == ["New"]


def test_a_group_that_does_not_exist_is_refused() -> None:
    with pytest.raises(ValueError, match="Work, Records, Publish, Practice"):
        navigation.register("Elsewhere", "Today", "today")


def test_a_place_without_the_right_is_not_shown(alice: User, client_a1: Client) -> None:
    navigation.register("Work", "People", "settings", permission=Permission.MANAGE_PEOPLE)
    assert navigation.contents(access(alice, client_a1, Role.CONSULTANT), "/") == []
    assert navigation.contents(access(alice, client_a1, Role.OWNER), "/") != []


def test_counts_stop_at_the_cap(client_a1: Client, client_a2: Client, in_a: Scope) -> None:
    rows = Client.objects.all()
    assert str(capped(rows, most=2)) == "2"
    assert str(capped(rows, most=1)) == "1+"


@pytest.mark.parametrize(
    ("n", "late", "words"), [(9, 2, '9<span class="vh"> due, 2 overdue</span>'), (63, 0, ">63</b>")]
)
def test_a_count_in_red_says_so_to_screen_readers(
    alice: User, signed_in: Callable[[User], Browser], n: int, late: int, words: str
) -> None:
    navigation.register("Work", "Today", "today", count=lambda _: Count(n, late))
    assert words in signed_in(alice).get("/settings/").content.decode()


def test_counts_run_over_everything_in_reach_on_a_page_of_one_client(
    alice: User, client_a1: Client, client_a2: Client, signed_in: Callable[[User], Browser]
) -> None:
    navigation.register("Records", "Clients", "search", count=lambda _: Client.objects.count())
    page = signed_in(alice).get("/settings/").content.decode()
    assert "Clients<b>2</b>" in page


def test_clients_is_the_current_place_on_a_clients_page(alice: User, client_a1: Client) -> None:
    navigation.register("Records", "Clients", "search", within=("/c/",))
    [(_, [entry])] = navigation.contents(access(alice, client_a1, Role.OWNER), "/c/alder/credentials/")
    assert entry.is_current


def test_a_closer_address_takes_a_clients_page_from_clients(alice: User, client_a1: Client) -> None:
    navigation.register("Work", "Incidents", "settings", within=("/c/*/incidents/",))
    navigation.register("Records", "Clients", "search", within=("/c/",))

    def current(path: str) -> list[str]:
        groups = navigation.contents(access(alice, client_a1, Role.OWNER), path)
        return [entry.title for _, entries in groups for entry in entries if entry.is_current]

    assert current("/c/alder/incidents/42/") == ["Incidents"]
    assert current("/c/alder/incidents/") == ["Incidents"]
    assert current("/c/alder/") == ["Clients"]
    assert current("/c/alder/incidents-of-old/") == ["Clients"]


def test_what_is_asked_for_less_often_is_marked_as_further(
    alice: User, client_a1: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(navigation, "reverse", lambda name, kwargs: f"/c/alder/{name}/")
    navigation.register_client_view("Workflows", "workflows", order=10)
    navigation.register_client_view("Activity", "activity", order=95)
    views = navigation.client_views(access(alice, client_a1, Role.OWNER), client_a1, "/c/alder/")
    assert [(each.title, each.is_further) for each in views] == [("Workflows", False), ("Activity", True)]


def test_the_most_exact_view_of_a_client_is_the_current_one(
    alice: User, client_a1: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    urls = {"overview": "/c/alder/", "people": "/c/alder/people/"}
    monkeypatch.setattr(navigation, "reverse", lambda name, kwargs: urls[name])
    navigation.register_client_view("Overview", "overview")
    navigation.register_client_view("People", "people", count=lambda access, client: 3)
    views = navigation.client_views(access(alice, client_a1, Role.OWNER), client_a1, "/c/alder/people/4/")
    assert [(each.title, each.is_current) for each in views] == [("Overview", False), ("People", True)]
    assert views[1].count == Count(3)


def test_a_view_of_several_sections_is_current_on_each(
    alice: User, client_a1: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    urls = {"overview": "/c/alder/", "support": "/c/alder/support/", "contacts": "/c/alder/contacts/"}
    monkeypatch.setattr(navigation, "reverse", lambda name, kwargs: urls[name])
    navigation.register_client_view("Overview", "overview")
    navigation.register_client_view("Agreement", "support", within=("contacts",))
    for address in ("/c/alder/support/edit/", "/c/alder/contacts/4/"):
        views = navigation.client_views(access(alice, client_a1, Role.OWNER), client_a1, address)
        assert [(each.title, each.is_current) for each in views] == [("Overview", False), ("Agreement", True)]


def test_a_page_of_the_whole_practice_is_not_shown_for_a_right_at_one_client(
    alice: User, client_a1: Client
) -> None:
    navigation.register("Practice", "Activity", "search", permission=Permission.VIEW_ACTIVITY, anywhere=False)
    assert navigation.contents(access(alice, client_a1, Role.CONSULTANT), "/") == []
    assert navigation.contents(access(alice, client_a1, Role.OWNER), "/") != []


def test_a_room_above_lets_its_pages_count_as_a_view(
    alice: User, client_a1: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(navigation, "reverse", lambda name, kwargs: f"/c/alder/{name}/")
    navigation.register_client_view("Agreement", "support")
    navigation.widen_client_view("support", ("plan",))
    navigation.widen_client_view("support", ("plan",))
    [view] = navigation.client_views(access(alice, client_a1, Role.OWNER), client_a1, "/c/alder/plan/edit/")
    assert view.is_current
    [elsewhere] = navigation.client_views(access(alice, client_a1, Role.OWNER), client_a1, "/c/alder/other/")
    assert not elsewhere.is_current
