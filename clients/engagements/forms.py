"""The forms of support, contacts and access reviews. They ask the database nothing."""

from __future__ import annotations

import datetime as dt
import zoneinfo
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from django import forms
from django.core.exceptions import ValidationError

from clients.engagements.models import AccessReviewItem, Contact, SupportScope
from clients.engagements.models.support_scope import Channel, Severity
from clients.engagements.rules import escalation
from clients.engagements.rules.targets import read_target, target_words
from portal.lib.dates import format_table
from portal.lib.fields import BlanksRefused, refuse_secrets
from portal.lib.holiday_calendars import calendar_name, calendars
from portal.shell.fields import PersonField, ReasonField
from portal.shell.widgets import DayField
from portal.tenancy.models import Client

if TYPE_CHECKING:
    from portal.accounts.models import User

TARGET_HINTS = {
    Severity.SEV1: "A critical workflow is down, or data is at risk. For example, 4 hours or next business day.",
    Severity.SEV2: "It works badly or in part. For example, 8 hours or 2 days; days are counted as chosen below.",
    Severity.SEV3: "A limited effect with a way around it. For example, monthly support backlog.",
    Severity.SEV4: "A question or a blemish. For example, monthly support backlog or by agreement.",
}


class TargetField(forms.CharField):
    """How soon somebody responds, typed in words; cleans to the form in which it is kept."""

    def prepare_value(self, value: Any) -> Any:
        try:
            kept = read_target(value or "")
        except ValueError:
            return value
        return target_words(kept, "clock")

    def clean(self, value: Any) -> str:
        try:
            return read_target(super().clean(value) or "")
        except ValueError as error:
            raise ValidationError(str(error), code="target") from error


class HourField(forms.TimeField):
    """An hour of the day, typed as 09:00 or 9:00."""

    def __init__(self, **options: Any) -> None:
        widget = forms.TimeInput(format="%H:%M", attrs={"autocomplete": "off", "size": 6})
        super().__init__(
            widget=widget,
            input_formats=["%H:%M", "%H.%M"],
            error_messages={"invalid": "Write the hour as 09:00"},
            **options,
        )


class SupportForm(BlanksRefused, forms.ModelForm):  # type: ignore[type-arg]
    """What was agreed about support."""

    opens_at = HourField(
        label="Support opens", required=False, help_text="For example, 09:00. Empty: around the clock."
    )
    closes_at = HourField(label="Support closes", required=False, help_text="For example, 17:30")
    holiday_calendar = forms.ChoiceField(label="Public holidays", required=False)
    time_zone = forms.ChoiceField(label="Time zone", required=False)
    agreed_on = DayField(label="Agreed on", required=False)
    starts_on = DayField(label="First day", required=False)
    ends_on = DayField(label="Last day", required=False, help_text="Empty when no end was agreed.")
    version = forms.IntegerField(widget=forms.HiddenInput, required=False)

    class Meta:
        model = SupportScope
        fields = (
            "tier", "sev1_target", "sev2_target", "sev3_target", "sev4_target", "calendar", "opens_at", "closes_at",
            "time_zone", "holiday_calendar", "channel", "channel_name", "log_retention_days", "post_mortem_from",
            "post_mortem_for", "breach_notice_hours", "breach_notice_source", "warranty_terms", "agreed_on",
            "agreed_with", "starts_on", "ends_on",
        )  # fmt: skip
        widgets = {
            "calendar": forms.RadioSelect,
            "post_mortem_from": forms.RadioSelect,
            "post_mortem_for": forms.RadioSelect,
            "warranty_terms": forms.Textarea(attrs={"rows": 4}),
        }
        labels = {
            "tier": "Support tier",
            "calendar": "How is time counted?",
            "post_mortem_from": "The 48 hours of a post-mortem begin",
            "post_mortem_for": "A post-mortem is written for",
            "log_retention_days": "Days for which logs are kept",
            "breach_notice_hours": "Hours within which we tell the client of a breach of personal data",
            "breach_notice_source": "Where these hours are agreed",
            "channel_name": "Name of the channel",
        }
        help_texts = {
            "channel": "Where updates during an incident go first.",
            "channel_name": "For example, #finance-alerts. No address that lets anybody post there.",
            "log_retention_days": "90 days are the least that is promised; Growth and Scale keep logs longer.",
            "breach_notice_hours": "As the contract says, counted from when we know: often 24, 36, 48 or 72. "
            "Empty: without undue delay.",
            "breach_notice_source": "For example, DPA, clause 8.2.",
            "warranty_terms": "What holds without ongoing support, or beside it.",
            "agreed_with": "Who agreed for the client.",
        }
        error_messages = {
            "tier": {"required": "Choose the tier"},
            "calendar": {"required": "Choose how time is counted"},
        }

    def __init__(self, data: Any = None, *, scope: SupportScope, client: Client, initial: Any = None) -> None:
        super().__init__(data, instance=scope, initial={"version": scope.version, **(initial or {})})
        self._offer(client)
        for severity in Severity:
            name = f"{severity.value}_target"
            self.fields[name] = TargetField(
                label=f"First response to {severity.label}",
                required=False,
                max_length=40,
                help_text=TARGET_HINTS[severity],
                widget=forms.TextInput(attrs={"autocomplete": "off"}),
            )
        self.order_fields(self.Meta.fields)

    def _offer(self, client: Client) -> None:
        zones = sorted(zone for zone in zoneinfo.available_timezones() if "/" in zone and "Etc" not in zone)
        self.fields["time_zone"].choices = [  # type: ignore[attr-defined]
            ("", f"The client’s: {client.time_zone}"),
            ("UTC", "UTC"),
            *((zone, zone) for zone in zones),
        ]
        offered = {
            "tier": [("", "Choose the tier"), *SupportScope.Tier.choices],
            "channel": [("", "Not recorded"), *Channel.choices],
            "calendar": SupportScope.Calendar.choices,
        }
        for name, choices in offered.items():
            self.fields[name].choices = choices  # type: ignore[attr-defined]
        theirs = calendar_name(client.holiday_calendar)
        self.fields["holiday_calendar"].choices = [("", f"The client’s: {theirs}"), *calendars()]  # type: ignore[attr-defined]

    def values(self) -> dict[str, Any]:
        """The terms as the action takes them."""
        return {name: self.cleaned_data[name] for name in self.Meta.fields}

    def _post_clean(self) -> None:
        """The action checks the row; a form that changed its instance would hide what stood there."""


