"""The filters over incidents: forms read from the address, and the rows that they leave."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django import forms
from django.db.models import Q

from incidents.response.models import Incident
from incidents.response.models.incident import IncidentQuerySet
from portal.tenancy.models import Client

UNCLOSED, ALL = "unclosed", "all"
STATES = {UNCLOSED: "Not closed", ALL: "All"}
WITHIN = (("", "Any time"), ("30", "Last 30 days"), ("90", "Last 90 days"), ("365", "Last 12 months"))
DRILLS = (("", "Real ones"), ("only", "Drills"), ("all", "Both"))


class IncidentFilters(forms.Form):
    """What to show; what cannot be understood counts as not asked. `clients`: None on one client's own list.

    `for_practice`: people who respond begin with what is not closed, the client's people with everything but drills.
    """

    q = forms.CharField(required=False, max_length=100, label="What", widget=forms.SearchInput)
    client = forms.ChoiceField(required=False, label="Client")
    severity = forms.ChoiceField(
        required=False, label="Severity", choices=[("", "Any"), *Incident.Severity.choices]
    )
    state = forms.ChoiceField(required=False, label="State")
    within = forms.ChoiceField(required=False, label="Detected", choices=WITHIN)
    drill = forms.ChoiceField(required=False, label="Drills", choices=DRILLS)

    def __init__(self, data: Any, *, clients: Iterable[Client] | None, for_practice: bool) -> None:
        super().__init__(data, auto_id="filter_%s")
        self.first, other = (UNCLOSED, ALL) if for_practice else (ALL, UNCLOSED)
        self._choose("state", [("", STATES[self.first]), *Incident.Status.choices, (other, STATES[other])])
        if clients is None:
            del self.fields["client"]
        else:
            listed = list(clients)
            self.client_ids = {each.slug: each.pk for each in listed}
            self._choose("client", [("", "All clients"), *((each.slug, each.name) for each in listed)])
        if not for_practice:
            del self.fields["drill"]
        self.is_valid()

    def _choose(self, name: str, choices: list[tuple[str, str]]) -> None:
        field = self.fields[name]
        assert isinstance(field, forms.ChoiceField)
        field.choices = choices

    def narrow(self, rows: IncidentQuerySet, now: datetime, zone: ZoneInfo) -> IncidentQuerySet:
        """Keep the rows that the filters ask for."""
        rows = self.about(rows)
        if first := self.first_day(now, zone):
            rows = rows.filter(detected_at__gte=datetime.combine(first, time(), zone))
        drill = self.cleaned_data.get("drill", "")
        if drill != "all":
            rows = rows.filter(drill=drill == "only")
        return self._by_state(rows)

    def about(self, rows: IncidentQuerySet) -> IncidentQuerySet:
        """Keep the rows of the wished client, severity and words, whatever their state and day: what figures are of."""
        wished = self.cleaned_data
        if text := wished.get("q"):
            rows = rows.filter(matching(text))
        if slug := wished.get("client"):
            rows = rows.filter(client_id=self.client_ids[slug])
        if severity := wished.get("severity"):
            rows = rows.filter(severity=severity)
        return rows

    def first_day(self, now: datetime, zone: ZoneInfo) -> date | None:
        """The day from which on detected ones are wished; None for any time."""
        days = self.cleaned_data.get("within")
        return now.astimezone(zone).date() - timedelta(days=int(days)) if days else None

    def about_words(self) -> str:
        """Say what the figures are narrowed to: "of Alder & Sons, SEV2 High, with “invoice”"; "" for everything."""
        wished = self.cleaned_data
        client = dict(self.fields["client"].choices).get(wished["client"]) if wished.get("client") else ""  # type: ignore[attr-defined]
        severity = Incident.Severity(wished["severity"]).label if wished.get("severity") else ""
        text = f"with “{wished['q']}”" if wished.get("q") else ""
        return ", ".join(filter(None, [f"of {client}" if client else "", severity, text]))

    def _by_state(self, rows: IncidentQuerySet) -> IncidentQuerySet:
        state = self.cleaned_data.get("state") or self.first
        if state == UNCLOSED:
            return rows.unclosed()
        return rows if state == ALL else rows.filter(status=state)


def matching(text: str) -> Q:
    """A word of the title, or the reference as people write it: INC-0042, 42."""
    digits = text.strip().upper().removeprefix("INC-").removeprefix("DRILL-").lstrip("0")
    found = Q(title__icontains=text)
    return (
        found | Q(number=int(digits)) if digits.isascii() and digits.isdigit() and len(digits) < 9 else found
    )
