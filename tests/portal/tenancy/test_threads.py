"""The stress: many threads, few connections, scopes at random, and not one wrong row."""

from __future__ import annotations

import random
import threading
import uuid
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any

import pytest
from django.db import connection, connections, transaction

from portal.tenancy.backend.base import empty_scope
from portal.tenancy.models import Client, Practice
from portal.tenancy.scope import Scope, enter
from tests.conftest import everything_of

PRACTICES, THREADS, ROUNDS = 8, 8, 40


@contextmanager
def pool_of(size: int) -> Iterator[None]:
    """Let the default connections come from a pool, as they do when serving."""
    options = connections["default"].settings_dict["OPTIONS"]
    connections["default"].close()
    if size:
        options["pool"] = {"min_size": 1, "max_size": size, "timeout": 30, "reset": empty_scope}
    try:
        yield
    finally:
        connections["default"].close()
        if size:
            connections["default"].close_pool()
            del options["pool"]


class Hammer:
    """Looks at the clients in random scopes and notes every look that shows anything else than it should."""

    def __init__(self, practices: list[uuid.UUID]) -> None:
        self.practices = practices
        self.wrong: list[Any] = []
        self.looks = 0

    def look(self, expected: list[str]) -> None:
        seen = sorted(Client._base_manager.values_list("name", flat=True))
        self.looks += 1
        if seen != expected:
            self.wrong.append((expected, seen))

    def clients_of(self, number: int) -> list[str]:
        return [f"{number}-{each}" for each in range(number + 1)]

    def nest(self, chance: random.Random) -> None:
        other = chance.randrange(PRACTICES)
        with enter(everything_of(self.practices[other]), switch=True):
            self.look(self.clients_of(other))
            if chance.random() < 0.4:
                raise ValueError

    def once(self, chance: random.Random) -> None:
        number = chance.randrange(PRACTICES)
        if chance.random() < 0.2:
            self.look([])
            return
        with enter(everything_of(self.practices[number])):
            self.look(self.clients_of(number))
            with suppress(KeyError), transaction.atomic():
                self.look(self.clients_of(number))
                self.nest_in_savepoint(chance)
                self.look(self.clients_of(number))
                if chance.random() < 0.5:
                    raise KeyError
            self.look(self.clients_of(number))
            if chance.random() < 0.2:
                connection.close()
                self.look(self.clients_of(number))
            with enter(Scope(practice=self.practices[number])):
                self.look([])

    def nest_in_savepoint(self, chance: random.Random) -> None:
        with suppress(ValueError), transaction.atomic():
            self.nest(chance)

    def run(self, seed: int) -> None:
        chance = random.Random(seed)
        try:
            for _ in range(ROUNDS):
                self.once(chance)
                if chance.random() < 0.3:
                    connections.close_all()
        except Exception as error:
            self.wrong.append(error)
        finally:
            connections.close_all()


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("size", [0, 3], ids=["a connection a thread", "a pool smaller than the threads"])
def test_no_thread_ever_sees_another_scopes_rows(size: int) -> None:
    practices = [uuid.uuid4() for _ in range(PRACTICES)]
    hammer = Hammer(practices)
    with pool_of(size):
        for number, practice in enumerate(practices):
            with enter(everything_of(practice)):
                Practice.objects.create(pk=practice, name=f"{number}", slug=f"practice-{number}")
                for name in hammer.clients_of(number):
                    Client.objects.create(practice_id=practice, name=name, slug=name)
        threads = [threading.Thread(target=hammer.run, args=(seed,)) for seed in range(THREADS)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert hammer.wrong == []
    assert hammer.looks > THREADS * ROUNDS
