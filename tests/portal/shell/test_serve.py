"""Starting the portal on an empty database prints the one link that leads to a practice."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.management import call_command

from portal.accounts.models import SetUpLink
from portal.embedded import supervisor
from portal.shell.management.commands import serve
from portal.tenancy.models import Practice

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "system"])


@pytest.fixture
def served(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """Where it would have served."""
    places: list[Any] = []
    monkeypatch.setattr(supervisor, "run", lambda host, port: places.append((host, port)))
    monkeypatch.setattr(serve, "collect_changed_static_files", lambda: False)
    return places


def test_without_a_practice_the_set_up_link_is_printed(
    served: list[Any], capsys: pytest.CaptureFixture[str]
) -> None:
    call_command("serve", port=8765)
    assert "/set-up/" in capsys.readouterr().out
    assert SetUpLink.objects.count() == 1
    assert served == [("127.0.0.1", 8765)]


def test_with_a_practice_there_is_no_such_link(
    served: list[Any], practice_a: Practice, capsys: pytest.CaptureFixture[str]
) -> None:
    call_command("serve")
    assert "/set-up/" not in capsys.readouterr().out
    assert SetUpLink.objects.count() == 0
