"""The forms of incidents: logging, recording, writing, telling, editing."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django import forms

from incidents.response.models import Incident, IncidentLink, Responder
from incidents.response.pages.fields import InstantForm, TimeOfDayField, both_or_none, joined, text
from incidents.response.rules.severities import severities
from incidents.response.rules.ways import TOLD
from incidents.response.update_actions import Words
from portal.documents.evidence.forms import OneFileField
from portal.lib.fields import BlanksRefused, LinesField
from portal.shell.fields import OneOfField, PersonField, ReasonField, person
from portal.shell.widgets import DayField

if TYPE_CHECKING:
    from portal.accounts.models import User
    from portal.tenancy.models import Client

#: The instants that people record, in their order; each is corrected in the same form.
RECORDED = ("detected_at", "reported_at", "aware_at", "contained_at", "fixed_at", "resolved_at")


COUNTED = {"min_value": "Enter a whole number, 0 or more", "invalid": "Enter a whole number, 0 or more"}


def severity_choices() -> list[tuple[str, str]]:
    """Every severity with what it means."""
    return [(level.id, f"{level.id} {level.label}: {level.means}") for level in severities().values()]


class LogForm(InstantForm):
    """One minute: for whom, what, how bad. Everything else can wait, and stands folded."""

    field_order = ["client", "title", "severity"]
    client = OneOfField(label="Client", error_messages={"required": "Choose the client that it happened to"})
    title = text(
        "What happened", most=200, required=True, help_text="In a few words, as the client would say it."
    )
    severity = forms.ChoiceField(
        label="Severity",
        widget=forms.RadioSelect,
        help_text="Unsure between two? Take the higher.",
        error_messages={"required": "Choose how bad it is"},
    )
    also = forms.MultipleChoiceField(
        label="Other clients that it hit",
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text="Each gets its own part under the same number, and learns nothing of the others.",
    )
    summary = text("What is known", most=2000, rows=3)
    source = text("How it came to light", most=120, help_text="An alert, a person, a review.")
    personal_data = forms.ChoiceField(
        label="Is personal data involved",
        choices=Incident.PersonalData.choices,
        required=False,
        initial="unknown",
    )
    lead = PersonField(label="Who leads", required=False)
    drill = forms.BooleanField(
        label="This is a drill", required=False, help_text="Its clocks run, and nobody outside is told."
    )
    FOLDED = ("day", "clock", "also", "summary", "source", "personal_data", "lead", "drill")

    def __init__(
        self, data: Any = None, *, clients: Iterable[Client], people: Iterable[User], **options: Any
    ) -> None:
        super().__init__(data, **options)
        self.clients = {each.slug: each for each in clients}
        field = self.fields["client"]
        assert isinstance(field, OneOfField)
        field.nobody = "Choose a client" if len(self.clients) > 1 else ""
        field.offer(self.clients.values())
        self._choices("severity", severity_choices())
        self._choices("also", [(each.slug, each.name) for each in self.clients.values()])
        person(self, "lead").offer_people(people)
        self.fields["day"].label = "Detected on"
        if len(self.clients) < 2:
            del self.fields["also"]

    def _choices(self, name: str, choices: list[tuple[str, str]]) -> None:
        field = self.fields[name]
        assert isinstance(field, forms.ChoiceField)
        field.choices = choices

    @property
    def start(self) -> list[forms.BoundField]:
        """What is asked at once."""
        return [self[name] for name in ("client", "title", "severity")]

    @property
    def more(self) -> list[forms.BoundField]:
        """What stands folded."""
        return [self[name] for name in self.FOLDED if name in self.fields]

    @property
    def is_unfolded(self) -> bool:
        """Whether something in the folded part needs a look."""
        return any(name in self.errors for name in self.FOLDED)

    def chosen(self) -> list[Client]:
        """The client and the others that it hit, each once."""
        others = [self.clients[slug] for slug in self.cleaned_data.get("also", ())]
        return list(dict.fromkeys([self.cleaned_data["client"], *others]))

    def facts(self) -> dict[str, Any]:
        """The facts that were entered."""
        return {name: self.cleaned_data[name] for name in ("summary", "source", "personal_data")
                if self.cleaned_data.get(name)}  # fmt: skip


class RecordForm(InstantForm):
    """When something was reached; for one that is recorded already, a correction and its reason."""

    words = text("What was done", most=2000, rows=3, help_text="The client’s people read it in the timeline.")
    why = ReasonField(required=False, label="Why it is corrected")

    def __init__(self, data: Any = None, *, corrects: bool, **options: Any) -> None:
        super().__init__(data, **options)
        del self.fields["words" if corrects else "why"]
        if corrects:
            self.fields["why"].required = True


class SeverityForm(BlanksRefused, forms.Form):
    """Another severity and the reason."""

    severity = forms.ChoiceField(label="Severity", widget=forms.RadioSelect)
    why = ReasonField()

    def __init__(self, data: Any = None, *, incident: Incident) -> None:
        super().__init__(data, initial={"severity": incident.severity})
        field = self.fields["severity"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = severity_choices()


class ReopenForm(BlanksRefused, forms.Form):
    """Why it is taken up again."""

    why = ReasonField()


class PeopleForm(forms.Form):
    """Who leads and who has which role."""

    lead = PersonField(label="Lead", required=False, help_text="Decides; hands the doing to others.")

    def __init__(self, data: Any = None, *, incident: Incident, people: Iterable[User]) -> None:
        self.held = {row.role: row.user for row in incident.responders.select_related("user")}
        super().__init__(data, initial={"lead": incident.lead, **self.held})
        everybody = list(people)
        for role in Responder.Role:
            self.fields[role.value] = PersonField(label=role.label, required=False)
            person(self, role.value).offer_people(everybody, self.held.get(role.value))
        person(self, "lead").offer_people(everybody, incident.lead)

    def changed_roles(self) -> dict[str, User | None]:
        """The roles that somebody else has now, or nobody."""
        return {
            role.value: self.cleaned_data[role.value]
            for role in Responder.Role
            if self.cleaned_data[role.value] != self.held.get(role.value)
        }


class EntryForm(InstantForm):
    """What happened and when; for the client's people too unless it is internal."""

    field_order = ["words", "internal", "file", "said_by", "day", "clock"]
    words = text("What happened", most=4000, rows=4, required=True)
    internal = forms.BooleanField(label="Internal: only people of the practice read it", required=False)
    file = OneFileField(label="What shows it")
    said_by = text("Who says so", most=120, help_text="If it was not you: a name, a log, a supplier.")


