"""What a pack says: the registers as they stand, with sources; never a reference, a fingerprint or an internal row."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from clients.registers.models import Credential, Integration, SubProcessor
from clients.trust.contents import pack_of
from clients.trust.pack import Pack
from clients.workflows.models import WorkflowExport
from portal.accounts.models import User
from portal.tenancy.models import Client
from portal.tenancy.scope import Scope, enter
from tests.clients.trust.conftest import INTERNAL, LEGAL_NAME, REFERENCE
from tests.conftest import everything_of

NUMBER = "2026-11-19-0001"
pytestmark = pytest.mark.django_db


@pytest.fixture
def pack(recorded: Client, now: datetime, in_a: Scope) -> Pack:
    return pack_of(recorded, now, number=NUMBER, addressee="Kestrel Bank")


def test_the_cover_says_who_when_and_until_when(pack: Pack) -> None:
    cover = pack.cover
    assert cover.client == LEGAL_NAME
    assert cover.at_words == "Thursday 19 November 2026, 10:30 GMT"
    assert cover.ask_again_words == "17 February 2027"
    assert (cover.contact, cover.contact_email) == ("Łukasz Zieliński", "lukasz@northlight.test")


def test_the_instant_is_in_the_zone_of_the_client(recorded: Client, in_a: Scope) -> None:
    recorded.time_zone = "Europe/Lisbon"
    summer = pack_of(recorded, datetime(2026, 7, 1, 23, 30, tzinfo=UTC), number=NUMBER)
    assert summer.cover.at_words == "Thursday 2 July 2026, 00:30 WEST"


def test_the_data_is_json_of_plain_values_and_the_same_each_time(
    pack: Pack, recorded: Client, now: datetime
) -> None:
    data = pack.as_data()
    assert json.loads(json.dumps(data)) == data
    assert pack_of(recorded, now, number=NUMBER, addressee="Kestrel Bank").as_data() == data
    assert data["schema"] == "plumbline/pack/1"


def test_neither_references_nor_fingerprints_nor_internal_rows_get_in(pack: Pack) -> None:
    said = json.dumps(pack.as_data(), ensure_ascii=False)
    for hidden in (REFERENCE, "op://", "sha256:", "3f9a10c2", INTERNAL, "Hushed"):
        assert hidden not in said


def test_an_internal_row_stays_out_by_the_query_alone_too(recorded: Client, now: datetime) -> None:
    with enter(everything_of(recorded.practice_id), switch=True):
        assert Integration.objects.filter(name=INTERNAL).exists(), (
            "the scope hides it, so this proves nothing"
        )
        names = [row.name for row in pack_of(recorded, now, number=NUMBER).integrations.rows]
    assert names == ["HubSpot contacts", "Xero invoices"]


def test_another_clients_rows_stay_out(
    recorded: Client, client_a2: Client, now: datetime, in_a: Scope
) -> None:
    for model in (Integration, Credential, SubProcessor):
        extra: dict[str, Any] = {"purpose": "x"} if model is SubProcessor else {}
        model.objects.create(
            practice_id=client_a2.practice_id, client=client_a2, name="Birch only", platform="slack", **extra
        )
    assert "Birch" not in json.dumps(pack_of(recorded, now, number=NUMBER).as_data())


def test_retired_and_revoked_entries_are_not_in_use(
    recorded: Client, bob: User, now: datetime, in_a: Scope
) -> None:
    Credential.objects.filter(name="Xero OAuth token").update(
        revoked_at=now, revoked_by=bob, revoked_reason="Replaced"
    )
    found = pack_of(recorded, now, number=NUMBER)
    assert [row.name for row in found.credentials.rows] == ["HubSpot private app"]


def test_integrations_show_their_scopes_and_who_approved_them(pack: Pack) -> None:
    hubspot, xero = pack.integrations.rows
    assert [(scope.name, scope.broad) for scope in hubspot.scopes][-1] == ("full access", True)
    assert hubspot.approved_on is None
    (source,) = pack.integrations.sources
    assert source.what == "Scopes approved by Carol Clarke"
    assert source.numbers[0].startswith("INT-")
    assert (xero.mark, hubspot.mark) == (source.mark, 0)
    assert pack.integrations.lead == (
        "Two integrations: one with approved scopes, one read-only, one with a broad scope."
    )


def test_credentials_show_who_answers_and_how_fresh_they_are(pack: Pack) -> None:
    hubspot, xero = pack.credentials.rows
    assert (hubspot.owner, hubspot.kept, hubspot.state) == ("", "in the platform", "ok")
    assert hubspot.remarks == ("tied to a person’s own account",)
    assert (xero.owner, xero.kept) == ("Bob Baker", "in 1Password")
    assert (xero.state, xero.words) == ("late", "3\u00a0days overdue")


def test_ai_use_joins_exports_with_the_terms_on_record(pack: Pack) -> None:
    anthropic, openai = pack.ai.rows
    assert anthropic.models == ("claude-sonnet-4-5",)
    assert anthropic.used_in == ("Invoice triage",)
    assert (anthropic.training, anthropic.retention) == ("Forbidden by its terms", "Zero retention")
    assert openai.models == ("gpt-4o",)
    assert openai.training == ""
    assert pack.ai.lead == (
        "Two AI providers: the terms of one forbid training on client data, for one nothing is recorded."
    )


def test_that_no_data_trains_is_only_said_when_every_provider_forbids_it(
    recorded: Client, now: datetime, in_a: Scope
) -> None:
    export = WorkflowExport.objects.get()
    WorkflowExport.objects.filter(pk=export.pk).update(
        facts={"ai": [{"provider": "anthropic", "model": ""}], "webhooks": []}
    )
    lead = pack_of(recorded, now, number=NUMBER).ai.lead
    assert lead == "No client data trains any model: the terms of its only provider forbid it."


def test_what_is_wrong_stands_on_the_first_page_the_overdue_first(pack: Pack) -> None:
    assert pack.summary.wrong[0] == "Overdue: Xero OAuth token, due 16 Nov 2026."
    failing = len(pack.posture.failing)
    assert failing == pack.summary.counts.fails > 0
    assert len(pack.summary.wrong) + pack.summary.more == failing + 1


def test_the_counts_add_up_and_every_control_is_named_somewhere(pack: Pack) -> None:
    counts = pack.summary.counts
    unknown = sum(len(area.controls) for area in pack.unrecorded.areas)
    assert unknown == counts.unknown
    assert sum(area.counts.provable for area in pack.posture.areas) == counts.provable
    assert len(pack.posture.not_applicable) == counts.not_applicable
    assert counts.provable + counts.unrecorded + counts.not_applicable == 90


def test_gaps_are_said_in_sentences(pack: Pack) -> None:
    assert "One credential without an owner." in pack.unrecorded.gaps
    assert "One integration whose scopes nobody approved." in pack.unrecorded.gaps


def test_a_client_without_any_record_gets_a_pack_that_claims_nothing(
    client_a2: Client, now: datetime, in_a: Scope
) -> None:
    empty = pack_of(client_a2, now, number=NUMBER)
    assert empty.summary.counts.passes == 0
    assert empty.integrations.lead == "No integration is in the register."
    assert empty.ai.lead.startswith("No AI provider is recorded")
    assert empty.cover.contact == "Northlight Automation"


def test_queries_do_not_grow_with_the_records(
    recorded: Client, now: datetime, in_a: Scope, django_assert_max_num_queries: Any
) -> None:
    with django_assert_max_num_queries(32):
        pack_of(recorded, now, number=NUMBER)
    for n in range(20):
        Integration.objects.create(
            practice_id=recorded.practice_id, client=recorded, name=f"Extra {n}", platform="slack"
        )
    with django_assert_max_num_queries(32):
        pack_of(recorded, now, number=NUMBER)
