"""The form of each register. What a field is called and may hold stands in the model; here stand order and choice."""

from __future__ import annotations

import copy
import datetime as dt
from typing import Any, ClassVar

from django import forms
from django.core.exceptions import ValidationError
from django.db import models

from clients.registers.forms.fields import LinkField, PlatformField
from clients.registers.models import Credential, Integration, Record, SubProcessor, Workflow
from clients.registers.queries import Choices
from portal.lib.dates import format_long
from portal.lib.fields import BlanksRefused
from portal.shell.fields import OneOfField, PersonField
from portal.shell.widgets import DayField
from portal.tenancy.models import YesNoUnknown

DATE_HINT = "For example, 17 2 2027"


def field_for(field: models.Field[Any, Any], **options: Any) -> forms.Field | None:
    """Make the form field of a model field: three boxes for a day, radios for yes, no and not known."""
    if isinstance(field, models.ForeignKey):
        label = str(field.verbose_name).capitalize()
        made = LinkField if issubclass(field.related_model, Record) else PersonField
        return made(label=label, help_text=field.help_text, required=not field.blank)
    if field.name == "platform":
        return PlatformField(label="Platform", help_text=field.help_text, required=not field.blank)
    if isinstance(field, models.DateField):
        hint = f"{field.help_text} {DATE_HINT}".strip() if field.help_text else DATE_HINT
        return field.formfield(
            **{**options, "form_class": DayField, "help_text": hint, "widget": DayField.widget}
        )
    if field.choices and list(field.choices) == YesNoUnknown.choices:
        return forms.ChoiceField(
            choices=YesNoUnknown.choices,
            widget=forms.RadioSelect,
            label=_sentence(field),
            help_text=field.help_text,
            initial=YesNoUnknown.UNKNOWN,
        )
    if isinstance(field, models.TextField):
        options.setdefault("widget", forms.Textarea(attrs={"rows": 3}))
    if field.choices and field.blank and "widget" not in options:
        return field.formfield(**options, choices_form_class=_MaybeChoice)
    made_field: forms.Field | None = field.formfield(**options)
    return made_field


class _MaybeChoice(forms.TypedChoiceField):
    """A choice that may be left open; the open one says so in words."""

    def __init__(self, **options: Any) -> None:
        choices = [(key, words) for key, words in options.pop("choices") if key]
        super().__init__(choices=[("", "Not recorded"), *choices], **options)


def _sentence(field: models.Field[Any, Any]) -> str:
    words = str(field.verbose_name)
    return words[:1].upper() + words[1:]


class RecordForm(BlanksRefused, forms.ModelForm):  # type: ignore[type-arg]
    """Base of the register forms. It reads its choices from `choices` and never asks the database.

    version: the version that the person saw, so that two people do not overwrite each other.
    """

    version = forms.IntegerField(required=False, widget=forms.HiddenInput)
    #: Fields that an entry made by hand must have although the register can do without.
    NEEDED: ClassVar[tuple[str, ...]] = ("owner",)

    def __init__(
        self, data: Any = None, *, record: Record, choices: Choices, today: dt.date, **options: Any
    ) -> None:
        super().__init__(data, instance=copy.copy(record), **options)
        self.before, self.today = record, today
        self.initial["version"] = record.version
        for name, field in self.fields.items():
            if isinstance(field, PersonField):
                field.offer_people(choices.people.owners, getattr(record, name))
            elif isinstance(field, LinkField):
                field.offer_records(choices.links[name], getattr(record, name))
            if record.pk is None and name in self.NEEDED:
                field.required = True
            if field.required:
                field.error_messages["required"] = self._needed_words(name, field)

    def values(self) -> dict[str, Any]:
        """The cleaned values of the register's own fields."""
        return {name: self.cleaned_data[name] for name in self._meta.fields or ()}

    def clean(self) -> dict[str, Any]:
        """Keep the parent's look for equal names away: the action does that inside its transaction."""
        return self.cleaned_data

    def _needed_words(self, name: str, field: forms.Field) -> str:
        noun = str(self.before._meta.verbose_name)
        if name == "owner":
            return f"Choose who owns this {noun}"
        if isinstance(field, OneOfField | forms.ChoiceField):
            return f"{field.label}: choose one"
        return "Enter a name" if name == "name" else f"Enter the {str(field.label).lower()}"

    def _get_validation_exclusions(self) -> set[str]:
        linked = {name for name, field in self.fields.items() if isinstance(field, OneOfField)}
        excluded: set[str] = super()._get_validation_exclusions()  # type: ignore[misc]
        return excluded | linked | {"practice", "client"}

    def _refuse_past(self, name: str) -> None:
        """Refuse a new date that has come; one that was there already may stand."""
        day = self.cleaned_data.get(name)
        if day and day <= self.today and day != getattr(self.before, name):
            label = str(self.fields[name].label)
            words = "Renewal date" if name == "renewal_on" else label
            self.add_error(
                name,
                ValidationError(f"{words} must be after today, {format_long(self.today).partition(' ')[2]}"),
            )


