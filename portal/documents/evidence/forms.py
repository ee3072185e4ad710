"""Input about evidence: files with what they show and who may see them, the reason of a withdrawal, the filters."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.files.uploadedfile import UploadedFile

from portal.documents.evidence.sniffing import TYPES
from portal.documents.evidence.storing import LARGEST, MB
from portal.documents.evidence.subjects import nouns
from portal.lib.fields import BlanksRefused, refuse_secrets
from portal.shell.fields import ReasonField

MOST_FILES = 20
ACCEPTED = ",".join(
    sorted({*(each.media_type for each in TYPES), *(e for each in TYPES for e in each.endings)})
)
FOR_ALL, FOR_PRACTICE = "all", "practice"
KINDS = "PDF, PNG, JPEG, text, CSV, JSON, mail (.eml), .xlsx or .docx"


class ManyFilesInput(forms.ClearableFileInput):
    """A field that takes several files at once."""

    allow_multiple_selected = True


class ManyFilesField(forms.FileField):
    """Several files; cleans to a list of them. Each is judged on its own afterwards."""

    widget = ManyFilesInput

    def clean(self, data: Any, initial: Any = None) -> Any:
        files = [each for each in (data if isinstance(data, list | tuple) else [data]) if each]
        if not files:
            raise forms.ValidationError(self.error_messages["required"], code="required")
        if len(files) > MOST_FILES:
            raise forms.ValidationError(f"At most {MOST_FILES} files go at once. Send the rest after these.")
        return files


class AttachForm(BlanksRefused, forms.Form):
    """The files, what they show and who may see them; at an internal record nobody is asked who."""

    file = ManyFilesField(
        label="Files",
        help_text=f"{KINDS}; several at once, {LARGEST // MB} MB each at most. No secrets: keep those in your vault.",
        error_messages={"required": "Choose one or more files first."},
        widget=ManyFilesInput(attrs={"accept": ACCEPTED}),
    )
    shows = forms.CharField(
        label="What they show",
        required=False,
        max_length=200,
        validators=[refuse_secrets],
        help_text="In a few words: the signed agreement, the log of the failed run.",
    )
    seen_by = forms.ChoiceField(
        label="Who may see them",
        widget=forms.RadioSelect,
        choices=[
            (FOR_ALL, "The client’s people too"),
            (FOR_PRACTICE, "People of the practice only, until somebody shows them to the client"),
        ],
    )

    def __init__(
        self, data: Any = None, files: Any = None, *, internal_first: bool, internal: bool, **options: Any
    ) -> None:
        initial = {"seen_by": FOR_PRACTICE if internal_first else FOR_ALL}
        super().__init__(data, files, initial=initial, **options)
        if internal:
            del self.fields["seen_by"]

    @property
    def internal(self) -> bool:
        """Whether people of the practice alone may see them."""
        return bool(self.cleaned_data.get("seen_by", FOR_PRACTICE) == FOR_PRACTICE)


class OneFileField(forms.FileField):
    """One file beside other fields, judged when it is kept; too large a one is refused at once."""

    def __init__(self, **options: Any) -> None:
        options = {
            "label": "Evidence",
            "required": False,
            "help_text": f"{KINDS}, {LARGEST // MB} MB at most.",
            "widget": forms.FileInput(attrs={"accept": ACCEPTED}),
            **options,
        }
        super().__init__(allow_empty_file=True, **options)

    def clean(self, data: Any, initial: Any = None) -> Any:
        found: UploadedFile[Any] | None = super().clean(data, initial)
        if found is not None and (found.size or 0) > LARGEST:
            raise forms.ValidationError(f"The file is larger than {LARGEST // MB} MB. Attach a smaller one.")
        return found


def sent_file(file: UploadedFile[Any] | None) -> tuple[str, bytes] | None:
    """Give name and bytes of a file that was sent beside other fields."""
    return (file.name or "file", file.read()) if file else None


class WithdrawForm(BlanksRefused, forms.Form):
    """Why a file is withdrawn."""

    why = ReasonField(help_text="Kept with the file, for people of the practice.")


class EvidenceFilters(forms.Form):
    """Narrows the list of a client's evidence. The client's people see neither internal nor withdrawn files."""

    q = forms.CharField(label="Contains", required=False, max_length=120, widget=forms.SearchInput)
    record = forms.ChoiceField(label="At", required=False)
    type = forms.ChoiceField(
        label="Type",
        required=False,
        choices=[("", "Any"), *((each.media_type, each.words) for each in TYPES)],
    )
    seen = forms.ChoiceField(
        label="Seen by",
        required=False,
        choices=[("", "Anybody"), ("client", "The client too"), ("practice", "The practice only")],
    )
    state = forms.ChoiceField(
        label="State", required=False, choices=[("", "In use"), ("withdrawn", "Withdrawn"), ("all", "All")]
    )

    def __init__(self, data: Any, *, for_practice: bool) -> None:
        super().__init__(data, auto_id="filter_%s")
        field = self.fields["record"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [("", "Any record"), *((key, noun.capitalize()) for key, noun in nouns())]
        if not for_practice:
            del self.fields["seen"], self.fields["state"]
        self.is_valid()
