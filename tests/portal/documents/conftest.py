"""A renderer that takes no time, for tests of everything around it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest

from portal.documents import actions, press
from portal.documents.models import Document
from portal.documents.rendering import Rendered
from portal.tenancy.models import Client
from portal.tenancy.scope import enter
from tests.conftest import everything_of

PDF = b"%PDF-1.7 not really"


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Print nothing: three pages of no PDF at once. Contents are still read from the records."""
    monkeypatch.setattr(press, "render_pdf", lambda *args, **options: Rendered(PDF, 3))


@pytest.fixture
def made(quick: None, now: datetime) -> Callable[..., Document]:
    """Give a ready pack of a client."""

    def make(client: Client, by: Any = None, **values: Any) -> Document:
        with enter(everything_of(client.practice_id), switch=True):
            document = actions.ask_for("pack", client, by=by, at=now, **values)
            found = press.make(document.pk, task="test")
        assert found is not None, "it was not made"
        return found

    return make
