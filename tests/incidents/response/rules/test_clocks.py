"""Which clocks are proposed: role, place, sector, counts and risk; whose they are; and what starts where facts lack."""

from __future__ import annotations

from datetime import UTC, timedelta

import pytest

from incidents.response.rules.catalogue import by_id, clocks, sectors
from incidents.response.rules.clocks import BOTH, CLIENTS, OURS, Facts, propose
from tests.incidents.response.rules.samples import at, facts, proposed

AWARE, LATER = "2026-11-19T10:30+00:00", "2026-11-20T09:00+00:00"
PLAIN = {"sectors": (), "switched_on": ()}


def ids(*args, **known) -> list[str]:
    return [each.id for each in propose(facts(*args, **known))]


class TestRoles:
    def test_a_processor_tells_its_client_first_and_sees_the_clients_clocks(self) -> None:
        found = propose(facts(jurisdictions=["GB"], events={"awareness": AWARE}, **PLAIN))
        assert [(each.id, each.duty) for each in found] == [
            ("uk-gdpr-processor", OURS),
            ("uk-gdpr-ico", CLIENTS),
            ("uk-gdpr-individuals", CLIENTS),
        ]

    def test_a_controller_owes_what_controllers_owe_and_nothing_to_a_controller(self) -> None:
        found = propose(facts("controller", jurisdictions=["GB"], events={"awareness": AWARE}, **PLAIN))
        assert [(each.id, each.duty) for each in found] == [
            ("uk-gdpr-ico", OURS),
            ("uk-gdpr-individuals", OURS),
        ]

    def test_with_both_roles_both_sides_are_ours_and_the_clients_clock_is_said(self) -> None:
        events = {"awareness": AWARE, "client_awareness": LATER}
        found = proposed(facts(BOTH, jurisdictions=["GB"], events=events, **PLAIN))
        assert list(found) == ["uk-gdpr-processor", "uk-gdpr-ico", "uk-gdpr-individuals"]
        assert {each.duty for each in found.values()} == {OURS}
        assert found["uk-gdpr-ico"].trigger_at == at(AWARE)
        assert "the client runs the same clock" in found["uk-gdpr-ico"].note

    @pytest.mark.parametrize("role", ["processor", BOTH])
    def test_every_duty_to_a_controller_has_a_time_and_comes_first(self, role: str) -> None:
        found = propose(facts(role, events={"awareness": AWARE}))
        firsts = [each for each in found if each.clock.tells_the_controller]
        assert found[: len(firsts)] == firsts
        assert len(firsts) == sum(clock.tells_the_controller for clock in clocks()) == 7
        assert all(each.due_at and each.duty == OURS for each in firsts)


class TestTheClientsOwnClocks:
    def test_they_start_when_the_client_knew(self) -> None:
        events = {"awareness": AWARE, "discovery": AWARE, "client_awareness": LATER}
        found = proposed(facts(events=events))
        assert found["uk-gdpr-ico"].trigger_at == at(LATER)
        assert found["us-hipaa-individuals"].trigger_at == at(LATER)
        assert found["sg-pdpa-assess"].trigger_at == at(LATER)
        assert found["uk-gdpr-processor"].trigger_at == at(AWARE)
        assert not any(each.assumed for each in found.values() if each.duty == CLIENTS)

    def test_until_that_is_recorded_they_are_counted_from_our_knowing_and_say_so(self) -> None:
        found = proposed(facts(events={"awareness": AWARE}))["uk-gdpr-ico"]
        assert found.trigger_at == at(AWARE)
        assert found.assumption == "Counted from when we knew: when the client did is not recorded."

    def test_the_year_of_discovery_is_the_clients_too(self) -> None:
        events = {"awareness": "2026-12-31T20:00-05:00", "client_awareness": "2027-01-02T09:00-05:00"}
        found = proposed(facts(zone="America/New_York", events=events))["us-hipaa-hhs-under-500"]
        assert found.due_on is not None
        assert found.due_on.isoformat() == "2028-02-29"


class TestWhatIsNotRecorded:
    @pytest.mark.parametrize("id_", ["us-ca-service-provider", "sg-pdpa-intermediary"])
    def test_discovery_and_suspicion_fall_back_to_awareness(self, id_: str) -> None:
        found = proposed(facts(events={"awareness": AWARE}))[id_]
        assert found.due_at == at(AWARE) + timedelta(hours=24)
        assert found.assumption.startswith("Counted from awareness: the instant of ")

    def test_awareness_is_never_taken_from_detection(self) -> None:
        found = proposed(facts(events={"discovery": AWARE}))["uk-gdpr-ico"]
        assert found.due_at is None
        assert found.waits_for == "awareness"

    def test_without_any_event_everything_waits_and_nothing_is_left_out(self) -> None:
        found = propose(facts())
        assert {each.clock.id for each in found} == set(by_id())
        assert all(each.waits_for and each.due_at is None for each in found)

    def test_an_instant_without_its_zone_is_refused(self) -> None:
        with pytest.raises(ValueError, match="“awareness” needs its time zone"):
            Facts(frozenset({"GB"}), "processor", {"awareness": at(AWARE).replace(tzinfo=None)})
        with pytest.raises(ValueError, match="“eu-dora-initial” needs its time zone"):
            facts(reports={"eu-dora-initial": at(AWARE).replace(tzinfo=None)})

    def test_an_event_that_starts_nothing_is_refused(self) -> None:
        with pytest.raises(ValueError, match="“aware” is not an event"):
            facts(events={"aware": AWARE})


