import pytest
from django import forms
from django.apps.registry import Apps
from django.core.exceptions import ValidationError
from django.db import connection, models
from django.db.models import Value
from django.db.models.functions import Upper
from django.http import QueryDict

from portal.lib.fields import (
    BlanksRefused,
    LinesField,
    SafeCharField,
    SafeJSONField,
    SafeListField,
    SafeTextField,
    SecretRefused,
    refuse_secrets,
)
from tests.portal.lib.secret_samples import ORDINARY, SECRETS

TOKEN = SECRETS["GitHub"]


class Note(models.Model):
    name = SafeCharField(max_length=200)
    text = SafeTextField(blank=True)
    data = SafeJSONField(default=dict, blank=True)
    scopes = SafeListField(blank=True, max_items=3, max_length=20)

    class Meta:
        apps = Apps()
        app_label = "library_test"

    def __str__(self):
        return self.name


class NoteForm(BlanksRefused, forms.ModelForm):
    class Meta:
        model = Note
        fields = ("name", "text", "data", "scopes")


def field(name):
    return Note._meta.get_field(name)


def posted(**values):
    data = QueryDict(mutable=True)
    data.update({"name": "CRM", "text": "", "data": "{}", "scopes": "", **values})
    return data


VALUES = [
    ("name", TOKEN),
    ("text", f"The key is {TOKEN}"),
    ("data", {"nodes": [{"note": TOKEN}]}),
    ("data", {"password": "welkom"}),
    ("data", [TOKEN]),
    ("scopes", ["read", TOKEN[:40]]),
]


@pytest.mark.parametrize(("name", "value"), VALUES)
def test_validation_refuses_a_secret(name, value):
    with pytest.raises(SecretRefused):
        refuse_secrets(value)
    note = Note(**{"name": "CRM", name: value})
    with pytest.raises(ValidationError) as caught:
        note.full_clean()
    assert "secret" in {error.code for error in caught.value.error_dict[name]} or name == "scopes"


@pytest.mark.parametrize(("name", "value"), VALUES[:-1])
def test_the_way_to_the_database_refuses_a_secret_that_skipped_validation(name, value):
    with pytest.raises(SecretRefused):
        field(name).get_db_prep_save(value, connection)
    with pytest.raises(SecretRefused):
        field(name).get_db_prep_save(Value(value), connection)


def test_a_list_refuses_a_secret_on_the_way_to_the_database():
    short = SafeListField()
    short.set_attributes_from_name("scopes")
    with pytest.raises(SecretRefused):
        short.get_db_prep_save(["read", TOKEN], connection)


def test_the_message_names_the_kind_and_the_place_and_never_the_value():
    with pytest.raises(SecretRefused) as caught:
        refuse_secrets(f"note {TOKEN}")
    assert caught.value.kind == "GitHub token"
    assert caught.value.messages == [
        "This looks like a secret (GitHub token), so it was not saved. Keep it in your vault and write down "
        "where it is, for example op://Automation/HubSpot/api-key."
    ]
    assert TOKEN not in repr(caught.value)
    assert caught.value.__cause__ is None


def test_ordinary_values_and_expressions_pass():
    for text in ORDINARY:
        assert field("text").get_db_prep_save(text, connection) == text
    upper = Upper("name")
    assert field("name").get_db_prep_save(upper, connection) is upper
    assert field("name").get_db_prep_save(None, connection) is None


@pytest.mark.parametrize("name", ["name", "text", "scopes"])
def test_a_refused_secret_comes_back_empty_in_the_form(name):
    form = NoteForm(
        posted(**{name: TOKEN[:20] + TOKEN[20:], "text": "kept"} if name != "text" else {name: TOKEN})
    )
    assert not form.is_valid()
    assert TOKEN not in form.as_p()
    assert form[name].value() == ""
    assert form["name"].value() == ("" if name == "name" else "CRM")


def test_a_secret_in_broken_data_comes_back_empty_too():
    form = NoteForm(posted(data='{"a": "' + TOKEN))
    assert not form.is_valid()
    assert TOKEN not in form.as_p()


def test_the_form_names_the_secret_once():
    form = NoteForm(posted(text=TOKEN))
    assert len(form.errors["text"]) == 1
    assert form.errors.as_data()["text"][0].code == "secret"


def test_a_form_with_a_prefix_is_blanked_as_well():
    data = QueryDict(mutable=True)
    data.update({"a-name": TOKEN, "a-text": "", "a-data": "{}", "a-scopes": ""})
    form = NoteForm(data, prefix="a")
    assert not form.is_valid()
    assert form["name"].value() == ""
    assert data["a-name"] == TOKEN


def test_a_form_without_secrets_keeps_what_was_typed():
    form = NoteForm(posted(name="", text="kept"))
    assert not form.is_valid()
    assert form["text"].value() == "kept"


def test_a_list_is_typed_one_to_a_line_and_shown_so():
    form = NoteForm(posted(scopes=" read \r\n\r\nwrite\nread"))
    assert form.is_valid(), form.errors
    assert form.cleaned_data["scopes"] == ["read", "write"]
    shown = NoteForm(instance=Note(name="x", scopes=["read", "write"]))
    assert "read\nwrite" in str(shown["scopes"])


def test_an_unchanged_list_counts_as_unchanged():
    note = Note(name="CRM", scopes=["read", "write"])
    assert not NoteForm(posted(scopes="read\r\nwrite"), instance=note).has_changed()
    assert NoteForm(posted(scopes="read"), instance=note).changed_data == ["scopes"]


@pytest.mark.parametrize(
    ("value", "code"),
    [
        ("read", "invalid"),
        ({"a": "b"}, "invalid"),
        (["a", 1], "invalid"),
        (["a", "b", "c", "d"], "max_items"),
        (["x" * 21], "max_length"),
    ],
)
def test_a_list_keeps_its_limits(value, code):
    with pytest.raises(ValidationError) as caught:
        field("scopes").validate(value, None)
    assert caught.value.code == code
    with pytest.raises(ValidationError):
        field("scopes").get_db_prep_save(value, connection)


def test_an_empty_required_list_is_refused():
    with pytest.raises(ValidationError):
        LinesField().clean(" \n ")
    assert LinesField(required=False).clean(None) == []


@pytest.mark.parametrize("name", ["name", "text", "data", "scopes"])
def test_a_field_is_made_again_from_its_migration(name):
    original = field(name)
    _, path, args, kwargs = original.deconstruct()
    assert path.startswith("portal.lib.fields.Safe")
    again = type(original)(*args, **kwargs)
    again.set_attributes_from_name(name)
    assert again.deconstruct()[1:] == original.deconstruct()[1:]
    assert again.db_type(connection) == original.db_type(connection)
