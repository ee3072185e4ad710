"""The forms of notices: the text, sending it, recording that it was sent elsewhere."""

from __future__ import annotations

from typing import Any

from django import forms

from incidents.response.models import Notice
from incidents.response.pages.fields import InstantForm, text
from portal.documents.evidence.forms import OneFileField


class NoticeForm(forms.Form):
    """Title and text. `version` is what the person saw."""

    version = forms.IntegerField(widget=forms.HiddenInput)
    title = text("Title", most=200, required=True)
    text = text(
        "Text", most=20_000, rows=28, required=True, help_text="Markdown. What is not known yet says so."
    )

    def __init__(self, data: Any = None, *, notice: Notice) -> None:
        initial = {"version": notice.version, "title": notice.title, "text": notice.text}
        super().__init__(data, initial=initial)


class SendForm(forms.Form):
    """Why it is late, if it is."""

    late_reason = text("Reasons for the delay", most=2000, rows=3, help_text="Only if its clock is late.")


class SentForm(InstantForm):
    """When, by what way and under which reference it was sent, with a copy of what was sent."""

    field_order = ["day", "clock", "via", "reference", "copy", "late_reason"]
    via = text(
        "Sent by",
        most=120,
        required=True,
        help_text="For example: the authority’s web form, registered mail.",
    )
    reference = text("Reference", most=120)
    late_reason = text("Reasons for the delay", most=2000, rows=3, help_text="Only if its clock was late.")
    copy = OneFileField(label="Copy of what was sent")

    def __init__(self, data: Any = None, **options: Any) -> None:
        super().__init__(data, **options)
        self.fields["day"].label, self.fields["clock"].label = "Sent on", "Sent at"