class TestWhere:
    def test_only_the_laws_of_the_places_chosen_are_proposed(self) -> None:
        assert {each.split("-")[0] for each in ids(jurisdictions=["SG"], **PLAIN)} == {"sg"}
        assert ids(jurisdictions=[], **PLAIN) == []

    def test_a_countrys_law_holds_in_its_parts_and_not_the_other_way_round(self) -> None:
        assert "us-hipaa-individuals" in ids(jurisdictions=["US-CA"], sectors=["health"])
        assert not any(each.startswith(("us-ca", "us-ny")) for each in ids(jurisdictions=["US"]))

    def test_contracts_hold_everywhere(self) -> None:
        assert ids(jurisdictions=[], sectors=["card_data"], events={"discovery": AWARE}) == [
            "pci-visa-report",
            "pci-visa-report-follow-up",
            "pci-acquirer",
        ]

    @pytest.mark.parametrize("sector", sorted(set(sectors()) - {"general"}))
    def test_a_sectors_clocks_need_the_sector(self, sector: str) -> None:
        with_it = set(ids(sectors=[sector]))
        without = set(ids(sectors=[]))
        assert without < with_it
        assert {by_id()[each].when.sector for each in with_it - without if each in by_id()} == {sector}

    @pytest.mark.parametrize("id_", ["uk-csr-bill-initial", "eu-ai-act-serious-incident"])
    def test_unsettled_law_needs_to_be_switched_on(self, id_: str) -> None:
        assert id_ not in ids(switched_on=[])
        assert id_ in ids(switched_on=[id_])
        assert [clock.id for clock in clocks() if not clock.is_settled] == [
            "uk-csr-bill-initial",
            "eu-ai-act-serious-incident",
        ]


class TestThresholds:
    @pytest.mark.parametrize(
        ("id_", "persons", "stands"),
        [
            ("us-hipaa-hhs-500", 499, False),
            ("us-hipaa-hhs-500", 500, True),
            ("us-hipaa-hhs-under-500", 499, True),
            ("us-hipaa-hhs-under-500", 500, False),
            ("us-hipaa-media", 500, False),
            ("us-hipaa-media", 501, True),
            ("us-ca-ag", 500, False),
            ("us-ca-ag", 501, True),
            ("us-ftc-safeguards", 499, False),
            ("us-ftc-safeguards", 500, True),
            ("sg-pdpa-commission", 499, True),
            ("sg-pdpa-commission", 500, True),
        ],
    )
    def test_counts_are_kept_to_the_person(self, id_: str, persons: int, stands: bool) -> None:
        assert (id_ in ids(persons=persons)) is stands

    def test_either_many_people_or_a_high_risk_is_enough_for_singapore(self) -> None:
        assert "sg-pdpa-commission" in ids(persons=500, high_risk="no")
        assert "sg-pdpa-commission" in ids(persons=1, high_risk="yes")
        assert "sg-pdpa-commission" not in ids(persons=499, high_risk="no")
        assert "sg-pdpa-commission" in ids(persons=None, high_risk="no")

    def test_only_a_high_risk_that_is_ruled_out_spares_the_notice_to_individuals(self) -> None:
        individuals = {"uk-gdpr-individuals", "eu-gdpr-individuals", "sg-pdpa-individuals"}
        for risk in ("yes", "suspected", "unknown"):
            assert individuals < set(ids(high_risk=risk))
        assert not individuals & set(ids(high_risk="no"))
        assert "uk-gdpr-ico" in ids(high_risk="no")

    def test_without_personal_data_only_the_clocks_of_security_remain(self) -> None:
        left = {by_id()[each].id for each in ids(personal_data="no") if each in by_id()}
        assert left == {clock.id for clock in clocks() if not clock.when.personal_data}
        assert {"eu-nis2-early-warning", "us-sec-8k"} < left
        assert "uk-gdpr-ico" in ids(personal_data="suspected")


