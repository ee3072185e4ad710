"""Forms of signing in and of one's own account; allauth's are given our words. People: people_forms.py."""

from __future__ import annotations

import zoneinfo
from typing import Any

from allauth.account import forms as allauth_forms
from django import forms
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.utils.text import slugify

from portal.accounts.models import User
from portal.tenancy.models import Practice

PASSWORD_HINT = "At least 12 characters. Three or four unrelated words do well."  # noqa: S105
LABELS = {
    "login": "Email address",
    "email": "Email address",
    "password": "Password",
    "password1": "New password",
    "password2": "The same password again",
    "oldpassword": "Present password",
}
MISSING = {
    "login": "Enter your email address",
    "email": "Enter an email address",
    "password": "Enter your password",
    "password1": "Enter a password",
    "password2": "Enter the same password again",
    "oldpassword": "Enter your present password",
}


class OurWords(forms.Form):
    """Takes placeholders and sales talk off a form of allauth and gives its fields our labels."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, field in self.fields.items():
            field.widget.attrs.pop("placeholder", None)
            field.label = LABELS.get(name, field.label)
            field.help_text = PASSWORD_HINT if name == "password1" else ""
            if name in MISSING:
                field.error_messages["required"] = MISSING[name]


class SignInForm(OurWords, allauth_forms.LoginForm):  # type: ignore[misc]
    """Address and password."""


class SignUpForm(OurWords, allauth_forms.SignupForm):  # type: ignore[misc]
    """The invited person's account; the address is the invited one and stands fast."""

    name = forms.CharField(
        label="Your name",
        max_length=120,
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
        error_messages={"required": "Enter your name"},
    )
    field_order = ("name", "email", "password1", "password2")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["email"].widget.attrs["readonly"] = True
        self.fields["password1"].label = "Password"


class ForgottenPasswordForm(OurWords, allauth_forms.ResetPasswordForm):  # type: ignore[misc]
    """The address to which a link for a new password is sent."""


class NewPasswordForm(OurWords, allauth_forms.ResetPasswordKeyForm):  # type: ignore[misc]
    """A new password, by the link."""


class ChangePasswordForm(OurWords, allauth_forms.ChangePasswordForm):  # type: ignore[misc]
    """A new password, by the present one."""


class SetPasswordForm(OurWords, allauth_forms.SetPasswordForm):  # type: ignore[misc]
    """A first password, for somebody who signs in by single sign-on."""


class ChangeEmailForm(OurWords, allauth_forms.AddEmailForm):  # type: ignore[misc]
    """Another address; it counts once its link has been opened."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["email"].label = "New email address"


class CodeForm(forms.Form):
    """A code of an authenticator app, or a recovery code."""

    code = forms.CharField(
        label="Code",
        max_length=20,
        strip=True,
        help_text="The six digits that your authenticator app shows now, or one of your recovery codes.",
        widget=forms.TextInput(
            attrs={"autocomplete": "one-time-code", "spellcheck": "false", "autofocus": True}
        ),
        error_messages={"required": "Enter the code"},
    )

    def clean_code(self) -> str:
        """Take blanks out: apps show digits in two groups."""
        code: str = self.cleaned_data["code"]
        return "".join(code.split())


class EnrolForm(CodeForm):
    """The first code of a new authenticator app."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["code"].help_text = "The six digits that the app shows for Plumbline."
        self.fields["code"].widget.attrs.update(inputmode="numeric", autofocus=False)


class AddAppForm(EnrolForm):
    """A further authenticator app, with a name to tell it by."""

    name = forms.CharField(
        label="Name",
        max_length=64,
        help_text="For example, the phone it is on.",
        error_messages={"required": "Enter a name for this app"},
    )
    field_order = ("name", "code")


class DeviceNameForm(forms.Form):
    """A second factor's name."""

    name = forms.CharField(label="Name", max_length=64, error_messages={"required": "Enter a name"})


class PersonForm(forms.Form):
    """One's own name."""

    name = forms.CharField(
        label="Your name",
        max_length=120,
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
        error_messages={"required": "Enter your name"},
    )


class SetUpForm(forms.Form):
    """The first practice and its owner."""

    practice_name = forms.CharField(
        label="Name of the practice",
        max_length=120,
        help_text="As your clients know it.",
        error_messages={"required": "Enter the name of the practice"},
    )
    slug = forms.SlugField(
        label="Short name",
        max_length=60,
        required=False,
        help_text="For addresses of public pages: small letters, digits and hyphens. Made from the name if left empty.",
        error_messages={"invalid": "The short name may hold small letters, digits and hyphens only"},
    )
    time_zone = forms.ChoiceField(label="Time zone", initial="Europe/London")
    name = forms.CharField(
        label="Your name",
        max_length=120,
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
        error_messages={"required": "Enter your name"},
    )
    email = forms.EmailField(
        label="Your email address",
        widget=forms.EmailInput(attrs={"autocomplete": "email"}),
        error_messages={"required": "Enter your email address"},
    )
    password1 = forms.CharField(
        label="Password",
        strip=False,
        help_text=PASSWORD_HINT,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        error_messages={"required": "Enter a password"},
    )
    password2 = forms.CharField(
        label=LABELS["password2"],
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        error_messages={"required": "Enter the same password again"},
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        zones = sorted(zone for zone in zoneinfo.available_timezones() if "/" in zone and "Etc" not in zone)
        self.fields["time_zone"].choices = [("UTC", "UTC"), *((zone, zone) for zone in zones)]  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        """Make the short name, and check the password against what else is known."""
        cleaned = super().clean() or {}
        cleaned["slug"] = cleaned.get("slug") or slugify(cleaned.get("practice_name", ""))[:60] or "practice"
        password = cleaned.get("password1")
        if password and cleaned.get("password2") and password != cleaned["password2"]:
            self.add_error("password2", "The two passwords differ. Enter the same one twice.")
        if password:
            try:
                validate_password(
                    password, User(email=cleaned.get("email", ""), name=cleaned.get("name", ""))
                )
            except ValidationError as error:
                self.add_error("password1", error)
        return cleaned

    def clean_slug(self) -> str:
        """Take small letters alone."""
        slug: str = self.cleaned_data["slug"].lower()
        return slug[: Practice._meta.get_field("slug").max_length or None]
