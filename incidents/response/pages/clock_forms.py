"""The forms of the clocks of the law: what they depend on, how they end, from when they are counted."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from django import forms
from django.http import QueryDict

from incidents.response.breach_actions import Choices
from incidents.response.models import Incident
from incidents.response.pages.fields import InstantForm, TimeOfDayField, both_or_none, joined, text
from incidents.response.rules import words
from incidents.response.rules.catalogue import (
    CONTRACTUAL,
    GENERAL,
    REPORT,
    cases,
    clocks,
    jurisdictions,
    sectors,
    trigger_events,
)
from incidents.response.rules.clocks import CLIENT_AWARENESS, HANDLED, YEAR_END
from portal.lib.fields import LinesField
from portal.shell.fields import ReasonField
from portal.shell.widgets import DayField

#: Instants that the record, a report or another instant gives; the others are entered with the clocks.
GIVEN = ("awareness", "discovery", REPORT, HANDLED, YEAR_END, CLIENT_AWARENESS)


def events() -> dict[str, str]:
    """The events whose instants are entered here, with their meaning."""
    return {name: meaning for name, meaning in trigger_events().items() if name not in GIVEN}


def read_choices(query: QueryDict) -> Choices:
    """Read from an address what was chosen; what is not known is left out."""
    found: dict[str, datetime] = {}
    for each in query.getlist("event"):
        name, _, written = each.partition("@")
        try:
            at = datetime.fromisoformat(written)
        except ValueError:
            continue
        if name in events() and at.utcoffset() is not None:
            found[name] = at
    unsettled = {clock.id for clock in clocks() if not clock.is_settled}
    return Choices(
        sectors=frozenset(query.getlist("sector")) & set(sectors()),
        switched_on=frozenset(query.getlist("on")) & unsettled,
        cases=frozenset(query.getlist("case")) & set(cases()),
        events=found,
    )


def address_of(choices: Choices) -> str:
    """Write choices as the query of an address; "" for none."""
    pairs = [("sector", each) for each in sorted(choices.sectors)]
    pairs += [("on", each) for each in sorted(choices.switched_on)]
    pairs += [("case", each) for each in sorted(choices.cases)]
    pairs += [("event", f"{name}@{at.isoformat()}") for name, at in sorted(choices.events.items())]
    return f"?{urlencode(pairs)}" if pairs else ""


def _several(label: str, help_text: str = "") -> forms.MultipleChoiceField:
    widget = forms.CheckboxSelectMultiple
    return forms.MultipleChoiceField(label=label, required=False, widget=widget, help_text=help_text)


class ClockFactsForm(forms.ModelForm):  # type: ignore[type-arg]
    """What decides which clocks may run. `version` is what the person saw."""

    version = forms.IntegerField(widget=forms.HiddenInput)
    jurisdictions = _several("Where the people affected live, and where client and practice are established")
    data_categories = LinesField(label="Categories of data", required=False)
    sectors = _several("What kind of organisation it concerns", "Some clocks are kept to these.")
    switched_on = _several("Laws that are not settled", "Proposed only where somebody switches them on.")
    cases = _several("Special cases")
    event = forms.ChoiceField(label="Another instant that starts clocks", required=False)
    event_day = DayField(label="Its day", required=False)
    event_clock = TimeOfDayField(label="Its time", required=False)

    class Meta:
        model = Incident
        fields = (
            "jurisdictions", "our_role", "personal_data", "high_risk", "data_categories", "people_affected",
            "records_affected",
        )  # fmt: skip
        labels = {
            "our_role": "Our role for these data", "personal_data": "Is personal data involved",
            "high_risk": "High risk for the people affected", "people_affected": "People affected",
            "records_affected": "Records affected",
        }  # fmt: skip

    def __init__(self, data: Any = None, *, incident: Incident, choices: Choices, now: datetime) -> None:
        self.chosen, self.now = choices, now
        initial = {
            "version": incident.version, "sectors": sorted(choices.sectors), "cases": sorted(choices.cases),
            "switched_on": sorted(choices.switched_on),
        }  # fmt: skip
        super().__init__(data, instance=incident, initial=initial)
        self._offer("jurisdictions", {k: v for k, v in jurisdictions().items() if k != CONTRACTUAL})
        self._offer("sectors", {k: v for k, v in sectors().items() if k != GENERAL})
        self._offer("cases", cases())
        self._offer("switched_on", {each.id: words.title(each) for each in clocks() if not each.is_settled})
        starts = {name: words.STARTS.get(name, name).capitalize() for name in events()}
        self._offer("event", {"": "None", **starts})

    def _offer(self, name: str, choices: Mapping[str, str]) -> None:
        field = self.fields[name]
        assert isinstance(field, forms.ChoiceField)
        field.choices = list(choices.items())

    def clean(self) -> dict[str, Any]:
        found = super().clean() or self.cleaned_data
        both_or_none(found.get("event_day"), found.get("event_clock"))
        if found.get("event") and not found.get("event_day"):
            self.add_error("event_day", "Enter the day and the time of this instant.")
        at = self._event_at(found)
        if at and at > self.now:
            self.add_error("event_clock", "Enter an instant that has passed.")
        return found

    def _event_at(self, found: Mapping[str, Any]) -> datetime | None:
        if not (found.get("event") and found.get("event_day") and found.get("event_clock") is not None):
            return None
        return joined(found["event_day"], found["event_clock"], ZoneInfo(self.instance.client.time_zone))

    def values(self) -> dict[str, Any]:
        """What was entered of the record."""
        return {name: self.cleaned_data[name] for name in self.Meta.fields}

    def choices(self) -> Choices:
        """What was chosen beside the record."""
        found, at = self.cleaned_data, self._event_at(self.cleaned_data)
        known = {**self.chosen.events, **({found["event"]: at} if at else {})}
        return Choices(
            frozenset(found["sectors"]), frozenset(found["switched_on"]), frozenset(found["cases"]), known
        )


class NotifiedForm(InstantForm):
    """When the notice went out, its reference, and why it was late, if it was."""

    field_order = ["day", "clock", "reference", "late_reason", "knew_day", "knew_clock"]
    reference = text("Reference", most=120, help_text="The recipient’s reference of the notice.")
    late_reason = text("Reasons for the delay", most=2000, rows=3, help_text="Only if it was late.")
    knew_day = DayField(label="Client aware on", required=False)
    knew_clock = TimeOfDayField(label="Client aware at", required=False)

    def __init__(self, data: Any = None, *, tells_client: bool, **options: Any) -> None:
        super().__init__(data, **options)
        self.fields["day"].label, self.fields["clock"].label = "Sent on", "Sent at"
        self.fields["knew_day"].help_text = "Only if the client knew of it before we told it."
        if not tells_client:
            del self.fields["knew_day"], self.fields["knew_clock"]

    def clean(self) -> dict[str, Any]:
        found = super().clean()
        both_or_none(found.get("knew_day"), found.get("knew_clock"))
        return found

    def knew_at(self) -> datetime | None:
        """When the client knew by itself, if that was entered."""
        day = self.cleaned_data.get("knew_day")
        return joined(day, self.cleaned_data["knew_clock"], self.zone) if day else None


class NotNotifiedForm(forms.Form):
    """Why nobody is notified."""

    why = ReasonField(help_text="Kept with the clock. An authority may ask for it.")


class CorrectClockForm(InstantForm):
    """From which instant it is counted, and why that is corrected."""

    why = ReasonField(label="Why it is corrected")
