"""The forms of the documents room: a new pack, and the public check."""

from __future__ import annotations

import hashlib
from typing import Any

from django import forms
from django.core.files.uploadedfile import UploadedFile

from portal.documents.fingerprints import read_back
from portal.documents.models import Document

LARGEST_CHECKED = 20 * 1024 * 1024


class NewPackForm(forms.ModelForm):  # type: ignore[type-arg]
    """Who a pack is for, and which kind of PDF."""

    class Meta:
        model = Document
        fields = ["addressee", "variant"]
        labels = {"addressee": "Prepared for", "variant": "Kind of PDF"}
        widgets = {"variant": forms.RadioSelect}


class CheckForm(forms.Form):
    """A fingerprint as it was typed, or the PDF itself, which is hashed and dropped."""

    fingerprint = forms.CharField(
        required=False,
        max_length=200,
        help_text="16 digits from the foot of any page, or all 64 from the cover. Spaces do not matter.",
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )
    file = forms.FileField(
        label="Or the PDF itself",
        required=False,
        help_text="It is compared with what was issued, byte for byte, and not kept.",
        widget=forms.FileInput(attrs={"accept": "application/pdf"}),
    )

    def clean_fingerprint(self) -> str:
        typed: str = self.cleaned_data["fingerprint"].strip()
        digits = read_back(typed) if typed else ""
        if digits is None:
            raise forms.ValidationError(
                "Enter 16 or 64 digits, each 0 to 9 or a to f, such as 7f3a 91c2 0e5d 44b8."
            )
        return digits

    def clean_file(self) -> UploadedFile[Any] | None:
        file: UploadedFile[Any] | None = self.cleaned_data["file"]
        if file is not None and (file.size or 0) > LARGEST_CHECKED:
            raise forms.ValidationError("Choose a PDF of at most 20 MB; packs are far smaller.")
        return file

    def clean(self) -> dict[str, Any]:
        values = super().clean() or {}
        if not self.errors and not values.get("fingerprint") and not values.get("file"):
            self.add_error("fingerprint", "Enter a fingerprint, or choose a PDF.")
        return values

    def file_digest(self) -> str:
        """Give the SHA-256 of the uploaded file."""
        digest = hashlib.sha256()
        for chunk in self.cleaned_data["file"].chunks():
            digest.update(chunk)
        return digest.hexdigest()