class TestTimes:
    def test_the_contract_names_the_hours_where_the_law_names_none(self) -> None:
        found = proposed(facts(events={"awareness": AWARE}, contract_hours="PT48H"))["uk-gdpr-processor"]
        assert found.due_at == at(AWARE) + timedelta(hours=48)
        assert found.note.endswith("48 hours by contract")
        assert (found.basis, found.words) == ("contract", "48 hours from awareness, by contract")

    def test_where_it_is_agreed_stands_with_the_hours(self) -> None:
        known = facts(events={"awareness": AWARE}, contract_hours="PT36H", contract_source="DPA, clause 8.2")
        assert proposed(known)["uk-gdpr-processor"].note.endswith("36 hours by contract: DPA, clause 8.2")

    def test_without_a_contract_the_law_stands_first_and_our_own_target_behind_it(self) -> None:
        found = proposed(facts(events={"awareness": AWARE}))["uk-gdpr-processor"]
        assert (found.basis, found.due_at) == ("target", at(AWARE) + timedelta(hours=24))
        assert found.words == "without undue delay; our own target is 24 hours from awareness"

    def test_a_shorter_contract_counts_and_a_longer_one_does_not(self) -> None:
        by_law = proposed(facts(events={"awareness": AWARE}))["us-hipaa-business-associate"]
        shorter = proposed(facts(events={"awareness": AWARE}, contract_hours="PT48H"))[by_law.id]
        longer = proposed(facts(events={"awareness": AWARE}, contract_hours="P90D"))[by_law.id]
        assert shorter.due_at == at(AWARE) + timedelta(hours=48)
        assert (shorter.basis, longer.basis, by_law.basis) == ("contract", "law", "law")
        assert (longer.due_at, longer.due_on) == (by_law.due_at, by_law.due_on)

    @pytest.mark.parametrize(
        ("cases", "due_on"),
        [
            ([], "2026-12-04"),
            (["death_of_a_person"], "2026-11-29"),
            (["widespread_or_critical"], "2026-11-21"),
            (["death_of_a_person", "widespread_or_critical"], "2026-11-21"),
        ],
    )
    def test_the_ai_act_gives_less_time_in_grave_cases(self, cases: list[str], due_on: str) -> None:
        found = proposed(facts(events={"awareness": AWARE}, cases=cases))["eu-ai-act-serious-incident"]
        assert found.due_on is not None
        assert found.due_on.isoformat() == due_on
        if not cases:
            assert "10 days: death of a person" in found.note

    def test_a_trust_service_has_a_day_for_its_notification(self) -> None:
        found = proposed(facts(events={"awareness": AWARE}, cases=["trust_service_provider"]))
        assert found["eu-nis2-notification"].due_at == at(AWARE) + timedelta(hours=24)

    def test_business_days_are_those_of_the_law_not_of_the_client(self) -> None:
        """Four days after Wednesday 1 July 2026: 3 July is observed in the US, worked in London."""
        found = proposed(facts(zone="America/New_York", holiday_calendar="GB-ENG",
                               events={"materiality_determined": "2026-07-01T12:00-04:00"}))  # fmt: skip
        assert str(found["us-sec-8k"].due_on) == "2026-07-08"

    def test_a_contract_counts_the_holidays_of_the_client(self) -> None:
        """Monday 30 November is a holiday in Scotland alone."""
        events = {"discovery": "2026-11-27T09:00+00:00"}
        english = proposed(facts("controller", events=events))["pci-visa-report"]
        scottish = proposed(facts("controller", events=events, holiday_calendar="GB-SCT"))["pci-visa-report"]
        assert (str(english.due_on), str(scottish.due_on)) == ("2026-12-02", "2026-12-03")


def test_clocks_come_by_their_due_instant_and_those_without_one_last() -> None:
    found = [
        each for each in propose(facts(events={"awareness": AWARE})) if not each.clock.tells_the_controller
    ]
    due = [each.due_at for each in found]
    dated = [each for each in due if each is not None]
    assert due[: len(dated)] == dated == sorted(dated)
    waiting = [each.id for each in found if each.id.startswith("eu-dora")]
    assert waiting == ["eu-dora-initial", "eu-dora-intermediate", "eu-dora-final"]


def test_what_is_proposed_fits_the_record_and_can_be_told_apart() -> None:
    """The widths are those of the models BreachClock and Deadline."""
    for role in ("processor", "controller", BOTH):
        found = propose(facts(role, events={"awareness": AWARE}))
        assert len({each.title for each in found}) == len(found)
        for each in found:
            assert len(each.title) <= 160
            assert len(each.id) <= 60
            assert len(each.clock.authority) <= 200
            assert len(each.clock.citation) <= 300
            assert len(each.note) <= 500
            assert len(each.trigger) <= 40
            assert len(each.duration) <= 20
            assert len(each.unit) <= 20
            assert each.due_at is None or each.due_at.tzinfo is UTC
