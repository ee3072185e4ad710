"""Which clocks an incident with personal data should have: by place, by our role, by what was started."""

from __future__ import annotations

import pytest

from incidents.response.models import BreachClock, Incident
from incidents.response.posture.clocks import unstarted

TELL, ICO = "uk-gdpr-processor", "uk-gdpr-ico"


def missing(*started: str, **fields: object) -> tuple[str, ...]:
    base = {"personal_data": "yes", "jurisdictions": ["GB"], "our_role": "processor", **fields}
    return unstarted(Incident(**base), [BreachClock(clock=each) for each in started])


@pytest.mark.parametrize("answer", ["no", "suspected", "unknown"])
def test_only_a_breach_of_personal_data_is_asked_for_clocks(answer: str) -> None:
    assert missing(personal_data=answer) == ()


def test_without_any_clock_all_are_missing() -> None:
    assert missing() == ("at all",)


def test_a_processor_tells_the_client_and_a_controller_has_nobody_to_tell() -> None:
    assert missing(ICO) == ("for telling the client",)
    assert missing(TELL, ICO) == ()
    assert missing(ICO, our_role="controller") == ()
    assert missing(ICO, our_role="both") == ("for telling the client",)


def test_each_place_wants_a_clock_of_its_own_where_one_may_run() -> None:
    assert missing(TELL, jurisdictions=["GB", "EU"]) == ("for the European Union",)
    assert missing(TELL, "eu-gdpr-sa", jurisdictions=["GB", "EU"]) == ()


def test_laws_for_special_kinds_of_organisation_are_not_asked_for() -> None:
    assert missing(TELL, jurisdictions=["GB", "SG"]) == ("for Singapore",)
    assert missing(TELL, jurisdictions=["GB", "US"]) == ()


def test_where_no_place_is_chosen_that_is_what_is_missing() -> None:
    assert missing(TELL, jurisdictions=[]) == ("for any place, as none is chosen",)
