"""Who and what the browser tests meet: the cast with passwords and authenticator apps, and clients with rows."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from django.core.files.uploadedfile import SimpleUploadedFile

from clients.registers.models import Credential, SubProcessor, Workflow
from clients.workflows import actions
from portal.accounts.actions import add_person
from portal.accounts.models import TotpDevice, User
from portal.tenancy.models import Client, Practice
from portal.tenancy.permissions import Role
from portal.tenancy.scope import enter
from tests.access_samples import Sample, samples
from tests.conftest import everything_of, make_assignment, make_client, make_member, make_practice

PASSWORD = "three unrelated words and a number 7"
EXPORTS = Path(__file__).parents[1] / "clients" / "workflows" / "fixtures"


@dataclass(frozen=True)
class World:
    """Two practices with three clients and five people; erin is the approver at client A2 (birch)."""

    people: dict[str, User]
    clients: dict[str, Client]
    practices: dict[str, Practice]


def make_person(name: str, email: str, *, enrolled: bool = True) -> User:
    """Somebody who can sign in with PASSWORD and, if enrolled, with an app."""
    user = add_person(email=email, name=name, password=PASSWORD)
    if enrolled:
        TotpDevice.objects.create(user=user, name="Phone", confirmed=True)
    return user


def make_world() -> World:
    """The cast of tests/conftest.py, able to sign in by themselves. Carol has no second factor yet."""
    a = make_practice("Northlight Automation", "northlight")
    b = make_practice("Southgate Systems", "southgate")
    alder, birch = make_client(a, "Alder & Sons", "alder"), make_client(a, "Birch Clinic", "birch")
    cedar = make_client(b, "Cedar Shipping", "cedar")
    people = {
        "alice": make_person("Alice Archer", "alice@northlight.test"),
        "bob": make_person("Bob Baker", "bob@northlight.test"),
        "carol": make_person("Carol Clarke", "carol@alder.test", enrolled=False),
        "dan": make_person("Dan Dyer", "dan@southgate.test"),
        "erin": make_person("Erin Eaves", "erin@birch.test"),
    }
    make_member(a, people["alice"], Role.OWNER)
    make_member(a, people["bob"], Role.CONSULTANT)
    make_assignment(alder, people["bob"], Role.CONSULTANT)
    make_assignment(alder, people["carol"], Role.CLIENT_APPROVER)
    make_assignment(birch, people["erin"], Role.CLIENT_APPROVER)
    make_member(b, people["dan"], Role.OWNER)
    return World(people, {"alder": alder, "birch": birch, "cedar": cedar}, {"a": a, "b": b})


def fill(world: World) -> list[Sample]:
    """One row of everything an address can name, and rows that are hard to show; the addresses of all of them."""
    alice, dan = world.people["alice"], world.people["dan"]
    found = samples(world.clients, {"alder": alice, "birch": alice, "cedar": dan}, world.people)
    with enter(everything_of(world.practices["a"]), switch=True):
        _add_hard_rows(world.clients["alder"], alice)
        _take_in(world.clients["alder"], alice)
    return found


def _add_hard_rows(client: Client, owner: User) -> None:
    own = {"practice_id": client.practice_id, "client": client}
    endless = "nightly_reconciliation_of_everything_with_everything_else_v2_final"
    Workflow.objects.create(**own, name=endless, platform="n8n", owner=owner, url=f"https://{endless}.test/")
    Credential.objects.create(
        **own,
        name=f"{endless}_credential",
        platform="a_platform_whose_name_nobody_ever_thought_to_shorten",
        storage="vault",
        storage_ref=f"op://Automation/{endless}/{endless}/key",
        scopes=[f"{endless}.read", f"{endless}.write"],
    )
    SubProcessor.objects.create(
        **own,
        name="Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamtengesellschaft",
        purpose="Ships",
    )


def _take_in(client: Client, by: User) -> None:
    for name in ("n8n_lead_router.json", "make_ticket_answer.json"):
        file = SimpleUploadedFile(name, (EXPORTS / name).read_bytes())
        [outcome] = actions.take_in(client, [file], by=by)
        assert outcome.ok, outcome.error
