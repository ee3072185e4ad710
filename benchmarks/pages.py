"""How page time and query count grow from 10,000 register rows to 1,000,000, over as many clients."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from django.db import connection
from django.test import Client as Browser
from django_otp import DEVICE_ID_SESSION_KEY

from benchmarks.measure import Clock, medians, ratio, table
from benchmarks.seed import CONSULTANTS, LARGEST, STEADY, TYPICAL, Volume, fill, person_id, volumes
from portal.accounts.models import TotpDevice, User

RUNS = 9
SLOW_MS = 50.0
OWNER, CONSULTANT, CLIENT_PERSON = CONSULTANTS, 0, 1000 + STEADY


@dataclass(frozen=True)
class Page:
    """A page, and who opens it: the number of a person."""

    title: str
    path: str
    person: int = OWNER


@dataclass
class Taken:
    """What one page took: the median in milliseconds, and the statements of one visit with their times."""

    ms: float
    statements: list[tuple[float, str]] = field(default_factory=list)


def pages(small: Volume, large: Volume) -> list[Page]:
    """The pages of the issue: a client's list and overview, the list over all clients, Today; and the search."""
    sizes = [
        (f"{small.of_client(STEADY):,} rows in both", STEADY),
        (f"{small.of_client(TYPICAL):,} -> {large.of_client(TYPICAL):,} rows", TYPICAL),
        (f"{small.of_client(LARGEST):,} -> {large.of_client(LARGEST):,} rows", LARGEST),
    ]
    steady = f"/c/client-{STEADY}/"
    return [
        *[Page(f"list of a client, {rows}", f"/c/client-{number}/credentials/") for rows, number in sizes],
        Page("  the same for the client's person", f"{steady}credentials/", CLIENT_PERSON),
        *[Page(f"overview of a client, {rows}", f"/c/client-{number}/") for rows, number in sizes],
        Page("  the same for the client's person, 200 rows", steady, CLIENT_PERSON),
        Page("list over all clients, owner", "/records/credentials/"),
        Page("  page 40 by name", "/records/credentials/?sort=name&page=40"),
        Page("  by client", "/records/credentials/?sort=client"),
        Page("  consultant", "/records/credentials/", CONSULTANT),
        Page("all registers, owner", "/records/"),
        Page("Today, owner", "/"),
        Page("Today, consultant", "/", CONSULTANT),
        Page("Renewals, owner", "/renewals/"),
        Page("Renewals, consultant", "/renewals/", CONSULTANT),
        Page("search for a word, owner", "/search/?q=credential+7"),
    ]


def run(*, small: bool) -> None:
    """Measure every page at both volumes and print the table."""
    few, many = volumes(small)
    asked = pages(few, many)
    fill(few)
    before = [taken(page) for page in asked]
    fill(many)
    after = [taken(page) for page in asked]
    print(
        f"{few.clients:,} clients of one practice; {few.rows:,} against {many.rows:,} register rows;"
        f" median of {RUNS} visits after 2\n"
    )
    print(compared(asked, before, after, (few.rows, many.rows)))


def compared(
    asked: Sequence[Page], before: Sequence[Taken], after: Sequence[Taken], rows: tuple[int, int]
) -> str:
    """Set out pages at two volumes, with the slow statements at the larger one below."""
    few, many = rows
    lines = [
        (page.title, len(one.statements), len(other.statements), f"{one.ms:.0f}", f"{other.ms:.0f}",
         ratio(other.ms, one.ms))
        for page, one, other in zip(asked, before, after, strict=True)
    ]  # fmt: skip
    found = table(("page", "queries", "queries", f"ms at {few:,}", f"ms at {many:,}", "ratio"), lines)
    slow = [
        f"{ms:6.0f}  {page.title.strip()}: {_short(sql)}"
        for page, each in zip(asked, after, strict=True)
        for ms, sql in sorted(each.statements, reverse=True)
        if ms > SLOW_MS
    ]
    if slow:
        found += "\n".join([f"\n\nStatements over {SLOW_MS:.0f} ms at {many:,} rows", *slow])
    return found


def taken(page: Page) -> Taken:
    """Visit a page often enough to say what it takes."""
    browser = sign_in(page.person)
    visit = partial(_visit, browser, page.path)
    found = Taken(*medians([visit], Clock(), RUNS))
    with statements(found.statements):
        visit()
    return found


def _visit(browser: Browser, path: str) -> None:
    answer = browser.get(path)
    if answer.status_code != 200:
        raise RuntimeError(f"{path} answered {answer.status_code}")


def sign_in(number: int) -> Browser:
    """Give a browser in which a person of the seed has signed in with a second factor."""
    user = User.objects.get(pk=person_id(number))
    device, _ = TotpDevice.objects.get_or_create(user=user, confirmed=True, defaults={"name": "phone"})
    browser = Browser()
    browser.force_login(user)
    session = browser.session
    session[DEVICE_ID_SESSION_KEY] = device.persistent_id
    session["otp_at"] = time.time()
    session.save()
    return browser


@contextmanager
def statements(found: list[tuple[float, str]]) -> Iterator[None]:
    """Collect the statements of the body with their times in milliseconds; switches of the scope are not counted."""
    clock = Clock()

    def timed(execute: Any, sql: Any, params: Any, many: bool, context: Any) -> Any:
        started = clock.now()
        try:
            return execute(sql, params, many, context)
        finally:
            found.append((clock.now() - started, str(sql)))

    with connection.execute_wrapper(timed):
        yield


def _short(sql: str) -> str:
    """The end of a statement tells more than its columns."""
    start = sql.find(" FROM ")
    return f"{sql[:20]} …{sql[start:]}"[:220]
