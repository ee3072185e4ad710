"""Where the demonstration is refused, in words."""

from __future__ import annotations

import pytest
from django.core.management import CommandError, call_command

from clients.trust.demonstration import build as building
from clients.trust.demonstration import database
from clients.trust.demonstration.build import refuse_beside_a_practice
from portal.lib.refused import Refused
from portal.tenancy import system
from portal.tenancy.models import Practice

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "system"])


@pytest.fixture(autouse=True)
def real_list(one_practice: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(building, "practice_ids", system.practice_ids)


def test_an_empty_database_takes_it() -> None:
    refuse_beside_a_practice()


def test_it_is_not_put_beside_another_practice(practice_a: Practice) -> None:
    with pytest.raises(Refused, match="not put beside it"):
        refuse_beside_a_practice()


def test_the_command_says_so_and_touches_nothing(practice_a: Practice, settings: object) -> None:
    settings.DEMONSTRATION = True  # type: ignore[attr-defined]
    with pytest.raises(CommandError, match="a practice of its own"):
        call_command("demo", no_serve=True, reset=True)
    assert system.practice_ids() == [practice_a.pk]


def test_another_database_must_be_marked(settings: object) -> None:
    settings.DEMONSTRATION = False  # type: ignore[attr-defined]
    with pytest.raises(CommandError, match="PLUMBLINE_DEMONSTRATION=1"):
        call_command("demo", no_serve=True)


def test_only_the_embedded_database_is_thrown_away(settings: object) -> None:
    settings.EMBEDDED_DATABASE = False  # type: ignore[attr-defined]
    with pytest.raises(Refused, match="yourself"):
        database.throw_away()
