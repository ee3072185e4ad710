"""The tiers propose what the practice promises, and each can be agreed as it is."""

from __future__ import annotations

import pytest

from clients.engagements.models import SupportScope
from clients.engagements.support_tiers import tiers
from portal.accounts.models import User
from portal.tenancy.models import Client
from tests.clients.engagements.made import agree


def test_the_first_response_to_critical_faults_is_the_promised_one() -> None:
    promised = {key: tier.proposes["sev1_target"] for key, tier in tiers().items()}
    assert promised == {
        "starter": "next_business_day",
        "growth": "PT4H",
        "scale": "PT1H",
        "own": "",
        "none": "by_agreement",
    }


def test_logs_are_kept_90_days_and_longer_on_growth_and_scale() -> None:
    kept = {key: tier.proposes["log_retention_days"] for key, tier in tiers().items()}
    assert min(kept.values()) == kept["starter"] == 90
    assert 90 < kept["growth"] < kept["scale"]


@pytest.mark.django_db
@pytest.mark.parametrize("key", list(tiers()))
def test_every_tier_can_be_agreed_as_it_is_proposed(
    in_a: object, client_a1: Client, alice: User, key: str
) -> None:
    agree(client_a1, alice, key)
    assert SupportScope.objects.get().tier == key
