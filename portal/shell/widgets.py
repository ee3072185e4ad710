"""Form fields of our own: a day as three text boxes, without a picker, with errors that mark the wrong part."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.forms.boundfield import BoundField
from django.template.loader import render_to_string
from django.utils.safestring import SafeString

from portal.lib.dates import MONTHS

PARTS = ("day", "month", "year")
MONTH_NAMES = tuple(month[:3].lower() for month in MONTHS)


class SplitDayWidget(forms.MultiWidget):
    """Day, month and year as text with a numeric keyboard; posted as NAME_day, NAME_month and NAME_year."""

    use_fieldset = True

    def __init__(self, attrs: dict[str, Any] | None = None) -> None:
        plain = {"inputmode": "numeric", "autocomplete": "off"}
        super().__init__({part: forms.TextInput(plain) for part in PARTS}, attrs)

    def decompress(self, value: Any) -> list[Any]:
        if isinstance(value, date):
            return [value.day, value.month, value.year]
        return [None, None, None]

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        attrs = dict(attrs or {})
        wrong = set(attrs.pop("data-wrong", "").split())
        for described in ("aria-describedby", "aria-invalid", "required"):
            attrs.pop(described, None)
        context = super().get_context(name, value, attrs)
        for part, sub in zip(PARTS, context["widget"]["subwidgets"], strict=True):
            sub["label"] = part.capitalize()
            if part in wrong:
                sub["attrs"]["aria-invalid"] = "true"
        return context

    def _render(self, template_name: str, context: dict[str, Any], renderer: Any = None) -> SafeString:
        return render_to_string("_components/day.html", context)


class DayBoundField(BoundField):
    """Tells the widget which parts its errors are about; an error that names no part is about all."""

    @property
    def wrong_parts(self) -> list[str]:
        """The parts that are wrong, in their order."""
        named: set[str] = set()
        for error in self.form.errors.as_data().get(self.name, []) if self.form.is_bound else []:
            named |= set((error.params or {}).get("parts", PARTS))
        return [part for part in PARTS if part in named]

    def build_widget_attrs(self, attrs: dict[str, Any], widget: Any = None) -> dict[str, Any]:
        built: dict[str, Any] = super().build_widget_attrs(attrs, widget)
        return {**built, "data-wrong": " ".join(self.wrong_parts)}


class DayField(forms.MultiValueField):
    """A calendar day in three parts. Months may be written as words ("Feb"). Cleans to a date or None.

    Each error names the field and the way out, and carries the parts to mark in `params["parts"]`.
    """

    widget = SplitDayWidget

    def __init__(self, **options: Any) -> None:
        parts = [forms.CharField(required=False, max_length=12) for _ in PARTS]
        options.setdefault("help_text", "For example, 17 2 2027")
        for unused in ("input_formats", "localize"):
            options.pop(unused, None)
        super().__init__(fields=parts, require_all_fields=False, **options)

    def get_bound_field(self, form: forms.BaseForm, field_name: str) -> BoundField:
        return DayBoundField(form, self, field_name)

    def clean(self, value: Any) -> date | None:
        """Read the three parts. Raises ValidationError for missing, impossible or short-year parts."""
        if isinstance(value, date):
            return value
        typed = [str(part or "").strip() for part in value or ("", "", "")]
        day = self._read(typed)
        self.validate(day)
        if day is not None:
            self.run_validators(day)
        return day

    def validate(self, value: Any) -> None:
        if value is None and self.required:
            raise self._wrong(f"Enter {self._name_inside}", PARTS)

    def has_changed(self, initial: Any, data: Any) -> bool:
        if isinstance(data, list | tuple):
            try:
                data = self._read([str(part or "").strip() for part in data])
            except ValidationError:
                return True
        return bool(initial != data)

    @property
    def _name(self) -> str:
        return str(self.label or "Date")

    @property
    def _name_inside(self) -> str:
        words = self._name
        return words if words[:2].isupper() else words[:1].lower() + words[1:]

    @staticmethod
    def _wrong(message: str, parts: Sequence[str]) -> ValidationError:
        return ValidationError(message, code="day", params={"parts": tuple(parts)})

    def _read(self, typed: list[str]) -> date | None:
        if not any(typed):
            return None
        missing = [part for part, text in zip(PARTS, typed, strict=True) if not text]
        if missing:
            raise self._wrong(f"{self._name} must include a {' and a '.join(missing)}", missing)
        day, month, year = typed
        month = str(MONTH_NAMES.index(month[:3].lower()) + 1) if month[:3].lower() in MONTH_NAMES else month
        numbers = {"day": day, "month": month, "year": year}
        wordy = [part for part, text in numbers.items() if not (text.isascii() and text.isdigit())]
        if wordy:
            raise self._wrong(f"{self._name} must be a real date, such as 17 2 2027", wordy)
        if len(year) != 4:
            raise self._wrong("Year must include 4 numbers", ["year"])
        return self._made(int(day), int(month), int(year))

    def _made(self, day: int, month: int, year: int) -> date:
        if not 1 <= month <= 12:
            raise self._wrong(f"{self._name} must be a real date: months run from 1 to 12", ["month"])
        try:
            return date(year, month, day)
        except ValueError:
            part = "year" if not 1 <= year <= 9999 else "day"
            raise self._wrong(
                f"{self._name} must be a real date: that month has no day {day}", [part]
            ) from None
