"""Forms of the outbox: how somebody wishes to hear, a channel, the filters of the list of messages."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django import forms
from django.conf import settings

from portal.lib.fields import BlanksRefused, refuse_secrets
from portal.outbox.kinds import all_kinds, optional_kinds
from portal.outbox.models import Delivery, Medium, Preference, Weekday
from portal.shell.fields import OneOfField
from portal.tenancy.models import Client

HOURS = [(str(hour), f"{hour:02}:00") for hour in range(24)]
WHO_READS = [
    ("yes", "People of the practice. Internal messages go there too."),
    ("no", "People of the client. Only what is marked for them goes there."),
]
ADDRESS_HELP = {
    Medium.SLACK: "Slack: the address of an incoming webhook, https://hooks.slack.com/services/…",
    Medium.TEAMS: "Teams: the address of the workflow that posts when a webhook request is received.",
    Medium.SMS: "SMS: a number with its country, +44 7700 900123.",
    Medium.WEBHOOK: "Webhook: an https address that takes JSON.",
    Medium.EMAIL: "E-mail: one more mailbox, such as operations@example.com.",
}


class PreferenceForm(forms.Form):
    """At once or as a digest, whether by e-mail, and what one does without."""

    mode = forms.ChoiceField(label="How often", choices=Preference.Mode.choices, widget=forms.RadioSelect)
    hour = forms.TypedChoiceField(label="At which hour", choices=HOURS, coerce=int)
    weekday = forms.TypedChoiceField(
        label="On which day, for once a week", choices=Weekday.choices, coerce=int
    )
    by_email = forms.BooleanField(
        label="Send them to my e-mail address",
        required=False,
        help_text="Without it they go to your other channels alone. E-mail serves when there is none.",
    )
    opt_outs = forms.MultipleChoiceField(
        label="What I do without",
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text="Urgent messages, such as clocks of an incident, come anyway and at once.",
    )

    def __init__(self, data: Any = None, *, preference: Preference) -> None:
        now = {
            name: getattr(preference, name) for name in ("mode", "hour", "weekday", "by_email", "opt_outs")
        }
        super().__init__(data, initial=now)
        choice = self.fields["opt_outs"]
        assert isinstance(choice, forms.MultipleChoiceField)
        choice.choices = list(optional_kinds().items())
        if not choice.choices:
            del self.fields["opt_outs"]


class ChannelForm(BlanksRefused, forms.Form):
    """A new channel, or with `channel` the one that is changed: its kind stays, its address is never shown."""

    kind = forms.ChoiceField(label="Kind", widget=forms.RadioSelect)
    name = forms.CharField(
        label="Name", max_length=80, validators=[refuse_secrets], help_text="As lists call it: #incidents"
    )
    address = forms.CharField(
        label="Address",
        max_length=2000,
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )
    internal = forms.ChoiceField(
        label="Who reads it", choices=WHO_READS, widget=forms.RadioSelect, initial="yes"
    )
    urgent_only = forms.BooleanField(
        label="Only what is urgent", required=False, help_text="Clocks of incidents and the like."
    )

    def __init__(
        self, data: Any = None, *, channel: Any = None, asks_who_reads: bool, own: bool = False
    ) -> None:
        initial = {}
        if channel is not None:
            initial = {
                "name": channel.name,
                "urgent_only": channel.urgent_only,
                "internal": "yes" if channel.internal else "no",
            }
        super().__init__(data, initial=initial)
        kinds = [
            (value, label)
            for value, label in Medium.choices
            if (value != Medium.SMS or settings.SMS_PROVIDER_URL) and not (own and value == Medium.EMAIL)
        ]
        chooser = self.fields["kind"]
        assert isinstance(chooser, forms.ChoiceField)
        chooser.choices = kinds
        self.fields["address"].help_text = " ".join(ADDRESS_HELP[Medium(value)] for value, _ in kinds)
        if channel is not None:
            del self.fields["kind"]
            self.fields["address"].required = False
            self.fields["address"].help_text = "Leave it empty to keep the present one, which is not shown."
        if not asks_who_reads:
            del self.fields["internal"]

    def values(self) -> dict[str, Any]:
        """Give the cleaned values as the actions take them."""
        found = dict(self.cleaned_data)
        if "internal" in found:
            found["internal"] = found["internal"] == "yes"
        return found


class DeliveryFilters(forms.Form):
    """Narrows the list of messages."""

    q = forms.CharField(label="Search", required=False, max_length=120)
    state = forms.ChoiceField(label="Fate", required=False)
    medium = forms.ChoiceField(label="Sent by", required=False)
    kind = forms.ChoiceField(label="Kind", required=False)
    client = OneOfField(label="Client", required=False)

    def __init__(self, data: Any, *, clients: Iterable[Client]) -> None:
        super().__init__(data)
        self._choose("state", Delivery.State.choices, "Any fate")
        self._choose("medium", Medium.choices, "Any way")
        self._choose("kind", all_kinds().items(), "Any kind")
        client = self.fields["client"]
        assert isinstance(client, OneOfField)
        client.nobody = "Any client"
        client.offer(clients)

    def _choose(self, name: str, choices: Iterable[Any], anything: str) -> None:
        field = self.fields[name]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [("", anything), *choices]

    def narrow(self, rows: Any) -> Any:
        """Keep what the filters leave; one that holds nothing sound keeps everything."""
        self.is_valid()
        wanted = self.cleaned_data
        for name, column in (
            ("state", "state"),
            ("medium", "medium"),
            ("kind", "message__kind"),
            ("client", "client"),
        ):
            if wanted.get(name):
                rows = rows.filter(**{column: wanted[name]})
        if wanted.get("q"):
            rows = rows.filter(message__subject__icontains=wanted["q"])
        return rows
