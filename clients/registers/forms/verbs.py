"""Small forms: one a verb. Each asks for what the action needs, and for the reason where one is owed."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from typing import Any

from django import forms

from clients.registers.models import Credential, Record
from clients.registers.models.credential import fingerprint_form
from clients.registers.queries import Roster
from portal.lib.dates import add_months, format_table
from portal.lib.fields import BlanksRefused, refuse_secrets
from portal.shell.fields import PersonField, ReasonField, person
from portal.shell.widgets import DayField


class ReasonForm(BlanksRefused, forms.Form):
    """Only the reason: to retire, to revoke."""

    why = ReasonField()


class ReassignForm(BlanksRefused, forms.Form):
    """A new owner, and for some registers a new backup owner."""

    owner = PersonField(
        label="New owner",
        help_text="Somebody who works for the client now.",
        error_messages={"required": "Choose who takes it over"},
    )
    backup_owner = PersonField(
        label="Backup owner", required=False, help_text="Who answers for it when the owner is away."
    )
    why = ReasonField()

    def __init__(self, data: Any = None, *, record: Record, people: Roster) -> None:
        super().__init__(data, initial={"backup_owner": getattr(record, "backup_owner", None)})
        person(self, "owner").offer_people(people.owners)
        if hasattr(record, "backup_owner"):
            person(self, "backup_owner").offer_people(people.owners, record.backup_owner)
        else:
            del self.fields["backup_owner"]


class RotateForm(BlanksRefused, forms.Form):
    """A rotation: when, when it is next due, and if wished the new secret's fingerprint."""

    rotated_on = DayField(label="Rotated on")
    renewal_on = DayField(label="Next renewal date", required=False)
    fingerprint = forms.CharField(
        label="Fingerprint of the new secret",
        required=False,
        max_length=80,
        validators=[fingerprint_form, refuse_secrets],
        help_text="SHA-256, such as sha256:3f9a10c2. The old one is taken away.",
    )
    why = ReasonField(label="Note", required=False)

    def __init__(self, data: Any = None, *, credential: Credential, today: dt.date) -> None:
        super().__init__(
            data, initial={"rotated_on": today, "renewal_on": proposed_renewal(credential, today)}
        )
        days = credential.rotation_interval_days
        if days:
            self.fields[
                "renewal_on"
            ].help_text = f"Worked out from the interval of {days} days. For example, 17 2 2027"
        self.fields["rotated_on"].help_text = f"Today is {format_table(today)}. For example, 17 2 2027"


class ReviewForm(BlanksRefused, forms.Form):
    """A review: when it was done, and by when it is done again."""

    reviewed_on = DayField(label="Reviewed on")
    next_on = DayField(label="Review again by")
    why = ReasonField(label="Note", required=False)

    def __init__(self, data: Any = None, *, today: dt.date) -> None:
        super().__init__(data, initial={"reviewed_on": today, "next_on": add_months(today, 12)})
        self.fields["reviewed_on"].help_text = f"Today is {format_table(today)}. For example, 17 2 2027"


def proposed_renewal(credential: Credential, today: dt.date) -> dt.date | None:
    """Work out the next renewal date from the interval; without one the span of the last period, if any."""
    if credential.rotation_interval_days:
        return today + dt.timedelta(days=credential.rotation_interval_days)
    last = credential.rotated_on or credential.issued_on
    if credential.renewal_on and last and credential.renewal_on > last:
        return today + (credential.renewal_on - last)
    return None


class HandOverForm(BlanksRefused, forms.Form):
    """Several records for one new owner."""

    records = forms.MultipleChoiceField(
        label="Which",
        widget=forms.CheckboxSelectMultiple,
        error_messages={
            "required": "Choose at least one",
            "invalid_choice": "One of the chosen entries has left this list. Choose again.",
        },
    )
    owner = PersonField(
        label="New owner",
        help_text="Somebody who works for the client now.",
        error_messages={"required": "Choose who takes them over"},
    )
    why = ReasonField()

    def __init__(self, data: Any = None, *, records: Iterable[Record], people: Roster) -> None:
        super().__init__(data)
        self.offered = {str(record.pk): record for record in records}
        choices = [
            (key, f"{record.name}: {record.owner or 'no owner'}") for key, record in self.offered.items()
        ]
        self.fields["records"].choices = choices  # type: ignore[attr-defined]
        person(self, "owner").offer_people(people.owners)

    def chosen(self) -> list[Record]:
        """The chosen records."""
        return [self.offered[key] for key in self.cleaned_data["records"]]


class UploadForm(forms.Form):
    """A table to import."""

    table = forms.FileField(
        label="Table",
        help_text="A CSV or Excel file (.xlsx) of at most 5 MB and 2,000 rows. The first line names the columns.",
        error_messages={"required": "Choose a file", "empty": "This file is empty. Choose another one."},
        widget=forms.ClearableFileInput(
            attrs={
                "accept": ".csv,.xlsx,text/csv,application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
            }
        ),
    )
