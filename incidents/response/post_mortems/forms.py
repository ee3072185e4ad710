"""The forms of post-mortems and measures."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.validators import URLValidator

from incidents.response.models import Measure
from incidents.response.post_mortems.actions import LONGEST
from portal.documents.evidence.forms import OneFileField
from portal.lib.fields import refuse_secrets
from portal.shell.widgets import DayField

WRITING = {"rows": 22, "spellcheck": "true"}


class SectionForm(forms.Form):
    """The text of one section, with the version that the person saw."""

    text = forms.CharField(
        label="Text",
        required=False,
        max_length=LONGEST,
        validators=[refuse_secrets],
        widget=forms.Textarea(attrs=WRITING),
        help_text="Markdown: **bold**, lists with -, tables, ### headings.",
    )
    version = forms.IntegerField(widget=forms.HiddenInput, min_value=0)


class AddendumForm(forms.Form):
    """What is added to a section that the client has read."""

    text = forms.CharField(
        label="What is added",
        max_length=5_000,
        validators=[refuse_secrets],
        widget=forms.Textarea(attrs={**WRITING, "rows": 8}),
        help_text="It is put under the text with your name and the instant. The client reads it at once.",
    )


class ReviewForm(forms.Form):
    """The answer of whoever reviews."""

    outcome = forms.ChoiceField(
        label="Is it ready for the client?",
        choices=[("yes", "Yes, it may be shared"), ("no", "No, back to the author")],
        widget=forms.RadioSelect,
    )
    note = forms.CharField(
        label="Note for the author",
        required=False,
        max_length=2000,
        validators=[refuse_secrets],
        widget=forms.Textarea(attrs={"rows": 5}),
        help_text="Internal. Needed where it goes back.",
    )


class ShareForm(forms.Form):
    """How much of it the client reads, and why it was not reviewed where nobody could."""

    whole = forms.ChoiceField(
        label="What the client reads",
        choices=[
            ("whole", "The whole post-mortem"),
            ("message", "Summary and message alone, with timeline and measures from the record"),
        ],
        initial="whole",
        widget=forms.RadioSelect,
    )
    why = forms.CharField(
        label="Why it is shared without a review",
        max_length=500,
        validators=[refuse_secrets],
        help_text="Nobody else works for this client. The reason is kept.",
    )

    def __init__(self, *args: Any, unreviewed: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not unreviewed:
            del self.fields["why"]


class MeasureForm(forms.ModelForm):  # type: ignore[type-arg]
    """What is done so that it does not happen again."""

    due_on = DayField(label="Due on", required=False)

    class Meta:
        model = Measure
        fields = ["text", "kind", "owner", "due_on", "priority", "tracking_url"]
        labels = {
            "text": "What is to be done",
            "priority": "It comes first",
            "tracking_url": "Where it is tracked",
        }
        help_texts = {
            "text": "The client reads it once the post-mortem is shared.",
            "tracking_url": "The address of a ticket. Only people of the practice see it.",
        }
        widgets = {"kind": forms.RadioSelect, "text": forms.Textarea(attrs={"rows": 3})}

    def __init__(self, *args: Any, people: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["owner"].queryset = people.order_by("name")  # type: ignore[attr-defined]
        self.fields["owner"].empty_label = "Nobody yet"  # type: ignore[attr-defined]
        self.fields["owner"].required = False
        self.fields["kind"].choices = Measure.Kind.choices  # type: ignore[attr-defined]
        self.fields["tracking_url"].validators.append(URLValidator(schemes=["http", "https"]))

    def _post_clean(self) -> None:
        """Leave the row as it is: the action writes it."""


class EditMeasureForm(MeasureForm):
    """The same, with the version that the person saw."""

    version = forms.IntegerField(widget=forms.HiddenInput, min_value=1)


class DoneForm(forms.Form):
    """What was done."""

    outcome = forms.CharField(
        label="What was done",
        max_length=2000,
        validators=[refuse_secrets],
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text="One or two sentences, and what shows it.",
    )
    file = OneFileField(label="What shows it")


class DropForm(forms.Form):
    """Why it will not be done."""

    why = forms.CharField(
        label="Why it will not be done",
        max_length=500,
        validators=[refuse_secrets],
        help_text="The reason is kept with the measure.",
    )
