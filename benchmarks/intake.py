"""What taking a signed alert costs, beside a bare view that writes the same rows and asks nothing."""

from __future__ import annotations

import json
import logging
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from itertools import count, cycle
from uuid import uuid4

from django.core.handlers.wsgi import WSGIHandler
from django.db import connections
from django.test import RequestFactory, override_settings

from benchmarks.measure import Clock, medians, ratio, table
from benchmarks.pages import OWNER, statements
from benchmarks.seed import person_id, practice_id
from clients.engagements.actions.support import agree_support
from clients.engagements.support_tiers import tiers
from incidents.response.actions import open_incident
from incidents.response.intake.sources import add_source
from incidents.response.models import AlertReceipt, AlertSource
from incidents.response.rules.signatures import signature_of
from portal.accounts.models import User
from portal.tenancy.models import Client
from portal.tenancy.scope import EVERY_CLIENT, Scope, enter

RUNS, AT_ONCE = 15, 10
#: So many that none comes near the number of alerts that a source, or an address of the network, may send.
SOURCES = 100
Send = Callable[[], None]


@dataclass
class Sender:
    """A source with its secret, at an address of its own; `running`: the reference of an alert that goes on."""

    source: AlertSource
    secret: str
    address: str
    running: str
    incident: int = 0


class House:
    """The portal and the bare view, each behind a WSGI handler, and the senders who take turns."""

    def __init__(self, senders: list[Sender]) -> None:
        self.turns = cycle(senders)
        self.numbers = count(1)
        self.portal = WSGIHandler()
        with override_settings(MIDDLEWARE=[]):
            self.bare = WSGIHandler()
        self.last: tuple[Sender, bytes, dict[str, str]] | None = None
        self.status = 0

    def post(
        self,
        handler: WSGIHandler,
        address: str,
        sender: Sender,
        body: bytes,
        headers: dict[str, str],
        wanted: int,
    ) -> None:
        """Send one message and refuse another answer than the one that is wanted."""
        request = RequestFactory(REMOTE_ADDR=sender.address).generic(
            "POST", address, body, content_type="application/json", headers=headers
        )
        answer = handler(request.environ, lambda *_: None)
        content = b"".join(answer)
        answer.close()
        if answer.status_code != wanted:
            raise RuntimeError(f"{address} answered {answer.status_code}: {content[:300]!r}")

    def alert(self, reference: str = "") -> bytes:
        """Write an alert as a tool sends it."""
        number = next(self.numbers)
        facts = {
            "reference": reference or f"alert-{number}",
            "source": "orders",
            "severity": "critical",
            "summary": f"Run {number} of the order sync has failed",
            "at": datetime.now(UTC).isoformat(),
            "execution": {"id": str(number), "url": f"https://flows.example/{number}", "retryOf": None},
        }
        return json.dumps(facts).encode()

    def to_portal(self, reference: Callable[[Sender], str] = lambda sender: "", *, wanted: int = 201) -> None:
        """Send a signed alert."""
        sender = next(self.turns)
        body, at = self.alert(reference(sender)), str(int(time.time()))
        headers = {
            "X-Plumbline-Timestamp": at,
            "X-Plumbline-Signature": signature_of(sender.secret, at, body),
            "Idempotency-Key": str(uuid4()),
        }
        self.last = sender, body, headers
        self.post(self.portal, _address(sender), sender, body, headers, wanted)

    def again(self) -> None:
        """Send the last one again."""
        assert self.last
        sender, body, headers = self.last
        self.post(self.portal, _address(sender), sender, body, headers, wanted=200)

    def badly_signed(self) -> None:
        """Send one with a signature that does not fit."""
        sender = next(self.turns)
        headers = {
            "X-Plumbline-Timestamp": str(int(time.time())),
            "X-Plumbline-Signature": "0" * 64,
            "Idempotency-Key": str(uuid4()),
        }
        self.post(self.portal, _address(sender), sender, self.alert(), headers, wanted=401)

    def to_bare(self, *, running: bool) -> None:
        """Send one to the bare view."""
        sender = next(self.turns)
        source = sender.source
        address = f"/bare/{source.practice_id}/{source.pk}/{source.client_id}/{source.added_by_id}/"
        if running:
            address += f"?running={sender.incident}"
        headers = {"Idempotency-Key": str(uuid4())}
        self.post(self.bare, address, sender, self.alert(), headers, wanted=201)


def run() -> None:
    """Print a table of messages with queries, time and ratio."""
    logging.getLogger("django.request").setLevel(logging.ERROR)  # refusals are meant here
    connections["default"].settings_dict["CONN_MAX_AGE"] = None  # one session, whose time can be told
    connections["default"].close()
    senders = list(_senders())
    with override_settings(ROOT_URLCONF="benchmarks.bare"):
        house = House(senders)
        for _ in senders:
            house.to_portal(lambda each: each.running)
        _find_running(senders)
        goes_on = partial(house.to_portal, lambda each: each.running, wanted=200)
        work: dict[str, Send] = {
            "opens an incident": house.to_portal,
            "the same rows by a bare view": partial(house.to_bare, running=False),
            "adds to a running one": goes_on,
            "those rows by a bare view": partial(house.to_bare, running=True),
            "comes again": house.again,
            "is signed wrongly": house.badly_signed,
            "open_incident alone": partial(_open, senders[0].source.client),
        }
        queries = {title: _queries(each) for title, each in work.items()}
        times = medians([partial(_often, each) for each in work.values()], Clock(), RUNS)
    took = dict(zip(work, (ms / AT_ONCE for ms in times), strict=True))
    beside = {
        "opens an incident": "the same rows by a bare view",
        "adds to a running one": "those rows by a bare view",
    }
    rows = [
        (title, queries[title], f"{ms:.2f}", f"{1000 / ms:,.0f}",
         ratio(ms, took[beside[title]]) if title in beside else "")
        for title, ms in took.items()
    ]  # fmt: skip
    print(table(("a message that", "queries", "ms", "a second", "over the bare view"), rows))


def _senders() -> Iterator[Sender]:
    """Give clients on Growth a source each."""
    with enter(_scope(), switch=True):
        by, now = User.objects.get(pk=person_id(OWNER)), datetime.now(UTC)
        for place, client in enumerate(Client.objects.order_by("name")[:SOURCES]):
            agree_support(client, tiers()["growth"].proposes, by=by)
            source, secret = add_source(client, {"name": "orders"}, by=by, now=now)
            yield Sender(source, secret, f"192.0.2.{place + 1}", f"running-{place}")


def _find_running(senders: list[Sender]) -> None:
    with enter(_scope(), switch=True):
        rows = AlertReceipt.objects.filter(reference__in=[each.running for each in senders])
        found = {row.reference: row.incident_id for row in rows}
    for sender in senders:
        sender.incident = found[sender.running]


def _address(sender: Sender) -> str:
    return f"/ingest/alerts/{sender.source.practice_id}/{sender.source.public_id}/"


def _open(client: Client) -> None:
    """Open an incident as the page does, without any page."""
    with enter(_scope(), switch=True):
        open_incident(
            [client], title="The order run stands still", severity="SEV1", by=None, now=datetime.now(UTC)
        )


def _scope() -> Scope:
    return Scope(practice=practice_id(), clients=EVERY_CLIENT, internal=True, reason="benchmark")


def _often(send: Send) -> None:
    for _ in range(AT_ONCE):
        send()


def _queries(send: Send) -> int:
    send()
    found: list[tuple[float, str]] = []
    with statements(found):
        send()
    return len(found)
