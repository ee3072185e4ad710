"""Forms about people: invite, assign, another role, the end of access."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import QuerySet

from portal.accounts.models import User
from portal.tenancy.forms import DayField
from portal.tenancy.permissions import Role

MEANS = {
    Role.OWNER: "Owner: everything, for every client, and the practice itself",
    Role.LEAD: "Lead: everything for this client, and its people",
    Role.CONSULTANT: "Consultant: keeps the registers of the clients they are assigned to",
    Role.AUDITOR: "Auditor: reads everything, changes nothing, until a date",
    Role.CLIENT_ADMIN: "Client admin: reads, approves, and manages the client’s people",
    Role.CLIENT_APPROVER: "Client approver: reads and approves changes",
    Role.CLIENT_VIEWER: "Client viewer: reads",
}


class _Until(forms.Form):
    """Last day of access in the practice's zone; becomes the instant at which that day is over."""

    until_on = DayField(
        label="Last day", required=False, help_text="Leave empty for no end. For example, 17 2 2027"
    )

    def __init__(self, *args: Any, today: date, zone: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.today, self.zone = today, ZoneInfo(zone)

    def clean_until_on(self) -> date | None:
        """Refuse a day that is over."""
        day: date | None = self.cleaned_data["until_on"]
        if day is not None and day < self.today:
            raise ValidationError(f"The last day must be today, {self.today:%-d %B %Y}, or later")
        return day

    @property
    def until_at(self) -> datetime | None:
        """The first instant without access."""
        day: date | None = self.cleaned_data.get("until_on")
        return None if day is None else datetime.combine(day + timedelta(days=1), time.min, self.zone)


class _WithRole(_Until):
    role = forms.ChoiceField(
        label="Role", widget=forms.RadioSelect, error_messages={"required": "Choose a role"}
    )

    def __init__(self, *args: Any, roles: Iterable[Role], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["role"].choices = [(role.value, MEANS[role]) for role in roles]  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        """Ask for an end where the role needs one."""
        cleaned = super().clean() or {}
        if (
            cleaned.get("role") == Role.AUDITOR
            and not cleaned.get("until_on")
            and "until_on" not in self.errors
        ):
            self.add_error("until_on", "An auditor needs an end date: enter the last day")
        return cleaned


class InviteForm(_WithRole):
    """Whom to invite, to what."""

    email = forms.EmailField(
        label="Email address",
        help_text="The invitation is sent there, and only that address can accept it.",
        error_messages={"required": "Enter the address to invite"},
    )
    field_order = ("email", "role", "until_on")


class AssignForm(_WithRole):
    """Which of the practice's people is to work for a client, as what."""

    user = forms.ModelChoiceField(
        label="Person", queryset=User.objects.none(), error_messages={"required": "Choose a person"}
    )
    field_order = ("user", "role", "until_on")

    def __init__(self, *args: Any, people: QuerySet[User], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["user"].queryset = people  # type: ignore[attr-defined]


class RoleForm(_WithRole):
    """Another role for somebody."""

    field_order = ("role", "until_on")


class EndAccessForm(_Until):
    """When somebody's access ends, and why."""

    why = forms.CharField(
        label="Why", max_length=200, required=False, help_text="Kept in the activity with the change."
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["until_on"].help_text = "Leave empty to end the access now. For example, 17 2 2027"
