"""Every address × every member of the cast × GET and POST. An address that nobody has classified fails."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from http.cookies import SimpleCookie
from typing import Any

import pytest
from django.db import transaction
from django.http import HttpResponseBase
from django.test import Client as Browser
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from portal.accounts.models import User
from portal.tenancy.access import access_of
from portal.tenancy.decorators import AccessMark
from portal.tenancy.models import Client
from portal.tenancy.permissions import Permission
from tests.access_samples import MAY_REFUSE, samples
from tests.conftest import sign_in

pytestmark = pytest.mark.django_db

OPEN, SIGN_IN, FORBIDDEN, HIDDEN, OTHER_METHOD = "open", "sign in", "forbidden", "hidden", "other method"
CAST = ("nobody", "alice", "bob", "carol", "dan")


@dataclass(frozen=True)
class Address:
    """One entry of the site map."""

    name: str
    route: str
    arguments: frozenset[str]
    mark: AccessMark | None


def addresses(patterns: list[URLPattern | URLResolver] | None = None, before: str = "") -> Iterator[Address]:
    """Walk the site map."""
    for pattern in get_resolver().url_patterns if patterns is None else patterns:
        route = before + str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            yield from addresses(pattern.url_patterns, route)
        else:
            arguments = frozenset(pattern.pattern.converters) | frozenset(pattern.pattern.regex.groupindex)
            mark = getattr(pattern.callback, "access_mark", None)
            yield Address(pattern.name or "", route, arguments - set(pattern.default_args), mark)


ADDRESSES = list(addresses())


@pytest.fixture
def world(
    alice: User, bob: User, carol: User, dan: User, client_a1: Client, client_a2: Client, client_b1: Client
) -> dict[str, Any]:
    """The cast, and for each client one row of everything that an address can name."""
    clients = {"alder": client_a1, "birch": client_a2, "cedar": client_b1}
    people = {"alice": alice, "bob": bob, "carol": carol, "dan": dan}
    owners = {"alder": alice, "birch": alice, "cedar": dan}
    return {"people": people, "clients": clients, "samples": samples(clients, owners, people)}


@cache
def cookies_of(user: User) -> str:
    """Sign in once; what a request does to the session is undone with it."""
    return sign_in(user).cookies.output()


def as_person(user: User | None) -> Browser:
    """Give a browser as it was right after signing in."""
    browser = Browser(raise_request_exception=False)
    if user:
        browser.cookies = SimpleCookie(cookies_of(user).replace("Set-Cookie: ", ""))
    return browser


@cache
def practice_of(user: User | None) -> Any:
    """Give the practice in which the person works."""
    practice = access_of(user, datetime.now(UTC)).practice if user else None
    return practice and practice.pk


def expected(mark: AccessMark, user: User | None, client: Client | None) -> str:
    """Say what the mark promises to this person at this address."""
    if mark.kind == "public":
        return OPEN
    if user is None:
        return SIGN_IN
    access = access_of(user, datetime.now(UTC))
    if mark.kind == "person":
        return OPEN
    if mark.kind == "practice":
        if not access.is_of_practice:
            return HIDDEN
        holds: Callable[[Permission], bool] = access.may_anywhere if mark.anywhere else access.may
        return OPEN if mark.permission is None or holds(mark.permission) else FORBIDDEN
    assert client is not None
    assert mark.permission is not None
    in_reach = access.client_ids is None or client.pk in access.client_ids
    if access.practice is None or access.practice.pk != client.practice_id or not in_reach:
        return HIDDEN
    return OPEN if access.may(mark.permission, client) else FORBIDDEN


def seen(response: HttpResponseBase) -> str:
    """Put an answer into one of the four words."""
    location = response.headers.get("Location", "")
    if response.status_code in (301, 302, 303) and location.startswith(reverse("account_login")):
        return SIGN_IN
    if response.status_code >= 500:
        return f"broken ({response.status_code})"
    return {403: FORBIDDEN, 404: HIDDEN, 405: OTHER_METHOD}.get(response.status_code, OPEN)


def body(response: Any) -> str:
    """The whole of an answer as text, streamed or not."""
    content = b"".join(response.streaming_content) if response.streaming else response.content
    return content.decode("utf-8", "replace") + str(sorted(response.headers.items()))


def ask(browser: Browser, method: str, url: str) -> tuple[str, str]:
    """Ask once and undo whatever the answer wrote."""
    with transaction.atomic():
        response = getattr(browser, method)(url)
        answer = seen(response), body(response)
        transaction.set_rollback(True)
    return answer


def test_every_address_is_marked() -> None:
    assert [address.route for address in ADDRESSES if address.mark is None] == []
    assert len({address.name for address in ADDRESSES}) == len(ADDRESSES), "a name stands for two addresses"


def test_every_address_of_a_client_has_its_client_in_the_path() -> None:
    marked = {address.name for address in ADDRESSES if address.mark and address.mark.kind == "client"}
    in_path = {address.name for address in ADDRESSES if "client_slug" in address.arguments}
    assert marked == in_path


def test_every_address_can_be_tried(world: dict[str, Any]) -> None:
    tried = {sample.name for sample in world["samples"]}
    assert {address.name for address in ADDRESSES} - tried == set(), "give them samples in access_samples.py"


@pytest.mark.parametrize("who", CAST)
def test_each_person_gets_what_the_mark_says_and_nothing_of_others(who: str, world: dict[str, Any]) -> None:
    user = world["people"].get(who)
    marks = {address.name: address.mark for address in ADDRESSES}
    wrong, leaks, tried = [], [], 0
    for sample in world["samples"]:
        client = world["clients"].get(sample.client)
        promised = expected(marks[sample.name], user, client)
        if (
            promised == OPEN
            and sample.owner
            and practice_of(user) != practice_of(world["people"][sample.owner])
        ):
            promised = HIDDEN
        for method in ("get", "post"):
            answer, text = ask(as_person(user), method, reverse(sample.name, kwargs=sample.kwargs))
            tried += 1
            if answer not in also(promised, sample.name, marks[sample.name]):
                wrong.append(
                    f"{method} {sample.name} of {sample.client or 'no client'}: {answer}, not {promised}"
                )
            leaks += [f"{method} {sample.name}: {mark}" for mark in forbidden_words(who) if mark in text]
    assert wrong == []
    assert leaks == []
    assert tried >= 2 * len(ADDRESSES)


def also(promised: str, name: str, mark: AccessMark) -> set[str]:
    """The answers that keep the promise."""
    answers = {promised, OTHER_METHOD}
    if promised == OPEN:
        answers |= set(MAY_REFUSE.get(name, ()))
        if mark.kind == "public":
            answers.add(SIGN_IN)  # a page between two steps of signing in sends one to the first
    return answers


def forbidden_words(who: str) -> list[str]:
    """Words that stand in rows which this person may never see."""
    alder, birch, cedar = "zz-alder", "zz-birch", "zz-cedar"
    internal = "zz-internal-alder"
    return {
        "nobody": [alder, birch, cedar],
        "alice": [cedar],
        "bob": [birch, cedar],
        "carol": [birch, cedar, internal],
        "dan": [alder, birch],
    }[who]


@pytest.mark.parametrize(
    ("who", "foreign"), [("bob", "birch"), ("carol", "birch"), ("dan", "alder"), ("alice", "cedar")]
)
def test_a_foreign_row_under_ones_own_client_is_not_found(
    who: str, foreign: str, world: dict[str, Any]
) -> None:
    own = {"bob": "alder", "carol": "alder", "dan": "cedar", "alice": "alder"}[who]
    user = world["people"][who]
    wrong = []
    for sample in world["samples"]:
        if sample.client != foreign or "pk" not in sample.kwargs:
            continue
        kwargs = {**sample.kwargs, "client_slug": own}
        for method in ("get", "post"):
            answer, text = ask(as_person(user), method, reverse(sample.name, kwargs=kwargs))
            if answer not in (HIDDEN, FORBIDDEN, OTHER_METHOD) or f"zz-{foreign}" in text:
                wrong.append(f"{method} {sample.name}: {answer}")
    assert wrong == []


def test_a_session_without_a_second_factor_opens_nothing(world: dict[str, Any]) -> None:
    browser = Browser()
    browser.force_login(world["people"]["alice"])
    marks = {address.name: address.mark for address in ADDRESSES}
    for sample in world["samples"]:
        mark = marks[sample.name]
        if mark and mark.kind != "public":
            browser.force_login(world["people"]["alice"])
            answer, _ = ask(browser, "get", reverse(sample.name, kwargs=sample.kwargs))
            assert answer in (SIGN_IN, OTHER_METHOD), sample.name


def test_an_unknown_client_is_not_found_by_anyone(world: dict[str, Any]) -> None:
    browser = as_person(world["people"]["alice"])
    for address in ADDRESSES:
        if address.arguments == {"client_slug"}:
            url = reverse(address.name, kwargs={"client_slug": f"none-{uuid.uuid4().hex[:6]}"})
            assert ask(browser, "get", url)[0] in (HIDDEN, OTHER_METHOD), address.name
