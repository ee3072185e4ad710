"""From findings to posture: shares, areas, the weakest point, and exceptions that hold or have lapsed."""

from __future__ import annotations

import pytest

from clients.posture.catalogue import catalogue
from clients.posture.rules.facts import Facts
from clients.posture.rules.finding import Result
from clients.posture.rules.registry import is_provable
from clients.posture.rules.rollup import Posture, Waived, percent, posture
from tests.clients.posture.made import NOW, credential, days, facts


def of(known: Facts, *waivers: Waived) -> Posture:
    return posture(known, NOW, catalogue(), waivers)


OVERDUE = facts(credentials=(credential(renewal_on=days(-2), name="Xero token"),))


@pytest.mark.parametrize(
    ("part", "whole", "share"),
    [
        (0, 0, None),
        (0, 9, 0),
        (9, 9, 100),
        (60, 72, 83),
        (11, 12, 92),
        (1, 900, 1),
        (899, 900, 99),
        (1, 2, 50),
        (5, 8, 63),
    ],
)
def test_a_share_is_100_or_0_only_when_it_is_exactly_so(part: int, whole: int, share: int | None) -> None:
    assert percent(part, whole) == share


def test_without_records_everything_applies_and_nothing_passes() -> None:
    found = of(Facts())
    assert (found.tally.passes, found.tally.unknown, found.tally.applicable) == (0, 90, 90)
    assert found.share == 0


def test_unknown_controls_are_applicable_and_never_passed() -> None:
    found = of(facts())
    by_hand = [each.result for each in found.standings]
    assert found.tally.passes == by_hand.count(Result.PASS)
    assert found.tally.applicable == 90 - by_hand.count(Result.NOT_APPLICABLE)
    assert found.tally.unknown > found.tally.passes > 0


def test_the_share_is_over_what_the_registers_can_prove() -> None:
    found = of(facts(credentials=[credential()]))
    tally = found.tally
    provable = [each for each in found.standings if is_provable(each.control.id)]
    apply = [each for each in provable if each.result is not Result.NOT_APPLICABLE]
    decided = [each for each in found.standings if each not in provable and not each.is_unrecorded]
    assert tally.provable == len(apply) + sum(each.result is not Result.NOT_APPLICABLE for each in decided)
    assert tally.unrecorded + tally.provable == tally.applicable
    assert tally.unrecorded > 0
    assert found.share == percent(tally.passes, tally.provable)


def test_an_unknown_control_that_could_be_proven_lowers_the_share() -> None:
    found = of(Facts())
    unknown = [each for each in found.standings if not each.is_unrecorded]
    assert {each.result for each in unknown} == {Result.UNKNOWN}
    assert found.tally.provable == len(unknown) == 24
    assert found.share == 0


def test_a_control_that_fails_counts_though_it_could_not_be_proven() -> None:
    shared = of(facts(credentials=[credential(shared="yes")]))
    standing = shared.of("ACC-02")
    assert standing is not None
    assert standing.result is Result.FAIL
    assert not is_provable("ACC-02")
    assert not standing.is_unrecorded


def test_areas_hold_every_control_once() -> None:
    found = of(facts())
    assert sum(len(area.standings) for area in found.areas) == 90
    assert sum(area.tally.passes for area in found.areas) == found.tally.passes


def test_the_weakest_point_is_a_failing_record() -> None:
    secrets = next(area for area in of(OVERDUE).areas if area.key == "SEC")
    assert (secrets.weakest, secrets.state) == ("Xero token is overdue since 17 Nov 2026", "late")


def test_an_area_without_any_record_says_so() -> None:
    logging = next(area for area in of(Facts()).areas if area.key == "VUL")
    assert (logging.weakest, logging.state) == ("Nothing recorded for 4", "")


def test_evidence_of_an_area_counts_a_record_once() -> None:
    found = of(facts(integrations=(), exports=()))
    secrets = next(area for area in found.areas if area.key == "SEC")
    assert secrets.evidence == 1
    assert secrets.oldest_on == days(-10)


@pytest.mark.parametrize(
    ("until", "result"), [(days(1), "exception"), (days(0), "exception"), (days(-1), "fail")]
)
def test_a_waiver_holds_up_to_its_last_day(until: object, result: str) -> None:
    waiver = Waived("SEC-07", "moving to another provider", until)  # type: ignore[arg-type]
    found = of(OVERDUE, waiver)
    standing = found.of("SEC-07")
    assert standing is not None
    assert standing.result == result


def test_a_waiver_neither_passes_nor_covers_what_is_unknown() -> None:
    waivers = [Waived(control_id, "reason", days(30)) for control_id in ("SEC-07", "ACC-04", "ACC-01")]
    found = of(OVERDUE, *waivers)
    assert [found.of(each).result for each in ("SEC-07", "ACC-04", "ACC-01")] == [  # type: ignore[union-attr]
        "exception",
        "unknown",
        "pass",
    ]
    assert found.tally.passes == of(OVERDUE).tally.passes
    assert found.tally.waived == 1


def test_the_longest_of_several_waivers_counts() -> None:
    found = of(OVERDUE, Waived("SEC-07", "new", days(30)), Waived("SEC-07", "old", days(-3)))
    assert found.of("SEC-07").waiver.reason == "new"  # type: ignore[union-attr]


def test_a_waived_area_names_its_waiver_when_nothing_is_worse() -> None:
    found = of(OVERDUE, Waived("SEC-07", "moving", days(30)))
    secrets = next(area for area in found.areas if area.key == "SEC")
    assert (secrets.weakest, secrets.state) == ("Credential register complete waived to 19 Dec 2026", "wait")


def test_an_unknown_control_is_not_found() -> None:
    assert of(Facts()).of("XYZ-01") is None