class CorrectionForm(InstantForm):
    """What should have been written, and why; the first entry stays."""

    field_order = ["words", "day", "clock", "why"]
    words = text("What happened", most=4000, rows=4, required=True)
    why = ReasonField(label="Why it is corrected")


class UpdateForm(InstantForm):
    """What the client is told: now through the portal, or told already."""

    field_order = ["known", "affected", "doing", "how", "channel", "day", "clock", "next_day", "next_clock"]
    known = text("What is known", most=2000, rows=4, required=True, help_text="Facts. No guess at the cause.")
    affected = text("What is affected", most=2000, rows=2)
    doing = text("What we do", most=2000, rows=2)
    how = forms.ChoiceField(label="How the client is told", widget=forms.RadioSelect, initial="send")
    channel = forms.ChoiceField(
        label="Told by", choices=[(each, each) for each in TOLD.values()], required=False,
        help_text="Only when the client was told already.",
    )  # fmt: skip
    next_day = DayField(label="Next update by", required=False)
    next_clock = TimeOfDayField(label="At", required=False)

    def __init__(self, data: Any = None, *, reaches: str, wished: str = "", **options: Any) -> None:
        super().__init__(data, initial={"channel": TOLD.get(wished, "")}, **options)
        field = self.fields["how"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [
            ("send", f"Send it now: {reaches}"),
            ("told", "They were told already; keep a record"),
        ]
        self.fields["day"].label, self.fields["clock"].label = "Told on", "Told at"

    def clean(self) -> dict[str, Any]:
        found = super().clean()
        both_or_none(found.get("next_day"), found.get("next_clock"))
        return found

    @property
    def is_sent(self) -> bool:
        """Whether the portal sends it."""
        return bool(self.cleaned_data["how"] == "send")

    def said(self) -> Words:
        """What was written."""
        found = self.cleaned_data
        next_at: datetime | None = None
        if found.get("next_day"):
            next_at = joined(found["next_day"], found["next_clock"], self.zone)
        return Words(found["known"], found["affected"], found["doing"], next_at)


class FactsForm(BlanksRefused, forms.ModelForm):  # type: ignore[type-arg]
    """What is known of it. `version` is what the person saw, so that nobody overwrites another."""

    version = forms.IntegerField(widget=forms.HiddenInput)
    systems = LinesField(label="Systems", required=False)
    data_categories = LinesField(label="Categories of data", required=False)

    class Meta:
        model = Incident
        fields = (
            "title", "summary", "source", "systems", "personal_data", "our_role", "data_categories",
            "people_affected", "records_affected", "high_risk", "risk_assessment", "containment",
            "evidence_preserved", "root_cause", "contributing_factors", "recovery_verified_by", "runbook_updates",
        )  # fmt: skip
        labels = {
            "title": "What happened", "summary": "What is known", "source": "How it came to light",
            "personal_data": "Is personal data involved", "our_role": "Our role for these data",
            "people_affected": "People affected", "records_affected": "Records affected",
            "high_risk": "High risk for the people affected", "risk_assessment": "What the risk is",
            "containment": "What was done to contain it", "evidence_preserved": "Evidence that was kept",
            "root_cause": "Cause", "contributing_factors": "What made it likelier or worse",
            "recovery_verified_by": "Recovery verified by", "runbook_updates": "Changes to runbooks",
        }  # fmt: skip
        error_messages = dict.fromkeys(("people_affected", "records_affected"), COUNTED)

    def __init__(self, data: Any = None, *, incident: Incident) -> None:
        super().__init__(data, instance=incident, initial={"version": incident.version})

    def values(self) -> dict[str, Any]:
        """What was entered, by field."""
        return {name: value for name, value in self.cleaned_data.items() if name != "version"}


class LinkForm(forms.Form):
    """A record of the client's registers, and what happened to it."""

    record = OneOfField(label="Record", error_messages={"required": "Choose the record"})
    effect = forms.ChoiceField(label="What happened to it", choices=IncidentLink.Effect.choices)

    def __init__(self, data: Any = None, *, records: Iterable[Any]) -> None:
        super().__init__(data)
        field = self.fields["record"]
        assert isinstance(field, OneOfField)
        field.nobody = "Choose a record"
        field.offer(records)


class UnlinkForm(BlanksRefused, forms.Form):
    """Why a record is not touched after all."""

    why = ReasonField(help_text="Kept in the timeline.")


class ClientForm(forms.Form):
    """Another client that was hit."""

    client = OneOfField(label="Client", error_messages={"required": "Choose the client"})

    def __init__(self, data: Any = None, *, clients: Iterable[Client]) -> None:
        super().__init__(data)
        field = self.fields["client"]
        assert isinstance(field, OneOfField)
        field.nobody = "Choose a client"
        field.offer(clients)