class WorkflowForm(RecordForm):
    """A workflow."""

    class Meta:
        model = Workflow
        formfield_callback = field_for
        fields: ClassVar = [
            "name",
            "platform",
            "owner",
            "description",
            "category",
            "criticality",
            "environment",
            "status",
            "live_on",
            "personal_data",
            "uses_ai",
            "retry",
            "retry_attempts",
            "retry_reason",
            "url",
            "external_id",
            "internal",
        ]


class IntegrationForm(RecordForm):
    """An integration."""

    class Meta:
        model = Integration
        formfield_callback = field_for
        fields: ClassVar = [
            "name",
            "platform",
            "workflow",
            "owner",
            "backup_owner",
            "status",
            "auth_type",
            "static_reason",
            "scopes_granted",
            "scopes_approved",
            "broad_scope_reason",
            "approved_on",
            "approved_by",
            "writes_needed",
            "read_only",
            "resource_scope",
            "resources",
            "service_account",
            "service_account_purpose",
            "service_account_possible",
            "account_owner",
            "renewal_on",
            "enabled_on",
            "last_used_on",
            "internal",
        ]

    def clean(self) -> dict[str, Any]:
        """A review is planned for a day to come."""
        self._refuse_past("renewal_on")
        return self.cleaned_data


class CredentialForm(RecordForm):
    """A credential: everything about a secret but the secret."""

    class Meta:
        model = Credential
        formfield_callback = field_for
        fields: ClassVar = [
            "name",
            "platform",
            "kind",
            "integration",
            "environment",
            "owner",
            "backup_owner",
            "storage",
            "storage_ref",
            "scopes",
            "issued_on",
            "rotated_on",
            "rotation_interval_days",
            "no_rotation_reason",
            "renewal_on",
            "renews_itself",
            "personal",
            "shared",
            "fingerprint",
            "external_id",
            "internal",
        ]
        help_texts: ClassVar = {
            "name": "After its purpose, never after a person. Do not paste the secret here; this register never"
            " holds one.",
            "owner": "One person who will be reminded before it lapses.",
        }
        labels: ClassVar = {"renewal_on": "Renewal date", "rotation_interval_days": "Rotate every (days)"}
        widgets: ClassVar = {"storage": forms.RadioSelect}

    def clean(self) -> dict[str, Any]:
        """It renews on a day to come, and was issued and rotated on days that have come."""
        self._refuse_past("renewal_on")
        for name in ("issued_on", "rotated_on"):
            day = self.cleaned_data.get(name)
            if day and day > self.today:
                self.add_error(name, f"{self.fields[name].label} must be today or before")
        return self.cleaned_data


class SubProcessorForm(RecordForm):
    """A sub-processor."""

    class Meta:
        model = SubProcessor
        formfield_callback = field_for
        fields: ClassVar = [
            "name",
            "purpose",
            "owner",
            "engaged_by",
            "platform",
            "legal_entity",
            "data_categories",
            "location",
            "transfer_tool",
            "dpa_signed_on",
            "dpa_review_on",
            "dpa_url",
            "uses_ai",
            "training_prohibited",
            "retention_position",
            "website",
            "sub_processor_page_url",
            "trust_page_url",
            "certifications",
            "last_assessed_on",
            "next_assessment_on",
            "used_since_on",
            "notice_sent_on",
            "objection_until_on",
            "approved_on",
            "approved_by",
            "internal",
        ]
        labels: ClassVar = {"name": "Company"}
