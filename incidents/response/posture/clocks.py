"""Which clocks an incident with personal data should have and has not: what the posture asks of INC-08."""

from __future__ import annotations

from collections.abc import Iterable

from incidents.response.models import BreachClock, Incident
from incidents.response.rules.catalogue import CONTRACTUAL, Clock, clock_of, clocks, jurisdictions
from incidents.response.rules.clocks import BOTH, Facts, applies


def unstarted(incident: Incident, started: Iterable[BreachClock]) -> tuple[str, ...]:
    """Name what may run for everybody in the places chosen and was not started; each reads after "no clock".

    Nothing where no personal data is involved. Only clocks of no special kind of organisation are asked for: the
    others are chosen by a person who knows the client.
    """
    if incident.personal_data != Incident.PersonalData.YES:
        return ()
    rules = [rule for row in started if (rule := clock_of(row.clock)) is not None]
    if not rules:
        return ("at all",)
    if not incident.jurisdictions:
        return ("for any place, as none is chosen",)
    may = _applying(incident, incident.jurisdictions)
    missing = []
    if any(each.tells_the_controller for each in may) and not any(
        each.tells_the_controller for each in rules
    ):
        missing.append("for telling the client")
    names = jurisdictions()
    for place in incident.jurisdictions:
        asked = [each for each in _applying(incident, [place]) if each.jurisdiction != CONTRACTUAL]
        if asked and not any(_covers(each.jurisdiction, place) for each in rules):
            missing.append(f"for {_with_article(names.get(place, place))}")
    return tuple(missing)


def _with_article(name: str) -> str:
    return f"the {name}" if name.startswith(("United", "European")) else name


def _applying(incident: Incident, places: Iterable[str]) -> list[Clock]:
    facts = Facts(
        jurisdictions=frozenset(places),
        role=BOTH if incident.our_role == Incident.OurRole.BOTH else incident.our_role,
        events={},
        personal_data=incident.personal_data,
        high_risk=incident.high_risk,
        persons=incident.people_affected,
    )
    return [clock for clock in clocks() if applies(clock, facts)]


def _covers(jurisdiction: str, place: str) -> bool:
    return jurisdiction == place or place.startswith(f"{jurisdiction}-")