class ContactForm(BlanksRefused, forms.ModelForm):  # type: ignore[type-arg]
    """Somebody on the escalation path. A new contact is given a side by its address."""

    position = forms.TypedChoiceField(label="Place on the path", coerce=int)
    user = PersonField(
        label="Person of this portal",
        required=False,
        help_text="Their account here, where they have one.",
    )
    verified = forms.BooleanField(
        label="I have reached them with these details today",
        required=False,
        help_text="Leave it empty to verify within 5 working days.",
    )

    class Meta:
        model = Contact
        fields = ("name", "role", "email", "phone", "channel", "user")
        labels = {
            "role": "What they do",
            "email": "E-mail address",
            "phone": "Telephone",
            "channel": "Reached best by",
        }
        help_texts = {
            "role": "For example, Practice manager.",
            "phone": "With the country’s code, such as +44 20 7946 0018.",
        }
        error_messages = {"name": {"required": "Enter the name"}, "role": {"required": "Enter what they do"}}

    def __init__(self, data: Any = None, *, contact: Contact, places: int, users: Iterable[User]) -> None:
        super().__init__(data, instance=contact, initial={"position": contact.position or places})
        chooser = self.fields["user"]
        assert isinstance(chooser, PersonField)
        chooser.offer_people(users, contact.user)
        self.fields["channel"].choices = [("", "Either"), *Channel.choices]  # type: ignore[attr-defined]
        words = [escalation.position_words(place) for place in range(1, places + 1)]
        self.fields["position"].choices = [  # type: ignore[attr-defined]
            (place, f"{word}{', asked first' if place == 1 else ''}")
            for place, word in enumerate(words, start=1)
        ]
        if contact.pk:
            del self.fields["verified"]
        self.order_fields(("position", "name", "role", "phone", "email", "channel", "user", "verified"))

    def values(self) -> dict[str, Any]:
        """The details as the action takes them."""
        return {name: self.cleaned_data[name] for name in self.Meta.fields}

    def _post_clean(self) -> None:
        """The action checks the row."""


class VerifyForm(forms.Form):
    """When a contact was reached."""

    verified_on = DayField(label="Reached on")

    def __init__(self, data: Any = None, *, today: dt.date) -> None:
        super().__init__(data, initial={"verified_on": today})
        self.fields["verified_on"].help_text = f"Today is {format_table(today)}. For example, 17 2 2027"


class RetireForm(BlanksRefused, forms.Form):
    """Why somebody is no contact any more."""

    why = ReasonField()


class DecisionsForm(BlanksRefused, forms.Form):
    """The decisions of a review, a row an entry: posted as decision-12 and note-12."""

    def __init__(self, data: Any = None, *, items: Sequence[AccessReviewItem]) -> None:
        super().__init__(data)
        self.items = items
        for item in items:
            self.fields[f"decision-{item.pk}"] = forms.ChoiceField(
                label=f"Decision on {item}",
                required=False,
                choices=AccessReviewItem.Decision.choices,
                widget=forms.RadioSelect,
                initial=item.decision,
            )
            self.fields[f"note-{item.pk}"] = forms.CharField(
                label=f"Note on {item}",
                required=False,
                max_length=1000,
                initial=item.note,
                validators=[refuse_secrets],
                widget=forms.TextInput(attrs={"autocomplete": "off"}),
            )

    def clean(self) -> dict[str, Any]:
        """Ask for the note that whoever carries a change out will need."""
        cleaned: dict[str, Any] = super().clean() or {}
        for item in self.items:
            decision = cleaned.get(f"decision-{item.pk}")
            if decision in ("change", "remove") and not cleaned.get(f"note-{item.pk}", "").strip():
                what = "what is to be changed" if decision == "change" else "why it is removed"
                self.add_error(f"note-{item.pk}", f"Write {what} for {item}")
        return cleaned

    def decisions(self) -> Mapping[int, tuple[str, str]]:
        """What was decided, by the item's id."""
        return {
            item.pk: (self.cleaned_data[f"decision-{item.pk}"], self.cleaned_data[f"note-{item.pk}"])
            for item in self.items
        }

    @property
    def rows(self) -> list[tuple[AccessReviewItem, Any, Any]]:
        """Each entry with its two fields."""
        return [(item, self[f"decision-{item.pk}"], self[f"note-{item.pk}"]) for item in self.items]
